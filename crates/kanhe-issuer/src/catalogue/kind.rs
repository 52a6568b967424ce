//! A certificate type as an agency knows it: all that its type file says, and nothing that contradicts itself.

use super::code_set::CodeSet;
use super::review::ReviewRule;
use super::shape::Shape;
use jsonschema::Validator;
use kanhe_core::code::{HolderCodeType, TypeCode, Uscc};
use kanhe_core::kind::{Field, Form, Freshness, Kind, Label, Mask};
use std::fmt;
use std::sync::Arc;

/// A certificate type with its form, its rules and its seal profile.
pub struct CertificateKind {
    pub(super) file: String,
    pub(super) file_digest: [u8; 32],
    pub(super) source: Arc<[u8]>,
    pub(super) code: TypeCode,
    pub(super) edition: u32,
    pub(super) names: Label,
    pub(super) authority: DefiningAuthority,
    pub(super) holder: HolderRule,
    pub(super) validity: ValidityRule,
    pub(super) one_valid_per_holder: bool,
    pub(super) number: Form,
    pub(super) serial_is_number: bool,
    pub(super) freshness: Freshness,
    pub(super) form: Vec<FormField>,
    pub(super) dictionary: u32,
    pub(super) seal: Vec<Field>,
    pub(super) budget: Budget,
    pub(super) schema: Validator,
    pub(super) review: Option<ReviewRule>,
    pub(super) state_codes: Vec<CodeSet>,
}

/// Who defined a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefiningAuthority {
    /// Its code, with which the code of the type begins.
    pub code: Uscc,
    /// What it is called.
    pub names: Label,
    /// How far its word reaches.
    pub level: AuthorityLevel,
}

/// How far the word of a defining authority reaches (GB/T 36902).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityLevel {
    /// 国家级.
    National,
    /// 省部级.
    Provincial,
    /// 地市级.
    Municipal,
    /// 区县级.
    County,
    /// 其他.
    Other,
}

/// Who may hold a certificate of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderRule {
    /// People or organisations.
    pub category: HolderCategory,
    /// Which codes may name a holder.
    pub code_types: Vec<HolderCodeType>,
    /// Holders on one certificate, 1 to 8.
    pub most: usize,
    /// Characters of a name, 1 to 100.
    pub longest_name: usize,
    /// What a seal says of a person's code.
    pub mask: Mask,
}

/// People or organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderCategory {
    /// 自然人.
    Person,
    /// 法人和其他组织.
    Organisation,
}

/// How the last day in force follows from the day of issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidityRule {
    /// So many years, the last day being the day before.
    Years(u16),
    /// So many days, the day of issue being the first.
    Days(u16),
    /// 长期.
    OpenEnded,
    /// As the application says.
    Given,
}

/// One field of a type's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name in the schema.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// What it can hold.
    pub shape: Shape,
    /// Whether an application must fill it in.
    pub required: bool,
    /// How much of it a screen shows unless more is asked for.
    pub mask: Mask,
}

/// The largest QR code that the worst case of a type may need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// QR version at level M, in the bare form.
    pub version: u8,
    /// Printed size of a module in millimetres, at least 0.4.
    pub module_mm: f64,
}

impl CertificateKind {
    /// The name of the type file without `.json`, by which people call the type on a command line.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// SHA-256 of the type file.
    pub const fn file_digest(&self) -> &[u8; 32] {
        &self.file_digest
    }

    /// The type file, byte for byte: whoever reads it has the same type.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The same for whoever keeps it: all have one copy.
    pub(crate) fn shared_source(&self) -> Arc<[u8]> {
        Arc::clone(&self.source)
    }

    /// The 21-character type code.
    pub const fn code(&self) -> &TypeCode {
        &self.code
    }

    /// The edition of the type file.
    pub const fn edition(&self) -> u32 {
        self.edition
    }

    /// What people call the type.
    pub const fn names(&self) -> &Label {
        &self.names
    }

    /// Who defined it.
    pub const fn defining_authority(&self) -> &DefiningAuthority {
        &self.authority
    }

    /// Who may hold it.
    pub const fn holder(&self) -> &HolderRule {
        &self.holder
    }

    /// How long it is in force.
    pub const fn validity(&self) -> ValidityRule {
        self.validity
    }

    /// Whether a holder may have only one valid certificate of this type.
    pub const fn one_valid_per_holder(&self) -> bool {
        self.one_valid_per_holder
    }

    /// What the printed number looks like: a text or a code.
    pub const fn number(&self) -> &Form {
        &self.number
    }

    /// Whether the printed number is the serial of the identifier.
    pub const fn serial_is_number(&self) -> bool {
        self.serial_is_number
    }

    /// How long a status may be relied on.
    pub const fn freshness(&self) -> Freshness {
        self.freshness
    }

    /// What the form asks for, in the order of the schema.
    pub fn form(&self) -> &[FormField] {
        &self.form
    }

    /// The dictionary that new seals are packed with.
    pub const fn dictionary(&self) -> u32 {
        self.dictionary
    }

    /// What goes into the QR code, in its order.
    pub fn seal(&self) -> &[Field] {
        &self.seal
    }

    /// The largest QR code that the type may need.
    pub const fn budget(&self) -> Budget {
        self.budget
    }

    /// The review that an application needs; none where it is minted at once.
    pub const fn review(&self) -> Option<&ReviewRule> {
        self.review.as_ref()
    }

    /// The state codes of other systems.
    pub fn state_codes(&self) -> &[CodeSet] {
        &self.state_codes
    }

    /// The type as verifiers know it, under its number in a region's manifest.
    pub fn to_kind(&self, index: u16) -> Kind {
        Kind {
            index,
            code: self.code,
            names: self.names.clone(),
            number: self.number.clone(),
            serial_is_number: self.serial_is_number,
            holder_mask: self.holder.mask,
            freshness: self.freshness,
            dictionary: self.dictionary,
            fields: self.seal.clone(),
            file_digest: self.file_digest,
        }
    }

    /// The form field that people call so: by its name, or by its Chinese label.
    pub fn field_called(&self, name: &str) -> Option<&FormField> {
        self.form.iter().find(|field| field.name == name || field.label.zh == name)
    }

    /// The form field with a name.
    pub(crate) fn form_field(&self, name: &str) -> Option<&FormField> {
        self.form.iter().find(|field| field.name == name)
    }

    /// The seal's form of a field, if it stands in the seal.
    pub fn seal_form(&self, name: &str) -> Option<&Form> {
        self.seal.iter().find(|field| field.name == name).map(|field| &field.form)
    }

    /// The compiled schema of the form.
    pub(crate) const fn schema(&self) -> &Validator {
        &self.schema
    }
}

impl fmt::Debug for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateKind({}, {})", self.code.as_str(), self.names.en)
    }
}
