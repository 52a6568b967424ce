//! Applications for the type that is reviewed, from their arrival to a decision.

use super::{Answer, Stage};
use crate::registry::{ACCOUNTING, holder, nobody_behind};
use jiff::Timestamp;
use kanhe_core::code::ProjectCode;
use kanhe_core::event;
use kanhe_issuer::examiner::{Closing, Descent, Examiner, ExaminerError, Lodged, Lodging, Opinion};
use kanhe_issuer::registrar::Grant;
use kanhe_tests::Office;

impl Stage {
    pub(super) fn apply(&self, person: usize, now: Timestamp) -> Result<Lodged, ExaminerError> {
        let application = self.house.application(ACCOUNTING, person, &format!("P-{person}"), "");
        let agency = Office::Guangzhou.code();
        let chance = std::array::from_fn(|place| (person >> (5 * place % 32)) as u8 & 31);
        let lodging = Lodging { agency, application: &application, descent: Descent::From(self.origin(person)?), chance };
        self.examiner().lodge(self.house.kind(ACCOUNTING), &lodging, &self.by("clerk-1", now))
    }

    /// Says it once: what was not answered, and stands, is read in the file of the application.
    pub(super) fn review(&self, person: usize, now: Timestamp) -> Result<(), ExaminerError> {
        let code = self.lodged(person);
        let project = self.library().project(&code).unwrap().unwrap();
        if self.library().history_of(&project).unwrap().iter().any(|(_, event)| event.act == event::Act::Review) {
            return Ok(());
        }
        self.examiner().review(self.house.kind(ACCOUNTING), &code, "fire", Opinion::Agrees, &self.by("fire-1", now)).map(drop)
    }

    pub(super) fn approve(&self, person: usize, now: Timestamp, answer: &(dyn Fn(Answer) + Sync)) -> Result<(), ExaminerError> {
        let decided = Grant { entry: self.by("head-1", now), salt: self.salt() };
        let (desk, kind) = (self.house.desk(ACCOUNTING), self.house.kind(ACCOUNTING));
        let entered = self.examiner().approve(&desk, kind, &self.lodged(person), &decided)?;
        self.answer_with(entered, answer);
        Ok(())
    }

    /// It was not answered, and had happened: the head reads in the refusal that it is closed as they asked for.
    pub(super) fn close(&self, person: usize, closing: Closing, becomes: kanhe_store::Stage, now: Timestamp) -> Result<(), ExaminerError> {
        let closed = self.examiner().close(self.house.kind(ACCOUNTING), &self.lodged(person), closing, &self.by("head-1", now));
        match closed {
            Err(ExaminerError::Decided { stage }) if stage == becomes => {}
            other => assert_eq!(other?, becomes),
        }
        Ok(())
    }

    fn examiner(&self) -> Examiner<'_> {
        Examiner::new(self.library(), nobody_behind)
    }

    /// The code of a person's application.
    fn lodged(&self, person: usize) -> ProjectCode {
        self.library().projects_of(&holder(person)).unwrap().remove(0)
    }
}
