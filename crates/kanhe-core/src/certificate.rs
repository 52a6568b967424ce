//! A certificate: everything that an authority states about one version of one licence.
//!
//! ```cddl
//! certificate = { 0 => identifier, 1 => printed-number, 2 => names, 3 => issuer-names, 4 => [ 1*8 holder ],
//!                 5 => region, 6 => issued-on, 7 => from, ? 8 => until, 9 => fields, 10 => attachments, ? 11 => predecessor,
//!                 12 => slot, 13 => salt }
//! identifier  = tstr
//! printed-number = tstr
//! issuer-names = label
//! holder      = [ name: tstr, code-type: uint, code: tstr ]
//! issued-on   = day
//! from        = day
//! until       = day                           ; the last day; left out for 长期
//! fields      = [ *[ name: tstr, value ] ]
//! value       = tstr / uint / bool / [ *tstr ]
//! attachments = [ *[ name: tstr, digest: bstr .size 32 ] ]
//! predecessor = identifier
//! slot        = uint .size 4
//! salt        = bstr .size 16
//! ```

use crate::code::{CertificateId, HolderCode, HolderCodeType, RegionCode};
use crate::envelope::{Document, DocumentType};
use crate::kind::Label;
use crate::wire;
use jiff::civil::Date;
use minicbor::data::Type;
use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{self, Encode, Encoder, Write};
use std::fmt;
use std::ops::Deref;
use thiserror::Error as ThisError;
use unicode_normalization::is_nfc;

/// A certificate names at most so many holders: a real-estate title with more co-owners lists them in an attachment.
pub const MOST_HOLDERS: usize = 8;

/// A holder's name has at most so many characters: the longest registered organisation names have about 60.
pub const LONGEST_NAME: usize = 100;

/// When a certificate is in force; the last day is included (GB/T 36903: 有效期).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    from: Date,
    until: Option<Date>,
}

impl Validity {
    /// A term that ends on or after the day it begins; `None` is 长期, without end.
    pub fn new(from: Date, until: Option<Date>) -> Result<Self, CertificateError> {
        match until {
            Some(until) if until < from => Err(CertificateError::EndsBeforeItBegins { from, until }),
            _ => Ok(Self { from, until }),
        }
    }

    /// The first day in force.
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The last day in force, if there is one.
    pub const fn until(&self) -> Option<Date> {
        self.until
    }
}

/// Somebody who holds the certificate: a name, and a code that always says what kind of code it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    name: String,
    code: HolderCode,
}

impl Holder {
    /// A holder whose name is in NFC, without control characters, of 1 to 100 characters.
    pub fn new(name: &str, code: HolderCode) -> Result<Self, CertificateError> {
        let length = name.chars().count();
        if length == 0 || length > LONGEST_NAME {
            return Err(CertificateError::NameLength { length, most: LONGEST_NAME });
        }
        if !is_nfc(name) {
            return Err(CertificateError::NameNotNfc);
        }
        if name.trim() != name || name.chars().any(char::is_control) {
            return Err(CertificateError::NameSpaces);
        }
        Ok(Self { name: name.to_owned(), code })
    }

    /// The name as it is printed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code with its type.
    pub const fn code(&self) -> &HolderCode {
        &self.code
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Holder(…)")
    }
}

/// What a field of a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, a code, an ISO 8601 day, or a decimal fraction.
    Text(String),
    /// A whole number.
    Count(u64),
    /// Yes or no.
    Flag(bool),
    /// Several codes or words.
    List(Vec<String>),
}

/// A file that belongs to the certificate, by its digest.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Attachment {
    /// The file's name.
    #[n(0)]
    pub name: String,
    /// SHA-256 of its bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub digest: [u8; 32],
}

/// The parts of a certificate; [`Certificate::new`] makes them one.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Contents {
    /// The lifelong identifier of this version.
    #[n(0)]
    pub identifier: CertificateId,
    /// The printed number.
    #[n(1)]
    pub number: String,
    /// What the type is called.
    #[n(2)]
    pub type_names: Label,
    /// What the issuing authority is called.
    #[n(3)]
    pub issuer_names: Label,
    /// Who holds it.
    #[n(4)]
    pub holders: Vec<Holder>,
    /// The region that issued it.
    #[n(5)]
    pub region: RegionCode,
    /// The day of issue.
    #[n(6)]
    #[cbor(with = "wire::day")]
    pub issued: Date,
    /// The first day in force.
    #[n(7)]
    #[cbor(with = "wire::day")]
    pub from: Date,
    /// The last day in force; none for 长期.
    #[n(8)]
    #[cbor(with = "wire::day_or_never")]
    pub until: Option<Date>,
    /// What the type's schema asks for, by field name.
    #[n(9)]
    pub fields: Vec<(String, Value)>,
    /// Files that belong to it.
    #[n(10)]
    pub attachments: Vec<Attachment>,
    /// The identifier that this version replaces.
    #[n(11)]
    pub predecessor: Option<CertificateId>,
    /// Its place in the agency's status lists.
    #[n(12)]
    pub slot: u32,
    /// Sixteen bytes of chance, so that nobody can guess a certificate from its digest.
    #[n(13)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 16],
}

/// One version of one licence, whole and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(Contents);

impl Certificate {
    /// Accepts the parts if they agree with each other.
    pub fn new(contents: Contents) -> Result<Self, CertificateError> {
        Validity::new(contents.from, contents.until)?;
        let holders = contents.holders.len();
        if holders == 0 || holders > MOST_HOLDERS {
            return Err(CertificateError::HolderCount { found: holders, most: MOST_HOLDERS });
        }
        if contents.predecessor.as_ref() == Some(&contents.identifier) {
            return Err(CertificateError::OwnPredecessor);
        }
        if let Some(name) = repeated(&contents.fields) {
            return Err(CertificateError::FieldTwice { name: name.to_owned() });
        }
        Ok(Self(contents))
    }

    /// Its parts.
    pub fn into_contents(self) -> Contents {
        self.0
    }

    /// When it is in force.
    pub fn validity(&self) -> Validity {
        Validity { from: self.0.from, until: self.0.until }
    }

    /// What a field says, if it was filled in.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.0.fields.iter().find_map(|(field, value)| (field == name).then_some(value))
    }

    /// The deterministic CBOR that is signed.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(&self.0)
    }
}

/// The first name that two fields bear.
fn repeated(fields: &[(String, Value)]) -> Option<&str> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| matches!(pair, [one, other] if one == other).then(|| pair.first().copied())?)
}

impl Deref for Certificate {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.0
    }
}

impl<'b> Document<'b> for Certificate {
    const TYPE: DocumentType = DocumentType::Certificate;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        Self::new(minicbor::decode(payload)?).map_err(|_| Error::message("certificate"))
    }
}

impl<C> Encode<C> for CertificateId {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for CertificateId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        Self::parse(d.str()?).map_err(|_| Error::message("identifier").at(at))
    }
}

impl<C> Encode<C> for Holder {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(3)?.str(&self.name)?.u16(self.code.kind().code())?.str(self.code.expose())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Holder {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        let wrong = |_| Error::message("holder").at(at);
        wire::array_of(d, 3)?;
        let name = d.str()?;
        let kind = HolderCodeType::new(d.u16()?).map_err(|_| Error::message("holder code type").at(at))?;
        // A code that fails its check was the agency's to accept: some genuine codes do.
        let (code, _) = HolderCode::new_foreign(kind, d.str()?).map_err(|_| Error::message("holder code").at(at))?;
        Self::new(name, code).map_err(wrong)
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Text(text) => e.str(text)?.ok(),
            Self::Count(count) => e.u64(*count)?.ok(),
            Self::Flag(flag) => e.bool(*flag)?.ok(),
            Self::List(texts) => texts.encode(e, ctx),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, Error> {
        match d.datatype()? {
            Type::String => Ok(Self::Text(d.str()?.to_owned())),
            Type::Bool => Ok(Self::Flag(d.bool()?)),
            Type::Array => Ok(Self::List(Vec::decode(d, ctx)?)),
            _ => Ok(Self::Count(d.u64()?)),
        }
    }
}

/// Why parts do not make a certificate.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum CertificateError {
    /// The last day lies before the first.
    #[error("it would end on {until}, before it begins on {from}")]
    EndsBeforeItBegins {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// No holder, or too many.
    #[error("a certificate has 1 to {most} holders, this one {found}")]
    HolderCount {
        /// Holders found.
        found: usize,
        /// Holders allowed.
        most: usize,
    },
    /// A name is empty or too long.
    #[error("a holder's name has 1 to {most} characters, this one {length}")]
    NameLength {
        /// Characters found.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A name is not in Unicode normal form C, so that two spellings of it could differ.
    #[error("the holder's name is not in Unicode normal form C")]
    NameNotNfc,
    /// A name begins or ends with a space or has a control character.
    #[error("the holder's name has spaces around it or control characters in it")]
    NameSpaces,
    /// A certificate cannot replace itself.
    #[error("a certificate cannot be its own predecessor")]
    OwnPredecessor,
    /// Two fields of one name: which of them would hold?
    #[error("field {name} is given twice")]
    FieldTwice {
        /// The field's name in the schema.
        name: String,
    },
}

impl CertificateError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EndsBeforeItBegins { .. } => "validity_ends_before_it_begins",
            Self::HolderCount { .. } => "holder_count",
            Self::NameLength { .. } => "holder_name_length",
            Self::NameNotNfc => "holder_name_not_nfc",
            Self::NameSpaces => "holder_name_spaces",
            Self::OwnPredecessor => "own_predecessor",
            Self::FieldTwice { .. } => "field_twice",
        }
    }
}
