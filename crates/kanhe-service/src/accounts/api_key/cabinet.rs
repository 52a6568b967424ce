//! What an administrator does with the accounts of its agency's systems.

use super::{ApiKey, KEYS, LONGEST_OVERLAP, LONGEST_TERM, MOST_OLDER, Proof, Proven, key_of, listed, of_certificate};
use crate::accounts::caller::Caller;
use crate::accounts::mandate::Mandate;
use crate::accounts::paper::read;
use crate::accounts::refusal::AccountError;
use crate::accounts::role::Role;
use crate::accounts::secret::{Secret, letters};
use crate::accounts::thumbprint::{ClientCertificate, Thumbprint};
use crate::accounts::uses::{Use, UseAct, commit_use, note_use};
use crate::house::Edge;
use jiff::{SignedDuration, Timestamp};
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::bytes::ByteArray;

/// The keys of the agency of who asks; whoever asks is asked for its right before.
pub struct KeyCabinet<'a> {
    library: &'a Library,
    edge: &'a Edge,
    by: &'a Caller,
}

/// What a system is given with what proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// For so many days it is good.
    pub days: u32,
    /// So many questions of sharing it may ask on a day; where nothing is said, as many as before, or as `[sharing]` says.
    pub calls_a_day: Option<u32>,
}

/// A key, and its text, which is shown once.
pub struct Cut {
    /// Its id.
    pub id: String,
    /// The key.
    pub key: ApiKey,
    /// What the system sends.
    pub text: zeroize::Zeroizing<String>,
}

/// Writes what else belongs into the commit in which a key is made or changed, by its id.
pub trait Beside: FnOnce(&mut Pen<'_>, &str, &ApiKey) -> Result<(), StoreError> {}

impl<F: FnOnce(&mut Pen<'_>, &str, &ApiKey) -> Result<(), StoreError>> Beside for F {}

/// Nothing else belongs into the commit.
pub fn alone(_: &mut Pen<'_>, _: &str, _: &ApiKey) -> Result<(), StoreError> {
    Ok(())
}

/// A page of keys.
pub struct Keys {
    /// In the order of their ids.
    pub keys: Vec<(String, ApiKey)>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl<'a> KeyCabinet<'a> {
    /// The keys of the agency of `by`.
    pub const fn new(library: &'a Library, edge: &'a Edge, by: &'a Caller) -> Self {
        Self { library, edge, by }
    }

    /// Makes a key that is good for some days. The mandate's agency is that of who asks; `beside` writes what else belongs into the commit.
    pub fn add(&self, mandate: &Mandate, grant: Grant, beside: impl Beside) -> Result<Cut, AccountError> {
        let secret = Secret::new(self.edge.drawn());
        let (id, key) = self.open(mandate, grant, Proven::by(&secret), |days| days, beside)?;
        Ok(Cut { text: text(&id, &secret), id, key })
    }

    /// Makes an account of a system that proves who it is by a client certificate, for some days.
    pub fn link(
        &self,
        mandate: &Mandate,
        grant: Grant,
        certificate: ClientCertificate,
        beside: impl Beside,
    ) -> Result<(String, ApiKey), AccountError> {
        self.is_good(&certificate)?;
        self.open(mandate, grant, Proven::by_certificate(&certificate), |days| certificate.ends_by(days), beside)
    }

    /// Refuses a certificate that has ended: nobody could show it.
    fn is_good(&self, certificate: &ClientCertificate) -> Result<(), AccountError> {
        let until = certificate.until.filter(|until| *until <= (self.edge.now)());
        until.map_or(Ok(()), |until| Err(AccountError::CertificateOver { until }))
    }

    fn open(
        &self,
        mandate: &Mandate,
        grant: Grant,
        by: Proven,
        ends: impl FnOnce(Timestamp) -> Timestamp,
        beside: impl Beside,
    ) -> Result<(String, ApiKey), AccountError> {
        // Whoever steals a key must not make himself others: administrators are people, with a second factor.
        if mandate.roles().contains(&Role::Administrator) {
            return Err(AccountError::KeyAdministers);
        }
        mandate.may_be_managed_by(self.by)?;
        let (id, now) = (letters(&self.edge.drawn::<16>()).collect::<String>(), (self.edge.now)());
        let (hash, proof) = (ByteArray::from(by.hash), Some(by.proof));
        let expires = ends(after(now, "days", grant.days, 1, LONGEST_TERM)?);
        let key = ApiKey {
            mandate: mandate.clone(),
            hash,
            older: None,
            made: now,
            expires,
            revoked: None,
            used: None,
            proof,
            cut_by: Some(self.by.actor.clone()),
            rotated_by: None,
            calls_a_day: grant.calls_a_day,
            oldest: None,
        };
        self.library.commit(|pen| {
            is_free(pen, &id, &by, now)?;
            key.put(pen, &id)?;
            self.note(pen, &id, UseAct::KeyAdded, Some(expires))?;
            Ok::<_, AccountError>(beside(pen, &id, &key)?)
        })?;
        Ok((id, key))
    }

    /// Gives a key a new secret and a new term, while the secrets from before are taken for some days more.
    pub fn rotate(&self, id: &str, grant: Grant, overlap: u32, beside: impl Beside) -> Result<Cut, AccountError> {
        let secret = Secret::new(self.edge.drawn());
        let key = self.renew(id, grant, overlap, Proven::by(&secret), |days| days, beside)?;
        Ok(Cut { text: text(id, &secret), id: id.to_owned(), key })
    }

    /// Links the next client certificate to an account, while what proves it now is taken for some days more.
    pub fn relink(
        &self,
        id: &str,
        grant: Grant,
        overlap: u32,
        certificate: ClientCertificate,
        beside: impl Beside,
    ) -> Result<ApiKey, AccountError> {
        self.is_good(&certificate)?;
        self.renew(id, grant, overlap, Proven::by_certificate(&certificate), |days| certificate.ends_by(days), beside)
    }

    fn renew(
        &self,
        id: &str,
        grant: Grant,
        overlap: u32,
        by: Proven,
        ends: impl FnOnce(Timestamp) -> Timestamp,
        beside: impl Beside,
    ) -> Result<ApiKey, AccountError> {
        let now = (self.edge.now)();
        let expires = ends(after(now, "days", grant.days, 1, LONGEST_TERM)?);
        let overlap = after(now, "overlap_days", overlap, 0, LONGEST_OVERLAP)?;
        let renewed = |pen: &Pen<'_>, key: &mut ApiKey| {
            key.closed(now).map_err(|_| AccountError::KeyClosed)?;
            is_free(pen, id, &by, now)?;
            let mut taken = key.taken_beside(&by, overlap.min(key.expires), now).into_iter();
            if taken.len() > MOST_OLDER {
                return Err(AccountError::TooManyOlder { most: MOST_OLDER });
            }
            key.older = taken.next();
            key.oldest = Some(taken.collect::<Vec<_>>()).filter(|oldest| !oldest.is_empty());
            (key.hash, key.proof, key.expires) = (ByteArray::from(by.hash), Some(by.proof), expires);
            key.calls_a_day = grant.calls_a_day.or(key.calls_a_day);
            key.is_rotated_by(&self.by.actor);
            Ok(Some(expires))
        };
        self.amend(id, UseAct::KeyRotated, renewed, beside)
    }

    /// Revokes a key, for ever; once more changes nothing.
    pub fn revoke(&self, id: &str) -> Result<ApiKey, AccountError> {
        let revoked = |_: &Pen<'_>, key: &mut ApiKey| {
            key.revoked.get_or_insert((self.edge.now)());
            Ok(None)
        };
        self.amend(id, UseAct::KeyRevoked, revoked, alone)
    }

    /// A page of keys.
    pub fn list(&self, after: Option<&Cursor>, most: usize) -> Result<Keys, StoreError> {
        listed(self.library, Some(&self.by.agency), after, most)
    }

    fn amend(
        &self,
        id: &str,
        act: UseAct,
        change: impl FnOnce(&Pen<'_>, &mut ApiKey) -> Result<Option<Timestamp>, AccountError>,
        beside: impl Beside,
    ) -> Result<ApiKey, AccountError> {
        commit_use(self.library, act, |pen| {
            let paper = pen.office(Drawer::ApiKeys, &key_of(id))?;
            let found = paper.map(|paper| read::<ApiKey>(&paper)).transpose()?;
            let mut key = found.filter(|key| *key.mandate.agency() == self.by.agency).ok_or(AccountError::KeyUnknown)?;
            key.mandate.may_be_managed_by(self.by)?;
            let until = change(pen, &mut key)?;
            key.put(pen, id)?;
            self.note(pen, id, act, until)?;
            beside(pen, id, &key)?;
            Ok(key)
        })
    }

    fn note(&self, pen: &mut Pen<'_>, id: &str, act: UseAct, until: Option<Timestamp>) -> Result<(), StoreError> {
        let (agency, actor) = (self.by.agency, self.by.actor.clone());
        let entry = Use { at: (self.edge.now)(), agency, actor, act, subject: format!("key:{id}"), until };
        note_use(pen, &entry, self.edge.drawn())
    }
}

/// Refuses a certificate that is another account's: nobody could say which of the two calls.
fn is_free(pen: &Pen<'_>, id: &str, by: &Proven, now: Timestamp) -> Result<(), AccountError> {
    if by.proof == Proof::Secret {
        return Ok(());
    }
    let place = of_certificate(&Thumbprint::of_bytes(by.hash));
    let Some(other) = pen.office(Drawer::ApiKeys, &place)?.filter(|other| other != id.as_bytes()) else { return Ok(()) };
    let paper = pen.office(Drawer::ApiKeys, &[&[KEYS], other.as_slice()].concat())?;
    let key = paper.map(|paper| read::<ApiKey>(&paper)).transpose()?;
    let taken = key.is_some_and(|key| key.closed(now).is_ok() && key.proven(by, now));
    if taken { Err(AccountError::CertificateTaken) } else { Ok(()) }
}

fn text(id: &str, secret: &Secret) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(format!("kanhe_{id}_{}", secret.text()))
}

fn after(now: Timestamp, name: &'static str, days: u32, least: u32, most: u32) -> Result<Timestamp, AccountError> {
    if !(least..=most).contains(&days) {
        return Err(AccountError::Term { name, found: days, least, most });
    }
    Ok(now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX))
}
