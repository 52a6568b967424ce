//! The same verbs on a library of one's own and on one that a service holds: the same answers and the same exit codes.

mod held;
mod lists;

use crate::archive::{Archive, GROUNDS};
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use held::{Held, Twins, alike, serve};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::event::{Act, Event};
use kanhe_issuer::keyring::Lock;
use kanhe_service::accounts::api_key::{Grant, KeyCabinet, alone};
use kanhe_service::accounts::{Caller, Departments, Mandate, Role, Scope};
use kanhe_service::house::Edge;
use kanhe_store::{Library, LibrarySecret, Settings};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::path::Path;
use zeroize::Zeroizing;

const MARKET: &str = "114400000069410121";
const HOUSING: &str = "11440000006942023C";
const CONSTRUCTION: &str = include_str!("../../crates/kanhe/demo/construction-permit.csv");

#[test]
fn certificates_are_issued_found_and_shown_in_the_same_way() {
    let twins = Twins::open();
    let identifiers = twins.issued();
    let one = identifiers[0].as_str();
    assert_eq!(twins.both(0, &["find", "--name", "餐饮"])["certificates"].as_array().unwrap().len(), 1);
    let number = word(&twins.both(0, &["show", one]), "/number").to_owned();
    for words in [
        &["find", "--number", &number][..],
        &["find", "--ending-by", "2099-12-31", "--agency", MARKET],
        &["find", "--agency", HOUSING],
        &["find", "--holder-type", "001", "--holder", "91440199MA8AWRH82C"],
        &["show", one, "--full"],
        &["history", one],
        &["history", one, "--at", "2020-01-01"],
        &["count"],
        &["log", "events", "--act", "issue"],
        &["log", "events", "--since", "2020-01-01", "--most", "1", "--act", "issue"],
    ] {
        twins.both(0, words);
    }
    for question in [&["--number", &number][..], &["--name", "餐饮"], &["--holder-type", "001", "--holder", "91440199MA8AWRH82C"]] {
        for (only, some) in [
            (&["--agency", MARKET, "--type", "food-operation-permit"][..], true),
            (&["--agency", HOUSING], false),
            (&["--type", "business-licence"], false),
        ] {
            let told = twins.both(0, &[&["find"], question, only].concat());
            assert_eq!(!told["certificates"].as_array().unwrap().is_empty(), some, "{question:?} {only:?}: {told}");
        }
    }
    let page = ["find", "--type", "food-operation-permit", "--most", "2"];
    twins.both(0, &page);
    twins.both_go_on(&page);
    for words in [&["find", "--name", "餐饮"][..], &["count"], &["show", one], &["history", one]] {
        twins.both_for_people(words);
    }
    for (words, code) in [
        (["show", "1.2.156"], "certificate_id_form"),
        (["show", &one.replace(MARKET, "91440101MA59PLHX3R")], "certificate_id_check"),
        (["find", "--after=zz"], "store_cursor"),
        (["find", "--holder=110105194912310021"], "holder_code_check"),
    ] {
        let told = twins.both(2, &words);
        assert!(told["error"]["code"].is_string(), "{words:?} {code}: {told}");
    }
}

#[test]
fn what_can_find_nothing_is_refused_in_the_same_words() {
    let twins = Twins::open();
    let one = twins.issued().remove(0);
    let (name, number, request) = ("餐".repeat(201), "1".repeat(101), "1".repeat(65));
    let proof = twins.own.path("proof");
    for (words, code) in [
        (&["find", "--request-id", ""][..], "usage"),
        (&["find", "--request-id", &request], "usage"),
        (&["find", "--name", &name], "usage"),
        (&["find", "--number", &number], "usage"),
        (&["log", "prove", "1.2.3", "--out", &proof], "certificate_id_parts"),
        (&[&["alias", &one, "330000:x"], &GROUNDS[..]].concat(), "alias_of_region"),
    ] {
        let [own, held] = twins.refused(words);
        assert_eq!((word(&own, "/code"), &own), (code, &held), "{words:?}");
    }
    let nothing = "11100000000013338W999";
    for (words, code) in [
        (&["find", "--type", nothing][..], "type_unknown"),
        (&["application", "list", "--type", nothing], "type_unknown"),
        (&["log", "prove", "--event", "99999999", "--out", &proof], "event_not_found"),
    ] {
        let [own, held] = twins.refused(words);
        assert_eq!((word(&own, "/code"), word(&held, "/code")), (code, code), "{words:?}");
        assert!(own["hint"].is_object() && own["hint"] == held["hint"], "{words:?}: {own} {held}");
    }
}

#[test]
fn who_may_not_see_a_certificate_whole_draws_its_code_alone() {
    let held = Held::open(&[("clerk", MARKET, &["clerk"]), ("auditor", MARKET, &["auditor"])]);
    held.archive.issuing(permits(1)).and(&["--key-file", &held.archive.path("clerk")]).run().ended(0);
    let one = held.archive.identifiers().remove(0);
    let [some, all] = ["some", "all"].map(|folder| held.archive.path(folder));
    let code = held.ask("clerk", &["draw", &one, "--out", &some]).run().ended(0).json();
    assert_eq!((&code["files"]["certificate"], word(&code, "/left_out")), (&Value::Null, "caller_lacks_right"));
    let whole = held.ask("auditor", &["draw", &one, "--out", &all]).run().ended(0).json();
    assert!(whole["files"]["certificate"].is_string() && whole["left_out"].is_null(), "{whole}");
    for kind in ["seal", "png", "svg"] {
        let read = |folder: &str| std::fs::read(format!("{folder}/{}", word(&code, &format!("/files/{kind}")))).unwrap();
        assert_eq!(read(&some), read(&all), "{kind}");
    }
    assert_eq!((std::fs::read_dir(&some).unwrap().count(), std::fs::read_dir(&all).unwrap().count()), (3, 4));
    for (language, why) in [("en", "with the role `auditor` (caller_lacks_right)"), ("zh", "审计人员")] {
        let said = held.ask("clerk", &["draw", &one, "--out", &some]).for_people().and(&["--lang", language]).run().ended(0);
        assert!(said.out.contains(why), "{said:?}");
    }
}

#[test]
fn a_row_that_ends_a_run_takes_nothing_away_from_those_before_it() {
    let held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let (out, key) = (held.archive.path("drawn"), held.archive.path("clerk"));
    let issue = |table: String| held.archive.issuing(table).and(&["--out", &out, "--key-file", &key]);
    let without_end = format!("{}\"{}", permits(3), "x".repeat(9 << 20));
    assert_eq!(word(&issue(without_end).run().ended(2).json(), "/error/code"), "table_row_too_long");
    let results = |rows: Vec<Value>| rows.iter().map(|row| word(row, "/result").to_owned()).collect::<Vec<_>>();
    assert_eq!(results(held.archive.rows()), ["issued"; 3]);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 12);
    let again = issue(permits(4)).run().ended(0).json();
    assert_eq!((again["issued"].as_u64(), again["repeated"].as_u64()), (Some(1), Some(3)));
    let none = issue(permits(0)).for_people().run().ended(0);
    assert!(none.out.starts_with("The table has headings and no applications.\n"), "{none:?}");
}

#[test]
fn the_life_of_a_certificate_is_the_same_in_both_ways() {
    let twins = Twins::open();
    let identifiers = twins.issued();
    let (one, other) = (identifiers[0].as_str(), identifiers[1].as_str());
    assert_eq!(twins.both_done(&["suspend", one])["state"], "suspended");
    assert_eq!(twins.both(2, &[&["suspend", one], &GROUNDS[..]].concat())["error"]["code"], "lifecycle_not_allowed");
    let future = [&["reinstate", one, "--effective", "2099-01-01"], &GROUNDS[..]].concat();
    assert_eq!(twins.both(2, &future)["error"]["code"], "lifecycle_in_future");
    twins.both_done(&["reinstate", one]);
    twins.both_done(&["alias", one, "gd:4401-0001"]);
    twins.both(0, &["find", "--alias", "gd:4401-0001"]);
    twins.both_done(&["transfer", "out", one, "--to", "330000"]);
    twins.both_done(&["transfer", "undo", one]);
    let today = day_in_china(Timestamp::now()).to_string();
    for (verb, day) in [("suspend", "2026-01-05"), ("reinstate", "2026-01-05"), ("suspend", &today), ("reinstate", &today)] {
        twins.both_done(&[verb, other, "--effective", day]);
    }
    let early = [&["suspend", other, "--effective", "2026-01-05"], &GROUNDS[..]].concat();
    assert_eq!(twins.both(2, &early)["error"]["code"], "lifecycle_before_last");
    twins.both_done(&["revoke", other]);
    twins.both_done(&["annul", identifiers[2].as_str()]);
    twins.both_done(&["cancel", other]);
    let amended = permits(1).replace("GD-SPJY-2026-00001", "GD-SPJY-2026-00001-B").replace("20250816", "");
    for archive in [&twins.own, &twins.held.archive] {
        archive.office.write("amended.csv", &amended);
    }
    let run = |archive: &Archive, account: &[&str]| -> Run {
        let (input, key, identity, out) =
            (archive.path("amended.csv"), archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("new"));
        let amend = ["amend", one, "--in", &input, "--key", &key, "--identity", &identity, "--out", &out];
        archive.ask(&amend).and(&GROUNDS).and(account).run()
    };
    let account = twins.held.archive.path("market");
    let own = run(&twins.own, &[]).ended(0).json();
    let held = run(&twins.held.archive, &["--key-file", &account]).ended(0).json();
    assert_eq!((alike(&own), &held["result"]), (alike(&held), &json!("issued")));
    for words in [&["history", one][..], &["show", word(&held, "/identifier")], &["count"]] {
        twins.both(0, words);
    }
    let proof = twins.held.archive.path("proof");
    let proved = (0..40).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(250));
        twins.held.ask("market", &["log", "prove", one, "--last", "--out", &proof]).run().code == Some(0)
    });
    assert!(proved, "the service publishes every second");
    let checked =
        || Kanhe::new(&["log", "check", &proof, "--log-key", &twins.held.archive.path("log.pub"), "--json"]).run().ended(0).json();
    assert_eq!((&checked()["proved"], word(&checked(), "/act")), (&json!(true), "amend"));
    std::fs::remove_file(&proof).unwrap();
    twins.held.ask("market", &["log", "prove", one, "--out", &proof]).run().ended(0);
    assert_eq!((&checked()["proved"], word(&checked(), "/act")), (&json!(true), "issue"));
}

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

#[test]
fn the_whole_library_is_checked_and_taken_out_while_the_service_holds_it() {
    let twins = Twins::open();
    let identifiers = twins.issued();
    twins.both_done(&["suspend", &identifiers[0]]);
    assert_eq!(twins.both(0, &["agency", "list"])["agencies"].as_array().unwrap().len(), 2);
    twins.both_for_people(&["agency", "list"]);
    for verb in [&["check"][..], &["log", "verify"]] {
        assert_eq!(
            twins.both(0, verb),
            json!({
                "certificates": 3, "events": 5, "findings": [], "broken_off": false, "behind_cut_off": 0, "without_survivors": [],
                "recorded_backwards": 0, "recorded_ahead": 0,
            })
        );
    }
    twins.both_for_people(&["check"]);
    let held = &twins.held;
    let out = held.archive.path("agency.tar");
    let told = held.ask("market", &["export", "--out", &out]).run().ended(0).json();
    assert_eq!((told["certificates"].as_u64(), told["events"].as_u64()), (Some(3), Some(5)));
    assert_eq!(told["of"], "agency", "a part is never taken for the whole");
    assert_eq!(told["bytes"].as_u64(), Some(std::fs::metadata(&out).unwrap().len()));
    let read = crate::export::read(&held.archive, &out);
    assert_eq!((read["certificates"].as_u64(), read["signed"].as_u64()), (Some(3), Some(3)), "a program by another hand verifies it");
    let at = held.ask_at(&held.url, "market", &["export", "--holder", "-", "--holder-type", "001", "--out", &held.archive.path("one.tar")]);
    let one = at.reading(b"91440199MA8AWRH82C").run().ended(0).json();
    assert_eq!(one["certificates"].as_u64(), Some(1), "by the network as by the socket");
    let nowhere = held.archive.path("nobody.tar");
    let nobody = held.ask("market", &["export", "--holder", "-", "--out", &nowhere]).reading(b"11010519491231002X").run().ended(0);
    assert_eq!(nobody.json(), json!({ "of": "agency", "certificates": 0, "applications": 0, "out": null }));
    let mistyped = held.ask("market", &["export", "--holder", "-", "--out", &nowhere]).reading(b"110105194912310021").run().ended(2);
    assert_eq!(word(&mistyped.json(), "/error/code"), "holder_code_check");
    assert!(!Path::new(&nowhere).exists());
}

#[test]
fn an_export_through_a_service_says_of_whom_and_of_which_types_it_is() {
    let kind = "food-operation-permit";
    let types = word(&Kanhe::new(&["type", "show", kind, "--json"]).run().ended(0).json(), "/code").to_owned();
    let held = Held::open_with(&[("market", MARKET, &["clerk", "auditor"])], |archive| {
        archive.office.write("food", format!("{}\n", auditor_of(archive, &types)));
        String::new()
    });
    held.archive.issuing(permits(2)).and(&["--key-file", &held.archive.path("market")]).run().ended(0);
    let [of_type, of_holder, zh, en] = ["type.tar", "holder.tar", "zh.tar", "en.tar"].map(|name| held.archive.path(name));
    let part = |out: &str| {
        let about = crate::export::about(out);
        ["scope", "agency", "types"].map(|member| about[member].clone())
    };
    let told = held.ask("food", &["export", "--out", &of_type]).run().ended(0).json();
    assert_eq!((&told["of"], &told["types"], told["certificates"].as_u64()), (&json!("agency"), &json!([types]), Some(2)));
    assert_eq!(part(&of_type), [json!("agency"), json!(MARKET), json!([types])]);
    let holder = ["export", "--holder", "-", "--holder-type", "001", "--out", &of_holder];
    let told = held.ask("market", &holder).reading(b"91440199MA8AWRH82C").run().ended(0).json();
    assert_eq!((&told["of"], &told["types"]), (&json!("agency"), &Value::Null));
    assert_eq!(part(&of_holder), [json!("holder"), json!(MARKET), Value::Null]);
    for (language, out, named) in
        [("zh", &zh, "只含账号可办的类型：食品经营许可证。"), ("en", &en, "the types that the account is for: Food operation permit.")]
    {
        let told = held.ask("food", &["export", "--out", out, "--lang", language]).for_people().run().ended(0);
        assert!(told.out.contains(named), "{told:?}");
    }
}

/// Makes a key for an auditor of one type, as an administrator does by the service.
fn auditor_of(archive: &Archive, kind: &str) -> String {
    let edge = Edge { now: Box::new(Timestamp::now), chance: Box::new(|bytes| bytes.fill(7)) };
    let agency = Uscc::parse(MARKET).unwrap();
    let (scope, departments) = (Scope::EveryType, Departments::Any);
    let by = Caller { actor: "root".to_owned(), agency, roles: vec![Role::Administrator], scope, departments };
    let mandate = Mandate::new(agency, "food", vec![Role::Auditor], Some(vec![TypeCode::parse(kind).unwrap()])).unwrap();
    let library = opened(archive);
    let key = KeyCabinet::new(&library, &edge, &by).add(&mandate, Grant { days: 90, calls_a_day: None }, alone).unwrap();
    key.text.to_string()
}

/// The library, while no service holds it.
fn opened(archive: &Archive) -> Library {
    let identity = std::fs::read_to_string(archive.path("identity.txt")).unwrap();
    let secret = Lock::identity(&identity).unwrap().open(&std::fs::read(archive.path("library/secret.age")).unwrap()).unwrap();
    let secret = LibrarySecret::new(Zeroizing::new(secret.as_slice().try_into().unwrap()));
    Library::open(Path::new(&archive.path("library/db")), &secret, Settings::default()).unwrap()
}

/// Writes so many events that are about nothing into a library that nobody holds: so many findings.
fn damaged(archive: &Archive, findings: usize) {
    let library = opened(archive);
    let nobodys = Event { act: Act::Issue, subject: "nobody".to_owned(), ..library.event(0).unwrap().unwrap() };
    library.commit(|pen| (0..findings).try_for_each(|_| pen.note(&[], &nobodys).map(drop))).unwrap();
}

#[test]
fn a_check_that_was_broken_off_does_not_say_that_it_has_checked_everything() {
    for (findings, found, broken_off) in [(3, 3, false), (1_200, 1_000, true)] {
        let own = Archive::open();
        damaged(&own, findings);
        let held = Held::open_with(&[("market", MARKET, &["auditor"])], |archive| {
            damaged(archive, findings);
            String::new()
        });
        let twins = Twins { own, held };
        let told = twins.both(1, &["check"]);
        assert_eq!((told["findings"].as_array().unwrap().len(), &told["broken_off"]), (found, &json!(broken_off)));
        for (language, whole, part) in [("zh", "已检查", "中止检查"), ("en", "checked 0 certificates", "broken off at 1000 findings")]
        {
            let said = |run: Kanhe| run.for_people().and(&["--lang", language]).run().ended(1).out;
            let said = [said(twins.own.ask(&["check"])), said(twins.held.ask("market", &["check"]))];
            for said in said {
                assert_eq!((said.contains(whole), said.contains(part)), (!broken_off, broken_off), "{said}");
            }
        }
    }
}

#[test]
fn a_type_that_only_the_service_has_is_known_by_its_name() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/types");
    let held = Held::open_with(&[("clerk", MARKET, &["clerk"])], |archive| {
        let folder = archive.path("types");
        std::fs::create_dir(&folder).unwrap();
        let file = |name: &str| std::fs::read_to_string(shipped.join(format!("{name}.json"))).unwrap();
        std::fs::write(format!("{folder}/food-operation-permit.json"), file("food-operation-permit")).unwrap();
        let later = file("tax-payment").replace("111000009000000221001", "111000009000000221077").replace("税收完税证明", "往后的证明");
        std::fs::write(format!("{folder}/later.json"), later).unwrap();
        format!("\n[types]\nfolder = \"{folder}\"\n")
    });
    let find = |name: &str| held.ask("clerk", &["find", "--type", name]).run();
    assert_eq!(find("later").ended(0).json()["certificates"], json!([]));
    assert_eq!(word(&find("business-licence").ended(2).json(), "/error/code"), "type_unknown", "the service does not have it");
    let applying = ["apply", "--type", "later", "--in", &held.archive.office.write("rows.csv", "request_id,number\nR-1,1\n")];
    let refused = held.ask("clerk", &[&applying[..], &GROUNDS].concat()).run().ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "table_of_another_type", "its columns are known: {refused}");
}

#[test]
fn who_names_no_account_is_told_how_and_a_wrong_one_is_refused() {
    let held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let code = |run: Run| word(&run.ended(2).json(), "/error/code").to_owned();
    assert_eq!(code(held.archive.ask(&["find", "--name", "餐饮"]).run()), "service_key_wanted");
    let wrong = held.archive.office.write("wrong", "kanhe_0123456789abcdef_nothing\n");
    assert_eq!(code(held.archive.ask(&["count"]).and(&["--key-file", &wrong]).run()), "api_key_unknown");
    let secret = held.archive.path("identity.txt");
    assert_eq!(code(held.archive.ask(&["count"]).and(&["--key-file", &secret]).run()), "key_file_malformed");
    assert_eq!(code(held.ask("clerk", &["log", "events"]).run()), "caller_lacks_right");
    assert_eq!(code(held.archive.ask(&["check"]).run()), "service_key_wanted");
    assert_eq!(code(held.ask("clerk", &["check"]).run()), "caller_lacks_right");
    assert_eq!(code(held.archive.ask(&["backup", "--to", &held.archive.path("backups")]).run()), "store_in_use");
    for (words, way) in [
        (&["backup", "--to", "backups"][..], "USR1"),
        (&["log", "publish", "--out", "log", "--key", "no.key"], "/v1/publish"),
        (&["officer", "list"], "/v1/officers"),
    ] {
        // Nothing is asked for that is of no use here, such as the library's secret.
        let library = held.archive.path("library");
        let refused = kanhe(&[words, &["--library", &library, "--json"]].concat()).ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "store_in_use", "{refused}");
        assert!(word(&refused, "/error/hint/en").contains(way), "{refused}");
    }
    assert_eq!(
        code(held.archive.issuing(permits(1)).and(&["--dry-run", "--key-file", &held.archive.path("clerk")]).run()),
        "not_through_service"
    );
    assert_eq!(code(held.ask_at("http://kanhe.example.cn", "clerk", &["count"]).run()), "service_in_the_clear");
    assert_eq!(code(held.ask_at("http://127.0.0.1:9", "clerk", &["count"]).run()), "service_unreachable");
    assert_eq!(held.ask_at(&held.url, "clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
    let by_its_other_name = ["count", "--url", &held.url, "--key-file", &held.archive.path("clerk"), "--json"];
    assert_eq!(Kanhe::new(&by_its_other_name).run().ended(0).json()["totals"], json!([]));
}

/// Whoever sees his service die does not know what became of his table, if nobody tells him.
#[test]
fn a_table_whose_service_dies_says_how_far_it_came_and_goes_on_from_there() {
    let mut held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let (rows, table) = (120, many_permits(120));
    let issuing = |archive: &Archive| archive.issuing(&table).and(&["--key-file", &archive.path("clerk")]);
    let broken = std::thread::scope(|scope| {
        let run = scope.spawn(|| issuing(&held.archive).run());
        let report = held.archive.path("rows.jsonl");
        while !run.is_finished() && std::fs::metadata(&report).map_or(0, |file| file.len()) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&held.process), Signal::KILL).unwrap();
        run.join().unwrap()
    });
    let told = broken.ended(2).json();
    let done = held.archive.rows().len();
    assert!(word(&told, "/error/code").starts_with("service_") && (1..rows).contains(&done), "{done}: {told}");
    assert_eq!(told["error"]["rows"], done);
    held.process.wait().unwrap();
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    let again = issuing(&held.archive).run().ended(0).json();
    let (issued, repeated) = (again["issued"].as_u64().unwrap(), again["repeated"].as_u64().unwrap());
    // The row that was on its way may have been issued, and nobody heard of it.
    assert!([done, done + 1].contains(&usize::try_from(repeated).unwrap()) && issued + repeated == 120, "{again}");
}

#[test]
fn the_socket_is_its_owners_alone_and_gone_with_the_service() {
    use std::os::unix::fs::PermissionsExt;
    let mut held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let socket = held.socket();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    kill_process(Pid::from_child(&held.process), Signal::TERM).unwrap();
    assert!(held.process.wait().unwrap().success());
    assert!(!Path::new(&socket).exists());
    // A service that was killed leaves its socket, and nobody listens at it.
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    held.process.kill().unwrap();
    held.process.wait().unwrap();
    assert!(Path::new(&socket).exists());
    held.archive.is_whole();
    assert_eq!(held.ask("clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    assert_eq!(held.ask("clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
}
