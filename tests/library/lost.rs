//! How much a restored library has lost is told, or assumed: so many slots it does not give out.

use crate::backups::back_up;
use crate::registry::{OPERATOR, Registry, secret};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::Manifest;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::hash::{TreeHead, leaf_hash};
use kanhe_log::note::NoteSigner;
use kanhe_store::backup::{Closed, Lost, chosen, restore};
use kanhe_store::{Library, Plot, Settings, SignedManifest, StoreError};
use kanhe_tests::world::{moment, test_key};
use std::path::PathBuf;

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
        let database = into.path().join("db");
        let (backup, plot) = (chosen(&self.backups, None).unwrap(), Plot::take(&database).unwrap());
        let closed = restore(&self.backups, &backup, &plot, lost, &mut |_, _| {});
        drop(plot);
        let closed = closed.inspect_err(|_| {
            assert!(std::fs::read_dir(into.path()).unwrap().next().is_none(), "what was refused has left something");
        })?;
        let library = Library::open(&database, &secret(), Settings::default()).unwrap();
        assert_eq!(library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
        let agency = self.registry.house.manifest().agencies[0].code;
        Ok((closed, library.reserve_slot(&agency).unwrap().number() / ENTRIES_PER_LIST))
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
    let loss = Loss::new();
    let lists = |loss: &Loss, page: u32| loss.registry.house.manifest().agencies.iter().map(|_| u64::from(page) + 1).sum::<u64>();
    for (lost, most, page) in [
        (Lost::Untold, 100_000, 2),
        (Lost::AtMost(0), 0, 1),
        (Lost::AtMost(500), 500, 1),
        (Lost::AtMost(262_200), 262_200, 3),
        (Lost::AtMost(393_216), 393_216, 4),
    ] {
        let (closed, first) = loss.restored(lost).unwrap();
        assert_eq!((closed.lost, closed.events, first), (most, None, page), "{lost:?}");
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
