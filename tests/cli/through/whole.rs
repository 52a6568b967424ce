//! The whole of a library while a service holds it: checked, and taken out.

use super::MARKET;
use super::held::{Held, Twins};
use crate::archive::Archive;
use crate::office::permits;
use crate::program::{Kanhe, word};
use jiff::Timestamp;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::event::{Act, Event};
use kanhe_core::key::{PublicKeyLine, SigningKey};
use kanhe_core::status::{ENTRIES_PER_LIST, State, StatusList, Statuses};
use kanhe_issuer::keyring::Lock;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::NoteSigner;
use kanhe_service::accounts::api_key::{Grant, KeyCabinet, alone};
use kanhe_service::accounts::{Caller, Departments, Mandate, Role, Scope};
use kanhe_service::house::Edge;
use kanhe_store::{Drawer, KeptList, Library, LibrarySecret, Settings, SignedManifest, StoreError};
use serde_json::{Value, json};
use std::path::Path;
use zeroize::Zeroizing;

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
                "certificates": 3, "events": 5, "findings": [], "broken_off": false, "behind_cut_off": 0, "without_survivors": [], "without_type_file": [],
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
    assert_eq!(nobody.json(), json!({ "of": "agency", "scope": "holder", "certificates": 0, "applications": 0, "out": null }));
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
    assert_eq!(told["scope"], "agency");
    assert_eq!(part(&of_type), [json!("agency"), json!(MARKET), json!([types])]);
    let holder = ["export", "--holder", "-", "--holder-type", "001", "--out", &of_holder];
    let told = held.ask("market", &holder).reading(b"91440199MA8AWRH82C").run().ended(0).json();
    assert_eq!((&told["of"], &told["scope"], &told["types"]), (&json!("agency"), &json!("holder"), &Value::Null));
    assert_eq!(part(&of_holder), [json!("holder"), json!(MARKET), Value::Null]);
    for (language, out, named) in
        [("zh", &zh, "只含账号可办的类型：食品经营许可证。"), ("en", &en, "the types that the account is for: Food operation permit.")]
    {
        let told = held.ask("food", &["export", "--out", out, "--lang", language]).for_people().run().ended(0);
        assert!(told.out.contains(named), "{told:?}");
    }
    // Types that are not there are told before the file is written.
    let [nameless, nowhere] = ["nameless.tar", "nowhere"].map(|name| held.archive.path(name));
    held.ask("food", &["export", "--out", &nameless, "--types", &nowhere]).run().ended(2);
    assert!(!Path::new(&nameless).exists());
}

/// Makes a key for an auditor of one type, as an administrator does by the service.
fn auditor_of(archive: &Archive, kind: &str) -> String {
    let edge = Edge { now: Box::new(Timestamp::now), chance: Box::new(|bytes| bytes.fill(7)) };
    let agency = Uscc::parse(MARKET).unwrap();
    let (scope, departments) = (Scope::EveryType, Departments::Any);
    let by = Caller { actor: "root".to_owned(), agency, roles: vec![Role::Administrator], scope, departments };
    let mandate = Mandate::new(agency, "food", vec![Role::Auditor], Some(vec![TypeCode::parse(kind).unwrap()])).unwrap();
    let library = archive.opened();
    let key = KeyCabinet::new(&library, &edge, &by).add(&mandate, Grant { days: 90, calls_a_day: None }, alone).unwrap();
    key.text.to_string()
}

/// Lays a list into a library that nobody holds, by which a slot is revoked that nobody has.
fn with_list_of_nothing(archive: &Archive) {
    let mut statuses = Statuses::new(4, ENTRIES_PER_LIST).unwrap();
    statuses.set(7, State::Revoked.bits()).unwrap();
    let [issued, expires] = ["2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z"].map(|at| at.parse::<Timestamp>().unwrap());
    let list = StatusList::new("https://gd.example.cn/7", issued, expires, 60, statuses).unwrap();
    let kept = KeptList { changes: 0, list: sign_to_cose(StatusList::TYPE, &list.encode(), &SigningKey::from_seed(&[7; 32])) };
    let place = KeptList::key(&Uscc::parse(MARKET).unwrap(), 7);
    let laid: Result<(), StoreError> = opened(archive).commit(|pen| pen.put_office(Drawer::Lists, &place, &kept.encode()));
    laid.unwrap();
}

#[test]
fn a_status_list_that_does_not_say_what_its_page_does_is_found() {
    let own = Archive::open();
    with_list_of_nothing(&own);
    let held = Held::open_with(&[("market", MARKET, &["auditor"])], |archive| {
        with_list_of_nothing(archive);
        String::new()
    });
    let told = Twins { own, held }.both(1, &["check"]);
    let [finding] = told["findings"].as_array().unwrap().as_slice() else { panic!("{told}") };
    let place = format!("list 7 of agency {MARKET}");
    assert_eq!((word(finding, "/place"), word(finding, "/code"), &finding["identifier"]), (place.as_str(), "check_list", &Value::Null));
    assert!(word(finding, "/message/en").starts_with(&format!("{place}: a signed status list")), "{finding}");
    assert!(word(finding, "/message/zh").starts_with(&format!("机构 {MARKET} 的状态清单 7：")), "{finding}");
}

#[test]
fn a_library_whose_own_manifest_does_not_verify_is_checked_and_is_not_called_new() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let library = opened(&archive);
    let right = library.manifest().unwrap().unwrap();
    let put = |manifest: &SignedManifest| -> Result<(), StoreError> {
        library.commit(|pen| {
            pen.put_manifest(manifest);
            Ok(())
        })
    };
    put(&SignedManifest { root: SigningKey::from_seed(&[7; 32]).verifying_key(), ..right }).unwrap();
    drop(library);
    let told = archive.ask(&["check"]).run().ended(1).json();
    assert_eq!(short(&told), [("event 0", "check_manifest")]);
    assert_eq!((&told["certificates"], &told["behind_cut_off"], &told["without_survivors"]), (&json!(1), &Value::Null, &Value::Null));
    for run in [archive.ask(&["agency", "list"]), archive.issuing(permits(2))] {
        let said = run.run().ended(2).json();
        assert_eq!(word(&said, "/error/code"), "library_manifest_lost");
        assert!(
            word(&said, "/error/hint/en").contains("kanhe restore") && word(&said, "/error/hint/zh").contains("kanhe restore"),
            "{said}"
        );
    }
    archive.take_up("manifest");
    archive.is_whole();
}

#[test]
fn a_checkpoint_of_another_log_is_a_finding() {
    let archive = Archive::open();
    let seed = [9; 32];
    let line = PublicKeyLine::new("other.example.cn/log", SigningKey::from_seed(&seed).verifying_key()).unwrap();
    let key = SigningKey::from_seed(&seed);
    let note = Checkpoint::new("other.example.cn/log", opened(&archive).head().unwrap(), &[]).unwrap();
    let note = note.sign(&NoteSigner::new("other.example.cn/log", &key).unwrap()).unwrap();
    let file = archive.office.write("theirs", note);
    let told = archive.ask(&["check", "--checkpoint", &file, "--log-key", &line.to_string()]).run().ended(1).json();
    assert_eq!(short(&told), [("the library", "log_other")]);
}

/// Each finding by its place and code.
fn short(told: &Value) -> Vec<(&str, &str)> {
    told["findings"].as_array().unwrap().iter().map(|finding| (word(finding, "/place"), word(finding, "/code"))).collect()
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
    let library = archive.opened();
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
                assert_eq!(said.lines().filter(|line| line.starts_with('→')).count(), 1, "one remedy of {findings}: {said}");
            }
        }
    }
}
