//! Which of the texts in a picture is the seal.

use std::collections::BTreeSet;

use super::read_picture;
use crate::error::ReadError;

/// So many digits at the end of a text look like a seal's: the shortest seal has 74 bytes, and no number printed beside it so many digits.
const LIKE_A_SEAL: usize = 100;
/// Two seals are two answers, and the clerk must choose.
const MOST_SEALS: usize = 1;

/// Reads the text of the one seal in a PNG or JPEG file.
///
/// A licence may have other codes beside its seal: of all texts, the one that ends with the most digits is returned, and whether they
/// are a seal's is for who decodes them to say. The same seal twice, alone or behind a URL, is one seal.
///
/// # Errors
/// [`ReadError::SeveralSeals`] for different seals in one picture; all that [`read_picture`] refuses.
pub fn read_seal(bytes: &[u8]) -> Result<String, ReadError> {
    pick(read_picture(bytes)?)
}

fn pick(texts: Vec<String>) -> Result<String, ReadError> {
    let seals: BTreeSet<&str> = texts.iter().map(|text| last_digits(text)).filter(|digits| digits.len() >= LIKE_A_SEAL).collect();
    if seals.len() > MOST_SEALS {
        return Err(ReadError::SeveralSeals { seals: seals.len(), limit: MOST_SEALS });
    }
    Ok(texts.into_iter().max_by_key(|text| last_digits(text).len()).expect("a text")) // safe: `read_picture` returns at least one
}

fn last_digits(text: &str) -> &str {
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    text.strip_prefix(before).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(first: char) -> String {
        format!("{first}{}", "0123456789".repeat(18))
    }

    fn picked(texts: &[&str]) -> Result<String, ReadError> {
        pick(texts.iter().copied().map(str::to_owned).collect())
    }

    #[test]
    fn beside_other_codes_the_seal_is_found() {
        let (bare, url) = (seal('1'), format!("https://kanhe.example.cn/#{}", seal('1')));
        let other = ["https://example.gov.cn/licences/4401060012345", "440106199001011234", "食品经营许可证"];
        for texts in [[&bare, other[0], other[1]], [other[1], &bare, other[2]], [other[2], other[0], &bare]] {
            assert_eq!(picked(&texts), Ok(bare.clone()), "{texts:?}");
        }
        assert_eq!(picked(&[other[0], &url]), Ok(url.clone()));
        assert!(picked(&[&url, &bare]).is_ok_and(|text| text.ends_with(&bare)), "the same seal in both forms is one seal");
    }

    #[test]
    fn what_is_no_seal_is_handed_on_as_it_is() {
        assert_eq!(picked(&["食品经营许可证"]), Ok("食品经营许可证".to_owned()));
        assert_eq!(picked(&["食品经营许可证", "房 12"]), Ok("房 12".to_owned()));
    }

    #[test]
    fn of_several_seals_none_is_picked() {
        let error = picked(&[&seal('1'), "12345", &format!("https://kanhe.example.cn/#{}", seal('2')), &seal('3')]).unwrap_err();
        assert_eq!((&error, error.code()), (&ReadError::SeveralSeals { seals: 3, limit: 1 }, "picture_several"));
    }
}
