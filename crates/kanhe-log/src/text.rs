//! The two spellings that every text of the log shares: decimal numbers and base64, each with one way to write a value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Reads a decimal number without sign, space or leading zeroes.
pub fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    (digits && shortest).then(|| text.parse().ok())?
}

/// Reads base64 of RFC 4648 §4: padded, and with no bits left over.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Writes base64 of RFC 4648 §4.
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// As much of a stranger's text as an error should repeat.
pub fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_one_way() {
        assert_eq!((decimal("0"), decimal("18446744073709551615")), (Some(0), Some(u64::MAX)));
        for other in ["", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "１", "18446744073709551616"] {
            assert_eq!(decimal(other), None, "{other:?}");
        }
    }

    #[test]
    fn base64_is_written_in_one_way() {
        assert_eq!(base64("AA=="), Some(vec![0]));
        for other in ["AA", "AB==", "AA=", "A-==", "AA==\n", " AA=="] {
            assert_eq!(base64(other), None, "{other:?}");
        }
    }
}
