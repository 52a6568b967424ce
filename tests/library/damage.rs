//! What is damaged in a library is found by its check: entries that are missing, entries that are nobody's, and entries that lead elsewhere.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, secret};
use crate::review::{Bureau, NOON, PARALLEL};
use crate::transfer::{take_over, there};
use kanhe_issuer::audit::judge;
use kanhe_issuer::examiner::Opinion;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Replacement;
use kanhe_store::{Drawer, Library, Settings, StoreError};
use kanhe_tests::world::moment;
use std::collections::BTreeSet;
use std::path::Path;

type Row = (Vec<u8>, Vec<u8>);

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
    /// It has the value of the next.
    Swapped,
    /// Another key, whose last byte is another, has its value.
    Twice,
}

use Damage::{Beside, Garbled, Gone, Leads, Swapped, Twice};

/// Of entries whose key ends with a shelfmark: that of another certificate, and that of none.
const ANOTHERS: Damage = Beside { back: 1, becomes: 3 };
const NOBODYS: Damage = Beside { back: 1, becomes: NOWHERE };

/// The family, the first byte of the keys that are meant if there are several kinds, what is done, and what is found.
type Line = (&'static str, Option<u8>, Damage, &'static str);

const TABLE: &[Line] = &[
    ("identifiers", None, Gone, "check_identifier"),
    ("identifiers", None, Garbled, "check_identifier"),
    ("identifiers", None, Swapped, "check_identifier"),
    ("identifiers", None, Twice, "check_identifier"),
    ("identifiers", None, Leads { at: 7, to: NOWHERE }, "check_identifier"),
    ("numbers", None, Gone, "check_number"),
    ("numbers", None, Garbled, "check_number"),
    ("numbers", None, ANOTHERS, "check_number"),
    ("numbers", None, NOBODYS, "check_number"),
    ("holders", None, Gone, "check_holder"),
    ("holders", None, Garbled, "check_holder"),
    ("holders", None, ANOTHERS, "check_holder"),
    ("holders", None, NOBODYS, "check_holder"),
    ("shelves", None, Gone, "check_shelf"),
    ("shelves", None, Garbled, "check_shelf"),
    ("shelves", None, ANOTHERS, "check_shelf"),
    ("shelves", None, NOBODYS, "check_shelf"),
    ("endings", None, Gone, "check_ending"),
    ("endings", None, Garbled, "check_ending"),
    ("endings", None, ANOTHERS, "check_ending"),
    ("endings", None, NOBODYS, "check_ending"),
    ("requests", None, Gone, "check_request"),
    ("requests", None, Garbled, "check_request"),
    ("requests", None, Swapped, "check_request"),
    ("requests", None, Twice, "check_request"),
    // An array of two: the shelfmark stands behind its head.
    ("requests", None, Leads { at: 1, to: 23 }, "check_request"),
    ("words", None, Gone, "check_words"),
    ("words", None, Garbled, "check_words"),
    ("words", None, ANOTHERS, "check_words"),
    ("words", None, NOBODYS, "check_words"),
    ("slots", None, Gone, "check_slot"),
    ("slots", None, Garbled, "check_slot"),
    ("slots", None, Swapped, "check_slot"),
    ("slots", None, Twice, "check_slot"),
    ("slots", None, Leads { at: 8, to: 9 }, "check_slot"),
    ("histories", None, Gone, "check_event_record"),
    ("histories", None, Garbled, "check_history"),
    ("histories", None, Beside { back: 1, becomes: 3 }, "check_history"),
    ("histories", None, Beside { back: 9, becomes: 4 }, "check_history"),
    ("histories", None, Beside { back: 9, becomes: NOWHERE }, "check_history"),
    ("aliases", None, Gone, "check_alias"),
    ("aliases", None, Garbled, "check_alias"),
    ("aliases", None, Swapped, "check_alias"),
    ("aliases", None, Twice, "check_alias"),
    ("aliases", None, Leads { at: 7, to: NOWHERE }, "check_alias"),
    ("counts", None, Gone, "check_counts"),
    ("counts", None, Leads { at: 7, to: 7 }, "check_counts"),
    ("counts", None, Twice, "check_counts"),
    ("cards", None, Gone, "store_malformed"),
    ("cards", None, Garbled, "store_malformed"),
    ("cards", None, Swapped, "check_card"),
    ("cards", None, NOBODYS, "check_card_beyond"),
    ("certificates", None, Gone, "store_malformed"),
    ("certificates", None, Garbled, "store_sealed"),
    ("certificates", None, Swapped, "store_sealed"),
    ("certificates", None, NOBODYS, "check_card_beyond"),
    ("events", None, Gone, "check_event"),
    ("events", None, Garbled, "check_event"),
    ("events", None, Swapped, "check_event"),
    ("events", None, NOBODYS, "check_event_beyond"),
    ("tiles", None, Leads { at: 40, to: 1 }, "check_tile"),
    ("tiles", None, Twice, "check_tile"),
    ("projects", Some(0), Gone, "check_project"),
    ("projects", Some(0), Garbled, "check_project"),
    ("projects", Some(0), Swapped, "check_project"),
    ("projects", Some(1), Gone, "check_project"),
    ("projects", Some(1), Garbled, "check_project"),
    ("projects", Some(1), Twice, "check_project"),
    ("projects", Some(2), Gone, "check_project"),
    ("projects", Some(2), Garbled, "check_project"),
    ("projects", Some(2), Swapped, "check_project"),
    ("projects", Some(2), Twice, "check_project"),
    ("projects", Some(3), Garbled, "check_project"),
    ("projects", Some(3), Twice, "check_project"),
    ("office", None, Garbled, "store_sealed"),
    ("office", None, Twice, "store_sealed"),
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
fn furnished() -> Registry {
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
fn bare<T>(path: &Path, act: impl FnOnce(&rocksdb::DB) -> T) -> T {
    let options = rocksdb::Options::default();
    act(&rocksdb::DB::open_cf(&options, path, rocksdb::DB::list_cf(&options, path).unwrap()).unwrap())
}

fn write(db: &rocksdb::DB, family: &str, rows: &[(Vec<u8>, Option<Vec<u8>>)]) {
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
            bare(&path, |db| round.iter().map(|(family, kind, damage, _)| (*family, done_to(db, family, *kind, damage))).collect());
        let codes = found();
        unseen.extend(
            round.iter().filter(|row| !codes.contains(row.3)).map(|(family, kind, _, code)| format!("{family} {kind:?} {code}: {codes:?}")),
        );
        bare(&path, |db| before.iter().for_each(|(family, rows)| write(db, family, rows)));
    }
    assert_eq!(unseen, Vec::<String>::new());
    assert_eq!(found(), BTreeSet::new(), "what was damaged was mended");
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
fn done_to(db: &rocksdb::DB, family: &str, kind: Option<u8>, damage: &Damage) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let rows = db.iterator_cf(db.cf_handle(family).unwrap(), rocksdb::IteratorMode::Start);
    let rows = rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).unwrap());
    let rows: Vec<Row> = rows.filter(|(key, _)| kind.is_none_or(|kind| key[0] == kind)).collect();
    let damaged = damage.of(&rows);
    let stood = |key: &Vec<u8>| rows.iter().find(|row| row.0 == *key).map(|row| row.1.clone());
    let before: Vec<_> = damaged.iter().map(|(key, _)| (key.clone(), stood(key))).collect();
    assert_ne!(before, damaged, "a line of the table damages nothing in {family}");
    write(db, family, &damaged);
    before
}
