//! From application to certificate: arrival, the opinions of departments, and a decision by somebody who has not handled it.

mod kept;
mod lodging;
mod waiting;

use crate::registry::{ACCOUNTING, House, OPERATOR, Registry, nobody_behind};
use kanhe_core::code::{CertificateId, ProjectCode};
use kanhe_core::event::{Act, Grounds};
use kanhe_issuer::audit::judge;
use kanhe_issuer::examiner::{Admitted, Closing, Descent, Examiner, ExaminerError, Lodged, Lodging, Opinion};
use kanhe_issuer::registrar::{Entered, Entry, Grant, Replacement};
use kanhe_store::{Project, Stage};
use kanhe_tests::world::moment;
use std::path::Path;

/// Two departments at the same time.
pub const PARALLEL: &str = r#"{ "order": "parallel", "departments": [
    { "id": "fire", "zh": "消防", "en": "Fire" }, { "id": "planning", "zh": "规划", "en": "Planning" } ] }"#;

/// The same, one after the other.
pub const SERIAL: &str = r#"{ "order": "serial", "departments": [
    { "id": "fire", "zh": "消防", "en": "Fire" }, { "id": "planning", "zh": "规划", "en": "Planning" } ] }"#;

/// When everything happens that names no other time.
pub const NOON: &str = "2026-03-02T04:00:00Z";

/// A registry one of whose types is reviewed.
pub struct Bureau {
    kind: &'static str,
    pub registry: Registry,
}

impl Bureau {
    fn open(review: &str) -> Self {
        Self::of(ACCOUNTING, review)
    }

    pub fn of(kind: &'static str, review: &str) -> Self {
        Self { kind, registry: Registry::of(House::reviewing(kind, review)) }
    }

    /// The same, after something was done to the closed database.
    pub fn reopen_after(self, act: impl FnOnce(&Path)) -> Self {
        Self { registry: self.registry.reopen_after(act), ..self }
    }

    pub fn examiner(&self) -> Examiner<'_> {
        Examiner::new(&self.registry.library, nobody_behind)
    }

    pub fn entry(&self, actor: &str, at: &str) -> Entry {
        let grounds = Grounds::new("《行政许可法》第三十四条", "材料齐全", actor).unwrap();
        Entry { grounds, ..self.registry.entry(moment(at), moment(at)) }
    }

    pub fn lodge_as(
        &self,
        person: usize,
        request: &str,
        replaces: Option<(Replacement, CertificateId)>,
        at: &str,
    ) -> Result<Lodged, ExaminerError> {
        self.lodge(person, request, after(replaces), at)
    }

    pub fn lodge(&self, person: usize, request: &str, descent: Descent, at: &str) -> Result<Lodged, ExaminerError> {
        self.lodging(person, request, descent, |lodging| {
            self.examiner().lodge(self.registry.house.kind(self.kind), lodging, &self.entry("clerk-1", at))
        })
    }

    fn admitted(
        &self,
        person: usize,
        request: &str,
        replaces: Option<(Replacement, CertificateId)>,
        at: &str,
    ) -> Result<Admitted, ExaminerError> {
        self.lodging(person, request, after(replaces), |lodging| {
            self.examiner().admit(self.registry.house.kind(self.kind), lodging, &self.entry("clerk-1", at))
        })
    }

    /// Hands an application in to somebody.
    fn lodging<T>(&self, person: usize, request: &str, descent: Descent, to: impl FnOnce(&Lodging<'_>) -> T) -> T {
        let application = self.registry.house.application(self.kind, person, request, "");
        let number = u64::from_be_bytes(*self.registry.salt().first_chunk().unwrap());
        let chance = std::array::from_fn(|place| (number >> (5 * place)) as u8 & 31);
        let agency = self.registry.house.desk(self.kind).agency().code;
        to(&Lodging { agency, application: &application, descent, chance })
    }

    pub fn lodged(&self, person: usize) -> ProjectCode {
        self.lodge_as(person, &format!("P-{person}"), None, NOON).unwrap().code()
    }

    pub fn says(&self, code: &ProjectCode, department: &str, opinion: Opinion, actor: &str) -> Result<Stage, ExaminerError> {
        self.says_at(code, department, opinion, actor, NOON)
    }

    fn says_at(&self, code: &ProjectCode, department: &str, opinion: Opinion, actor: &str, at: &str) -> Result<Stage, ExaminerError> {
        self.examiner().review(self.registry.house.kind(self.kind), code, department, opinion, &self.entry(actor, at))
    }

    pub fn approve(&self, code: &ProjectCode, actor: &str, at: &str) -> Result<Entered, ExaminerError> {
        let desk = self.registry.house.desk(self.kind);
        let kind = self.registry.house.kind(self.kind);
        self.examiner().approve(&desk, kind, code, &Grant { entry: self.entry(actor, at), salt: self.registry.salt() })
    }

    /// Brings an application through both departments and the decision.
    pub fn approved(&self, code: &ProjectCode, at: &str) -> Result<Entered, ExaminerError> {
        self.says_at(code, "fire", Opinion::Agrees, "fire-1", at)?;
        self.says_at(code, "planning", Opinion::Agrees, "planning-1", at)?;
        self.approve(code, "head-1", at)
    }

    pub fn close(&self, code: &ProjectCode, closing: Closing, actor: &str) -> Result<(), ExaminerError> {
        self.examiner().close(self.registry.house.kind(self.kind), code, closing, &self.entry(actor, NOON)).map(drop)
    }

    pub fn project(&self, code: &ProjectCode) -> Project {
        self.registry.library.project(code).unwrap().unwrap()
    }

    /// Nothing in the library disagrees with anything else.
    pub fn is_sound(&self) {
        let findings = self.registry.library.check(|whole| judge(whole, self.registry.house.manifest()), |_, _| {}).unwrap();
        assert_eq!(findings, Vec::new());
    }
}

fn after(replaces: Option<(Replacement, CertificateId)>) -> Descent {
    replaces.map_or(Descent::First, |(replacement, identifier)| Descent::Next(replacement, identifier))
}

pub fn code_of<T: std::fmt::Debug>(refused: Result<T, ExaminerError>) -> &'static str {
    refused.unwrap_err().code()
}

#[test]
fn an_application_becomes_a_certificate_when_all_departments_agree_and_somebody_else_decides() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    assert_eq!(bureau.project(&code).stage, Stage::InReview);
    assert_eq!(bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap(), Stage::InReview);
    assert_eq!(bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap(), Stage::ForDecision);
    let shelfmark = bureau.approve(&code, "head-1", NOON).unwrap().shelfmark();
    let project = bureau.project(&code);
    assert_eq!((project.stage, project.issued), (Stage::Approved, Some(shelfmark)));
    let acts: Vec<_> = bureau.registry.library.history_of(&project).unwrap().into_iter().map(|(_, event)| event.act).collect();
    assert_eq!(acts, [Act::Lodge, Act::Review, Act::Review, Act::Issue]);
    let (_, issue) = bureau.registry.library.history(shelfmark).unwrap().remove(0);
    let approval = issue.approval.unwrap();
    assert_eq!((approval.project, approval.approver.as_str(), approval.decided), (code, "head-1", moment(NOON)));
    assert_eq!(bureau.registry.library.record(shelfmark).unwrap().certificate().unwrap().issued.to_string(), "2026-03-02");
    bureau.is_sound();
}

#[test]
fn a_type_that_is_reviewed_mints_nothing_at_once_and_another_takes_no_applications() {
    let bureau = Bureau::open(PARALLEL);
    let registry = &bureau.registry;
    let desk = registry.house.desk(ACCOUNTING);
    let draft = registry.house.draft(ACCOUNTING, 1, "R-1", "2026-03-02");
    let refused = registry.registrar().sign(&desk, draft, registry.grant(moment(NOON), moment(NOON)));
    assert_eq!(refused.err().map(|error| error.code()), Some("review_needed"));
    let application = registry.house.application(OPERATOR, 1, "R-1", "");
    let lodging = Lodging { agency: desk.agency().code, application: &application, descent: Descent::First, chance: [1; 10] };
    let refused = bureau.examiner().lodge(registry.house.kind(OPERATOR), &lodging, &bureau.entry("clerk-1", NOON));
    assert_eq!(code_of(refused), "review_not_needed");
    assert_eq!(registry.library.log_size().unwrap(), 0);
}

#[test]
fn nobody_decides_what_he_has_handled_and_nobody_speaks_for_two_departments() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    assert_eq!(code_of(bureau.says(&code, "planning", Opinion::Agrees, "fire-1")), "review_same_person");
    bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap();
    for actor in ["clerk-1", "fire-1", "planning-1", "ＣＬＥＲＫ-1 ", "clerk\u{2011}1"] {
        assert_eq!(code_of(bureau.approve(&code, actor, NOON)), "review_same_person", "{actor}");
        assert_eq!(code_of(bureau.close(&code, Closing::Reject, actor)), "review_same_person", "{actor}");
    }
    assert_eq!(bureau.project(&code).events.len(), 3);
    assert!(bureau.approve(&code, "head-1", NOON).is_ok());
}

#[test]
fn what_is_not_agreed_is_not_approved_and_says_who_is_missing() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Objects, "fire-1").unwrap();
    let refused = bureau.approve(&code, "head-1", NOON).unwrap_err();
    assert_eq!(refused.to_string(), "not all departments agree (waiting for: none; objecting: fire)");
    // After a correction the department may change its mind.
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    let refused = bureau.approve(&code, "head-1", NOON).unwrap_err();
    assert_eq!(refused.to_string(), "not all departments agree (waiting for: planning; objecting: none)");
    assert_eq!(code_of(bureau.says(&code, "health", Opinion::Agrees, "health-1")), "review_unknown_department");
}

#[test]
fn in_series_each_department_waits_for_those_before_it() {
    let bureau = Bureau::open(SERIAL);
    let code = bureau.lodged(1);
    assert_eq!(code_of(bureau.says(&code, "planning", Opinion::Agrees, "planning-1")), "review_not_yet_turn");
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    assert_eq!(bureau.says(&code, "planning", Opinion::Agrees, "planning-1").unwrap(), Stage::ForDecision);
    assert!(bureau.approve(&code, "head-1", NOON).is_ok());
}

#[test]
fn a_review_without_departments_is_the_decision_of_a_second_person() {
    let bureau = Bureau::open(r#"{ "order": "serial", "departments": [] }"#);
    let code = bureau.lodged(1);
    assert_eq!(bureau.project(&code).stage, Stage::ForDecision);
    assert_eq!(code_of(bureau.approve(&code, "clerk-1", NOON)), "review_same_person");
    assert!(bureau.approve(&code, "head-1", NOON).is_ok());
}

#[test]
fn what_is_decided_stays_decided() {
    let bureau = Bureau::open(PARALLEL);
    let (approved, rejected, withdrawn) = (bureau.lodged(1), bureau.lodged(2), bureau.lodged(3));
    let first = bureau.approved(&approved, NOON).unwrap();
    bureau.close(&rejected, Closing::Reject, "head-1").unwrap();
    bureau.close(&withdrawn, Closing::Withdraw, "clerk-1").unwrap();
    let again = bureau.approve(&approved, "head-1", NOON).unwrap();
    assert_eq!((again.shelfmark(), matches!(again, Entered::Before(_))), (first.shelfmark(), true));
    for code in [rejected, withdrawn] {
        assert_eq!(code_of(bureau.approve(&code, "head-1", NOON)), "project_decided");
        assert_eq!(code_of(bureau.says(&code, "fire", Opinion::Agrees, "fire-1")), "project_decided");
    }
    assert_eq!(code_of(bureau.close(&approved, Closing::Withdraw, "clerk-1")), "project_decided");
    bureau.is_sound();
}
