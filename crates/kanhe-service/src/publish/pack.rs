//! The pack, renewed: everything that the present one carries, with our own manifest and lists of today.

use super::{PublishError, manifest};
use crate::house::House;
use jiff::Timestamp;
use kanhe_core::envelope::{Authentic, Document, Envelope, sign_to_cose_by};
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::pack::{Contents, Pack};
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::proposal::taken;
use kanhe_issuer::publisher::{Renewal, Term, moment_of, read_contents};
use kanhe_issuer::recorded::is_ahead;
use kanhe_store::Library;

/// What the region says in a pack, beside lists and dictionaries.
pub struct Parts {
    envelope: Vec<u8>,
    manifest: Authentic<Manifest>,
    recognition: Option<Vec<u8>>,
    survivors: Vec<Vec<u8>>,
}

impl Parts {
    /// What it says now.
    pub fn present(library: &Library) -> Result<Self, PublishError> {
        let (signed, manifest) = manifest(library)?;
        let (recognition, survivors) = (taken::recognition(library)?, taken::survivors(library)?);
        Ok(Self { envelope: signed.envelope, manifest, recognition, survivors })
    }

    /// The same with another manifest, which this key has signed, and more lists of survivors.
    pub fn with_manifest(self, envelope: &[u8], root: &VerifyingKey, survivors: &[Vec<u8>]) -> Result<Self, PublishError> {
        let read = Envelope::decode(envelope).and_then(|envelope| envelope.authenticate(root));
        let manifest = read.map_err(PublishError::Manifest)?;
        Ok(Self { envelope: envelope.to_vec(), manifest, survivors: [survivors, &self.survivors].concat(), ..self })
    }

    /// The same with another recognition.
    pub fn with_recognition(self, envelope: &[u8]) -> Self {
        Self { recognition: Some(envelope.to_vec()), ..self }
    }
}

/// Renews the pack, if that is due. Returns its epoch.
pub(super) fn renew(house: &House) -> Result<Option<u64>, PublishError> {
    let Some(key) = key(house)? else { return Ok(None) };
    let present = house.shelf.present().ok_or(PublishError::NoPack)?;
    let before = read_contents(present.file().as_ref(), house.shelf.trusted())?;
    let Some(contents) = next(house, &before, &Parts::present(&house.library)?) else { return Ok(None) };
    let Term { issued, expires } = term(house, moment_of(&contents, house.moment_after(Some(before.issued))?));
    let contents = Contents { issued, expires, ..contents };
    let bytes = sign_to_cose_by(key.key(), Contents::TYPE, &contents.encode())?;
    // Proofread as a counter reads it, by the keys that counters trust, before the file of the one before is given up.
    let Some(next) = house.shelf.examine(bytes)? else { return Ok(None) };
    (house.press.keep)(next.file().as_ref()).map_err(PublishError::NotKept)?;
    house.shelf.place(next)?;
    Ok(Some(contents.epoch))
}

/// Refuses parts with which the next pack would not open: counters would stay with the one before. Where packs are made elsewhere, nobody
/// can tell.
pub fn rehearse(house: &House, parts: &Parts) -> Result<(), PublishError> {
    let (Some(key), Some(present)) = (key(house)?, house.shelf.present()) else { return Ok(()) };
    let before = read_contents(present.file().as_ref(), house.shelf.trusted())?;
    let Some(contents) = next(house, &before, parts) else { return Ok(()) };
    let bytes = sign_to_cose_by(key.key(), Contents::TYPE, &contents.encode())?;
    Pack::open(&bytes, house.shelf.trusted()).map(drop).map_err(PublishError::Pack)
}

/// The key that signs packs; none where they are made elsewhere.
fn key(house: &House) -> Result<Option<&NamedKey>, PublishError> {
    let Some(name) = &house.press.rules.pack_key else { return Ok(None) };
    let held = house.keys.iter().find(|key| key.name() == name);
    held.map(Some).ok_or_else(|| PublishError::KeyNotHeld { name: name.clone() })
}

/// What the next pack says; nothing where it would say the same and the present one is young.
fn next(house: &House, before: &Contents, parts: &Parts) -> Option<Contents> {
    let Parts { envelope, manifest, recognition, survivors } = parts;
    let notices = house.press.notices();
    let listed = notices.iter().filter(|(_, notice)| speaks(manifest, notice));
    let lists: Vec<(String, &[u8])> = listed.map(|(_, notice)| (notice.uri.clone(), notice.file.as_ref())).collect();
    let named = |id: u32| manifest.dictionaries.iter().any(|dictionary| dictionary.id == id);
    let dictionaries: Vec<_> = house.dictionaries.iter().filter(|dictionary| named(dictionary.id())).cloned().collect();
    let recognition = recognition.as_deref();
    let renewal = Renewal { manifest: envelope, lists: &lists, dictionaries: &dictionaries, recognition, survivors };
    let now = house.now();
    let young = before.issued.duration_until(now) < before.issued.duration_until(before.expires) / 2 && !is_ahead(before.issued, now);
    if young && renewal.stands_in(before) {
        return None;
    }
    Some(renewal.after(before, term(house, now)))
}

/// From when to when a pack speaks that is signed at a moment.
fn term(house: &House, issued: Timestamp) -> Term {
    Term { issued, expires: issued.checked_add(house.press.rules.pack_life).unwrap_or(Timestamp::MAX) }
}

/// Whether the manifest still takes the word of the key that signed a list.
fn speaks(manifest: &Manifest, notice: &super::Notice) -> bool {
    let mut keys = manifest.agencies.iter().flat_map(|agency| &agency.keys);
    keys.any(|key| key.key.id() == notice.key_id && key.signs_lists())
}
