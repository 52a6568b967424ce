//! A library that was restored: what was handed out after the backup is never taken for what is issued now.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::{kanhe, word};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// The seal of a certificate.
fn seal(archive: &Archive, identifier: &str) -> String {
    word(&archive.told(&["show", identifier]), "/seal").to_owned()
}

/// What a counter says of each seal, with the lists as they are due to be signed now.
fn verdicts(archive: &Archive, epoch: &str, seals: &[&String]) -> Vec<String> {
    let (market, identity, lists) = (archive.path("gd-market.key"), archive.path("identity.txt"), archive.path("lists"));
    archive.told(&["status", "sign", "--key", &market, "--identity", &identity, "--out", &lists]);
    let (root, manifest, pack) = (format!("440000={}", archive.path("root.pub")), archive.path("manifest"), archive.path("pack"));
    let build = ["pack", "build", "--region", "440000", "--epoch", epoch, "--root", &root, "--manifest", &manifest, "--status", &lists];
    let root_key = archive.path("root.key");
    kanhe(&[&build[..], &["--out", &pack, "--key", &root_key, "--identity", &identity]].concat()).ended(0);
    let trust = archive.path("root.pub");
    let verdict = |seal: &&String| kanhe(&["verify", seal, "--pack", &pack, "--trust", &trust, "--json"]).json();
    seals.iter().map(|seal| word(&verdict(seal), "/code").to_owned()).collect()
}

#[test]
fn no_code_from_after_the_backup_stands_for_what_is_issued_since_it_was_restored() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let kept = seal(&archive, &archive.identifiers()[0]);
    assert_eq!(verdicts(&archive, "1", &[&kept]), ["accepted"]);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    let identifiers = archive.identifiers();
    let lost = [1, 2].map(|row| seal(&archive, &identifiers[row]));
    archive.change("revoke", &identifiers[2]).ended(0);
    assert_eq!(verdicts(&archive, "2", &[&lost[0], &lost[1]]), ["accepted", "revoked"]);

    fs::rename(archive.path("library"), archive.path("damaged")).unwrap();
    let told = kanhe(&["restore", "--from", &backups, "--into", &archive.path("library"), "--lang", "en"]).ended(0);
    assert!(told.out.contains("hand out the new codes") && told.out.contains("revocations first"), "{told:?}");
    assert_eq!(verdicts(&archive, "3", &[&kept, &lost[0], &lost[1]]), ["accepted", "superseded", "superseded"]);
    fs::remove_file(archive.path("rows.jsonl")).unwrap();
    archive.issuing(permits(3)).run().ended(0);
    assert_eq!(archive.identifiers(), identifiers, "nobody would notice by the identifiers");
    let anew = [1, 2].map(|row| seal(&archive, &identifiers[row]));
    archive.change("revoke", &identifiers[2]).ended(0);
    let seals = [&kept, &lost[0], &lost[1], &anew[0], &anew[1]];
    assert_eq!(verdicts(&archive, "4", &seals), ["accepted", "superseded", "superseded", "accepted", "revoked"]);
    archive.is_whole();
}

#[test]
fn a_code_is_refused_also_of_an_agency_that_had_issued_nothing_before_the_backup() {
    let archive = Archive::open();
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(1)).run().ended(0);
    let lost = seal(&archive, &archive.identifiers()[0]);
    assert_eq!(verdicts(&archive, "1", &[&lost]), ["accepted"]);

    fs::rename(archive.path("library"), archive.path("damaged")).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(0);
    assert_eq!(verdicts(&archive, "2", &[&lost]), ["superseded"], "the list of before is in the folder still");
    fs::remove_file(archive.path("rows.jsonl")).unwrap();
    archive.issuing(permits(1)).run().ended(0);
    let anew = seal(&archive, &archive.identifiers()[0]);
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    assert_eq!(verdicts(&archive, "3", &[&lost, &anew]), ["superseded", "revoked"]);
    archive.is_whole();
}

#[test]
fn a_library_beside_another_gives_out_none_of_its_slots_and_signs_none_of_its_lists() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let old = archive.identifiers()[0].clone();
    let old_seal = seal(&archive, &old);
    assert_eq!(verdicts(&archive, "1", &[&old_seal]), ["accepted"]);

    fs::rename(archive.path("library"), archive.path("before")).unwrap();
    let (identity, library) = (archive.path("identity.txt"), archive.path("library"));
    let founding = ["init", &library, "--region", "440000", "--origin", "gd.example.cn/log2", "--library-identity", &identity];
    let beyond = kanhe(&[&founding[..], &["--first-page", "2048"]].concat()).ended(2);
    assert!(beyond.err.contains("2047"), "no pack has a list of that number: {beyond:?}");
    let told = kanhe(&[&founding[..], &["--first-page", "1", "--json"]].concat()).ended(0).json();
    assert_eq!(told["first_page"], 1);
    archive.take_up("manifest");
    archive.issuing(permits(3)).run().ended(0);
    let new = archive.identifiers();
    let seals: Vec<String> = new[1..].iter().map(|identifier| seal(&archive, identifier)).collect();
    archive.change("revoke", &new[2]).ended(0);
    let now = [&old_seal, &seals[0], &seals[1]];
    assert_eq!(verdicts(&archive, "2", &now), ["accepted", "accepted", "revoked"], "the list of the other stands beside");
    let slot = |identifier: &str| archive.told(&["show", identifier])["slot"].as_u64().unwrap();
    assert!(new.iter().all(|identifier| slot(identifier) >= 131_072));
    archive.is_whole();
}

#[test]
fn whoever_restores_says_what_may_be_lost_or_is_told_what_is_assumed() {
    let archive = Archive::open();
    let (backups, log_key) = (archive.path("backups"), archive.path("log.pub"));
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    archive.publish();
    let checkpoint = archive.path("log/checkpoint");
    let restore = |into: &str, words: &[&str]| {
        // As if nothing had been restored from the folder before.
        let _ = fs::remove_dir_all(archive.path("backups/restorations"));
        let into = archive.path(into);
        kanhe(&[&["restore", "--from", &backups, "--into", &into], words].concat())
    };
    let untold = restore("untold", &["--lang", "en"]).ended(0);
    assert!(untold.out.contains("no agency issued more than 100000") && untold.out.contains("--checkpoint"), "{untold:?}");
    assert!(untold.out.contains("only one may go on issuing"), "{untold:?}");
    let lost = |into: &str, words: &[&str]| restore(into, &[words, &["--json"]].concat()).ended(0).json()["lost"].clone();
    let told = |most: u64, told: bool, events: Option<u64>, page: u64| json!({ "most": most, "told": told, "events": events, "lists": 2 * (page + 1), "most_lists": 2048, "first_page": page });
    assert_eq!(lost("json", &[]), told(100_000, false, None, 2));
    assert_eq!(lost("fewer", &["--lost", "500"]), told(500, true, None, 1));
    let published = ["--checkpoint", &checkpoint, "--log-key", &log_key];
    assert_eq!(lost("published", &published), told(100_000, true, Some(2), 2));
    let after = restore("after", &[&published[..], &["--lang", "en"]].concat()).ended(0);
    assert!(after.out.contains("tells nothing of what was issued after it") && after.out.contains("--lost"), "{after:?}");
    let forked = restore("forked", &[&published[..], &["--lang", "zh"]].concat()).ended(0);
    assert!(forked.out.contains("多 2 条事件"), "{forked:?}");

    let code = |words: &[&str]| word(&restore("refused", &[words, &["--json"]].concat()).ended(2).json(), "/error/code").to_owned();
    assert_eq!(code(&["--lost", "1000000000"]), "restore_too_much_lost");
    assert_eq!(code(&["--checkpoint", &checkpoint]), "usage", "whose word a checkpoint is, its key says");
    assert_eq!(code(&[&published[..], &["--lost", "1"]].concat()), "usage");
    assert_eq!(code(&["--checkpoint", &checkpoint, "--log-key", &archive.path("root.pub")]), "note_not_signed");
    assert!(!fs::exists(archive.path("refused")).unwrap(), "a refused restoration has written something");
}

#[test]
fn a_checkpoint_that_is_no_later_than_the_backup_tells_nothing_of_what_is_lost() {
    let archive = Archive::open();
    let (backups, log_key) = (archive.path("backups"), archive.path("log.pub"));
    archive.issuing(permits(1)).run().ended(0);
    archive.publish();
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    let checkpoint = archive.path("log/checkpoint");
    let restore = |into: &str, words: &[&str]| {
        let into = archive.path(into);
        let from = ["restore", "--from", &backups, "--into", &into, "--checkpoint", &checkpoint, "--log-key", &log_key];
        kanhe(&[&from[..], words].concat()).ended(0)
    };
    let told = restore("json", &["--json"]).json();
    assert_eq!((&told["lost"]["told"], &told["lost"]["events"]), (&json!(false), &json!(0)));
    let [chinese, english] = ["zh", "en"].map(|language| restore(language, &["--lang", language]).out);
    assert!(
        english.contains("tells nothing of what was issued since") && english.contains("no agency issued more than 100000"),
        "{english}"
    );
    assert!(chinese.contains("无从得知") && chinese.contains("--lost"), "{chinese}");
}

#[test]
fn a_backup_that_is_restored_again_gives_out_none_of_the_slots_of_before() {
    let archive = Archive::open();
    let backups = archive.path("backups");
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    let mut slots = BTreeSet::new();
    let mut seals = Vec::new();
    for (time, words) in [&[][..], &["--lost", "500"], &["--lost", "500"]].into_iter().enumerate() {
        fs::rename(archive.path("library"), archive.path(&format!("lost-{time}"))).unwrap();
        fs::remove_file(archive.path("rows.jsonl")).unwrap();
        let restore = ["restore", "--from", &backups, "--into", &archive.path("library"), "--json"];
        let told = kanhe(&[&restore[..], words].concat()).ended(0).json();
        assert_eq!(told["restoration"], json!({ "number": time + 1, "earlier": time, "unreadable": 0, "say_lost": null }));
        archive.issuing(permits(3)).run().ended(0);
        for identifier in &archive.identifiers()[1..] {
            assert!(slots.insert(archive.told(&["show", identifier])["slot"].as_u64().unwrap()), "a slot is given out twice");
            seals.push(seal(&archive, identifier));
        }
        archive.is_whole();
    }
    // Of the last library one is revoked: the others are dead, and none of them was that one.
    archive.change("revoke", &archive.identifiers()[1]).ended(0);
    let seals = seals.iter().collect::<Vec<_>>();
    assert_eq!(verdicts(&archive, "1", &seals), ["superseded", "superseded", "superseded", "superseded", "revoked", "accepted"]);
    // An older kanhe has left no such folder, and knows none.
    fs::remove_dir_all(archive.path("backups/restorations")).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("again")]).ended(0);
}

#[test]
fn whoever_restores_from_a_folder_that_cannot_be_written_is_told_what_the_next_one_must_say() {
    let archive = Archive::open();
    let backups = archive.path("backups");
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    // Root may write anywhere: what stands in the way does so for everybody.
    fs::create_dir_all(archive.path("backups/restorations/1.unfinished")).unwrap();
    let restore = |into: &str, words: &[&str]| {
        let into = archive.path(into);
        kanhe(&[&["restore", "--from", &backups, "--into", &into], words].concat()).ended(0)
    };
    let told = restore("json", &["--json"]).json();
    assert_eq!(told["restoration"], json!({ "number": null, "earlier": 0, "unreadable": 0, "say_lost": 262_144 }));
    let [chinese, english] = ["zh", "en"].map(|language| restore(language, &["--lang", language]).out);
    assert!(english.contains("must say --lost, with 262144"), "{english}");
    assert!(chinese.contains("必须用 --lost，其数为 262144"), "{chinese}");
    fs::remove_dir(archive.path("backups/restorations/1.unfinished")).unwrap();
    let told = restore("again", &["--lost", "262644", "--json"]).json();
    assert!(told["lost"]["first_page"].as_u64() > Some(2), "{told}");
    assert_eq!(told["restoration"]["number"], 1);
}

#[test]
fn a_library_that_was_cut_off_is_told_by_a_checkpoint_from_elsewhere() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    archive.publish();
    let early = archive.office.write("early.checkpoint", archive.office.text("log/checkpoint"));
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    archive.change("suspend", &archive.identifiers()[0]).ended(0);
    archive.publish();
    let (late, log_key) = (archive.path("log/checkpoint"), archive.path("log.pub"));
    let outside = |verb: &[&str], file: &str| archive.ask(verb).and(&["--checkpoint", file, "--log-key", &log_key]).run();
    for file in [&early, &late] {
        assert_eq!(outside(&["check"], file).ended(0).json()["findings"], json!([]));
    }

    // As after a write that was torn, the library is whole, and shorter.
    fs::rename(archive.path("library"), archive.path("longer")).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(0);
    archive.is_whole();
    assert_eq!(outside(&["check"], &early).ended(0).json()["findings"], json!([]));
    let fork = [("the library".to_owned(), "log_fork".to_owned())];
    let found = |verb: &[&str]| {
        let told = outside(verb, &late).ended(1).json();
        let each = |finding: &Value| (word(finding, "/place").to_owned(), word(finding, "/code").to_owned());
        told["findings"].as_array().unwrap().iter().map(each).collect::<Vec<_>>()
    };
    for verb in [&["check"][..], &["log", "verify"]] {
        assert_eq!(found(verb), fork, "{verb:?}");
    }
    // As long, with another act at its end.
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    assert_eq!(found(&["check"]), fork);
    let damaged = archive.office.write("damaged", archive.office.text("log/checkpoint").replacen('3', "4", 1));
    assert_eq!(word(&outside(&["check"], &damaged).ended(2).json(), "/error/code"), "note_signature_invalid");
}
