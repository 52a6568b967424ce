//! The library as a whole, over HTTP: held against itself and taken out, from a copy that stands still while others are served.

use crate::agencies::*;
use crate::stage::{Reply, Stage};
use kanhe_core::code::{CertificateId, ProjectCode};
use kanhe_core::event::{Act, Event};
use kanhe_store::{Project, StoreError};
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Housing has issued two and lodged a project, Guangzhou has issued one.
fn told() -> (Stage, [String; 3], String) {
    let stage = Stage::new();
    let issued = [stage.operator(WANG, 1), stage.operator(WANG, 2), stage.operator(LI, 3)];
    let code = stage.lodged(WANG, 1);
    (stage, issued, code)
}

/// The entries of a tar by their names.
fn entries(tar: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let (mut entries, mut rest) = (BTreeMap::new(), tar);
    let text = |bytes: &[u8]| String::from_utf8(bytes.split(|byte| *byte == 0).next().unwrap().to_vec()).unwrap();
    while rest.first().is_some_and(|first| *first != 0) {
        let (name, prefix, size) = (text(&rest[..100]), text(&rest[345..500]), text(&rest[124..136]));
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let size = usize::from_str_radix(size.trim(), 8).unwrap();
        entries.insert(name.strip_prefix("export/").unwrap().to_owned(), rest[512..512 + size].to_vec());
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
    assert!(rest.len() == 1_024 && rest.iter().all(|byte| *byte == 0), "a tar ends with two empty blocks");
    entries
}

fn lines(entries: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<Value> {
    let text = String::from_utf8(entries[name].clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn export(stage: &Stage, who: Person, wanted: &Value) -> Reply {
    stage.post_as(who, "/v1/export", wanted)
}

fn taken_out(stage: &Stage, who: Person, wanted: &Value) -> BTreeMap<String, Vec<u8>> {
    let reply = export(stage, who, wanted);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-tar"), "{:?}", String::from_utf8_lossy(&reply.bytes));
    entries(&reply.bytes)
}

fn words(rows: &[Value], member: &str) -> Vec<String> {
    rows.iter().map(|row| row[member].as_str().unwrap().to_owned()).collect()
}

/// What auditors of the agency read of who has done this.
fn noted(stage: &Stage, auditor: Person, act: &str) -> Vec<String> {
    let uses = stage.get_as(auditor, "/v1/audit/uses?limit=1000").json()["uses"].as_array().unwrap().clone();
    words(&uses.into_iter().filter(|entry| entry["act"] == act).collect::<Vec<_>>(), "subject")
}

#[test]
fn an_auditor_takes_out_what_his_agency_has_and_nothing_of_another() {
    let (stage, issued, code) = told();
    let entries = taken_out(&stage, WU, &json!({}));
    let about: Value = serde_json::from_slice(&entries["export.json"]).unwrap();
    assert_eq!((&about["scope"], &about["agency"]), (&json!("agency"), &json!(Office::Housing.code().as_str())));
    let mut certificates = words(&lines(&entries, "certificates.jsonl"), "identifier");
    certificates.sort();
    let mut own = issued[..2].to_vec();
    own.sort();
    assert_eq!(certificates, own);
    assert_eq!(words(&lines(&entries, "applications.jsonl"), "code"), [code]);
    assert_eq!(words(&lines(&entries, "events.jsonl"), "act"), ["manifest", "issue", "issue", "lodge"]);
    assert_eq!(entries.keys().filter(|name| name.starts_with("certificates/")).count(), 2);
    assert!(entries.keys().any(|name| name.starts_with("log/tile/")), "the log is everybody's");
    let counts: Value = serde_json::from_slice(&entries["counts.json"]).unwrap();
    assert_eq!(counts, json!({ "certificates": 2, "withheld": 0, "applications": 1, "events": 4, "aliases": 0, "proofs": 0 }));
    let told = [entries["certificates.jsonl"].as_slice(), &entries["events.jsonl"]].concat();
    assert!(!String::from_utf8(told).unwrap().contains(&issued[2]));
    assert_eq!(noted(&stage, WU, "exported"), [Office::Housing.code().as_str()]);
    assert_eq!(noted(&stage, XU, "exported"), [""; 0], "each agency hears of its own");
    let some = Person { types: &[CONSTRUCTION], ..WU };
    let entries = taken_out(&stage, some, &json!({ "holder": null }));
    assert_eq!((lines(&entries, "certificates.jsonl").len(), lines(&entries, "applications.jsonl").len()), (0, 1));
}

#[test]
fn an_export_says_of_which_agency_and_types_it_is_a_part() {
    let (stage, ..) = told();
    let catalogue = &stage.house.catalogue;
    let part = |auditor: Person, wanted: &Value| {
        let about: Value = serde_json::from_slice(&taken_out(&stage, auditor, wanted)["export.json"]).unwrap();
        ["scope", "agency", "types"].map(|member| about[member].clone())
    };
    let (of_one, housing) = (json!({ "holder": { "code_type": "111", "code": resident_id(1) } }), json!(Office::Housing.code().as_str()));
    let some = Person { types: &[OPERATOR], ..WU };
    let types = json!([catalogue.find(OPERATOR).unwrap().code().as_str()]);
    assert_eq!(part(WU, &json!({})), [json!("agency"), housing.clone(), Value::Null]);
    assert_eq!(part(some, &json!({})), [json!("agency"), housing.clone(), types.clone()]);
    assert_eq!(part(WU, &of_one), [json!("holder"), housing.clone(), Value::Null]);
    assert_eq!(part(some, &of_one), [json!("holder"), housing, types]);
    // Who may hear of another type only is not told that there is nothing of the holder.
    let nothing = export(&stage, Person { types: &[CONSTRUCTION], ..WU }, &of_one);
    assert_eq!((nothing.status, nothing.code().as_str()), (404, "export_nothing"));
    assert_eq!(nothing.json()["detail"], "在您的账号可办的类型中，贵机构没有该持证主体的资料");
}

#[test]
fn an_auditor_takes_out_what_is_kept_of_one_holder_and_each_certificate_knows_it() {
    let (stage, issued, _) = told();
    let holder = |number: usize| json!({ "holder": { "code_type": "111", "code": resident_id(number) } });
    let entries = taken_out(&stage, WU, &holder(1));
    assert_eq!(words(&lines(&entries, "certificates.jsonl"), "identifier"), issued[..1]);
    assert_eq!(words(&lines(&entries, "events.jsonl"), "act"), ["issue"]);
    assert!(!entries.keys().any(|name| name.starts_with("log/")));
    assert_eq!(noted(&stage, WU, "exported"), issued[..1]);
    for (who, number) in [(XU, 1), (WU, 3), (WU, 99)] {
        let reply = export(&stage, who, &holder(number));
        assert_eq!((reply.status, reply.code().as_str()), (404, "export_nothing"), "{} {number}", who.login);
    }
    let mistyped = export(&stage, WU, &json!({ "holder": { "code_type": "111", "code": "110105194912310021" } }));
    assert_eq!((mistyped.status, mistyped.code().as_str()), (422, "holder_code_check"));
    assert_eq!(export(&stage, WU, &json!({ "holder": { "code_type": "000", "code": "1" } })).status, 422);
    assert_eq!(export(&stage, WU, &json!({ "everything": true })).status, 400);
}

fn check(stage: &Stage, who: Person) -> Reply {
    stage.send("POST", "/v1/check", &[("authorization", &stage.bearer(who))], &[])
}

#[test]
fn an_auditor_has_the_library_held_against_itself_and_follows_it() {
    let (stage, ..) = told();
    let reply = check(&stage, WU);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/jsonl"));
    let lines: Vec<Value> = String::from_utf8(reply.bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, before) = lines.split_last().unwrap();
    let size = stage.house.library.log_size().unwrap();
    assert_eq!(
        *last,
        json!({
            "certificates": 3, "events": size, "looked_at": 3 + size, "findings": [], "broken_off": false, "behind_cut_off": 0,
            "without_survivors": [], "without_type_file": [], "recorded_backwards": 0, "recorded_ahead": 0,
        })
    );
    assert!(!before.is_empty() && before.iter().all(|line| line["findings"].is_null()), "{before:?}");
    assert_eq!(noted(&stage, WU, "library_checked"), ["440000"]);
}

#[test]
fn a_check_that_stops_at_its_thousandth_finding_says_that_it_was_broken_off() {
    let (stage, ..) = told();
    let library = &stage.house.library;
    let nobodys = Event { act: Act::Issue, subject: "nobody".to_owned(), ..library.event(0).unwrap().unwrap() };
    let checked = |more: usize| -> Value {
        library.commit(|pen| (0..more).try_for_each(|_| pen.note(&[], &nobodys).map(drop))).unwrap();
        let lines = String::from_utf8(check(&stage, WU).bytes).unwrap();
        serde_json::from_str(lines.lines().last().unwrap()).unwrap()
    };
    for (more, found, broken_off) in [(999, 999, false), (201, 1_000, true)] {
        let last = checked(more);
        assert_eq!((last["findings"].as_array().unwrap().len(), &last["broken_off"]), (found, &json!(broken_off)), "{more}");
        let all = last["certificates"].as_u64().unwrap() + last["events"].as_u64().unwrap();
        assert_eq!(last["looked_at"].as_u64().unwrap() < all, broken_off, "{last}");
    }
}

/// What a check has found in the end.
fn found(stage: &Stage, who: Person) -> Vec<Value> {
    let lines = String::from_utf8(check(stage, who).bytes).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    last["findings"].as_array().unwrap().clone()
}

#[test]
fn an_auditor_hears_which_certificates_of_his_agency_are_damaged_and_of_others_that_some_are() {
    let (stage, issued, code) = told();
    let library = &stage.house.library;
    let application = Project { events: vec![0], ..library.project(&ProjectCode::parse(&code).unwrap()).unwrap().unwrap() };
    let nowhere = |identifier: &String| {
        let event = library.event(0).unwrap().unwrap();
        Event { act: Act::Alias, subject: identifier.clone(), other: Some("1.2.156.3005.2:nowhere".to_owned()), ..event }
    };
    let damage = library.commit(|pen| {
        pen.move_on(&application)?;
        issued.iter().try_for_each(|identifier| {
            let mark = library.find(&CertificateId::parse(identifier).unwrap())?.unwrap();
            pen.note(&[mark], &nowhere(identifier)).map(drop)
        })
    });
    assert_eq!(damage, Ok::<(), StoreError>(()));
    let told = |who: Person, code: &str| {
        let all = found(&stage, who).into_iter().filter(|finding| finding["code"] == code);
        all.map(|finding| (finding["identifier"].clone(), finding["place"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let named = |at: usize| (json!(issued[at]), format!("certificate {}", issued[at]));
    let nameless = |at: usize| (Value::Null, format!("certificate number {} in the order of coming (not named to this account)", at + 1));
    assert_eq!(told(WU, "check_alias"), [named(0), named(1), nameless(2)]);
    assert_eq!(told(XU, "check_alias"), [nameless(0), nameless(1), named(2)]);
    assert_eq!(told(WU, "check_project"), [(Value::Null, format!("application {code}"))]);
    assert_eq!(told(XU, "check_project"), [(Value::Null, "an application (not named to this account)".to_owned())]);
    let theirs = String::from_utf8(check(&stage, XU).bytes).unwrap();
    assert!([&issued[0], &issued[1], &code].iter().all(|own| !theirs.contains(own.as_str())), "{theirs}");
    let first = found(&stage, WU).into_iter().find(|finding| finding["code"] == "check_alias").unwrap();
    assert_eq!(
        (&first["message"]["zh"], &first["hint"]["en"]),
        (
            &json!(format!("证照 {}：别名索引缺失，或有未经登记的别名", issued[0])),
            &json!("Tell whoever runs the service: the library is damaged. Look at the disk, and restore a backup."),
        )
    );
}

#[test]
fn whoever_is_no_auditor_sees_nothing_of_the_whole() {
    let (stage, ..) = told();
    for who in [WANG, ZHOU, Person { roles: &[kanhe_service::accounts::Role::KeyHolder], ..WU }] {
        assert_eq!((check(&stage, who).status, check(&stage, who).code().as_str()), (403, "caller_lacks_right"), "{}", who.login);
        assert_eq!(export(&stage, who, &json!({})).code(), "caller_lacks_right", "{}", who.login);
    }
    assert_eq!(stage.post("/v1/export", &json!({})).code(), "caller_unknown");
    assert_eq!((noted(&stage, WU, "exported"), noted(&stage, WU, "library_checked")), (Vec::new(), Vec::new()));
}

#[test]
fn one_looks_at_the_whole_at_a_time_and_leaves_nothing_behind() {
    let (stage, ..) = told();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let turn = |patience| runtime.block_on(stage.house.turns.of_copies(patience));
    let held = turn(Duration::ZERO).unwrap();
    assert!(turn(Duration::ZERO).is_none());
    drop(held);
    assert_eq!((check(&stage, WU).status, export(&stage, WU, &json!({})).status), (200, 200), "one after the other");
    // The copy is gone with its thread, which ends a moment after the answer.
    drop(turn(Duration::from_secs(10)).unwrap());
    let left = fs::read_dir(stage.folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.contains(".still-")).collect::<Vec<_>>(), [""; 0]);
}
