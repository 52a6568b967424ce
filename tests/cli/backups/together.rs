//! Who makes a library or adds a backup where another is at it, or where one was broken off.

use crate::archive::Archive;
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

#[test]
fn a_founding_or_restoration_that_was_broken_off_is_run_again() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    let (library, second) = (archive.path("restored"), archive.path("second"));
    let restore = ["restore", "--from", &backups, "--into", &library];
    let (identity, found) = (archive.path("second.txt"), ["init", &second, "--region", "440000", "--origin", "gd.example.cn/log"]);
    let found = [&found[..], &["--library-identity", &identity, "--new-identity"]].concat();
    for (folder, again) in [(&library, &restore[..]), (&second, &found)] {
        kanhe(again).ended(0);
        // The secret was there already when the machine stopped, and the database was not.
        let left = format!("{folder}/{}", if folder == &library { "db.restoring" } else { "db.unfinished" });
        fs::rename(format!("{folder}/db"), &left).unwrap();
        if folder == &library {
            let told = archive.ask(&["check"]).but("--library", folder).run().ended(2);
            assert!(told.out.contains("store_half_restored"), "{told:?}");
            let lock = ["--region", "440000", "--origin", "gd.example.cn/log", "--library-identity", &archive.path("identity.txt")];
            let empty = kanhe(&[&["init", folder][..], &lock].concat()).ended(2);
            assert!(empty.err.contains("store_half_restored"), "an empty library would stand where the restored one was to be: {empty:?}");
        }
        kanhe(again).ended(0);
        assert!(!fs::exists(&left).unwrap());
        assert!(kanhe(again).ended(2).err.contains("store_exists"));
    }
    archive.ask(&["check"]).but("--library", &library).run().ended(0);
    let kept = fs::read(archive.path("second/secret.age")).unwrap();
    fs::remove_dir_all(archive.path("second/db")).unwrap();
    let other = kanhe(&["restore", "--from", &backups, "--into", &second]).ended(2);
    assert!(other.err.contains("restore_other_secret"), "the secret of another library is never written over: {other:?}");
    assert_eq!(fs::read(archive.path("second/secret.age")).unwrap(), kept);
}

#[test]
fn of_two_that_make_a_library_in_one_place_one_makes_it_and_the_other_is_told() {
    let archive = Archive::open();
    archive.issuing(permits(20)).run().ended(0);
    let (backups, identity) = (archive.path("backups"), archive.path("identity.txt"));
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into"];
    let init = ["init", "--region", "440000", "--origin", "gd.example.cn/log", "--library-identity", &identity, "--json"];
    let work = |words: &[&str], folder: &str| Kanhe::new(words).and(&[folder]).start_heard();
    for (round, pause) in [0, 5, 15, 30, 60].into_iter().enumerate() {
        for (verb, words) in [("restored", &restore[..]), ("founded", &init)] {
            let folder = archive.path(&format!("{verb}-{round}"));
            let first = work(words, &folder);
            sleep(Duration::from_millis(pause));
            let runs = [work(words, &folder), first].map(|child| Run::of(&child.wait_with_output().unwrap()));
            let codes: BTreeSet<_> = runs.iter().map(|run| run.code).collect();
            assert_eq!(codes, BTreeSet::from([Some(0), Some(2)]), "{verb}: {runs:?}");
            let told = |run: &Run| ["store_being_made", "store_exists"].iter().any(|code| run.out.contains(code) || run.err.contains(code));
            assert!(runs.iter().any(told), "{verb}: {runs:?}");
            archive.ask(&["backup", "--to", &format!("{folder}-backups")]).but("--library", &folder).run().ended(0);
            let left: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left, BTreeSet::from(["db".into(), "secret.age".into()]), "{verb}: no lock is left");
        }
    }
}

#[test]
fn of_two_that_add_a_backup_at_the_same_time_one_adds_it_and_the_other_is_told() {
    let archive = Archive::open();
    archive.issuing(permits(20)).run().ended(0);
    // Two libraries that were restored from one backup, and went on differently.
    let first = archive.path("first");
    archive.told(&["backup", "--to", &first]);
    let libraries = ["one", "other"].map(|name| archive.path(name));
    for (library, table) in libraries.iter().zip([permits(30), many_permits(10)]) {
        kanhe(&["restore", "--from", &first, "--into", library]).ended(0);
        archive.issuing(table).but("--library", library).run().ended(0);
    }
    for (round, pause) in [0, 5, 15, 30, 60, 120].into_iter().enumerate() {
        let to = archive.path(&format!("backups-{round}"));
        let started = libraries.each_ref().map(|library| {
            let child = archive.ask(&["backup", "--to", &to]).but("--library", library).start_heard();
            sleep(Duration::from_millis(pause));
            child
        });
        let runs = started.map(|child| Run::of(&child.wait_with_output().unwrap()));
        let codes: BTreeSet<_> = runs.iter().map(|run| run.code).collect();
        assert_eq!(codes, BTreeSet::from([Some(0), Some(2)]), "{pause} ms: {runs:?}");
        let refused = runs.iter().find(|run| run.code == Some(2)).unwrap();
        let code = refused.json();
        assert!(["backup_being_made", "backup_other_history"].contains(&word(&code, "/error/code")), "{pause} ms: {refused:?}");
        let into = archive.path(&format!("restored-{round}"));
        kanhe(&["restore", "--from", &to, "--into", &into]).ended(0);
        archive.ask(&["check"]).but("--library", &into).run().ended(0);
    }
}
