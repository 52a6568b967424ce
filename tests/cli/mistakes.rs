//! What people do wrong with a library, and that it neither loses nor believes anything for that.

use crate::archive::{Archive, GROUNDS};
use crate::library::counts;
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, kanhe, word};
use serde_json::Value;
use std::fs;
use std::time::{Duration, SystemTime};

const MARKET: &str = "114400000069410121";
const GUANGDONG: &str = include_str!("../../crates/kanhe/demo/guangdong.toml");

impl Archive {
    /// Signs the office's manifest anew, with other words in its description.
    fn manifest(&self, name: &str, change: impl Fn(String) -> String) -> String {
        let line = |key: &str| self.office.text(&format!("{key}.pub")).trim().to_owned();
        let description = GUANGDONG.replace("@gd-market@", &line("gd-market")).replace("@gd-housing@", &line("gd-housing"));
        let input = self.office.write(&format!("{name}.toml"), change(description));
        let (out, key, identity) = (self.path(name), self.path("root.key"), self.path("identity.txt"));
        kanhe(&["manifest", "sign", "--in", &input, "--out", &out, "--key", &key, "--identity", &identity]).ended(0);
        out
    }

    fn taking_up(&self, manifest: &str) -> crate::program::Run {
        self.ask(&["agency", "add", "--manifest", manifest, "--root", &self.path("root.pub")]).and(&GROUNDS).run()
    }

    fn events(&self) -> u64 {
        self.told(&["log", "events"])["size"].as_u64().unwrap()
    }
}

#[test]
fn an_older_manifest_does_not_take_a_withdrawn_key_back_in() {
    let archive = Archive::open();
    let before = archive.events();
    assert_eq!(archive.taking_up(&archive.path("manifest")).ended(0).json()["new"], false);
    assert_eq!(archive.events(), before, "what changes nothing is no event");
    let stolen = |text: String| {
        let key = "from = \"2015-01-01\" }]\n\n[[agencies]]";
        text.replace("edition = 1", "edition = 2").replacen(key, "from = \"2015-01-01\", counts_before = 1 }]\n\n[[agencies]]", 1)
    };
    assert_eq!(archive.taking_up(&archive.manifest("second", stolen)).ended(0).json()["edition"], 2);
    for manifest in [archive.path("manifest"), archive.manifest("other-second", |text| text.replace("edition = 1", "edition = 2"))] {
        assert_eq!(word(&archive.taking_up(&manifest).ended(2).json(), "/error/code"), "manifest_not_newer");
    }
    assert_eq!(word(&archive.issuing(permits(1)).run().ended(2).json(), "/error/code"), "desk_key_stolen");
    let (key, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let sign = ["status", "sign", "--key", &key, "--identity", &identity, "--out", &lists];
    assert_eq!(word(&archive.ask(&sign).run().ended(2).json(), "/error/code"), "desk_key_stolen");
}

#[test]
fn nothing_is_written_into_a_library_nor_over_what_is_read() {
    let archive = Archive::open();
    let refused = |run: crate::program::Run| word(&run.ended(2).json(), "/error/code").to_owned();
    let table = archive.path("applications");
    assert_eq!(refused(archive.issuing(permits(1)).but("--report", &table).run()), "output_is_input");
    assert_eq!(archive.office.text("applications"), permits(1));
    let (key, log, identity) = (archive.path("gd-market.key"), archive.path("log.key"), archive.path("identity.txt"));
    let description = archive.office.write("region.toml", GUANGDONG);
    let sign =
        ["manifest", "sign", "--in", &description, "--out", &description, "--key", &archive.path("root.key"), "--identity", &identity];
    assert_eq!(refused(Kanhe::new(&sign).and(&["--json"]).run()), "output_is_input");
    assert_eq!(archive.office.text("region.toml"), GUANGDONG);
    let [whole, library, lists] = ["library/whole.tar", "library", "library/db/lists"].map(|name| archive.path(name));
    let verbs: [&[&str]; 3] = [
        &["export", "--out", &whole],
        &["log", "publish", "--key", &log, "--identity", &identity, "--out", &library],
        &["status", "sign", "--key", &key, "--identity", &identity, "--out", &lists],
    ];
    for verb in verbs {
        assert_eq!(refused(archive.ask(verb).run()), "output_inside_library", "{verb:?}");
    }
    assert!([whole.as_str(), &lists, &archive.path("library/checkpoint")].iter().all(|made| !fs::exists(made).unwrap()));
    let beside = archive.ask(&["export", "--out", "whole.tar"]).in_folder(library.as_ref());
    assert_eq!(refused(beside.run()), "output_inside_library", "however the place is named");
}

#[test]
fn the_lists_of_two_agencies_stand_in_one_folder_and_a_lost_one_is_signed_again() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let staff =
        include_str!("../../crates/kanhe/demo/safety-staff.csv").lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    let (input, housing, identity) = (archive.office.write("staff", staff), archive.path("gd-housing.key"), archive.path("identity.txt"));
    archive
        .ask(&["issue", "--type", "safety-staff", "--in", &input, "--key", &housing, "--identity", &identity])
        .and(&GROUNDS)
        .run()
        .ended(0);
    let lists = archive.path("lists");
    let sign = |key: &str| archive.told(&["status", "sign", "--key", key, "--identity", &identity, "--out", &lists])["lists"].clone();
    let market = archive.path("gd-market.key");
    assert_eq!((sign(&market), sign(&housing), sign(&market)), (1.into(), 1.into(), 0.into()));
    assert_eq!(fs::read_dir(&lists).unwrap().count(), 2);
    fs::remove_dir_all(&lists).unwrap();
    assert_eq!(sign(&market), 1);
}

#[test]
fn a_revocation_is_signed_into_every_folder_that_has_the_list() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    let sign = |folder: &str| {
        let told = archive.told(&["status", "sign", "--key", &key, "--identity", &identity, "--out", &archive.path(folder)]);
        (told["lists"].as_u64().unwrap(), told["states"].clone())
    };
    let said = |state: &str| (1, serde_json::json!({ state: 1 }));
    assert_eq!((sign("one"), sign("other")), (said("valid"), said("valid")));
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    assert_eq!((sign("one"), sign("other")), (said("revoked"), said("revoked")), "neither folder knows of the other");
    assert_eq!((sign("one").0, sign("other").0), (0, 0), "what stands there is not signed again");
    let name = format!("{MARKET}.0.status");
    fs::write(archive.path(&format!("one/{name}")), b"").unwrap();
    assert_eq!(sign("one").0, 1, "a name without a list");
}

#[test]
fn who_signs_lists_of_which_nothing_has_changed_reads_how_many_stand() {
    let archive = Archive::open();
    archive.issuing(permits(3)).run().ended(0);
    let (key, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let sign = ["status", "sign", "--key", &key, "--identity", &identity, "--out", &lists];
    let said = |language: &str| archive.ask(&sign).and(&["--lang", language]).for_people().run().ended(0).out;
    assert!(said("en").starts_with("1 status list signed for 3 certificates (3 valid): "), "the first time");
    let again = said("en");
    assert!(
        again.starts_with("nothing has changed, and nothing was signed; unchanged: 1 status list for 3 certificates (3 valid): "),
        "{again}"
    );
    let again = said("zh");
    assert!(again.starts_with("没有变动，未签署；原有 1 份状态清单（3 张证照，其中有效 3 张）："), "{again}");
    let told = archive.told(&sign);
    assert_eq!((&told["lists"], &told["certificates"], &told["states"]), (&0.into(), &0.into(), &serde_json::json!({})));
    assert_eq!(told["standing"], serde_json::json!({ "lists": 1, "certificates": 3, "states": { "valid": 3 } }));
}

#[test]
fn lists_are_signed_again_before_they_run_out_and_a_pack_says_which_have() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (key, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let sign = ["status", "sign", "--key", &key, "--identity", &identity, "--out", &lists];
    let future = archive.ask(&[&sign[..], &["--at", "2999-01-01"]].concat()).run().ended(2).json();
    assert_eq!(word(&future, "/error/code"), "dated_ahead", "a list says what is known");
    archive.told(&[&sign[..], &["--at", "2020-01-01", "--days", "10"]].concat());
    let (root, manifest, root_key) = (format!("440000={}", archive.path("root.pub")), archive.path("manifest"), archive.path("root.key"));
    let build = ["pack", "build", "--region", "440000", "--root", &root, "--manifest", &manifest, "--status", &lists];
    let pack = |epoch: &str| {
        let made = |name: String, more: &[&str]| {
            let out = archive.path(&name);
            let words = [&build[..], &["--epoch", epoch, "--out", &out, "--key", &root_key, "--identity", &identity], more].concat();
            Kanhe::new(&words).run().ended(0)
        };
        let told = made(format!("{epoch}.json"), &["--json"]).json()["status_lists_out_of_term"].as_array().unwrap().len();
        (told, made(format!("{epoch}.said"), &["--lang", "en"]).out.contains("is not in its term"))
    };
    assert_eq!(pack("1"), (1, true), "a counter could tell of no certificate on it");
    assert_eq!(archive.told(&sign)["lists"], 1, "nothing has changed, and the list has run out");
    assert_eq!(archive.told(&sign)["lists"], 0);
    assert_eq!(pack("2"), (0, false));
}

#[test]
fn what_was_not_known_yet_is_not_told_as_not_issued() {
    let archive = Archive::open();
    archive.issuing(permits(1)).and(&["--at", "2025-09-01"]).run().ended(0);
    let identifier = archive.identifiers().remove(0);
    let said = |known: &[&str]| {
        let asked = [&["history", &identifier, "--at", "2025-10-01", "--lang", "en"], known].concat();
        archive.ask(&asked).for_people().run().ended(0).out
    };
    assert!(said(&["--known", "2025-12-01"]).contains("the library did not know of it yet at 2025-12-0"));
    assert!(said(&[]).contains("at 2025-10-01 12:00 Beijing time: in force"));
}

#[test]
fn a_request_answers_for_one_act_only() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let identifier = archive.identifiers().remove(0);
    let same = archive.office.write("same.csv", permits(1));
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    let amend = ["amend", &identifier, "--in", &same, "--key", &key, "--identity", &identity];
    assert_eq!(word(&archive.ask(&amend).and(&GROUNDS).run().ended(2).json(), "/error/code"), "request_reused");
    assert_eq!(word(&archive.told(&["show", &identifier]), "/condition"), "in_force");
}

#[test]
fn a_rehearsal_of_a_row_that_stands_twice_says_so() {
    let archive = Archive::open();
    // Far apart: what is signed together in a run is not what is held against each other.
    let table = many_permits(600);
    let first = table.lines().nth(1).unwrap();
    let other = first.replacen("R-", "X-", 1);
    let table = format!("{table}{first}\n{other}\n");
    let told = archive.issuing(&table).and(&["--dry-run"]).run().ended(1).json();
    assert_eq!(counts(&told), (600, 1, 1));
    let rows = archive.rows();
    assert_eq!((&rows[600]["result"], &rows[600]["identifier"]), (&"before".into(), &rows[0]["identifier"]));
    assert_eq!((&rows[601]["result"], &rows[601]["faults"][0]["code"]), (&"refused".into(), &"identifier_taken".into()));
    assert_eq!(archive.told(&["count"])["totals"], serde_json::json!([]));
    let found = archive.rows();
    assert_eq!(counts(&archive.issuing(&table).run().ended(1).json()), (600, 1, 1), "and the run does what it said");
    let identifiers = |rows: &[Value]| rows.iter().map(|row| row["identifier"].clone()).collect::<Vec<_>>();
    assert_eq!(identifiers(&archive.rows()), identifiers(&found));
}

#[test]
fn a_wrong_folder_of_backups_is_left_as_it_is() {
    let archive = Archive::open();
    let (library, into) = (archive.path("library"), archive.path("restored"));
    let names = |folder: &str| {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names(&library);
    let nowhere = archive.path("nowhere");
    for from in [&library, &nowhere] {
        assert_eq!(word(&kanhe(&["restore", "--from", from, "--into", &into, "--json"]).ended(2).json(), "/error/code"), "store_no_backup");
    }
    assert_eq!(names(&library), before);
    assert!(!fs::exists(&nowhere).unwrap() && !fs::exists(&into).unwrap());
    archive.told(&["backup", "--to", &archive.path("backups")]);
    let missing = kanhe(&["restore", "--from", &archive.path("backups"), "--number", "99", "--into", &into, "--json"]).ended(2).json();
    assert!(word(&missing, "/error/message/en").contains("[1]"), "{missing}");
}

#[test]
fn nobody_names_another_moment_of_recording() {
    let archive = Archive::open();
    let told = archive.issuing(permits(1)).and(&["--at", "2025-09-01"]).run().ended(0).json();
    assert_eq!(told["issued"], 1);
    let history = archive.told(&["history", &archive.identifiers()[0]]);
    assert!(word(&history, "/events/0/recorded") > "2026", "{history}");
    assert_eq!(word(&archive.issuing(permits(2)).and(&["--at", "2999-01-01"]).run().ended(2).json(), "/error/code"), "dated_ahead");
}

#[test]
fn any_event_is_proved_and_read_again_with_its_grounds() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let identifier = archive.identifiers().remove(0);
    archive.change("suspend", &identifier).ended(0);
    archive.publish();
    let listed = archive.told(&["log", "events", "--by", "officer-7", "--act", "issue"]);
    let issue = listed["events"].as_array().unwrap().iter().find(|event| event["subject"] == *identifier).unwrap()["index"].to_string();
    let (proof, key) = (archive.path("proof"), archive.path("log.pub"));
    archive.told(&["log", "prove", "--event", &issue, "--out", &proof]);
    let checked: Value = kanhe(&["log", "check", &proof, "--log-key", &key, "--json"]).ended(0).json();
    assert_eq!((word(&checked, "/act"), word(&checked, "/basis"), word(&checked, "/actor")), ("issue", "《行政许可法》", "officer-7"));
    let beyond = archive.ask(&["log", "prove", "--event", "99", "--out", &proof]).run().ended(2).json();
    assert_eq!(word(&beyond, "/error/code"), "event_not_found");
    let checkpoint = archive.path("log/checkpoint");
    fs::copy(&checkpoint, archive.path("earlier")).unwrap();
    archive.change("reinstate", &identifier).ended(0);
    archive.publish();
    let swapped = ["log", "audit", &checkpoint, &archive.path("earlier"), "--log-key", &key, "--tiles", &archive.path("log"), "--json"];
    assert_eq!(word(&kanhe(&swapped).ended(2).json(), "/error/code"), "log_backwards");
}

#[test]
fn a_certificate_is_not_transferred_within_its_own_region() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    for own in ["440000", "445100"] {
        let run = archive.ask(&["transfer", "out", &archive.identifiers()[0], "--to", own]).and(&GROUNDS).run().ended(2);
        assert_eq!(word(&run.json(), "/error/code"), "transfer_own_region");
    }
    let region = archive.ask(&["alias", &archive.identifiers()[0], "330000:x"]).and(&GROUNDS).run().ended(2);
    assert_eq!(word(&region.json(), "/error/code"), "alias_of_region");
    let somebodys = archive.ask(&["alias", &archive.identifiers()[0], "card:440524188001010014"]).and(&GROUNDS).run().ended(2);
    assert_eq!(word(&somebodys.json(), "/error/code"), "id_number_in_clear");
    assert!(!somebodys.out.contains("440524188001010014"), "{somebodys:?}");
}

#[test]
fn a_page_without_rows_is_refused_and_what_a_killed_run_left_is_taken_away() {
    let archive = Archive::open();
    for words in [&["find", "--most", "0"][..], &["application", "list", "--most", "0"], &["log", "events", "--most", "0"]] {
        assert_eq!(word(&archive.ask(words).run().ended(2).json(), "/error/code"), "usage", "{words:?}");
    }
    let out = archive.path("out");
    fs::create_dir(&out).unwrap();
    let left = |name: &str| {
        let path = format!("{out}/{name}");
        fs::write(&path, "").unwrap();
        path
    };
    let (old, new, other) = (left(".kanhe-aaaaaa"), left(".kanhe-bbbbbb"), left("kept"));
    for path in [&old, &other] {
        fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
    archive.issuing(permits(1)).and(&["--out", &out]).run().ended(0);
    assert!(!fs::exists(&old).unwrap() && fs::exists(&new).unwrap() && fs::exists(&other).unwrap());
}
