//! One row on its way into a library: what a table at the command line, a batch over HTTP and a job have in common.

use super::enter::Lineage;
use super::{Answer, Editions, Entry, Grant, Proof, Proved, Registrar, RegistrarError, effective_on};
use crate::application::{Application, Draft, Fault};
use crate::catalogue::CertificateKind;
use crate::desk::Desk;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::event::Grounds;
use kanhe_store::Shelfmark;

/// What all rows of a run share.
pub struct Intake<'a> {
    /// The type of the certificates.
    pub kind: &'a CertificateKind,
    /// The other editions of the type: a row that was issued before may have been read by one of them.
    pub others: Vec<&'a CertificateKind>,
    /// Where they are signed.
    pub desk: &'a Desk<'a>,
    /// Who enters them.
    pub registrar: Registrar<'a>,
    /// Why they are issued, and by whom.
    pub grounds: Grounds,
    /// Now.
    pub now: Timestamp,
    /// The day of issue of rows that name none.
    pub day: Date,
}

/// The chance that one row takes: sixteen bytes for the certificate, and sixteen for its event.
#[derive(Clone, Copy, Debug)]
pub struct Chances {
    /// What hides the certificate in its seal.
    pub certificate: [u8; 16],
    /// What hides the event in the log.
    pub event: [u8; 16],
}

/// Why a row is refused before it is entered; `U` is what its number cannot be drawn for.
#[derive(Debug)]
pub enum Refusal<U> {
    /// It has faults: all of them.
    Faults(Vec<Fault>),
    /// Its number cannot be drawn: nobody gets a certificate that cannot be printed.
    Undrawable(U),
    /// A rule of the register forbids it. It is large, and seldom.
    Registrar(Box<RegistrarError>),
}

/// What a row is once it is admitted.
pub enum Admission {
    /// It was answered before: this is what was issued then.
    Before(Shelfmark),
    /// It could be issued.
    Draft(Box<Draft>),
}

impl<U> Refusal<U> {
    /// A rule of the register that forbids a row.
    pub fn of(error: RegistrarError) -> Self {
        Self::Registrar(Box::new(error))
    }
}

impl Intake<'_> {
    /// Admits a row whose number can be drawn; `undrawable` says why one cannot. A row that was issued before is refused neither for faults
    /// that a later edition of the form finds, nor because its number cannot be drawn any more.
    pub fn admit<U>(&self, application: &Application, undrawable: impl FnOnce(&str) -> Option<U>) -> Result<Admission, Refusal<U>> {
        match self.kind.admit(application, self.day) {
            Ok(draft) => match undrawable(draft.number()) {
                Some(undrawable) => self.undrawn(application, &draft, undrawable),
                None => Ok(Admission::Draft(Box::new(draft))),
            },
            Err(faults) => self.faulty(application, faults),
        }
    }

    /// What a row comes to whose number cannot be drawn.
    fn undrawn<U>(&self, application: &Application, draft: &Draft, undrawable: U) -> Result<Admission, Refusal<U>> {
        let before = self.registrar.before(self.desk, draft, |_| Ok(Lineage::First));
        let before = before.or_else(|error| self.read_otherwise(application, error).map(Some)).map_err(Refusal::of)?;
        before.map(Admission::Before).ok_or(Refusal::Undrawable(undrawable))
    }

    /// What a row with faults comes to; if its request was answered before, the refusal names with what.
    fn faulty<U>(&self, application: &Application, mut faults: Vec<Fault>) -> Result<Admission, Refusal<U>> {
        match self.issued_for(application) {
            Ok(Some(before)) => return Ok(Admission::Before(before)),
            Ok(None) => {}
            Err(RegistrarError::RequestDiffers { identifier }) => faults.push(Fault::reused(identifier)),
            Err(error) => return Err(Refusal::of(error)),
        }
        Err(Refusal::Faults(faults))
    }

    fn issued_for(&self, application: &Application) -> Result<Option<Shelfmark>, RegistrarError> {
        let editions = Editions { in_force: self.kind, others: &self.others };
        self.registrar.issued_for(&self.desk.agency().code, editions, application)
    }

    /// What was issued for a row that asks for something else by the edition in force: by another it may ask for the same.
    fn read_otherwise(&self, application: &Application, error: RegistrarError) -> Result<Shelfmark, RegistrarError> {
        match error {
            RegistrarError::RequestDiffers { .. } => self.issued_for(application)?.ok_or(error),
            _ => Err(error),
        }
    }

    /// Admits a row, and follows what was issued for it or signs it.
    pub fn sign<U>(
        &self,
        application: &Application,
        chances: Chances,
        undrawable: impl FnOnce(&str) -> Option<U>,
    ) -> Result<Answer, Refusal<U>> {
        match self.admit(application, undrawable)? {
            Admission::Before(mark) => Ok(Answer::Before(mark)),
            Admission::Draft(draft) => self.answer(application, *draft, chances).map_err(Refusal::of),
        }
    }

    /// Follows what was issued for a row that is admitted, or signs it.
    pub fn answer(&self, application: &Application, draft: Draft, chances: Chances) -> Result<Answer, RegistrarError> {
        let effective = effective_on(draft.issued(), self.now);
        let entry = Entry { grounds: self.grounds.clone(), effective, now: self.now, salt: chances.event };
        let answer = self.registrar.answer(self.desk, draft, Grant { entry, salt: chances.certificate });
        answer.or_else(|error| self.read_otherwise(application, error).map(Answer::Before))
    }

    /// Says what a row that is admitted would come to, after those that were proved before.
    pub fn prove(&self, proof: &mut Proof<'_>, application: &Application, draft: Draft) -> Result<Proved, RegistrarError> {
        let proved = proof.ask(self.desk, draft, application.line());
        proved.or_else(|error| self.read_otherwise(application, error).map(Proved::Before))
    }
}
