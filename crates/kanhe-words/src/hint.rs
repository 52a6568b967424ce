//! What to do about a code, for who calls a service: there are paths, and no commands.

mod rows;

use crate::Words;
use crate::remedy::{AS, at_the_machine, find, words_of};
use rows::HINTS;

/// What a caller of the service can do about a failure of this code.
pub fn hint(code: &str) -> Option<Words> {
    // What would send a caller to a command of the machine is no hint for him.
    to_callers(code).or_else(|| at_the_machine(code).filter(|words| !names_a_command(words)))
}

/// The same, as far as callers have words of their own.
pub(crate) fn to_callers(code: &str) -> Option<Words> {
    match find(HINTS, code)? {
        (_, AS, other) => words_of(HINTS, other).or_else(|| at_the_machine(other)),
        (_, zh, en) => Some(Words::new(zh, en)),
    }
}

/// The same for a relying party, which has no right to search an agency's certificates.
pub fn hint_in_sharing(code: &str) -> Option<Words> {
    match code {
        "certificate_not_found" => Some(Words::new(
            "与持证主体核对证照标识；或按持证主体查询：POST /v1/sharing/holder。",
            "Compare the identifier with the holder's certificate, or ask by the holder: POST /v1/sharing/holder.",
        )),
        code => hint(code),
    }
}

fn names_a_command(words: &Words) -> bool {
    [words.zh, words.en].iter().any(|text| text.contains("kanhe ") || text.contains("--"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remedy;

    #[test]
    fn no_hint_of_any_code_names_a_command_or_an_option() {
        let codes = include_str!("../../../docs/errors.md");
        let codes = codes.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(code, _)| code);
        let (mut all, mut hinted) = (0, 0);
        for code in codes {
            let hint = hint(code);
            assert!(hint.as_ref().is_none_or(|words| !names_a_command(words)), "{code}: {hint:?}");
            all += 1;
            hinted += usize::from(hint.is_some());
        }
        assert!(all > 300 && hinted > 250, "{hinted} of {all}");
    }

    /// A term goes on while its certificate is suspended (`docs/decisions/0032`).
    #[test]
    fn nobody_is_told_to_wait_with_a_renewal_until_a_certificate_is_given_back() {
        for words in [hint("holder_has_one"), remedy("holder_has_one")].into_iter().flatten() {
            assert!(words.en.contains("apply for its renewal now") && words.zh.contains("现在就提出延续申请"), "{words:?}");
            assert!(words.en.contains("within its term") && words.zh.contains("期限届满前"), "{words:?}");
        }
    }

    #[test]
    fn no_verdict_sends_its_reader_to_a_key_file() {
        let page = include_str!("../../../docs/errors.md");
        let (_, verdicts) = page.split_once("\n## Verdicts\n").unwrap();
        let rows = verdicts.lines().take_while(|line| !line.starts_with("## "));
        let codes: Vec<_> = rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code).collect();
        let lost = |code: &&&str| [hint(code), remedy(code)].into_iter().flatten().any(|words| words.en.contains("key file"));
        assert!(codes.contains(&"key_stolen") && codes.contains(&"key_not_for_seals"), "{codes:?}");
        assert_eq!(codes.iter().find(lost), None);
        assert!(remedy("key_wrong_lock").unwrap().en.contains("key file"));
    }

    #[test]
    fn every_code_of_the_service_has_a_hint_but_those_that_are_said_at_the_machine() {
        let page = include_str!("../../../docs/errors.md");
        let sections = [
            "Identifiers and codes",
            "Type files",
            "What becomes of a certificate",
            "Applications under review",
            "The service",
            "Acts that take two people",
            "The library",
            "What `kanhe check` finds",
        ];
        let (mut codes, mut without) = (0, Vec::new());
        for section in sections {
            let (_, rows) = page.split_once(&format!("\n## {section}\n")).unwrap();
            let rows = rows.split("\n## ").next().unwrap().lines();
            // A warning stops nobody.
            let rows = rows.filter(|line| !line.contains("| warning: "));
            let section: Vec<_> = rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code).collect();
            codes += section.len();
            without.extend(section.into_iter().filter(|code| hint(code).is_none() && !is_said_at_the_machine(code)));
        }
        assert!(codes > 150, "{codes}");
        assert!(without.is_empty(), "no hint for {without:?}");
    }

    #[test]
    fn each_row_is_of_a_code_that_is_said_and_ends_in_words_of_both_languages() {
        let page = include_str!("../../../docs/errors.md");
        assert!(HINTS.is_sorted_by(|(before, ..), (after, ..)| before < after));
        for (code, ..) in HINTS {
            let listed = match code.strip_suffix('*') {
                Some(family) => page.contains(&format!("| `{family}")),
                None => page.contains(&format!("| `{code}` | ")),
            };
            assert!(listed, "{code} is in no line of docs/errors.md");
            let words = hint(code).unwrap_or_else(|| panic!("{code} is as a code that has no words"));
            assert!(!words.zh.is_ascii() && words.en.starts_with(|first: char| !first.is_ascii_lowercase()), "{code}: {words:?}");
        }
    }

    /// Whether only who runs the service, or a verb, meets a code.
    fn is_said_at_the_machine(code: &str) -> bool {
        let rest = [
            "service_key_wanted",
            "service_unreachable",
            "service_in_the_clear",
            "service_broke_off",
            "service_answer_malformed",
            "not_through_service",
            "key_file_malformed",
            "service_listen",
            "event_too_large",
            "event_malformed",
            "log_no_event",
            "log_other_certificate",
            "log_tile_missing",
            "log_later_act",
            "library_key_unknown",
        ];
        ["config_", "checkpoint_copy_", "backup_", "restore_"].iter().any(|family| code.starts_with(family)) || rest.contains(&code)
    }
}
