//! Names and numbers of people stay where they belong: on certificates, and nowhere else.

use crate::archive::{Archive, GROUNDS};
use crate::office::{self, Office, PERMITS};
use crate::program::{Kanhe, kanhe, word};
use crate::silence::{leak, personal};
use crate::stage::{AGENCIES, Stage};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_report_of_what_was_issued_names_nobody() {
    let (stage, personal) = (Stage::get(), personal());
    for agency in AGENCIES {
        let report = serde_json::to_string(&stage.report(agency)).unwrap();
        assert_eq!(leak(&report, &personal), None, "{agency}");
    }
}

#[test]
fn the_faults_of_a_row_name_nobody() {
    let (office, personal) = (Office::open(), personal());
    // Every kind of fault in rows full of names: wrong days, codes, lengths, spaces, and cells in each other's place.
    let spoils: [fn(&str) -> String; 7] = [
        |row| row.replace(",001,", ",111,"),
        |row| row.replace("2026", "２０２６").replace("2025", "yesterday"),
        |row| row.replace("有限公司", "有限公司\u{7}"),
        |row| row.replace("有限公司", "有限\u{E000}公司"),
        |row| row.replace("91440199", "91440198"),
        |row| format!("{row},{row}"),
        |row| row.split(',').rev().collect::<Vec<_>>().join(","),
    ];
    for spoil in spoils {
        let (heading, rows) = PERMITS.split_once('\n').unwrap();
        let table = rows.lines().fold(format!("{heading}\n"), |table, row| table + &spoil(row) + "\n");
        for run in [office.issuing(&table).run(), office.issuing(&table).for_people().run()] {
            assert_ne!(run.code, Some(0));
            assert_eq!((leak(&run.out, &personal), leak(&run.err, &personal)), (None, None));
        }
        assert_eq!(leak(&office.text("out/report.jsonl"), &personal), None);
    }
    assert!(office.report().iter().any(|line| line["result"] == "refused"));
}

/// A made-up resident id, where a request belongs.
const SOMEBODY: &str = "440524188001010014";

#[test]
fn a_number_that_is_typed_for_a_request_is_told_nowhere() {
    let archive = Archive::open();
    let permits = archive
        .office
        .write("permits.csv", include_str!("../../crates/kanhe/demo/construction-permit.csv").replace("GD-SGXK-2026-00001", SOMEBODY));
    let table = || office::permits(2).replacen("GD-SPJY-2026-00001", SOMEBODY, 1);
    let applying = || archive.ask(&["apply", "--type", "construction-permit", "--in", &permits]).and(&GROUNDS);
    let verbs: [(&dyn Fn() -> Kanhe, &str); 3] = [
        (&|| archive.issuing(table()), "rows.jsonl"),
        (&|| archive.office.issuing(table()), "out/report.jsonl"),
        (&applying, "permits.report.jsonl"),
    ];
    fs::create_dir(archive.path("out")).unwrap();
    for (verb, report) in verbs {
        // An empty file that everybody may read: it is the report's from now on.
        fs::set_permissions(archive.office.write(report, ""), Permissions::from_mode(0o644)).unwrap();
        for run in [verb().run().ended(1), verb().for_people().run().ended(1)] {
            assert!(!run.out.contains(SOMEBODY) && !run.err.contains(SOMEBODY), "{run:?}");
        }
        let told = archive.office.text(report);
        let refused: Value = serde_json::from_str(told.lines().find(|line| line.contains("refused")).unwrap()).unwrap();
        assert_eq!((&refused["request_id"], word(&refused, "/faults/0/code")), (&Value::Null, "id_number_in_clear"));
        assert!(!told.contains(SOMEBODY), "{told}");
        assert_eq!(fs::metadata(archive.path(report)).unwrap().permissions().mode() & 0o777, 0o600, "{report}");
    }
}

/// A table of one row, whose holder cannot be read.
fn of_nobody(request: &str, (name, kind, code): (&str, &str, &str)) -> String {
    let table = office::permits(1);
    let (heading, row) = table.trim_end().split_once('\n').unwrap();
    assert!(heading.trim_start_matches('\u{feff}').starts_with("request_id,number,holder_name,holder_code_type,holder_code,"), "{heading}");
    let mut cells: Vec<&str> = row.splitn(6, ',').collect();
    (cells[0], cells[2], cells[3], cells[4]) = (request, name, kind, code);
    format!("{heading}\n{}\n", cells.join(","))
}

#[test]
fn a_number_is_told_nowhere_either_where_its_holder_could_not_be_read() {
    let archive = Archive::open();
    let rows = [
        ("GD-E12345678-2", ("", "414", "E12345678"), "12345678"),
        ("GD-E12345678-2", ("E12345678", "414", "李小明"), "12345678"),
        ("GD-440524188001010015", ("李小明", "111", "440524188001010015"), "44052418800101001"),
        ("440524188001010015", ("", "111", "440524188001010014"), "44052418800101001"),
        ("GD-44052418800101001", ("", "111", "440524188001010014"), "44052418800101001"),
    ];
    for (request, holder, number) in rows {
        let table = of_nobody(request, holder);
        let verbs: [(&dyn Fn() -> Kanhe, &str); 2] =
            [(&|| archive.issuing(&table), "rows.jsonl"), (&|| archive.office.issuing(&table), "out/report.jsonl")];
        for (verb, report) in verbs {
            for run in [verb().run().ended(1), verb().for_people().run().ended(1)] {
                assert!(!run.out.contains(number) && !run.err.contains(number), "{run:?}");
            }
            let told = archive.office.text(report);
            let refused: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
            assert_eq!(refused["request_id"], Value::Null);
            assert!(!told.contains(number), "{told}");
        }
    }
}

#[test]
fn a_number_that_is_typed_in_the_wrong_place_is_not_said_again() {
    let archive = Archive::open();
    for number in [SOMEBODY, "440524188001010015"] {
        let scheme = format!("card:{number}");
        let words: [&[&str]; 15] = [
            &["find", "--holder", number],
            &["find", "--number", number],
            &["find", "--alias", number],
            &["find", "--alias", &scheme],
            &["find", "--request-id", number],
            &["find", "--type", number],
            &["find", "--agency", number],
            &["find", "--state", number],
            &["find", "--most", &scheme],
            &["show", number],
            &["application", "show", number],
            &["application", "list", "--department", number],
            &["application", "list", "--stage", number],
            &["log", "prove", "--out", "proof", "--event", number],
            &["api-key", "add", number],
        ];
        for words in words {
            for run in [archive.ask(words).run(), archive.ask(words).for_people().run()] {
                assert!(!run.out.contains(number) && !run.err.contains(number), "{words:?}: {run:?}");
            }
        }
    }
}

#[test]
fn a_table_that_is_not_read_at_all_names_nobody() {
    let (office, personal) = (Office::open(), personal());
    let rows = PERMITS.split_once('\n').unwrap().1;
    for table in [rows.to_owned(), rows.replace(',', "\t"), format!("[{rows}"), format!("\"{PERMITS}")] {
        let run = office.issuing(&table).for_people().run();
        assert_eq!((leak(&run.out, &personal), leak(&run.err, &personal)), (None, None), "{:?}", run.code);
    }
}

#[test]
fn only_the_answer_of_verify_names_the_holder() {
    let (stage, personal) = (Stage::get(), personal());
    let seal = stage.path(&stage.file_of("GD-TZZY-2026-00001", "seal"));
    let verified = stage.verify(&seal, &[]).run().ended(0);
    assert!(leak(&verified.out, &personal).is_some(), "the counter sees who it is");
    assert!(!verified.out.contains("440599198411210190"), "but not the whole number of a person: {verified:?}");
    assert_eq!(verified.err, "");
    let certificate = stage.path(&stage.file_of("GD-TZZY-2026-00001", "certificate"));
    for input in [&seal, &certificate] {
        for more in [&[][..], &["--json"]] {
            let inspected = kanhe(&[&["inspect", input.as_str()], more].concat()).ended(0);
            assert_eq!((leak(&inspected.out, &personal), inspected.err.as_str()), (None, ""));
        }
    }
}

#[test]
fn an_inspection_says_in_every_line_that_nothing_was_checked() {
    let stage = Stage::get();
    let picture = stage.picture("one bit changed");
    let shown = kanhe(&["inspect", &picture]).ended(0).out;
    assert!(shown.starts_with("NOT CHECKED"), "{shown}");
    assert!(shown.lines().skip(1).all(|line| line.starts_with("? ")), "{shown}");
    assert_eq!(kanhe(&["inspect", &picture, "--json"]).ended(0).json()["checked"], false);
}
