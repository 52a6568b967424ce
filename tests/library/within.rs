//! What lies within an agency and some types is all that an answer within them has, on every page of every question.

use crate::registry::{ACCOUNTING, House, OPERATOR, Registry, holder, name_of};
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::status::State;
use kanhe_issuer::lifecycle::Change;
use kanhe_store::find::{Cursor, Only, Question, Standing, Term};
use kanhe_store::{Card, Shelfmark, Within};
use kanhe_tests::Office;
use kanhe_tests::world::day;

const PEOPLE: usize = 12;

/// Every person has one of each type, from one agency after the other; every fifth of one type is suspended.
fn town() -> Registry {
    let mut registry = Registry::new();
    let mut houses = Office::ALL.map(House::of);
    for person in 0..PEOPLE {
        std::mem::swap(&mut registry.house, &mut houses[person % 3]);
        let mark = registry.issued(OPERATOR, person, "2026-03-01");
        registry.issued(ACCOUNTING, person, "2020-06-15");
        if person % 5 == 0 {
            registry.change(mark, Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
        }
        std::mem::swap(&mut registry.house, &mut houses[person % 3]);
    }
    registry
}

fn questions() -> Vec<Question> {
    let shelf = |state| Question::Shelf { type_code: None, agency: None, state };
    vec![
        shelf(None),
        shelf(Some(State::Valid)),
        Question::Holder { code: holder(7), only: Only::default() },
        Question::named(&name_of(3), Only::default()).unwrap(),
        Question::Ending { from: day("2026-01-01"), until: day("2099-12-31"), type_code: None, agency: None },
        Question::Request { request: format!("R-{OPERATOR}-7"), type_code: None, agency: None },
    ]
}

/// An agency that has issued nothing.
fn agency_of_nothing() -> Uscc {
    Uscc::parse("11430000006122244L").unwrap()
}

/// All pages of an answer within some bounds; none but the last is empty, for an empty one would tell of what lies outside.
fn all(registry: &Registry, within: Within<'_>, question: &Question, most: usize) -> Vec<Shelfmark> {
    let (mut marks, mut after): (Vec<Shelfmark>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let found = registry.library.ask_within(within, question, after.as_ref(), most).unwrap();
        assert!(found.shelfmarks.len() <= most);
        assert!(after.is_none() || !found.shelfmarks.is_empty(), "{question:?}");
        marks.extend(found.shelfmarks);
        match found.next {
            Some(next) => after = Some(next),
            None => return marks,
        }
    }
}

#[test]
fn an_answer_within_bounds_is_the_whole_answer_without_what_lies_outside() {
    let registry = town();
    let (own, other, nobody) = (Office::Guangzhou.code(), Office::Housing.code(), agency_of_nothing());
    let (operators, accountants) = ([*registry.house.kind(OPERATOR).code()], [*registry.house.kind(ACCOUNTING).code()]);
    let bounds = [
        Within { agency: &own, types: None },
        Within { agency: &own, types: Some(&operators) },
        Within { agency: &own, types: Some(&accountants) },
        Within { agency: &own, types: Some(&[]) },
        Within { agency: &other, types: None },
        Within { agency: &nobody, types: None },
    ];
    for question in questions() {
        let whole = registry.library.ask(&question, None, 1_000).unwrap().shelfmarks;
        assert!(!whole.is_empty(), "{question:?}");
        for within in bounds {
            let lies = |mark: &&Shelfmark| {
                let card = registry.library.card(**mark).unwrap();
                within.has(card.type_code(), card.agency())
            };
            let expected: Vec<Shelfmark> = whole.iter().filter(lies).copied().collect();
            for most in [1, 3, 1_000] {
                assert_eq!(all(&registry, within, &question, most), expected, "{question:?} {within:?} by {most}");
            }
        }
    }
}

/// Every agency, type and state, and none.
fn each_shelf(registry: &Registry) -> Vec<(Option<TypeCode>, Option<Uscc>, Option<State>)> {
    let types = [None, Some(OPERATOR), Some(ACCOUNTING)].map(|name| name.map(|name| *registry.house.kind(name).code()));
    let agencies = Office::ALL.map(Office::code).into_iter().chain([agency_of_nothing()]).map(Some).chain([None]);
    let states = [None, Some(State::Valid), Some(State::Suspended), Some(State::Revoked)];
    let of_both = agencies.flat_map(|agency| types.map(|type_code| (type_code, agency)));
    of_both.flat_map(|(type_code, agency)| states.map(|state| (type_code, agency, state))).collect()
}

#[test]
fn a_list_by_type_agency_and_state_is_what_the_cards_say() {
    let registry = town();
    let library = &registry.library;
    let cards: Vec<(Shelfmark, Card)> = library.shelfmarks().unwrap().map(|mark| (mark, library.card(mark).unwrap())).collect();
    // What a list has, in its order: by type and agency, and then by state, or by last day.
    let expected = |fits: &dyn Fn(&Card) -> bool, by_last_day: bool| {
        let mut found: Vec<_> = cards.iter().filter(|(_, card)| fits(card)).collect();
        found.sort_by_key(|(_, card)| {
            let (state, until) = (card.state.bits(), card.until);
            (*card.type_code(), *card.agency(), if by_last_day { (0, until) } else { (state, None) })
        });
        found.into_iter().map(|(mark, _)| *mark).collect::<Vec<_>>()
    };
    let pages = |question: &Question| {
        let (mut marks, mut after) = (Vec::new(), None::<Cursor>);
        loop {
            let page = library.ask(question, after.as_ref(), 2).unwrap();
            marks.extend(page.shelfmarks);
            after = page.next;
            if after.is_none() {
                return marks;
            }
        }
    };
    let (from, until, today) = (day("2026-06-01"), day("2027-12-31"), day("2027-01-01"));
    for (type_code, agency, state) in each_shelf(&registry) {
        let of = |card: &Card| type_code.is_none_or(|code| code == *card.type_code()) && agency.is_none_or(|code| code == *card.agency());
        let shelf = Question::Shelf { type_code, agency, state };
        assert_eq!(pages(&shelf), expected(&|card| of(card) && state.is_none_or(|state| state == card.state), false), "{shelf:?}");
        let ending = Question::Ending { from, until, type_code, agency };
        let ends = |card: &Card| of(card) && card.until.is_some_and(|last| (from..=until).contains(&last));
        assert_eq!(pages(&ending), expected(&ends, true), "{ending:?}");
        let Some(state) = state else { continue };
        for (term, by_last_day) in [(Term::Ended, true), (Term::NotEnded, false)] {
            let standing = Question::Standing(Standing { types: type_code.map(|code| vec![code]), agency, state, term, day: today });
            let so = |card: &Card| of(card) && card.state == state && card.until.is_some_and(|last| last < today) == by_last_day;
            assert_eq!(pages(&standing), expected(&so, by_last_day), "{standing:?}");
        }
    }
}

#[test]
fn counts_within_bounds_are_the_counts_without_what_lies_outside() {
    let registry = town();
    let whole = registry.library.counts(None).unwrap();
    assert!(whole.len() > Office::ALL.len() * 2);
    let operators = [*registry.house.kind(OPERATOR).code()];
    for agency in Office::ALL.map(Office::code).into_iter().chain([agency_of_nothing()]) {
        for types in [None, Some(&operators[..]), Some(&[])] {
            let within = Within { agency: &agency, types };
            let expected: Vec<_> = whole.iter().filter(|count| within.has(&count.type_code, &count.agency)).cloned().collect();
            assert_eq!(registry.library.counts(Some(within)).unwrap(), expected);
        }
    }
}
