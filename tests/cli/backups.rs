//! A library that is backed up, restored and set back.

use crate::archive::{Archive, GROUNDS};
use crate::office::{many_permits, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

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
fn what_is_refused_to_be_restored_leaves_nothing_and_a_damaged_backup_is_never_called_verified() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let (backups, into) = (archive.path("backups"), archive.path("into"));
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into", &into, "--json"];
    let refused = kanhe(&[&restore[..], &["--number", "9"]].concat()).ended(2);
    assert_eq!(word(&refused.json(), "/error/code"), "store_no_backup");
    assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    // The largest of its files has bytes enough that nobody would miss one by its size.
    let copied = files(&backups).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "sst"));
    let (table, mut bytes) = copied.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&table, bytes).unwrap();
    let name = table.strip_prefix(&backups).unwrap().to_str().unwrap();
    for run in [archive.ask(&["backup", "--to", &backups]).run(), kanhe(&restore)] {
        let told = run.ended(2).json();
        assert_eq!(word(&told, "/error/code"), "backup_damaged", "a file of the backup before is damaged, and would be shared");
        let said = word(&told, "/error/message/en");
        assert!(said.contains("backup 1") && said.contains(name) && said.contains("every backup there needs it"), "{said}");
    }
    assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    let elsewhere = archive.path("elsewhere");
    archive.told(&["backup", "--to", &elsewhere]);
    kanhe(&["restore", "--from", &elsewhere, "--into", &into]).ended(0);
    archive.ask(&["check"]).but("--library", &into).run().ended(0);
}

#[test]
fn a_backup_of_which_a_file_is_gone_is_named_and_no_older_one_is_taken_for_it() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let (backups, into) = (archive.path("backups"), archive.path("into"));
    archive.told(&["backup", "--to", &backups]);
    archive.issuing(permits(3)).run().ended(0);
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into", &into, "--json"];
    let refused = |file: &str| {
        let refused = kanhe(&restore).ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "backup_damaged");
        let said = word(&refused, "/error/message/en");
        assert!(said.contains("backup 2") && said.contains(file) && said.contains("do not need it: [1]"), "{refused}");
        assert!(word(&refused, "/error/hint/zh").contains("--number"), "{refused}");
        assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    };
    let of = |number: &str| -> BTreeSet<String> {
        let contents = fs::read_to_string(format!("{backups}/meta/{number}")).unwrap();
        contents.lines().filter_map(|line| line.split_once(" crc32 ").map(|(name, _)| name.to_owned())).collect()
    };
    let own = of("2").difference(&of("1")).find(|name| name.ends_with(".sst")).unwrap().clone();
    let (place, aside) = (format!("{backups}/{own}"), archive.path("aside"));
    fs::rename(&place, &aside).unwrap();
    refused(&own);
    fs::rename(&aside, &place).unwrap();
    let spoilt = |place: &str, spoil: &dyn Fn(&mut Vec<u8>)| {
        let whole = fs::read(place).unwrap();
        let mut bytes = whole.clone();
        spoil(&mut bytes);
        fs::write(place, bytes).unwrap();
        refused(place.strip_prefix(&backups).unwrap().trim_start_matches('/'));
        fs::write(place, whole).unwrap();
    };
    let manifest = of("2").into_iter().find(|name| name.starts_with("private/2/MANIFEST")).unwrap();
    for place in [place, format!("{backups}/{manifest}")] {
        spoilt(&place, &|bytes| *bytes.last_mut().unwrap() ^= 1);
        spoilt(&place, &|bytes| bytes.truncate(bytes.len() - 5));
    }
    let contents = format!("{backups}/meta/2");
    let whole = fs::read(&contents).unwrap();
    fs::remove_file(&contents).unwrap();
    refused("meta/2");
    fs::write(&contents, &whole[..10]).unwrap();
    refused("meta/2");
    let told = kanhe(&[&restore[..], &["--number", "1"]].concat()).ended(0).json();
    assert_eq!(told["backup"]["number"], 1, "who asks for the older one gets it");
    fs::remove_dir_all(&into).unwrap();
    fs::write(&contents, whole).unwrap();
    assert_eq!(kanhe(&restore).ended(0).json()["backup"]["number"], 2);
}

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
fn a_file_in_the_place_of_any_folder_of_the_backups_is_named_and_nothing_is_left() {
    let archive = Archive::open();
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    kanhe(&["restore", "--from", &backups, "--into", &archive.path("restored")]).ended(0);
    let folders = fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(folders.contains("shared_checksum") && folders.contains("restorations"), "{folders:?}");
    for folder in folders {
        let elsewhere = archive.path(&format!("elsewhere-{folder}"));
        fs::create_dir(&elsewhere).unwrap();
        fs::write(format!("{elsewhere}/{folder}"), b"").unwrap();
        assert_eq!(word(&archive.ask(&["backup", "--to", &elsewhere]).run().ended(2).json(), "/error/code"), "file_no_folder", "{folder}");
        assert_eq!(files(&elsewhere).len(), 1, "{folder}");
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

#[test]
fn damage_in_a_folder_of_backups_is_not_told_of_the_library_and_has_a_way_out() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    let refused = |file: &str| {
        let told = archive.ask(&["backup", "--to", &backups]).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), "backup_damaged", "{told}");
        assert!(word(&told, "/error/message/en").contains(file) && word(&told, "/error/message/zh").contains(file), "{told}");
        let hint = word(&told, "/error/hint/en");
        assert!(hint.contains("the library is as it was") && !hint.contains("kanhe restore"), "{told}");
        hint.to_owned()
    };
    let docket = format!("{backups}/dockets/1");
    fs::write(&docket, "garbage\n").unwrap();
    assert!(refused("dockets/1").contains("A docket (a file of `dockets`) may also be taken away"));
    fs::remove_file(&docket).unwrap();
    archive.told(&["backup", "--to", &backups]);
    // A file that the next backup would share is cut off.
    let shared = files(&backups).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "sst"));
    let (table, bytes) = shared.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    refused(table.strip_prefix(&backups).unwrap().to_str().unwrap());
    fs::write(&table, bytes).unwrap();
    archive.told(&["backup", "--to", &backups]);
}

#[test]
fn a_secret_beside_the_backups_that_is_none_is_not_restored() {
    let archive = Archive::open();
    let (backups, into) = (archive.path("backups"), archive.path("into"));
    archive.told(&["backup", "--to", &backups]);
    let secret = archive.path("backups/secret.age");
    let whole = fs::read(&secret).unwrap();
    let mut flipped = whole.clone();
    flipped[23] ^= 1;
    for (bytes, code) in [(&b""[..], "key_file_not_age"), (b"another file\n", "key_file_not_age"), (&flipped, "key_file_damaged")] {
        fs::write(&secret, bytes).unwrap();
        let told = kanhe(&["restore", "--from", &backups, "--into", &into, "--json"]).ended(2).json();
        assert_eq!(word(&told, "/error/code"), code, "{told}");
        assert!(word(&told, "/error/message/en").contains("backups/secret.age"), "{told}");
        assert!(word(&told, "/error/hint/en").contains("that you kept apart"), "{told}");
        assert!(!fs::exists(&into).unwrap(), "a refused restoration has written something");
    }
    fs::write(&secret, &whole).unwrap();
    kanhe(&["restore", "--from", &backups, "--into", &into]).ended(0);
    // In a library of one's own no copy is called the only one.
    let mut wrong = whole.clone();
    *wrong.last_mut().unwrap() ^= 1;
    for (bytes, code) in [(&flipped, "key_file_damaged"), (&wrong, "key_file_damaged")] {
        fs::write(archive.path("library/secret.age"), bytes).unwrap();
        let told = archive.ask(&["check"]).run().ended(2).json();
        assert_eq!(word(&told, "/error/code"), code, "{told}");
        let hint = word(&told, "/error/hint/en");
        assert!(hint.contains("that you kept apart") && hint.contains("from the folder of backups"), "{told}");
    }
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
