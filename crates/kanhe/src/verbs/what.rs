//! What a person gave us to look at: a scanner's text, a picture, a signed file.

use crate::failure::Failure;
use crate::files;
use crate::words::Words;
use kanhe_core::envelope::LARGEST_ENVELOPE;
use kanhe_render::read_seal;
use std::path::Path;

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
    // A text of digits is never a file name worth looking for, and a long one no file system would take.
    let may_be_path = input.len() < 1024 && !input.contains('#') && !input.bytes().all(|byte| byte.is_ascii_digit());
    let path = Path::new(input);
    if may_be_path && path.exists() {
        return sort_out(files::read(path, LARGEST_ENVELOPE)?);
    }
    if may_be_path && looks_like_a_path(path) {
        let hint = Words::new("检查路径；若是扫描文本，请用引号括起来。", "Check the path; quote it if it is a scanned text.");
        return Err(Failure::new("file_not_found", "the file to look at does not exist").hint(hint));
    }
    Ok(Given::Text(input.to_owned()))
}

fn looks_like_a_path(path: &Path) -> bool {
    let picture = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    picture.is_some_and(|ending| ["png", "jpg", "jpeg", "txt", "cose", "svg"].contains(&ending.as_str()))
}

fn sort_out(bytes: Vec<u8>) -> Result<Given, Failure> {
    if bytes.trim_ascii().is_empty() {
        let hint = Words::new("扫描器没有送来内容，或文件是空的。", "The scanner sent nothing, or the file is empty.");
        return Err(Failure::new("input_empty", "there is nothing to look at").hint(hint));
    }
    if bytes.starts_with(b"\x89PNG") || bytes.starts_with(&[0xff, 0xd8]) {
        return read_seal(&bytes).map(Given::Text).map_err(|error| Failure::new(error.code(), error));
    }
    if bytes.starts_with(&[0xd2]) {
        return Ok(Given::Signed(bytes));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        let hint =
            Words::new("请给出扫描文本、PNG 或 JPEG 图片，或签名文件。", "Give a scanned text, a PNG or JPEG picture, or a signed file.");
        Failure::new("input_unreadable", "this is no text, picture or signed document").hint(hint)
    })?;
    Ok(Given::Text(text.trim().to_owned()))
}
