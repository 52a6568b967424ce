//! A signed file, fetched once: a link is good for ten minutes, and for who has it.
//!
//! The link's token has 256 bits and is kept as its hash: who reads the library cannot fetch anything with what stands there.

use super::found::{Found, Held};
use super::inquiry::{Inquiry, Share, ShareAct};
use super::refusal::ShareError;
use crate::accounts::paper::{moment_or_never, read, written};
use crate::accounts::secret::Secret;
use crate::accounts::{Account, Right};
use crate::house::House;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::CertificateId;
use kanhe_core::wire;
use kanhe_issuer::sight::Sight;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// For how long a link is good (GB/T 36906).
pub const TERM: SignedDuration = SignedDuration::from_mins(10);

/// So long it is remembered that there was such a link, so that who comes late is told why.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// So many forgotten links are swept away with each new one.
const SWEPT: usize = 16;

/// What is kept of a link.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Link {
    #[n(0)]
    identifier: CertificateId,
    /// Who asked for it, and for what.
    #[n(1)]
    asked: Share,
    #[n(2)]
    #[cbor(with = "wire::moment")]
    expires: Timestamp,
    #[n(3)]
    #[cbor(with = "moment_or_never")]
    fetched: Option<Timestamp>,
}

/// A link that was given out.
pub struct Given {
    /// Its token, which stands here and nowhere else.
    pub token: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// What stands behind a link.
pub struct Fetched {
    /// The certificate.
    pub identifier: CertificateId,
    /// Its signed file.
    pub file: Vec<u8>,
}

/// Gives out a link to the signed file of a certificate: everything stands in it, so each of its holders must have agreed.
///
/// `beside` writes what else belongs into the commit.
pub fn give(
    house: &House,
    inquiry: &Inquiry<'_>,
    found: &Found,
    beside: impl FnOnce(&mut Pen<'_>, &CertificateId) -> Result<(), StoreError>,
) -> Result<Given, ShareError> {
    let Some(Held { card, certificate, .. }) = found.held.first() else {
        inquiry.note(house, &[], None)?;
        return Err(ShareError::NotFound);
    };
    inquiry.agreed_for_file(house, &certificate.holders)?;
    let (secret, now) = (Secret::new(house.chance()), house.now());
    let expires = now.checked_add(TERM).unwrap_or(Timestamp::MAX);
    let asked = Share {
        at: now,
        agency: inquiry.caller.agency,
        actor: inquiry.caller.actor.clone(),
        act: ShareAct::Download,
        purpose: inquiry.purpose.clone(),
        whole: inquiry.sight == Sight::Whole,
        about: inquiry.about.clone(),
        certificates: found.identifiers(),
        result: None,
        agreed: inquiry.agreed_as_told(),
    };
    let link = Link { identifier: card.identifier.clone(), asked, expires, fetched: None };
    let (key, old) = (secret.hash(), forgotten_after(&house.library, &secret.hash(), now)?);
    inquiry.note_with(house, &found.identifiers(), None, |pen| {
        for place in &old {
            pen.take_office(Drawer::Links, place);
        }
        pen.put_office(Drawer::Links, &key, &written(&link))?;
        Ok(beside(pen, &link.identifier)?)
    })?;
    Ok(Given { token: secret.text(), expires })
}

/// The signed file behind a link, the first time that somebody asks for it in time; that it was fetched is written down before.
///
/// It is given in the name of who asked for the link: a key that was stolen leaves none behind that is still good.
pub fn fetch(house: &House, token: &str) -> Result<Fetched, ShareError> {
    let key = Secret::parse(token).ok_or(ShareError::LinkUnknown)?.hash();
    let now = house.now();
    let identifier = house.library.commit(|pen| {
        let link = pen.office(Drawer::Links, &key)?.map(|paper| read::<Link>(&paper)).transpose()?.ok_or(ShareError::LinkUnknown)?;
        if link.fetched.is_some() {
            return Err(ShareError::LinkSpent);
        }
        if now >= link.expires {
            return Err(ShareError::LinkExpired { minutes: TERM.as_mins() });
        }
        if !may_still(pen, house, &link, now)? {
            return Err(ShareError::LinkWithdrawn);
        }
        Share { at: now, ..link.asked.clone() }.put(pen, house)?;
        let identifier = link.identifier.clone();
        pen.put_office(Drawer::Links, &key, &written(&Link { fetched: Some(now), ..link }))?;
        Ok(identifier)
    })?;
    let mark = house.library.find(&identifier)?.ok_or(ShareError::NotFound)?;
    let file = house.library.record(mark)?.envelope;
    Ok(Fetched { identifier, file })
}

/// Whether the account that asked for a link is open, and might still ask for it.
fn may_still(pen: &Pen<'_>, house: &House, link: &Link, now: Timestamp) -> Result<bool, StoreError> {
    let caller = Account::new(&house.library, &link.asked.actor).caller(pen, now)?.filter(|caller| caller.agency == link.asked.agency);
    Ok(caller.is_some_and(|caller| caller.may_for(Right::Share, link.identifier.type_code()).is_ok()))
}

/// Some links that nobody is told of any more. Hashes are as good as random, so the next ones are a fair sample.
fn forgotten_after(library: &Library, key: &[u8], now: Timestamp) -> Result<Vec<Vec<u8>>, StoreError> {
    let page = library.office_between(Drawer::Links, key, &[], None, SWEPT)?;
    let old = |paper: &[u8]| read::<Link>(paper).is_ok_and(|link| now.duration_since(link.expires) > REMEMBERED);
    Ok(page.papers.into_iter().filter(|(_, paper)| old(paper)).map(|(place, _)| place).collect())
}
