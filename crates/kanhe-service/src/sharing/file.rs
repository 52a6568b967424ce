//! Whether a file is the certificate of an agency, unchanged (证照文件核验).

use super::inquiry::Inquiry;
use super::refusal::ShareError;
use crate::counter::Shelved;
use crate::house::House;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::CertificateId;
use kanhe_core::envelope::{DocumentType, Envelope, EnvelopeError};
use kanhe_core::manifest::Uses;
use kanhe_issuer::sharing::FileAnswer;
use kanhe_issuer::survivors::issue_of;
use kanhe_words::Words;

/// Answers for a file by the pack, and writes down before that it was asked.
pub fn verify(house: &House, inquiry: &Inquiry<'_>, counter: &Shelved, bytes: &[u8]) -> Result<FileAnswer, ShareError> {
    let (answer, identifier) = judge(house, counter, bytes)?;
    inquiry.note(house, identifier.as_slice(), Some(answer.number()))?;
    Ok(answer)
}

/// The answer, and which certificate it is about if a key of its agency has signed it.
fn judge(house: &House, counter: &Shelved, bytes: &[u8]) -> Result<(FileAnswer, Option<CertificateId>), ShareError> {
    let envelope = match Envelope::decode(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Ok((FileAnswer::of(&error), None)),
    };
    if envelope.document() != DocumentType::Certificate {
        return Ok((FileAnswer::Damaged, None));
    }
    let mut refused = FileAnswer::Signature;
    let known = counter.pack().regions().iter().flat_map(|region| region.manifest().agencies.iter());
    let keys = known.flat_map(|agency| agency.keys.iter().map(move |key| (agency, key)));
    for (agency, key) in keys.filter(|(_, key)| key.key.id() == envelope.key_id()) {
        let certificate = match envelope.authenticate::<Certificate>(&key.key) {
            Ok(certificate) => certificate,
            Err(error @ EnvelopeError::SignatureInvalid { .. }) => {
                refused = FileAnswer::of(&error);
                continue;
            }
            Err(error) => return Ok((FileAnswer::of(&error), None)),
        };
        let identifier = &certificate.identifier;
        let its_own = agency.code == *identifier.issuer() && key.uses.include(Uses::CERTIFICATE) && key.covers(certificate.issued);
        // A stolen key signs whatever the thief wants: only what the library holds from before the cut-off, byte for byte, is the agency's.
        if its_own && key.counts_before.map_or(Ok(true), |before| held_before(house, identifier, bytes, before))? {
            return Ok((FileAnswer::Good, Some(identifier.clone())));
        }
    }
    Ok((refused, None))
}

fn held_before(house: &House, identifier: &CertificateId, bytes: &[u8], before: u64) -> Result<bool, ShareError> {
    let Some(mark) = house.library.find(identifier)? else { return Ok(false) };
    let issued = issue_of(&house.library, mark)?.is_some_and(|(index, _)| index < before);
    Ok(issued && house.library.record(mark)?.envelope == bytes)
}

/// What an answer means.
pub const fn meaning(answer: FileAnswer) -> Words {
    match answer {
        FileAnswer::Good => Words::new("文件由所载机构签发，未经改动", "signed by the agency that it names, and unchanged"),
        FileAnswer::Signature => Words::new("签名不符", "the signature does not hold, or is of a key that is not the agency's"),
        FileAnswer::Damaged => Words::new("文件损坏", "the file is damaged, or is no certificate's"),
    }
}
