//! The examiner: an application on its way from arrival (受理) over the opinions of departments (审查) to a decision (决定).
//!
//! Every step is an event of the log in the same commit as what it changes, and every rule is asked inside the commit. Nobody decides
//! who has handled the application before: four eyes, by the names of the accounts and by whose hands a system's key went through.

mod descent;
mod error;
mod list;
mod lodge;
mod opinion;

pub use descent::Descent;
pub use error::ExaminerError;
pub use list::{HowFar, Page, Wanted};
pub use lodge::{Admitted, Days, Lodged, Lodging};
pub use opinion::{Opinion, Standing};

use crate::application::Application;
use crate::catalogue::{CertificateKind, ReviewRule};
use crate::desk::{Desk, DeskError, published};
use crate::eyes::{Behind, could_be_one};
use crate::lifecycle::{self, Condition, LifecycleError};
use crate::registrar::{Entered, Entry, Grant, Registrar, RegistrarError, Signed, enter_one, event};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{ProjectCode, TypeCode};
use kanhe_core::envelope::Authentic;
use kanhe_core::event::{Act, Approval, Event};
use kanhe_core::manifest::Manifest;
use kanhe_store::{Library, Pen, Project, Stage, StoreError};
use std::sync::Arc;

/// Brings applications to a decision.
#[derive(Clone, Copy)]
pub struct Examiner<'l> {
    library: &'l Library,
    behind: Behind,
}

/// How an application ends without a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// 不予许可: refused, by somebody who has not handled it.
    Reject,
    /// 撤回: taken back by the applicant.
    Withdraw,
}

impl<'l> Examiner<'l> {
    /// The examiner of a library, who is told who stands behind an actor.
    pub const fn new(library: &'l Library, behind: Behind) -> Self {
        Self { library, behind }
    }

    /// Writes down what a department says; until the decision it may change its mind.
    pub fn review(
        &self,
        kind: &CertificateKind,
        code: &ProjectCode,
        department: &str,
        opinion: Opinion,
        entry: &Entry,
    ) -> Result<Stage, ExaminerError> {
        self.review_and(kind, code, (department, opinion), entry, |_, _| Ok(()))
    }

    /// Writes down what a department says, and beside it what is to stand in the same commit.
    ///
    /// # Errors
    ///
    /// There is no such application, or it is decided; the type's rule does not name the department, or it is not its turn; or who speaks has
    /// spoken for another.
    pub fn review_and(
        &self,
        kind: &CertificateKind,
        code: &ProjectCode,
        (department, opinion): (&str, Opinion),
        entry: &Entry,
        beside: impl FnOnce(&mut Pen<'_>, Stage) -> Result<(), StoreError>,
    ) -> Result<Stage, ExaminerError> {
        let rule = rule_of(kind)?;
        if rule.department(department).is_none() {
            let known = rule.departments.iter().map(|department| department.id.clone()).collect();
            return Err(ExaminerError::UnknownDepartment { found: department.to_owned(), known });
        }
        self.library.commit(|pen| {
            let (project, history) = open_project(pen, kind, code)?;
            self.is_in_force(pen, kind)?;
            after_the_last(&history, entry)?;
            let standing = Standing::of(rule, &history);
            if !standing.is_turn_of(department) {
                let before = rule.departments.iter().map(|other| other.id.clone()).take_while(|other| other != department).collect();
                return Err(ExaminerError::NotYetTurn { department: department.to_owned(), before });
            }
            self.is_none_of(pen, standing.speakers_for_others(department), entry, "speak for this department")?;
            let event = told(Act::Review, &project, entry, Some(opinion::written(department, opinion)));
            let stage = Standing::of(rule, history.iter().chain([&event])).stage();
            record(pen, project, &event, stage)?;
            beside(pen, stage)?;
            Ok(stage)
        })
    }

    /// What came of an application that was approved before; nothing of one that is open, or closed without a certificate.
    pub fn approved(&self, code: &ProjectCode) -> Result<Option<Entered>, ExaminerError> {
        Ok(approved_before(&self.lodged(code)?))
    }

    fn lodged(&self, code: &ProjectCode) -> Result<Project, ExaminerError> {
        self.library.project(code)?.ok_or(ExaminerError::NotFound { code: *code })
    }

    /// Approves an application, and issues what it asks for: one commit, with the decision in the event of the certificate.
    ///
    /// What was approved before is answered with the certificate that came of it, also where somebody approves it at the same moment.
    ///
    /// # Errors
    ///
    /// There is no such application, or it is closed; not every department agrees; who decides has handled it; the desk is of another agency or
    /// type, or refuses it; or the register does, as when it issues.
    pub fn approve(&self, desk: &Desk<'_>, kind: &CertificateKind, code: &ProjectCode, grant: &Grant) -> Result<Entered, ExaminerError> {
        self.approve_and(desk, kind, code, grant, |_| Ok(()))
    }

    /// Approves an application likewise, and writes beside it what is to stand in the same commit; if that is refused, so is it.
    pub fn approve_and<E: From<ExaminerError> + From<StoreError>>(
        &self,
        desk: &Desk<'_>,
        kind: &CertificateKind,
        code: &ProjectCode,
        grant: &Grant,
        beside: impl FnOnce(&mut Pen<'_>) -> Result<(), E>,
    ) -> Result<Entered, E> {
        let project = self.lodged(code)?;
        if let Some(before) = approved_before(&project) {
            return Ok(before);
        }
        let signed = self.sign_approved(desk, kind, &project, grant)?;
        self.library.commit(|pen| {
            // Another who asked at the same moment may have been the first.
            let entered = match approved_before(&found(pen, code)?) {
                Some(before) => before,
                None => self.enter_approved(pen, kind, code, &grant.entry, &signed)?,
            };
            beside(pen).map(|()| entered)
        })
    }

    /// Signs what an application asks for, with the decision that allows it.
    fn sign_approved(&self, desk: &Desk<'_>, kind: &CertificateKind, project: &Project, grant: &Grant) -> Result<Signed, ExaminerError> {
        if project.agency != desk.agency().code {
            return Err(ExaminerError::OtherAgency { wanted: project.agency, found: desk.agency().code });
        }
        let (entry, registrar) = (&grant.entry, Registrar::new(self.library));
        let application = Application::read_back(&project.application, kind).map_err(ExaminerError::Form)?;
        let descent = Descent::of(project);
        let draft = kind.admit_for(&application, descent.term(registrar)?, day_in_china(entry.now)).map_err(ExaminerError::Faults)?;
        let decided = Approval { project: project.code, approver: entry.grounds.actor().to_owned(), decided: entry.now };
        Ok(registrar.sign_as(desk, draft, descent.succession(), grant.clone())?.approved(decided))
    }

    /// Asks every rule of the decision, and enters the certificate.
    fn enter_approved(
        &self,
        pen: &mut Pen<'_>,
        kind: &CertificateKind,
        code: &ProjectCode,
        entry: &Entry,
        signed: &Signed,
    ) -> Result<Entered, ExaminerError> {
        let (mut project, history) = open_project(pen, kind, code)?;
        self.is_in_force(pen, kind)?;
        after_the_last(&history, entry)?;
        approved_today(entry)?;
        let standing = Standing::of(kind.review(), &history);
        may_be_approved(&standing)?;
        self.is_none_of(pen, standing.handlers(), entry, "decide")?;
        let descent = Descent::of(&project);
        let lineage = descent.lineage(pen, project.lodged)?;
        let index = pen.log_size();
        let entered = enter_one(pen, signed, lineage).map_err(overtaken)?;
        if let Entered::Before(shelfmark) = entered {
            return Err(ExaminerError::RequestIssued { identifier: pen.card(shelfmark)?.identifier.to_string() });
        }
        project.issued = Some(entered.shelfmark());
        project.events.push(index);
        project.stage = Stage::Approved;
        pen.move_on(&project)?;
        Ok(entered)
    }

    /// Closes an application without a certificate.
    pub fn close(&self, kind: &CertificateKind, code: &ProjectCode, closing: Closing, entry: &Entry) -> Result<Stage, ExaminerError> {
        self.close_and(kind, code, closing, entry, |_, _| Ok(()))
    }

    /// Closes an application without a certificate, and writes beside it what is to stand in the same commit.
    ///
    /// # Errors
    ///
    /// There is no such application, or it is decided; or who rejects it has handled it.
    pub fn close_and(
        &self,
        kind: &CertificateKind,
        code: &ProjectCode,
        closing: Closing,
        entry: &Entry,
        beside: impl FnOnce(&mut Pen<'_>, Stage) -> Result<(), StoreError>,
    ) -> Result<Stage, ExaminerError> {
        let (act, stage) = match closing {
            Closing::Reject => (Act::Reject, Stage::Rejected),
            Closing::Withdraw => (Act::Withdraw, Stage::Withdrawn),
        };
        self.library.commit(|pen| {
            let (project, history) = open_project(pen, kind, code)?;
            after_the_last(&history, entry)?;
            if closing == Closing::Reject {
                match self.is_in_force(pen, kind) {
                    // What the region issues no more is still refused: it would wait for ever.
                    Err(ExaminerError::Desk(DeskError::TypeUnknown { .. })) => {}
                    asked => asked?,
                }
                self.is_none_of(pen, Standing::of(kind.review(), &history).handlers(), entry, "decide")?;
            }
            let event = told(act, &project, entry, None);
            record(pen, project, &event, stage)?;
            beside(pen, stage)?;
            Ok(stage)
        })
    }

    /// Refuses a type file that is not the one which the manifest names, as this commit finds it: who waits for whom is not for whoever has a
    /// file at hand to say.
    fn is_in_force(&self, pen: &Pen<'_>, kind: &CertificateKind) -> Result<(), ExaminerError> {
        in_force(self.manifest_in(pen)?.as_deref(), kind.code(), kind.file_digest())
    }

    fn manifest_in(&self, pen: &Pen<'_>) -> Result<Option<Arc<Authentic<Manifest>>>, StoreError> {
        self.library.opened_manifest_in(pen, |_| StoreError::Malformed { family: "meta" })
    }

    /// Refuses who could be one of those named: the same account, or a key of his hands.
    fn is_none_of<'n>(
        &self,
        pen: &Pen<'_>,
        mut named: impl Iterator<Item = &'n str>,
        entry: &Entry,
        what: &'static str,
    ) -> Result<(), ExaminerError> {
        let actor = entry.grounds.actor();
        let refused = || ExaminerError::SamePerson { actor: actor.to_owned(), what };
        named.try_for_each(|other| if could_be_one(pen, self.behind, actor, other)? { Err(refused()) } else { Ok(()) })
    }
}

/// Refuses a type file that a manifest does not name; a library that has none yet holds nobody to any.
fn in_force(manifest: Option<&Authentic<Manifest>>, code: &TypeCode, file_digest: &[u8; 32]) -> Result<(), ExaminerError> {
    let named = manifest.map(|manifest| published(manifest, code, file_digest)).transpose();
    Ok(named.map(drop)?)
}

fn rule_of(kind: &CertificateKind) -> Result<&ReviewRule, ExaminerError> {
    kind.review().ok_or(ExaminerError::NoReview)
}

fn found(pen: &Pen<'_>, code: &ProjectCode) -> Result<Project, ExaminerError> {
    pen.project(code)?.ok_or(ExaminerError::NotFound { code: *code })
}

/// What came of an application that is approved.
fn approved_before(project: &Project) -> Option<Entered> {
    project.issued.filter(|_| project.stage == Stage::Approved).map(Entered::Before)
}

/// An application that is not decided, and everything that happened to it.
fn open_project(pen: &Pen<'_>, kind: &CertificateKind, code: &ProjectCode) -> Result<(Project, Vec<Event>), ExaminerError> {
    let project = found(pen, code)?;
    if project.type_code != *kind.code() {
        return Err(ExaminerError::OtherType);
    }
    if project.stage.is_final() {
        return Err(ExaminerError::Decided { stage: project.stage });
    }
    let history = pen.history_of(&project)?.into_iter().map(|(_, event)| event).collect();
    Ok((project, history))
}

/// No step takes effect before the one before it, and none in the future.
fn after_the_last(history: &[Event], entry: &Entry) -> Result<(), ExaminerError> {
    let last = history.last().map_or(entry.effective, |event| event.effective);
    Ok(lifecycle::in_order(entry.effective, last, entry.now)?)
}

/// The day of the decision is the day of issue of what it grants, so nobody dates it back.
fn approved_today(entry: &Entry) -> Result<(), ExaminerError> {
    let (effective, today) = (day_in_china(entry.effective), day_in_china(entry.now));
    if effective == today { Ok(()) } else { Err(ExaminerError::ApprovedOtherDay { effective, today }) }
}

/// Tells apart what has become of the version since: the applicant's own time is not at fault, and where it is not given back no other act
/// helps the application.
fn overtaken(error: RegistrarError) -> ExaminerError {
    use LifecycleError as E;
    match error {
        RegistrarError::Lifecycle(E::NotAllowed { found: Condition::Suspended, .. }) => ExaminerError::Suspended,
        RegistrarError::Lifecycle(why @ (E::NotAllowed { .. } | E::Ended { .. } | E::Superseded { .. })) => ExaminerError::Overtaken(why),
        error => error.into(),
    }
}

fn may_be_approved(standing: &Standing<'_>) -> Result<(), ExaminerError> {
    let ids =
        |departments: Vec<&crate::catalogue::Department>| departments.iter().map(|department| department.id.clone()).collect::<Vec<_>>();
    let (waiting, objecting) = (ids(standing.waiting_for()), ids(standing.objecting()));
    if waiting.is_empty() && objecting.is_empty() { Ok(()) } else { Err(ExaminerError::NotAgreed { waiting, objecting }) }
}

/// An event about an application: it commits to the application as it was lodged.
fn told(act: Act, project: &Project, entry: &Entry, other: Option<String>) -> Event {
    Event { seal: [0; 16], ..event(act, project.code.as_str(), &project.application, &[], entry, other) }
}

fn record(pen: &mut Pen<'_>, mut project: Project, event: &Event, stage: Stage) -> Result<(), ExaminerError> {
    project.events.push(pen.note(&[], event)?);
    project.stage = stage;
    Ok(pen.move_on(&project)?)
}
