//! Any sequence of proposals, decisions, changes, waiting and restarts ends as a plain table of who said what would.

use crate::registry::{OPERATOR, Registry, everybody_in_office, nobody_behind};
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::ProjectCode;
use kanhe_core::event::Grounds;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::proposal::{Decision, Deed, Motion, Phase, Proposal, ProposalError, Proposals, Proposing, Step as Stretch};
use kanhe_issuer::registrar::Entry;
use kanhe_store::Shelfmark;
use kanhe_tests::Office;
use kanhe_tests::world::{day, moment};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;

const CERTIFICATES: usize = 5;
const TERM: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What somebody does; officers, certificates and proposals are numbers.
#[derive(Clone, Debug)]
enum Step {
    Propose(usize, Deed, BTreeSet<usize>),
    Approve(usize, usize, bool),
    Reject(usize, usize),
    Withdraw(usize, usize),
    Change(usize, Change),
    Work(usize, usize),
    Wait(i64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let deed = prop_oneof![Just(Deed::Suspend), Just(Deed::Reinstate), Just(Deed::Revoke), Just(Deed::Cancel)];
    let some = prop::collection::btree_set(0..CERTIFICATES, 0..=CERTIFICATES);
    let change = prop_oneof![Just(Change::Suspend), Just(Change::Reinstate), Just(Change::Cancel)];
    prop_oneof![
        5 => (0..3_usize, deed, some).prop_map(|(who, deed, which)| Step::Propose(who, deed, which)),
        6 => (0..6_usize, 0..3_usize, prop::bool::weighted(0.9)).prop_map(|(which, who, right)| Step::Approve(which, who, right)),
        1 => (0..6_usize, 0..3_usize).prop_map(|(which, who)| Step::Reject(which, who)),
        1 => (0..6_usize, 0..3_usize).prop_map(|(which, who)| Step::Withdraw(which, who)),
        2 => (0..CERTIFICATES, change).prop_map(|(which, change)| Step::Change(which, change)),
        5 => (0..6_usize, 1..4_usize).prop_map(|(which, most)| Step::Work(which, most)),
        1 => (1..100_i64).prop_map(Step::Wait),
        1 => Just(Step::Reopen),
    ]
}

/// A proposal as a plain table has it: each certificate with the number of the last act upon it.
struct Row {
    code: ProjectCode,
    digest: [u8; 32],
    who: usize,
    deed: Deed,
    list: Vec<(usize, usize)>,
    expires: Timestamp,
    end: Option<Phase>,
    done: usize,
    left_out: usize,
}

struct Table {
    now: Timestamp,
    certificates: Vec<(Shelfmark, State, usize)>,
    rows: Vec<Row>,
    events: u64,
}

impl Table {
    fn condition(&self, which: usize) -> Condition {
        Condition::of(self.certificates[which].1, day("2026-03-01"), Some(day("2028-02-29")), day("2026-06-01"))
    }

    fn becomes(&mut self, which: usize, change: Change) {
        self.certificates[which].1 = self.condition(which).after(change).unwrap();
        self.certificates[which].2 += 1;
        self.events += 1;
    }

    fn phase(&self, row: &Row) -> Phase {
        row.end.unwrap_or(if self.now > row.expires { Phase::Expired } else { Phase::Open })
    }

    /// With which code a decision is refused, if it is.
    fn refuses(&self, row: &Row, rule: Option<&'static str>) -> Option<&'static str> {
        match self.phase(row) {
            Phase::Open => rule,
            Phase::Expired => Some("proposal_expired"),
            Phase::Approved | Phase::Rejected | Phase::Withdrawn => Some("proposal_decided"),
        }
    }

    fn refuses_approval(&self, row: &Row, who: usize, right: bool) -> Option<&'static str> {
        let changed = row.list.iter().any(|(which, acts)| self.certificates[*which].2 != *acts);
        let rule = match () {
            () if row.who == who => Some("proposal_same_person"),
            () if !right => Some("proposal_other_content"),
            () if changed => Some("proposal_changed"),
            () => None,
        };
        self.refuses(row, rule)
    }
}

fn name(who: usize) -> String {
    format!("officer-{who}")
}

fn code_of<T>(result: Result<T, ProposalError>) -> Option<&'static str> {
    result.err().map(|error| error.code())
}

fn propose(registry: &Registry, table: &mut Table, who: usize, deed: Deed, which: &BTreeSet<usize>) {
    let identifiers: Vec<_> = which.iter().map(|which| registry.identifier(table.certificates[*which].0)).collect();
    let made = Motion::of_certificates(&registry.library, deed, &identifiers, table.now);
    let allowed = |which: &usize| table.condition(*which).after(deed.change().unwrap()).is_some();
    let expected = match () {
        () if !which.iter().all(allowed) => Some("proposal_not_allowed"),
        () if which.is_empty() => Some("proposal_length"),
        () => None,
    };
    let motion = match made {
        Ok(motion) => motion,
        Err(error) => return assert_eq!(Some(error.code()), expected),
    };
    assert_eq!(None, expected);
    let grounds = Grounds::new("《行政处罚法》", "集中整治", &name(who)).unwrap();
    let entry = Entry { grounds, effective: table.now, now: table.now, salt: registry.salt() };
    let number = u64::from_be_bytes(*registry.salt().first_chunk().unwrap());
    // A code takes five bits of each byte, and no two are alike.
    let chance = std::array::from_fn(|place| u8::try_from(number >> (5 * place) & 31).unwrap());
    let proposing = Proposing { agency: Office::Guangzhou.code(), term: TERM, chance };
    let proposal = Proposals::new(&registry.library, nobody_behind, everybody_in_office)
        .propose_and(&proposing, &motion, &entry, |_, _| Ok(()))
        .unwrap();
    let mut list: Vec<_> = which.iter().map(|which| (*which, table.certificates[*which].2)).collect();
    list.sort_by_key(|(which, _)| registry.identifier(table.certificates[*which].0).to_string());
    let Proposal { code, digest, expires, .. } = proposal;
    table.rows.push(Row { code, digest, who, deed, list, expires, end: None, done: 0, left_out: 0 });
}

fn decide(registry: &Registry, table: &mut Table, which: usize, step: &Step) {
    let proposals = Proposals::new(&registry.library, nobody_behind, everybody_in_office);
    let row = &table.rows[which];
    let (Step::Approve(_, who, _) | Step::Reject(_, who) | Step::Withdraw(_, who)) = step else { return };
    let by = name(*who);
    let decision = Decision { by: &by, now: table.now, reason: "如此" };
    let (refused, expected, phase) = match step {
        Step::Approve(_, who, right) => {
            let digest = if *right { row.digest } else { [0; 32] };
            let found = proposals.approve_and(&row.code, &digest, &decision, registry.salt(), |_, _| Ok(()));
            (code_of(found), table.refuses_approval(row, *who, *right), Phase::Approved)
        }
        Step::Reject(..) => {
            let rule = (row.who == *who).then_some("proposal_same_person");
            (code_of(proposals.reject_and(&row.code, &decision, |_, _| Ok(()))), table.refuses(row, rule), Phase::Rejected)
        }
        _ => {
            let rule = (row.who != *who).then_some("proposal_not_author");
            (code_of(proposals.withdraw_and(&row.code, &decision, |_, _| Ok(()))), table.refuses(row, rule), Phase::Withdrawn)
        }
    };
    assert_eq!(refused, expected, "{step:?}");
    if refused.is_none() {
        table.rows[which].end = Some(phase);
    }
}

fn work(registry: &Registry, table: &mut Table, which: usize, most: usize) {
    let some = Stretch { most, now: table.now, salt: &|| registry.salt() };
    Proposals::new(&registry.library, nobody_behind, everybody_in_office).go_on(&table.rows[which].code, &some).unwrap();
    if table.rows[which].end != Some(Phase::Approved) {
        return;
    }
    for _ in 0..most {
        let row = &table.rows[which];
        let (Some((certificate, acts)), change) = (row.list.get(row.done).copied(), row.deed.change().unwrap()) else { return };
        if table.certificates[certificate].2 == acts {
            table.becomes(certificate, change);
        } else {
            table.rows[which].left_out += 1;
        }
        table.rows[which].done += 1;
    }
}

fn play(registry: &Registry, table: &mut Table, step: &Step) {
    match step {
        Step::Propose(who, deed, which) => propose(registry, table, *who, *deed, which),
        Step::Approve(which, ..) | Step::Reject(which, _) | Step::Withdraw(which, _) if !table.rows.is_empty() => {
            decide(registry, table, which % table.rows.len(), step);
        }
        Step::Work(which, most) if !table.rows.is_empty() => work(registry, table, which % table.rows.len(), *most),
        Step::Change(which, change) => {
            let expected = table.condition(*which).after(*change).is_some();
            let done = registry.change(table.certificates[*which].0, *change, &table.now.to_string());
            assert_eq!(done.is_ok(), expected, "{step:?}");
            if expected {
                table.becomes(*which, *change);
            }
        }
        Step::Wait(hours) => table.now += SignedDuration::from_hours(*hours),
        Step::Approve(..) | Step::Reject(..) | Step::Withdraw(..) | Step::Work(..) | Step::Reopen => {}
    }
}

fn holds(registry: &Registry, table: &Table) {
    let library = &registry.library;
    let proposals = Proposals::new(library, nobody_behind, everybody_in_office);
    for row in &table.rows {
        let proposal = proposals.find(&row.code).unwrap();
        assert_eq!(proposal.phase(table.now), table.phase(row));
        let progress = (row.end == Some(Phase::Approved)).then_some((row.done, row.left_out));
        assert_eq!(proposal.progress.map(|progress| (progress.done as usize, progress.left_out.len())), progress);
    }
    let at_work = table.rows.iter().filter(|row| row.end == Some(Phase::Approved) && row.done < row.list.len()).count();
    assert_eq!(proposals.at_work().unwrap().len(), at_work);
    assert_eq!(proposals.list(&Office::Guangzhou.code(), None, 1_000).unwrap().proposals.len(), table.rows.len());
    assert_eq!(library.log_size().unwrap(), table.events);
    for (mark, state, acts) in &table.certificates {
        assert_eq!((library.card(*mark).unwrap().state, library.history(*mark).unwrap().len()), (*state, *acts));
        let told = library.history(*mark).unwrap();
        for (_, event) in told.iter().filter(|(_, event)| event.approval.is_some()) {
            let approval = event.approval.as_ref().unwrap();
            let row = table.rows.iter().find(|row| row.code == approval.project).unwrap();
            assert!(name(row.who) == event.actor && approval.approver != event.actor, "{event:?}");
        }
    }
    assert_eq!(library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
}

#[test]
fn any_sequence_of_proposals_and_decisions_ends_as_a_plain_table_says() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(step(), 1..60), |steps| {
            let mut registry = Registry::new();
            let issued = (0..CERTIFICATES).map(|person| (registry.issued(OPERATOR, person, "2026-03-01"), State::Valid, 1));
            let certificates = issued.collect::<Vec<_>>();
            let now = moment("2026-04-01T00:00:00Z");
            let mut table = Table { now, certificates, rows: Vec::new(), events: CERTIFICATES as u64 };
            for step in &steps {
                // Each act at a moment of its own.
                table.now += SignedDuration::from_secs(1);
                if matches!(step, Step::Reopen) {
                    registry = registry.reopen();
                }
                play(&registry, &mut table, step);
            }
            holds(&registry, &table);
            Ok(())
        })
        .unwrap();
}
