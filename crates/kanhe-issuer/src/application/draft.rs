//! A draft: an application in which nothing is missing and nothing is wrong.

use jiff::civil::Date;
use kanhe_core::certificate::{Contents, Holder, Validity, Value};
use kanhe_core::code::{CertificateId, RegionCode, Serial, TypeCode, Warning};
use kanhe_core::kind::Label;
use std::fmt;

/// Everything that a certificate says but what the agency adds when it mints: only admission makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    pub(super) request_id: String,
    pub(super) type_code: TypeCode,
    pub(super) type_names: Label,
    pub(super) number: String,
    pub(super) serial: Option<Serial>,
    pub(super) holders: Vec<Holder>,
    pub(super) issued: Date,
    pub(super) validity: Validity,
    pub(super) fields: Vec<(String, Value)>,
    pub(super) warnings: Vec<Warning>,
    pub(super) asked: Vec<u8>,
}

/// What the agency adds to a draft.
#[derive(Clone, Debug)]
pub struct Minting {
    /// The lifelong identifier.
    pub identifier: CertificateId,
    /// What the issuing authority is called.
    pub issuer_names: Label,
    /// The region that issues.
    pub region: RegionCode,
    /// The identifier that this version replaces.
    pub predecessor: Option<CertificateId>,
    /// The place in the agency's status lists.
    pub slot: u32,
    /// Sixteen bytes of chance.
    pub salt: [u8; 16],
}

impl Draft {
    /// The request that it belongs to: the same request is issued once.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The type of the certificate.
    pub const fn type_code(&self) -> &TypeCode {
        &self.type_code
    }

    /// The printed number.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The serial of the identifier, if the type says that it is the printed number.
    pub const fn serial(&self) -> Option<&Serial> {
        self.serial.as_ref()
    }

    /// Who will hold it.
    pub fn holders(&self) -> &[Holder] {
        &self.holders
    }

    /// The day of issue.
    pub const fn issued(&self) -> Date {
        self.issued
    }

    /// When it will be in force.
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// What the form says, in the order of the schema; fields that are not filled in are left out.
    pub fn fields(&self) -> &[(String, Value)] {
        &self.fields
    }

    /// What was let pass because somebody took responsibility for it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What its application asked for, as [`Application::asked`](super::Application::asked) has it.
    pub fn asked(&self) -> &[u8] {
        &self.asked
    }

    /// The parts of the certificate.
    pub fn into_contents(self, minting: Minting) -> Contents {
        Contents {
            identifier: minting.identifier,
            number: self.number,
            type_names: self.type_names,
            issuer_names: minting.issuer_names,
            holders: self.holders,
            region: minting.region,
            issued: self.issued,
            from: self.validity.from(),
            until: self.validity.until(),
            fields: self.fields,
            attachments: Vec::new(),
            predecessor: minting.predecessor,
            slot: minting.slot,
            salt: minting.salt,
        }
    }
}

/// A draft is full of personal data: only its request is shown.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({}, …)", self.request_id)
    }
}
