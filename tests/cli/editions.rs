//! A new edition of a type, while applications of the one before are on their way.

use crate::archive::{Archive, GROUNDS};
use crate::program::{Run, kanhe, word};
use crate::review::lodged;
use serde_json::{Value, json};
use std::path::Path;

/// Signs and takes up a manifest under which construction permits are reviewed no more; returns the folder of its type files.
fn reviewed_no_more(archive: &Archive) -> String {
    let (shipped, types) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/types"), archive.path("types"));
    std::fs::create_dir(&types).unwrap();
    for entry in std::fs::read_dir(shipped).unwrap().map(|entry| entry.unwrap().path()) {
        let mut file: Value = serde_json::from_slice(&std::fs::read(&entry).unwrap()).unwrap();
        if entry.ends_with("construction-permit.json") {
            file["edition"] = json!(2);
            file.as_object_mut().unwrap().remove("review").unwrap();
            std::fs::write(format!("{types}/construction-permit.json"), file.to_string()).unwrap();
        } else {
            std::fs::copy(&entry, Path::new(&types).join(entry.file_name().unwrap())).unwrap();
        }
    }
    let input = archive.office.write("later.toml", archive.office.text("guangdong.toml").replace("edition = 1", "edition = 2"));
    let (out, key, identity) = (archive.path("later.manifest"), archive.path("root.key"), archive.path("identity.txt"));
    let sign = ["manifest", "sign", "--in", &input, "--out", &out, "--types", &types];
    kanhe(&[&sign[..], &["--key", &key, "--identity", &identity]].concat()).ended(0);
    archive.take_up("later.manifest");
    types
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
