//! The text of a QR code: a seal as decimal digits, alone or behind a URL.
//!
//! ```text
//! https://kanhe.example.cn/#01523…      the URL form; the part behind # never reaches a server
//! 01523…                                the bare form
//! ```
//!
//! Seven bytes are 17 digits, least significant byte first; a last group of 1 to 6 bytes has 3, 5, 8, 10, 13 or 15 digits: the
//! *digit encoding* of FIDO CTAP 2.2 §11.5.1 (hybrid transports). The bytes are
//!
//! ```text
//! format 0x01 || key id [8] || seal payload || Ed25519 signature [64]
//! ```
//!
//! that is, a `COSE_Sign1` without the bytes that are the same in every seal. Specification: `docs/spec/seal.md`.

mod error;
mod text;

pub use error::QrError;

use crate::envelope::{Document, DocumentType, Envelope, sign};
use crate::key::{Algorithm, KeyId, SIGNATURE_LENGTH, SigningKey, VerifyingKey};
use crate::seal::{LARGEST_SEAL, Seal};
use std::fmt::Write;
use text::digits_of_one;

/// No scanner's text is longer: the digits of the largest seal are 1,244, the rest is room for a URL.
pub const LONGEST_TEXT: usize = 4096;

/// Format 1: a seal signed with Ed25519. Other algorithms get other numbers.
const FORMAT_ED25519: u8 = 0x01;

/// Format, key id and signature: what a payload of no bytes would come to.
const FRAME: usize = 1 + 8 + SIGNATURE_LENGTH;

/// Digits of a last group of so many bytes, by CTAP 2.2.
const DIGITS_OF_BYTES: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];

/// The bytes of a QR code in the right shape, and still a stranger's.
#[derive(Clone, Debug)]
pub struct Scanned {
    bytes: [u8; LARGEST_SEAL],
    length: usize,
}

impl Scanned {
    /// Finds the one seal in a scanner's text, its last run of digits, and decodes it. Garbled URL prefixes, full-width digits, and digits
    /// typed in groups or on several lines are forgiven, and so is the same seal twice, blanks between or none; nothing else.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        if text.len() > LONGEST_TEXT {
            return Err(QrError::TextTooLong { length: text.len(), most: LONGEST_TEXT });
        }
        decode_seal(&digits_of_one(text, |digits| decode_seal(digits).is_ok())?)
    }

    /// The bytes of a seal as a library keeps them: those that the digits stand for.
    pub fn of_bytes(seal: &[u8]) -> Result<Self, QrError> {
        let mut scanned = Self { bytes: [0; LARGEST_SEAL], length: seal.len() };
        let room = scanned.bytes.get_mut(..seal.len()).ok_or(QrError::TooLarge { length: seal.len(), most: LARGEST_SEAL })?;
        room.copy_from_slice(seal);
        scanned.check_frame()?;
        Ok(scanned)
    }

    /// The envelope that the bytes stand for.
    pub fn envelope(&self) -> Envelope<'_> {
        let (key_id, payload, signature) = self.split();
        Envelope::new(DocumentType::Seal, Algorithm::Ed25519, key_id, payload, signature)
    }

    /// The bytes as they were in the QR code.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn split(&self) -> (KeyId, &[u8], &[u8; SIGNATURE_LENGTH]) {
        const NOTHING: &[u8; SIGNATURE_LENGTH] = &[0; SIGNATURE_LENGTH];
        let body = self.bytes().get(1..).unwrap_or_default();
        let (key_id, rest) = body.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let (payload, signature) = rest.split_last_chunk().unwrap_or((&[], NOTHING));
        (KeyId::new(*key_id), payload, signature)
    }

    /// A seal is a format that we know around a payload; a document of another kind is called what it is.
    fn check_frame(&self) -> Result<(), QrError> {
        let bytes = self.bytes();
        match bytes.first() {
            Some(&FORMAT_ED25519) if bytes.len() > FRAME => Ok(()),
            Some(&FORMAT_ED25519) | None => Err(QrError::TooShort { length: bytes.len(), least: FRAME + 1 }),
            Some(format) => match Envelope::decode(bytes) {
                Ok(envelope) => Err(QrError::OtherDocument { found: envelope.document() }),
                Err(_) => Err(QrError::UnknownFormat { format: *format }),
            },
        }
    }
}

/// Signs the payload of a seal with a key in memory and writes its digits, the bare form, for tests: an agency's desk signs by [`seal_digits`].
pub fn sign_seal(payload: &[u8], key: &SigningKey) -> Result<String, QrError> {
    seal_digits(payload, &key.verifying_key(), &sign(Seal::TYPE, payload, key))
}

/// Writes the digits of a seal that was signed, the bare form.
pub fn seal_digits(payload: &[u8], key: &VerifyingKey, signature: &[u8; SIGNATURE_LENGTH]) -> Result<String, QrError> {
    let length = FRAME + payload.len();
    if length > LARGEST_SEAL {
        return Err(QrError::TooLarge { length, most: LARGEST_SEAL });
    }
    Ok(encode_digits(&seal_bytes(key.id(), payload, signature)))
}

/// The bytes of a seal as they are in its QR code.
pub(crate) fn seal_bytes(key_id: KeyId, payload: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Vec<u8> {
    [&[FORMAT_ED25519][..], key_id.as_bytes(), payload, signature].concat()
}

/// How many bytes a payload has once it is signed.
pub const fn sealed_length(payload: &[u8]) -> usize {
    FRAME + payload.len()
}

/// Writes bytes as digits.
pub fn encode_digits(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 17 / 7 + 4);
    for group in bytes.chunks(7) {
        let number = group.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let width = DIGITS_OF_BYTES.get(group.len()).copied().unwrap_or_default();
        // A String takes every digit.
        let _ = write!(digits, "{number:0width$}");
    }
    digits
}

/// How many digits so many bytes are.
pub fn digits_of(bytes: usize) -> usize {
    bytes / 7 * 17 + DIGITS_OF_BYTES.get(bytes % 7).copied().unwrap_or_default()
}

/// The longest page address that leaves a QR code room for its seal.
pub const LONGEST_PAGE: usize = 200;

/// Whether an address can stand before the digits: https, printable ASCII, without a fragment of its own.
pub fn is_page(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= LONGEST_PAGE && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Puts the digits behind a page's address, so that any phone opens it; the address ends before the `#`.
pub fn url_form(page: &str, digits: &str) -> String {
    format!("{page}#{digits}")
}

fn decode_seal(digits: &str) -> Result<Scanned, QrError> {
    let scanned = decode_digits(digits)?;
    scanned.check_frame()?;
    Ok(scanned)
}

fn decode_digits(digits: &str) -> Result<Scanned, QrError> {
    let mut scanned = Scanned { bytes: [0; LARGEST_SEAL], length: 0 };
    for group in digits.as_bytes().chunks(17) {
        let width = DIGITS_OF_BYTES.iter().position(|width| *width == group.len()).ok_or(QrError::DigitCount { found: digits.len() })?;
        let number = group.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        let little = number.to_le_bytes();
        let (kept, beyond) = little.split_at_checked(width).unwrap_or((&little, &[]));
        if beyond.iter().any(|byte| *byte != 0) {
            return Err(QrError::GroupTooLarge);
        }
        let room = scanned.bytes.get_mut(scanned.length..scanned.length + width);
        room.ok_or(QrError::TooLarge { length: digits.len() / 17 * 7, most: LARGEST_SEAL })?.copy_from_slice(kept);
        scanned.length += width;
    }
    Ok(scanned)
}

#[cfg(test)]
mod tests {
    use super::text::FEWEST_DIGITS;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seven_bytes_are_seventeen_digits_least_significant_first() {
        assert_eq!(encode_digits(&[1, 0, 0, 0, 0, 0, 0]), "00000000000000001");
        assert_eq!(encode_digits(&[0xff; 7]), "72057594037927935");
        assert_eq!(encode_digits(&[0xff]), "255");
        assert_eq!(encode_digits(&[0xd9, 2, 0x65, 0x67, 0x68, 0x69, 0x6a, 0x6b]), "29952244663517913107");
    }

    #[test]
    fn a_text_holds_one_seal_and_ends_with_it() {
        let seal_of = |payload: u8| encode_digits(&[&[FORMAT_ED25519; FRAME][..], &[payload]].concat());
        let (one, two) = (seal_of(1), seal_of(2));
        assert_eq!(one.len(), FEWEST_DIGITS);
        let page = "https://kanhe.example.cn/#";
        let code = |text: String| Scanned::parse(&text).err().map_or("", |error| error.code());
        for between in [" ", "\n", "\r\n", "\t", "，", page, &format!("\n{page}"), " x7777777 "] {
            assert_eq!(code(format!("{page}{one}{between}{one}")), "", "{between:?}: the same seal twice is one seal");
            assert_eq!(code(format!("{page}{one}{between}{two}")), "qr_several", "{between:?}");
            assert_eq!(code(format!("{one}{between}{two}")), "qr_several", "{between:?}");
        }
        assert_eq!(code(format!("{one} {one}\n")), "");
        for times in 2..=4 {
            assert_eq!(code(one.repeat(times)), "", "{times} scans without a line feed between are one seal");
            assert_eq!(code(format!("{page}{}", one.repeat(times))), "");
        }
        let typed = format!("{} {}", &one[..60], &one[60..]);
        assert_eq!(code(format!("{typed}\n{typed}\n")), "", "typed twice");
        assert_ne!(code(format!("{one}{two}")), "", "two seals in one run");
        assert_ne!(code(format!("{one}{}", &one[..90])), "", "a seal and a half");
        for behind in ["\nhttps://pay.example/", "\nhttps://pay.example/r/123", " 证照", "x", "&from=1"] {
            assert_eq!(code(format!("{page}{one}{behind}")), "qr_text_behind", "{behind:?}");
        }
        for suffix in ["\r\n", "\t", "\u{1d}", "\u{4}", " ", ">", "。\n"] {
            assert_eq!(code(format!("{page}{one}{suffix}")), "", "{suffix:?}");
        }
        assert_eq!(code(format!("https://pay.example/r/123\n{page}{one}")), "", "what was scanned last is meant");
    }

    #[test]
    fn full_width_digits_of_an_input_method_are_digits() {
        let seal = Scanned::parse(&encode_digits(&[FORMAT_ED25519; FRAME + 1])).unwrap();
        let wide: String = encode_digits(seal.bytes()).chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        assert_eq!(Scanned::parse(&wide).unwrap().bytes(), seal.bytes());
    }

    #[test]
    fn digits_typed_in_groups_or_wrapped_are_one_number() {
        let digits = encode_digits(&[FORMAT_ED25519; FRAME + 1]);
        let seal = Scanned::parse(&digits).unwrap();
        for (every, blank) in [(4, " "), (17, "\n"), (60, "\r\n"), (5, "\u{3000}"), (72, "\n  ")] {
            let groups: Vec<&str> = digits.as_bytes().chunks(every).filter_map(|group| str::from_utf8(group).ok()).collect();
            let typed = format!(" {}\r\n", groups.join(blank));
            assert_eq!(Scanned::parse(&typed).unwrap().bytes(), seal.bytes(), "{typed:?}");
        }
        let code = |text: &str| Scanned::parse(text).unwrap_err().code();
        assert_eq!(code(&format!("see {}", digits.replacen('0', "0 ", 1))), "not_a_seal", "among words only the last run is meant");
        assert_eq!(code(&"0 ".repeat(2049)), "qr_text_too_long");
        assert_eq!(code(&format!("{}1", "0 ".repeat(2039))), "qr_too_large");
    }

    #[test]
    fn the_symbology_identifier_of_a_scanner_is_no_digit_of_the_seal() {
        let digits = encode_digits(&[FORMAT_ED25519; FRAME + 1]);
        let seal = Scanned::parse(&digits).unwrap();
        for prefix in ["]Q1", " ]Q3", "]Q1https://kanhe.example.cn/#"] {
            assert_eq!(Scanned::parse(&format!("{prefix}{digits}\r\n")).unwrap().bytes(), seal.bytes(), "{prefix}");
        }
    }

    #[test]
    fn a_text_that_is_no_seal_is_named() {
        let code = |text: &str| Scanned::parse(text).unwrap_err().code();
        assert_eq!(code("https://example.cn/"), "not_a_seal");
        assert_eq!(code(""), "not_a_seal");
        for foreign in ["1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U", "https://zwfw.gov.cn/c?id=2023"] {
            assert_eq!(code(foreign), "not_a_seal", "{foreign}: a licence of another system is none of ours, good or bad");
        }
        assert_eq!(code("https://kanhe.example.cn/#0152"), "qr_digit_count", "behind our address stands a part of a seal");
        assert_eq!(code("1"), "qr_digit_count");
        assert_eq!(code("999"), "qr_group_too_large");
        assert_eq!(code("001"), "qr_too_short");
        assert_eq!(code("250"), "qr_unknown_format");
        assert_eq!(code(&format!("{}1", "0".repeat(17 * 80 - 1))), "qr_too_large");
        assert_eq!(code(&"0".repeat(5000)), "qr_text_too_long");
    }

    proptest! {
        #[test]
        fn every_byte_string_returns(bytes in proptest::collection::vec(any::<u8>(), 0..LARGEST_SEAL)) {
            let digits = encode_digits(&bytes);
            prop_assert_eq!(digits.len(), digits_of(bytes.len()));
            let scanned = decode_digits(&digits).unwrap();
            prop_assert_eq!(scanned.bytes(), bytes);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,200}|[0-9]{0,1400}|[0-9 \n]{0,1400}") {
            let _ = Scanned::parse(&text);
        }

        #[test]
        fn one_byte_string_has_one_spelling(digits in "[0-9]{0,100}") {
            if let Ok(scanned) = decode_digits(&digits) {
                prop_assert_eq!(encode_digits(scanned.bytes()), digits);
            }
        }
    }
}
