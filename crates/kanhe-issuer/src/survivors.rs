//! What a stolen key signed: before the cut-off that the manifest names, which stays good, and behind it, which counters refuse.

mod notice;

pub use notice::{Notice, notices};

use crate::proposal::taken;
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::event::{Act, Event};
use kanhe_core::key::{KeyId, VerifyingKey};
use kanhe_core::manifest::{AgencyKey, Manifest};
use kanhe_core::qr::Scanned;
use kanhe_core::survivors::Survivors;
use kanhe_store::{Card, Library, Record, Shelfmark, StoreError};
use std::sync::Arc;

/// The hashes of all seals that the key signed and whose issue stands in the log before an index.
///
/// # Errors
///
/// A certificate has no issue: without its seal in the list counters would refuse it.
pub fn honest_seals(library: &Library, key: &VerifyingKey, before: u64) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut hashes = Vec::new();
    for shelfmark in library.shelfmarks()? {
        let (index, event) = issue_of(library, shelfmark)?.ok_or(StoreError::Malformed { family: "histories" })?;
        // The first event of a version is its issue: its index says on which side of the theft it lies.
        if index < before && signer_of(&library.record(shelfmark)?) == Some(key.id()) {
            hashes.push(event.seal);
        }
    }
    Ok(hashes)
}

/// A certificate that a stolen key signed at the cut-off or behind it: the agency's own, or the thief's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Where the log has its issue.
    pub index: u64,
    /// The act that made it.
    pub act: Act,
    /// What the library knows of it.
    pub card: Card,
}

/// Everything that the key signed at an index of the log or behind it, in the order of the log.
///
/// # Errors
///
/// An event is lost, or the certificate that it issued is not found: it could be the thief's.
pub fn lost<'l>(
    library: &'l Library,
    key: &VerifyingKey,
    before: u64,
) -> Result<impl Iterator<Item = Result<Lost, StoreError>> + 'l, StoreError> {
    let (key, size) = (key.id(), library.log_size()?);
    let one = move |index| -> Result<Option<Lost>, StoreError> {
        let event = library.event_at(index)?;
        if !issues(&event) {
            return Ok(None);
        }
        let identifier = CertificateId::parse(&event.subject).map_err(|_| StoreError::Malformed { family: "events" })?;
        let shelfmark = library.find(&identifier)?.ok_or(StoreError::Malformed { family: "identifiers" })?;
        let signed = signer_of(&library.record(shelfmark)?) == Some(key);
        Ok(if signed { Some(Lost { index, act: event.act, card: library.card(shelfmark)? }) } else { None })
    };
    Ok((before..size).filter_map(move |index| one(index).transpose()))
}

/// How many of these could still be used, if counters took the key's word.
pub fn usable(lost: impl Iterator<Item = Result<Lost, StoreError>>) -> Result<u64, StoreError> {
    lost.map(|lost| lost.map(|lost| u64::from(lost.card.can_be_used()))).sum()
}

/// How many usable certificates lie behind the cut-offs of all stolen keys of a manifest.
pub fn usable_behind(library: &Library, manifest: &Manifest) -> Result<u64, StoreError> {
    Thefts::of(manifest).iter().map(|(key, before)| usable(lost(library, key, *before)?)).sum()
}

/// The stolen keys of a manifest of whose survivors the library holds no list that is good for their cut-off: with a pack that has none
/// either, nobody can tell of any certificate of theirs.
pub fn unlisted(library: &Library, manifest: &Manifest) -> Result<Vec<KeyId>, StoreError> {
    let thefts = Thefts::of(manifest);
    Ok(thefts.beside(&taken::survivors(library)?).map(|(key, _)| key.id()).collect())
}

/// The stolen keys of a manifest, each with the index of the log from which on it counts no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thefts(Vec<(VerifyingKey, u64)>);

impl Thefts {
    /// Those that a manifest tells of.
    pub fn of(manifest: &Manifest) -> Self {
        let keys = manifest.agencies.iter().flat_map(|agency| &agency.keys);
        Self(keys.filter_map(|key| Some((key.key, key.counts_before?))).collect())
    }

    /// A key alone, if it is stolen.
    pub(crate) fn of_key(key: &AgencyKey) -> Self {
        Self(key.counts_before.map(|before| (key.key, before)).into_iter().collect())
    }

    /// Those of the manifest that a library works under.
    pub fn known_to(library: &Library) -> Result<Self, StoreError> {
        Ok(under(library)?.map(|manifest| Self::of(&manifest)).unwrap_or_default())
    }

    /// Each stolen key with its cut-off.
    pub fn iter(&self) -> impl Iterator<Item = &(VerifyingKey, u64)> {
        self.0.iter()
    }

    /// Those of which none of these lists has the survivors.
    fn beside<'t>(&'t self, lists: &[Vec<u8>]) -> impl Iterator<Item = &'t (VerifyingKey, u64)> + use<'t> {
        let read = |list: &Vec<u8>| Envelope::decode(list).and_then(|envelope| envelope.read_unchecked::<Survivors>()).ok();
        let lists: Vec<Survivors> = lists.iter().filter_map(read).collect();
        self.iter().filter(move |(key, before)| !lists.iter().any(|list| list.is_of(key, *before)))
    }

    /// The same of a certificate whose record nobody has read: it is read only where a key was stolen.
    pub fn reach_at(&self, library: &Library, shelfmark: Shelfmark) -> Result<bool, StoreError> {
        if self.0.is_empty() { Ok(false) } else { self.reach(library, shelfmark, &library.record(shelfmark)?) }
    }

    /// Whether a certificate lies behind the cut-off of the stolen key that signed it: counters refuse it, whatever its state is.
    pub fn reach(&self, library: &Library, shelfmark: Shelfmark, record: &Record) -> Result<bool, StoreError> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let signer = signer_of(record);
        let Some((_, before)) = self.0.iter().find(|(key, _)| Some(key.id()) == signer) else { return Ok(false) };
        Ok(issue_of(library, shelfmark)?.is_none_or(|(index, _)| index >= *before))
    }
}

/// How many stolen keys the manifest of a library tells of, of one agency or of all.
pub fn stolen_keys(library: &Library, of: Option<&Uscc>) -> Result<usize, StoreError> {
    let Some(manifest) = under(library)? else { return Ok(0) };
    let agencies = manifest.agencies.iter().filter(|agency| of.is_none_or(|of| agency.code == *of));
    Ok(agencies.flat_map(|agency| &agency.keys).filter(|key| key.counts_before.is_some()).count())
}

fn under(library: &Library) -> Result<Option<Arc<Authentic<Manifest>>>, StoreError> {
    library.opened_manifest(StoreError::Manifest)
}

/// Where the log has the issue of a certificate.
pub fn issue_of(library: &Library, shelfmark: Shelfmark) -> Result<Option<(u64, Event)>, StoreError> {
    Ok(library.history(shelfmark)?.into_iter().find(|(_, event)| issues(event)))
}

/// The key that a certificate's seal names.
pub(crate) fn signer_of(record: &Record) -> Option<KeyId> {
    Scanned::of_bytes(&record.seal).ok().map(|scanned| scanned.envelope().key_id())
}

const fn issues(event: &Event) -> bool {
    event.act.makes_a_version()
}
