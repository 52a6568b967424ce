//! A scanner's text: which of its digits are the seal's.

use super::QrError;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// No seal has fewer digits: those of a frame around one byte.
pub(super) const FEWEST_DIGITS: usize = 180;

/// The digits of the one seal in a text, its last run of them; `is_seal` tells of a run whether it is one by itself.
///
/// An earlier customer's scan may still stand in the field: of two seals none is meant, and a seal before something else is not what was
/// scanned last.
pub(super) fn digits_of_one(text: &str, is_seal: impl Fn(&str) -> bool) -> Result<Cow<'_, str>, QrError> {
    let plain: Cow<'_, str> = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) };
    if let Some(joined) = joined_groups(without_symbology(&plain), is_seal) {
        return Ok(Cow::Owned(once(&joined).to_owned()));
    }
    match plain {
        Cow::Borrowed(text) => last_seal(without_symbology(text)).map(Cow::Borrowed),
        Cow::Owned(text) => last_seal(without_symbology(&text)).map(|digits| Cow::Owned(digits.to_owned())),
    }
}

/// Hand-held scanners may put `]Q` and a digit in front, the symbology identifier of ISO/IEC 15424; its digit is not the seal's.
fn without_symbology(text: &str) -> &str {
    let rest = text.trim_start().strip_prefix("]Q").and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_digit()));
    rest.unwrap_or(text)
}

/// People type long numbers in groups, and mail wraps them: a text of nothing but digits and blanks is one number, unless each group is
/// a seal by itself. Any other text is left as it is, for the digits of an address are none of the seal's.
fn joined_groups(text: &str, is_seal: impl Fn(&str) -> bool) -> Option<String> {
    let typed = text.trim();
    let grouped = typed.contains(char::is_whitespace) && typed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
    (grouped && !typed.split_whitespace().all(|group| is_seal(once(group)))).then(|| typed.split_whitespace().collect())
}

fn last_seal(text: &str) -> Result<&str, QrError> {
    let (before, run, behind) = last_run_of_digits(text).ok_or(QrError::NoSeal)?;
    let digits = once(run);
    let mut earlier = before.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= FEWEST_DIGITS);
    let is_long = digits.len() >= FEWEST_DIGITS;
    if is_long && earlier.clone().any(|run| once(run) != digits) {
        return Err(QrError::SeveralSeals);
    }
    if if is_long { behind.contains(char::is_alphanumeric) } else { earlier.next().is_some() } {
        return Err(QrError::TextBehind);
    }
    // The few digits of an address, or of a number with letters and dots, are no part of a seal that was lost on the way.
    let is_part = behind.trim().is_empty() && (before.trim().is_empty() || before.ends_with('#'));
    if is_long || is_part { Ok(digits) } else { Err(QrError::NoSeal) }
}

/// What was scanned several times in a row, with nothing between, is one seal: none repeats itself, for its signature does not.
fn once(digits: &str) -> &str {
    let repeats = |length: &usize| {
        let (first, rest) = digits.as_bytes().split_at_checked(*length).unwrap_or_default();
        digits.len().is_multiple_of(*length) && rest.chunks(*length).all(|turn| turn == first)
    };
    let length = (FEWEST_DIGITS..=digits.len() / 2).find(repeats);
    length.and_then(|length| digits.get(..length)).unwrap_or(digits)
}

/// What stands before the last run of digits, the run, and what stands behind it.
fn last_run_of_digits(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let digits = bytes.get(..end)?.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    Some((text.get(..end - digits)?, text.get(end - digits..end)?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_digits_is_taken() {
        let run = |text| last_run_of_digits(text).map(|(_, digits, _)| digits);
        assert_eq!(run("https://a1.cn/#0123"), Some("0123"));
        assert_eq!(run("ｈｔｔｐ：／／证照３＃0123\r\n"), Some("0123"));
        assert_eq!(run("0123"), Some("0123"));
        assert_eq!(run("证照"), None);
    }
}
