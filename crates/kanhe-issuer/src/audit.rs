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
use sha2::{Digest, Sha256};

/// Judges one certificate of a library: the first thing that is not as it must be, or else everything that the manifest lacks for it.
///
/// What the manifest lacks speaks of the manifest, and the rest of the certificate. What has ended is refused by counters anyhow: of it only
/// a key that nobody knows is told, for then nobody knows whether its signatures hold.
pub fn judge(whole: &Whole<'_>, manifest: &Manifest) -> Vec<Defect> {
    let (card, identifier) = (whole.card, &whole.card.identifier);
    let lacks = lacks(card, whole.record, manifest);
    let mut keys = manifest.agencies.iter().filter(|one| one.code == *card.agency()).flat_map(|agency| &agency.keys);
    if !lacks.iter().any(Lack::hides_the_signer) && !keys.any(|key| signatures_hold(whole, &key.key)) {
        return vec![Defect::Signature];
    }
    let told = last_of(identifier, whole.history.iter().map(|(_, event)| event));
    if told != Some((card.state, card.effective, card.recorded)) {
        return vec![Defect::State];
    }
    let digest: [u8; 32] = Sha256::digest(&whole.record.envelope).into();
    let first = whole.history.iter().map(|(_, event)| event).find(|event| event.subject == identifier.to_string());
    let told =
        first.is_some_and(|first| first.act.makes_a_version() && first.digest == digest && first.seal == seal_hash(&whole.record.seal));
    if !told {
        return vec![Defect::EventOfIssue];
    }
    lacks.into_iter().filter(|lack| card.can_be_used() || lack.hides_the_signer()).map(Lack::defect).collect()
}

/// Opens the certificate and its seal with a key, and compares them.
fn signatures_hold(whole: &Whole<'_>, key: &VerifyingKey) -> bool {
    let opened = Envelope::decode(&whole.record.envelope).and_then(|envelope| envelope.authenticate::<Certificate>(key)).is_ok();
    let Ok(scanned) = Scanned::of_bytes(&whole.record.seal) else { return false };
    let envelope = scanned.envelope();
    let seal: Result<Authentic<Seal<'_>>, _> = envelope.authenticate(key);
    opened && seal.is_ok_and(|seal| *seal.digest() == digest_of(&whole.record.envelope))
}
