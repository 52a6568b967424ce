//! Accounts at the machine itself: an agency's first administrator, and the way back in when nobody has one.

use crate::archive::Archive;
use crate::program::word;
use serde_json::json;

const FIRST: [&str; 10] = ["officer", "add", "--login", "zhang.san", "--name", "张三", "--role", "administrator", "--role", "auditor"];

#[test]
fn the_first_administrator_is_made_at_the_machine() {
    let archive = Archive::open();
    let agencies = archive.told(&["agency", "list"]);
    let agency = word(&agencies, "/agencies/0/code").to_owned();
    let add = [&FIRST[..], &["--agency", &agency, "--actor", "root"]].concat();
    let added = archive.told(&add);
    let password = word(&added, "/one_time_password").to_owned();
    assert_eq!((password.len(), password.matches('-').count()), (23, 3), "{password}");
    assert_eq!(word(&archive.ask(&add).run().ended(2).json(), "/error/code"), "login_taken");
    let listed = archive.told(&["officer", "list"]);
    assert_eq!(listed["officers"][0]["roles"], json!(["auditor", "administrator"]));
    assert_eq!((word(&listed, "/officers/0/agency"), word(&listed, "/officers/0/name")), (agency.as_str(), "张三"));
    let reset = archive.told(&["officer", "reset", "--login", "zhang.san", "--actor", "root"]);
    assert_ne!(word(&reset, "/one_time_password"), password);
    assert_eq!(reset["id"], added["id"]);
    archive.is_whole();
}

#[test]
fn an_officer_has_an_agency_a_login_and_a_role_that_there_are() {
    let archive = Archive::open();
    let agency = word(&archive.told(&["agency", "list"]), "/agencies/0/code").to_owned();
    let code = |words: &[&str]| {
        let told = archive.ask(&[words, &["--actor", "root"]].concat()).run().ended(2).json();
        word(&told, "/error/code").to_owned()
    };
    assert_eq!(code(&[&FIRST[..], &["--agency", "1144000090000009XG"]].concat()), "agency_unknown");
    let named =
        |login: &str, name: &str| code(&["officer", "add", "--agency", &agency, "--login", login, "--name", name, "--role", "clerk"]);
    assert_eq!((named("Zhang San", "张三"), named("zs", " ")), ("login_malformed".to_owned(), "account_name".to_owned()));
    assert_eq!(code(&["officer", "add", "--agency", &agency, "--login", "zs", "--name", "张", "--role", "king"]), "usage");
    assert_eq!(code(&["officer", "reset", "--login", "nobody"]), "officer_unknown");
}

#[test]
fn a_reviewer_is_bound_to_departments_at_the_machine() {
    let archive = Archive::open();
    let agency = word(&archive.told(&["agency", "list"]), "/agencies/0/code").to_owned();
    let whole = |verb: &[&str], more: &[&str]| {
        archive.ask(&[verb, &["--agency", &agency, "--name", "张三", "--actor", "root"], more].concat()).run()
    };
    let add = |login: &str, more: &[&str]| whole(&["officer", "add", "--login", login], more);
    add("fire", &["--role", "reviewer", "--department", "fire", "--department", "planning"]).ended(0);
    add("any", &["--role", "reviewer"]).ended(0);
    let listed = archive.told(&["officer", "list"]);
    let of = |login: &str| {
        let found = listed["officers"].as_array().unwrap().iter().find(|line| line["login"] == login);
        found.unwrap()["departments"].clone()
    };
    assert_eq!((of("fire"), of("any")), (json!(["fire", "planning"]), json!(null)));
    let bound = ["--role", "reviewer", "--department"];
    let rows: [(&[&str], &[&str], &str); 4] = [
        (&bound, &["tea"], "review_unknown_department"),
        (&bound, &["fire", "--department", "fire"], "account_named_twice"),
        (&["--role", "clerk", "--department"], &["fire"], "account_no_reviewer"),
        (&["--role", "reviewer"], &["--department", "fire"], ""),
    ];
    for (roles, departments, code) in rows {
        let made = whole(&["api-key", "add"], &[roles, departments].concat());
        match code {
            "" => drop(word(&made.ended(0).json(), "/key").to_owned()),
            code => assert_eq!(word(&made.ended(2).json(), "/error/code"), code),
        }
    }
    archive.is_whole();
}

#[test]
fn an_officer_is_linked_with_the_identity_service_at_the_machine() {
    let archive = Archive::open();
    let agency = word(&archive.told(&["agency", "list"]), "/agencies/0/code").to_owned();
    for login in ["zhang.san", "li.si"] {
        let names = ["--login", login, "--name", "张三", "--role", "clerk", "--agency", &agency, "--actor", "root"];
        archive.told(&[&["officer", "add"], &names[..]].concat());
    }
    let link = |login: &str, subject: &str| {
        let words = ["officer", "link", "--login", login, "--subject", "-", "--issuer", "https://id.example.cn", "--actor", "root"];
        archive.ask(&words).reading(subject.as_bytes()).run()
    };
    let told = link("zhang.san", "p-1001\n").ended(0).json();
    assert_eq!((word(&told, "/login"), word(&told, "/issuer")), ("zhang.san", "https://id.example.cn"));
    assert_eq!(word(&link("li.si", "p-1001").ended(2).json(), "/error/code"), "oidc_taken");
    assert_eq!(word(&link("li.si", "").ended(2).json(), "/error/code"), "oidc_subject");
    assert_eq!(word(&link("nobody", "p-1002").ended(2).json(), "/error/code"), "officer_unknown");
    let unlink = archive.told(&["officer", "unlink", "--login", "zhang.san", "--actor", "root"]);
    assert_eq!(unlink["issuer"], json!(null));
    link("li.si", "p-1001").ended(0);
    archive.is_whole();
}

#[test]
fn a_key_of_a_system_is_made_at_the_machine_and_shown_once() {
    let archive = Archive::open();
    let agency = word(&archive.told(&["agency", "list"]), "/agencies/0/code").to_owned();
    let add = |role: &str| {
        archive.ask(&["api-key", "add", "--agency", &agency, "--name", "窗口系统", "--role", role, "--days", "30", "--actor", "root"]).run()
    };
    let key = word(&add("clerk").ended(0).json(), "/key").to_owned();
    assert!(key.starts_with("kanhe_") && key.len() > 50, "{key}");
    assert_eq!(word(&add("administrator").ended(2).json(), "/error/code"), "api_key_administers");
    let listed = archive.told(&["api-key", "list"]);
    assert_eq!(listed["keys"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!((word(&listed, "/keys/0/made_by"), &listed["keys"][0]["good"]), ("machine:root", &serde_json::json!(true)));
    assert!(!listed.to_string().contains(&key), "a key is shown once");
    archive.is_whole();
}

#[test]
fn who_acts_at_the_machine_is_named_by_the_rule_of_who_acts_upon_certificates() {
    let archive = Archive::open();
    let agency = word(&archive.told(&["agency", "list"]), "/agencies/0/code").to_owned();
    let first = [&FIRST[..], &["--agency", &agency]].concat();
    let key = ["api-key", "add", "--agency", &agency, "--name", "窗口系统", "--role", "clerk"];
    for (actor, code) in [(" ", "grounds_length"), ("ro\u{200b}ot", "grounds_control"), ("ro\u{fe0f}ot", "grounds_control")] {
        for words in [&first[..], &key] {
            let told = archive.ask(&[words, &["--actor", actor]].concat()).run().ended(2).json();
            assert_eq!(word(&told, "/error/code"), code, "{actor:?}");
        }
    }
    let nobody = [archive.told(&["officer", "list"]), archive.told(&["api-key", "list"])];
    assert_eq!(nobody, [serde_json::json!({ "officers": [] }), serde_json::json!({ "keys": [] })]);
    archive.told(&[&first[..], &["--actor", " root "]].concat());
    archive.told(&[&key[..], &["--actor", " root "]].concat());
    assert_eq!(word(&archive.told(&["api-key", "list"]), "/keys/0/made_by"), "machine:root");
}
