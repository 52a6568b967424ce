//! What a person gave us to look at: a scanner's text, a picture, a signed file.

use crate::failure::Failure;
use crate::files;
use crate::words::Words;
use kanhe_core::code::CertificateId;
use kanhe_core::envelope::LARGEST_ENVELOPE;
use kanhe_render::{picture_format, read_seal};
use std::path::Path;

/// No file's name has so many digits, and every seal has more.
const MOST_DIGITS_OF_A_NAME: usize = 100;

/// No path is so long that a person names.
const LONGEST_PATH: usize = 1024;

/// What was given.
pub enum Given {
    /// The text of a QR code.
    Text(String),
    /// The bytes of a signed document.
    Signed(Vec<u8>),
}

/// Reads the argument of `verify` and `inspect`: `-`, a file, or the text itself.
pub fn given(input: &str) -> Result<Given, Failure> {
    if input == "-" {
        return sort_out(files::read_stdin(LARGEST_ENVELOPE)?);
    }
    if input.trim().is_empty() {
        return Err(nothing());
    }
    let path = Path::new(input);
    if is_scanned(input) || CertificateId::parse_foreign(input).is_ok() {
        return Ok(Given::Text(input.to_owned()));
    }
    if path.exists() {
        return sort_out(files::read(path, LARGEST_ENVELOPE)?);
    }
    let hint = Words::new("检查路径；若是扫描文本，请重新扫描。", "Check the path; if it was scanned, scan it again.");
    Err(Failure::new("file_not_found", "there is no such file, and no seal in these words").hint(hint))
}

/// What a scanner hands over, good or damaged, is an address or a long number, and what people type in its place nothing but digits.
fn is_scanned(input: &str) -> bool {
    let typed = input.chars().all(|c| c.is_numeric() || c.is_whitespace());
    let digits = input.chars().filter(|c| c.is_numeric()).count();
    typed || digits >= MOST_DIGITS_OF_A_NAME || input.len() >= LONGEST_PATH || input.contains('#') || input.contains("://")
}

fn nothing() -> Failure {
    let hint = Words::new("扫描器没有送来内容，或文件是空的。", "The scanner sent nothing, or the file is empty.");
    Failure::new("input_empty", "there is nothing to look at").hint(hint)
}

fn sort_out(bytes: Vec<u8>) -> Result<Given, Failure> {
    if bytes.trim_ascii().is_empty() {
        return Err(nothing());
    }
    if picture_format(&bytes).is_some() {
        return read_seal(&bytes).map(Given::Text).map_err(|error| Failure::new(error.code(), error));
    }
    if bytes.starts_with(&[0xd2]) {
        return Ok(Given::Signed(bytes));
    }
    let text = text_of(bytes).ok_or_else(|| {
        let hint =
            Words::new("请给出扫描文本、PNG 或 JPEG 图片，或签名文件。", "Give a scanned text, a PNG or JPEG picture, or a signed file.");
        Failure::new("input_unreadable", "this is no text, picture or signed document").hint(hint)
    })?;
    Ok(Given::Text(text.trim().to_owned()))
}

/// A text in UTF-8, or in UTF-16 as the shell and the editor of Windows write it, with its byte order mark.
fn text_of(bytes: Vec<u8>) -> Option<String> {
    let order: fn([u8; 2]) -> u16 = match bytes.first_chunk() {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => return String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')),
    };
    let (units, odd) = bytes.as_chunks();
    let units: Vec<u16> = units.iter().skip(1).copied().map(order).collect();
    String::from_utf16(&units).ok().filter(|text| odd.is_empty() && !text.contains('\0'))
}
