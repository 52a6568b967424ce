//! Libraries are founded once, and opened with their own secret only.

use crate::backups::{back_up, restore};
use crate::registry::{OPERATOR, Registry, secret};
use kanhe_core::certificate::Certificate;
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::status::{ENTRIES_PER_LIST, State};
use kanhe_store::backup::{Earlier, backups};
use kanhe_store::{Keeper, Library, LibrarySecret, Plot, Restorer, Settings, StoreError};
use std::collections::BTreeSet;
use std::fs;

fn open(path: &std::path::Path, secret: &LibrarySecret) -> &'static str {
    Library::open(path, secret, Settings::default()).map(|_| "opened").unwrap_or_else(|error| error.code())
}

#[test]
fn a_library_opens_with_its_own_secret_and_for_one_at_a_time() {
    let registry = Registry::new();
    assert_eq!(open(&registry.path(), &secret()), "store_in_use");
    let Registry { folder, library, .. } = registry;
    drop(library);
    let path = folder.path().join("db");
    let other = LibrarySecret::new(zeroize::Zeroizing::new([1; 32]));
    assert_eq!(open(&path, &other), "store_other_secret");
    assert_eq!(open(&path, &secret()), "opened");
    let again = Library::create(&path, RegionCode::parse("440000").unwrap(), "gd.example.cn/log", &secret(), Settings::default());
    assert_eq!(again.unwrap_err().code(), "store_exists");
    assert_eq!(open(folder.path(), &secret()), "store_no_library");
}

#[test]
fn a_library_is_made_by_one_at_a_time_and_a_lock_that_was_left_hinders_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (path, lock) = (folder.path().join("library/db"), folder.path().join("library/db.lock"));
    let create = || Library::create(&path, RegionCode::parse("440000").unwrap(), "gd.example.cn/log", &secret(), Settings::default());
    let plot = Plot::take(&path).unwrap();
    assert_eq!(create().unwrap_err().code(), "store_being_made");
    assert_eq!(fs::exists(&lock).ok(), Some(true));
    drop(plot);
    assert_eq!(fs::exists(&lock).ok(), Some(false));
    fs::write(&lock, b"").unwrap();
    create().unwrap();
    assert_eq!(fs::exists(&lock).ok(), Some(false));
    assert_eq!(create().unwrap_err().code(), "store_exists");
}

#[test]
fn a_foreign_or_newer_database_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign");
    drop(rocksdb::DB::open_default(&foreign).unwrap());
    assert_eq!(open(&foreign, &secret()), "store_foreign");

    let Registry { folder, library, .. } = Registry::new();
    drop(library);
    let path = folder.path().join("db");
    let mut options = rocksdb::Options::default();
    options.create_missing_column_families(true);
    let mut families = rocksdb::DB::list_cf(&options, &path).unwrap();
    families.push("dreams".to_owned());
    let db = rocksdb::DB::open_cf(&options, &path, families).unwrap();
    let later = minicbor::to_vec(("kanhe library", kanhe_store::FORMAT + 1, "words that only a later kanhe knows")).unwrap();
    db.put_cf(db.cf_handle("meta").unwrap(), b"founding", later).unwrap();
    drop(db);
    assert_eq!(open(&path, &secret()), "store_newer");
}

#[test]
fn what_was_written_is_there_on_the_next_morning_and_its_signature_holds() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let (card, record, head) =
        (registry.library.card(mark).unwrap(), registry.library.record(mark).unwrap(), registry.library.head().unwrap());
    let registry = registry.reopen();
    assert_eq!(registry.library.card(mark).unwrap(), card);
    assert_eq!(registry.library.record(mark).unwrap(), record);
    assert_eq!(registry.library.head().unwrap(), head);
    let opened: Authentic<Certificate> = Envelope::decode(&record.envelope).unwrap().authenticate(&registry.house.public_key()).unwrap();
    assert_eq!(opened.identifier, card.identifier);
    let next = registry.issued(OPERATOR, 2, "2026-03-01");
    assert_ne!(registry.library.card(next).unwrap().slot, card.slot);
}

#[test]
fn no_name_and_no_number_stands_in_the_files() {
    let registry = Registry::new();
    registry.issued(OPERATOR, 1, "2026-03-01");
    back_up(&registry.library, &registry.folder.path().join("backups")).unwrap();
    let Registry { folder, library, .. } = registry;
    drop(library);
    let (name, id) = (crate::registry::name_of(1), crate::registry::resident_id(1));
    let mut files = 0;
    for entry in walk(folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        files += 1;
        for secret in [name.as_bytes(), id.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", entry.display());
        }
    }
    assert!(files > 5);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_backup_brings_everything_back_and_each_adds_only_what_is_new() {
    let registry = Registry::new();
    let first = registry.issued(OPERATOR, 1, "2026-03-01");
    let folder = registry.folder.path().join("backups");
    assert_eq!(back_up(&registry.library, &folder).unwrap().number, 1);
    let second = registry.issued(OPERATOR, 2, "2026-03-01");
    assert_eq!(back_up(&registry.library, &folder).unwrap().number, 2);
    assert_eq!(backups(&folder).unwrap().iter().map(|backup| backup.number).collect::<Vec<_>>(), [1, 2]);
    for (number, certificates) in [(Some(1), 1), (None, 2)] {
        let into = registry.folder.path().join(format!("restored-{certificates}"));
        restore(&folder, number, &into).unwrap();
        let library = Library::open(&into, &secret(), Settings::default()).unwrap();
        assert_eq!(library.certificates().unwrap(), certificates);
        assert_eq!(library.record(first).unwrap(), registry.library.record(first).unwrap());
        assert_eq!(library.record(second).is_ok(), certificates == 2);
        assert_eq!(library.log_size().unwrap(), certificates);
        library.head().unwrap();
    }
    assert_eq!(restore(&folder, None, &registry.path()).unwrap_err().code(), "store_exists");
}

#[test]
fn one_process_adds_backups_or_several_restore_them_and_a_folder_without_locks_keeps_nobody() {
    let registry = Registry::new();
    let folder = registry.folder.path().join("backups");
    let code = |error: StoreError| error.code();
    let added = || Keeper::of(&folder).map(drop).map_err(code);
    let restored = || Restorer::of(&folder).map(drop).map_err(code);
    assert_eq!(restored(), Err("store_no_backup"));
    assert!(!folder.exists());
    let keeper = Keeper::of(&folder).unwrap();
    registry.library.back_up(&keeper, Earlier::Begun, &mut |_, _| {}).unwrap();
    assert_eq!([added(), restored()], [Err("backup_being_made"); 2]);
    drop(keeper);
    let restorer = Restorer::of(&folder).unwrap();
    assert_eq!([added(), restored()], [Err("backup_being_made"), Ok(())]);
    drop(restorer);
    assert_eq!([added(), restored()], [Ok(()); 2]);
    std::fs::remove_file(folder.join("lock")).unwrap();
    std::os::unix::fs::symlink("/nonexistent/lock", folder.join("lock")).unwrap();
    let _keeper = Keeper::of(&folder).unwrap();
    assert_eq!([added(), restored()], [Ok(()); 2], "what cannot be locked");
    assert_eq!(back_up(&registry.library, &folder).unwrap().number, 2);
}

#[test]
fn a_docket_that_cannot_be_read_keeps_its_guard_and_a_backup_without_one_is_read_back() {
    let registry = Registry::new();
    let (library, folder) = (&registry.library, registry.folder.path().join("backups"));
    for person in 1..3 {
        registry.issued(OPERATOR, person, "2026-03-01");
        back_up(library, &folder).unwrap();
    }
    let numbers = || backups(&folder).unwrap().iter().map(|backup| backup.number).collect::<Vec<_>>();
    let refused = |code: &str| {
        assert_eq!(back_up(library, &folder).unwrap_err().code(), code);
        assert_eq!(library.owns(&folder).unwrap_err().code(), code);
        assert_eq!(numbers(), [1, 2], "{code}");
    };
    let docket = folder.join("dockets/2");
    std::fs::write(&docket, b"gd.example.cn/log\n").unwrap();
    refused("backup_damaged");
    std::fs::remove_file(&docket).unwrap();
    std::fs::create_dir(&docket).unwrap();
    refused("backup_damaged");
    std::fs::remove_dir(&docket).unwrap();

    // As a process leaves it that is killed before it has read its own backup back.
    assert_eq!(back_up(library, &folder).unwrap().number, 3);
    assert_eq!(numbers(), [1, 2, 3], "what is well stays");
    std::fs::remove_file(folder.join("dockets/3")).unwrap();
    std::fs::write(folder.join("private/3/CURRENT"), b"").unwrap();
    assert!(restore(&folder, None, &registry.folder.path().join("none")).is_err());
    assert_eq!(back_up(library, &folder).unwrap().number, 3, "what is damaged is taken away");
    assert_eq!(numbers(), [1, 2, 3]);
    let into = registry.folder.path().join("restored");
    restore(&folder, None, &into).unwrap();
    assert_eq!(Library::open(&into, &secret(), Settings::default()).unwrap().certificates().unwrap(), 2);
}

#[test]
fn a_library_that_was_restored_gives_out_no_slot_that_may_have_been_handed_out() {
    let registry = Registry::new();
    let folder = registry.folder.path().join("backups");
    let kept = registry.issued(OPERATOR, 1, "2026-03-01");
    back_up(&registry.library, &folder).unwrap();
    let agency = *registry.library.card(kept).unwrap().agency();
    let other = kanhe_core::code::Uscc::parse("11100000000013338W").unwrap();
    let (mut given, mut backups) = (BTreeSet::new(), folder);
    let mut slots_of = |library: &Library| {
        let slots = [agency, other].map(|agency| library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST);
        assert_eq!(slots[0], slots[1], "also of an agency that had issued nothing when the backup was taken");
        assert!(given.insert(slots[0]), "page {} is given out from again", slots[0]);
        slots[0]
    };
    slots_of(&registry.library);
    // A backup of what was restored is restored in its turn, also when nothing was issued in between.
    for round in 0..3 {
        let into = registry.folder.path().join(format!("restored-{round}"));
        restore(&backups, None, &into).unwrap();
        let library = Library::open(&into, &secret(), Settings::default()).unwrap();
        let page = slots_of(&library);
        assert_eq!(page, 2 * (round + 1), "one page is left out");
        assert_eq!(
            [0, page - 1, page].map(|page| library.unheld(&agency, page).unwrap()),
            [State::Superseded, State::Superseded, State::Valid]
        );
        assert_eq!(library.states(&agency, 0).unwrap(), registry.library.states(&agency, 0).unwrap());
        let (now, then) = (library.pages(&agency).unwrap(), registry.library.pages(&agency).unwrap());
        assert!(now[&0].changes > then[&0].changes, "its lists are to be signed anew: {now:?}");
        for agency in [agency, other] {
            assert!(library.pages(&agency).unwrap().into_keys().eq(0..page), "a page that was begun after the backup has no list");
        }
        assert_eq!(library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
        backups = registry.folder.path().join(format!("backups-{round}"));
        back_up(&library, &backups).unwrap();
    }
}
