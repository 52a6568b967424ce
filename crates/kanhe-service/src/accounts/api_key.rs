//! Accounts of systems, and how these prove who they are: by a key, `kanhe_<id>_<secret>`, sent as `Authorization: Bearer`, or by a client
//! certificate that an administrator has linked (mutual TLS).
//!
//! Both are rotated, run out and are revoked alike, and one may take the place of the other: the account keeps its id.

mod cabinet;

pub use cabinet::{Beside, Cut, Grant, KeyCabinet, Keys, alone};

use super::caller::Caller;
use super::mandate::Mandate;
use super::paper::{moment_or_never, read, written};
use super::refusal::CredentialError;
use super::secret::Secret;
use super::thumbprint::{ClientCertificate, Thumbprint};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::Uscc;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// A key is good for so many days at most.
pub const LONGEST_TERM: u32 = 1_095;

/// An old secret lives on for so many days at most, after there is a new one.
pub const LONGEST_OVERLAP: u32 = 90;

/// So many secrets or certificates from before the present one are taken at a time, at most: each is compared with what is shown.
pub const MOST_OLDER: usize = 10;

/// A system's key.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ApiKey {
    /// What it may do.
    #[n(0)]
    pub mandate: Mandate,
    #[n(1)]
    hash: ByteArray<32>,
    #[n(2)]
    older: Option<Older>,
    /// When it was made.
    #[n(3)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub made: Timestamp,
    /// When it runs out.
    #[n(4)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub expires: Timestamp,
    /// When it was revoked.
    #[n(5)]
    #[cbor(with = "moment_or_never")]
    pub revoked: Option<Timestamp>,
    /// The start, in China, of the day when it was last used.
    #[n(6)]
    #[cbor(with = "moment_or_never")]
    used: Option<Timestamp>,
    /// What the hash is of; a secret, where nothing is said.
    #[n(7)]
    proof: Option<Proof>,
    /// Who has made it, or, of keys from before the next field, who was the last to rotate it; unknown of keys from before this one.
    #[n(8)]
    cut_by: Option<String>,
    /// Who has rotated it since, each once.
    #[n(9)]
    rotated_by: Option<Vec<String>>,
    /// Questions of sharing that it may ask on a day; what `[sharing]` says, where nothing is said.
    #[n(10)]
    pub calls_a_day: Option<u32>,
    /// What proved it before `older`, and is taken still: where the answer to a rotation was lost, it is this that the system uses.
    #[n(11)]
    oldest: Option<Vec<Older>>,
}

/// What a hash is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
enum Proof {
    /// A secret that was drawn here.
    #[n(0)]
    Secret,
    /// A certificate.
    #[n(1)]
    Certificate,
}

/// A secret or certificate from before the present one.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Older {
    #[n(0)]
    hash: ByteArray<32>,
    #[n(1)]
    #[cbor(with = "kanhe_core::wire::moment")]
    until: Timestamp,
    #[n(2)]
    proof: Option<Proof>,
}

/// What proves a system from now on, as it is kept.
#[derive(Clone, Copy)]
struct Proven {
    proof: Proof,
    hash: [u8; 32],
}

impl Proven {
    fn by(secret: &Secret) -> Self {
        Self { proof: Proof::Secret, hash: secret.hash() }
    }

    const fn by_certificate(certificate: &ClientCertificate) -> Self {
        Self { proof: Proof::Certificate, hash: *certificate.thumbprint.bytes() }
    }

    fn is(&self, proof: Option<Proof>, hash: &ByteArray<32>) -> bool {
        proof.unwrap_or(Proof::Secret) == self.proof && **hash == self.hash
    }
}

impl ApiKey {
    /// The day, in China, when it was last used.
    pub fn used(&self) -> Option<Date> {
        self.used.map(day_in_china)
    }

    /// Until when a secret from before the present one is taken.
    pub fn older_until(&self) -> Option<Timestamp> {
        self.olders().map(|older| older.until).max()
    }

    fn olders(&self) -> impl Iterator<Item = &Older> {
        self.older.iter().chain(self.oldest.iter().flatten())
    }

    /// What is taken beside what proves it next, the newest first: nothing for longer than `until`, so that no overlap ends all of it at once.
    fn taken_beside(&self, next: &Proven, until: Timestamp, now: Timestamp) -> Vec<Older> {
        let present = Older { hash: self.hash, until, proof: self.proof };
        let before = self.olders().map(|older| Older { until: older.until.min(until), ..older.clone() });
        std::iter::once(present).chain(before).filter(|older| now < older.until && !next.is(older.proof, &older.hash)).collect()
    }

    /// The certificate that proves it; none, where a secret does.
    pub fn certificate(&self) -> Option<Thumbprint> {
        (self.proof == Some(Proof::Certificate)).then(|| Thumbprint::of_bytes(*self.hash))
    }

    /// Who has made it; unknown of the oldest keys.
    pub fn made_by(&self) -> Option<&str> {
        self.cut_by.as_deref()
    }

    /// Who else has rotated it, each once.
    pub fn rotated_by(&self) -> &[String] {
        self.rotated_by.as_deref().unwrap_or_default()
    }

    /// Whose hands it went through: who made it, and all who have rotated it. What it does, they could have done.
    ///
    /// Nobody is forgotten when the next one rotates it: what it has proposed before waits still, and an old secret is taken for some days.
    fn hands(&self) -> impl Iterator<Item = &str> {
        self.made_by().into_iter().chain(self.rotated_by().iter().map(String::as_str))
    }

    fn is_rotated_by(&mut self, actor: &str) {
        let rotated_by = self.rotated_by.get_or_insert_default();
        if self.cut_by.as_deref() != Some(actor) && !rotated_by.iter().any(|before| before == actor) {
            rotated_by.push(actor.to_owned());
        }
    }

    fn proven(&self, shown: &Proven, now: Timestamp) -> bool {
        let older = || self.olders().any(|older| shown.is(older.proof, &older.hash) && now < older.until);
        shown.is(self.proof, &self.hash) || older()
    }

    fn closed(&self, now: Timestamp) -> Result<(), CredentialError> {
        match (self.revoked, now >= self.expires) {
            (Some(_), _) => Err(CredentialError::KeyRevoked),
            (None, true) => Err(CredentialError::KeyExpired),
            (None, false) => Ok(()),
        }
    }

    /// Whether it is neither revoked nor has run out.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed(now).is_ok()
    }

    fn caller(&self, id: &str) -> Caller {
        self.mandate.caller(format!("key:{id}"))
    }

    fn find(library: &Library, id: &str) -> Result<Option<Self>, StoreError> {
        library.office(Drawer::ApiKeys, &key_of(id))?.map(|paper| read(&paper)).transpose()
    }

    /// The key with an id, as a commit finds it.
    pub(super) fn in_commit(pen: &Pen<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        pen.office(Drawer::ApiKeys, &key_of(id))?.map(|paper| read(&paper)).transpose()
    }

    fn put(&self, pen: &mut Pen<'_>, id: &str) -> Result<(), StoreError> {
        pen.put_office(Drawer::ApiKeys, &of_agency(self.mandate.agency(), id), id.as_bytes())?;
        // What an account that is closed has shown may have become another's since.
        if let Some(certificate) = self.certificate().filter(|_| self.revoked.is_none()) {
            pen.put_office(Drawer::ApiKeys, &of_certificate(&certificate), id.as_bytes())?;
        }
        pen.put_office(Drawer::ApiKeys, &key_of(id), &written(self))
    }
}

/// What the first byte of a key in the drawer tells of.
const KEYS: u8 = 0;
const OF_AGENCY: u8 = 1;
const OF_CERTIFICATE: u8 = 2;

fn key_of(id: &str) -> Vec<u8> {
    [&[KEYS], id.as_bytes()].concat()
}

fn of_agency(agency: &Uscc, id: &str) -> Vec<u8> {
    [&[OF_AGENCY], agency.as_str().as_bytes(), id.as_bytes()].concat()
}

fn of_certificate(certificate: &Thumbprint) -> Vec<u8> {
    [&[OF_CERTIFICATE], certificate.bytes().as_slice()].concat()
}

/// Finds the system whose key this is, and writes down, once a day, that it was used.
pub fn recognise(library: &Library, text: &str, now: Timestamp) -> Result<Caller, CredentialError> {
    let (id, secret) = parse(text).ok_or(CredentialError::KeyUnknown)?;
    admit(library, id, &Proven::by(&secret), None, now)?.ok_or(CredentialError::KeyUnknown)
}

/// The same, where that asks nothing of the disk and nothing is to be written down: the usual case. None says nothing at all.
pub fn recognise_at_once(library: &Library, text: &str, now: Timestamp) -> Option<Caller> {
    let (id, secret) = parse(text)?;
    let key: ApiKey = read(&library.office_at_hand(Drawer::ApiKeys, &key_of(id))?).ok()?;
    let usual = key.proven(&Proven::by(&secret), now) && key.closed(now).is_ok() && key.used() == Some(day_in_china(now));
    usual.then(|| key.caller(id))
}

/// Finds the system to which a client certificate is linked. That its authority is a named one, and its term not over, TLS has seen.
pub fn recognise_certificate(library: &Library, certificate: ClientCertificate, now: Timestamp) -> Result<Caller, CredentialError> {
    let unknown = CredentialError::CertificateUnknown;
    let id = library.office(Drawer::ApiKeys, &of_certificate(&certificate.thumbprint))?.and_then(|id| String::from_utf8(id).ok());
    let caller = id.map(|id| admit(library, &id, &Proven::by_certificate(&certificate), certificate.until, now)).transpose()?;
    caller.flatten().ok_or(unknown)
}

/// Lets a system in that has shown what proves it, and how long that lasts by itself, where it says so.
fn admit(library: &Library, id: &str, shown: &Proven, until: Option<Timestamp>, now: Timestamp) -> Result<Option<Caller>, CredentialError> {
    let Some(key) = ApiKey::find(library, id)?.filter(|key| key.proven(shown, now)) else { return Ok(None) };
    key.closed(now)?;
    // Of a certificate that was linked by its number the end is known when it is shown; what is the account's next proof has another.
    let ends = |key: &ApiKey| until.filter(|_| shown.is(key.proof, &key.hash)).map_or(key.expires, |until| until.min(key.expires));
    if key.used() != Some(day_in_china(now)) || ends(&key) != key.expires {
        library.commit_even_astray(|pen| match ApiKey::in_commit(pen, id)? {
            Some(key) => ApiKey { used: Some(now), expires: ends(&key), ..key }.put(pen, id),
            None => Ok(()),
        })?;
    }
    Ok(Some(key.caller(id)))
}

/// A key that was not used for so long is not missed when it ends.
const IN_USE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// So long before its end a key that is in use is to be rotated.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Keys looked at at a time.
const AT_A_TIME: usize = 1_000;

/// How many keys end soon that are in use, of all agencies.
pub fn ending(library: &Library, now: Timestamp) -> Result<u64, StoreError> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = library.office_page(Drawer::ApiKeys, &[KEYS], after.as_ref(), AT_A_TIME)?;
        for (_, paper) in &page.papers {
            let key: ApiKey = read(paper)?;
            let is_used = key.used.is_some_and(|used| now.duration_since(used) < IN_USE);
            count += u64::from(is_used && key.is_open(now) && key.expires.duration_since(now) < SOON);
        }
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// How many keys of an agency are good still that went through somebody's hands: they outlive his account.
pub fn in_hands_of(library: &Library, agency: &Uscc, actor: &str, now: Timestamp) -> Result<u64, StoreError> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = listed(library, Some(agency), after.as_ref(), AT_A_TIME)?;
        let held = page.keys.iter().filter(|(_, key)| key.is_open(now) && key.hands().any(|hand| hand == actor));
        count += u64::try_from(held.count()).unwrap_or(u64::MAX);
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// A page of the keys of an agency, or of all.
pub fn listed(library: &Library, agency: Option<&Uscc>, after: Option<&Cursor>, most: usize) -> Result<Keys, StoreError> {
    let prefix = agency.map_or(vec![OF_AGENCY], |agency| of_agency(agency, ""));
    let page = library.office_page(Drawer::ApiKeys, &prefix, after, most)?;
    let mut keys = Vec::with_capacity(page.papers.len());
    for (_, id) in page.papers {
        let id = String::from_utf8(id).map_err(|_| StoreError::Malformed { family: "office" })?;
        keys.extend(ApiKey::find(library, &id)?.map(|key| (id, key)));
    }
    Ok(Keys { keys, next: page.next })
}

/// How many questions of sharing a caller may ask on a day, where that was said of its key.
pub fn quota(library: &Library, actor: &str) -> Result<Option<u32>, StoreError> {
    quota_of(actor, |id| ApiKey::find(library, id))
}

/// The same, as a commit finds it.
pub fn quota_in(pen: &Pen<'_>, actor: &str) -> Result<Option<u32>, StoreError> {
    quota_of(actor, |id| ApiKey::in_commit(pen, id))
}

fn quota_of(actor: &str, key: impl FnOnce(&str) -> Result<Option<ApiKey>, StoreError>) -> Result<Option<u32>, StoreError> {
    let key = actor.strip_prefix("key:").map(key).transpose()?.flatten();
    Ok(key.and_then(|key| key.calls_a_day))
}

/// Who stands behind an actor: whose hands a system's key went through, and nobody behind a person. Four eyes are counted by it.
pub fn behind(pen: &Pen<'_>, actor: &str) -> Result<Vec<String>, StoreError> {
    let Some(id) = actor.strip_prefix("key:") else { return Ok(Vec::new()) };
    let key = pen.office(Drawer::ApiKeys, &key_of(id))?.map(|paper| read::<ApiKey>(&paper)).transpose()?;
    Ok(key.iter().flat_map(ApiKey::hands).map(str::to_owned).collect())
}

/// The id and the secret of a key's text.
fn parse(text: &str) -> Option<(&str, Secret)> {
    let (id, secret) = text.strip_prefix("kanhe_")?.split_once('_')?;
    Some((id, Secret::parse(secret)?))
}
