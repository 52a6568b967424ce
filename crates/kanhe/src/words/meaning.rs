//! What a code means, in Chinese: as `docs/errors.md` says it, which has a line for every code.

const CODES: &str = include_str!("../../../../docs/errors.md");

/// The meaning of a code in a few Chinese words; a test of the page finds the codes that it lacks.
pub fn meaning(code: &str) -> Option<&'static str> {
    let cells = CODES.lines().find_map(|line| line.strip_prefix("| `")?.strip_prefix(code)?.strip_prefix("` | "))?;
    cells.split(" | ").nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_of_a_code_is_its_own_and_no_family_s() {
        let rows = [
            ("key_name", "密钥名称不合规定"),
            ("picture_damaged", "图片损坏"),
            ("type_unknown", "证照类型未知"),
            ("input_unreadable", "输入无法识别"),
            ("uscc_check", "统一社会信用代码校验不符"),
        ];
        for (code, zh) in rows {
            assert_eq!(meaning(code), Some(zh), "{code}");
        }
        assert_eq!(meaning("key"), None);
    }
}
