//! Matching: which of the certificates that a matter needs a holder has, so that nobody is asked for paper that the library already has.

use crate::lifecycle::Condition;
use jiff::ToSpan;
use jiff::civil::Date;
use kanhe_core::code::TypeCode;
use kanhe_core::kind::Label;
use kanhe_store::Card;
use minicbor::{Decode, Encode};
use thiserror::Error;

/// A matter wants at most so many certificates.
pub const MOST_WANTS: usize = 32;

/// One certificate that a matter needs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Want {
    /// What people call it.
    #[n(0)]
    pub names: Label,
    /// Any of these types will do.
    #[n(1)]
    pub types: Vec<TypeCode>,
    /// One that ends within so many days is said to end soon.
    #[n(2)]
    pub soon_days: u16,
}

/// A matter (事项), and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Matter {
    #[n(0)]
    code: String,
    #[n(1)]
    names: Label,
    #[n(2)]
    wants: Vec<Want>,
}

/// Why a matter is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MatterError {
    /// The code is no code.
    #[error("the code of a matter has 1 to {most} letters, digits, hyphens and full stops")]
    Code {
        /// Its greatest length.
        most: usize,
    },
    /// It wants nothing, or too much.
    #[error("a matter needs 1 to {most} certificates, this one {found}")]
    Wants {
        /// How many it wants.
        found: usize,
        /// At most so many.
        most: usize,
    },
    /// A want that no type satisfies.
    #[error("the certificate at place {place} has no type that would do")]
    NoType {
        /// Its place, from 0.
        place: usize,
    },
}

impl MatterError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Code { .. } => "matter_code",
            Self::Wants { .. } => "matter_wants",
            Self::NoType { .. } => "matter_no_type",
        }
    }
}

/// How a want is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching<C> {
    /// Held, and in force.
    Held(C),
    /// Held and in force, and it ends soon.
    EndsSoon(C),
    /// Held, and not in force now: suspended, or not yet begun.
    NotNow(C),
    /// Not held; what was held, and is in force no more, is told.
    Missing(Option<C>),
}

impl<C> Matching<C> {
    /// The word of the interface.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Held(_) => "held",
            Self::EndsSoon(_) => "ends_soon",
            Self::NotNow(_) => "not_now",
            Self::Missing(_) => "missing",
        }
    }

    /// The certificate that it is about.
    pub const fn certificate(&self) -> Option<&C> {
        match self {
            Self::Held(certificate) | Self::EndsSoon(certificate) | Self::NotNow(certificate) => Some(certificate),
            Self::Missing(certificate) => certificate.as_ref(),
        }
    }
}

impl Matter {
    /// A matter that wants something.
    pub fn new(code: &str, names: Label, wants: Vec<Want>) -> Result<Self, MatterError> {
        let most = super::purpose::LONGEST_CODE;
        let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
        if !plain || !(1..=most).contains(&code.len()) {
            return Err(MatterError::Code { most });
        }
        if !(1..=MOST_WANTS).contains(&wants.len()) {
            return Err(MatterError::Wants { found: wants.len(), most: MOST_WANTS });
        }
        match wants.iter().position(|want| want.types.is_empty()) {
            Some(place) => Err(MatterError::NoType { place }),
            None => Ok(Self { code: code.to_owned(), names, wants }),
        }
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What people call it.
    pub const fn names(&self) -> &Label {
        &self.names
    }

    /// What it needs.
    pub fn wants(&self) -> &[Want] {
        &self.wants
    }
}

/// How a want is met by the certificates that a holder has: by the one that stands best, and of those by the one that ends last.
pub fn match_want<'c>(want: &Want, held: impl IntoIterator<Item = (&'c Card, Condition)>, day: Date) -> Matching<&'c Card> {
    let fitting = held.into_iter().filter(|(card, _)| want.types.contains(card.type_code()));
    let best = fitting.min_by_key(|(card, condition)| (rank(*condition), std::cmp::Reverse(card.until.unwrap_or(Date::MAX))));
    let Some((card, condition)) = best else { return Matching::Missing(None) };
    let soon = day.saturating_add(i32::from(want.soon_days).days());
    match condition {
        Condition::InForce if card.until.is_some_and(|until| until <= soon) => Matching::EndsSoon(card),
        Condition::InForce => Matching::Held(card),
        Condition::NotYetInForce | Condition::Suspended => Matching::NotNow(card),
        Condition::Expired
        | Condition::Revoked
        | Condition::Annulled
        | Condition::Cancelled
        | Condition::Transferred
        | Condition::Superseded => Matching::Missing(Some(card)),
    }
}

const fn rank(condition: Condition) -> u8 {
    match condition {
        Condition::InForce => 0,
        Condition::NotYetInForce => 1,
        Condition::Suspended => 2,
        Condition::Expired => 3,
        Condition::Revoked | Condition::Annulled | Condition::Cancelled | Condition::Transferred => 4,
        // Its successor tells more.
        Condition::Superseded => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use kanhe_core::code::CertificateId;
    use kanhe_core::status::State;

    const ID: &str = "1.2.156.3005.2.11100000MB0143028R001.114400000069410121.44012025013100001361.001.Y";

    fn card(state: State, from: &str, until: Option<&str>) -> Card {
        let moment: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        Card {
            identifier: CertificateId::parse(ID).unwrap(),
            issued: day(from),
            from: day(from),
            until: until.map(day),
            slot: 0,
            state,
            effective: moment,
            recorded: moment,
            predecessor: None,
            successor: None,
            alone: false,
        }
    }

    fn want() -> Want {
        let names = Label { zh: "营业执照".to_owned(), en: "Business licence".to_owned() };
        Want { names, types: vec![*CertificateId::parse(ID).unwrap().type_code()], soon_days: 30 }
    }

    #[test]
    fn a_want_is_met_by_the_certificate_that_stands_best_and_ends_last() {
        let day: Date = "2026-06-15".parse().unwrap();
        let valid = |until| card(State::Valid, "2020-01-01", until);
        let rows: [(&[Card], &str, Option<&str>); 9] = [
            (&[], "missing", None),
            (&[valid(None)], "held", None),
            (&[valid(Some("2026-07-16"))], "held", Some("2026-07-16")),
            (&[valid(Some("2026-07-15"))], "ends_soon", Some("2026-07-15")),
            (&[valid(Some("2026-06-15"))], "ends_soon", Some("2026-06-15")),
            (&[valid(Some("2026-06-14"))], "missing", Some("2026-06-14")),
            (
                &[card(State::Revoked, "2020-01-01", None), card(State::Suspended, "2020-01-01", Some("2030-01-01"))],
                "not_now",
                Some("2030-01-01"),
            ),
            (
                &[valid(Some("2026-07-01")), valid(Some("2028-01-01")), card(State::Superseded, "2020-01-01", None)],
                "held",
                Some("2028-01-01"),
            ),
            (&[card(State::Valid, "2026-06-16", Some("2027-01-01"))], "not_now", Some("2027-01-01")),
        ];
        for (place, (held, word, until)) in rows.into_iter().enumerate() {
            let conditions = held.iter().map(|card| (card, Condition::of(card.state, card.from, card.until, day)));
            let matching = match_want(&want(), conditions, day);
            let found = matching.certificate().and_then(|card| card.until).map(|day| day.to_string());
            assert_eq!((matching.word(), found.as_deref()), (word, until), "row {place}");
        }
    }

    #[test]
    fn a_matter_that_wants_nothing_is_refused() {
        let names = want().names;
        let none = Want { types: Vec::new(), ..want() };
        let rows = [
            ("440100-sp-01", vec![want()], None),
            ("", vec![want()], Some("matter_code")),
            ("a b", vec![want()], Some("matter_code")),
            ("a", vec![], Some("matter_wants")),
            ("a", vec![want(); MOST_WANTS + 1], Some("matter_wants")),
            ("a", vec![want(), none], Some("matter_no_type")),
        ];
        for (code, wants, defect) in rows {
            assert_eq!(Matter::new(code, names.clone(), wants).err().map(|error| error.code()), defect, "{code}");
        }
    }
}
