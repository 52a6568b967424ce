//! Backups of which something is damaged, gone, or not what it should be.

use super::files;
use crate::archive::Archive;
use crate::office::permits;
use crate::program::{kanhe, word};
use std::collections::BTreeSet;
use std::fs;

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
