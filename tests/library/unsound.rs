//! Of a damaged library no backup is made, and what cannot be read back is none.

use crate::backups::{back_up, restore};
use crate::damage::furnished;
use crate::registry::{OPERATOR, Registry, secret};
use kanhe_core::status::State;
use kanhe_issuer::lifecycle::Change;
use kanhe_store::backup::{Earlier, backups};
use kanhe_store::check::Defect;
use kanhe_store::{Drawer, Keeper, Library, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The tables of a library that is open, each with the family whose entries it has.
fn tables(path: &Path) -> Vec<(String, PathBuf)> {
    let options = rocksdb::Options::default();
    let names = rocksdb::DB::list_cf(&options, path).unwrap();
    let db = rocksdb::DB::open_cf_for_read_only(&options, path, names, false).unwrap();
    let place = |name: &str| path.join(name.trim_start_matches('/'));
    db.live_files().unwrap().into_iter().map(|file| (file.column_family_name, place(&file.name))).collect()
}

/// Flips a bit of the first block of a table, where its entries stand; and back again.
fn flip(table: &Path) {
    let (file, mut byte) = (File::options().read(true).write(true).open(table).unwrap(), [0]);
    file.read_exact_at(&mut byte, 3).unwrap();
    file.write_all_at(&[byte[0] ^ 1], 3).unwrap();
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { BTreeMap::from([(path.clone(), fs::read(path).unwrap())]) }).collect()
}

fn numbers(folder: &Path) -> Vec<u32> {
    backups(folder).unwrap().iter().map(|backup| backup.number).collect()
}

#[test]
fn of_a_library_of_which_one_table_is_damaged_no_backup_is_made_whichever_it_is() {
    let registry = furnished();
    let (folder, library) = (registry.folder.path().join("backups"), &registry.library);
    back_up(library, &folder).unwrap();
    let (before, tables) = (files(&folder), tables(&registry.path()));
    let families: BTreeSet<_> = tables.iter().map(|(family, _)| family.clone()).chain(["default".to_owned()]).collect();
    let all = rocksdb::DB::list_cf(&rocksdb::Options::default(), registry.path()).unwrap();
    assert_eq!(families, all.into_iter().collect(), "every family has a table");
    // The library is open and goes on: of most tables nothing is read until somebody reads all.
    for (family, table) in tables {
        flip(&table);
        let findings = library.still().and_then(|still| still.check(|_| Vec::new(), |_, _| ()));
        let corrupt = |defect: &Defect| defect.code() == "store_corrupt";
        assert!(
            findings.map_or_else(|error| error.code() == "store_corrupt", |all| all.iter().any(|one| corrupt(&one.defect))),
            "{family}"
        );
        assert_eq!(back_up(library, &folder).map_err(|error| error.code()), Err("store_corrupt"), "{family}");
        assert!(files(&folder) == before, "{family}: earlier backups are as they were");
        flip(&table);
    }
    assert_eq!(back_up(library, &folder).unwrap().number, 2, "what was damaged was mended");
}

#[test]
fn a_table_is_damaged_also_where_newer_entries_lie_over_all_that_it_has() {
    let registry = Registry::new();
    let (first, second) = (registry.folder.path().join("first"), registry.folder.path().join("second"));
    let marks = [1, 2].map(|person| registry.issued(OPERATOR, person, "2026-03-01"));
    back_up(&registry.library, &first).unwrap();
    let older: Vec<_> = tables(&registry.path()).into_iter().filter(|(family, _)| family == "cards").collect();
    for mark in marks {
        registry.change(mark, Change::Suspend, "2026-03-03T04:00:00Z").unwrap();
    }
    back_up(&registry.library, &second).unwrap();
    let [(_, table)] = &older[..] else { panic!("{older:?}") };
    let found = |registry: &Registry| {
        let findings = registry.library.check(|_| Vec::new(), |_, _| ()).unwrap();
        findings.iter().map(|finding| finding.defect.code()).collect::<Vec<_>>()
    };
    let registry = registry.reopen();
    assert_eq!(found(&registry), [""; 0]);
    flip(table);
    let registry = registry.reopen();
    assert_eq!(marks.map(|mark| registry.library.card(mark).unwrap().state), [State::Suspended; 2], "nobody who asks meets it");
    assert_eq!(found(&registry), ["store_corrupt"]);
}

#[test]
fn a_backup_that_cannot_be_read_back_is_none_and_the_one_before_stays() {
    let registry = Registry::new();
    let folder = registry.folder.path().join("backups");
    registry.issued(OPERATOR, 1, "2026-03-01");
    back_up(&registry.library, &folder).unwrap();
    registry.issued(OPERATOR, 2, "2026-03-01");
    // In the last third what was copied is read back: when the first of its files was read, the disk loses a bit in each that is its own.
    let (own, mut lost) = (folder.join("private/2"), 0);
    let mut progress = |done: u64, all: u64| {
        if lost == 0 && done > all / 3 * 2 {
            let written = files(&own).into_iter().filter(|(_, bytes)| bytes.len() > 8);
            lost = written.map(|(file, _)| flip(&file)).count();
        }
    };
    let made = registry.library.back_up(&Keeper::of(&folder).unwrap(), Earlier::Begun, &mut progress);
    assert_eq!(made.map_err(|error| error.code()), Err("backup_damaged"), "the library is whole");
    assert!(lost > 1, "{lost} files");
    assert!(!folder.join("meta/2").exists(), "a backup that nobody would want restored is named");
    assert_eq!(numbers(&folder), [1]);
    let certificates = |into: &str| {
        let into = registry.folder.path().join(into);
        restore(&folder, None, &into).unwrap();
        Library::open(&into, &secret(), Settings::default()).unwrap().certificates().unwrap()
    };
    assert_eq!(certificates("first"), 1);
    assert_eq!(back_up(&registry.library, &folder).unwrap().number, 2);
    assert_eq!((numbers(&folder), certificates("second")), (vec![1, 2], 2));
}

#[test]
fn a_log_of_writes_that_is_gone_is_missed_unless_it_is_the_last() {
    let Registry { folder, library, .. } = Registry::new();
    drop(library);
    let path = folder.path().join("db");
    let small = Settings { write_buffer_bytes: 64 << 10, ..Settings::default() };
    let library = Library::open(&path, &secret(), small).unwrap();
    let logs = |path: &Path| -> BTreeSet<PathBuf> {
        files(path).into_keys().filter(|file| file.extension().is_some_and(|ending| ending == "log")).collect()
    };
    let mut number = 0_u64;
    while logs(&path).len() < 4 {
        number += 1;
        assert!(number < 5_000, "{} logs", logs(&path).len());
        library.commit(|pen| pen.put_office(Drawer::Uses, &number.to_be_bytes(), &[7; 4_096])).unwrap();
    }
    // As a killed process leaves it; one that is just putting tables away may still have logs that nothing needs.
    library.come_to_rest().unwrap();
    let (left, logs) = (files(&path), logs(&path));
    // A copy that is taken with all of them there misses none.
    let (backups, restored) = (folder.path().join("backups"), folder.path().join("restored"));
    back_up(&library, &backups).unwrap();
    drop(library);
    restore(&backups, None, &restored).unwrap();
    Library::open(&restored, &secret(), Settings::default()).unwrap();
    let copy = folder.path().join("copy");
    let opened = |without: Option<&PathBuf>| {
        fs::create_dir_all(&copy).unwrap();
        for (file, bytes) in left.iter().filter(|(file, _)| Some(*file) != without) {
            fs::write(copy.join(file.file_name().unwrap()), bytes).unwrap();
        }
        let opened = Library::open(&copy, &secret(), Settings::default()).map(drop).map_err(|error| error.code());
        fs::remove_dir_all(&copy).unwrap();
        opened
    };
    assert_eq!(opened(None), Ok(()));
    assert!(logs.len() > 1, "{logs:?}");
    for log in logs.iter().take(logs.len() - 1) {
        assert_eq!(opened(Some(log)), Err("store_corrupt"), "{}", log.display());
    }
}
