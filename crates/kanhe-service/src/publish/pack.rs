//! The pack, renewed: everything that the present one carries, with our own manifest and lists of today.

use super::{PublishError, manifest};
use crate::house::House;
use jiff::Timestamp;
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::manifest::{Manifest, Uses};
use kanhe_core::pack::Contents;
use kanhe_issuer::publisher::{Renewal, Term, read_contents};

/// Renews the pack, if that is due. Returns its epoch.
pub(super) fn renew(house: &House) -> Result<Option<u64>, PublishError> {
    let Some(name) = &house.press.rules.pack_key else { return Ok(None) };
    let key = house.keys.iter().find(|key| key.name() == name).ok_or_else(|| PublishError::KeyNotHeld { name: name.clone() })?;
    let present = house.shelf.present().ok_or(PublishError::NoPack)?;
    let before = read_contents(present.file().as_ref(), house.shelf.trusted())?;
    let (signed, manifest) = manifest(&house.library)?;
    let notices = house.press.notices();
    let listed = notices.iter().filter(|(_, notice)| speaks(&manifest, notice));
    let lists: Vec<(String, &[u8])> = listed.map(|(_, notice)| (notice.uri.clone(), notice.file.as_ref())).collect();
    let named = |id: u32| manifest.dictionaries.iter().any(|dictionary| dictionary.id == id);
    let dictionaries: Vec<_> = house.dictionaries.iter().filter(|dictionary| named(dictionary.id())).cloned().collect();
    let renewal = Renewal { manifest: &signed.envelope, lists: &lists, dictionaries: &dictionaries };
    let now = house.now();
    let young = before.issued.duration_until(now) < before.issued.duration_until(before.expires) / 2;
    if young && renewal.stands_in(&before) {
        return Ok(None);
    }
    let term = Term { issued: now, expires: now.checked_add(house.press.rules.pack_life).unwrap_or(Timestamp::MAX) };
    let contents = renewal.after(&before, term);
    let bytes = sign_to_cose_by(key.key(), Contents::TYPE, &contents.encode())?;
    // Proofread as a counter reads it, by the keys that counters trust, before the file of the one before is given up.
    let Some(next) = house.shelf.examine(bytes)? else { return Ok(None) };
    (house.press.keep)(next.file().as_ref()).map_err(|code| PublishError::NotKept { code })?;
    house.shelf.place(next)?;
    Ok(Some(contents.epoch))
}

/// Whether the manifest still takes the word of the key that signed a list.
fn speaks(manifest: &Manifest, notice: &super::Notice) -> bool {
    let mut keys = manifest.agencies.iter().flat_map(|agency| &agency.keys);
    keys.any(|key| key.key.id() == notice.key_id && key.uses.include(Uses::STATUS) && key.counts_before.is_none())
}
