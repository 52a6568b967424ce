//! The lifelong code of an application (终生唯一编码): given on arrival, and never to anything else.

use std::fmt;

use jiff::civil::Date;

use super::ascii::{Ascii, first_outside, is_upper_alphanumeric, length_of};
use super::check::{Mismatch, mod_37_36};
use super::error::ProjectCodeError;
use super::region::RegionCode;

/// The code of an application, `440000-20260615-7K3M9QW2ZT-V`: region, day of arrival in China, ten characters of chance, a check character.
///
/// Who has the code may ask where the application stands, so it must not be guessed: the chance has 50 bits, in the alphabet without
/// I, L, O and U that people read aloud without slips. The check character is MOD 37,36 over all that stands before it, without hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectCode(Ascii<LENGTH>);

const LENGTH: usize = 28;

/// The characters of chance: 32, so that five bits choose one.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Places of the hyphens, from 0.
const HYPHENS: [usize; 3] = [6, 15, 26];

impl ProjectCode {
    /// Makes a new code from a region, the day of arrival and ten bytes of chance.
    #[must_use]
    pub fn new(region: &RegionCode, arrived: Date, chance: &[u8; 10]) -> Self {
        let chosen = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from);
        let day = arrived.strftime("%Y%m%d");
        let body = format!("{region}-{day}-{}", chance.iter().map(chosen).collect::<String>());
        let check = check_of(&body).unwrap_or('0');
        Self(Ascii::new(&format!("{body}-{check}")).expect("28 characters")) // safe: 6 + 1 + 8 + 1 + 10 + 1 + 1, of ASCII; jiff's years have four digits
    }

    /// Reads a code as it was given out; small letters count as capitals, for people type it.
    ///
    /// # Errors
    ///
    /// Another length, a character outside `0-9A-Z`, hyphens elsewhere, no region, or a wrong check character.
    pub fn parse(text: &str) -> Result<Self, ProjectCodeError> {
        let expected = LENGTH;
        match length_of(text) {
            LENGTH => {}
            found => return Err(ProjectCodeError::Length { expected, found }),
        }
        let text = text.to_ascii_uppercase();
        if let Some((position, found)) = first_outside(&text, |c| is_upper_alphanumeric(c) || c == '-') {
            return Err(ProjectCodeError::Alphabet { position, found });
        }
        let hyphens = text.bytes().enumerate().filter_map(|(place, byte)| (byte == b'-').then_some(place));
        if !hyphens.eq(HYPHENS) {
            return Err(ProjectCodeError::Hyphens);
        }
        let code = Self(Ascii::new(&text).expect("28 characters")); // safe: length and alphabet were just checked
        RegionCode::parse(code.0.part(0..6)).map_err(ProjectCodeError::Region)?;
        match Mismatch::between(check_of(code.0.part(0..26)), text.chars().last()) {
            Some(Mismatch { expected, found }) => Err(ProjectCodeError::Check { expected, found }),
            None => Ok(code),
        }
    }

    /// Shows the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn check_of(body: &str) -> Option<char> {
    mod_37_36(&body.replace('-', ""))
}

impl fmt::Display for ProjectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn guangdong() -> RegionCode {
        RegionCode::parse("440000").unwrap()
    }

    #[test]
    fn a_code_tells_region_and_day_and_is_read_again() {
        let code = ProjectCode::new(&guangdong(), "2026-06-15".parse().unwrap(), &[7, 20, 3, 18, 9, 22, 28, 2, 31, 25]);
        assert_eq!(code.as_str(), "440000-20260615-7M3J9PW2ZS-8");
        assert_eq!(ProjectCode::parse("440000-20260615-7m3j9pw2zs-8"), Ok(code));
    }

    #[test]
    fn what_is_no_code_is_refused_by_its_defect() {
        let rows = [
            ("", "project_code_length"),
            ("440000-20260615-7M3J9PW2ZS-", "project_code_length"),
            ("440000-20260615-7M3J9PW2Z é-N", "project_code_length"),
            ("440000-20260615-7M3J9PW2Z_-N", "project_code_character"),
            ("44000-020260615-7M3J9PW2ZS-8", "project_code_hyphens"),
            ("000000-20260615-7M3J9PW2ZS-8", "project_code_region"),
            ("440000-20260615-7M3J9PW2SZ-8", "project_code_check"),
            ("440000-20260615-7M3J9PW2ZS-9", "project_code_check"),
        ];
        for (text, code) in rows {
            assert_eq!(ProjectCode::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_code_that_is_given_out_is_read_again(chance in any::<[u8; 10]>(), day in 0_i32..40_000) {
            let day = crate::calendar::day_of_number(day).unwrap();
            let code = ProjectCode::new(&guangdong(), day, &chance);
            prop_assert_eq!(ProjectCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn no_text_makes_the_door_panic(text in "\\PC{0,40}") {
            let _ = ProjectCode::parse(&text);
        }
    }
}
