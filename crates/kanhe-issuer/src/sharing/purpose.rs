//! Why somebody asks.

use jiff::Timestamp;
use kanhe_core::plain::is_line;
use kanhe_core::wire;
use minicbor::{Decode, Encode};
use thiserror::Error;

/// Codes and numbers of matters, cases and consents have at most so many characters (事项编码 of GB/T 36114 has 31).
pub const LONGEST_CODE: usize = 64;

/// A law is cited in at most so many characters.
pub const LONGEST_LAW: usize = 200;

/// By what right somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Basis {
    /// 授权用证: the holder has agreed.
    #[n(0)]
    Consent {
        /// By which the consent can be found where it was given.
        #[n(0)]
        reference: String,
        /// When it was given.
        #[n(1)]
        #[cbor(with = "wire::moment")]
        given: Timestamp,
    },
    /// 依职能用证: official duty.
    #[n(1)]
    Duty {
        /// The law that says so.
        #[n(0)]
        law: String,
    },
}

/// For what somebody asks: written down with every answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Purpose {
    #[n(0)]
    matter: String,
    #[n(1)]
    case: String,
    #[n(2)]
    basis: Basis,
}

/// Why a purpose is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PurposeError {
    /// A part is missing, too long, or has characters that no code has.
    #[error("{part} is to have 1 to {most} printable characters")]
    Part {
        /// `matter`, `case`, `consent` or `law`.
        part: &'static str,
        /// Its greatest length.
        most: usize,
    },
    /// Consent was given later than now.
    #[error("the consent was given {given}, and now it is {now}")]
    ConsentInFuture {
        /// When, as the caller says.
        given: Timestamp,
        /// Now.
        now: Timestamp,
    },
}

impl PurposeError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Part { .. } => "purpose_malformed",
            Self::ConsentInFuture { .. } => "purpose_consent_in_future",
        }
    }
}

impl Purpose {
    /// A purpose whose every part says something.
    pub fn new(matter: &str, case: &str, basis: Basis, now: Timestamp) -> Result<Self, PurposeError> {
        says_something("matter", matter, LONGEST_CODE)?;
        says_something("case", case, LONGEST_CODE)?;
        match &basis {
            Basis::Consent { given, .. } if *given > now => return Err(PurposeError::ConsentInFuture { given: *given, now }),
            Basis::Consent { reference, .. } => says_something("consent", reference, LONGEST_CODE)?,
            Basis::Duty { law } => says_something("law", law, LONGEST_LAW)?,
        }
        Ok(Self { matter: matter.to_owned(), case: case.to_owned(), basis })
    }

    /// The code of the matter (事项编码).
    pub fn matter(&self) -> &str {
        &self.matter
    }

    /// The number of the case (办件编号).
    pub fn case(&self) -> &str {
        &self.case
    }

    /// The consent or the duty.
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }
}

fn says_something(part: &'static str, text: &str, most: usize) -> Result<(), PurposeError> {
    if is_line(text, most) { Ok(()) } else { Err(PurposeError::Part { part, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-06-15T04:00:00Z".parse().unwrap()
    }

    fn duty(law: &str) -> Basis {
        Basis::Duty { law: law.to_owned() }
    }

    #[test]
    fn a_purpose_says_for_what_and_by_what_right() {
        let long = "1".repeat(LONGEST_CODE + 1);
        let consent = |given: &str| Basis::Consent { reference: "SQ-1".to_owned(), given: given.parse().unwrap() };
        let rows = [
            ("440100-1", "A-1", duty("《行政许可法》"), None),
            ("440100-1", "A-1", consent("2026-06-15T04:00:00Z"), None),
            ("", "A-1", duty("《行政许可法》"), Some("purpose_malformed")),
            (&long, "A-1", duty("《行政许可法》"), Some("purpose_malformed")),
            ("440100-1", " A-1", duty("《行政许可法》"), Some("purpose_malformed")),
            ("440100-1", "A\n1", duty("《行政许可法》"), Some("purpose_malformed")),
            ("440100-1", "A\u{202E}1", duty("《行政许可法》"), Some("purpose_malformed")),
            ("440100-1", "A-1", duty(""), Some("purpose_malformed")),
            ("440100-1", "A-1", consent("2026-06-15T04:00:01Z"), Some("purpose_consent_in_future")),
        ];
        for (matter, case, basis, code) in rows {
            assert_eq!(Purpose::new(matter, case, basis, now()).err().map(|error| error.code()), code, "{matter:?} {case:?}");
        }
    }
}
