//! Why a type file is refused: the file, the member, and what is wrong with it.

use thiserror::Error;

/// One defect of one type file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}: {member}: {defect}")]
pub struct CatalogueError {
    /// The file's name.
    pub file: String,
    /// The member, such as `seal.fields[2].as`; `file` for the whole.
    pub member: String,
    /// What is wrong with it.
    pub defect: TypeDefect,
}

impl CatalogueError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        self.defect.code()
    }
}

/// What is wrong with a member of a type file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the sentence over each variant speaks for its fields")]
pub enum TypeDefect {
    /// More bytes than any type file needs.
    #[error("{found} bytes, a type file has at most {most}")]
    TooLarge { found: usize, most: usize },
    /// More files than a catalogue may have.
    #[error("a catalogue has at most {most} types")]
    TooMany { most: usize },
    /// Not JSON, or not these members.
    #[error("{reason}")]
    Malformed { reason: String },
    /// A code that its own door refuses.
    #[error("{reason}")]
    Code { reason: String },
    /// The type code begins with another authority's code.
    #[error("begins with {found}, the defining authority is {wanted}")]
    OtherAuthority { found: String, wanted: String },
    /// Two files describe the same type.
    #[error("{code} is described by {other} already")]
    Twice { code: String, other: String },
    /// A name or label is empty, not NFC, or has control characters.
    #[error("a label is not empty, in Unicode normal form C and without control characters")]
    Label,
    /// A number is outside its range.
    #[error("{found} is not between {least} and {most}")]
    Range { found: u64, least: u64, most: u64 },
    /// A holder code type of the other category.
    #[error("{found} is no code of {category}")]
    HolderCategory { found: String, category: &'static str },
    /// A person's code would stand open in every QR code.
    #[error("people's codes may not be open in a seal: use keep or check")]
    HolderOpen,
    /// A mask that hides too little.
    #[error("shows {kept} of {length} characters, at most {most} may be shown")]
    MaskShows { kept: u64, length: u64, most: u64 },
    /// A term needs years or days, and not both.
    #[error("a term has either years or days")]
    Term,
    /// A number needs a template or a length, and not both.
    #[error("a number has either a template or the length of a text")]
    NumberForm,
    /// A printed number that has characters no serial has.
    #[error("a number that is the serial has a template of 1 to 32 characters 0-9A-Z, this is {found:?}")]
    NumberIsNoSerial { found: String },
    /// A status would be unknown before it is old.
    #[error("unknown after {unknown} hours, but amber only after {amber}")]
    Freshness { amber: u16, unknown: u16 },
    /// The schema is not one object of 2020-12 without further members.
    #[error("must be {wanted}")]
    Schema { wanted: &'static str },
    /// The schema does not compile.
    #[error("no JSON Schema: {reason}")]
    SchemaInvalid { reason: String },
    /// A property that no certificate can hold.
    #[error("a property is a string, an integer from 0, a boolean, or an array of strings")]
    Property,
    /// A text without a bound.
    #[error("a text has a maxLength, a pattern, a format or an enum")]
    Unbounded,
    /// A field's name is not usable as a column.
    #[error("{found:?} is no name for a field: {wanted}")]
    FieldName { found: String, wanted: &'static str },
    /// An id that cannot be one, or stands twice.
    #[error("{found:?} must be {wanted}")]
    Id { found: String, wanted: &'static str },
    /// A member names a field that the schema does not have.
    #[error("the schema has no field {field:?}")]
    UnknownField { field: String },
    /// A field without label.
    #[error("field {field:?} has no label")]
    NoLabel { field: String },
    /// A column name that means two things.
    #[error("{label:?} is the label of {other} already")]
    LabelTwice { label: String, other: String },
    /// A field stands in the seal twice.
    #[error("field {field:?} stands in the seal twice")]
    SealTwice { field: String },
    /// The form in the seal cannot hold what the schema allows.
    #[error("the schema says {schema}, the seal {form}")]
    SealForm { schema: &'static str, form: &'static str },
    /// The seal would cut texts.
    #[error("the schema allows {} characters, the seal {seal}", .schema.map_or("any number of".to_owned(), |most| most.to_string()))]
    SealText { schema: Option<u64>, seal: u16 },
    /// The code table and the enum of the schema differ.
    #[error("only in the schema: {schema_only:?}; only in the seal: {seal_only:?}")]
    SealTable { schema_only: Vec<String>, seal_only: Vec<String> },
    /// A code table is empty, too long, or names a code twice.
    #[error("a code table has 1 to {most} entries, each once, this one {found}")]
    Table { found: usize, most: usize },
    /// Nobody has this dictionary.
    #[error("dictionary {found} is not known (known: {known:?})")]
    Dictionary { found: u32, known: Vec<u32> },
    /// Printed modules too small to scan.
    #[error("{found} mm is too small to scan, at least {least} mm")]
    Module { found: String, least: String },
    /// The worst case needs a larger QR code than the type allows itself.
    #[error(
        "the worst case has {bytes} bytes and needs QR version {}, the budget is version {allowed}",
        .needed.map_or("beyond any".to_owned(), |version| version.to_string())
    )]
    OverBudget { bytes: usize, needed: Option<u8>, allowed: u8 },
}

impl TypeDefect {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "type_file_too_large",
            Self::TooMany { .. } => "type_files_too_many",
            Self::Malformed { .. } => "type_file_malformed",
            Self::Code { .. } => "type_code_invalid",
            Self::OtherAuthority { .. } => "type_code_other_authority",
            Self::Twice { .. } => "type_code_twice",
            Self::Label => "type_label",
            Self::Range { .. } => "type_range",
            Self::HolderCategory { .. } => "type_holder_category",
            Self::HolderOpen => "type_holder_open",
            Self::MaskShows { .. } => "type_mask_shows_too_much",
            Self::Term => "type_validity_term",
            Self::NumberForm => "type_number_form",
            Self::NumberIsNoSerial { .. } => "type_number_is_no_serial",
            Self::Freshness { .. } => "type_freshness_order",
            Self::Schema { .. } => "type_schema_form",
            Self::SchemaInvalid { .. } => "type_schema_invalid",
            Self::Property => "type_field_shape",
            Self::Unbounded => "type_field_unbounded",
            Self::FieldName { .. } => "type_field_name",
            Self::Id { .. } => "type_id",
            Self::UnknownField { .. } => "type_field_unknown",
            Self::NoLabel { .. } => "type_field_without_label",
            Self::LabelTwice { .. } => "type_label_twice",
            Self::SealTwice { .. } => "type_seal_field_twice",
            Self::SealForm { .. } => "type_seal_form",
            Self::SealText { .. } => "type_seal_text_too_short",
            Self::SealTable { .. } => "type_seal_table_differs",
            Self::Table { .. } => "type_seal_table",
            Self::Dictionary { .. } => "type_dictionary_unknown",
            Self::Module { .. } => "type_module_too_small",
            Self::OverBudget { .. } => "type_over_budget",
        }
    }
}
