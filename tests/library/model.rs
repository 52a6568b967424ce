//! Any sequence of acts keeps the library what a plain table of states would be, whatever it is asked.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, holder, name_of};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::{Change, Condition, Past, state_at};
use kanhe_issuer::registrar::{Entered, Origin, RegistrarError, Replacement, Signed, effective_on};
use kanhe_store::find::{Only, Question};
use kanhe_store::{Shelfmark, Turn};
use kanhe_tests::world::moment;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

/// After each step of a case that is no longer, everything is asked; of a longer one only at its end.
const SHORT: usize = 8;

/// People who apply for what a holder may have once.
const PEOPLE: usize = 4;

/// Hours in a day.
const DAY: i64 = 24;

/// What somebody does to one of the certificates there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// To somebody new, of the type of which one may have many.
    Issue,
    /// To somebody who may have one, of the type of which there is one valid for each.
    IssueOnly(usize),
    /// An act that takes effect so many hours ago.
    Change(usize, Change, i64),
    Replace(usize, Replacement),
    Again(usize),
    /// From another region, said to have taken effect so many hours ago, or in so many.
    TransferIn(i64),
    Alias(usize, usize),
    Wait(i64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let changes = Change::ALL.into_iter().filter(|change| !matches!(change, Change::Renew | Change::Amend)).collect::<Vec<_>>();
    let back = prop_oneof![4 => Just(0), 1 => 1..6_i64, 1 => DAY..100 * DAY];
    prop_oneof![
        2 => Just(Step::Issue),
        4 => (0..PEOPLE).prop_map(Step::IssueOnly),
        8 => (0..8_usize, prop::sample::select(changes), back).prop_map(|(which, change, back)| Step::Change(which, change, back)),
        3 => (0..8_usize, prop::sample::select(vec![Replacement::Renew, Replacement::Amend])).prop_map(|(which, how)| Step::Replace(which, how)),
        1 => (0..8_usize).prop_map(Step::Again),
        1 => prop_oneof![2 => Just(0), 1 => -2 * DAY..2 * DAY].prop_map(Step::TransferIn),
        2 => (0..8_usize, 0..3_usize).prop_map(|(which, name)| Step::Alias(which, name)),
        2 => (1..900_i64).prop_map(Step::Wait),
        1 => Just(Step::Reopen),
    ]
}

/// One version, as a clerk would write it into a table.
#[derive(Clone, Debug)]
struct Line {
    mark: Shelfmark,
    kind: &'static str,
    person: usize,
    number: String,
    from: Date,
    until: Option<Date>,
    state: State,
    /// What became of it: from when on, when that was written down, and what.
    told: Vec<(Timestamp, Timestamp, State)>,
    links: (Option<Shelfmark>, Option<Shelfmark>),
    /// The request of its first version, and when that was asked for if it is that.
    request: String,
    asked: Option<Timestamp>,
}

impl Line {
    fn condition(&self, at: Timestamp) -> Condition {
        Condition::of(self.state, self.from, self.until, day_in_china(at))
    }

    fn became(&mut self, state: State, effective: Timestamp, now: Timestamp) {
        self.state = state;
        self.told.push((effective, now, state));
    }

    fn last(&self) -> Timestamp {
        self.told.last().unwrap().0
    }

    /// Whether it takes the place that its holder has once, for somebody with such a term.
    fn takes_the_place(&self, from: Date, until: Option<Date>) -> bool {
        let apart = self.until.is_some_and(|until| until < from) || until.is_some_and(|until| until < self.from);
        matches!(self.state, State::Valid | State::Suspended) && !apart
    }
}

/// The model: every version, and what else is found.
#[derive(Default)]
struct Model {
    lines: Vec<Line>,
    aliases: BTreeMap<(String, String), Shelfmark>,
    events: u64,
    requests: usize,
    /// The page of slots as its list was last signed: after how many changes, and what it says.
    signed: (u64, BTreeMap<u32, State>),
}

impl Model {
    /// The one rule of types of which a holder may have one that is valid: whether there is room for a term beside all but one version.
    fn has_room(&self, kind: &str, person: usize, (from, until): (Date, Option<Date>), but: Option<Shelfmark>) -> bool {
        let stands_in_the_way = |line: &Line| line.kind == kind && line.person == person && Some(line.mark) != but;
        kind != ACCOUNTING || !self.lines.iter().any(|line| stands_in_the_way(line) && line.takes_the_place(from, until))
    }

    fn play(&mut self, registry: &Registry, step: Step, now: Timestamp) {
        let chosen = |which: usize| self.lines.get(which % self.lines.len().max(1)).cloned();
        match step {
            Step::Reopen | Step::Wait(_) => {}
            // People who may have one are the first; the others come once.
            Step::Issue => self.issue(registry, OPERATOR, PEOPLE + self.requests, now),
            Step::IssueOnly(person) => self.issue(registry, ACCOUNTING, person, now),
            Step::TransferIn(back) => self.take_over(registry, PEOPLE + self.requests, now.checked_sub(back.hours()).unwrap(), now),
            Step::Again(which) => {
                let Some(Line { mark, kind, person, request, asked: Some(then), .. }) = chosen(which) else { return };
                let again = signed(registry, kind, person, &request, then);
                assert_eq!(code_of(enter(registry, again)), Ok(mark));
            }
            Step::Alias(which, name) => {
                let Some(Line { mark, .. }) = chosen(which) else { return };
                let (key, id) = (("old".to_owned(), format!("A:{name}")), registry.identifier(mark));
                let found = registry.registrar().alias(&id, &key.0, &key.1, &registry.entry(now, now)).map_err(|error| error.code());
                match self.aliases.get(&key) {
                    Some(other) => assert_eq!(found, if *other == mark { Ok(()) } else { Err("alias_taken") }),
                    None => {
                        assert_eq!(found, Ok(()));
                        self.aliases.insert(key, mark);
                        self.events += 1;
                    }
                }
            }
            Step::Change(which, change, back) => {
                let Some(line) = chosen(which) else { return };
                let effective = now.checked_sub(back.hours()).unwrap();
                let expected = self.expected(&line, change, effective);
                let entry = registry.entry(effective, now);
                let found = registry.registrar().change(&registry.identifier(line.mark), change, &entry, None);
                assert_eq!(found.map(|card| card.state).map_err(|error| error.code()), expected, "{change:?} of {line:?}");
                if let Ok(state) = expected {
                    self.line(line.mark).became(state, effective, now);
                    self.events += 1;
                }
            }
            Step::Replace(which, how) => {
                let Some(line) = chosen(which) else { return };
                self.requests += 1;
                let expected = self.expected(&line, how.into(), now);
                let request = format!("{}+{}", line.request, self.requests);
                // What is renewed ends later than before.
                let until = registry.house.draft(line.kind, line.person, &request, &day_in_china(now).to_string()).validity().until();
                let expected = match expected {
                    Ok(_) | Err("holder_has_one") if how == Replacement::Renew && until <= line.until => Err("renewal_no_longer"),
                    other => other,
                };
                let found = registry.replace(line.mark, how, line.person, &request, &now.to_string());
                assert_eq!(code_of(found.map(|entered| entered.shelfmark())).map(drop), expected.map(drop), "{how:?} of {line:?}");
                if let Ok(state) = expected {
                    let mark = Shelfmark::clone(&registry.library.shelfmarks().unwrap().last().unwrap());
                    self.line(line.mark).became(state, now, now);
                    self.line(line.mark).links.1 = Some(mark);
                    self.came(registry, mark, (line.kind, line.person, line.request), (now, now), None);
                    self.line(mark).links.0 = Some(line.mark);
                }
            }
        }
    }

    /// What an act makes of a version, or the code by which it is refused.
    fn expected(&self, line: &Line, change: Change, effective: Timestamp) -> Result<State, &'static str> {
        if effective < line.last() {
            return Err("lifecycle_before_last");
        }
        let found = line.condition(effective);
        let state = found.after(change).ok_or(match found {
            Condition::Superseded => "lifecycle_superseded",
            Condition::Cancelled => "lifecycle_ended",
            _ => "lifecycle_not_allowed",
        })?;
        // Who gets a new version needs room from today on, and who gets one back for the term that it has.
        let term = match change {
            Change::Renew | Change::Amend => Some((day_in_china(effective), None)),
            _ => (state == State::Valid).then_some((line.from, line.until)),
        };
        let room = term.is_none_or(|term| self.has_room(line.kind, line.person, term, Some(line.mark)));
        if room { Ok(state) } else { Err("holder_has_one") }
    }

    fn issue(&mut self, registry: &Registry, kind: &'static str, person: usize, now: Timestamp) {
        self.requests += 1;
        let request = format!("R-{}", self.requests);
        let asked = signed(registry, kind, person, &request, now);
        let certificate = asked.issued().certificate();
        let room = self.has_room(kind, person, (certificate.from, certificate.until), None);
        let found = code_of(enter(registry, asked));
        match found {
            Ok(mark) if room => {
                let told = (effective_on(day_in_china(now), now), now);
                self.came(registry, mark, (kind, person, request), told, Some(now));
            }
            other => assert_eq!((other, room), (Err("holder_has_one"), false)),
        }
    }

    fn take_over(&mut self, registry: &Registry, person: usize, effective: Timestamp, now: Timestamp) {
        self.requests += 1;
        let body = format!("11100000000013338W032.11330000002473039X.2023{:07}.001", self.requests);
        let there = format!("1.2.156.3005.2.{body}.{}", kanhe_core::code::check::mod_37_36(&body.replace('.', "")).unwrap());
        let zhejiang = RegionCode::parse("330000").unwrap();
        let origin = Origin::new(&registry.library, zhejiang, CertificateId::parse_foreign(&there).unwrap(), None).unwrap();
        let request = format!("R-{}", self.requests);
        let draft = registry.house.draft(OPERATOR, person, &request, &day_in_china(now).to_string());
        let desk = registry.house.desk(OPERATOR);
        let come = registry.registrar().take_over(&desk, &origin, draft, registry.grant(effective, now));
        let begins = effective_on(day_in_china(now), now);
        let refused = (effective < begins).then_some("lifecycle_before_last").or((effective > now).then_some("lifecycle_in_future"));
        match (code_of(come), refused) {
            (Ok(come), None) => {
                self.aliases.insert(("330000".to_owned(), there), come.shelfmark());
                self.came(registry, come.shelfmark(), (OPERATOR, person, request), (effective, now), None);
            }
            (come, refused) => assert_eq!(come.err(), refused),
        }
    }

    /// A new version stands; what its paper says is taken from it, and everything else from here.
    fn came(
        &mut self,
        registry: &Registry,
        mark: Shelfmark,
        (kind, person, request): (&'static str, usize, String),
        (effective, now): (Timestamp, Timestamp),
        asked: Option<Timestamp>,
    ) {
        assert_eq!(mark.number(), self.lines.len() as u64);
        let certificate = registry.library.record(mark).unwrap().certificate().unwrap();
        let (number, from, until) = (certificate.number.clone(), certificate.from, certificate.until);
        let told = vec![(effective, now, State::Valid)];
        self.lines.push(Line { mark, kind, person, number, from, until, state: State::Valid, told, links: (None, None), request, asked });
        self.events += 1;
    }

    fn line(&mut self, mark: Shelfmark) -> &mut Line {
        self.lines.iter_mut().find(|line| line.mark == mark).unwrap()
    }

    fn marks(&self, fits: impl Fn(&Line) -> bool) -> Vec<Shelfmark> {
        self.lines.iter().filter(|line| fits(line)).map(|line| line.mark).collect()
    }

    /// Signs the list of the page anew if the library says that it was changed since: that is so if and only if it says something else now.
    fn signs(&mut self, registry: &Registry) {
        let (pages, states) = (registry.library.pages(&agency()).unwrap(), states(registry));
        let changes = pages.values().next().map_or(0, |page| page.changes);
        assert_eq!(changes != self.signed.0, states != self.signed.1, "{changes} changes; {states:?} after {:?}", self.signed);
        self.signed = (changes, states);
    }

    /// Asks the library everything, and compares.
    fn holds(&self, registry: &Registry, now: Timestamp) {
        let library = &registry.library;
        assert_eq!(library.log_size().unwrap(), self.events);
        assert_eq!(library.certificates().unwrap(), self.lines.len() as u64);
        self.lists_hold(registry, now);
        self.indexes_hold(registry);
        for line in &self.lines {
            let card = library.card(line.mark).unwrap();
            assert_eq!((card.state, card.effective, (card.predecessor, card.successor)), (line.state, line.last(), line.links), "{line:?}");
            self.past_holds(registry, line);
        }
        let expected: BTreeMap<u32, State> = self.lines.iter().map(|line| (library.card(line.mark).unwrap().slot, line.state)).collect();
        assert_eq!(states(registry), expected);
        assert_eq!(library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
    }

    /// Lists and counts by type and state, and of what ends.
    fn lists_hold(&self, registry: &Registry, now: Timestamp) {
        let (library, today) = (&registry.library, day_in_china(now));
        for (state, kind) in State::ALL.into_iter().flat_map(|state| [ACCOUNTING, OPERATOR].map(|kind| (state, kind))) {
            let type_code = *registry.house.kind(kind).code();
            let expected = self.marks(|line| line.kind == kind && line.state == state);
            let question = Question::Shelf { type_code: Some(type_code), agency: None, state: Some(state) };
            assert_eq!(asked(registry, &question), expected, "{kind} {state:?}");
            let counts = library.counts(None).unwrap();
            let counted: u64 = counts.iter().filter(|it| it.state == state && it.type_code == type_code).map(|it| it.count).sum();
            assert_eq!(counted, expected.len() as u64, "{kind} {state:?}");
            let usable = matches!(state, State::Valid | State::Suspended);
            let over =
                self.marks(|line| usable && line.kind == kind && line.state == state && line.until.is_some_and(|until| until < today));
            assert_eq!(library.expired(&type_code, &agency(), state, today).unwrap(), over.len() as u64, "{kind} {state:?}");
        }
        for days in [0, 200, 1_500, 4_000] {
            let until = today.checked_add(days.days()).unwrap();
            let question = Question::Ending { from: today, until, type_code: None, agency: None };
            let ends = |line: &Line| line.until.is_some_and(|last| today <= last && last <= until);
            let expected = self.marks(|line| matches!(line.state, State::Valid | State::Suspended) && ends(line));
            let found: BTreeSet<_> = asked(registry, &question).into_iter().collect();
            assert_eq!(found, expected.into_iter().collect(), "{days}");
        }
    }

    /// Whatever a certificate is found by.
    fn indexes_hold(&self, registry: &Registry) {
        for line in &self.lines {
            let of_person = self.marks(|other| other.person == line.person && other.kind == line.kind);
            let type_code = Some(*registry.house.kind(line.kind).code());
            assert_eq!(
                asked(registry, &Question::Holder { code: holder(line.person), only: Only::type_code(type_code) }),
                of_person,
                "{line:?}"
            );
            let named = self.marks(|other| name_of(other.person).contains(&name_of(line.person)));
            assert_eq!(asked(registry, &Question::named(&name_of(line.person), Only::default()).unwrap()), named, "{line:?}");
            let numbered = self.marks(|other| other.number == line.number && other.kind == line.kind);
            let question = Question::Number { number: line.number.clone(), only: Only::default() };
            assert_eq!(asked(registry, &question), numbered, "{line:?}");
        }
        for (scheme, value) in self.aliases.keys() {
            let question = Question::Alias { scheme: scheme.clone(), value: value.clone(), only: Only::default() };
            assert_eq!(asked(registry, &question), [self.aliases[&(scheme.clone(), value.clone())]]);
        }
        assert_eq!(registry.library.aliases().unwrap().count(), self.aliases.len());
    }

    /// What was so at a moment, as far as it was known at another: just before, at and after each moment at which something was.
    fn past_holds(&self, registry: &Registry, line: &Line) {
        let history = registry.library.history(line.mark).unwrap();
        let identifier = registry.identifier(line.mark);
        let moments: BTreeSet<Timestamp> = line.told.iter().flat_map(|(effective, now, _)| [*effective, *now]).collect();
        let around: Vec<_> =
            moments.iter().flat_map(|at| [-1, 0, 1].map(|second: i64| at.checked_add(second.seconds()).unwrap())).collect();
        for (at, known) in around.iter().flat_map(|at| around.iter().map(move |known| (*at, *known))) {
            let expected = line.told.iter().rfind(|(effective, now, _)| *effective <= at && *now <= known).map(|(_, _, state)| *state);
            let found = state_at(&identifier, history.iter().map(|(_, event)| event), Past { at, known }, Timestamp::MAX);
            assert_eq!(found, expected, "{at} as known at {known}: {line:?}");
        }
    }
}

fn agency() -> kanhe_core::code::Uscc {
    kanhe_tests::Office::Guangzhou.code()
}

/// What stands in the one page of slots.
fn states(registry: &Registry) -> BTreeMap<u32, State> {
    registry.library.states(&agency(), 0).unwrap().into_iter().collect()
}

fn asked(registry: &Registry, question: &Question) -> Vec<Shelfmark> {
    registry.library.ask(question, None, 1_000).unwrap().shelfmarks
}

fn signed(registry: &Registry, kind: &str, person: usize, request: &str, now: Timestamp) -> Signed {
    let issued = day_in_china(now);
    let draft = registry.house.draft(kind, person, request, &issued.to_string());
    let grant = registry.grant(effective_on(issued, now), now);
    registry.registrar().sign(&registry.house.desk(kind), draft, grant).unwrap()
}

fn enter(registry: &Registry, signed: Signed) -> Result<Shelfmark, RegistrarError> {
    registry.registrar().enter(&[signed]).unwrap().pop().unwrap().map(|entered: Entered| entered.shelfmark())
}

fn code_of<T>(found: Result<T, RegistrarError>) -> Result<T, &'static str> {
    found.map_err(|error| error.code())
}

#[test]
fn any_sequence_of_acts_makes_what_the_table_says_and_the_house_stands() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(step(), 1..40), |steps| {
            let (mut registry, mut model) = (Registry::new(), Model::default());
            let mut now = moment("2026-03-02T00:00:00Z");
            let short = steps.len() <= SHORT;
            for step in steps {
                let hours = if let Step::Wait(days) = step { days * DAY } else { 1 };
                now = now.checked_add(hours.hours()).unwrap();
                if matches!(step, Step::Reopen) {
                    registry = registry.reopen();
                }
                model.play(&registry, step, now);
                model.signs(&registry);
                if short {
                    model.holds(&registry, now);
                }
            }
            model.holds(&registry, now);
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
