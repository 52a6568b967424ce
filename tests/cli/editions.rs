//! A new edition of a type, while applications of the one before are on their way.

use crate::archive::{Archive, GROUNDS};
use crate::office::many_permits;
use crate::program::{Run, kanhe, word};
use crate::review::lodged;
use serde_json::{Value, json};
use std::path::Path;

/// Signs and takes up a manifest under which construction permits are reviewed no more; returns the folder of its type files.
fn reviewed_no_more(archive: &Archive) -> String {
    later_edition(archive, "construction-permit.json", |text| {
        let mut file: Value = serde_json::from_str(&text).unwrap();
        file["edition"] = json!(2);
        file.as_object_mut().unwrap().remove("review").unwrap();
        file.to_string()
    })
}

/// Signs and takes up a manifest under which a type has another edition; returns the folder of its type files.
fn later_edition(archive: &Archive, name: &str, edit: impl Fn(String) -> String) -> String {
    let (shipped, types) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/types"), archive.path("types"));
    std::fs::create_dir(&types).unwrap();
    for entry in std::fs::read_dir(shipped).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&entry).unwrap();
        let edited = if entry.ends_with(name) { edit(text) } else { text };
        std::fs::write(Path::new(&types).join(entry.file_name().unwrap()), edited).unwrap();
    }
    let input = archive.office.write("later.toml", archive.office.text("guangdong.toml").replace("edition = 1", "edition = 2"));
    let (out, key, identity) = (archive.path("later.manifest"), archive.path("root.key"), archive.path("identity.txt"));
    let sign = ["manifest", "sign", "--in", &input, "--out", &out, "--types", &types];
    kanhe(&[&sign[..], &["--key", &key, "--identity", &identity]].concat()).ended(0);
    archive.take_up("later.manifest");
    types
}

#[test]
fn a_table_that_was_issued_is_followed_after_a_label_has_got_another_name() {
    let archive = Archive::open();
    let codes = many_permits(2);
    let table = codes.replacen(",3,A1^", ",集中用餐单位食堂,A1^", 1);
    assert_ne!(table, codes);
    let counts = |told: &Value| ["issued", "repeated", "refused"].map(|count| told[count].as_u64().unwrap());
    assert_eq!(counts(&archive.issuing(&table).run().ended(0).json()), [2, 0, 0]);
    let types = later_edition(&archive, "food-operation-permit.json", |text| {
        text.replace("集中用餐单位食堂", "单位食堂").replacen("\"edition\": 1", "\"edition\": 2", 1)
    });
    let again = |table: &str, more: &[&str], code: i32| archive.issuing(table).and(&["--types", &types]).and(more).run().ended(code).json();
    for more in [&["--dry-run"][..], &[]] {
        assert_eq!(counts(&again(&table, more, 0)), [0, 2, 0]);
    }
    let other = again(&table.replacen("R-00000", "R-00002", 1), &[], 1);
    assert_eq!((counts(&other), word(&other, "/faults/0/code")), ([0, 1, 1], "not_in_table"), "a new row is held to the form: {other}");
    let other = again(&table.replacen("584号", "585号", 1), &[], 1);
    let codes: Vec<&str> = other["faults"].as_array().unwrap().iter().map(|fault| word(fault, "/code")).collect();
    assert_eq!((counts(&other), codes), ([0, 1, 1], vec!["not_in_table", "request_reused"]), "{other}");
    archive.is_whole();
}

#[test]
fn who_waited_for_a_review_that_is_asked_no_more_is_decided_all_the_same() {
    let (archive, codes) = lodged();
    let [agreed, objected, ..] = codes.as_slice() else { panic!("{codes:?}") };
    archive.reviewed(agreed, "planning", "--agree", "plan-1");
    archive.reviewed(objected, "fire", "--object", "fire-3");
    let types = reviewed_no_more(&archive);
    let (key, identity) = (archive.path("gd-housing.key"), archive.path("identity.txt"));
    let signed = ["--key", &key, "--identity", &identity];
    let asked = |words: &[&str], actor: &str| -> Run {
        let grounds = [&GROUNDS[..5], &[actor]].concat();
        archive.ask(words).and(&grounds).and(&["--types", &types]).run()
    };
    let refused = |run: Run| word(&run.ended(2).json(), "/error/code").to_owned();
    // By the file of before, as it ships, nobody is heard any more.
    let before = archive.ask(&["review", agreed, "--department", "fire", "--agree"]).and(&GROUNDS).run();
    assert_eq!(refused(before), "desk_type_differs");
    assert_eq!(refused(asked(&["review", agreed, "--department", "fire", "--agree"], "fire-3")), "review_not_needed");
    let shown = archive.told(&["application", "show", objected, "--types", &types]);
    assert_eq!((word(&shown, "/stage"), word(&shown, "/departments/0/id")), ("for_decision", "fire"));
    assert_eq!(word(&shown, "/departments/0/opinion"), "objects");
    let table = archive.path("permits.csv");
    let issuing = [&["issue", "--type", "construction-permit", "--in", &table][..], &signed].concat();
    let told = asked(&issuing, "officer-7").ended(1).json();
    assert_eq!((&told["issued"], &told["refused"], &told["faults"][0]["code"]), (&json!(0), &json!(3), &json!("request_lodged")));
    let approving = [&["approve", agreed][..], &signed].concat();
    assert_eq!(refused(asked(&approving, "plan-1")), "review_same_person");
    assert_eq!(word(&asked(&approving, "head-1").ended(0).json(), "/result"), "issued");
    asked(&["reject", objected], "head-1").ended(0);
    let told = asked(&issuing, "officer-7").ended(1).json();
    assert_eq!((&told["issued"], &told["repeated"], &told["refused"]), (&json!(0), &json!(1), &json!(2)), "{told}");
    archive.is_whole();
}
