//! Proofreading (校读): what is to be signed is read first as a counter would read it, and what was signed is opened and verified.

use super::{Desk, IssueError, Issued};
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{Document, Envelope, EnvelopeError, read_payload, verify_each};
use kanhe_core::kind::Mask;
use kanhe_core::qr::Scanned;
use kanhe_core::seal::{Claims, Seal, SealedCode, digest_of};

/// A certificate that is signed, and whose signatures nobody has verified (待校): it shows nothing of itself.
pub struct Fresh {
    pub(super) certificate: Certificate,
    pub(super) envelope: Vec<u8>,
    pub(super) digits: String,
    pub(super) seal: Scanned,
    pub(super) qr_version: u8,
}

impl Fresh {
    /// The two signed documents, from their exact bytes.
    fn open(&self) -> Result<[Envelope<'_>; 2], EnvelopeError> {
        let envelope = Envelope::decode(&self.envelope)?;
        match envelope.document() {
            Certificate::TYPE => Ok([envelope, self.seal.envelope()]),
            found => Err(EnvelopeError::WrongDocument { found, wanted: Certificate::TYPE }),
        }
    }

    fn issued(self) -> Issued {
        let Self { certificate, envelope, digits, seal, qr_version } = self;
        Issued { certificate, envelope, digits, seal: seal.bytes().to_vec(), qr_version }
    }
}

impl Desk<'_> {
    /// Opens the exact bytes of certificates and verifies their signatures with the public key of the manifest. Each is issued or refused by
    /// itself, in their order; of hundreds this takes a quarter of the time that it takes of one at a time.
    pub fn proofread(&self, fresh: Vec<Fresh>) -> Vec<Result<Issued, IssueError>> {
        let public = &self.agency_key.key;
        let opened: Vec<_> = fresh.iter().map(Fresh::open).collect();
        let documents: Vec<_> = opened.iter().flatten().flatten().copied().collect();
        let mut verified = verify_each(&documents, public).into_iter();
        let mut holds = || verified.next().is_some_and(|told| told.is_ok());
        let wrong = IssueError::SignatureWrong { key_id: public.id() };
        let told: Vec<_> = opened
            .into_iter()
            .map(|opened| {
                let [certificate, seal] = opened.map_err(IssueError::Envelope)?.map(|_| holds());
                if certificate && seal { Ok(()) } else { Err(wrong.clone()) }
            })
            .collect();
        fresh.into_iter().zip(told).map(|(fresh, told)| told.map(|()| fresh.issued())).collect()
    }

    /// Opens and verifies one.
    pub(crate) fn proofread_one(&self, fresh: Fresh) -> Result<Issued, IssueError> {
        self.proofread(vec![fresh]).pop().unwrap_or(Err(IssueError::Proof))
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
