//! What lies within an agency and some types is all that an answer within them has, on every page of every question.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, holder, name_of};
use kanhe_core::status::State;
use kanhe_store::find::{Cursor, Question};
use kanhe_store::{Shelfmark, Within};
use kanhe_tests::Office;
use kanhe_tests::world::day;

const PEOPLE: usize = 12;

/// Every person has one of each type.
fn town() -> Registry {
    let registry = Registry::new();
    for person in 0..PEOPLE {
        registry.issued(OPERATOR, person, "2026-03-01");
        registry.issued(ACCOUNTING, person, "2026-03-01");
    }
    registry
}

fn questions() -> Vec<Question> {
    let shelf = |state| Question::Shelf { type_code: None, agency: None, state };
    vec![
        shelf(None),
        shelf(Some(State::Valid)),
        Question::Holder { code: holder(7), type_code: None },
        Question::named(&name_of(3)).unwrap(),
        Question::Ending { from: day("2026-01-01"), until: day("2099-12-31"), type_code: None, agency: None },
    ]
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
    let (own, other) = (Office::Guangzhou.code(), Office::Housing.code());
    let (operators, accountants) = ([*registry.house.kind(OPERATOR).code()], [*registry.house.kind(ACCOUNTING).code()]);
    let bounds = [
        Within { agency: &own, types: None },
        Within { agency: &own, types: Some(&operators) },
        Within { agency: &own, types: Some(&accountants) },
        Within { agency: &own, types: Some(&[]) },
        Within { agency: &other, types: None },
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
