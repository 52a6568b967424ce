//! The same road for the file of a certificate, where somebody has that and no QR code.

use super::{Logged, Occasion, authenticate, decide, may_issue, may_sign};
use crate::certificate::Certificate;
use crate::envelope::{Authentic, DocumentType, Envelope, read_payload};
use crate::key::SIGNATURE_LENGTH;
use crate::kind::Kind;
use crate::manifest::Uses;
use crate::pack::{Anchor, Pack, Trust};
use crate::qr::{QrError, seal_bytes};
use crate::seal::{ClaimsError, Seal, digest_of, write};
use crate::verdict::{Accepted, Reason, Refusal};
use sha2::{Digest, Sha256};

/// Decides whether a counter may rely on the certificate that is in a file.
///
/// Once the file is believed, what its seal would say is judged as a seal is: both say one thing of one certificate, and of a person the
/// answer tells no more than the type lets a seal tell. Any other document is refused by its name.
pub fn verify_file<'p>(envelope: &Envelope<'_>, pack: &'p Authentic<Pack>, occasion: Occasion<'_>) -> Result<Accepted<'p>, Refusal<'p>> {
    verify_file_by(envelope, pack, occasion, None)
}

/// Decides the same where a proof tells that the region's log has the certificate.
pub fn verify_file_logged<'p>(
    envelope: &Envelope<'_>,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    logged: &Logged,
) -> Result<Accepted<'p>, Refusal<'p>> {
    verify_file_by(envelope, pack, occasion, Some(logged))
}

fn verify_file_by<'p>(
    envelope: &Envelope<'_>,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    logged: Option<&Logged>,
) -> Result<Accepted<'p>, Refusal<'p>> {
    if envelope.document() != DocumentType::Certificate {
        return Err(Reason::Unreadable(QrError::OtherDocument { found: envelope.document() }).into());
    }
    let (certificate, anchor) = authenticate::<Certificate>(envelope, pack, |_| None)?;
    may_sign(&anchor, Uses::CERTIFICATE, certificate.issued)?;
    let kind = kind_of(&certificate, &anchor)?;
    let file = envelope.to_cose();
    let payload = seal_of(&certificate, kind, &anchor, &digest_of(&file))?;
    let seal: Seal<'_> = read_payload(&payload).map_err(|_| Reason::Malformed)?;
    // A list of survivors knows seals, whatever signature they bear. It knows this one too, unless the type has changed since, which no
    // certificate tells: then only the QR code can say.
    let trust = match anchor.trust_in(&seal_bytes(envelope.key_id(), &payload, &[0; SIGNATURE_LENGTH])) {
        Trust::None => Trust::File,
        known => known,
    };
    let trust = match (trust, anchor.key().counts_before.zip(logged)) {
        (known @ (Trust::Unknown | Trust::File), Some((before, logged))) => {
            logged.trust_in_file(&Sha256::digest(&file).into(), before).unwrap_or(known)
        }
        (known, _) => known,
    };
    decide(&seal, &anchor, kind, trust, pack, occasion)
}

/// The type, which the agency may issue, and under whose code and its own the certificate is named.
fn kind_of<'p>(certificate: &Certificate, anchor: &Anchor<'p>) -> Result<&'p Kind, Reason<'p>> {
    let (manifest, type_code) = (anchor.region().manifest(), certificate.identifier.type_code());
    let unknown = || Reason::KindUnknown { region: &manifest.region, kind: type_code.to_string() };
    let kind = manifest.kinds.iter().find(|kind| kind.code == *type_code).ok_or_else(unknown)?;
    if *certificate.identifier.issuer() != anchor.agency().code {
        return Err(Reason::OutOfScope { agency: &anchor.agency().names, kind: kind.index });
    }
    may_issue(anchor, kind)
}

/// What the certificate's seal says.
fn seal_of<'p>(certificate: &Certificate, kind: &Kind, anchor: &Anchor<'p>, digest: &[u8; 16]) -> Result<Vec<u8>, Reason<'p>> {
    let region = &anchor.region().manifest().region;
    let dictionary = anchor.region().dictionary(kind.dictionary);
    let dictionary = dictionary.ok_or(Reason::DictionaryUnknown { region, dictionary: kind.dictionary })?;
    write(certificate, kind, dictionary, digest).map_err(|_| Reason::Unpackable(ClaimsError::Fields))
}
