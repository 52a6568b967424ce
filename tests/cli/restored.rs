//! A library that was restored: what was handed out after the backup is never taken for what is issued now.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::{kanhe, word};
use serde_json::json;
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
    let fork = json!([{ "place": "the library", "code": "log_fork", "certificates": null }]);
    for verb in [&["check"][..], &["log", "verify"]] {
        assert_eq!(outside(verb, &late).ended(1).json()["findings"], fork, "{verb:?}");
    }
    // As long, with another act at its end.
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    assert_eq!(outside(&["check"], &late).ended(1).json()["findings"], fork);
    let damaged = archive.office.write("damaged", archive.office.text("log/checkpoint").replacen('3', "4", 1));
    assert_eq!(word(&outside(&["check"], &damaged).ended(2).json(), "/error/code"), "note_signature_invalid");
}
