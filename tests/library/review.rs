//! From application to certificate: arrival, the opinions of departments, and a decision by somebody who has not handled it.

use crate::registry::{ACCOUNTING, House, OPERATOR, Registry, holder, nobody_behind, secret};
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, ProjectCode};
use kanhe_core::event::{Act, Grounds};
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::examiner::{Admitted, Closing, Examiner, ExaminerError, Lodged, Lodging, Opinion, Standing, Wanted};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entered, Entry, Replacement};
use kanhe_store::find::Cursor;
use kanhe_store::{Library, Project, Settings, Stage, StoreError};
use kanhe_tests::world::moment;
use std::collections::BTreeSet;
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

    fn examiner(&self) -> Examiner<'_> {
        Examiner::new(&self.registry.library, nobody_behind)
    }

    fn entry(&self, actor: &str, at: &str) -> Entry {
        let grounds = Grounds::new("《行政许可法》第三十四条", "材料齐全", actor).unwrap();
        Entry { grounds, ..self.registry.entry(moment(at), moment(at)) }
    }

    fn lodge_as(
        &self,
        person: usize,
        request: &str,
        replaces: Option<(Replacement, CertificateId)>,
        at: &str,
    ) -> Result<Lodged, ExaminerError> {
        self.lodging(person, request, replaces, |lodging| {
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
        self.lodging(person, request, replaces, |lodging| {
            self.examiner().admit(self.registry.house.kind(self.kind), lodging, &self.entry("clerk-1", at))
        })
    }

    /// Hands an application in to somebody.
    fn lodging<T>(
        &self,
        person: usize,
        request: &str,
        replaces: Option<(Replacement, CertificateId)>,
        to: impl FnOnce(&Lodging<'_>) -> T,
    ) -> T {
        let application = self.registry.house.application(self.kind, person, request, "");
        let number = u64::from_be_bytes(*self.registry.salt().first_chunk().unwrap());
        let chance = std::array::from_fn(|place| (number >> (5 * place)) as u8 & 31);
        let agency = self.registry.house.desk(self.kind).agency().code;
        to(&Lodging { agency, application: &application, replaces, chance })
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
        self.examiner().approve(&desk, kind, code, &self.entry(actor, at), self.registry.salt())
    }

    /// Brings an application through both departments and the decision.
    fn approved(&self, code: &ProjectCode, at: &str) -> Result<Entered, ExaminerError> {
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

fn code_of<T: std::fmt::Debug>(refused: Result<T, ExaminerError>) -> &'static str {
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
    let refused = registry.registrar().sign(&desk, draft, registry.entry(moment(NOON), moment(NOON)), registry.salt());
    assert_eq!(refused.err().map(|error| error.code()), Some("review_needed"));
    let application = registry.house.application(OPERATOR, 1, "R-1", "");
    let lodging = Lodging { agency: desk.agency().code, application: &application, replaces: None, chance: [1; 10] };
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
    for actor in ["clerk-1", "fire-1", "planning-1", "ＣＬＥＲＫ-1 "] {
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

#[test]
fn the_same_request_is_lodged_once_and_another_under_its_id_is_refused() {
    let bureau = Bureau::open(PARALLEL);
    let first = bureau.lodge_as(1, "P-1", None, NOON).unwrap();
    assert_eq!(bureau.lodge_as(1, "P-1", None, NOON).unwrap(), Lodged::Before(first.code()));
    assert_eq!(code_of(bureau.lodge_as(2, "P-1", None, NOON)), "request_reused");
    assert_eq!(bureau.registry.library.log_size().unwrap(), 1);
}

#[test]
fn one_valid_certificate_a_holder_is_asked_again_at_the_decision() {
    let bureau = Bureau::open(PARALLEL);
    let (first, second) = (bureau.lodge_as(1, "P-1", None, NOON).unwrap().code(), bureau.lodge_as(1, "P-2", None, NOON).unwrap().code());
    bureau.approved(&first, NOON).unwrap();
    assert_eq!(code_of(bureau.approved(&second, NOON)), "holder_has_one");
    assert_eq!(bureau.project(&second).stage, Stage::ForDecision);
    bureau.is_sound();
}

#[test]
fn what_the_decision_would_refuse_anyway_is_refused_when_it_is_lodged() {
    for (kind, code) in [(ACCOUNTING, "holder_has_one"), (OPERATOR, "number_taken")] {
        let bureau = Bureau::of(kind, PARALLEL);
        let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
        let identifier = bureau.registry.identifier(shelfmark);
        let events = bureau.registry.library.log_size().unwrap();
        assert_eq!(code_of(bureau.lodge_as(1, "P-9", None, NOON)), code);
        assert_eq!(bureau.registry.library.log_size().unwrap(), events, "nothing is left of it");
        // Of many at a time each is judged by itself, and a rehearsal says the same.
        let many = [1, 2].map(|person| bureau.admitted(person, &format!("P-2{person}"), None, NOON).unwrap());
        let told = |taken: Vec<Result<Lodged, ExaminerError>>| taken.into_iter().map(|one| one.map_err(|error| error.code()).map(drop));
        let rehearsed = many.iter().map(|one| bureau.examiner().rehearse(one)).collect();
        let taken: Result<Vec<_>, StoreError> = bureau.examiner().lodge_all_and(&many, |_, taken| Ok(taken));
        assert_eq!(told(rehearsed).collect::<Vec<_>>(), [Err(code), Ok(())]);
        assert_eq!(told(taken.unwrap()).collect::<Vec<_>>(), [Err(code), Ok(())]);
        // The version whose place is taken stands in nobody's way, and neither does what can be used no more.
        assert!(bureau.lodge_as(1, "P-1+", Some((Replacement::Renew, identifier)), NOON).is_ok());
        bureau.registry.change(shelfmark, Change::Cancel, "2026-03-04T04:00:00Z").unwrap();
        assert!(bureau.lodge_as(1, "P-9", None, "2026-03-04T05:00:00Z").is_ok());
        bureau.is_sound();
    }
}

#[test]
fn who_asked_for_a_renewal_in_time_gets_it_after_the_term_too() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let first = bureau.lodged(1);
    let shelfmark = bureau.approved(&first, NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let renewing = |request, at| bureau.lodge_as(1, request, Some((Replacement::Renew, identifier.clone())), at);
    let until = bureau.registry.library.card(shelfmark).unwrap().until.unwrap();
    let (last_day, later) = (format!("{until}T04:00:00Z"), format!("{}T04:00:00Z", until.saturating_add(jiff::ToSpan::days(20))));
    let code = renewing("P-9", &last_day).unwrap().code();
    assert_eq!(code_of(renewing("P-10", &later)), "lifecycle_not_allowed");
    let at = |text: &str| -> Timestamp { moment(text) };
    assert!(at(&last_day) < at(&later));
    let renewed = bureau.approved(&code, &later).unwrap().shelfmark();
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().state, State::Superseded);
    assert_eq!(bureau.registry.library.card(renewed).unwrap().predecessor, Some(shelfmark));
    bureau.is_sound();
}

#[test]
fn somebody_elses_renewal_is_refused_when_it_is_lodged() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    for how in [Replacement::Renew, Replacement::Amend] {
        assert_eq!(code_of(bureau.lodge_as(2, "P-9", Some((how, identifier.clone())), NOON)), "other_holder");
    }
    assert!(bureau.lodge_as(1, "P-9", Some((Replacement::Renew, identifier)), NOON).is_ok());
    bureau.is_sound();
}

#[test]
fn nothing_is_dated_before_what_happened_last() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodge_as(1, "P-1", None, "2026-03-05T04:00:00Z").unwrap().code();
    assert_eq!(code_of(bureau.says(&code, "fire", Opinion::Agrees, "fire-1")), "lifecycle_before_last");
    let entry = Entry { now: moment("2026-03-09T04:00:00Z"), ..bureau.entry("clerk-1", NOON) };
    let application = bureau.registry.house.application(ACCOUNTING, 2, "P-2", "");
    let agency = bureau.registry.house.desk(ACCOUNTING).agency().code;
    let lodging = Lodging { agency, application: &application, replaces: None, chance: [9; 10] };
    assert_eq!(code_of(bureau.examiner().lodge(bureau.registry.house.kind(ACCOUNTING), &lodging, &entry)), "review_other_day");
}

#[test]
fn what_changed_since_it_was_asked_for_is_found_at_the_decision() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let code = bureau.lodge_as(1, "P-9", Some((Replacement::Amend, identifier)), NOON).unwrap().code();
    bureau.registry.change(shelfmark, Change::Revoke, NOON).unwrap();
    assert_eq!(code_of(bureau.approved(&code, NOON)), "lifecycle_not_allowed");
}

#[test]
fn applications_are_found_by_where_they_wait_and_by_their_holder() {
    let bureau = Bureau::open(PARALLEL);
    let codes: Vec<_> = (1..=5).map(|person| bureau.lodged(person)).collect();
    bureau.approved(&codes[0], NOON).unwrap();
    bureau.close(&codes[1], Closing::Reject, "head-1").unwrap();
    let library = &bureau.registry.library;
    let waiting = |stage, after: Option<&kanhe_store::find::Cursor>| library.projects(None, None, stage, after, 2).unwrap();
    let first = waiting(Some(Stage::InReview), None);
    let second = waiting(Some(Stage::InReview), first.next.as_ref());
    let mut found: Vec<_> = first.codes.into_iter().chain(second.codes).collect();
    found.sort_unstable();
    let mut wanted = codes[2..].to_vec();
    wanted.sort_unstable();
    assert_eq!((found, second.next), (wanted, None));
    assert_eq!(waiting(Some(Stage::Approved), None).codes, codes[..1]);
    assert_eq!(library.projects_of(&holder(2)).unwrap(), codes[1..2]);
    assert_eq!(library.projects_of(&holder(77)).unwrap(), []);
}

#[test]
fn a_standing_tells_who_said_what_and_survives_a_reopening() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    let Bureau { kind, registry } = bureau;
    let bureau = Bureau { kind, registry: registry.reopen() };
    let project = bureau.project(&code);
    let history: Vec<_> = bureau.registry.library.history_of(&project).unwrap().into_iter().map(|(_, event)| event).collect();
    let standing = Standing::of(bureau.registry.house.kind(ACCOUNTING).review().unwrap(), &history);
    let said: Vec<_> = standing
        .opinions()
        .iter()
        .map(|(department, said)| (department.id.as_str(), said.as_ref().map(|(opinion, event)| (*opinion, event.actor.as_str()))))
        .collect();
    assert_eq!(said, [("fire", Some((Opinion::Agrees, "fire-1"))), ("planning", None)]);
    assert_eq!(standing.waiting_for().iter().map(|department| department.id.as_str()).collect::<Vec<_>>(), ["planning"]);
    drop(bureau.registry.reopen());
}

#[test]
fn nothing_of_an_applicant_stands_readable_in_the_database() {
    let bureau = Bureau::open(PARALLEL);
    bureau.lodged(1);
    let path = bureau.registry.path();
    let id = crate::registry::resident_id(1);
    drop(bureau.registry.library);
    drop(Library::open(&path, &secret(), Settings::default()).unwrap());
    for file in std::fs::read_dir(&path).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(id.len()).any(|window| window == id.as_bytes()));
    }
}

#[test]
fn an_event_that_is_lost_is_found_by_the_check() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    let library = &bureau.registry.library;
    let project = Project { events: vec![7], ..bureau.project(&code) };
    library.commit(|pen| pen.move_on(&project)).unwrap();
    let findings = library.check(|_| Vec::new(), |_, _| {}).unwrap();
    let told: Vec<_> = findings.iter().map(|finding| (finding.place.to_string(), finding.defect.code())).collect();
    assert_eq!(told, [("event 0".to_owned(), "check_event_record"), (format!("application {code}"), "check_project")]);
}

#[test]
fn a_number_that_has_ended_is_applied_for_and_issued_anew() {
    let bureau = Bureau::open(PARALLEL);
    let first = bureau.lodge_as(1, "P-1", None, NOON).unwrap().code();
    let mark = bureau.approved(&first, NOON).unwrap().shelfmark();
    let anew = || bureau.lodge_as(1, "P-1+anew", None, NOON);
    assert_eq!(anew().unwrap_err().code(), "identifier_taken");
    bureau.registry.change(mark, Change::Annul, NOON).unwrap();
    let issued = bureau.approved(&anew().unwrap().code(), NOON).unwrap().shelfmark();
    assert_eq!(bureau.registry.identifier(issued), bureau.registry.identifier(mark).next_version().unwrap());
}

#[test]
fn a_page_of_those_that_wait_for_a_department_ends_though_most_wait_for_others() {
    let bureau = Bureau::open(SERIAL);
    let codes: Vec<_> = (0..510).map(|person| bureau.lodged(person)).collect();
    let waiting: BTreeSet<_> = codes.iter().step_by(170).copied().collect();
    for code in &waiting {
        bureau.says(code, "fire", Opinion::Agrees, "fire-1").unwrap();
    }
    let wanted = Wanted { department: Some("planning"), ..Wanted::default() };
    let (mut found, mut pages, mut after) = (BTreeSet::new(), 0, None::<Cursor>);
    loop {
        let page = bureau.examiner().list(bureau.registry.house.catalogue(), wanted, after.as_ref(), 100).unwrap();
        found.extend(page.projects.into_iter().map(|project| project.code));
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (waiting, 2), "the first page looked at as many as one may, and told where it goes on");
}
