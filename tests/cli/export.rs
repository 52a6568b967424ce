//! `kanhe export`, and what a program by another hand makes of it.

use crate::archive::{Archive, GROUNDS};
use crate::office::{many_permits, permits};
use crate::program::word;
use crate::readers::python;
use crate::review::lodged;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// What the independent reader says of an export, every part of which it has verified.
pub fn read(archive: &Archive, export: &str) -> Value {
    let read = python("read_export.py", &[export.to_owned(), archive.office.text("log.pub").trim().to_owned()]);
    assert_eq!(read.status.code(), Some(0), "{read:?}");
    let line = String::from_utf8(read.stdout).unwrap();
    serde_json::from_str(line.lines().last().unwrap()).unwrap()
}

/// An entry of an export.
fn entry(export: &str, name: &str) -> String {
    let read = Command::new("tar").args(["--extract", "--to-stdout", "--file", export, &format!("export/{name}")]).output().unwrap();
    assert!(read.status.success(), "{name}: {read:?}");
    String::from_utf8(read.stdout).unwrap()
}

/// What an export says of itself.
pub fn about(export: &str) -> Value {
    serde_json::from_str(&entry(export, "export.json")).unwrap()
}

pub fn lines(export: &str, name: &str) -> Vec<Value> {
    entry(export, name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(export: &str) -> Vec<String> {
    let listed = Command::new("tar").args(["--list", "--file", export]).output().unwrap();
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn another_program_reads_a_whole_library_and_verifies_all_of_it() {
    let archive = Archive::open();
    archive.issuing(many_permits(300)).run().ended(0);
    let identifiers = archive.identifiers();
    archive.change("suspend", &identifiers[3]).ended(0);
    archive.change("revoke", &identifiers[4]).ended(0);
    archive.told(&[&["alias", &identifiers[5], "gd:4401-0001"], &GROUNDS[..]].concat());
    archive.publish();
    archive.change("cancel", &identifiers[6]).ended(0);
    let out = archive.path("library.tar");
    let told = archive.told(&["export", "--out", &out]);
    let read = read(&archive, &out);
    assert_eq!((read["certificates"].as_u64(), read["signed"].as_u64(), read["events"].as_u64()), (Some(300), Some(300), Some(305)));
    for count in ["certificates", "events"] {
        assert_eq!(told[count], read[count]);
    }
    let counted = archive.told(&["count"]);
    let state = |total: &Value| (word(total, "/state").to_owned(), total["count"].as_u64().unwrap());
    let mut states: Vec<_> = counted["totals"].as_array().unwrap().iter().map(state).collect();
    states.sort();
    let mut exported: Vec<_> = read["totals"].as_array().unwrap().iter().map(state).collect();
    exported.sort();
    assert_eq!(exported, states);
    assert_eq!(read["aliases"], json!([{ "identifier": identifiers[5], "scheme": "GD", "value": "4401-0001" }]));
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(told["bytes"].as_u64(), Some(fs::metadata(&out).unwrap().len()));
    let (about, read_me) = (about(&out), entry(&out, "README.md"));
    assert_eq!((&about["scope"], &about["agency"], &about["types"]), (&json!("library"), &Value::Null, &Value::Null));
    assert_eq!((&told["of"], &told["scope"]), (&json!("library"), &json!("library")));
    assert!(read_me.contains("docs/spec/export.md") && read_me.contains("`types` 不为 null") && read_me.contains("`types` is not null"));
}

#[test]
fn the_reader_finds_an_export_that_was_changed() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let out = archive.path("library.tar");
    archive.told(&["export", "--out", &out]);
    let whole = fs::read(&out).unwrap();
    for (was, is) in [
        ("汕头市众和餐饮有限公司", "汕头市众和餐饮有限公可"),
        ("JY34405060031004", "JY34405060031005"),
        ("《行政许可法》", "《行政处罚法》"),
    ] {
        let place = whole.windows(was.len()).rposition(|bytes| bytes == was.as_bytes()).unwrap_or_else(|| panic!("{was}"));
        let mut changed = whole.clone();
        changed[place..place + was.len()].copy_from_slice(is.as_bytes());
        let changed = archive.office.write("changed.tar", changed);
        let read = python("read_export.py", &[changed, archive.office.text("log.pub").trim().to_owned()]);
        assert_eq!(read.status.code(), Some(1), "{was}: {read:?}");
    }
}

#[test]
fn a_holder_gets_everything_of_theirs_and_no_number_of_another() {
    let archive = Archive::open();
    archive.issuing(permits(4)).run().ended(0);
    let (first, code) = (archive.identifiers().remove(0), "91440199MA8AWRH82C");
    archive.change("suspend", &first).ended(0);
    archive.told(&[&["alias", &first, "gd:4401-0001"], &GROUNDS[..]].concat());
    archive.publish();
    let out = archive.path("holder.tar");
    let told =
        archive.ask(&["export", "--holder", "-", "--holder-type", "001", "--out", &out]).reading(code.as_bytes()).run().ended(0).json();
    assert_eq!((told["certificates"].as_u64(), told["withheld"].as_u64(), told["events"].as_u64()), (Some(1), Some(0), Some(3)));
    assert_eq!((&told["of"], &told["scope"], &about(&out)["scope"]), (&json!("library"), &json!("holder"), &json!("holder")));
    let read = read(&archive, &out);
    assert_eq!((read["certificates"].as_u64(), read["proofs"].as_u64()), (Some(1), Some(3)));
    assert_eq!(read["aliases"][0]["value"], "4401-0001");
    let line = &lines(&out, "certificates.jsonl")[0];
    assert_eq!((word(line, "/identifier"), word(line, "/state"), word(line, "/holders/0/code")), (first.as_str(), "suspended", code));
    assert_eq!(word(line, "/fields/0/label/zh"), "经营场所");
    assert_eq!(line["history"].as_array().unwrap().len(), 3);
    assert_eq!(word(&lines(&out, "events.jsonl")[1], "/basis"), "《行政许可法》");
    assert!(!names(&out).iter().any(|name| name.contains("/log/")));
}

/// A library with one certificate that a couple holds.
fn couple() -> Archive {
    let archive = Archive::open();
    archive.office.allow("11100000900000030U001");
    archive.take_up("later.manifest");
    let table = "request_id,number,holder_name,holder_code_type,holder_code,child,children,residence,office\n\
                 GD-3,4401062026000001,王伟^李芳,111^111,11010519491231002X^440524188001010014,2,1,广州市天河区天河北路1号,广州市天河区石牌街道办事处\n";
    archive.issuing(table).but("--type", "birth-service").run().ended(0);
    archive
}

#[test]
fn two_people_on_one_certificate_do_not_learn_each_others_numbers() {
    let archive = couple();
    let (one, other) = ("11010519491231002X", "440524188001010014");
    let out = archive.path("holder.tar");
    let told = archive.ask(&["export", "--holder", "-", "--out", &out]).reading(one.as_bytes()).run().ended(0).json();
    assert_eq!((told["certificates"].as_u64(), told["withheld"].as_u64()), (Some(1), Some(1)));
    let everything = fs::read(&out).unwrap();
    let holds = |text: &str| everything.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds(one) && !holds(other) && holds("440524********0014"));
    let line = &lines(&out, "certificates.jsonl")[0];
    assert_eq!((&line["file"], &line["holders"][0]["masked"], &line["holders"][1]["masked"]), (&Value::Null, &json!(false), &json!(true)));
    assert_eq!(read(&archive, &out)["signed"].as_u64(), Some(0));
    let whole = archive.path("library.tar");
    assert_eq!(archive.told(&["export", "--out", &whole])["withheld"].as_u64(), Some(0));
    assert!(entry(&whole, "certificates.jsonl").contains(other), "who keeps the library has it whole");
}

#[test]
fn of_a_stranger_nothing_is_written() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let out = archive.path("holder.tar");
    let run = archive.ask(&["export", "--holder", "-", "--out", &out]).reading(b"11010519491231002X").run().ended(0);
    assert_eq!(run.json(), json!({ "of": "library", "scope": "holder", "certificates": 0, "applications": 0, "out": null }));
    let mistyped = archive.ask(&["export", "--holder", "-", "--out", &out]).reading(b"110105194912310021").run().ended(2);
    assert_eq!(word(&mistyped.json(), "/error/code"), "holder_code_check");
    assert!(!mistyped.err.contains("1101051949") && !mistyped.out.contains("1101051949"), "{mistyped:?}");
    assert!(!fs::exists(&out).unwrap());
    let nowhere = archive.ask(&["export", "--out", &archive.path("no/such/folder.tar")]).run().ended(2);
    assert_eq!(word(&nowhere.json(), "/error/code"), "file_not_found");
    let wrong = archive.ask(&["export", "--holder", "-", "--out", &out]).reading(b"11010519491231002Y").run().ended(2);
    assert!(!wrong.err.contains("11010519491231002"), "{wrong:?}");
}

#[test]
fn an_export_that_the_disk_has_no_room_for_leaves_nothing() {
    let archive = Archive::open();
    archive.issuing(many_permits(600)).run().ended(0);
    let out = archive.path("library.tar");
    let full = archive.ask(&["export", "--out", &out]).in_blocks(2_400).run().ended(2);
    assert_eq!(word(&full.json(), "/error/code"), "disk_full");
    let left = fs::read_dir(archive.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.ends_with(".tar") || name.starts_with(".kanhe")).count(), 0);
}

#[test]
fn applications_are_exported_with_what_came_of_them_and_without_what_departments_said() {
    let (archive, codes) = lodged();
    for (department, actor) in [("fire", "fire-3"), ("planning", "plan-1"), ("civil-defence", "cd-1")] {
        archive.reviewed(&codes[0], department, "--agree", actor);
    }
    let issued = archive.approving(&codes[0], "head-1").ended(0).json();
    let whole = archive.path("library.tar");
    assert_eq!(archive.told(&["export", "--out", &whole])["applications"].as_u64(), Some(3));
    assert_eq!(read(&archive, &whole)["applications"].as_u64(), Some(3));
    let all = lines(&whole, "applications.jsonl");
    let decided = all.iter().find(|line| line["code"] == codes[0].as_str()).unwrap();
    assert_eq!((word(decided, "/stage"), &decided["certificate"]), ("approved", &issued["identifier"]));
    let (code, kind) = (word(decided, "/application/holder_code").to_owned(), word(decided, "/application/holder_code_type").to_owned());
    let out = archive.path("holder.tar");
    let told = archive.ask(&["export", "--holder", "-", "--holder-type", &kind, "--out", &out]).reading(code.as_bytes()).run().ended(0);
    assert_eq!((told.json()["certificates"].as_u64(), told.json()["applications"].as_u64()), (Some(1), Some(1)));
    read(&archive, &out);
    let acts: Vec<_> = lines(&out, "events.jsonl").iter().map(|event| word(event, "/act").to_owned()).collect();
    assert_eq!(acts, ["lodge", "issue"]);
}
