//! Any sequence of acts keeps the library what a plain table of states would be.

use crate::registry::{OPERATOR, Registry};
use jiff::ToSpan;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::registrar::Replacement;
use kanhe_store::find::Question;
use kanhe_store::{Shelfmark, Turn};
use kanhe_tests::world::moment;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;

/// What somebody does to one of the certificates there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    Issue,
    Change(usize, Change),
    Replace(usize, Replacement),
    Again(usize),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let changes = Change::ALL.into_iter().filter(|change| !matches!(change, Change::Renew | Change::Amend)).collect::<Vec<_>>();
    prop_oneof![
        3 => Just(Step::Issue),
        8 => (0..8_usize, prop::sample::select(changes)).prop_map(|(which, change)| Step::Change(which, change)),
        2 => (0..8_usize, prop::sample::select(vec![Replacement::Renew, Replacement::Amend])).prop_map(|(which, how)| Step::Replace(which, how)),
        1 => (0..8_usize).prop_map(Step::Again),
        1 => Just(Step::Reopen),
    ]
}

/// The model: what has become of each certificate, and who holds it.
#[derive(Default)]
struct Model {
    states: Vec<(Shelfmark, usize, State)>,
    events: u64,
}

impl Model {
    fn play(&mut self, registry: &Registry, step: Step, now: &str) {
        let chosen = |which: usize| self.states.get(which % self.states.len().max(1)).copied();
        match step {
            Step::Reopen => {}
            Step::Issue => {
                let person = self.states.len();
                let mark = registry.issue(OPERATOR, person, &format!("R-{person}"), "2026-03-01").unwrap().shelfmark();
                self.states.push((mark, person, State::Valid));
                self.events += 1;
            }
            Step::Again(which) => {
                let Some((mark, person, _)) = chosen(which) else { return };
                // Only first versions were issued under this request.
                if registry.library.record(mark).unwrap().request == format!("R-{person}") {
                    assert_eq!(registry.issue(OPERATOR, person, &format!("R-{person}"), "2026-03-01").unwrap().shelfmark(), mark);
                }
            }
            Step::Change(which, change) => {
                let Some((mark, _, state)) = chosen(which) else { return };
                let expected = condition(state).after(change);
                let found = registry.change(mark, change, now).ok().map(|card| card.state);
                assert_eq!(found, expected, "{change:?} when {state:?}");
                self.became(mark, expected);
            }
            Step::Replace(which, how) => {
                let Some((mark, person, state)) = chosen(which) else { return };
                let expected = condition(state).after(how.into());
                let entered = registry.replace(mark, how, person, &format!("R-{}-of-{person}", self.states.len()), now);
                assert_eq!(entered.is_ok(), expected.is_some(), "{how:?} when {state:?}");
                if let Ok(entered) = entered {
                    self.became(mark, expected);
                    self.states.push((entered.shelfmark(), person, State::Valid));
                }
            }
        }
    }

    fn became(&mut self, mark: Shelfmark, state: Option<State>) {
        let Some(state) = state else { return };
        self.events += 1;
        self.states.iter_mut().filter(|(other, _, _)| *other == mark).for_each(|(_, _, before)| *before = state);
    }

    fn holds(&self, registry: &Registry) {
        let library = &registry.library;
        assert_eq!(library.log_size().unwrap(), self.events);
        assert_eq!(library.certificates().unwrap(), self.states.len() as u64);
        for state in State::ALL {
            let mut expected: Vec<_> = self.states.iter().filter(|(_, _, found)| *found == state).map(|(mark, _, _)| *mark).collect();
            expected.sort();
            let question = Question::Shelf { type_code: None, agency: None, state: Some(state) };
            assert_eq!(library.ask(&question, None, 1_000).unwrap().shelfmarks, expected, "{state:?}");
            let counted: u64 = library.counts().unwrap().iter().filter(|count| count.state == state).map(|count| count.count).sum();
            assert_eq!(counted, expected.len() as u64, "{state:?}");
        }
        let agency = kanhe_tests::Office::Guangzhou.code();
        let lists: BTreeMap<u32, State> = library.states(&agency, 0).unwrap().into_iter().collect();
        for (mark, _, state) in &self.states {
            assert_eq!(lists.get(&library.card(*mark).unwrap().slot), Some(state));
        }
        assert_eq!(library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
    }
}

/// The whole test plays on days within every term.
fn condition(state: State) -> Condition {
    let day = kanhe_tests::world::day;
    Condition::of(state, day("2026-03-01"), Some(day("2028-02-29")), day("2026-04-01"))
}

#[test]
fn any_sequence_of_acts_makes_what_the_table_says_and_the_house_stands() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(step(), 1..30), |steps| {
            let (mut registry, mut model) = (Registry::new(), Model::default());
            let mut now = moment("2026-03-02T00:00:00Z");
            for step in steps {
                now = now.checked_add(1.hours()).unwrap();
                if matches!(step, Step::Reopen) {
                    registry = registry.reopen();
                }
                model.play(&registry, step, &now.to_string());
            }
            model.holds(&registry);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_card_that_was_turned_behind_the_log_is_found() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let now = moment("2026-04-01T00:00:00Z");
    let turn = Turn { state: State::Revoked, effective: now, recorded: now, successor: None };
    registry.library.commit(|pen| pen.turn(mark, turn)).unwrap();
    let findings = registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap();
    assert_eq!(findings.iter().map(|finding| finding.defect.code()).collect::<Vec<_>>(), ["check_state"]);
}
