//! Proofreading (校读): what is to be signed is read first as a counter would read it, and what was signed is opened and verified.

use super::{Desk, IssueError};
use kanhe_core::certificate::Certificate;
use kanhe_core::code::HolderCode;
use kanhe_core::envelope::{Document, DocumentType, Envelope, EnvelopeError, read_payload, sign_by, sign_to_cose_by};
use kanhe_core::key::{SIGNATURE_LENGTH, SignError, Signer};
use kanhe_core::kind::Mask;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::{Claims, Seal, SealedCode, digest_of, holder_check};

/// Bytes that read as what was minted. Only reading them makes one, and the desk has its key sign nothing else.
#[derive(Debug)]
pub(super) struct Proofread<'p> {
    document: DocumentType,
    payload: &'p [u8],
}

impl Proofread<'_> {
    /// Their signature.
    pub(super) fn signed_by(&self, key: &dyn Signer) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
        sign_by(key, self.document, self.payload)
    }

    /// The signed file of them: a tagged `COSE_Sign1`.
    pub(super) fn file_signed_by(&self, key: &dyn Signer) -> Result<Vec<u8>, SignError> {
        sign_to_cose_by(key, self.document, self.payload)
    }
}

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
    pub(super) fn certificate_reads<'p>(&self, payload: &'p [u8], certificate: &Certificate) -> Result<Proofread<'p>, IssueError> {
        let read: Certificate = read_payload(payload).map_err(IssueError::Envelope)?;
        if read == *certificate { Ok(Proofread { document: Certificate::TYPE, payload }) } else { Err(IssueError::Proof) }
    }

    /// Reads the bytes that are to be signed as the seal of a certificate with this envelope.
    pub(super) fn seal_reads<'p>(
        &self,
        payload: &'p [u8],
        certificate: &Certificate,
        envelope: &[u8],
    ) -> Result<Proofread<'p>, IssueError> {
        let seal: Seal<'_> = read_payload(payload).map_err(IssueError::Envelope)?;
        let claims = Claims::read(&seal, self.kind, &self.agency.code, self.dictionary).map_err(IssueError::Claims)?;
        let same =
            says_the_same(&claims, certificate, seal.digest()) && seal.slot() == certificate.slot && *seal.digest() == digest_of(envelope);
        if same { Ok(Proofread { document: Seal::TYPE, payload }) } else { Err(IssueError::Proof) }
    }
}

/// Whether a seal states the certificate: same identifier, number, term, holders and fields, and of a person's code what the type allows.
fn says_the_same(claims: &Claims<'_>, certificate: &Certificate, digest: &[u8; 16]) -> bool {
    let holders = claims.holders.len() == certificate.holders.len()
        && claims.holders.iter().zip(&certificate.holders).all(|(sealed, holder)| {
            sealed.name == holder.name()
                && sealed.code_type == holder.code().kind()
                && sealed.code == sealed_code(holder.code(), claims.kind.holder_mask, digest)
        });
    let fields = claims.fields.iter().all(|claim| claim.value.as_ref() == certificate.field(&claim.field.name));
    claims.identifier == certificate.identifier
        && claims.number == certificate.number
        && claims.validity == certificate.validity()
        && claims.issued == certificate.issued
        && holders
        && fields
}

/// What a seal with a digest says of a holder's code: all of an organisation's, of a person's what the mask allows.
fn sealed_code(code: &HolderCode, mask: Mask, digest: &[u8; 16]) -> SealedCode {
    match (code.kind().is_organisation(), mask) {
        (true, _) | (false, Mask::Open) => SealedCode::Open(code.expose().to_owned()),
        (false, Mask::Keep { .. }) => SealedCode::Masked(mask.apply_to(code)),
        (false, Mask::Check) => SealedCode::Check(holder_check(digest, code.kind(), code.expose())),
    }
}

#[cfg(test)]
mod tests;
