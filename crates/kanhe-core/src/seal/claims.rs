//! What a seal says, unpacked with its type and dictionary.

use super::Seal;
use super::form::unpacked;
use super::holder::{SealedHolder, read_code};
use crate::certificate::{LONGEST_NAME, MOST_HOLDERS, Validity, Value};
use crate::code::{CertificateId, HolderCodeType, Uscc, Version};
use crate::dictionary::Dictionary;
use crate::kind::{Field, Kind};
use jiff::civil::Date;
use minicbor::data::Type;
use minicbor::decode::Decoder;
use thiserror::Error;

/// One field that a seal states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<'k> {
    /// Which field of the type.
    pub field: &'k Field,
    /// What it says; none where the optional field was left empty.
    pub value: Option<Value>,
}

/// Everything that a seal states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims<'k> {
    /// The type, as the manifest describes it.
    pub kind: &'k Kind,
    /// The lifelong identifier of this version.
    pub identifier: CertificateId,
    /// The printed number.
    pub number: String,
    /// Who holds it.
    pub holders: Vec<SealedHolder>,
    /// The day of issue.
    pub issued: Date,
    /// When it is in force.
    pub validity: Validity,
    /// The fields that the type puts into the seal.
    pub fields: Vec<Claim<'k>>,
}

impl<'k> Claims<'k> {
    /// Unpacks a seal of an issuer; nothing here decides whether to believe it.
    pub fn read(seal: &Seal<'_>, kind: &'k Kind, issuer: &Uscc, dictionary: &Dictionary) -> Result<Self, ClaimsError> {
        if seal.kind() != kind.index {
            return Err(ClaimsError::OtherKind { seal: seal.kind(), kind: kind.index });
        }
        if seal.dictionary() != dictionary.id() {
            return Err(ClaimsError::OtherDictionary { seal: seal.dictionary(), dictionary: dictionary.id() });
        }
        let number = number(seal, kind, dictionary).ok_or(ClaimsError::Number)?;
        if seal.serial.is_number() != kind.serial_is_number {
            return Err(ClaimsError::Serial);
        }
        let serial = seal.serial.read(&number).map_err(|_| ClaimsError::Serial)?;
        let version = Version::new(seal.version).map_err(|_| ClaimsError::Serial)?;
        Ok(Self {
            kind,
            identifier: CertificateId::new(kind.code, *issuer, serial, version),
            number,
            holders: holders(seal, kind, dictionary).ok_or(ClaimsError::Holder)?,
            issued: seal.issued(),
            validity: seal.validity(),
            fields: fields(seal, kind, dictionary)?,
        })
    }
}

fn number(seal: &Seal<'_>, kind: &Kind, dictionary: &Dictionary) -> Option<String> {
    let mut d = Decoder::new(seal.number);
    match kind.number.read(&mut d, dictionary)? {
        Value::Text(number) => Some(number),
        _ => None,
    }
}

fn holders(seal: &Seal<'_>, kind: &Kind, dictionary: &Dictionary) -> Option<Vec<SealedHolder>> {
    let mut d = Decoder::new(seal.holders);
    let items = usize::try_from(d.array().ok()??).ok()?;
    if items == 0 || items % 3 != 0 || items / 3 > MOST_HOLDERS {
        return None;
    }
    let mut holders = Vec::with_capacity(items / 3);
    for _ in 0..items / 3 {
        let name = unpacked(d.bytes().ok()?, dictionary, LONGEST_NAME).filter(|name| !name.is_empty())?;
        let code_type = HolderCodeType::new(d.u16().ok()?).ok()?;
        let code = read_code(&mut d, code_type, kind.holder_mask)?;
        holders.push(SealedHolder { name, code_type, code });
    }
    Some(holders)
}

/// A seal made before the type grew has fewer fields; one with more was made by a newer edition than our pack knows.
fn fields<'k>(seal: &Seal<'_>, kind: &'k Kind, dictionary: &Dictionary) -> Result<Vec<Claim<'k>>, ClaimsError> {
    let mut d = Decoder::new(seal.fields);
    let found = d.array().ok().flatten().and_then(|found| usize::try_from(found).ok()).ok_or(ClaimsError::Fields)?;
    if found > kind.fields.len() {
        return Err(ClaimsError::NewerEdition { found, known: kind.fields.len() });
    }
    let mut claims = Vec::with_capacity(found);
    for field in kind.fields.iter().take(found) {
        let value = value(&mut d, field, dictionary).ok_or_else(|| ClaimsError::Field { name: field.name.clone() })?;
        claims.push(Claim { field, value });
    }
    Ok(claims)
}

/// What a field says: `Some(None)` where it was left empty, `None` where it does not have its type's form.
fn value(d: &mut Decoder<'_>, field: &Field, dictionary: &Dictionary) -> Option<Option<Value>> {
    if d.datatype().ok()? == Type::Null {
        return d.null().ok().map(|()| None);
    }
    field.form.read(d, dictionary).map(Some)
}

/// Why a seal cannot be read with a type, though its signature holds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// The seal is of another type.
    #[error("the seal is of type {seal}, not {kind}")]
    OtherKind {
        /// The index in the seal.
        seal: u16,
        /// The index of the type given.
        kind: u16,
    },
    /// The seal was packed with another dictionary.
    #[error("the seal is packed with dictionary {seal}, not {dictionary}")]
    OtherDictionary {
        /// The id in the seal.
        seal: u32,
        /// The id of the dictionary given.
        dictionary: u32,
    },
    /// The printed number does not have the type's form.
    #[error("the printed number does not have the form of its type")]
    Number,
    /// The serial or version is no part of an identifier.
    #[error("the serial or version is no part of an identifier")]
    Serial,
    /// A holder is unreadable.
    #[error("a holder is not readable")]
    Holder,
    /// The fields are no array.
    #[error("the fields are not readable")]
    Fields,
    /// The seal has more fields than the type known here.
    #[error("the seal has {found} fields, the type known here {known}")]
    NewerEdition {
        /// Fields in the seal.
        found: usize,
        /// Fields of the type.
        known: usize,
    },
    /// A field does not have the type's form.
    #[error("field {name} does not have the form of its type")]
    Field {
        /// The field's name in the schema.
        name: String,
    },
}

impl ClaimsError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherKind { .. } => "seal_other_kind",
            Self::OtherDictionary { .. } => "seal_other_dictionary",
            Self::Number => "seal_number_unreadable",
            Self::Serial => "seal_serial_unreadable",
            Self::Holder => "seal_holder_unreadable",
            Self::Fields => "seal_fields_unreadable",
            Self::NewerEdition { .. } => "seal_newer_edition",
            Self::Field { .. } => "seal_field_unreadable",
        }
    }
}
