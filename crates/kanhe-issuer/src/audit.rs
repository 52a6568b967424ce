//! The rules' part of checking a library: that every signature holds under the manifest, and every card says what its history made of it.

use crate::backing::{Lack, lacks};
use crate::lifecycle::last_of;
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::{Seal, digest_of, seal_hash};
use kanhe_store::check::{Defect, Whole};
use kanhe_store::{Library, StoreError};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Judges one certificate of a library: the first thing that is not as it must be, or else everything that the manifest lacks for it.
///
/// What the manifest lacks speaks of the manifest, and the rest of the certificate. What has ended is refused by counters anyhow: of it only
/// a key that nobody knows is told, for then nobody knows whether its signatures hold.
pub fn judge(whole: &Whole<'_>, manifest: &Manifest) -> Vec<Defect> {
    let card = whole.card;
    let lacks = lacks(card, whole.record, manifest);
    let mut keys = manifest.agencies.iter().filter(|one| one.code == *card.agency()).flat_map(|agency| &agency.keys);
    if !lacks.iter().any(Lack::hides_the_signer) && !keys.any(|key| signatures_hold(whole, &key.key)) {
        return vec![Defect::Signature];
    }
    if let Some(defect) = against_history(whole) {
        return vec![defect];
    }
    lacks.into_iter().filter(|lack| card.can_be_used() || lack.hides_the_signer()).map(Lack::defect).collect()
}

/// The same under the manifest that a library has; where that is gone or damaged, which is a finding of its own, by the history alone.
pub fn judge_under(whole: &Whole<'_>, manifest: Option<&Manifest>) -> Vec<Defect> {
    manifest.map_or_else(|| against_history(whole).into_iter().collect(), |manifest| judge(whole, manifest))
}

/// The manifest of a library that is to be judged, if there is one to be believed.
pub fn manifest_of(library: &Library) -> Option<Arc<Authentic<Manifest>>> {
    library.opened_manifest(StoreError::Manifest).ok().flatten()
}

/// What is not as the history of a certificate has made it.
fn against_history(whole: &Whole<'_>) -> Option<Defect> {
    let (card, identifier) = (whole.card, &whole.card.identifier);
    let told = last_of(identifier, whole.history.iter().map(|(_, event)| event));
    if told != Some((card.state, card.effective, card.recorded)) {
        return Some(Defect::State);
    }
    let digest: [u8; 32] = Sha256::digest(&whole.record.envelope).into();
    let first = whole.history.iter().map(|(_, event)| event).find(|event| event.subject == identifier.to_string());
    let told =
        first.is_some_and(|first| first.act.makes_a_version() && first.digest == digest && first.seal == seal_hash(&whole.record.seal));
    (!told).then_some(Defect::EventOfIssue)
}

/// Opens the certificate and its seal with a key, and compares them.
fn signatures_hold(whole: &Whole<'_>, key: &VerifyingKey) -> bool {
    let opened = Envelope::decode(&whole.record.envelope).and_then(|envelope| envelope.authenticate::<Certificate>(key)).is_ok();
    let Ok(scanned) = Scanned::of_bytes(&whole.record.seal) else { return false };
    let envelope = scanned.envelope();
    let seal: Result<Authentic<Seal<'_>>, _> = envelope.authenticate(key);
    opened && seal.is_ok_and(|seal| *seal.digest() == digest_of(&whole.record.envelope))
}
