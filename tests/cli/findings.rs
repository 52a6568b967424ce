//! What a check has found is told in the reader's language: where, what it means, and in the end each remedy once.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::word;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The table of a family of a library that nobody has open: it has the name of its family in the clear, behind what that is.
fn table(archive: &Archive, family: &str) -> PathBuf {
    let named = format!("name{family}").into_bytes();
    let is = |path: &PathBuf| fs::read(path).unwrap().windows(named.len()).any(|bytes| bytes == named);
    let tables = fs::read_dir(archive.path("library/db")).unwrap().map(|entry| entry.unwrap().path());
    tables.filter(|path| path.extension().is_some_and(|ending| ending == "sst")).find(is).unwrap()
}

/// Flips a bit of the first block of a table, where its entries stand.
fn flip(table: &Path) {
    let (file, mut byte) = (File::options().read(true).write(true).open(table).unwrap(), [0]);
    file.read_exact_at(&mut byte, 3).unwrap();
    file.write_all_at(&[byte[0] ^ 1], 3).unwrap();
}

/// A library of three certificates, of which a table of this family is damaged; the name of the table.
fn damaged(family: &str) -> (Archive, String) {
    let archive = Archive::open();
    archive.issuing(permits(3)).run().ended(0);
    // What was written last stands in tables once there is a backup.
    archive.told(&["backup", "--to", &archive.path("backups")]);
    let table = table(&archive, family);
    flip(&table);
    (archive, table.file_name().unwrap().to_str().unwrap().to_owned())
}

fn found(archive: &Archive) -> Vec<Value> {
    archive.ask(&["check"]).run().ended(1).json()["findings"].as_array().unwrap().clone()
}

fn said(archive: &Archive, language: &str) -> Vec<String> {
    let out = archive.ask(&["check", "--lang", language]).for_people().run().ended(1).out;
    out.lines().map(str::to_owned).collect()
}

#[test]
fn a_damaged_library_is_told_in_either_language_by_what_its_reader_knows() {
    let (archive, table) = damaged("certificates");
    let findings = found(&archive);
    let identifiers = archive.identifiers();
    for (finding, identifier) in findings.iter().zip(&identifiers) {
        assert_eq!((word(finding, "/code"), word(finding, "/identifier")), ("store_corrupt", identifier.as_str()));
        assert_eq!(word(finding, "/place"), format!("certificate {identifier}"));
        for (language, begins) in
            [("zh", format!("证照 {identifier}：数据库已损坏：")), ("en", format!("certificate {identifier}: the database is damaged: "))]
        {
            let message = word(finding, &format!("/message/{language}"));
            assert!(message.starts_with(&begins) && message.contains(&table), "{message}");
            assert!(!message.contains('/') && !message.contains("粤餐"), "neither where it lies nor what it says: {message}");
            assert!(word(finding, &format!("/hint/{language}")).contains("kanhe restore"), "{finding}");
        }
    }
    assert!(findings.len() > identifiers.len(), "and once of the library: {findings:?}");
    for (language, first, count, remedy) in [
        ("zh", format!("store_corrupt  证照 {}：", identifiers[0]), "发现 ", "→ 用 kanhe restore 恢复备份，并检查磁盘。"),
        (
            "en",
            format!("store_corrupt  certificate {}: ", identifiers[0]),
            "checked 3 certificates",
            "→ Bring a backup back with `kanhe restore`, and look at the disk.",
        ),
    ] {
        let lines = said(&archive, language);
        assert!(lines[0].starts_with(&first), "{lines:?}");
        let [.., end, last] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(end.contains(count) && last == remedy, "{lines:?}");
        assert_eq!(lines.len(), findings.len() + 2, "a line for each finding, and the remedy once: {lines:?}");
    }
}

#[test]
fn a_certificate_whose_card_cannot_be_read_is_told_by_the_order_of_coming() {
    let (archive, table) = damaged("cards");
    let findings = found(&archive);
    let second = &findings[1];
    assert_eq!(
        (word(second, "/place"), &second["identifier"]),
        ("certificate number 2 in the order of coming (its card cannot be read)", &json!(null))
    );
    assert!(word(second, "/message/zh").starts_with("按入库顺序第 2 张证照（卡片无法读取）：数据库已损坏："), "{second}");
    assert!(word(second, "/message/en").contains(&table), "{second}");
}

#[test]
fn each_remedy_is_told_once_whatever_was_found() {
    let ((archive, _), other) = (damaged("certificates"), Archive::open());
    other.issuing(permits(3)).run().ended(0);
    other.publish();
    let outside = ["--checkpoint", &other.path("log/checkpoint"), "--log-key", &other.path("log.pub")];
    for (language, fork, restore, issue_nothing) in [
        (
            "zh",
            "log_fork  证照库：库中日志与已发布的日志（或所给检查点）不一致",
            "→ 用 kanhe restore 恢复备份，并检查磁盘。",
            "→ 库比已发布的日志旧或不同：恢复更新的备份；切勿在此库上继续签发。",
        ),
        (
            "en",
            "log_fork  the library: the library's log does not begin with what was published, or with the checkpoint that it is held against",
            "→ Bring a backup back with `kanhe restore`, and look at the disk.",
            "→ The library is older than its published log, or another: restore a newer backup, and issue nothing from this one.",
        ),
    ] {
        let run = archive.ask(&["log", "verify", "--lang", language]).and(&outside).for_people().run().ended(1);
        let lines: Vec<&str> = run.out.lines().collect();
        let [.., found, _, first, second] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!([*found, *first, *second], [fork, restore, issue_nothing]);
        assert_eq!(lines.iter().filter(|line| line.starts_with('→')).count(), 2, "{lines:?}");
    }
}
