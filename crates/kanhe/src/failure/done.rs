//! How far a verb came before it failed, and whether the same command goes on from there.

use crate::words::{Language, Words};

/// What was done before a failure and stands.
#[derive(Debug)]
pub(super) enum Done {
    /// In the words of its verb, for machines.
    Told(serde_json::Value),
    /// So many rows of a table, and how many certificates were issued for them, where that is what they ask for.
    Rows(usize, Option<usize>),
}

/// Behind these a library is brought back first: what a backup has not got is issued or lodged again.
const RESTORED_FIRST: &[&str] = &["library_manifest_lost", "log_fork", "store_corrupt", "store_log", "store_malformed", "store_sealed"];

/// Behind these nobody knows before somebody has looked: at the disk, at the checkpoint that the log was held against, at the program.
const LOOKED_AT_FIRST: &[&str] = &["log_other", "store_database", "store_no_slot", "store_unsealable"];

impl Done {
    /// How far a table came before a failure of this code, and how it goes on.
    pub(super) fn line(&self, code: &str, language: Language) -> Option<String> {
        let (far, issues) = match (self, language) {
            (Self::Rows(rows, None), Language::Chinese) => (format!("已停止，此前完成 {rows} 行"), false),
            (Self::Rows(rows, None), Language::English) => (format!("stopped after {rows} rows"), false),
            (Self::Rows(rows, Some(issued)), Language::Chinese) => (format!("已停止，此前完成 {rows} 行，本次签发 {issued} 张"), true),
            (Self::Rows(rows, Some(issued)), Language::English) => (format!("stopped after {rows} rows, {issued} issued"), true),
            (Self::Told(_), _) => return None,
        };
        Some(far + onward(code, issues).of(language))
    }
}

/// What becomes of the rows that are done, and of the others.
fn onward(code: &str, issues: bool) -> Words {
    match (code, issues) {
        (code, _) if LOOKED_AT_FIRST.contains(&code) => Words::new("。", "."),
        (code, true) if RESTORED_FIRST.contains(&code) => Words::new(
            "；它们在此库中，以尚可读出者为限。恢复备份后重新运行同一命令，只签发备份中没有的。",
            "; they stand in this library, as far as it can be read. Behind a restoration, the same command issues what the backup has not got.",
        ),
        (code, false) if RESTORED_FIRST.contains(&code) => Words::new(
            "；它们在此库中，以尚可读出者为限。恢复备份后重新运行同一命令，只受理备份中没有的。",
            "; they stand in this library, as far as it can be read. Behind a restoration, the same command lodges what the backup has not got.",
        ),
        _ => Words::new("；重新运行同一命令即从此处继续。", "; the same command goes on from there."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_library_that_is_to_be_restored_goes_on_behind_the_restoration() {
        for code in RESTORED_FIRST {
            let said = |done: &Done| [Language::Chinese, Language::English].map(|language| done.line(code, language).unwrap());
            assert_eq!(
                said(&Done::Rows(12, Some(9))),
                [
                    "已停止，此前完成 12 行，本次签发 9 张；它们在此库中，以尚可读出者为限。恢复备份后重新运行同一命令，只签发备份中没有的。",
                    "stopped after 12 rows, 9 issued; they stand in this library, as far as it can be read. Behind a restoration, the same command issues what the backup has not got."
                ]
            );
            let [zh, en] = said(&Done::Rows(12, None));
            assert!(zh.ends_with("只受理备份中没有的。") && en.ends_with("lodges what the backup has not got."), "{zh} {en}");
        }
    }

    #[test]
    fn nobody_is_told_to_go_on_where_nobody_knows_whether_that_goes() {
        for code in LOOKED_AT_FIRST {
            let said = [Language::Chinese, Language::English].map(|language| Done::Rows(12, Some(9)).line(code, language).unwrap());
            assert_eq!(said, ["已停止，此前完成 12 行，本次签发 9 张。", "stopped after 12 rows, 9 issued."]);
        }
    }

    #[test]
    fn a_full_disk_and_a_key_that_is_gone_and_a_clock_that_was_set_back_stop_nobody_who_mends_them() {
        for code in ["store_disk_full", "disk_full", "store_broken", "token_absent", "clock_set_back", "table_json", "service_broke_off"] {
            let said = Done::Rows(12, Some(9)).line(code, Language::English).unwrap();
            assert_eq!(said, "stopped after 12 rows, 9 issued; the same command goes on from there.", "{code}");
        }
    }

    #[test]
    fn what_the_page_of_errors_cures_by_a_backup_is_not_gone_on_with() {
        let page = include_str!("../../../../docs/errors.md");
        let cured = |line: &str| Some((line.strip_prefix("| `")?.split_once('`')?.0.to_owned(), line.contains("| restore a ")));
        let cured: Vec<_> = page.lines().filter_map(cured).collect();
        let of_library = |code: &str| ["store_", "library_", "log_"].iter().any(|family| code.starts_with(family));
        let restored = cured.iter().filter(|(code, restored)| *restored && of_library(code)).map(|(code, _)| code.as_str());
        assert_eq!(restored.collect::<BTreeSet<_>>(), RESTORED_FIRST.iter().copied().collect());
        for code in LOOKED_AT_FIRST {
            assert!(cured.iter().any(|(known, _)| known == code), "{code}");
        }
    }
}
