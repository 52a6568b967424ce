//! Why a code was refused: one enum per parser, one variant per defect, both sides named.
//!
//! Of a person's number no error repeats more than one character.

#![allow(missing_docs, reason = "the sentence over each variant speaks for its fields: expected and found, limit and found, position")]

use thiserror::Error;

/// Why a text is not a USCC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum UsccError {
    /// It is not 18 characters long. Counting stops at 128.
    #[error("a USCC has {expected} characters, this has {found}")]
    Length { expected: usize, found: usize },
    /// A character is outside the alphabet; places count from 1.
    #[error("character {position} is {found:?}, which a USCC never has (no I, O, S, V, Z)")]
    Alphabet { position: usize, found: char },
    /// The organisation code inside, characters 9 to 17, does not check.
    #[error("the organisation code (characters 9 to 17) should end in {expected:?}, it ends in {found:?}")]
    OrganisationCheck { expected: char, found: char },
    /// The last character does not fit the others.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    Check { expected: char, found: char },
}

impl UsccError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "uscc_length",
            Self::Alphabet { .. } => "uscc_character",
            Self::OrganisationCheck { .. } => "uscc_organisation_check",
            Self::Check { .. } => "uscc_check",
        }
    }
}

/// Why eleven bytes are not a packed USCC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum UsccUnpackError {
    /// The number has more than 17 digits in base 31.
    #[error("the number is beyond 31^17, the last packed USCC")]
    TooLarge,
    /// The organisation code inside, characters 9 to 17, does not check.
    #[error("the organisation code inside should end in {expected:?}, it ends in {found:?}")]
    OrganisationCheck { expected: char, found: char },
}

impl UsccUnpackError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "uscc_packed_too_large",
            Self::OrganisationCheck { .. } => "uscc_packed_organisation_check",
        }
    }
}

/// Why a text is not an organisation code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum OrganisationCodeError {
    /// It is not 9 characters long, a hyphen before the last not counted. Counting stops at 128.
    #[error("an organisation code has {expected} characters, this has {found}")]
    Length { expected: usize, found: usize },
    /// A character is not in `0-9A-Z`; places count from 1, without the hyphen.
    #[error("character {position} is {found:?}, an organisation code has 0-9 and A-Z only")]
    Alphabet { position: usize, found: char },
    /// The last character does not fit the others.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    Check { expected: char, found: char },
}

impl OrganisationCodeError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "organisation_code_length",
            Self::Alphabet { .. } => "organisation_code_character",
            Self::Check { .. } => "organisation_code_check",
        }
    }
}

/// Why a text is not a resident id. It repeats nothing of the number but the check character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum ResidentIdError {
    /// It is not 18 characters long. Counting stops at 128.
    #[error("a resident id has {expected} characters, this has {found}")]
    Length { expected: usize, found: usize },
    /// A character is not a digit (or, in the last place, an upper-case X); places count from 1.
    #[error("character {position} is not a digit")]
    Digit { position: usize },
    /// Characters 7 to 14 are no day of the calendar.
    #[error("characters 7 to 14 are no day of the calendar")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    Check { expected: char, found: char },
}

impl ResidentIdError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "resident_id_length",
            Self::Digit { .. } => "resident_id_digit",
            Self::BirthDate => "resident_id_birth_date",
            Self::Check { .. } => "resident_id_check",
        }
    }
}

/// Why a text is not the code of a holder code type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum HolderCodeTypeError {
    /// It is not one of the three-digit codes of GB/T 36903 annex A.
    #[error("not one of the holder code types of GB/T 36903 annex A")]
    Unknown,
}

impl HolderCodeTypeError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "holder_code_type_unknown",
        }
    }
}

/// Why a text is not a holder's code of the type it is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum HolderCodeError {
    /// It is said to be a USCC and is none.
    #[error("not a USCC: {0}")]
    Uscc(UsccError),
    /// It is said to be a resident id and is none.
    #[error("not a resident id: {0}")]
    ResidentId(ResidentIdError),
    /// It is empty.
    #[error("the holder's code is empty")]
    Empty,
    /// It is longer than any code of this type. Counting stops at 128.
    #[error("a holder's code has at most {limit} characters, this has {found}")]
    Length { limit: usize, found: usize },
    /// A character is neither printable ASCII nor Chinese, or is a space at an end; places count from 1.
    #[error("character {position} has no place in a holder's code")]
    Character { position: usize },
}

impl HolderCodeError {
    /// Names the defect by a stable code; of a USCC or resident id, the code of its own defect.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Uscc(inner) => inner.code(),
            Self::ResidentId(inner) => inner.code(),
            Self::Empty => "holder_code_empty",
            Self::Length { .. } => "holder_code_length",
            Self::Character { .. } => "holder_code_character",
        }
    }
}

/// Why a text is not a region code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum RegionCodeError {
    /// It is not 6 characters long. Counting stops at 128.
    #[error("a region code has {expected} digits, this has {found} characters")]
    Length { expected: usize, found: usize },
    /// A character is not a digit; places count from 1.
    #[error("character {position} is {found:?}, not a digit")]
    Digit { position: usize, found: char },
    /// The province part is 00.
    #[error("the province part is 00, which is no province")]
    Province,
}

impl RegionCodeError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "region_code_length",
            Self::Digit { .. } => "region_code_digit",
            Self::Province => "region_code_province",
        }
    }
}

/// Why a text is not a certificate type code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum TypeCodeError {
    /// It is not 21 characters long (foreign: it is empty or longer than 32). Counting stops at 128.
    #[error("a type code has {expected} characters, this has {found}")]
    Length { expected: usize, found: usize },
    /// The first 18 characters are not the USCC of a defining authority.
    #[error("the defining authority (characters 1 to 18): {0}")]
    Authority(UsccError),
    /// A character is not in `0-9A-Z`; places count from 1.
    #[error("character {position} is {found:?}, a type code has 0-9 and A-Z only")]
    Alphabet { position: usize, found: char },
}

impl TypeCodeError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "type_code_length",
            Self::Authority(_) => "type_code_authority",
            Self::Alphabet { .. } => "type_code_character",
        }
    }
}

/// Why a text is not a serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum SerialError {
    /// It is empty.
    #[error("the serial is empty")]
    Empty,
    /// It is longer than 32 characters. Counting stops at 128.
    #[error("a serial has at most {limit} characters, this has {found}")]
    Length { limit: usize, found: usize },
    /// A character is not in `0-9A-Z`; places count from 1.
    #[error("character {position} is {found:?}, a serial has 0-9 and A-Z only")]
    Alphabet { position: usize, found: char },
}

impl SerialError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "serial_empty",
            Self::Length { .. } => "serial_length",
            Self::Alphabet { .. } => "serial_character",
        }
    }
}

/// Why a text or number is not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum VersionError {
    /// It is not written as exactly three digits.
    #[error("a version is written as three digits, 001 to 999")]
    Digits,
    /// It is 0 or beyond 999.
    #[error("a version is 1 to 999, this is {found}")]
    Range { found: u16 },
    /// After 999 there is no next version.
    #[error("version {last} is the last there can be: the certificate needs a new serial")]
    Exhausted { last: u16 },
}

impl VersionError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Digits => "version_digits",
            Self::Range { .. } => "version_range",
            Self::Exhausted { .. } => "version_exhausted",
        }
    }
}

/// Why a text is not the code of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum ProjectCodeError {
    /// It has not 28 characters. Counting stops at 128.
    #[error("the code of an application has {expected} characters, this has {found}")]
    Length { expected: usize, found: usize },
    /// A character is not in `0-9A-Z` and no hyphen; places count from 1.
    #[error("character {position} is {found:?}, the code of an application has 0-9, A-Z and hyphens only")]
    Alphabet { position: usize, found: char },
    /// The hyphens do not stand where they belong.
    #[error("the code of an application has its hyphens as in 440000-20260615-7K3M9QW2ZT-V")]
    Hyphens,
    /// It does not begin with a region.
    #[error("region: {0}")]
    Region(RegionCodeError),
    /// The check character does not fit the others.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    Check { expected: char, found: char },
}

impl ProjectCodeError {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "project_code_length",
            Self::Alphabet { .. } => "project_code_character",
            Self::Hyphens => "project_code_hyphens",
            Self::Region(_) => "project_code_region",
            Self::Check { .. } => "project_code_check",
        }
    }
}

/// Why a text is not the identifier of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum CertificateIdError {
    /// It is longer than any identifier.
    #[error("an identifier has at most {limit} bytes, this has {found}")]
    Length { limit: usize, found: usize },
    /// Without the root it has not five parts.
    #[error("an identifier has {expected} parts (type, issuer, serial, version, check), this has {found}")]
    Parts { expected: usize, found: usize },
    /// A compact form is too short or too long to hold five parts.
    #[error("a compact identifier has {shortest} to {longest} characters, this has {found}")]
    CompactLength { shortest: usize, longest: usize, found: usize },
    /// The type code is wrong.
    #[error("type code: {0}")]
    TypeCode(TypeCodeError),
    /// The issuer is wrong.
    #[error("issuer: {0}")]
    Issuer(UsccError),
    /// The serial is wrong.
    #[error("serial: {0}")]
    Serial(SerialError),
    /// The version is wrong.
    #[error("version: {0}")]
    Version(VersionError),
    /// The check part is not one character. Counting stops at 128.
    #[error("the check part is one character, this has {found}")]
    CheckLength { found: usize },
    /// The check character does not fit the others.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    Check { expected: char, found: char },
}

impl CertificateIdError {
    /// Names the defective part by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "certificate_id_length",
            Self::Parts { .. } => "certificate_id_parts",
            Self::CompactLength { .. } => "certificate_id_compact_length",
            Self::TypeCode(_) => "certificate_id_type",
            Self::Issuer(_) => "certificate_id_issuer",
            Self::Serial(_) => "certificate_id_serial",
            Self::Version(_) => "certificate_id_version",
            Self::CheckLength { .. } => "certificate_id_check_length",
            Self::Check { .. } => "certificate_id_check",
        }
    }
}
