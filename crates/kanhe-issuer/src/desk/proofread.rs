//! Proofreading (校读): what is to be signed is read first as a counter would read it, and what was signed is opened and verified.

use super::{Desk, IssueError};
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{Document, Envelope, EnvelopeError, read_payload};
use kanhe_core::kind::Mask;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::{Claims, Seal, SealedCode, digest_of};

impl Desk<'_> {
    /// Opens the exact bytes of a certificate and of its seal, and verifies their signatures with the public key of the manifest.
    pub(super) fn signatures_hold(&self, envelope: &[u8], seal: &Scanned) -> Result<(), IssueError> {
        let certificate = Envelope::decode(envelope).map_err(IssueError::Envelope)?;
        if certificate.document() != Certificate::TYPE {
            return Err(IssueError::Envelope(EnvelopeError::WrongDocument { found: certificate.document(), wanted: Certificate::TYPE }));
        }
        let wrong = |_| IssueError::SignatureWrong { key_id: self.agency_key.key.id() };
        Envelope::are_signed_by([&certificate, &seal.envelope()], self.verifier).map_err(wrong)
    }

    /// Reads the bytes that are to be signed as a certificate.
    pub(super) fn certificate_reads(&self, payload: &[u8], certificate: &Certificate) -> Result<(), IssueError> {
        let read: Certificate = read_payload(payload).map_err(IssueError::Envelope)?;
        if read == *certificate { Ok(()) } else { Err(IssueError::Proof) }
    }

    /// Reads the bytes that are to be signed as the seal of a certificate with this envelope.
    pub(super) fn seal_reads(&self, payload: &[u8], certificate: &Certificate, envelope: &[u8]) -> Result<(), IssueError> {
        let seal: Seal<'_> = read_payload(payload).map_err(IssueError::Envelope)?;
        let claims = Claims::read(&seal, self.kind, &self.agency.code, self.dictionary).map_err(IssueError::Claims)?;
        let same = says_the_same(&claims, certificate) && *seal.digest() == digest_of(envelope);
        if same { Ok(()) } else { Err(IssueError::Proof) }
    }
}

/// Whether a seal states the certificate: same identifier, number, term, holders and fields, and no whole code of a person.
fn says_the_same(claims: &Claims<'_>, certificate: &Certificate) -> bool {
    let holders = claims.holders.len() == certificate.holders.len()
        && claims.holders.iter().zip(&certificate.holders).all(|(sealed, holder)| {
            let hidden = holder.code().kind().is_organisation() || claims.kind.holder_mask == Mask::Open;
            sealed.name == holder.name()
                && sealed.code_type == holder.code().kind()
                && (hidden || sealed.code != SealedCode::Open(holder.code().expose().to_owned()))
        });
    let fields = claims.fields.iter().all(|claim| claim.value.as_ref() == certificate.field(&claim.field.name));
    claims.identifier == certificate.identifier
        && claims.number == certificate.number
        && claims.validity == certificate.validity()
        && claims.issued == certificate.issued
        && holders
        && fields
}
