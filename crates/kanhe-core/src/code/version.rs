//! The version (版本号) of a certificate: counts how often its file was made.

use std::fmt::{self, Write};

use super::error::VersionError;

/// The version of a certificate, 1 to 999, written with three digits; one more each time the file is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u16);

impl Version {
    /// The version that every certificate begins with, `001`.
    pub const FIRST: Self = Self(1);

    const LAST: u16 = 999;

    /// Takes a number from 1 to 999.
    ///
    /// # Errors
    ///
    /// Any other number.
    pub fn new(number: u16) -> Result<Self, VersionError> {
        match number {
            1..=Self::LAST => Ok(Self(number)),
            found => Err(VersionError::Range { found }),
        }
    }

    /// Reads exactly three digits, `001` to `999`.
    ///
    /// # Errors
    ///
    /// Anything else, `000` included.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VersionError::Digits);
        }
        Self::new(text.parse().map_err(|_| VersionError::Digits)?)
    }

    /// Gives the version that follows.
    ///
    /// # Errors
    ///
    /// Nothing follows 999: the certificate needs a new serial, and the chain of predecessors goes on through it.
    pub fn next(self) -> Result<Self, VersionError> {
        let last = Self::LAST;
        Self::new(self.0 + 1).map_err(|_| VersionError::Exhausted { last })
    }

    /// Its three digits.
    pub(super) fn digits(self) -> [char; 3] {
        [self.0 / 100, self.0 / 10 % 10, self.0 % 10].map(|digit| char::from_digit(digit.into(), 10).unwrap_or('0'))
    }

    /// Gives the number, 1 to 999.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits().into_iter().try_for_each(|digit| f.write_char(digit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_reads_back_from_its_three_digits() {
        for number in 1..=999 {
            let version = Version::new(number).unwrap();
            assert_eq!(Version::parse(&version.to_string()), Ok(version));
        }
    }

    #[test]
    fn what_is_not_three_digits_above_zero_is_refused() {
        for text in ["", "1", "01", "0001", "+01", "-01", "1 1", "٠٠١", "00A"] {
            assert_eq!(Version::parse(text), Err(VersionError::Digits), "{text}");
        }
        assert_eq!(Version::parse("000"), Err(VersionError::Range { found: 0 }));
        assert_eq!(Version::new(1000), Err(VersionError::Range { found: 1000 }));
    }

    #[test]
    fn versions_count_up_and_end_at_999() {
        assert_eq!(Version::FIRST.next().unwrap().to_string(), "002");
        assert_eq!(Version::new(999).unwrap().next(), Err(VersionError::Exhausted { last: 999 }));
    }
}
