//! Verifying information and files (证照信息核验, 证照文件核验), with the answers of GB/T 36906.

use crate::application::says;
use crate::catalogue::CertificateKind;
use crate::lifecycle::Condition;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode};
use kanhe_core::envelope::EnvelopeError;
use kanhe_core::spelling::folded;
use std::collections::BTreeMap;

/// What an asker says that a certificate says.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// The lifelong identifier.
    pub identifier: Option<CertificateId>,
    /// The type.
    pub type_code: Option<TypeCode>,
    /// The name of a holder.
    pub holder_name: Option<String>,
    /// The code of a holder.
    pub holder_code: Option<HolderCode>,
    /// The printed number.
    pub number: Option<String>,
    /// Fields by their names in the type file or their Chinese labels, each as text, as in an application.
    pub fields: BTreeMap<String, String>,
}

/// The answer to information (GB/T 36906).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// `0`: as stated, and in force.
    InForce,
    /// `1`: as stated, and not yet in force.
    NotYetInForce,
    /// `2`: as stated, and held for a time.
    Suspended,
    /// `3`: as stated, and in force no more, whatever ended it.
    NoLonger,
    /// `4`: too little was stated to tell one certificate from another, or its holder from a stranger.
    TooLittle,
    /// `5`: there is no such certificate.
    NotFound,
    /// `6`: there is one, and it says otherwise.
    Differs,
}

impl Answer {
    /// The standard's code.
    pub const fn number(self) -> u8 {
        match self {
            Self::InForce => 0,
            Self::NotYetInForce => 1,
            Self::Suspended => 2,
            Self::NoLonger => 3,
            Self::TooLittle => 4,
            Self::NotFound => 5,
            Self::Differs => 6,
        }
    }

    /// What the condition of a certificate that is as stated comes to.
    pub const fn of(condition: Condition) -> Self {
        match condition {
            Condition::InForce => Self::InForce,
            Condition::NotYetInForce => Self::NotYetInForce,
            Condition::Suspended => Self::Suspended,
            Condition::Expired
            | Condition::Revoked
            | Condition::Annulled
            | Condition::Cancelled
            | Condition::Transferred
            | Condition::Superseded => Self::NoLonger,
        }
    }
}

/// The answer to a file (GB/T 36906).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// `0`: signed by the agency that it names, and unchanged.
    Good,
    /// `1`: the signature does not hold, or is of a key that is not the agency's.
    Signature,
    /// `2`: cut short, or changed so that it is no file of ours.
    Damaged,
}

impl FileAnswer {
    /// The standard's code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Signature => 1,
            Self::Damaged => 2,
        }
    }

    /// What a file that does not open comes to.
    pub fn of(error: &EnvelopeError) -> Self {
        if error.code() == "signature_invalid" { Self::Signature } else { Self::Damaged }
    }
}

impl Stated {
    /// Whether something of the holder is stated: who knows only a number that stands on a shop's wall is told nothing of its owner.
    pub const fn names_the_holder(&self) -> bool {
        self.holder_name.is_some() || self.holder_code.is_some()
    }

    /// Whether one certificate can be told from another: by its identifier, its number, or the code of its holder and its type.
    pub const fn names_the_certificate(&self) -> bool {
        self.identifier.is_some() || self.number.is_some() || (self.holder_code.is_some() && self.type_code.is_some())
    }

    /// Whether a certificate of a type says all that is stated.
    pub fn is_of(&self, certificate: &Certificate, kind: Option<&CertificateKind>) -> bool {
        let holds = |holder: &kanhe_core::certificate::Holder| {
            self.holder_name.as_deref().is_none_or(|name| folded(name) == folded(holder.name()))
                && self.holder_code.as_ref().is_none_or(|code| code == holder.code())
        };
        let identifier = &certificate.identifier;
        self.identifier.as_ref().is_none_or(|stated| stated == identifier)
            && self.type_code.as_ref().is_none_or(|stated| stated == identifier.type_code())
            && certificate.holders.iter().any(holds)
            && self.number.as_deref().is_none_or(|number| folded(number) == folded(&certificate.number))
            && self.fields.iter().all(|(name, text)| says(certificate, kind, name, text))
    }
}

/// Answers for the certificates that were found: of several, the one that is as stated and stands best.
///
/// Which part differs is not said: who may try one part after the other would read the whole.
pub fn answer_to<'c>(
    stated: &Stated,
    found: impl IntoIterator<Item = (&'c Certificate, Option<&'c CertificateKind>, Condition)>,
) -> Answer {
    if !stated.names_the_holder() || !stated.names_the_certificate() {
        return Answer::TooLittle;
    }
    let mut answer = Answer::NotFound;
    for (certificate, kind, condition) in found {
        let one = if stated.is_of(certificate, kind) { Answer::of(condition) } else { Answer::Differs };
        answer = match answer {
            Answer::NotFound => one,
            before => before.min(one),
        };
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_never_answered_as_not_found_or_not_yet() {
        for condition in Condition::ALL {
            let wanted = match condition {
                Condition::InForce => 0,
                Condition::NotYetInForce => 1,
                Condition::Suspended => 2,
                _ => 3,
            };
            assert_eq!(Answer::of(condition).number(), wanted, "{}", condition.word());
        }
    }

    #[test]
    fn nothing_found_is_not_found_and_a_number_alone_is_too_little() {
        let named = Stated { holder_name: Some("陈静".to_owned()), ..Stated::default() };
        let number = Stated { number: Some("1".to_owned()), ..Stated::default() };
        let both = Stated { number: Some("1".to_owned()), ..named.clone() };
        let answers = [named, number, both, Stated::default()].map(|stated| answer_to(&stated, []));
        assert_eq!(answers, [Answer::TooLittle, Answer::TooLittle, Answer::NotFound, Answer::TooLittle]);
    }
}
