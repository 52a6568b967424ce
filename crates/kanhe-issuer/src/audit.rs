//! The rules' part of checking a library: that every signature holds under the manifest, and every card says what its history made of it.

use crate::lifecycle::last_of;
use crate::survivors::signer_of;
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::{Seal, digest_of, seal_hash};
use kanhe_store::check::{Defect, Whole};
use sha2::{Digest, Sha256};

/// Judges one certificate of a library; the first thing that is not as it must be.
///
/// That the manifest has not the key is said last: it speaks of the manifest, and the rest of the certificate.
pub fn judge(whole: &Whole<'_>, manifest: &Manifest) -> Option<Defect> {
    let (identifier, agency) = (&whole.card.identifier, *whole.card.agency());
    let keys = || manifest.agencies.iter().filter(|one| one.code == agency).flat_map(|agency| &agency.keys);
    let named = signer_of(whole.record);
    let unknown = named.filter(|named| !keys().any(|key| key.key.id() == *named)).map(|key| Defect::KeyUnknown { key, agency });
    let signed = || keys().filter(|key| key.covers(whole.card.issued)).any(|key| signatures_hold(whole, &key.key));
    if unknown.is_none() && !signed() {
        return Some(Defect::Signature);
    }
    let told = last_of(identifier, whole.history.iter().map(|(_, event)| event));
    if told != Some((whole.card.state, whole.card.effective, whole.card.recorded)) {
        return Some(Defect::State);
    }
    let digest: [u8; 32] = Sha256::digest(&whole.record.envelope).into();
    let first = whole.history.iter().map(|(_, event)| event).find(|event| event.subject == identifier.to_string());
    let told =
        first.is_some_and(|first| first.act.makes_a_version() && first.digest == digest && first.seal == seal_hash(&whole.record.seal));
    if told { unknown } else { Some(Defect::EventOfIssue) }
}

/// Opens the certificate and its seal with a key, and compares them.
fn signatures_hold(whole: &Whole<'_>, key: &VerifyingKey) -> bool {
    let opened = Envelope::decode(&whole.record.envelope).and_then(|envelope| envelope.authenticate::<Certificate>(key)).is_ok();
    let digits = whole.record.digits();
    let Ok(scanned) = Scanned::parse(&digits) else { return false };
    let envelope = scanned.envelope();
    let seal: Result<Authentic<Seal<'_>>, _> = envelope.authenticate(key);
    opened && seal.is_ok_and(|seal| *seal.digest() == digest_of(&whole.record.envelope))
}
