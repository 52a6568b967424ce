//! Of a type that lets a holder have one certificate he waits for one: the second application is refused when it is lodged.

use super::{Bureau, NOON, PARALLEL, code_of};
use crate::damage::{bare, write};
use crate::registry::ACCOUNTING;
use kanhe_core::code::ProjectCode;
use kanhe_issuer::application::Application;
use kanhe_issuer::examiner::{Closing, Descent, ExaminerError, Lodged, Lodging, Opinion};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Replacement;
use kanhe_store::{Project, Stage, StoreError};
use kanhe_tests::world::day;
use serde_json::{Map, Value};
use std::fs;
use std::path::PathBuf;

/// The first byte of the keys by which holders find what is not decided.
const OPEN: u8 = 4;

impl Bureau {
    fn first(&self, person: usize, request: &str) -> Result<Lodged, ExaminerError> {
        self.lodge_as(person, request, None, NOON)
    }

    /// Lodges an application for a certificate that is in force from a day on.
    fn lodge_starting(&self, person: usize, request: &str, from: &str) -> Result<Lodged, ExaminerError> {
        let (kind, house) = (self.registry.house.kind(self.kind), &self.registry.house);
        let row = house.application(self.kind, person, request, "").to_json();
        let mut row: Map<String, Value> = serde_json::from_slice(&row).unwrap();
        row.insert("valid_from".to_owned(), from.into());
        let application = Application::read_back(&serde_json::to_vec(&row).unwrap(), kind).unwrap();
        let lodging =
            Lodging { agency: house.desk(self.kind).agency().code, application: &application, descent: Descent::First, chance: [7; 10] };
        self.examiner().lodge(kind, &lodging, &self.entry("clerk-1", NOON))
    }

    fn refuses_for(&self, person: usize, request: &str, code: &ProjectCode) {
        let refused = self.first(person, request).unwrap_err();
        assert!(matches!(&refused, ExaminerError::Open { code: open, .. } if open == code), "{refused:?}");
        assert_eq!(refused.code(), "application_open");
    }
}

#[test]
fn who_waits_for_a_certificate_does_not_apply_for_another_until_he_waits_no_more() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.first(1, "P-1").unwrap().code();
    let events = bureau.registry.library.log_size().unwrap();
    bureau.refuses_for(1, "P-2", &code);
    assert_eq!(bureau.registry.library.log_size().unwrap(), events, "nothing is left of it");
    assert_eq!(bureau.first(1, "P-1").unwrap(), Lodged::Before(code), "the same request is no second one");
    assert!(bureau.first(2, "P-3").is_ok(), "somebody else waits for his own");
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap();
    assert_eq!(bureau.project(&code).stage, Stage::ForDecision);
    bureau.refuses_for(1, "P-2", &code);
    bureau.close(&code, Closing::Reject, "head-1").unwrap();
    let code = bureau.first(1, "P-2").unwrap().code();
    bureau.close(&code, Closing::Withdraw, "clerk-1").unwrap();
    let code = bureau.first(1, "P-4").unwrap().code();
    bureau.approved(&code, NOON).unwrap();
    assert_eq!(code_of(bureau.first(1, "P-5")), "holder_has_one");
    bureau.is_sound();
}

#[test]
fn of_two_that_come_at_once_one_is_lodged() {
    let bureau = Bureau::open(PARALLEL);
    let many = ["P-1", "P-2"].map(|request| bureau.admitted(1, request, None, NOON).unwrap());
    let taken: Result<Vec<_>, StoreError> = bureau.examiner().lodge_all_and(&many, |_, taken| Ok(taken));
    let told: Vec<_> = taken.unwrap().into_iter().map(|one| one.map(drop).map_err(|error| error.code())).collect();
    assert_eq!(told, [Ok(()), Err("application_open")]);
    assert_eq!(bureau.examiner().rehearse(&many[1]).unwrap_err().code(), "application_open");
    bureau.is_sound();
}

#[test]
fn a_renewal_is_for_the_certificate_that_it_names_and_is_in_the_way_as_long_as_it_can_be_decided() {
    let bureau = Bureau::open(PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let last_day = format!("{}T04:00:00Z", bureau.registry.library.card(shelfmark).unwrap().until.unwrap());
    let renewal = bureau.lodge_as(1, "P-1+", Some((Replacement::Renew, identifier)), &last_day).unwrap().code();
    let anew = || bureau.lodge_as(1, "P-9", None, "2032-06-01T04:00:00Z");
    assert_eq!(code_of(anew()), "application_open", "who asked in time gets it after the term too");
    bureau.registry.change(shelfmark, Change::Revoke, "2032-05-01T04:00:00Z").unwrap();
    assert_eq!(bureau.project(&renewal).stage, Stage::InReview);
    assert!(anew().is_ok(), "nobody can renew what was revoked");
    bureau.is_sound();
}

#[test]
fn who_applies_for_other_days_waits_for_both_and_the_decision_asks_again() {
    let bureau = Bureau::open(PARALLEL);
    let later = bureau.lodge_starting(1, "P-2", "2032-06-01").unwrap().code();
    // Decided today it would end before the other begins; a decision in December leaves it too long a term.
    let now = bureau.first(1, "P-1").unwrap().code();
    bureau.approved(&later, NOON).unwrap();
    assert_eq!(code_of(bureau.approved(&now, "2026-12-01T04:00:00Z")), "holder_has_one");
    assert_eq!(bureau.project(&now).stage, Stage::ForDecision);
    bureau.is_sound();
}

/// Every key by which a holder finds what is not decided.
fn open_keys(db: &rocksdb::DB) -> Vec<Vec<u8>> {
    let rows = db.iterator_cf(db.cf_handle("projects").unwrap(), rocksdb::IteratorMode::Start);
    rows.map(|row| row.unwrap().0.to_vec()).filter(|key| key.first() == Some(&OPEN)).collect()
}

/// Takes them all away, and says how many there were.
fn without_open_keys(db: &rocksdb::DB) -> usize {
    let keys = open_keys(db);
    keys.iter().for_each(|key| db.delete_cf(db.cf_handle("projects").unwrap(), key).unwrap());
    keys.len()
}

#[test]
fn a_library_from_before_there_were_such_keys_refuses_the_second_application_too() {
    let bureau = Bureau::open(PARALLEL);
    let codes = [1, 2].map(|person| bureau.lodged(person));
    // The oldest applications did not know their holders.
    let oldest = Project { holders: Vec::new(), ..bureau.project(&codes[1]) };
    bureau.registry.library.commit(|pen| pen.move_on(&oldest)).unwrap();
    let bureau = bureau.reopen_after(|path| {
        assert_eq!(bare(path, without_open_keys), 1);
    });
    for (person, code) in [1, 2].into_iter().zip(&codes) {
        bureau.refuses_for(person, "P-9", code);
    }
    bureau.is_sound();
}

#[test]
fn an_application_that_does_not_open_is_in_the_way_all_the_same() {
    let bureau = Bureau::open(PARALLEL);
    let codes = [1, 2].map(|person| bureau.lodged(person));
    let place = [&[0], codes[0].as_str().as_bytes()].concat();
    let bureau = bureau.reopen_after(|path| {
        bare(path, |db| {
            assert_eq!(without_open_keys(db), 2);
            write(db, "projects", &[(place, Some(vec![0x17; 3]))]);
        });
    });
    assert_eq!(code_of(bureau.first(1, "P-9")), "store_sealed", "nobody knows whether he waits");
    bureau.refuses_for(2, "P-9", &codes[1]);
    assert!(bureau.first(3, "P-9").is_ok());
    assert_eq!(bureau.registry.library.misses_open_projects(), None);
}

#[test]
fn where_nobody_can_read_who_waits_no_second_application_is_taken_in() {
    let bureau = Bureau::open(PARALLEL);
    let project = bureau.project(&bureau.lodged(1));
    // So many that their shelf has blocks of its own.
    let beside = |number: u8| {
        let code =
            ProjectCode::new(bureau.registry.library.region(), day("2026-03-02"), &[number % 32, number / 32, 1, 1, 1, 1, 1, 1, 1, 1]);
        Project { code, request: format!("R-{number}"), ..project.clone() }
    };
    let lodged = bureau.registry.library.commit(|pen| (0..200).try_for_each(|number| pen.lodge(&beside(number), &[])));
    lodged.map_err(|error: StoreError| error.code()).unwrap();
    // Applications are encrypted, so a type stands first in the key of a shelf; what is the same in a row is packed.
    let shelf = &project.type_code.as_str().as_bytes()[12..];
    let bureau = bureau.reopen_after(|path| {
        let files = bare(path, |db| {
            assert_eq!(without_open_keys(db), 1);
            db.live_files().unwrap().into_iter().map(|file| path.join(file.name.trim_start_matches('/'))).collect::<Vec<_>>()
        });
        let with_shelf = |file: &PathBuf| {
            let bytes = fs::read(file).unwrap();
            bytes.windows(shelf.len()).position(|window| window == shelf).map(|at| (file.clone(), bytes, at))
        };
        let (file, mut bytes, at) = files.iter().find_map(with_shelf).unwrap();
        bytes[at] ^= 1;
        fs::write(file, bytes).unwrap();
    });
    assert_eq!(bureau.registry.library.misses_open_projects().map(StoreError::code), Some("store_corrupt"));
    assert_eq!(code_of(bureau.first(1, "P-9")), "store_corrupt");
}

#[test]
fn what_an_older_kanhe_has_decided_is_in_nobodys_way() {
    let bureau = Bureau::of(ACCOUNTING, PARALLEL);
    let code = bureau.lodged(1);
    let mut kept = Vec::new();
    let bureau = bureau.reopen_after(|path| kept = bare(path, open_keys));
    assert_eq!(kept.len(), 1);
    bureau.close(&code, Closing::Withdraw, "clerk-1").unwrap();
    let bureau = bureau.reopen_after(|path| bare(path, |db| db.put_cf(db.cf_handle("projects").unwrap(), &kept[0], []).unwrap()));
    bureau.is_sound();
    assert!(bureau.first(1, "P-9").is_ok());
}
