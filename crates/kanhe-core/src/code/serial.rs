//! The serial (流水号) of a certificate within its type and issuer.

use std::fmt;

use super::ascii::{first_outside, is_upper_alphanumeric, length_of};
use super::error::SerialError;

/// The part of an identifier that tells the certificates of one type and issuer apart: 1 to 32 characters `0-9A-Z`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(Box<str>);

impl Serial {
    /// The longest serial. Those seen in the field have 7 to 32 characters, the longest a UUID without hyphens.
    pub const LIMIT: usize = 32;

    /// Reads a serial.
    ///
    /// # Errors
    ///
    /// Nothing, more than 32 characters, or a character outside `0-9A-Z`.
    pub fn parse(text: &str) -> Result<Self, SerialError> {
        match length_of(text) {
            0 => return Err(SerialError::Empty),
            1..=Self::LIMIT => {}
            found => {
                let limit = Self::LIMIT;
                return Err(SerialError::Length { limit, found });
            }
        }
        match first_outside(text, is_upper_alphanumeric) {
            None => Ok(Self(text.into())),
            Some((position, found)) => Err(SerialError::Alphabet { position, found }),
        }
    }

    /// Shows the characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_has_one_to_thirty_two_letters_and_digits() {
        let longest = "209FA4E88F9E4C878F3E9BED2CE7EA49";
        let too_long = format!("{longest}0");
        let rows = [
            ("0", None),
            (longest, None),
            ("", Some("serial_empty")),
            (too_long.as_str(), Some("serial_length")),
            ("0624_001", Some("serial_character")),
            ("2024a", Some("serial_character")),
            ("2024.1", Some("serial_character")),
        ];
        for (text, code) in rows {
            assert_eq!(Serial::parse(text).err().map(|e| e.code()), code, "{text}");
        }
    }
}
