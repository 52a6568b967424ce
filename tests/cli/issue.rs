//! `kanhe issue`: a table becomes certificates, whatever its maker, and whatever happens half-way.

use crate::office::{Office, many_permits, permits};
use crate::program::{kanhe, word};
use encoding_rs::GB18030;
use jiff::Timestamp;
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::pack::Pack;
use kanhe_core::verify::{Occasion, verify};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// What a run says of its rows.
fn counts(told: &Value) -> (u64, u64, u64) {
    let count = |name: &str| told[name].as_u64().unwrap_or_else(|| panic!("{name} in {told}"));
    (count("issued"), count("repeated"), count("refused"))
}

#[test]
fn every_refused_row_is_said_with_what_is_wrong() {
    let office = Office::open();
    let spoiled = || permits(3).replace(",20251024,", ",2026-13-45,").replace('\n', "\r\n");
    let told = office.issue(spoiled()).ended(1).json();
    let fault = &told["faults"][0];
    assert_eq!((fault["line"].as_u64(), word(fault, "/request_id"), word(fault, "/column")), (Some(3), "GD-SPJY-2026-00002", "issued"));
    let said = "不是日期：应写作 20260301、2026-03-01";
    assert_eq!((word(fault, "/code"), word(fault, "/message/zh").starts_with(said)), ("day", true), "{fault}");
    for (language, line) in [
        ("en", "line 3, GD-SPJY-2026-00002: issued day no day: wanted is 20260301"),
        ("zh", "第 3 行，GD-SPJY-2026-00002：issued day 不是日期：应写作 20260301"),
    ] {
        let run = office.issuing(spoiled()).and(&["--lang", language]).for_people().run().ended(1);
        assert!(run.out.starts_with(line), "{run:?}");
    }
    let run = office.issuing(many_permits(23).replace(",20", ",30x0")).for_people().run().ended(1);
    assert_eq!((run.out.lines().count(), run.out.contains("and 3 more")), (22, true), "{run:?}");
}

#[test]
fn a_table_of_headings_only_says_so() {
    let office = Office::open();
    let run = office.issuing(permits(0)).for_people().run().ended(0);
    assert!(run.out.starts_with("The table has headings and no applications.\n"), "{run:?}");
}

#[test]
fn a_row_becomes_four_files_and_a_line() {
    let office = Office::open();
    assert_eq!(counts(&office.issue(permits(1)).ended(0).json()), (1, 0, 0));
    let line = &office.report()[0];
    assert_eq!((line["line"].as_u64(), word(line, "/request_id"), word(line, "/result")), (Some(2), "GD-SPJY-2026-00001", "issued"));
    let named: HashSet<&str> = line["files"].as_object().unwrap().values().map(|name| name.as_str().unwrap()).collect();
    let files = office.issued_files();
    let found: HashSet<&str> = files.iter().map(String::as_str).filter(|name| !["report.jsonl", ".lock"].contains(name)).collect();
    assert_eq!((named, found.len()), (found.clone(), 4));
}

#[test]
fn certificates_are_written_for_their_owner_only() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let certificate = office.issued_with("cose").remove(0);
    assert_eq!((mode(&certificate), mode(certificate.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn the_same_table_twice_issues_nothing_twice() {
    let office = Office::open();
    assert_eq!(counts(&office.issue(permits(3)).ended(0).json()), (3, 0, 0));
    let (files, report) = (office.issued_files(), office.text("out/report.jsonl"));
    assert_eq!(counts(&office.issue(permits(3)).ended(0).json()), (0, 3, 0));
    assert_eq!((office.issued_files(), office.text("out/report.jsonl")), (files, report));
    assert_eq!(counts(&office.issue(permits(4)).ended(0).json()), (1, 3, 0), "a longer table goes on where the shorter ended");
}

#[test]
fn the_same_row_twice_in_one_table_is_issued_once() {
    let office = Office::open();
    let table = permits(1);
    let row = table.lines().nth(1).unwrap();
    assert_eq!(counts(&office.issue(format!("{table}{row}\n")).ended(0).json()), (1, 1, 0));
}

#[test]
fn of_two_rows_of_one_request_the_second_is_judged_by_itself_where_the_first_is_not_signed() {
    let office = Office::open();
    let table = permits(1);
    let row = table.lines().nth(1).unwrap();
    // Before any key of the agency was good: admitted, and not signed.
    let early = row.replace(",20251024,", ",20141231,").replace(",20250816,", ",20141231,");
    assert_ne!(early, row);
    let heading = table.lines().next().unwrap();
    let told = office.issue(format!("{heading}\n{early}\n{row}\n{row}\n{early}\n")).ended(1).json();
    assert_eq!(counts(&told), (1, 1, 2), "{told}");
    let codes: Vec<&str> = told["faults"].as_array().unwrap().iter().map(|fault| word(fault, "/code")).collect();
    assert_eq!(codes, ["outside_key_window", "request_reused"]);
}

#[test]
fn a_changed_row_under_an_old_request_is_refused() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let run = office.issue(permits(1).replace("584号", "585号")).ended(1);
    assert_eq!(counts(&run.json()), (0, 0, 1));
    assert_eq!(word(office.report().last().unwrap(), "/faults/0/code"), "request_reused");
}

#[test]
fn a_number_that_another_request_bears_is_refused() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    office.issue(permits(1).replace("GD-SPJY-2026-00001", "GD-SPJY-2026-99999")).ended(1);
    assert_eq!(word(office.report().last().unwrap(), "/faults/0/code"), "identifier_taken");
}

#[test]
fn a_bad_row_is_reported_whole_and_the_rest_go_on() {
    let office = Office::open();
    let table = permits(3).replace("91440199MAQNTU806E,20251024,", "91440199MAQNTU806X,2026-13-45,").replace(",2,A1^A3^B1", ",99,A1^A3^B1");
    assert_eq!(counts(&office.issue(table).ended(1).json()), (2, 0, 1));
    let report = office.report();
    let refused = report.iter().find(|line| line["result"] == "refused").unwrap();
    assert_eq!((refused["line"].as_u64(), word(refused, "/request_id")), (Some(3), "GD-SPJY-2026-00002"));
    let faults: Vec<(&str, &str)> =
        refused["faults"].as_array().unwrap().iter().map(|fault| (word(fault, "/column"), word(fault, "/code"))).collect();
    assert_eq!(faults, [("holder_code", "uscc_check"), ("issued", "day"), ("business_form", "not_in_table")]);
    let message = |language: &str| word(refused, &format!("/faults/0/message/{language}")).to_owned();
    assert!(message("en").contains("should be 'E', it is 'X'"), "a fault names both sides: {refused}");
    assert!(message("zh").contains("应为 'E'，此处为 'X'"), "in both languages: {refused}");
}

#[test]
fn a_table_is_the_same_table_from_any_spreadsheet() {
    let office = Office::open();
    let table = permits(3);
    assert_eq!(counts(&office.issue(&table).ended(0).json()), (3, 0, 0));
    let windows = table.replace('\n', "\r\n");
    let dialects = [
        ("CRLF", windows.clone().into_bytes()),
        ("UTF-8 with a mark", format!("\u{feff}{table}").into_bytes()),
        ("UTF-8 with a mark and CRLF", format!("\u{feff}{windows}").into_bytes()),
        ("GB18030", GB18030.encode(&table).0.into_owned()),
        ("GB18030 with CRLF", GB18030.encode(&windows).0.into_owned()),
        ("no line end after the last row", table.trim_end().as_bytes().to_vec()),
        ("JSON", as_json(&table).into_bytes()),
    ];
    for (dialect, bytes) in dialects {
        assert_eq!(counts(&office.issue(bytes).ended(0).json()), (0, 3, 0), "{dialect}");
    }
}

/// The table as an array of objects.
fn as_json(table: &str) -> String {
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let headings = lines.next().unwrap();
    let object = |row: Vec<&str>| {
        headings.iter().zip(row).map(|(heading, cell)| ((*heading).to_owned(), json!(cell))).collect::<serde_json::Map<_, _>>()
    };
    Value::Array(lines.map(|row| Value::Object(object(row))).collect()).to_string()
}

#[test]
fn a_report_torn_at_its_end_is_mended() {
    let office = Office::open();
    office.issue(permits(3)).ended(0);
    let report = office.path("out/report.jsonl");
    OpenOptions::new().append(true).open(&report).unwrap().write_all(br#"{"line":9,"request_id":"GD-SP"#).unwrap();
    assert_eq!(counts(&office.issue(permits(3)).ended(0).json()), (0, 3, 0));
    assert_eq!(office.report().len(), 3);
    // What the torn line would have said was never acknowledged: that row is issued again.
    let whole = fs::metadata(&report).unwrap().len();
    File::options().write(true).open(&report).unwrap().set_len(whole - 20).unwrap();
    assert_eq!(counts(&office.issue(permits(3)).ended(0).json()), (1, 2, 0));
    assert_eq!((office.report().len(), office.issued_with(".cose").len()), (3, 3));
}

#[test]
fn a_report_that_was_edited_stops_the_run() {
    let office = Office::open();
    office.issue(permits(2)).ended(0);
    let report = office.text("out/report.jsonl").replacen('{', "", 1);
    office.write("out/report.jsonl", &report);
    let run = office.issue(permits(3)).ended(2);
    assert!(run.err.starts_with("error report_malformed: "), "{run:?}");
    assert_eq!(office.text("out/report.jsonl"), report);
}

#[test]
fn a_folder_in_use_is_refused_to_a_second_run() {
    let office = Office::open();
    fs::create_dir(office.path("out")).unwrap();
    let held = File::create(office.path("out/.lock")).unwrap();
    held.lock().unwrap();
    let run = office.issue(permits(1)).ended(2);
    assert!(run.err.starts_with("error folder_in_use: "), "{run:?}");
    drop(held);
    office.issue(permits(1)).ended(0);
}

#[test]
fn no_two_certificates_share_a_slot() {
    let office = Office::open();
    office.issue(permits(30)).ended(0);
    let slots: HashSet<u64> = office.report().iter().map(|line| line["slot"].as_u64().unwrap()).collect();
    assert_eq!(slots.len(), 30);
}

#[test]
fn a_killed_run_leaves_nothing_half_written() {
    let rows = 300;
    let office = Office::open();
    let table = many_permits(rows);
    // One in the middle of the first batch, before any line of the report; one in the second batch.
    for files in [80, 1060] {
        let mut child = office.issuing(&table).start();
        while office_files(&office) < files && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for file in office.issued_with(".txt") {
            assert!(fs::read_to_string(&file).unwrap().ends_with('\n'), "{}", file.display());
        }
    }
    let (issued, repeated, refused) = counts(&office.issue(&table).ended(0).json());
    assert_eq!((issued + repeated, refused), (rows as u64, 0));
    assert!(issued > 0, "the run was killed too late to tell anything");
    everything_is_there_once(&office, rows);
}

fn office_files(office: &Office) -> usize {
    fs::read_dir(office.path("out")).map_or(0, Iterator::count)
}

fn everything_is_there_once(office: &Office, rows: usize) {
    let report = office.report();
    for member in ["request_id", "identifier", "slot"] {
        assert_eq!(report.iter().map(|line| line[member].to_string()).collect::<HashSet<_>>().len(), rows, "{member}");
    }
    let names = office.issued_files();
    assert_eq!(
        names.len(),
        4 * rows + 2,
        "four files a row, the report and the lock: {:?}",
        names.iter().filter(|name| name.starts_with('.')).collect::<Vec<_>>()
    );
    let public = |name: &str| *PublicKeyLine::parse(office.text(name).trim()).unwrap().key();
    let pack = Pack::open(&fs::read(office.pack("1", &[])).unwrap(), &[public("root.pub")]).unwrap();
    let agency = public("gd-market.pub");
    for line in &report {
        let file = |kind: &str| format!("out/{}", word(line, &format!("/files/{kind}")));
        let bytes = fs::read(office.path(&file("certificate"))).unwrap();
        let certificate: Authentic<Certificate> = Envelope::decode(&bytes).unwrap().authenticate(&agency).unwrap();
        assert_eq!(
            (certificate.identifier.to_string().as_str(), Some(u64::from(certificate.slot))),
            (word(line, "/identifier"), line["slot"].as_u64())
        );
        let text = office.text(&file("seal"));
        let accepted = verify(text.trim(), &pack, Occasion { at: Timestamp::now(), scene: None });
        assert!(accepted.is_ok_and(|accepted| accepted.claims().number == word(line, "/number")), "{line}");
    }
}

#[test]
fn what_is_printed_is_what_was_asked_for() {
    let office = Office::open();
    let asked = |more: &[&str], out: &str| {
        let run = office.issuing(permits(1)).and(more).but("--out", &office.path(out)).run().ended(0);
        assert_eq!(run.json()["issued"], 1, "{more:?}");
        let names = fs::read_dir(office.path(out)).unwrap().map(|entry| entry.unwrap().path());
        let seal = names.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "txt")).unwrap();
        fs::read_to_string(seal).unwrap().trim().to_owned()
    };
    assert!(asked(&[], "bare").bytes().all(|byte| byte.is_ascii_digit()), "the bare form is digits only");
    assert!(asked(&["--page", "https://kanhe.example.cn/"], "page").starts_with("https://kanhe.example.cn/#"));
    asked(&["--level", "q", "--caption"], "captioned");
}

#[test]
fn what_is_reviewed_is_not_signed_into_a_folder() {
    let office = Office::open();
    let input = office.write("permits.csv", include_str!("../../crates/kanhe/demo/construction-permit.csv"));
    let (manifest, out) = (office.path("manifest"), office.path("out"));
    let (key, identity) = (office.path("gd-housing.key"), office.path("identity.txt"));
    let words = ["issue", "--type", "construction-permit", "--in", &input, "--manifest", &manifest, "--out", &out];
    let run = kanhe(&[&words[..], &["--key", &key, "--identity", &identity]].concat()).ended(2);
    assert!(run.err.starts_with("error review_needed: ") && run.err.contains("kanhe apply"), "{run:?}");
    assert!(!Path::new(&out).exists());
}

#[test]
fn an_agency_issues_nothing_that_its_manifest_does_not_allow() {
    let office = Office::open();
    let input = office.write("applications", permits(1));
    let run = kanhe(&[
        "issue",
        "--type",
        "food-operation-permit",
        "--in",
        &input,
        "--manifest",
        &office.path("manifest"),
        "--out",
        &office.path("out"),
        "--key",
        &office.path("gd-housing.key"),
        "--identity",
        &office.path("identity.txt"),
    ])
    .ended(2);
    assert!(run.err.starts_with("error desk_out_of_scope: "), "{run:?}");
}

/// The first input of the fuzz target of tables.
const WORKBOOK: &[u8] = include_bytes!("../fuzz/seeds/table/workbook");

#[test]
fn a_workbook_is_issued_as_its_rows_stand() {
    let office = Office::open();
    let issued = office.issue(WORKBOOK).ended(0).json();
    assert_eq!(issued["issued"], 1, "{issued}");
    assert_eq!((office.report()[0]["line"].as_u64(), word(&office.report()[0], "/number")), (Some(2), "JY24401060031130"));
}
