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

use crate::envelope::{Document, DocumentType, Envelope, sign};
use crate::key::{Algorithm, KeyId, SIGNATURE_LENGTH, SigningKey, VerifyingKey};
use crate::seal::{LARGEST_SEAL, Seal};
use std::borrow::Cow;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// No scanner's text is longer: the digits of the largest seal are 1,244, the rest is room for a URL.
pub const LONGEST_TEXT: usize = 4096;

/// Format 1: a seal signed with Ed25519. Other algorithms get other numbers.
const FORMAT_ED25519: u8 = 0x01;

/// Format, key id and signature: what a payload of no bytes would come to.
const FRAME: usize = 1 + 8 + SIGNATURE_LENGTH;

/// No seal has fewer digits: those of a frame around one byte.
const FEWEST_DIGITS: usize = 180;

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
    /// typed in groups or on several lines are forgiven, and so is the same seal twice; nothing else.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        if text.len() > LONGEST_TEXT {
            return Err(QrError::TextTooLong { length: text.len(), most: LONGEST_TEXT });
        }
        let plain: Cow<'_, str> = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) };
        let text = without_symbology(&plain);
        let joined = joined_groups(text);
        decode_seal(digits_of_one(joined.as_deref().unwrap_or(text))?)
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

/// Signs the payload of a seal and writes its digits, the bare form.
pub fn sign_seal(payload: &[u8], key: &SigningKey) -> Result<String, QrError> {
    seal_digits(payload, &key.verifying_key(), &sign(Seal::TYPE, payload, key))
}

/// Writes the digits of a seal that was signed, the bare form.
pub fn seal_digits(payload: &[u8], key: &VerifyingKey, signature: &[u8; SIGNATURE_LENGTH]) -> Result<String, QrError> {
    let length = FRAME + payload.len();
    if length > LARGEST_SEAL {
        return Err(QrError::TooLarge { length, most: LARGEST_SEAL });
    }
    let mut bytes = Vec::with_capacity(length);
    bytes.push(FORMAT_ED25519);
    bytes.extend_from_slice(key.id().as_bytes());
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(signature);
    Ok(encode_digits(&bytes))
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
        digits.push_str(&format!("{number:0width$}"));
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

/// Hand-held scanners may put `]Q` and a digit in front, the symbology identifier of ISO/IEC 15424; its digit is not the seal's.
fn without_symbology(text: &str) -> &str {
    let rest = text.trim_start().strip_prefix("]Q").and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_digit()));
    rest.unwrap_or(text)
}

/// People type long numbers in groups, and mail wraps them: a text of nothing but digits and blanks is one number, unless each group is
/// a seal by itself. Any other text is left as it is, for the digits of an address are none of the seal's.
fn joined_groups(text: &str) -> Option<String> {
    let typed = text.trim();
    let grouped = typed.contains(char::is_whitespace) && typed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
    let scans = || typed.split_whitespace().all(|group| decode_seal(group).is_ok());
    (grouped && !scans()).then(|| typed.split_whitespace().collect())
}

/// The last run of digits. An earlier customer's scan may still stand in the field: of two seals none is meant, and a seal before
/// something else is not what was scanned last.
fn digits_of_one(text: &str) -> Result<&str, QrError> {
    let (before, digits, behind) = last_run_of_digits(text).ok_or(QrError::NoDigits)?;
    let mut earlier = before.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= FEWEST_DIGITS);
    let is_seal = digits.len() >= FEWEST_DIGITS;
    if is_seal && earlier.clone().any(|run| run != digits) {
        return Err(QrError::SeveralSeals);
    }
    let overtaken = if is_seal { behind.contains(char::is_alphanumeric) } else { earlier.next().is_some() };
    if overtaken { Err(QrError::TextBehind) } else { Ok(digits) }
}

/// What stands before the last run of digits, the run, and what stands behind it.
fn last_run_of_digits(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let digits = bytes.get(..end)?.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    Some((text.get(..end - digits)?, text.get(end - digits..end)?, text.get(end..)?))
}

/// Why a text is not that of a seal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QrError {
    /// Longer than any QR code of ours.
    #[error("a scanned text has at most {most} bytes, this one {length}")]
    TextTooLong {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// There is not one digit in it.
    #[error("this text holds no seal: it has no digits")]
    NoDigits,
    /// Two seals that are not the same.
    #[error("this text holds more than one seal")]
    SeveralSeals,
    /// Words or another code behind the seal.
    #[error("something else stands behind the seal")]
    TextBehind,
    /// No number of bytes is written with so many digits.
    #[error("{found} digits are no whole number of bytes: some are missing or too many")]
    DigitCount {
        /// Digits found.
        found: usize,
    },
    /// A group of digits stands for more than its bytes hold.
    #[error("a group of digits is out of range: one of them was misread")]
    GroupTooLarge,
    /// More bytes than a seal may have.
    #[error("a seal has at most {most} bytes, this one {length}")]
    TooLarge {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Fewer bytes than any seal.
    #[error("a seal has at least {least} bytes, this one {length}")]
    TooShort {
        /// Bytes found.
        length: usize,
        /// Bytes needed.
        least: usize,
    },
    /// A format that this version does not know.
    #[error("format {format} is not known here")]
    UnknownFormat {
        /// The first byte.
        format: u8,
    },
    /// Another signed document, presented as a seal.
    #[error("this is a {} and no seal", found.typ())]
    OtherDocument {
        /// What it is.
        found: DocumentType,
    },
}

impl QrError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TextTooLong { .. } => "qr_text_too_long",
            Self::NoDigits => "not_a_seal",
            Self::SeveralSeals => "qr_several",
            Self::TextBehind => "qr_text_behind",
            Self::DigitCount { .. } => "qr_digit_count",
            Self::GroupTooLarge => "qr_group_too_large",
            Self::TooLarge { .. } => "qr_too_large",
            Self::TooShort { .. } => "qr_too_short",
            Self::UnknownFormat { .. } => "qr_unknown_format",
            Self::OtherDocument { .. } => "qr_other_document",
        }
    }
}

#[cfg(test)]
mod tests {
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
    fn the_last_run_of_digits_is_taken() {
        let run = |text| last_run_of_digits(text).map(|(_, digits, _)| digits);
        assert_eq!(run("https://a1.cn/#0123"), Some("0123"));
        assert_eq!(run("ｈｔｔｐ：／／证照３＃0123\r\n"), Some("0123"));
        assert_eq!(run("0123"), Some("0123"));
        assert_eq!(run("证照"), None);
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
        assert_eq!(code(&format!("see {}", digits.replacen('0', "0 ", 1))), "qr_digit_count", "among words only the last run is meant");
        assert_eq!(code(&"0 ".repeat(2049)), "qr_text_too_long");
        assert_eq!(code(&"0 ".repeat(2040)), "qr_too_large");
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
        assert_eq!(code("1"), "qr_digit_count");
        assert_eq!(code("999"), "qr_group_too_large");
        assert_eq!(code("001"), "qr_too_short");
        assert_eq!(code("250"), "qr_unknown_format");
        assert_eq!(code(&"0".repeat(17 * 80)), "qr_too_large");
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
