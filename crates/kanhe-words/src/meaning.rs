//! What a code means: as `docs/errors.md` says it, which has a line for every code.

use crate::Words;

const CODES: &str = include_str!("../../../docs/errors.md");

/// How the page says to which verdict a code belongs; the meaning is what comes after it.
const VERDICTS: [&str; 3] = ["refuse: ", "unknown: ", "warning: "];

/// The meaning of a code in a few words, without a full stop; a test of the page finds the codes that it lacks.
pub fn meaning(code: &str) -> Option<Words> {
    let cells = CODES.lines().find_map(|line| line.strip_prefix("| `")?.strip_prefix(code)?.strip_prefix("` | "))?;
    let (en, cells) = cells.split_once(" | ")?;
    let (zh, _) = cells.split_once(" | ")?;
    let en = VERDICTS.iter().find_map(|verdict| en.strip_prefix(verdict)).unwrap_or(en);
    Some(Words::new(zh, en))
}

/// A code that somebody else has said, as the page has it; nothing where the page does not.
pub fn known_code(code: &str) -> Option<&'static str> {
    let codes = CODES.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(known, _)| known);
    codes.into_iter().find(|known| *known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_of_a_code_is_its_own_and_no_family_s() {
        let rows = [
            ("key_name", "密钥名称不合规定", "a key's name is empty, too long, or has spaces or a plus sign"),
            ("picture_damaged", "图片损坏", "the picture is damaged"),
            ("expired", "已过有效期", "past its last day"),
            ("issuer_unknown", "证照包中没有此密钥的颁发机构", "the pack knows no key with this key id"),
            ("type_unknown", "证照类型未知", "there is no such type here"),
            ("input_unreadable", "输入无法识别", "the input is neither a text, a picture nor a signed file"),
            ("uscc_check", "统一社会信用代码校验不符", "the check character is wrong"),
        ];
        for (code, zh, en) in rows {
            assert_eq!(meaning(code), Some(Words::new(zh, en)), "{code}");
        }
        assert_eq!(meaning("key"), None);
    }

    #[test]
    fn no_meaning_says_at_which_counter_or_with_which_verdict() {
        let codes = CODES.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(code, _)| code);
        for code in codes {
            let en = meaning(code).map_or("", |meaning| meaning.en);
            for word in ["refuse: ", "unknown: ", "warning: ", "at the counter", "at the command line"] {
                assert!(!en.is_empty() && !en.contains(word), "{code}: {en}");
            }
        }
    }
}
