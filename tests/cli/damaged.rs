//! A library of which a part is damaged or gone, and one that finds no room to be checked.

use crate::archive::Archive;
use crate::office::permits;
use crate::program::{Kanhe, word};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

#[test]
fn a_library_without_its_last_writes_or_with_half_a_manifest_is_called_damaged() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let folder = archive.path("library/db");
    let named = |begins: &str, ends: &str| -> Vec<PathBuf> {
        let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let is = |path: &PathBuf| path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(begins) && name.ends_with(ends));
        paths.filter(is).collect()
    };
    let damaged = || {
        for verb in [&["check"][..], &["backup", "--to", &archive.path("backups")], &["find"]] {
            assert_eq!(word(&archive.ask(verb).run().ended(2).json(), "/error/code"), "store_corrupt", "{verb:?}");
        }
    };
    let logs: Vec<_> = named("", ".log").into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    assert!(!logs.is_empty());
    logs.iter().for_each(|(_, path)| fs::remove_file(path).unwrap());
    damaged();
    logs.iter().for_each(|(bytes, path)| fs::write(path, bytes).unwrap());
    let manifest = named("MANIFEST-", "").pop().unwrap();
    let whole = fs::read(&manifest).unwrap();
    fs::write(&manifest, b"").unwrap();
    damaged();
    for percent in [3, 10, 30, 50] {
        fs::write(&manifest, &whole[..whole.len() * percent / 100]).unwrap();
        let told = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), "store_corrupt", "cut to {percent} %: {told}");
        for language in ["zh", "en"] {
            let hint = word(&told, &format!("/error/hint/{language}"));
            assert!(hint.contains("kanhe restore") && !hint.contains("kanhe check"), "cut to {percent} %: {told}");
        }
    }
    fs::remove_file(&manifest).unwrap();
    damaged();
    fs::write(&manifest, whole).unwrap();
    assert_eq!(archive.is_whole()["certificates"], 2);
}

#[test]
fn damage_in_the_log_of_the_last_writes_is_not_taken_for_a_power_cut() {
    let archive = Archive::open();
    archive.issuing(permits(5)).run().ended(0);
    let paths = fs::read_dir(archive.path("library/db")).unwrap().map(|entry| entry.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    let log = logs.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let whole = fs::read(&log).unwrap();
    assert!(whole.len() > 1_000, "what was issued stands in the log of the last writes");
    let flipped = |percent: usize| {
        let mut bytes = whole.clone();
        bytes[whole.len() * percent / 100] ^= 0xff;
        bytes
    };
    let mut half = whole.clone();
    half[whole.len() / 2..].fill(0);
    for (what, bytes) in [("a byte at the beginning", flipped(10)), ("a byte near the end", flipped(90)), ("the second half", half)] {
        fs::write(&log, bytes).unwrap();
        let told = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), "store_corrupt", "{what}");
        for language in ["zh", "en"] {
            assert!(word(&told, &format!("/error/hint/{language}")).contains("kanhe restore"), "{what}: {told}");
        }
    }
    fs::write(&log, whole).unwrap();
    assert_eq!(archive.is_whole()["certificates"], 5);
}

#[test]
fn a_check_on_a_full_disk_says_to_free_some_space() {
    let archive = Archive::open();
    for verb in [&["check"][..], &["backup", "--to", &archive.path("backups")]] {
        let full = archive.ask(verb).in_blocks(0).run().ended(2).json();
        assert!(["disk_full", "store_disk_full"].contains(&word(&full, "/error/code")), "{full}");
        assert!(word(&full, "/error/hint/en").starts_with("Free some space"), "{full}");
        assert!(word(&full, "/error/hint/zh").contains("腾出磁盘空间"), "{full}");
    }
}

#[test]
fn a_library_of_ones_own_is_not_even_read_on_a_full_disk_and_who_reads_is_told_why() {
    let archive = Archive::open();
    for verb in [&["find"][..], &["count"]] {
        let full = archive.ask(verb).in_blocks(0).run().ended(2).json();
        assert_eq!(word(&full, "/error/code"), "store_disk_full", "{full}");
        assert!(word(&full, "/error/hint/en").contains("writes a little, also to read it. Nothing is damaged"), "{full}");
    }
    archive.is_whole();
}

/// Root without its power over the files of others.
const HUMBLE: &[&str] = &["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"];

#[test]
fn files_that_are_closed_to_a_user_are_not_called_damaged() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    archive.told(&["backup", "--to", &archive.path("backups")]);
    let folder = archive.path("library/db");
    let launcher = if fs::metadata(&folder).unwrap().uid() == 0 { HUMBLE } else { &[] };
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let named = |begins: &str, ends: &str| -> PathBuf {
        let is = |path: &&PathBuf| path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(begins) && name.ends_with(ends));
        files.iter().find(is).unwrap_or_else(|| panic!("{begins}*{ends}")).clone()
    };
    let database = PathBuf::from(&folder);
    let closed = [
        (named("CURRENT", ""), 0),
        (named("MANIFEST-", ""), 0),
        (named("", ".sst"), 0),
        (named("", ".log"), 0),
        (named("LOCK", ""), 0),
        // Nothing can be renamed there; nor seen; nor reached.
        (database.clone(), 0o500),
        (database.clone(), 0o300),
        (database, 0o600),
        (PathBuf::from(archive.path("library/secret.age")), 0),
    ];
    for (place, mode) in closed {
        let open = fs::metadata(&place).unwrap().permissions();
        fs::set_permissions(&place, Permissions::from_mode(mode)).unwrap();
        for verb in [&["check"][..], &["find"], &["backup", "--to", &archive.path("backups")]] {
            let told = archive.ask(verb).under(launcher).run().ended(2).json();
            let wanted = if place.ends_with("secret.age") { "file_permission" } else { "store_permission" };
            assert_eq!(word(&told, "/error/code"), wanted, "{verb:?} {}: {told}", place.display());
            let hint = word(&told, "/error/hint/en");
            assert!(!hint.contains("kanhe restore") && !hint.contains("kanhe check"), "{told}");
            assert!(wanted == "file_permission" || hint.contains("Nothing is damaged") && hint.contains("*Whose hands*"), "{told}");
        }
        fs::set_permissions(&place, open).unwrap();
    }
    assert_eq!(archive.is_whole()["certificates"], 2);
}

#[test]
fn who_has_lost_a_part_of_a_library_is_not_sent_to_found_another() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    archive.told(&["backup", "--to", &archive.path("backups")]);
    let told = |file: &str, code: &str| {
        let (place, aside) = (archive.path(file), archive.path("aside"));
        fs::rename(&place, &aside).unwrap();
        let run = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&run, "/error/code"), code);
        assert!(!word(&run, "/error/hint/en").contains("kanhe init"), "{run}");
        fs::rename(&aside, &place).unwrap();
    };
    told("library/secret.age", "store_secret_missing");
    told("library/db/CURRENT", "store_corrupt");
    archive.is_whole();
}

#[test]
fn a_folder_with_an_empty_place_for_a_database_holds_no_library_and_can_become_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("notlib/db")).unwrap();
    let run = |words: &[&str]| Kanhe::new(words).in_folder(folder.path()).and(&["--json", "--library-identity", "id.txt"]).run();
    let find = || word(&run(&["find", "--library", "notlib"]).ended(2).json(), "/error/code").to_owned();
    assert_eq!(find(), "store_no_library");
    // What is left of a database is one, and opens with its secret alone.
    for rest in ["CURRENT", "000007.sst"] {
        let file = folder.path().join("notlib/db").join(rest);
        fs::write(&file, b"").unwrap();
        assert_eq!(find(), "store_secret_missing", "{rest}");
        let init = run(&["init", "notlib", "--region", "440000", "--origin", "log", "--new-identity"]).ended(2).json();
        assert_eq!(word(&init, "/error/code"), "store_exists", "{rest}");
        fs::remove_file(&file).unwrap();
    }
    run(&["init", "notlib", "--region", "440000", "--origin", "log", "--new-identity"]).ended(0);
    run(&["find", "--library", "notlib"]).ended(0);
}
