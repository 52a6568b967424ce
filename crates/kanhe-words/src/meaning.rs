//! What a code means: as `docs/errors.md` says it, which has a line for every code.

use crate::Words;

const CODES: &str = include_str!("../../../docs/errors.md");

/// The meaning of a code in a few words, without a full stop; a test of the page finds the codes that it lacks.
pub fn meaning(code: &str) -> Option<Words> {
    let cells = CODES.lines().find_map(|line| line.strip_prefix("| `")?.strip_prefix(code)?.strip_prefix("` | "))?;
    let (en, cells) = cells.split_once(" | ")?;
    let (zh, _) = cells.split_once(" | ")?;
    Some(Words::new(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_of_a_code_is_its_own_and_no_family_s() {
        let rows = [
            ("key_name", "密钥名称不合规定", "a key's name is empty, too long, or has spaces or a plus sign"),
            ("picture_damaged", "图片损坏", "the picture is damaged"),
            ("expired", "已过有效期", "refuse: past its last day"),
            ("input_unreadable", "输入无法识别", "the input is neither a text, a picture nor a signed file"),
            ("uscc_check", "统一社会信用代码校验不符", "the check character is wrong"),
        ];
        for (code, zh, en) in rows {
            assert_eq!(meaning(code), Some(Words::new(zh, en)), "{code}");
        }
        assert_eq!(meaning("key"), None);
    }
}
