//! Any sequence of opinions and decisions, by anybody, ends as a plain table of who said what would.

use crate::registry::OPERATOR;
use crate::review::{Bureau, NOON, PARALLEL, SERIAL};
use kanhe_core::code::ProjectCode;
use kanhe_issuer::examiner::{Closing, Opinion};
use kanhe_store::Stage;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

const DEPARTMENTS: [&str; 2] = ["fire", "planning"];

/// What somebody does to one of the applications there are; officers are numbers.
#[derive(Clone, Copy, Debug)]
enum Step {
    Lodge,
    Says(usize, usize, Opinion, usize),
    Approve(usize, usize),
    Close(usize, Closing, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let opinion = prop_oneof![3 => Just(Opinion::Agrees), 1 => Just(Opinion::Objects)];
    let closing = prop_oneof![Just(Closing::Reject), Just(Closing::Withdraw)];
    prop_oneof![
        2 => Just(Step::Lodge),
        6 => (0..4_usize, 0..2_usize, opinion, 0..4_usize).prop_map(|(which, department, opinion, who)| Step::Says(which, department, opinion, who)),
        3 => (0..4_usize, 0..4_usize).prop_map(|(which, who)| Step::Approve(which, who)),
        1 => (0..4_usize, closing, 0..4_usize).prop_map(|(which, closing, who)| Step::Close(which, closing, who)),
    ]
}

/// An application as a plain table has it.
struct Row {
    code: ProjectCode,
    said: BTreeMap<usize, Opinion>,
    spoke: BTreeSet<(String, usize)>,
    end: Option<Stage>,
    events: usize,
}

impl Row {
    fn stage(&self) -> Stage {
        let objected = self.said.values().any(|opinion| *opinion == Opinion::Objects);
        let open = if self.said.len() == 2 || objected { Stage::ForDecision } else { Stage::InReview };
        self.end.unwrap_or(open)
    }

    fn has_handled(&self, who: &str) -> bool {
        who == "clerk-1" || self.spoke.iter().any(|(other, _)| other == who)
    }

    /// Which code an opinion is refused with, if it is.
    fn refuses_opinion(&self, serial: bool, department: usize, who: &str) -> Option<&'static str> {
        if self.end.is_some() {
            Some("project_decided")
        } else if serial && department == 1 && self.said.get(&0) != Some(&Opinion::Agrees) {
            Some("review_not_yet_turn")
        } else if self.spoke.iter().any(|(other, for_whom)| other == who && *for_whom != department) {
            Some("review_same_person")
        } else {
            None
        }
    }

    fn refuses_approval(&self, who: &str) -> Option<&'static str> {
        match self.end {
            Some(_) => Some("project_decided"),
            None if self.said.len() < 2 || self.said.values().any(|opinion| *opinion == Opinion::Objects) => Some("review_not_agreed"),
            None if self.has_handled(who) => Some("review_same_person"),
            None => None,
        }
    }
}

fn name(who: usize) -> String {
    // One of them is the clerk who lodges everything.
    if who == 0 { "clerk-1".to_owned() } else { format!("officer-{who}") }
}

fn play(bureau: &Bureau, rows: &mut Vec<Row>, step: Step, serial: bool) {
    let count = rows.len();
    if let Step::Lodge = step {
        let code = bureau.lodged(count);
        rows.push(Row { code, said: BTreeMap::new(), spoke: BTreeSet::new(), end: None, events: 1 });
        return;
    }
    let (Step::Says(which, ..) | Step::Approve(which, _) | Step::Close(which, ..)) = step else { return };
    let Some(row) = rows.get_mut(which % count.max(1)) else { return };
    match step {
        Step::Lodge => {}
        Step::Says(_, department, opinion, who) => {
            let who = name(who);
            let refused = bureau.says(&row.code, DEPARTMENTS[department], opinion, &who).err().map(|error| error.code());
            assert_eq!(refused, row.refuses_opinion(serial, department, &who), "{step:?}");
            if refused.is_none() {
                row.said.insert(department, opinion);
                row.spoke.insert((who, department));
                row.events += 1;
            }
        }
        Step::Approve(_, who) => {
            let again = row.end == Some(Stage::Approved);
            let refused = bureau.approve(&row.code, &name(who), NOON).err().map(|error| error.code());
            assert_eq!(refused, if again { None } else { row.refuses_approval(&name(who)) }, "{step:?}");
            if refused.is_none() && !again {
                row.end = Some(Stage::Approved);
                row.events += 1;
            }
        }
        Step::Close(_, closing, who) => {
            let refused = bureau.close(&row.code, closing, &name(who)).err().map(|error| error.code());
            let same = closing == Closing::Reject && row.has_handled(&name(who));
            let expected = if row.end.is_some() { Some("project_decided") } else { same.then_some("review_same_person") };
            assert_eq!(refused, expected, "{step:?}");
            if refused.is_none() {
                row.end = Some(if closing == Closing::Reject { Stage::Rejected } else { Stage::Withdrawn });
                row.events += 1;
            }
        }
    }
}

fn holds(bureau: &Bureau, rows: &[Row]) {
    for row in rows {
        let project = bureau.project(&row.code);
        assert_eq!((project.stage, project.events.len()), (row.stage(), row.events));
        assert_eq!(project.issued.is_some(), row.end == Some(Stage::Approved));
    }
    let approved = rows.iter().filter(|row| row.end == Some(Stage::Approved)).count() as u64;
    assert_eq!(bureau.registry.library.certificates().unwrap(), approved);
    for stage in Stage::ALL {
        let found = bureau.registry.library.projects(None, None, Some(stage), None, 100).unwrap().codes;
        assert_eq!(found.len(), rows.iter().filter(|row| row.stage() == stage).count(), "{stage:?}");
    }
    bureau.is_sound();
}

#[test]
fn any_sequence_of_opinions_and_decisions_ends_as_a_plain_table_says() {
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let played = (prop::collection::vec(step(), 1..40), any::<bool>());
    runner
        .run(&played, |(steps, serial)| {
            let (bureau, mut rows) = (Bureau::of(OPERATOR, if serial { SERIAL } else { PARALLEL }), Vec::new());
            for step in steps {
                play(&bureau, &mut rows, step, serial);
            }
            holds(&bureau, &rows);
            Ok(())
        })
        .unwrap();
}
