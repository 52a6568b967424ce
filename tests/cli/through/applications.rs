//! Applications through a service: lodged, reviewed and decided by different people.

use super::HOUSING;
use super::held::Held;
use crate::archive::GROUNDS;
use crate::program::word;
use serde_json::{Value, json};

const CONSTRUCTION: &str = include_str!("../../../crates/kanhe/demo/construction-permit.csv");

/// A request that was used for an application leads to it, and not to a certificate that nobody has issued.
pub fn leads_to_the_application(fault: &Value, code: &str) {
    assert_eq!(word(fault, "/code"), "request_reused", "{fault}");
    for language in ["en", "zh"] {
        assert!(word(fault, &format!("/message/{language}")).contains(code), "{fault}");
        assert!(word(fault, &format!("/hint/{language}")).contains("kanhe application show"), "{fault}");
    }
}

#[test]
fn an_application_goes_its_way_through_the_service() {
    let accounts: [(&str, &str, &[&str]); 5] = [
        ("clerk", HOUSING, &["clerk"]),
        ("planning", HOUSING, &["reviewer"]),
        ("defence", HOUSING, &["reviewer"]),
        ("head", HOUSING, &["approver"]),
        ("deputy", HOUSING, &["approver"]),
    ];
    let held = Held::open_with(&accounts, |archive| {
        let bound = ["--name", "fire", "--role", "reviewer", "--department", "fire"];
        let made = archive.told(&[&["api-key", "add", "--agency", HOUSING, "--actor", "root"], &bound[..]].concat());
        archive.office.write("fire", format!("{}\n", word(&made, "/key")));
        String::new()
    });
    let table = held.archive.office.write("permits.csv", CONSTRUCTION);
    let lodge = ["apply", "--type", "construction-permit", "--in", &table];
    let lodged = held.ask("clerk", &[&lodge[..], &GROUNDS].concat()).run().ended(0).json();
    assert_eq!((&lodged["lodged"], &lodged["refused"]), (&json!(3), &json!(0)));
    assert_eq!(held.ask("clerk", &[&lodge[..], &GROUNDS].concat()).run().ended(0).json()["before"], 3);
    let code = word(&lodged, "/applications/0/code").to_owned();
    let changed = held.archive.office.write("changed.csv", CONSTRUCTION.replacen("18650.00", "18651.00", 1));
    let reused = held.ask("clerk", &[&["apply", "--type", "construction-permit", "--in", &changed][..], &GROUNDS].concat()).run().ended(1);
    leads_to_the_application(&reused.json()["faults"][0], &code);
    let another =
        held.ask("fire", &[&["review", &code, "--department", "planning", "--agree"][..], &GROUNDS].concat()).run().ended(2).json();
    assert_eq!(word(&another, "/error/code"), "caller_lacks_department");
    assert_eq!(word(&another, "/error/message/zh"), "部门 \"planning\" 不在您可代表的部门之列：fire");
    for (account, department) in [("fire", "fire"), ("planning", "planning"), ("defence", "civil-defence")] {
        let review = ["review", &code, "--department", department, "--agree"];
        held.ask(account, &[&review[..], &GROUNDS].concat()).run().ended(0);
    }
    let of_fire = |stage: &str| held.ask("head", &["application", "list", "--department", "fire", "--stage", stage]).run();
    assert_eq!(of_fire("in_review").ended(0).json()["applications"].as_array().unwrap().len(), 2, "as of a library of one's own");
    assert_eq!(word(&of_fire("approved").ended(2).json(), "/error/code"), "usage");
    let waiting = held.ask("head", &["application", "list", "--stage", "for_decision"]).run().ended(0).json();
    assert_eq!((waiting["applications"].as_array().unwrap().len(), word(&waiting, "/applications/0/code")), (1, code.as_str()));
    let shown = held.ask("head", &["application", "show", &code]).run().ended(0).json();
    assert_eq!((&shown["stage"], &shown["events"]), (&json!("for_decision"), &Value::Null));
    let decide = |account: &str, verb: &str, code: &str| held.ask(account, &[&[verb, code][..], &GROUNDS].concat()).run();
    assert_eq!(word(&decide("fire", "approve", &code).ended(2).json(), "/error/code"), "caller_lacks_right");
    let approved = decide("head", "approve", &code).ended(0).json();
    assert_eq!(word(&approved, "/result"), "issued");
    let again = decide("head", "approve", &code).ended(0).json();
    assert_eq!((&again["result"], &again["files"]), (&json!("before"), &Value::Null));
    // Whoever has approved it draws it, also later; a colleague learns what has become of it, and why he gets no file.
    let drawn = |account: &str| {
        let (out, approve) = (held.archive.path(account), ["approve", &code, "--lang", "en", "--out"]);
        let out = format!("{out}.drawn");
        let run = held.ask(account, &[&approve[..], &[&out], &GROUNDS].concat());
        (run, move || std::fs::read_dir(&out).unwrap().count())
    };
    let (own, files) = drawn("head");
    assert_eq!((own.run().ended(0).json()["result"].as_str(), files()), (Some("before"), 4));
    let (anothers, files) = drawn("deputy");
    let told = anothers.run().ended(2).json();
    let (error, done) = (word(&told, "/error/code"), &told["error"]["done"]);
    assert_eq!((error, files()), ("file_withheld", 0), "{done}");
    let said = drawn("deputy").0.for_people().run().ended(2);
    assert!(said.out.contains("was approved before") && said.err.contains("another has approved it"), "{said:?}");
    let other = word(&lodged, "/applications/1/code").to_owned();
    assert_eq!(decide("clerk", "withdraw", &other).ended(0).json()["stage"], "withdrawn");
    assert_eq!(word(&decide("head", "reject", &other).ended(2).json(), "/error/code"), "project_decided");
    let lines: Vec<_> = CONSTRUCTION.lines().collect();
    let table = held.archive.office.write("abroad.csv", format!("{}\n{}\n", lines[0], lines[2].replacen("00002", "00009", 1)));
    let there = "1.2.156.3005.2.11100000000013338W011.11330000002473039X.ZJAQ20230000403.001.K";
    let from = ["apply", "--type", "construction-permit", "--in", &table, "--origin", there, "--from", "330000"];
    let lodged = held.ask("clerk", &[&from[..], &GROUNDS].concat()).run().ended(0).json();
    let shown = held.ask("head", &["application", "show", word(&lodged, "/applications/0/code")]).run().ended(0).json();
    assert_eq!(word(&shown, "/origin/identifier"), there);
    let full = held.ask("clerk", &["application", "show", &code, "--full"]).run().ended(2).json();
    assert_eq!(word(&full, "/error/code"), "caller_lacks_right");
}
