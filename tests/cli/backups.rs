//! A library that is backed up, restored and set back.

mod damaged;
mod together;

use crate::archive::{Archive, GROUNDS};
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

#[test]
fn a_backup_brings_back_everything_that_was_acknowledged() {
    let archive = Archive::open();
    archive.issuing(permits(5)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    archive.change("revoke", &archive.identifiers()[0]).ended(0);
    archive.told(&["backup", "--to", &backups]);
    // A bit flips on the disk, in a file that holds certificates.
    let library = archive.path("library/db");
    let tables: Vec<_> = fs::read_dir(&library)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sst"))
        .collect();
    assert!(!tables.is_empty(), "a backup flushes what was only in memory");
    for table in &tables {
        let mut bytes = fs::read(table).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle..middle + 8].iter_mut().for_each(|byte| *byte ^= 0xff);
        fs::write(table, bytes).unwrap();
    }
    let damaged = archive.ask(&["check"]).run();
    assert!(damaged.code == Some(1) || damaged.code == Some(2), "{damaged:?}");
    assert!(damaged.out.contains("store_corrupt") || damaged.out.contains("store_sealed"), "{damaged:?}");
    assert!(!damaged.out.contains("kanhe check"), "who has checked is not sent to check: {damaged:?}");
    let before = files(&backups);
    let none = archive.ask(&["backup", "--to", &backups]).run().ended(2);
    assert_eq!(word(&none.json(), "/error/code"), "store_corrupt");
    assert_eq!(files(&backups), before, "earlier backups are as they were");
    fs::rename(archive.path("library"), archive.path("damaged")).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(0);
    let told = archive.is_whole();
    assert_eq!((told["certificates"].as_u64(), told["events"].as_u64()), (Some(5), Some(7)));
    let again = kanhe(&["restore", "--from", &backups, "--into", &archive.path("library")]).ended(2);
    assert!(again.err.contains("store_exists"), "{again:?}");
}

/// What stands in a folder.
fn names(folder: &str) -> BTreeSet<OsString> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

/// Every file of a folder with its bytes.
fn files(folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(
            |path| if path.is_dir() { files(path.to_str().unwrap()) } else { BTreeMap::from([(path.clone(), fs::read(path).unwrap())]) },
        )
        .collect()
}

#[test]
fn a_folder_of_backups_has_one_library_and_one_history() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let (backups, second, identity) = (archive.path("backups"), archive.path("second"), archive.path("second.txt"));
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    // What is written down when one of them is restored is no backup.
    let kept = || {
        let files = files(&backups).into_iter();
        files.filter(|(path, _)| !path.starts_with(archive.path("backups/restorations"))).collect::<BTreeMap<_, _>>()
    };
    let before = kept();
    let refused = |run: Run, code: &str| {
        assert_eq!(word(&run.ended(2).json(), "/error/code"), code);
        assert!(kept() == before, "{code}: the folder is as it was");
    };
    // Another library, under a secret of its own and under this one.
    kanhe(&["init", &second, "--region", "440000", "--origin", "gd.example.cn/log", "--library-identity", &identity, "--new-identity"])
        .ended(0);
    let other = ["backup", "--to", &backups, "--library", &second, "--json", "--library-identity"];
    refused(kanhe(&[&other[..], &[&identity]].concat()), "backup_other_library");
    fs::remove_dir_all(archive.path("second/db")).unwrap();
    fs::copy(archive.path("library/secret.age"), archive.path("second/secret.age")).unwrap();
    let identity = archive.path("identity.txt");
    kanhe(&["init", &second, "--region", "440000", "--origin", "gd.example.cn/other", "--library-identity", &identity]).ended(0);
    refused(kanhe(&[&other[..], &[&identity]].concat()), "backup_other_library");
    // This library, set back, and grown again otherwise.
    let older = archive.path("older");
    let told = kanhe(&["restore", "--from", &backups, "--number", "1", "--into", &older, "--json"]).ended(0).json();
    assert_eq!((&told["backup"]["certificates"], &told["backup"]["events"]), (&json!(1), &json!(2)), "{told}");
    assert_eq!((&told["others"][0]["number"], &told["others"][0]["certificates"]), (&json!(2), &json!(3)), "{told}");
    let back_up = || archive.ask(&["backup", "--to", &backups]).but("--library", &older);
    refused(back_up().run(), "backup_other_history");
    archive.issuing(many_permits(5)).but("--library", &older).run().ended(0);
    refused(back_up().run(), "backup_other_history");
    let inside = archive.path("backups/restored");
    for into in [&backups, &inside] {
        refused(kanhe(&["restore", "--from", &backups, "--into", into, "--json"]), "backup_inside");
    }
    let elsewhere = archive.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(archive.path("elsewhere/meta"), b"").unwrap();
    refused(archive.ask(&["backup", "--to", &elsewhere]).run(), "file_no_folder");
    // What is kept in the library would be lost with it.
    refused(archive.ask(&["backup", "--to", &archive.path("library/backups")]).run(), "backup_inside");
    back_up().and(&["--anyway"]).run().ended(0);
    let shown = kanhe(&["restore", "--from", &backups, "--into", &archive.path("newest")]).ended(0);
    assert!(shown.out.contains("backup 1") && shown.out.contains("3 certificates"), "{shown:?}");
}

#[test]
fn backups_are_kept_out_of_their_library_however_the_places_are_named() {
    let archive = Archive::open();
    let (library, backups) = (archive.path("library"), archive.path("backups"));
    archive.told(&["backup", "--to", &backups]);
    // The database writes files of its own in its folder whenever it is opened.
    let kept = || (names(&library), files(&backups));
    let before = kept();
    let refused = |run: Kanhe, named: &str| {
        assert_eq!(word(&run.run().ended(2).json(), "/error/code"), "backup_inside", "{named}");
        assert!(kept() == before, "{named}: nothing was made");
    };
    for to in ["bk", "./bk/new", "gone/../bk", "../library/bk"] {
        refused(archive.ask(&["backup", "--to", to]).but("--library", ".").in_folder(library.as_ref()), to);
    }
    for into in ["library", "gone/../library", "../backups/new/library"] {
        refused(Kanhe::new(&["restore", "--from", ".", "--into", into, "--json"]).in_folder(backups.as_ref()), into);
    }
    archive.ask(&["backup", "--to", "../beside"]).but("--library", ".").in_folder(library.as_ref()).run().ended(0);
    Kanhe::new(&["restore", "--from", "beside", "--into", "restored"]).in_folder(archive.path("").as_ref()).run().ended(0);
}

#[test]
fn a_library_from_an_old_backup_does_not_contradict_what_was_published() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &archive.path("backups")]);
    archive.issuing(permits(3)).run().ended(0);
    archive.publish();
    kanhe(&["restore", "--from", &archive.path("backups"), "--into", &archive.path("older")]).ended(0);
    let (older, identity, key, log) = (archive.path("older"), archive.path("identity.txt"), archive.path("log.key"), archive.path("log"));
    let publish = ["log", "publish", "--library", &older, "--library-identity", &identity, "--key", &key, "--identity", &identity];
    let publish = [&publish[..], &["--out", &log, "--json"]].concat();
    assert_eq!(word(&kanhe(&publish).ended(2).json(), "/error/code"), "log_fork");
    // Nor when it has grown again, otherwise than before.
    let table = archive.office.write("others", many_permits(5));
    let market = archive.path("gd-market.key");
    let issue = ["issue", "--type", "food-operation-permit", "--in", &table, "--library", &older, "--library-identity", &identity];
    kanhe(&[&issue[..], &["--key", &market, "--identity", &identity], &GROUNDS].concat()).ended(0);
    assert_eq!(word(&kanhe(&publish).ended(2).json(), "/error/code"), "log_fork");
}
