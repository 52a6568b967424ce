//! The same verbs on a library of one's own and on one that a service holds: the same answers and the same exit codes.

pub mod applications;
mod dry_run;
mod ended;
mod held;
mod lists;
mod renewed;
mod whole;

use crate::archive::{Archive, GROUNDS};
use crate::office::permits;
use crate::program::{Kanhe, Run, kanhe, word};
use held::{Held, Twins, alike};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use serde_json::{Value, json};
use std::path::Path;

const MARKET: &str = "114400000069410121";
const HOUSING: &str = "11440000006942023C";

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
    let key = held.archive.path("clerk");
    assert_eq!(
        code(held.archive.issuing(permits(1)).and(&["--at", "2026-01-05T09:00:00Z", "--key-file", &key]).run()),
        "not_through_service"
    );
    assert_eq!(code(held.ask_at("http://kanhe.example.cn", "clerk", &["count"]).run()), "service_in_the_clear");
    assert_eq!(code(held.ask_at("http://127.0.0.1:9", "clerk", &["count"]).run()), "service_unreachable");
    assert_eq!(held.ask_at(&held.url, "clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
    let by_its_other_name = ["count", "--url", &held.url, "--key-file", &held.archive.path("clerk"), "--json"];
    assert_eq!(Kanhe::new(&by_its_other_name).run().ended(0).json()["totals"], json!([]));
}
