//! How much a restored library has lost is told, or assumed: so many slots it does not give out.

use crate::backups::back_up;
use crate::damage::{bare, write};
use crate::registry::{OPERATOR, Registry, secret};
use kanhe_core::code::Uscc;
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::Manifest;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::hash::{TreeHead, leaf_hash};
use kanhe_log::note::NoteSigner;
use kanhe_store::backup::{Closed, Lost, chosen, restore};
use kanhe_store::{Library, Plot, Restorer, Settings, SignedManifest, StoreError};
use kanhe_tests::world::{moment, test_key};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A backup of a library of one certificate, and what was lost after it.
struct Loss {
    registry: Registry,
    backups: PathBuf,
}

impl Loss {
    fn new() -> Self {
        let (registry, root, now) = (Registry::new(), test_key("region"), moment("2026-03-01T00:00:00Z"));
        let envelope = sign_to_cose(Manifest::TYPE, &registry.house.manifest().encode(), &root);
        let manifest = SignedManifest { envelope, root: root.verifying_key() };
        registry.registrar().take_up(&manifest, &registry.entry(now, now)).unwrap();
        registry.issued(OPERATOR, 1, "2026-03-01");
        Self { backups: registry.folder.path().join("backups"), registry }.backed_up()
    }

    fn backed_up(self) -> Self {
        back_up(&self.registry.library, &self.backups).unwrap();
        self
    }

    /// Restores the last backup, and says what is given up and of which page slots are given out.
    fn restored(&self, lost: Lost<'_>) -> Result<(Closed, u32), StoreError> {
        let into = tempfile::tempdir().unwrap();
        let (closed, library) = self.restored_into(into.path(), None, lost)?;
        let agency = self.registry.house.manifest().agencies[0].code;
        Ok((closed, library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST))
    }

    fn restored_into(&self, into: &Path, number: Option<u32>, lost: Lost<'_>) -> Result<(Closed, Library), StoreError> {
        let database = into.join("db");
        let restorer = Restorer::of(&self.backups).unwrap();
        let (backup, plot) = (chosen(&restorer, number).unwrap(), Plot::take(&database).unwrap());
        let closed = restore(&restorer, &backup, &plot, lost, &mut |_, _| {});
        drop(plot);
        let closed =
            closed.inspect_err(|_| assert!(fs::read_dir(into).unwrap().next().is_none(), "what was refused has left something"))?;
        let library = Library::open(&database, &secret(), Settings::default()).unwrap();
        assert_eq!(library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
        Ok((closed, library))
    }

    /// Restores a backup, and lets every agency begin a page: none that another library has begun.
    fn begins(&self, number: Option<u32>, lost: Lost<'_>, begun: &mut BTreeSet<(Uscc, u32)>) -> Closed {
        let into = tempfile::tempdir().unwrap();
        let (closed, library) = self.restored_into(into.path(), number, lost).unwrap();
        let agencies = self.registry.house.manifest().agencies.iter().map(|agency| agency.code);
        for agency in agencies.chain([Uscc::parse("11100000000013338W").unwrap()]) {
            let page = library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST;
            assert!(page <= closed.first_page);
            assert!(begun.insert((agency, page)), "{agency} has begun page {page} twice: {lost:?}");
        }
        closed
    }

    fn restorations(&self) -> PathBuf {
        self.backups.join("restorations")
    }

    fn after(&self, checkpoint: &AuthenticCheckpoint, key: &PublicKeyLine) -> Result<(Closed, u32), StoreError> {
        self.restored(Lost::Published { checkpoint, key })
    }
}

/// A checkpoint of a log, with the public key that believes it.
fn published(origin: &str, key: &str, head: TreeHead) -> (String, AuthenticCheckpoint, PublicKeyLine) {
    let key = test_key(key);
    let note = Checkpoint::new(origin, head, &[]).unwrap().sign(&NoteSigner::new(origin, &key).unwrap()).unwrap();
    let public = PublicKeyLine::new(origin, key.verifying_key()).unwrap();
    let checkpoint = Checkpoint::open(&note, &public).unwrap();
    (note, checkpoint, public)
}

#[test]
fn as_many_pages_are_left_out_as_hold_what_may_be_lost() {
    let lists = |loss: &Loss, page: u32| loss.registry.house.manifest().agencies.iter().map(|_| u64::from(page) + 1).sum::<u64>();
    for (lost, most, page) in [
        (Lost::Untold, 100_000, 2),
        (Lost::AtMost(0), 0, 1),
        (Lost::AtMost(500), 500, 1),
        (Lost::AtMost(262_200), 262_200, 3),
        (Lost::AtMost(393_216), 393_216, 4),
    ] {
        let loss = Loss::new();
        let (closed, first) = loss.restored(lost).unwrap();
        assert_eq!((closed.lost, closed.events, closed.first_page, first), (most, None, page, page), "{lost:?}");
        assert_eq!(closed.lists, lists(&loss, page), "{lost:?}");
    }
}

#[test]
fn what_no_pack_has_lists_for_cannot_have_been_lost() {
    let loss = Loss::new();
    for most in [2048 * 131_072, u64::MAX] {
        assert_eq!(loss.restored(Lost::AtMost(most)).unwrap_err().code(), "restore_too_much_lost", "{most}");
    }
}

#[test]
fn the_last_checkpoint_bounds_what_may_be_lost_if_it_is_one_of_this_log() {
    let loss = Loss::new();
    let (origin, head) = (loss.registry.library.origin().to_owned(), loss.registry.library.head().unwrap());
    let later = TreeHead { size: head.size + 300_000, root: leaf_hash(b"later") };
    for (head, events, most, page) in [(head, 0, 100_000, 2), (later, 300_000, 300_000, 3)] {
        let (_, checkpoint, key) = published(&origin, "log", head);
        let (closed, first) = loss.after(&checkpoint, &key).unwrap();
        assert_eq!((closed.events, closed.lost, first), (Some(events), most, page));
        fs::remove_dir_all(loss.restorations()).unwrap();
    }
    let (_, forked, key) = published(&origin, "log", TreeHead { root: leaf_hash(b"another"), ..head });
    assert_eq!(loss.after(&forked, &key).unwrap_err().code(), "restore_other_history");
    let (_, foreign, key) = published("zj.example.cn/log", "log", later);
    assert_eq!(loss.after(&foreign, &key).unwrap_err().code(), "restore_other_log");

    // A library that has published knows by whose key.
    let (note, own, key) = published(&origin, "log", head);
    loss.registry
        .library
        .commit(|pen| {
            pen.put_checkpoint(&note);
            Ok::<(), StoreError>(())
        })
        .unwrap();
    let loss = loss.backed_up();
    assert_eq!(loss.after(&own, &key).unwrap().0.events, Some(0));
    let (_, by_another, key) = published(&origin, "another log", later);
    assert_eq!(loss.after(&by_another, &key).unwrap_err().code(), "restore_other_log");
}

#[test]
fn a_backup_that_is_restored_again_and_again_gives_no_slot_twice() {
    let loss = Loss::new();
    let (origin, head) = (loss.registry.library.origin().to_owned(), loss.registry.library.head().unwrap());
    let (_, checkpoint, key) = published(&origin, "log", TreeHead { size: head.size + 7, root: leaf_hash(b"of a restored library") });
    for lost in [Lost::Untold, Lost::AtMost(0), Lost::AtMost(500), Lost::Published { checkpoint: &checkpoint, key: &key }] {
        let mut begun = BTreeSet::from_iter([(loss.registry.house.manifest().agencies[0].code, 0)]);
        let closed = [1, 2, 3].map(|_| loss.begins(None, lost, &mut begun));
        assert_eq!(
            closed.map(|closed| (closed.number, closed.earlier, closed.unread)),
            [1, 2, 3].map(|it| (Some(it), u64::from(it) - 1, 0))
        );
        fs::remove_dir_all(loss.restorations()).unwrap();
    }
}

#[test]
fn what_was_restored_from_one_backup_of_a_folder_is_known_to_all_others() {
    let loss = Loss::new();
    loss.registry.issued(OPERATOR, 2, "2026-03-01");
    let loss = loss.backed_up();
    let mut begun = BTreeSet::new();
    for (place, number) in [2, 1, 2, 1].into_iter().enumerate() {
        let closed = loss.begins(Some(number), Lost::Untold, &mut begun);
        assert_eq!(closed.earlier, place as u64, "backup {number}");
    }
    // Of another library, as the folder would have it under another secret.
    let foreign = fs::read_to_string(loss.restorations().join("4")).unwrap().replace(loss.registry.library.origin(), "zj.example.cn/log");
    fs::write(loss.restorations().join("4"), foreign).unwrap();
    assert_eq!(loss.restored(Lost::Untold).unwrap().0.unread, 1, "what was changed by hand is not believed");
}

#[test]
fn a_library_that_was_restored_and_backed_up_goes_on_from_there_and_so_does_the_backup_of_before() {
    let loss = Loss::new();
    let (into, mut begun) = (tempfile::tempdir().unwrap(), BTreeSet::new());
    let (_, library) = loss.restored_into(into.path(), None, Lost::Untold).unwrap();
    let agency = loss.registry.house.manifest().agencies[0].code;
    begun.insert((agency, library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST));
    back_up(&library, &loss.backups).unwrap();
    for number in [2, 1, 2] {
        loss.begins(Some(number), Lost::AtMost(0), &mut begun);
    }
}

#[test]
fn what_is_written_of_a_restoration_and_cannot_be_read_is_assumed_and_told() {
    let loss = Loss::new();
    let mut begun = BTreeSet::new();
    loss.begins(None, Lost::Untold, &mut begun);
    loss.begins(None, Lost::Untold, &mut begun);
    let first = loss.restorations().join("1");
    let whole = fs::read(&first).unwrap();
    fs::write(loss.restorations().join("2"), &whole[..20]).unwrap();
    fs::remove_file(&first).unwrap();
    fs::create_dir(&first).unwrap();
    let closed = loss.begins(None, Lost::AtMost(0), &mut begun);
    assert_eq!((closed.number, closed.earlier, closed.unread), (Some(3), 0, 2));
}

#[test]
fn a_restoration_that_cannot_be_written_down_is_one_and_says_what_the_next_one_must_be_told() {
    let loss = Loss::new();
    let mut begun = BTreeSet::new();
    loss.begins(None, Lost::AtMost(0), &mut begun);
    // As if the folder could not be written.
    fs::create_dir(loss.restorations().join("2.unfinished")).unwrap();
    let closed = loss.begins(None, Lost::Untold, &mut begun);
    assert_eq!((closed.number, closed.earlier), (None, 1));
    assert!(closed.leapt > 0);
    fs::remove_dir(loss.restorations().join("2.unfinished")).unwrap();
    assert_eq!(loss.begins(None, Lost::AtMost(closed.leapt), &mut begun).number, Some(2));
    // Nor where nothing can be made there at all.
    fs::remove_dir_all(loss.restorations()).unwrap();
    fs::write(loss.restorations(), b"").unwrap();
    let closed = loss.restored(Lost::Untold).unwrap().0;
    assert_eq!((closed.number, closed.unread), (None, 1));
}

#[test]
fn two_that_are_restored_at_the_same_time_begin_on_different_pages() {
    let loss = Loss::new();
    let (backups, into) = (loss.backups.as_path(), tempfile::tempdir().unwrap());
    let chosen = &chosen(&Restorer::of(backups).unwrap(), None).unwrap();
    let mut pages = std::thread::scope(|scope| {
        let restored = [1, 2, 3, 4].map(|number| {
            let into = into.path().join(number.to_string());
            scope.spawn(move || {
                let (restorer, plot) = (Restorer::of(backups).unwrap(), Plot::take(&into).unwrap());
                restore(&restorer, chosen, &plot, Lost::Untold, &mut |_, _| {}).unwrap().first_page
            })
        });
        restored.map(|restored| restored.join().unwrap())
    });
    pages.sort_unstable();
    assert_eq!(pages, [2, 4, 6, 8]);
}

#[test]
fn a_restoration_that_was_broken_off_counts_as_one_that_may_have_issued() {
    let loss = Loss::new();
    let into = tempfile::tempdir().unwrap();
    let mut begun = BTreeSet::new();
    drop(loss.restored_into(into.path(), None, Lost::Untold).unwrap());
    fs::rename(into.path().join("db"), into.path().join("db.restoring")).unwrap();
    let (closed, library) = loss.restored_into(into.path(), None, Lost::Untold).unwrap();
    assert_eq!((closed.number, closed.earlier), (Some(2), 1));
    let agency = loss.registry.house.manifest().agencies[0].code;
    begun.insert((agency, library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST));
    loss.begins(None, Lost::Untold, &mut begun);
}

#[test]
fn a_counter_of_slots_that_is_none_is_not_taken_for_the_first_slot() {
    let loss = Loss::new();
    let agency = loss.registry.house.manifest().agencies[0].code;
    let counter = [agency.as_str().as_bytes(), &u32::MAX.to_be_bytes()].concat();
    let registry = loss.registry.reopen_after(|path| bare(path, |db| write(db, "pages", &[(counter, Some(vec![1, 2, 3]))])));
    assert_eq!(registry.library.reserve_slot(&agency).unwrap_err().code(), "store_malformed");
    let loss = Loss { registry, ..loss }.backed_up();
    assert_eq!(loss.restored(Lost::Untold).unwrap_err().code(), "store_malformed");
}

#[test]
fn a_library_that_an_older_kanhe_restored_signs_lists_of_what_each_agency_may_have_begun() {
    let loss = Loss::new();
    let one = vec![0x18, 42];
    let registry = loss.registry.reopen_after(|path| bare(path, |db| write(db, "meta", &[(b"first page".to_vec(), Some(one))])));
    assert_eq!(registry.library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
    let agencies = [registry.house.manifest().agencies[0].code, Uscc::parse("11100000000013338W").unwrap()];
    let lists = |library: &Library| agencies.map(|agency| library.pages(&agency).unwrap().into_keys().collect::<Vec<_>>());
    // The first has issued, and may have begun two pages more; the last two are of a library that was restored twice.
    assert_eq!(lists(&registry.library), [vec![0, 1, 2, 40, 41], vec![0, 1, 40, 41]]);
    assert_eq!(registry.library.reserve_slot(&agencies[0]).unwrap().number() / ENTRIES_PER_LIST, 42);
    let (loss, into) = (Loss { registry, ..loss }.backed_up(), tempfile::tempdir().unwrap());
    let (closed, library) = loss.restored_into(into.path(), None, Lost::Untold).unwrap();
    assert_eq!(lists(&library), [vec![0, 1, 2, 40, 41, 42, 43], vec![0, 1, 40, 41, 42, 43]]);
    assert_eq!((closed.first_page, closed.lists), (44, 8), "the manifest has the first alone");
}
