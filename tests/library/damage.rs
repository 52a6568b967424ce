//! What is damaged in a library is found by its check: entries that are missing, entries that are nobody's, and entries that lead elsewhere.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, secret};
use crate::review::{Bureau, NOON, PARALLEL};
use crate::transfer::{take_over, there};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::{Contents, Manifest};
use kanhe_core::wire;
use kanhe_issuer::audit::judge;
use kanhe_issuer::examiner::{Closing, Opinion};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::publisher::prove_event;
use kanhe_issuer::registrar::Replacement;
use kanhe_issuer::survivors::{honest_seals, lost};
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::NoteSigner;
use kanhe_store::check::Place;
use kanhe_store::{Drawer, Library, Pen, Settings, SignedManifest, Stage, StoreError};
use kanhe_tests::world::{moment, test_key};
use std::collections::BTreeSet;
use std::path::Path;

type Row = (Vec<u8>, Vec<u8>);

/// Under such a key stands the ordinal of an agency's next slot.
const NEXT: Keys = End(u8::MAX);

/// A shelfmark that no certificate has.
const NOWHERE: u8 = 99;

/// What is done to one entry of a family, and what the check says of it.
enum Damage {
    /// It is taken away.
    Gone,
    /// Its value is another.
    Garbled,
    /// There is another beside it, which differs from it in one byte of its key, counted from the end.
    Beside { back: usize, becomes: u8 },
    /// Its value has another byte, counted from the start.
    Leads { at: usize, to: u8 },
    /// Its value has another byte, counted from the end.
    Ends { back: usize, to: u8 },
    /// It has the value of the next.
    Swapped,
    /// Another key, whose last byte is another, has its value.
    Twice,
}

use Damage::{Beside, Ends, Garbled, Gone, Leads, Swapped, Twice};

/// Of entries whose key ends with a shelfmark: that of another certificate, and that of none.
const ANOTHERS: Damage = Beside { back: 1, becomes: 3 };
const NOBODYS: Damage = Beside { back: 1, becomes: NOWHERE };

/// Which keys of a family are meant.
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// All.
    Any,
    /// Those that begin with a byte: a kind of their own.
    Begin(u8),
    /// Those that end with a byte.
    End(u8),
}

use Keys::{Any, Begin, End};

impl Keys {
    fn have(self, key: &[u8]) -> bool {
        match self {
            Any => true,
            Begin(byte) => key.first() == Some(&byte),
            End(byte) => key.last() == Some(&byte),
        }
    }
}

/// The family, the keys of it that are meant, what is done, and what is found.
type Line = (&'static str, Keys, Damage, &'static str);

const TABLE: &[Line] = &[
    ("identifiers", Any, Gone, "check_identifier"),
    ("identifiers", Any, Garbled, "check_identifier"),
    ("identifiers", Any, Swapped, "check_identifier"),
    ("identifiers", Any, Twice, "check_identifier"),
    ("identifiers", Any, Leads { at: 7, to: NOWHERE }, "check_identifier"),
    ("numbers", Any, Gone, "check_number"),
    ("numbers", Any, Garbled, "check_number"),
    ("numbers", Any, Leads { at: 17, to: b'~' }, "check_number"),
    ("numbers", Any, ANOTHERS, "check_number"),
    ("numbers", Any, NOBODYS, "check_number"),
    ("holders", Any, Gone, "check_holder"),
    ("holders", Any, Garbled, "check_holder"),
    ("holders", Any, ANOTHERS, "check_holder"),
    ("holders", Any, NOBODYS, "check_holder"),
    ("shelves", Any, Gone, "check_shelf"),
    ("shelves", Any, Garbled, "check_shelf"),
    ("shelves", Any, ANOTHERS, "check_shelf"),
    ("shelves", Any, NOBODYS, "check_shelf"),
    ("endings", Any, Gone, "check_ending"),
    ("endings", Any, Garbled, "check_ending"),
    ("endings", Any, ANOTHERS, "check_ending"),
    ("endings", Any, NOBODYS, "check_ending"),
    ("requests", Any, Gone, "check_request"),
    ("requests", Any, Garbled, "check_request"),
    ("requests", Any, Swapped, "check_request"),
    ("requests", Any, Twice, "check_request"),
    // An array of two: the shelfmark stands behind its head.
    ("requests", Any, Leads { at: 1, to: 23 }, "check_request"),
    ("words", Any, Gone, "check_words"),
    ("words", Any, Garbled, "check_words"),
    ("words", Any, ANOTHERS, "check_words"),
    ("words", Any, NOBODYS, "check_words"),
    ("slots", Any, Gone, "check_slot"),
    ("slots", Any, Garbled, "check_slot"),
    ("slots", Any, Swapped, "check_slot"),
    ("slots", Any, Twice, "check_slot"),
    ("slots", Any, Leads { at: 8, to: 9 }, "check_slot"),
    ("pages", End(0), Gone, "check_page"),
    ("pages", End(0), Garbled, "check_page"),
    ("pages", End(0), Twice, "check_page"),
    ("pages", NEXT, Gone, "check_page"),
    ("pages", NEXT, Garbled, "check_page"),
    // A slot that is in use would be given out again, or some never.
    ("pages", NEXT, Leads { at: 7, to: 1 }, "check_page"),
    ("pages", NEXT, Leads { at: 7, to: NOWHERE }, "check_page"),
    ("histories", Any, Gone, "check_event_record"),
    ("histories", Any, Garbled, "check_history"),
    ("histories", Any, Beside { back: 1, becomes: 3 }, "check_history"),
    ("histories", Any, Beside { back: 9, becomes: 4 }, "check_history"),
    ("histories", Any, Beside { back: 9, becomes: NOWHERE }, "check_history"),
    ("aliases", Any, Gone, "check_alias"),
    ("aliases", Any, Garbled, "check_alias"),
    ("aliases", Any, Swapped, "check_alias"),
    ("aliases", Any, Twice, "check_alias"),
    ("aliases", Any, Leads { at: 7, to: NOWHERE }, "check_alias"),
    ("counts", Any, Gone, "check_counts"),
    ("counts", Any, Leads { at: 7, to: 7 }, "check_counts"),
    ("counts", Any, Twice, "check_counts"),
    ("cards", Any, Gone, "store_malformed"),
    ("cards", Any, Garbled, "store_malformed"),
    ("cards", Any, Swapped, "check_card"),
    ("cards", Any, NOBODYS, "check_card_beyond"),
    // Since when it holds, and since when it is known: before the versions beside it, and whether it is had alone.
    ("cards", Any, Ends { back: 9, to: 7 }, "check_state"),
    ("cards", Any, Ends { back: 4, to: 7 }, "check_state"),
    ("certificates", Any, Gone, "store_malformed"),
    ("certificates", Any, Garbled, "store_sealed"),
    ("certificates", Any, Swapped, "store_sealed"),
    ("certificates", Any, NOBODYS, "check_card_beyond"),
    ("events", Any, Gone, "check_event"),
    ("events", Any, Garbled, "check_event"),
    ("events", Any, Swapped, "check_event"),
    ("events", Any, NOBODYS, "check_event_beyond"),
    ("tiles", Any, Leads { at: 40, to: 1 }, "check_tile"),
    ("tiles", Any, Twice, "check_tile"),
    ("projects", Begin(0), Gone, "check_project"),
    ("projects", Begin(0), Garbled, "check_project"),
    ("projects", Begin(0), Swapped, "check_project"),
    ("projects", Begin(1), Gone, "check_project"),
    ("projects", Begin(1), Garbled, "check_project"),
    ("projects", Begin(1), Twice, "check_project"),
    ("projects", Begin(2), Gone, "check_project"),
    ("projects", Begin(2), Garbled, "check_project"),
    ("projects", Begin(2), Swapped, "check_project"),
    ("projects", Begin(2), Twice, "check_project"),
    ("projects", Begin(3), Gone, "check_project"),
    ("projects", Begin(3), Beside { back: 29, becomes: 0 }, "check_project"),
    ("projects", Begin(3), Garbled, "check_project"),
    ("projects", Begin(3), Twice, "check_project"),
    // One that is gone is entered again when the library is opened.
    ("projects", Begin(4), Garbled, "check_project"),
    ("projects", Begin(4), Beside { back: 50, becomes: 0 }, "check_project"),
    ("office", Any, Garbled, "store_sealed"),
    ("office", Any, Twice, "store_sealed"),
];

impl Damage {
    /// What is written over the rows of a family: at each key a value, or none.
    fn of(&self, rows: &[Row]) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let (key, value) = rows[0].clone();
        match self {
            Gone => vec![(key, None)],
            Garbled => vec![(key, Some(vec![0x17; 3]))],
            Beside { back, becomes } => vec![(with(&key, key.len() - back, *becomes), Some(value))],
            Leads { at, to } => vec![(key, Some(with(&value, *at, *to)))],
            Ends { back, to } => vec![(key, Some(with(&value, value.len() - back, *to)))],
            Swapped => vec![(key, Some(rows[1].1.clone()))],
            Twice => vec![(with(&key, key.len() - 1, b'~'), Some(value))],
        }
    }
}

fn with(bytes: &[u8], at: usize, becomes: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = becomes;
    bytes
}

/// A library in which every family has something.
pub fn furnished() -> Registry {
    let bureau = Bureau::of(ACCOUNTING, PARALLEL);
    let code = bureau.lodged(1);
    bureau.lodged(2);
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap();
    bureau.approve(&code, "head-1", NOON).unwrap();
    let registry = bureau.registry;
    let marks: Vec<_> = (3..6).map(|person| registry.issued(OPERATOR, person, "2026-03-01")).collect();
    registry.replace(marks[0], Replacement::Renew, 3, "R-again", "2026-03-03T04:00:00Z").unwrap();
    registry.change(marks[1], Change::Suspend, "2026-03-03T04:00:00Z").unwrap();
    for name in ["old-1", "old:2"] {
        let entry = registry.entry(moment(NOON), moment(NOON));
        registry.registrar().alias(&registry.identifier(marks[2]), "gz:old", name, &entry).unwrap();
    }
    take_over(&registry, OPERATOR, 7, "R-in", &there()).unwrap();
    let papers = [&b"a"[..], b"b"].map(|key| registry.library.commit(|pen| pen.put_office(Drawer::Hooks, key, b"paper")));
    assert_eq!(papers, [const { Ok::<(), StoreError>(()) }; 2]);
    registry
}

/// The database of a library that is closed, without any rule of ours.
pub fn bare<T>(path: &Path, act: impl FnOnce(&rocksdb::DB) -> T) -> T {
    let options = rocksdb::Options::default();
    act(&rocksdb::DB::open_cf(&options, path, rocksdb::DB::list_cf(&options, path).unwrap()).unwrap())
}

pub fn write(db: &rocksdb::DB, family: &str, rows: &[(Vec<u8>, Option<Vec<u8>>)]) {
    let family = db.cf_handle(family).unwrap();
    for (key, value) in rows {
        match value {
            Some(value) => db.put_cf(family, key, value).unwrap(),
            None => db.delete_cf(family, key).unwrap(),
        }
    }
}

#[test]
fn every_entry_that_is_missing_strange_or_leads_elsewhere_is_found() {
    let Registry { house, folder, library, .. } = furnished();
    drop(library);
    let path = folder.path().join("db");
    let found = || -> BTreeSet<&'static str> {
        let library = Library::open(&path, &secret(), Settings::default()).unwrap();
        let findings = library.check(|whole| judge(whole, house.manifest()), |_, _| {}).unwrap();
        findings.iter().map(|finding| finding.defect.code()).collect()
    };
    assert_eq!(found(), BTreeSet::new(), "the library is sound before anything is damaged");
    let mut unseen = Vec::new();
    for round in rounds() {
        let before: Vec<_> =
            bare(&path, |db| round.iter().map(|(family, keys, damage, _)| (*family, done_to(db, family, *keys, damage))).collect());
        let codes = found();
        unseen.extend(
            round.iter().filter(|row| !codes.contains(row.3)).map(|(family, keys, _, code)| format!("{family} {keys:?} {code}: {codes:?}")),
        );
        bare(&path, |db| before.iter().for_each(|(family, rows)| write(db, family, rows)));
    }
    assert_eq!(unseen, Vec::<String>::new());
    assert_eq!(found(), BTreeSet::new(), "what was damaged was mended");
}

#[test]
fn nobody_decides_on_his_own_work_because_the_event_of_it_is_lost() {
    let bureau = Bureau::of(ACCOUNTING, PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap();
    let [arrival, ..] = bureau.project(&code).events[..] else { panic!("it has no history") };
    let bureau = bureau.reopen_after(|path| bare(path, |db| write(db, "events", &[(arrival.to_be_bytes().to_vec(), None)])));
    for actor in ["clerk-1", "head-1"] {
        assert_eq!(bureau.approve(&code, actor, NOON).map_err(|error| error.code()).err(), Some("store_malformed"), "{actor}");
        assert_eq!(bureau.close(&code, Closing::Reject, actor).map_err(|error| error.code()).err(), Some("store_malformed"), "{actor}");
    }
    assert_eq!(bureau.project(&code).stage, Stage::ForDecision);
}

#[test]
fn what_a_stolen_key_signed_is_not_passed_over_because_a_trace_of_it_is_lost() {
    let mut registry = Registry::new();
    let marks = [1, 2, 3].map(|person| registry.issued(OPERATOR, person, "2026-03-01"));
    let (key, log) = (registry.house.public_key(), test_key("log"));
    let (origin, head) = (registry.library.origin().to_owned(), registry.library.head().unwrap());
    let note = Checkpoint::new(&origin, head, &[]).unwrap().sign(&NoteSigner::new(&origin, &log).unwrap()).unwrap();
    let publish = |pen: &mut Pen<'_>| -> Result<(), StoreError> {
        pen.put_checkpoint(&note);
        Ok(())
    };
    registry.library.commit(publish).unwrap();
    let told = |library: &Library| {
        let behind = lost(library, &key, 0).unwrap().map(|lost| lost.map(|lost| lost.index)).collect::<Result<Vec<_>, _>>();
        let honest = honest_seals(library, &key, head.size).map(|hashes| hashes.len());
        let proof = prove_event(library, 1).map(|proven| proven.size);
        (behind.map_err(|error| error.code()), honest.map_err(|error| error.code()), proof.map_err(|error| error.code()))
    };
    let whole = (Ok(vec![0, 1, 2]), Ok(3), Ok(3));
    assert_eq!(told(&registry.library), whole);
    let identifier = registry.identifier(marks[1]).without_root().into_bytes();
    let place = marks[1].number().to_be_bytes();
    for (family, key, expected) in [
        ("events", 1_u64.to_be_bytes().to_vec(), (Err("store_log"), Err("store_malformed"), Err("store_log"))),
        ("identifiers", identifier, (Err("store_malformed"), whole.1, whole.2)),
        ("histories", [place, 1_u64.to_be_bytes()].concat(), (whole.0.clone(), Err("store_malformed"), whole.2)),
    ] {
        let mut stood = None;
        registry = registry.reopen_after(|path| {
            bare(path, |db| {
                stood = db.get_cf(db.cf_handle(family).unwrap(), &key).unwrap();
                assert!(stood.is_some(), "{family}");
                write(db, family, &[(key.clone(), None)]);
            });
        });
        assert_eq!(told(&registry.library), expected, "{family}");
        registry = registry.reopen_after(|path| bare(path, |db| write(db, family, &[(key, stood)])));
    }
    assert_eq!(told(&registry.library), whole);
}

#[test]
fn a_library_that_works_under_another_manifest_than_its_log_tells_of_is_found() {
    let mut registry = Registry::new();
    registry.issued(OPERATOR, 1, "2026-03-01");
    let root = test_key("registry root");
    let mut taken = Vec::new();
    for edition in [1, 2] {
        let manifest = Manifest::new(Contents { edition, ..Contents::clone(registry.house.manifest()) }).unwrap();
        let envelope = sign_to_cose(Manifest::TYPE, &manifest.encode(), &root);
        let entry = registry.entry(moment(NOON), moment(NOON));
        assert_eq!(registry.registrar().take_up(&SignedManifest { envelope, root: root.verifying_key() }, &entry), Ok(true));
        taken.push(wire::to_vec(&registry.library.manifest().unwrap().unwrap()));
    }
    let found = |registry: &Registry| {
        let findings = registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap();
        findings.iter().map(|finding| (finding.place, finding.defect.code())).collect::<Vec<_>>()
    };
    assert_eq!(found(&registry), []);
    let put = |value: Option<&Vec<u8>>| [(b"manifest".to_vec(), value.cloned())];
    for value in [Some(&taken[0]), None] {
        registry = registry.reopen_after(|path| bare(path, |db| write(db, "meta", &put(value))));
        assert_eq!(found(&registry), [(Place::Event(2), "check_manifest")]);
    }
}

/// The table in rounds: at one time only what is told apart by its code, and by itself what hides other damage.
fn rounds() -> Vec<Vec<&'static Line>> {
    let hides = |line: &Line| ["identifiers", "histories", "cards", "certificates", "events"].contains(&line.0);
    let mut rounds: Vec<Vec<&Line>> = Vec::new();
    for line in TABLE {
        match rounds.iter_mut().find(|round| !hides(line) && !round.iter().any(|other| hides(other) || other.3 == line.3)) {
            Some(round) => round.push(line),
            None => rounds.push(vec![line]),
        }
    }
    rounds
}

/// Damages a family, and says what stood there before.
fn done_to(db: &rocksdb::DB, family: &str, keys: Keys, damage: &Damage) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let rows = db.iterator_cf(db.cf_handle(family).unwrap(), rocksdb::IteratorMode::Start);
    let rows = rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).unwrap());
    let rows: Vec<Row> = rows.filter(|(key, _)| keys.have(key)).collect();
    let damaged = damage.of(&rows);
    let stood = |key: &Vec<u8>| rows.iter().find(|row| row.0 == *key).map(|row| row.1.clone());
    let before: Vec<_> = damaged.iter().map(|(key, _)| (key.clone(), stood(key))).collect();
    assert_ne!(before, damaged, "a line of the table damages nothing in {family}");
    write(db, family, &damaged);
    before
}
