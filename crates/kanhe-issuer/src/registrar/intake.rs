//! One row on its way into a library: what a table at the command line, a batch over HTTP and a job have in common.

use super::{Answer, Entry, Grant, Registrar, RegistrarError, effective_on};
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
    /// Admits a row whose number can be drawn; `undrawable` says why one cannot. A row that was issued before is not refused for faults that
    /// a later edition of the form finds.
    pub fn admit<U>(&self, application: &Application, undrawable: impl FnOnce(&str) -> Option<U>) -> Result<Admission, Refusal<U>> {
        match self.kind.admit(application, self.day) {
            Ok(draft) => match undrawable(draft.number()) {
                Some(undrawable) => Err(Refusal::Undrawable(undrawable)),
                None => Ok(Admission::Draft(Box::new(draft))),
            },
            Err(faults) => {
                let before = self.registrar.issued_for(&self.desk.agency().code, self.kind, application);
                before.map_err(Refusal::of)?.map(Admission::Before).ok_or(Refusal::Faults(faults))
            }
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
            Admission::Draft(draft) => self.answer(*draft, chances).map_err(Refusal::of),
        }
    }

    /// Follows what was issued for a row that is admitted, or signs it.
    pub fn answer(&self, draft: Draft, chances: Chances) -> Result<Answer, RegistrarError> {
        let effective = effective_on(draft.issued(), self.now);
        let entry = Entry { grounds: self.grounds.clone(), effective, now: self.now, salt: chances.event };
        self.registrar.answer(self.desk, draft, Grant { entry, salt: chances.certificate })
    }
}
