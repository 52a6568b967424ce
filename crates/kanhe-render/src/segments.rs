//! How a text is cut into QR segments, and how many bits they need.

use qrcode::bits::Bits;
use qrcode::types::{QrResult, Version};

/// From five digits on, a numeric segment is shorter than the same digits as bytes in every version, its header included.
const SHORTEST_RUN: usize = 5;

/// The ECI number of UTF-8, which tells readers not to guess the character set.
const ECI_UTF8: u32 = 26;

/// A text cut in two: what stands before its last digits, and the digits.
///
/// A seal's text `https://<host>/#<digits>` becomes one byte segment and one numeric segment: ten bits for three digits instead of
/// twenty-four. See ISO/IEC 18004 §7.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segments<'a> {
    bytes: &'a str,
    digits: &'a str,
}

impl<'a> Segments<'a> {
    /// Cuts `text` before the run of digits at its end, when that saves room.
    pub(crate) fn new(text: &'a str) -> Self {
        let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let (bytes, digits) = text.split_at(head.len());
        if digits.len() < SHORTEST_RUN && !bytes.is_empty() {
            return Self { bytes: text, digits: "" };
        }
        Self { bytes, digits }
    }

    /// The number of bits that the segments and their headers take in `version`, without the terminator.
    pub(crate) fn bits(&self, version: u8) -> usize {
        // ISO/IEC 18004 table 3: width of the character count in numeric and in byte mode.
        let (numeric_count, byte_count) = match version {
            ..=9 => (10, 8),
            10..=26 => (12, 16),
            _ => (14, 16),
        };
        let mut bits = 0;
        if self.needs_eci() {
            bits += 4 + 8;
        }
        if !self.bytes.is_empty() {
            bits += 4 + byte_count + 8 * self.bytes.len();
        }
        if !self.digits.is_empty() {
            let rest = match self.digits.len() % 3 {
                0 => 0,
                1 => 4,
                _ => 7,
            };
            bits += 4 + numeric_count + 10 * (self.digits.len() / 3) + rest;
        }
        bits
    }

    /// Writes the segments as the data of a code of `version`.
    pub(crate) fn write(&self, version: u8) -> QrResult<Bits> {
        let mut bits = Bits::new(Version::Normal(version.into()));
        if self.needs_eci() {
            bits.push_eci_designator(ECI_UTF8)?;
        }
        if !self.bytes.is_empty() {
            bits.push_byte_data(self.bytes.as_bytes())?;
        }
        if !self.digits.is_empty() {
            bits.push_numeric_data(self.digits.as_bytes())?;
        }
        Ok(bits)
    }

    // Without the designator a reader guesses between UTF-8, GB 18030 and Shift JIS, and short texts are guessed wrong.
    fn needs_eci(&self) -> bool {
        !self.bytes.is_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_before_the_digits_at_its_end() {
        let rows = [
            ("https://x.cn/#0012345", "https://x.cn/#", "0012345"),
            ("0012345", "", "0012345"),
            ("7", "", "7"),
            ("https://x.cn/", "https://x.cn/", ""),
            ("12345 and a tail", "12345 and a tail", ""),
            ("room 1234", "room 1234", ""),
            ("room 12345", "room ", "12345"),
            ("证照１２３４５", "证照１２３４５", ""),
        ];
        for (text, bytes, digits) in rows {
            assert_eq!(Segments::new(text), Segments { bytes, digits }, "{text}");
        }
    }

    #[test]
    fn the_bits_counted_are_the_bits_written() {
        for text in ["1", "12", "123", "https://x.cn/#12345678", "plain", "证照 12345", "x1234567890123456"] {
            for version in [1, 9, 10, 26, 27, 40] {
                let segments = Segments::new(text);
                if let Ok(bits) = segments.write(version) {
                    assert_eq!(bits.len(), segments.bits(version), "{text} in version {version}");
                }
            }
        }
    }
}
