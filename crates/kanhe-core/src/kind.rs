//! A certificate type as a verifier knows it: its names, how long its status may be trusted, and its seal profile.
//!
//! ```cddl
//! kind      = [ index: uint .size 2, code: type-code, names, number: form, serial-is-number: bool, holder-mask: mask,
//!               fresh: [ amber: uint .size 4, unknown: uint .size 4 ], dictionary: uint .size 4, fields: [ *field ], file: bstr .size 32 ]
//! field     = [ name: tstr, label, form, mask ]
//! form      = [ 0, most: uint .size 2 ] / [ 1, template: tstr ] / [ 2, table ] / [ 3, table ] / [ 4 ] / [ 5, scale: uint .size 1 ] / [ 6 ] / [ 7 ]
//! table     = [ *[ code: tstr, label ] ]
//! mask      = [ 0 ] / [ 1, first: uint .size 1, last: uint .size 1 ] / [ 2 ]
//! ```

use crate::code::{HolderCode, HolderCodeType, TypeCode};
use crate::template::Template;
use minicbor::{Decode, Encode};

/// The same words in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Label {
    /// Chinese.
    #[n(0)]
    pub zh: String,
    /// English.
    #[n(1)]
    pub en: String,
}

/// How the value of a field stands in a seal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Form {
    /// Words, packed with the type's dictionary; at most so many characters.
    #[n(0)]
    Text {
        /// Characters, not bytes.
        #[n(0)]
        most: u16,
    },
    /// A code of one shape, packed into a number.
    #[n(1)]
    Code(#[n(0)] Template),
    /// One entry of a code table, by its place.
    #[n(2)]
    Choice(#[n(0)] Vec<Choice>),
    /// Several entries of a code table, one bit each; at most 63.
    #[n(3)]
    Choices(#[n(0)] Vec<Choice>),
    /// A day.
    #[n(4)]
    Date,
    /// A decimal fraction with a fixed number of places, such as square metres or yuan.
    #[n(5)]
    Decimal {
        /// Places after the point.
        #[n(0)]
        scale: u8,
    },
    /// A whole number from 0.
    #[n(6)]
    Count,
    /// Yes or no.
    #[n(7)]
    Flag,
}

/// One entry of a code table.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Choice {
    /// The code that certificates carry.
    #[n(0)]
    pub code: String,
    /// What people read.
    #[n(1)]
    pub label: Label,
}

/// How much of a value a seal may say, or a screen may show, about a person (architecture: what a seal may say).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Mask {
    /// All of it.
    #[n(0)]
    Open,
    /// The first and last characters; the rest is `*`.
    #[n(1)]
    Keep {
        /// Characters kept at the start.
        #[n(0)]
        first: u8,
        /// Characters kept at the end.
        #[n(1)]
        last: u8,
    },
    /// No character: a check value of 20 bits that thousands of other numbers fit as well.
    #[n(2)]
    Check,
}

impl Mask {
    /// What of `text` may be shown, at most as long as `text` itself.
    pub fn apply(self, text: &str) -> String {
        let length = text.chars().count();
        match self {
            Self::Open => text.to_owned(),
            Self::Keep { first, last } if usize::from(first) + usize::from(last) < length => {
                let kept = |place: usize| place < usize::from(first) || place + usize::from(last) >= length;
                text.chars().enumerate().map(|(place, c)| if kept(place) { c } else { '*' }).collect()
            }
            Self::Keep { .. } | Self::Check => "*".repeat(length),
        }
    }

    /// What of a person's code may be shown. Six and four of a passport's nine or of a permit's eleven would leave nothing to guess: of any
    /// number but a resident id at most half is shown, a quarter at each end.
    pub fn apply_to(self, code: &HolderCode) -> String {
        let text = code.expose();
        match self {
            Self::Keep { first, last } if code.kind() != HolderCodeType::ResidentId => {
                let quarter = u8::try_from(text.chars().count() / 4).unwrap_or(u8::MAX);
                Self::Keep { first: first.min(quarter), last: last.min(quarter) }.apply(text)
            }
            Self::Open | Self::Keep { .. } | Self::Check => self.apply(text),
        }
    }
}

/// How long the status of a certificate of this type may be relied on, in seconds since the list was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Freshness {
    /// From this age on the answer is amber: genuine, but look again.
    #[n(0)]
    pub amber: u32,
    /// From this age on the answer is "cannot tell here".
    #[n(1)]
    pub unknown: u32,
}

/// One field of the seal profile.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Field {
    /// The name in the type's schema.
    #[n(0)]
    pub name: String,
    /// What people read.
    #[n(1)]
    pub label: Label,
    /// How it stands in the seal.
    #[n(2)]
    pub form: Form,
    /// How much of it may be shown.
    #[n(3)]
    pub mask: Mask,
}

/// A certificate type, as a manifest publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Kind {
    /// Its number in its region's manifest; never given to another type.
    #[n(0)]
    pub index: u16,
    /// The 21-character type code.
    #[n(1)]
    pub code: TypeCode,
    /// What people call it.
    #[n(2)]
    pub names: Label,
    /// How the printed number stands in the seal.
    #[n(3)]
    pub number: Form,
    /// Whether the serial of the identifier is the printed number, so that the seal says it once.
    #[n(4)]
    pub serial_is_number: bool,
    /// How much of a person's code a seal says; codes of organisations are public.
    #[n(5)]
    pub holder_mask: Mask,
    /// How long a status may be relied on.
    #[n(6)]
    pub freshness: Freshness,
    /// Which dictionary new seals are packed with.
    #[n(7)]
    pub dictionary: u32,
    /// The fields that stand in the seal, in their order.
    #[n(8)]
    pub fields: Vec<Field>,
    /// SHA-256 of the type file, which has the whole schema.
    #[n(9)]
    #[cbor(with = "minicbor::bytes")]
    pub file_digest: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_what_it_says_and_never_all() {
        let mask = Mask::Keep { first: 6, last: 4 };
        assert_eq!(mask.apply("440524188001010014"), "440524********0014");
        assert_eq!(mask.apply("1234567890"), "**********");
        assert_eq!(Mask::Keep { first: 1, last: 0 }.apply("王小明"), "王**");
        assert_eq!(Mask::Check.apply("440524"), "******");
    }

    #[test]
    fn of_a_short_number_at_least_half_is_hidden_whatever_the_type_keeps() {
        let rows = [
            ("111", "11010519491231002X", (6, 4), "110105********002X"),
            ("516", "H0123456789", (6, 4), "H0*******89"),
            ("414", "E12345678", (6, 4), "E1*****78"),
            ("414", "E12345678", (1, 0), "E********"),
            ("414", "E12345678", (0, 10), "*******78"),
            ("999", "A12", (6, 4), "***"),
        ];
        for (kind, code, (first, last), shown) in rows {
            let code = HolderCode::new(HolderCodeType::parse(kind).unwrap(), code).unwrap();
            assert_eq!(Mask::Keep { first, last }.apply_to(&code), shown);
        }
    }
}
