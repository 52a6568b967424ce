//! A library of one's own that a wrong clock has written: what is dated later than now keeps an act back, until somebody says that he knows.

use crate::archive::{Archive, GROUNDS};
use crate::office::permits;
use crate::program::{kanhe, word};
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::CertificateId;
use kanhe_core::event::Grounds;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entry, Registrar};
use serde_json::json;

/// Revokes a certificate as a machine does whose clock is a year ahead; when that was.
fn revoked_a_year_ahead(archive: &Archive, identifier: &str) -> Timestamp {
    revoked_ahead(archive, identifier, SignedDuration::from_hours(365 * 24))
}

/// The same of a clock that is ahead by so much.
fn revoked_ahead(archive: &Archive, identifier: &str, by: SignedDuration) -> Timestamp {
    let library = archive.opened();
    let now = library.event_at(library.log_size().unwrap() - 1).unwrap().recorded + by;
    let grounds = Grounds::new("《行政处罚法》", "处罚", "officer-7").unwrap();
    let entry = Entry { grounds, effective: now, now, salt: [7; 16] };
    Registrar::new(&library).change(&CertificateId::parse(identifier).unwrap(), Change::Revoke, &entry, None).unwrap();
    now
}

#[test]
fn what_a_fast_clock_has_recorded_keeps_acts_back_until_somebody_says_that_he_knows() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let [first, second] = <[String; 2]>::try_from(archive.identifiers()).unwrap();
    let (market, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let signing = ["status", "sign", "--key", &market, "--identity", &identity, "--out", &lists];
    archive.told(&signing);
    let ahead = revoked_a_year_ahead(&archive, &first);

    let whole = archive.is_whole();
    assert_eq!((&whole["recorded_backwards"], &whole["recorded_ahead"]), (&json!(0), &json!(1)), "told, and no finding");
    for (act, identifier) in [("cancel", &first), ("suspend", &second)] {
        let refused = archive.change(act, identifier).ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "clock_set_back", "{act}");
        assert!(word(&refused, "/error/hint/en").contains("--clock-was-ahead"), "{refused}");
    }
    assert_eq!(word(&archive.issuing(permits(3)).run().ended(2).json(), "/error/code"), "clock_set_back");
    assert_eq!(word(&archive.ask(&signing).run().ended(2).json(), "/error/code"), "clock_set_back");

    archive.ask(&["cancel", &first]).and(&GROUNDS).and(&["--clock-was-ahead"]).run().ended(0);
    archive.change("suspend", &second).ended(0);
    assert_eq!(archive.told(&signing)["states"], json!({ "cancelled": 1, "suspended": 1 }));
    let history = archive.told(&["history", &first, "--at", &Timestamp::now().to_string()]);
    assert_eq!((&history["at"]["condition"], &history["now"]), (&json!("cancelled"), &json!("cancelled")));
    // Whoever looks for a thief lists what stands behind a moment, and not what says that it does.
    let listed = archive.told(&["log", "events", "--since", &ahead.to_string()]);
    let acts: Vec<&str> = listed["events"].as_array().unwrap().iter().map(|event| word(event, "/act")).collect();
    assert_eq!(acts, ["revoke", "cancel", "suspend"]);
    let whole = archive.is_whole();
    assert_eq!((&whole["recorded_backwards"], &whole["recorded_ahead"]), (&json!(1), &json!(1)));
}

#[test]
fn an_older_list_does_not_take_the_place_of_a_newer_one() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (market, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let signing = ["status", "sign", "--all", "--key", &market, "--identity", &identity, "--out", &lists];
    archive.told(&signing);
    let older = [&signing[..], &["--at", "2026-01-01"]].concat();
    assert_eq!(word(&archive.ask(&older).run().ended(2).json(), "/error/code"), "clock_set_back");
    let (manifest, report) = (archive.path("manifest"), archive.path("rows.jsonl"));
    let reported = ["--manifest", &manifest, "--report", &report];
    let refused = kanhe(&[&older[..2], &older[3..], &reported, &["--json"]].concat()).ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "clock_set_back");
    assert!(word(&refused, "/error/message/en").contains(".0.status: it would be dated 2026-01-01"), "{refused}");
}

#[test]
fn what_is_signed_bears_no_moment_before_what_it_tells_of_or_takes_the_place_of() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let [first, second] = <[String; 2]>::try_from(archive.identifiers()).unwrap();
    let (market, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    let signing = ["status", "sign", "--key", &market, "--identity", &identity, "--out", &lists];
    let (root, manifest, pack) = (format!("440000={}", archive.path("root.pub")), archive.path("manifest"), archive.path("pack"));
    let (root_key, trust) = (archive.path("root.key"), archive.path("root.pub"));
    let build = ["pack", "build", "--region", "440000", "--root", &root, "--manifest", &manifest, "--status", &lists];
    // When the pack of an epoch says that it and its list were signed.
    let dated = |epoch: &str| {
        kanhe(&[&build[..], &["--epoch", epoch, "--out", &pack, "--key", &root_key, "--identity", &identity]].concat()).ended(0);
        let shown = kanhe(&["pack", "show", &pack, "--trust", &trust, "--json"]).ended(0).json();
        ["/issued", "/regions/0/status_lists/0/as_of"].map(|moment| word(&shown, moment).parse::<Timestamp>().unwrap().as_second())
    };
    // A clock that is corrected by minutes keeps nobody waiting.
    let ahead = revoked_ahead(&archive, &first, SignedDuration::from_secs(240)).as_second();
    archive.told(&signing);
    assert_eq!(dated("1"), [ahead; 2], "neither before what it tells of");
    assert_eq!(archive.told(&signing)["lists"], 0, "one that says the same is young");
    archive.change("suspend", &second).ended(0);
    assert_eq!(archive.told(&signing)["lists"], 1);
    assert_eq!(dated("2"), [ahead; 2], "nor before the one whose place it takes");
    let before = ["--epoch", "3", "--at", "2026-01-01", "--out", &pack, "--key", &root_key, "--identity", &identity, "--json"];
    assert_eq!(word(&kanhe(&[&build[..], &before].concat()).ended(2).json(), "/error/code"), "clock_set_back");
}
