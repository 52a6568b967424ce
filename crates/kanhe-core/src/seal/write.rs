//! Writing the seal of a certificate.

use super::holder::write_code;
use super::{LARGEST_SEAL, serial};
use crate::calendar::day_number;
use crate::certificate::{Certificate, Value};
use crate::dictionary::Dictionary;
use crate::key::SIGNATURE_LENGTH;
use crate::kind::Kind;
use minicbor::encode::Encoder;
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use thiserror::Error;

/// Bytes of a sealed QR payload that are not the seal itself: format, key id, signature.
const AROUND: usize = 1 + 8 + 64;

/// What a seal is known by among the survivors of a stolen key: the first 16 bytes of SHA-256 of its QR code's bytes before the signature.
///
/// The signature is left out: who has the key can sign the same words again, and they stay the words of the issuer.
pub fn seal_hash(bytes: &[u8]) -> [u8; 16] {
    let signed = bytes.len().saturating_sub(SIGNATURE_LENGTH);
    digest_of(bytes.get(..signed).unwrap_or_default())
}

/// What of a certificate's envelope stands in its seal: the first 16 bytes of SHA-256.
pub fn digest_of(certificate_envelope: &[u8]) -> [u8; 16] {
    let hash = Sha256::digest(certificate_envelope);
    let mut digest = [0; 16];
    digest.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    digest
}

/// Writes the payload of a certificate's seal, as its type wants it; `digest` is that of the certificate's envelope.
pub fn write(certificate: &Certificate, kind: &Kind, dictionary: &Dictionary, digest: &[u8; 16]) -> Result<Vec<u8>, SealError> {
    if certificate.identifier.type_code() != &kind.code {
        return Err(SealError::OtherType { certificate: certificate.identifier.type_code().to_string(), kind: kind.code.to_string() });
    }
    if kind.dictionary != dictionary.id() {
        return Err(SealError::OtherDictionary { kind: kind.dictionary, dictionary: dictionary.id() });
    }
    let mut bytes = Vec::with_capacity(256);
    let mut e = Encoder::new(&mut bytes);
    written(e.array(12).and_then(|e| e.u16(kind.index)?.u32(dictionary.id())));
    write_serial(certificate, kind, &mut e)?;
    written(e.u16(certificate.identifier.version().number()));
    let number = Value::Text(certificate.number.clone());
    kind.number.write(&number, dictionary, &mut e).ok_or_else(|| SealError::Misfit { field: "number".to_owned() })?;
    write_holders(certificate, kind, dictionary, digest, &mut e)?;
    write_term(certificate, &mut e);
    written(e.u32(certificate.slot).and_then(|e| e.bytes(digest)));
    write_fields(certificate, kind, dictionary, &mut e)?;
    let length = bytes.len() + AROUND;
    if length > LARGEST_SEAL { Err(SealError::TooLarge { length, most: LARGEST_SEAL }) } else { Ok(bytes) }
}

fn write_serial(certificate: &Certificate, kind: &Kind, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), SealError> {
    let serial = certificate.identifier.serial().as_str();
    if !kind.serial_is_number {
        return written_unit(serial::encode(serial, e));
    }
    if serial != certificate.number {
        return Err(SealError::SerialIsNotNumber);
    }
    written(e.null());
    Ok(())
}

fn write_holders(
    certificate: &Certificate,
    kind: &Kind,
    dictionary: &Dictionary,
    digest: &[u8; 16],
    e: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), SealError> {
    let items = certificate.holders.len().saturating_mul(3);
    written(e.array(u64::try_from(items).unwrap_or(u64::MAX)));
    for holder in &certificate.holders {
        written(e.bytes(&dictionary.pack(holder.name())));
        written(e.u16(holder.code().kind().code()));
        write_code(holder, kind.holder_mask, digest, e).ok_or_else(|| SealError::Misfit { field: "holder_code".to_owned() })?;
    }
    Ok(())
}

fn write_term(certificate: &Certificate, e: &mut Encoder<&mut Vec<u8>>) {
    let from = day_number(certificate.from);
    written(e.i32(from).and_then(|e| e.i32(from.saturating_sub(day_number(certificate.issued)))));
    match certificate.until {
        Some(until) => written(e.i32(day_number(until))),
        None => written(e.null()),
    }
}

fn write_fields(certificate: &Certificate, kind: &Kind, dictionary: &Dictionary, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), SealError> {
    written(e.array(u64::try_from(kind.fields.len()).unwrap_or(u64::MAX)));
    for field in &kind.fields {
        match certificate.field(&field.name) {
            Some(value) => field.form.write(value, dictionary, e).ok_or_else(|| SealError::Misfit { field: field.name.clone() })?,
            None => written(e.null()),
        }
    }
    Ok(())
}

/// What is signed is the whole seal, or nothing goes on.
fn written<T, E: Debug>(result: Result<T, E>) {
    result.expect("the seal is written"); // safe: a Vec takes every byte
}

fn written_unit<E: Debug>(result: Result<(), E>) -> Result<(), SealError> {
    written(result);
    Ok(())
}

/// Why a certificate has no seal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The certificate is of another type.
    #[error("the certificate is of type {certificate}, the seal profile of {kind}")]
    OtherType {
        /// Type code of the certificate.
        certificate: String,
        /// Type code of the profile.
        kind: String,
    },
    /// The type wants another dictionary.
    #[error("the type wants dictionary {kind}, given is {dictionary}")]
    OtherDictionary {
        /// The id that the type wants.
        kind: u32,
        /// The id of the dictionary given.
        dictionary: u32,
    },
    /// The type says that the serial is the number, and it is not.
    #[error("the type's serial is its printed number, and this certificate's is not")]
    SerialIsNotNumber,
    /// A value does not have the form that the type gives it.
    #[error("the value of {field} does not have the form of its type")]
    Misfit {
        /// The field's name.
        field: String,
    },
    /// More bytes than any QR code of ours may have.
    #[error("the seal would have {length} bytes, at most {most} are allowed")]
    TooLarge {
        /// Bytes needed.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
}

impl SealError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherType { .. } => "seal_other_type",
            Self::OtherDictionary { .. } => "seal_other_dictionary",
            Self::SerialIsNotNumber => "seal_serial_is_not_number",
            Self::Misfit { .. } => "seal_value_misfit",
            Self::TooLarge { .. } => "seal_too_large",
        }
    }
}
