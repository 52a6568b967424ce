//! Every certificate is found, by everything that anybody may know of it, a page at a time.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, holder, name_of, nobody_behind};
use kanhe_core::code::{ProjectCode, RegionCode, TypeCode};
use kanhe_core::status::State;
use kanhe_issuer::catalogue::{Asked, Meaning};
use kanhe_issuer::examiner::{Examiner, HowFar, Wanted};
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_store::find::{Cursor, Found, Only, Question};
use kanhe_store::{Library, Project, Shelfmark, Stage, StoreError};
use kanhe_tests::Office;
use kanhe_tests::world::{day, moment};
use std::collections::BTreeSet;

const PEOPLE: usize = 60;

fn town() -> (Registry, Vec<Shelfmark>) {
    let registry = Registry::new();
    let signed: Vec<_> = (0..PEOPLE).map(|person| registry.sign(OPERATOR, person, &format!("R-{person}"), "2026-03-01")).collect();
    let marks = registry.registrar().enter(&signed).unwrap().into_iter().map(|entered| entered.unwrap().shelfmark()).collect();
    (registry, marks)
}

fn words(words: impl Into<String>) -> Question {
    Question::Words { words: words.into(), only: Only::default() }
}

/// All pages of an answer, a few at a time, each from the cursor of the one before.
fn all(library: &Library, question: &Question, most: usize) -> Vec<Shelfmark> {
    let (mut marks, mut after) = (Vec::new(), None);
    loop {
        let Found { shelfmarks, next } = library.ask(question, after.as_ref(), most).unwrap();
        assert!(shelfmarks.len() <= most);
        marks.extend(shelfmarks);
        match next {
            Some(cursor) => after = Some(Cursor::parse(&cursor.to_text()).unwrap()),
            None => return marks,
        }
    }
}

#[test]
fn a_person_finds_everything_of_theirs() {
    let (registry, marks) = town();
    let both = registry.issued(ACCOUNTING, 7, "2026-03-01");
    let question = |type_code| Question::Holder { code: holder(7), only: Only::type_code(type_code) };
    assert_eq!(all(&registry.library, &question(None), 10).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([marks[7], both]));
    assert_eq!(all(&registry.library, &question(Some(*registry.house.kind(ACCOUNTING).code())), 10), [both]);
    assert!(all(&registry.library, &Question::Holder { code: holder(999), only: Only::default() }, 10).is_empty());
}

#[test]
fn a_name_finds_those_who_have_its_letters_beside_each_other() {
    let (registry, marks) = town();
    for person in [0, 6, 7, 31] {
        let name = name_of(person);
        let expected: Vec<_> = (0..PEOPLE).filter(|other| name_of(*other).contains(&name)).map(|other| marks[other]).collect();
        assert!(!expected.is_empty());
        for most in [1, 3, 100] {
            assert_eq!(all(&registry.library, &words(name.clone()), most), expected, "{person}");
        }
    }
    assert!(all(&registry.library, &words("王龘".to_owned()), 10).is_empty());
    assert!(all(&registry.library, &words("王".to_owned()), 10).is_empty());
}

#[test]
fn a_number_finds_every_version_of_it() {
    let (registry, marks) = town();
    let number = registry.library.record(marks[3]).unwrap().certificate().unwrap().number.clone();
    let renewed = registry.replace(marks[3], kanhe_issuer::registrar::Replacement::Renew, 3, "R-renew", "2026-04-01T04:00:00Z").unwrap();
    for type_code in [None, Some(*registry.house.kind(OPERATOR).code())] {
        let question = Question::Number { number: number.clone(), only: Only::type_code(type_code) };
        assert_eq!(all(&registry.library, &question, 1), [marks[3], renewed.shelfmark()]);
    }
    let other = Question::Number { number, only: Only::type_code(Some(*registry.house.kind(ACCOUNTING).code())) };
    assert!(all(&registry.library, &other, 10).is_empty());
}

#[test]
fn a_question_is_answered_of_one_type_and_one_agency_alone() {
    let registry = Registry::new();
    let [permit, licence] = [OPERATOR, ACCOUNTING].map(|name| registry.issued(name, 1, "2026-03-01"));
    let at = moment("2026-03-02T04:00:00Z");
    registry.registrar().alias(&registry.identifier(permit), "gd", "1", &registry.entry(at, at)).unwrap();
    let number = registry.library.record(permit).unwrap().certificate().unwrap().number.clone();
    let kind = Some(*registry.house.kind(OPERATOR).code());
    let [own, other] = [Office::Guangzhou, Office::Hangzhou].map(|office| Some(office.code()));
    let questions = |only| {
        [
            (Question::named(&name_of(1), only).unwrap(), vec![permit, licence]),
            (Question::Holder { code: holder(1), only }, vec![permit, licence]),
            (Question::Number { number: number.clone(), only }, vec![permit]),
            (Question::Alias { scheme: "gd".to_owned(), value: "1".to_owned(), only }, vec![permit]),
        ]
    };
    for (type_code, agency) in [(None, None), (None, own), (kind, own), (kind, None), (kind, other), (None, other)] {
        for (question, mut wanted) in questions(Only { type_code, agency }) {
            wanted.retain(|mark| agency != other && (type_code.is_none() || *mark == permit));
            let mut marks = all(&registry.library, &question, 1);
            marks.sort_unstable();
            assert_eq!(marks, wanted, "{question:?}");
        }
    }
}

#[test]
fn a_shelf_is_read_page_by_page_without_one_missing_or_twice() {
    let (registry, marks) = town();
    for mark in &marks[..5] {
        registry.change(*mark, Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
    }
    let shelf = |state| Question::Shelf { type_code: None, agency: Some(Office::Guangzhou.code()), state };
    for most in [1, 7, 60, 1000] {
        assert_eq!(all(&registry.library, &shelf(Some(State::Suspended)), most), marks[..5], "{most} a page");
        assert_eq!(all(&registry.library, &shelf(Some(State::Valid)), most), marks[5..], "{most} a page");
        assert_eq!(all(&registry.library, &shelf(None), most).into_iter().collect::<BTreeSet<_>>(), marks.iter().copied().collect());
    }
    let elsewhere = Question::Shelf { type_code: None, agency: Some(Office::Hangzhou.code()), state: None };
    assert!(all(&registry.library, &elsewhere, 10).is_empty());
}

#[test]
fn what_ends_soon_is_listed_while_it_can_be_used() {
    let (registry, marks) = town();
    let early = registry.issued(ACCOUNTING, 70, "2020-06-15");
    let question = |from: &str, until: &str| Question::Ending { from: day(from), until: day(until), type_code: None, agency: None };
    assert_eq!(all(&registry.library, &question("2026-06-01", "2026-06-30"), 10), [early]);
    assert_eq!(all(&registry.library, &question("2026-06-14", "2026-06-14"), 10), [early]);
    assert!(all(&registry.library, &question("2026-06-15", "2026-12-31"), 10).is_empty());
    assert_eq!(all(&registry.library, &question("2028-01-01", "2028-12-31"), 7), marks);
    registry.change(early, Change::Revoke, "2026-03-05T00:00:00Z").unwrap();
    assert!(all(&registry.library, &question("2026-06-01", "2026-06-30"), 10).is_empty());
}

#[test]
fn counts_follow_every_change_and_expiry_is_computed() {
    let (registry, marks) = town();
    registry.issued(ACCOUNTING, 70, "2020-06-15");
    registry.change(marks[0], Change::Cancel, "2026-03-05T00:00:00Z").unwrap();
    let operator = *registry.house.kind(OPERATOR).code();
    let counts = registry.library.counts(None).unwrap();
    let count =
        |state| counts.iter().filter(|count| count.type_code == operator && count.state == state).map(|count| count.count).sum::<u64>();
    assert_eq!((count(State::Valid), count(State::Cancelled)), (59, 1));
    assert_eq!(counts.iter().map(|count| (count.year, count.month)).collect::<BTreeSet<_>>(), BTreeSet::from([(2020, 6), (2026, 3)]));
    let expired = |type_code, on: &str| registry.library.expired(type_code, &Office::Guangzhou.code(), State::Valid, day(on)).unwrap();
    let accounting = *registry.house.kind(ACCOUNTING).code();
    assert_eq!((expired(&accounting, "2026-06-14"), expired(&accounting, "2026-06-15")), (0, 1));
    assert_eq!((expired(&operator, "2028-02-29"), expired(&operator, "2028-03-01")), (0, 59));
    let ending = |from: &str, until: &str| {
        let of = registry.library.ending(&operator, &Office::Guangzhou.code(), State::Valid, (day(from), day(until)));
        of.unwrap().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(ending("2026-01-01", "2028-02-28"), []);
    assert_eq!(ending("2026-01-01", "2028-02-29"), [((2028, 2), 59)]);
    assert_eq!(ending("2028-02-29", "9998-12-31"), [((2028, 2), 59)]);
    assert_eq!(ending("2028-03-01", "9998-12-31"), []);
}

#[test]
fn a_cursor_of_another_list_or_question_is_refused() {
    let (registry, _) = town();
    let library = &registry.library;
    let number = |type_code| Question::Number { number: "X".to_owned(), only: Only::type_code(type_code) };
    let shelf = |agency: Office, state| Question::Shelf { type_code: None, agency: Some(agency.code()), state };
    let ending = |until: &str| Question::Ending { from: day("2026-01-01"), until: day(until), type_code: None, agency: None };
    let questions = [
        shelf(Office::Guangzhou, None),
        shelf(Office::Guangzhou, Some(State::Valid)),
        shelf(Office::Hangzhou, None),
        ending("2028-12-31"),
        ending("2029-12-31"),
        number(None),
        number(Some(*registry.house.kind(OPERATOR).code())),
        words(name_of(0)),
        words(name_of(1)),
        Question::Holder { code: holder(1), only: Only::default() },
        Question::Alias { scheme: "gd".to_owned(), value: "1".to_owned(), only: Only::default() },
    ];
    let cursors: Vec<_> = questions.iter().map(|question| library.ask(question, None, 1).unwrap().next).collect();
    assert!(cursors.iter().flatten().count() >= 4, "{cursors:?}");
    for (given, cursor) in cursors.iter().enumerate() {
        for (asked, question) in questions.iter().enumerate().filter(|_| cursor.is_some()) {
            let code = library.ask(question, cursor.as_ref(), 10).map_err(|error| error.code()).err();
            assert_eq!(code, (given != asked).then_some("store_cursor_elsewhere"), "{given} {asked}");
        }
    }
}

#[test]
fn a_list_goes_on_though_what_the_page_before_ended_with_has_moved() {
    let (registry, marks) = town();
    let valid = Question::Shelf { type_code: None, agency: Some(Office::Guangzhou.code()), state: Some(State::Suspended) };
    registry.change(marks[0], Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
    registry.change(marks[1], Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
    let next = registry.library.ask(&valid, None, 1).unwrap().next;
    for mark in &marks[..2] {
        registry.change(*mark, Change::Reinstate, "2026-03-06T00:00:00Z").unwrap();
    }
    // The shelf is empty now; its cursor is its own all the same.
    assert_eq!(registry.library.ask(&valid, next.as_ref(), 10).unwrap(), Found::default());
}

#[test]
fn a_cursor_of_nobody_is_refused() {
    for text in ["xyz", "0", "zz", "é0", &"00".repeat(6_000)] {
        assert!(Cursor::parse(text).is_err(), "{text}");
    }
}

/// The certificates of a question that the types ask on a day, found a page of two at a time.
fn sought(registry: &Registry, word: &str, on: &str) -> Vec<Shelfmark> {
    let asked = Asked { type_code: None, agency: None, day: day(on) };
    all(&registry.library, &registry.house.catalogue().sought(word, asked).unwrap(), 2)
}

#[test]
fn a_code_finds_exactly_those_of_which_its_set_says_so() {
    let registry = Registry::new();
    let [old, held, later, gone] = [(1, "2024-01-15"), (2, "2025-05-01"), (3, "2026-01-10"), (4, "2026-02-01")]
        .map(|(person, issued)| registry.issued(OPERATOR, person, issued));
    let elsewhere = registry.issued(ACCOUNTING, 5, "2026-01-10");
    registry.change(held, Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
    registry.change(gone, Change::Revoke, "2026-03-05T00:00:00Z").unwrap();
    let kind = registry.house.kind(OPERATOR);
    let set = &kind.state_codes()[0];
    for today in ["2026-01-14", "2026-03-10", "2027-06-01", "2029-01-01"] {
        for code in set.codes.iter().filter(|code| code.meaning != Meaning::Other) {
            let says = |mark: &Shelfmark| {
                let card = registry.library.card(*mark).unwrap();
                set.code_for(Condition::of(card.state, card.from, card.until, day(today))) == Some(code.code.as_str())
            };
            let expected: Vec<_> = [old, held, later, gone].into_iter().filter(says).collect();
            assert_eq!(sought(&registry, &format!("{}:{}", set.id, code.code), today), expected, "{} on {today}", code.code);
        }
    }
    assert_eq!(sought(&registry, "expired", "2026-03-10"), [old]);
    assert_eq!(sought(&registry, "in_force", "2026-03-10").into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([later, elsewhere]));
    assert_eq!(sought(&registry, "valid", "2026-03-10").len(), 3, "a state is what was written");
    let refused = |word: &str| {
        let asked = Asked { type_code: None, agency: None, day: day("2026-03-10") };
        registry.house.catalogue().sought(word, asked).unwrap_err().code()
    };
    assert_eq!(refused(&format!("{}:77", set.id)), "state_code_unknown");
    assert_eq!(refused(&format!("{}:99", set.id)), "state_code_other");
}

#[test]
fn a_request_finds_what_was_issued_for_it() {
    let registry = Registry::new();
    let [one, other] = [OPERATOR, ACCOUNTING].map(|name| registry.issue(name, 1, "R-1", "2026-03-01").unwrap().shelfmark());
    registry.issue(OPERATOR, 2, "R-10", "2026-03-01").unwrap();
    let ask = |type_code, agency| {
        let question = Question::Request { request: "R-1".to_owned(), type_code, agency };
        registry.library.ask(&question, None, 10).unwrap().shelfmarks.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(ask(None, None), BTreeSet::from([one, other]));
    assert_eq!(ask(Some(*registry.house.kind(OPERATOR).code()), Some(Office::Guangzhou.code())), BTreeSet::from([one]));
    assert_eq!(ask(None, Some(Office::Hangzhou.code())), BTreeSet::new());
}

#[test]
fn a_page_leaps_so_often_and_the_next_goes_on() {
    const TYPES: u32 = 20_100;
    let registry = Registry::new();
    let project = |number: u32| {
        let chance = std::array::from_fn(|place| u8::try_from(number >> (5 * place.min(6)) & 31).unwrap());
        Project {
            code: ProjectCode::new(&RegionCode::parse("440000").unwrap(), day("2026-03-02"), &chance),
            agency: Office::Guangzhou.code(),
            type_code: TypeCode::parse(&format!("11100000000013338W{}", in_36(number))).unwrap(),
            request: String::new(),
            replaces: None,
            application: Vec::new(),
            lodged: moment("2026-03-02T04:00:00Z"),
            stage: if number + 1 == TYPES { Stage::Approved } else { Stage::InReview },
            events: Vec::new(),
            issued: None,
            holders: Vec::new(),
            origin: None,
        }
    };
    let lodged = registry.library.commit(|pen| (0..TYPES).try_for_each(|number| pen.lodge(&project(number), &[])));
    lodged.map_err(|error: StoreError| error.code()).unwrap();
    let page = |after: Option<&Cursor>| registry.library.projects(None, None, Some(Stage::Approved), after, 10).unwrap();
    let first = page(None);
    assert!(first.codes.is_empty() && first.next.is_some(), "each type is one leap");
    let second = page(first.next.as_ref());
    assert_eq!((second.codes, second.next), (vec![project(TYPES - 1).code], None));
    let wanted = Wanted { how_far: Some(HowFar::Stage(Stage::Approved)), ..Wanted::default() };
    let list = |after: Option<&Cursor>| {
        let page = Examiner::new(&registry.library, nobody_behind).list(registry.house.catalogue(), wanted, after, 10).unwrap();
        (page.projects.len(), page.next)
    };
    assert_eq!(list(None), (0, first.next.clone()), "who shows the applications looks no further than a page does");
    assert_eq!(list(first.next.as_ref()), (1, None));
}

/// Three digits or letters, in the order of their numbers.
fn in_36(number: u32) -> String {
    [1_296, 36, 1].map(|of| char::from_digit(number / of % 36, 36).unwrap().to_ascii_uppercase()).iter().collect()
}
