//! A page ends where it has passed over enough, and the next goes on: also within an agency, whose answers say nothing of the others.

use crate::damage::{bare, write};
use crate::registry::{House, OPERATOR, Registry, holder};
use kanhe_store::find::{Cursor, Found, Only, Question};
use kanhe_store::{Shelfmark, Within};
use kanhe_tests::Office;
use kanhe_tests::world::hex;

/// As many certificates as a page passes over, and some more.
const STRANGERS: u64 = 20_100;

/// Where the other agency's second certificate stands.
const LAST: u64 = STRANGERS + 2;

/// A person who has a certificate of Housing, very many of Guangzhou under one number, and another of Housing behind them.
fn collector() -> Registry {
    let mut registry = Registry::new();
    let mut housing = House::of(Office::Housing);
    registry.issued(OPERATOR, 1, "2026-03-01");
    std::mem::swap(&mut registry.house, &mut housing);
    registry.issued(OPERATOR, 1, "2026-03-01");
    registry.reopen_after(|path| {
        bare(path, |db| {
            for family in ["cards", "holders", "numbers"] {
                let rows = db.iterator_cf(db.cf_handle(family).unwrap(), rocksdb::IteratorMode::Start);
                let rows: Vec<_> = rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).unwrap()).collect();
                let [(_, guangzhou), (key, housing)] = &rows[..] else { panic!("{family}") };
                let at = |number: u64| [&key[..key.len() - 8], &number.to_be_bytes()].concat();
                let strangers = (2..LAST).map(|number| (at(number), Some(guangzhou.clone())));
                write(db, family, &strangers.chain([(at(LAST), Some(housing.clone()))]).collect::<Vec<_>>());
            }
        });
    })
}

#[test]
fn a_page_within_an_agency_passes_over_so_many_of_others_and_the_next_goes_on() {
    let registry = collector();
    let (own, nobody) = (Office::Housing.code(), Office::Hangzhou.code());
    let number = Question::Number { number: "粤A022000000001".to_owned(), only: Only::default() };
    for question in [Question::Holder { code: holder(1), only: Only::default() }, number] {
        let page = |agency, after: Option<&Cursor>| {
            let Found { shelfmarks, next } = registry.library.ask_within(Within { agency, types: None }, &question, after, 10).unwrap();
            (shelfmarks.into_iter().map(Shelfmark::number).collect::<Vec<_>>(), next)
        };
        for (agency, [first, second]) in [(&own, [vec![1], vec![LAST]]), (&nobody, [vec![], vec![]])] {
            let (found, next) = page(agency, None);
            assert_eq!((found, next.is_some()), (first, true), "{question:?}");
            assert_eq!(page(agency, next.as_ref()), (second, None), "{question:?}");
        }
    }
}

#[test]
fn whether_a_number_is_taken_is_asked_of_ones_own_agency_alone() {
    let mut registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let mut housing = House::of(Office::Housing);
    let rows = |db: &rocksdb::DB, family: &str| {
        let rows = db.iterator_cf(db.cf_handle(family).unwrap(), rocksdb::IteratorMode::Start);
        rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).unwrap()).collect::<Vec<_>>()
    };
    let again = |registry: &Registry| registry.issue(OPERATOR, 1, "R-again", "2026-03-01").map_err(|error| error.code()).err();
    assert_eq!(again(&registry), Some("number_taken"));
    // An older kanhe did not write whose the number is.
    registry = registry.reopen_after(|path| {
        bare(path, |db| {
            let [(key, value)] = &rows(db, "numbers")[..] else { panic!("one number") };
            assert_eq!(value, Office::Guangzhou.code().as_str().as_bytes());
            write(db, "numbers", &[(key.clone(), Some(Vec::new()))]);
        });
    });
    assert_eq!(again(&registry), Some("number_taken"));
    assert_eq!(registry.library.check(|_| Vec::new(), |_, _| {}).unwrap(), []);
    registry = registry.reopen_after(|path| {
        bare(path, |db| {
            let [(key, _)] = &rows(db, "numbers")[..] else { panic!("one number") };
            write(db, "numbers", &[(key.clone(), Some(Office::Guangzhou.code().as_str().as_bytes().to_vec()))]);
            write(db, "cards", &[(mark.number().to_be_bytes().to_vec(), None)]);
        });
    });
    assert_eq!(again(&registry), Some("store_malformed"), "its own card is asked");
    std::mem::swap(&mut registry.house, &mut housing);
    assert_eq!(again(&registry), None, "and no other");
}

#[test]
fn where_a_page_goes_on_names_no_certificate_of_another_agency() {
    let registry = collector();
    let own = Office::Housing.code();
    let within = Within { agency: &own, types: None };
    let type_code = hex(registry.house.kind(OPERATOR).code().as_str().as_bytes());
    let holder = Question::Holder { code: holder(1), only: Only::default() };
    let number = Question::Number { number: "粤A022000000001".to_owned(), only: Only::default() };
    for question in [holder, number] {
        let next = registry.library.ask_within(within, &question, None, 10).unwrap().next.unwrap().to_text();
        // The key where this page ended is that of one of the strangers, of whom there are so many in a row.
        let stranger = |number: &u64| next.contains(&hex(&number.to_be_bytes()));
        assert!(!next.contains(&type_code) && !(0..STRANGERS).any(|number| stranger(&number)), "{question:?} {next}");
    }
}
