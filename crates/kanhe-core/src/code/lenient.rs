//! What others wrote: kept as it is, with every defect named.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use super::error::UsccError;

/// A code that somebody else wrote, as a `parse_foreign` read it.
///
/// It is never taken for one of ours: only [`strict`](Self::strict) gives the type that is right for ever, and only when nothing but the
/// spelling was wrong. The text is kept as written. Where there is no warning there is a strict value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lenient<T> {
    written: String,
    strict: Option<T>,
    warnings: Vec<Warning>,
}

impl<T> Lenient<T> {
    pub(super) fn new(written: &str, strict: Option<T>, warnings: Vec<Warning>) -> Self {
        let written = written.to_owned();
        Self { written, strict, warnings }
    }

    /// Shows the text exactly as it came.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Shows the value this stands for, if it is right apart from its spelling.
    #[must_use]
    pub fn strict(&self) -> Option<&T> {
        self.strict.as_ref()
    }

    /// Gives up the text and the warnings for the value, if there is one.
    #[must_use]
    pub fn into_strict(self) -> Option<T> {
        self.strict
    }

    /// Lists the defects that were let pass, in the order of the text; empty if the strict parser takes it as written.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// The written text stays out of logs: nobody knows yet what a stranger put there.
impl<T: fmt::Debug> fmt::Debug for Lenient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lenient").field("strict", &self.strict).field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

/// One defect that a lenient parser let pass, because systems in the field produce it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum Warning {
    /// Letters are in lower case; the value has them in upper case.
    #[error("it is written in lower case")]
    LowerCase,
    /// The last character of a USCC is not the one its body asks for. Some genuine codes given before 2016 are so.
    #[error("the check character of the USCC should be {expected:?}, it is {found:?}")]
    UsccCheck {
        /// What the body asks for.
        expected: char,
        /// What is written.
        found: char,
    },
    /// The organisation code inside a USCC (characters 9 to 17) does not check.
    #[error("the organisation code (characters 9 to 17) should end in {expected:?}, it ends in {found:?}")]
    OrganisationCheck {
        /// What the body asks for.
        expected: char,
        /// What is written.
        found: char,
    },
    /// The last character of a resident id is not the one its body asks for.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    ResidentIdCheck {
        /// What the body asks for.
        expected: char,
        /// What is written.
        found: char,
    },
    /// A type code is not 21 characters long: somebody invented it.
    #[error("a type code has {expected} characters, this has {found}")]
    TypeCodeLength {
        /// How long it should be.
        expected: usize,
        /// How long it is.
        found: usize,
    },
    /// A type code does not begin with a USCC that is right.
    #[error("the defining authority (characters 1 to 18): {0}")]
    DefiningAuthority(UsccError),
    /// The issuer of an identifier is written as a 6-digit region code.
    #[error("a region code stands in the issuer's place")]
    IssuerIsRegion,
    /// The issuer of an identifier is not a USCC that is right.
    #[error("issuer: {0}")]
    Issuer(UsccError),
    /// The serial of an identifier has underscores, so that no check character can be computed for it.
    #[error("the serial has underscores, and no check character can be computed")]
    SerialUnderscore,
    /// The check character of an identifier is not the one its body asks for.
    #[error("the check character should be {expected:?}, it is {found:?}")]
    CertificateIdCheck {
        /// What the body asks for.
        expected: char,
        /// What is written.
        found: char,
    },
    /// The check character of an identifier was made by the wrong algorithm in circulation
    /// ([`mod_37_36_miscounted`](super::check::mod_37_36_miscounted)): no slip of the pen, but a system at fault.
    #[error("the check character should be {expected:?}, it is {found:?}, which a wrong way of counting gives")]
    CertificateIdCheckMiscounted {
        /// What the body asks for.
        expected: char,
        /// What is written, and what the wrong algorithm gives.
        found: char,
    },
}

impl Warning {
    /// Names the defect by a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LowerCase => "lower_case",
            Self::UsccCheck { .. } => "uscc_check",
            Self::OrganisationCheck { .. } => "organisation_check",
            Self::ResidentIdCheck { .. } => "resident_id_check",
            Self::TypeCodeLength { .. } => "type_code_length",
            Self::DefiningAuthority(_) => "type_code_authority",
            Self::IssuerIsRegion => "issuer_is_region",
            Self::Issuer(_) => "certificate_id_issuer",
            Self::SerialUnderscore => "serial_underscore",
            Self::CertificateIdCheck { .. } => "certificate_id_check",
            Self::CertificateIdCheckMiscounted { .. } => "certificate_id_check_miscounted",
        }
    }
}

/// Puts letters in upper case, with the warning that this was needed.
pub(super) fn in_upper_case(text: &str) -> (Cow<'_, str>, Vec<Warning>) {
    if text.contains(|c: char| c.is_ascii_lowercase()) {
        (Cow::Owned(text.to_ascii_uppercase()), vec![Warning::LowerCase])
    } else {
        (Cow::Borrowed(text), Vec::new())
    }
}
