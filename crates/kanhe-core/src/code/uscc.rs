//! The unified social credit code (统一社会信用代码, GB 32100): the name of an organisation among machines.

use std::fmt;

use super::ascii::{Ascii, first_outside, length_of};
use super::check::{Mismatch, USCC_ALPHABET, gb_11714, gb_32100, value};
use super::error::{UsccError, UsccUnpackError};
use super::lenient::{Lenient, Warning, in_upper_case};
use super::organisation::OrganisationCode;

/// The code of an organisation, 18 characters of [`USCC_ALPHABET`], of which both check characters hold.
///
/// ```text
/// 9 1 350100 M000100Y4 3
/// | | |      |         check character over all before it
/// | | |      organisation code (GB 11714), with its own check character
/// | | region of registration: never a reason to reject, regions come and go
/// | category
/// registering department
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(Ascii<LENGTH>);

const LENGTH: usize = 18;

/// 31¹², of 60 bits.
const TWELVE_SYMBOLS: u128 = 31_u128.pow(12);

impl Uscc {
    /// How many bytes [`pack`](Self::pack) writes: 31¹⁷ needs 85 bits.
    pub const PACKED: usize = 11;

    /// Reads a USCC in upper case whose organisation code and whose last character both check.
    ///
    /// # Errors
    ///
    /// Says which part is wrong, the organisation code before the whole: a slip inside the organisation code breaks both checks, and the
    /// narrower one says where to look.
    pub fn parse(text: &str) -> Result<Self, UsccError> {
        let uscc = Self(shaped(text)?);
        if let Some(Mismatch { expected, found }) = uscc.organisation_mismatch() {
            return Err(UsccError::OrganisationCheck { expected, found });
        }
        if let Some(Mismatch { expected, found }) = uscc.mismatch() {
            return Err(UsccError::Check { expected, found });
        }
        Ok(uscc)
    }

    /// Reads a USCC that somebody else wrote: a check that fails and lower case are warnings.
    ///
    /// Genuine codes fail the check (`91350203M0001QKT19` and others that Fujian gave before 2016), so on someone else's code a failing
    /// check never turns an organisation away.
    ///
    /// # Errors
    ///
    /// Another length or alphabet: then it is no USCC at all.
    pub fn parse_foreign(text: &str) -> Result<Lenient<Self>, UsccError> {
        right_length(text)?;
        let (upper, mut warnings) = in_upper_case(text);
        let claimed = Self(shaped(&upper)?);
        warnings.extend(claimed.organisation_mismatch().map(|m| Warning::OrganisationCheck { expected: m.expected, found: m.found }));
        warnings.extend(claimed.mismatch().map(|m| Warning::UsccCheck { expected: m.expected, found: m.found }));
        Ok(Lenient::new(text, Self::parse(&upper).ok(), warnings))
    }

    /// Restores a USCC from the bytes that [`pack`](Self::pack) wrote, its last character computed anew.
    ///
    /// # Errors
    ///
    /// A number beyond 31¹⁷, or one whose organisation code does not check: no USCC packs to these bytes.
    pub fn unpack(packed: &[u8; Self::PACKED]) -> Result<Self, UsccUnpackError> {
        let number = packed.iter().fold(0_u128, |n, &byte| n << 8 | u128::from(byte));
        // Two numbers of 64 bits, where dividing by 31 costs a multiplication: twelve symbols behind, five in front.
        let [mut rest, mut behind] = [number / TWELVE_SYMBOLS, number % TWELVE_SYMBOLS].map(|half| u64::try_from(half).unwrap_or(u64::MAX));
        let mut text = [0; LENGTH];
        let [body @ .., last] = &mut text;
        for (from_end, place) in body.iter_mut().rev().enumerate() {
            let half = if from_end < 12 { &mut behind } else { &mut rest };
            let digit = usize::try_from(*half % 31).expect("below 31"); // safe: a remainder modulo 31 fits any integer
            *place = *USCC_ALPHABET.as_bytes().get(digit).expect("31 symbols"); // safe: the alphabet has a symbol for each of 0..31
            *half /= 31;
        }
        if rest != 0 {
            return Err(UsccUnpackError::TooLarge);
        }
        let check = std::str::from_utf8(body).ok().and_then(gb_32100);
        *last = check.and_then(|check| u8::try_from(check).ok()).expect("a check character"); // safe: 17 symbols of the alphabet have one
        let uscc = std::str::from_utf8(&text).ok().and_then(Ascii::new).map(Self).expect("18 ASCII characters"); // safe: all of the alphabet
        match uscc.organisation_mismatch() {
            None => Ok(uscc),
            Some(Mismatch { expected, found }) => Err(UsccUnpackError::OrganisationCheck { expected, found }),
        }
    }

    /// Packs the first 17 characters as one big-endian number in base 31, as the QR carries it; the last character follows from them.
    #[must_use]
    pub fn pack(&self) -> [u8; Self::PACKED] {
        let body = self.0.part(0..LENGTH - 1);
        let number = body.chars().filter_map(|c| value(USCC_ALPHABET, c)).fold(0_u128, |n, digit| n * 31 + u128::from(digit));
        let [_, _, _, _, _, packed @ ..] = number.to_be_bytes();
        packed
    }

    /// Shows the 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Takes out the organisation code, characters 9 to 17.
    #[must_use]
    pub fn organisation_code(&self) -> OrganisationCode {
        OrganisationCode::inside(&self.0)
    }

    fn organisation_mismatch(&self) -> Option<Mismatch> {
        Mismatch::between(gb_11714(self.0.part(8..16)), self.0.part(16..17).chars().next())
    }

    fn mismatch(&self) -> Option<Mismatch> {
        Mismatch::between(gb_32100(self.0.part(0..17)), self.0.part(17..18).chars().next())
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn shaped(text: &str) -> Result<Ascii<LENGTH>, UsccError> {
    right_length(text)?;
    match first_outside(text, |c| USCC_ALPHABET.contains(c)) {
        Some((position, found)) => Err(UsccError::Alphabet { position, found }),
        None => Ok(Ascii::new(text).expect("18 ASCII characters")), // safe: length and alphabet were just checked
    }
}

fn right_length(text: &str) -> Result<(), UsccError> {
    match length_of(text) {
        LENGTH => Ok(()),
        found => Err(UsccError::Length { expected: LENGTH, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOVERNMENT: [&str; 8] = [
        "91350100M000100Y43",
        "11100000000013338W",
        "11430000006122244L",
        "11110000000021135M",
        "11330105002500287C",
        "11100000000013661B",
        "11100000MB03271699",
        "113700000045046442",
    ];

    #[test]
    fn genuine_codes_are_accepted_and_packed_into_eleven_bytes() {
        for text in GOVERNMENT {
            let uscc = Uscc::parse(text).unwrap();
            assert_eq!(uscc.to_string(), text);
            assert_eq!(Uscc::unpack(&uscc.pack()), Ok(uscc));
        }
    }

    #[test]
    fn genuine_codes_whose_check_fails_are_warned_of_and_not_turned_away() {
        let rows = [
            ("91350203M0001QKT19", 'F', '9'),
            ("91350100M0001TGQXM", '1', 'M'),
            ("91350211M0000XUF46", 'R', '6'),
            ("91350203M0001FUE2P", 'J', 'P'),
        ];
        for (text, expected, found) in rows {
            assert_eq!(Uscc::parse(text), Err(UsccError::Check { expected, found }));
            let lenient = Uscc::parse_foreign(text).unwrap();
            assert_eq!(lenient.warnings(), [Warning::UsccCheck { expected, found }]);
            assert_eq!(lenient.strict(), None);
            assert_eq!(lenient.written(), text);
        }
    }

    #[test]
    fn a_slip_in_the_organisation_code_is_said_to_be_there() {
        let error = Uscc::parse("91350100M000100Y53").unwrap_err();
        assert_eq!(error, UsccError::OrganisationCheck { expected: '4', found: '5' });
    }

    #[test]
    fn a_letter_that_looks_like_a_digit_is_named_with_its_place() {
        let error = Uscc::parse("9135O100M000100Y43").unwrap_err();
        assert_eq!(error, UsccError::Alphabet { position: 5, found: 'O' });
    }

    #[test]
    fn a_foreign_code_in_lower_case_stands_for_the_one_in_upper_case() {
        let lenient = Uscc::parse_foreign("91350100m000100y43").unwrap();
        assert_eq!(lenient.warnings(), [Warning::LowerCase]);
        assert_eq!(lenient.strict().unwrap().as_str(), "91350100M000100Y43");
        assert_eq!(lenient.written(), "91350100m000100y43");
    }

    #[test]
    fn a_megabyte_is_refused_by_its_length() {
        let found = 128;
        let error = UsccError::Length { expected: 18, found };
        assert_eq!(Uscc::parse(&"9".repeat(1 << 20)), Err(error));
        assert_eq!(Uscc::parse_foreign(&"é".repeat(1 << 20)).unwrap_err(), error);
    }

    #[test]
    fn bytes_that_no_code_packs_to_are_refused() {
        assert_eq!(Uscc::unpack(&[0xff; 11]), Err(UsccUnpackError::TooLarge));
        let mut off_by_one = Uscc::parse(GOVERNMENT[0]).unwrap().pack();
        off_by_one[10] ^= 1;
        assert!(matches!(Uscc::unpack(&off_by_one), Err(UsccUnpackError::OrganisationCheck { .. })));
    }

    fn any_uscc() -> impl Strategy<Value = Uscc> {
        "[0-9A-HJ-NPQRTUWXY]{16}".prop_map(|head| {
            let organisation = gb_11714(&head[8..]).unwrap();
            let body = format!("{head}{organisation}");
            Uscc::parse(&format!("{body}{}", gb_32100(&body).unwrap())).unwrap()
        })
    }

    proptest! {
        #[test]
        fn every_code_survives_packing(uscc in any_uscc()) {
            prop_assert_eq!(Uscc::unpack(&uscc.pack()), Ok(uscc));
        }

        #[test]
        fn whatever_unpacks_is_a_code_and_packs_to_the_same_bytes(packed in any::<[u8; 11]>()) {
            if let Ok(uscc) = Uscc::unpack(&packed) {
                prop_assert_eq!(Uscc::parse(uscc.as_str()), Ok(uscc));
                prop_assert_eq!(uscc.pack(), packed);
            }
        }

        #[test]
        fn one_other_character_is_always_noticed(uscc in any_uscc(), at in 0..18_usize, other in "[0-9A-Z]") {
            let text = uscc.as_str();
            let slip = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(Uscc::parse(&slip).is_ok(), slip == text);
            let silent = Uscc::parse_foreign(&slip).is_ok_and(|read| read.warnings().is_empty());
            prop_assert_eq!(silent, slip == text);
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC{0,40}|[0-9A-Za-z]{18}") {
            let _ = (Uscc::parse(&text), Uscc::parse_foreign(&text));
        }
    }
}
