//! What to do about a code.

mod rows;

use crate::Words;
use crate::hint::to_callers;
use rows::REMEDIES;

/// What to do about a code, in Chinese and English: its row stands in a table, sorted by the code.
///
/// A code that ends in an asterisk is that of a family (`table_*`), whose words hold for each code in it that has no row of its own. Where
/// [`AS`] stands, the words are those of the code behind it.
pub(crate) type Row = (&'static str, &'static str, &'static str);

/// In the place of words: they are those of another code.
pub(crate) const AS: &str = "as";

/// What to do about a failure of this code, where the place in which it happened knows nothing better.
pub fn remedy(code: &str) -> Option<Words> {
    // What the service tells its callers helps at the machine too, but for what they have to send.
    at_the_machine(code).or_else(|| to_callers(code).filter(|words| !names_the_interface(words)))
}

/// The same for what a check has found or met: to check again would say no more.
pub fn remedy_of_finding(code: &str) -> Option<Words> {
    let again = |words: &Words| words.en.contains("kanhe check");
    let instead = Words::new(
        "检查磁盘；如有损坏，用 kanhe restore 恢复备份。",
        "Look at the disk; if it is damaged, bring a backup back with `kanhe restore`.",
    );
    remedy(code).map(|words| if again(&words) { instead } else { words })
}

/// The same, as far as the machine has words of its own.
pub(crate) fn at_the_machine(code: &str) -> Option<Words> {
    match find(REMEDIES, code)? {
        (_, AS, other) => words_of(REMEDIES, other),
        (_, zh, en) => Some(Words::new(zh, en)),
    }
}

fn names_the_interface(words: &Words) -> bool {
    ["/v1", "POST", "GET", "PUT", "`", "X-Request-Id", "Retry-After", "Idempotency-Key"].iter().any(|name| words.en.contains(name))
}

/// The row of a code, or else that of its nearest family.
pub(crate) fn find<'r>(rows: &'r [Row], code: &str) -> Option<&'r Row> {
    let family = |at| row(rows, code.get(..=at)?, Some(b'*'));
    row(rows, code, None).or_else(|| code.rmatch_indices('_').find_map(|(at, _)| family(at)))
}

/// The words in a code's own row, if it has some there.
pub(crate) fn words_of(rows: &[Row], code: &str) -> Option<Words> {
    row(rows, code, None).filter(|(_, zh, _)| *zh != AS).map(|(_, zh, en)| Words::new(zh, en))
}

fn row<'r>(rows: &'r [Row], code: &str, mark: Option<u8>) -> Option<&'r Row> {
    let place = rows.binary_search_by(|(key, ..)| key.bytes().cmp(code.bytes().chain(mark)));
    rows.get(place.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_by_its_own_row_and_else_by_that_of_its_nearest_family() {
        let rows: &[Row] = &[("a_*", "甲", "a"), ("a_b", "乙", "b"), ("a_b_*", "丙", "c"), ("a_d", AS, "a_b")];
        let told = |code| find(rows, code).map(|(key, ..)| *key);
        assert_eq!(
            ["a_b", "a_b_x", "a_c", "a_cc_d", "a", "b_a"].map(told),
            [Some("a_b"), Some("a_b_*"), Some("a_*"), Some("a_*"), None, None]
        );
        assert_eq!(words_of(rows, "a_b").map(|words| words.en), Some("b"));
        assert!(words_of(rows, "a_d").is_none() && words_of(rows, "a_x").is_none());
    }

    #[test]
    fn who_works_with_certificates_and_applications_at_the_machine_is_told_what_to_do() {
        // What the sections have besides is said where a proof is read, or with its own hint where it happens.
        let elsewhere = ["event_", "log_", "draw_failed", "state_code_unknown"];
        let page = include_str!("../../../docs/errors.md");
        let (mut codes, mut without) = (0, Vec::new());
        for section in ["What becomes of a certificate", "Applications under review", "What `kanhe check` finds"] {
            let (_, rows) = page.split_once(&format!("\n## {section}\n")).unwrap();
            let rows = rows.split("\n## ").next().unwrap().lines();
            let section = rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code);
            let own: Vec<_> = section.filter(|code| !elsewhere.iter().any(|family| code.starts_with(family))).collect();
            codes += own.len();
            without.extend(own.into_iter().filter(|code| remedy(code).is_none()));
        }
        assert!(codes > 40, "{codes}");
        assert!(without.is_empty(), "no remedy for {without:?}");
    }

    #[test]
    fn what_a_check_finds_sends_nobody_to_check_again() {
        let page = include_str!("../../../docs/errors.md");
        let codes = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(code, _)| code);
        let again =
            |code: &&str| remedy_of_finding(code).is_some_and(|words| words.zh.contains("kanhe check") || words.en.contains("kanhe check"));
        assert_eq!(codes.filter(again).collect::<Vec<_>>(), [""; 0]);
        assert!(remedy("store_database").unwrap().en.contains("kanhe check"));
        assert_eq!(remedy_of_finding("check_card"), remedy_of_finding("store_corrupt"), "one remedy is told of both");
    }

    #[test]
    fn the_rows_are_sorted_and_each_ends_in_words_of_both_languages() {
        assert!(REMEDIES.is_sorted_by(|(before, ..), (after, ..)| before < after));
        for (code, ..) in REMEDIES {
            let words = at_the_machine(code).unwrap_or_else(|| panic!("{code} is as a code that has no words"));
            assert!(!words.zh.is_ascii() && words.zh.ends_with('。') && words.en.ends_with('.'), "{code}: {words:?}");
        }
    }

    #[test]
    fn what_only_callers_are_told_is_told_at_the_machine_unless_it_names_what_they_send() {
        assert_eq!(remedy("caller_lacks_right"), crate::hint("caller_lacks_right"));
        assert!(remedy("caller_lacks_right").is_some() && remedy("request_reused").unwrap().en.contains("--request-id"));
        assert!(crate::hint("service_failed").unwrap().en.contains("X-Request-Id") && remedy("service_failed").is_none());
        assert_eq!(remedy("accepted"), None);
    }
}
