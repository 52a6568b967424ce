//! A house before anybody listens at it: a library on the disk, a clock that stories move, and chance that is the same in every run.

use super::region::{ORIGIN, catalogue, dictionary, key_of, manifest, pack, signed_manifest};
use jiff::Timestamp;
use kanhe_core::event::Grounds;
use kanhe_core::key::SigningKey;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::registrar::{Entry, Registrar};
use kanhe_render::{Artist, Level};
use kanhe_service::backup::Backups;
use kanhe_service::cause::Cause;
use kanhe_service::config::{JobsAt, ProposalsWith, PublishAt, SharingAt};
use kanhe_service::counter::{Held, Shelf};
use kanhe_service::house::{Door, Edge, House, Pictures, Turns};
use kanhe_service::jobs::Queue;
use kanhe_service::proposals;
use kanhe_service::publish::{Press, Rules};
use kanhe_service::recording::Recording;
use kanhe_service::reread::Refused;
use kanhe_store::{Library, LibrarySecret, Settings, SignedManifest};
use kanhe_tests::world::{moment, test_key};
use kanhe_tests::{Office, Province};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// A house before anybody listens at it.
pub struct Made {
    pub house: House,
    pub folder: TempDir,
    pub clock: Arc<AtomicI64>,
}

/// A house at noon on 15 June 2026 with an empty library and a pack, changed as a story wants it.
pub fn house_with(change: impl FnOnce(&mut House)) -> Made {
    let folder = TempDir::new().unwrap();
    let clock = Arc::new(AtomicI64::new(moment("2026-06-15T04:00:00Z").as_millisecond()));
    let mut house = house(folder.path(), &clock);
    change(&mut house);
    Made { house, folder, clock }
}

pub fn house(folder: &Path, clock: &Arc<AtomicI64>) -> House {
    let (catalogue, dictionary) = (catalogue(), dictionary());
    let (database, file) = (folder.join("db"), folder.join("gd.pack"));
    let secret = LibrarySecret::new(Zeroizing::new(*b"kanhe test library secret 000000"));
    let is_new = !database.exists();
    if is_new {
        Library::create(&database, Province::Guangdong.code(), ORIGIN, &secret, Settings::default()).unwrap();
    }
    let library = Library::open(&database, &secret, Settings::default()).unwrap();
    let root = Province::Guangdong.root_key();
    let manifest = signed_manifest(manifest(&catalogue, &dictionary));
    let now = Timestamp::from_millisecond(clock.load(Ordering::SeqCst)).unwrap();
    if is_new {
        take_up(&library, manifest.clone(), now);
    }
    proposals::open_types(&library, &catalogue, std::slice::from_ref(&dictionary)).unwrap();
    let shelf = Shelf::new(vec![root.verifying_key()]);
    shelf.put(fs::read(&file).unwrap_or_else(|_| pack(&manifest, &dictionary, now)), Held::OfOthers).unwrap();
    let named = |name: &str, key: &SigningKey| NamedKey::new(name, &Zeroizing::new(*key.expose_seed())).unwrap();
    let rules = Rules { pack_key: Some("gd-root.example.cn".to_owned()), ..PublishAt::default().rules() };
    let keep = Box::new(move |bytes: &[u8]| fs::write(&file, bytes).map_err(|error| Cause { code: "file_io", detail: error.to_string() }));
    House {
        backups: Backups::elsewhere(),
        press: Press::open(&library, rules, keep).unwrap(),
        library,
        catalogue,
        dictionaries: vec![dictionary],
        keys: vec![
            named("gz.example.cn", &key_of(Office::Guangzhou)),
            named("housing.example.cn", &key_of(Office::Housing)),
            named(ORIGIN, &test_key("log")),
            named("gd-root.example.cn", &root),
        ],
        shelf,
        refused: Refused::default(),
        pictures: Pictures { artist: Artist::plain(Level::M).unwrap(), page: Some("https://gd.example.cn/".to_owned()) },
        turns: Turns::new(1),
        sharing: SharingAt::default().rules(),
        jobs: Queue::new(JobsAt::default().rules()),
        proposals: ProposalsWith::default().rules(),
        edge: edge(clock),
        recording: Recording::default(),
        door: Door::new(false),
        identity: None,
    }
}

/// Lets a library work under a manifest of the region.
pub fn take_up(library: &Library, manifest: Vec<u8>, now: Timestamp) {
    let signed = SignedManifest { envelope: manifest, root: Province::Guangdong.root_key().verifying_key() };
    let grounds = Grounds::new("《行政许可法》", "登记机构名录", "registrar").unwrap();
    Registrar::new(library).take_up(&signed, &Entry { grounds, effective: now, now, salt: [7; 16] }).unwrap();
}

fn edge(clock: &Arc<AtomicI64>) -> Edge {
    let (clock, counter) = (Arc::clone(clock), Mutex::new(0_u64));
    Edge {
        now: Box::new(move || Timestamp::from_millisecond(clock.load(Ordering::SeqCst)).unwrap()),
        // Chance that is another every time, and the same in every run.
        chance: Box::new(move |bytes| {
            let mut counter = counter.lock().unwrap();
            *counter += 1;
            let seed = *counter;
            for (block, chunk) in (0_u64..).zip(bytes.chunks_mut(32)) {
                let drawn = Sha256::digest([seed.to_be_bytes(), block.to_be_bytes()].concat());
                chunk.copy_from_slice(&drawn[..chunk.len()]);
            }
        }),
    }
}
