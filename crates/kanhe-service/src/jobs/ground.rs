//! What a job stands on: who answers for it, the manifest, and the edition of the type. That the library is the published one, it asks itself.
//!
//! All of it can change between two batches, so each batch asks again in its own commit: whoever is told that an account is closed knows that
//! nothing more is issued in its name.

use super::error::ActorError;
use super::job::Job;
use crate::accounts::{Account, Right};
use crate::house::House;
use crate::http::problem::Problem;
use kanhe_core::code::Uscc;
use kanhe_core::envelope::Authentic;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::TableError;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::recorded::RecordingError;
use kanhe_store::{Pen, StoreError};
use std::sync::Arc;

/// Why work on a job ends before its table.
pub(super) enum Halt {
    /// The library failed.
    Store(StoreError),
    /// Somebody has paused, cancelled or resumed it.
    Withdrawn,
    /// The manifest is another: what was signed is thrown away, and the work goes on by what stands now.
    Moved,
    /// The clock lies behind what was recorded last: no row is at fault, and the job waits until the clock is right.
    ClockBehind,
    /// Something is wrong that is no fault of a row.
    Failed { code: &'static str },
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TableError> for Halt {
    fn from(error: TableError) -> Self {
        Self::Failed { code: error.code() }
    }
}

impl From<ActorError> for Halt {
    fn from(error: ActorError) -> Self {
        Self::Failed { code: error.code() }
    }
}

impl From<RecordingError> for Halt {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::ClockBehind { .. } => Self::ClockBehind,
            RecordingError::Store(error) => Self::Store(error),
        }
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Failed { code: problem.code() }
    }
}

/// What a job stands on.
pub(super) struct Ground<'h> {
    house: &'h House,
    account: Account,
    agency: Uscc,
    right: Right,
    /// The manifest.
    pub(super) manifest: Arc<Authentic<Manifest>>,
    /// The type, in the edition that the manifest names.
    pub(super) kind: &'h CertificateKind,
}

impl<'h> Ground<'h> {
    /// The ground of a job as it is now, if the job can stand on it.
    pub(super) fn of(house: &'h House, job: &Job) -> Result<Self, Halt> {
        let manifest = house.manifest()?;
        let kind = house.catalogue.named_by(&manifest, &job.type_code).map_or_else(|| house.kind_coded(&job.type_code), Ok)?;
        let (account, right) = (Account::new(&house.library, job.answerable()), job.task.right());
        let ground = Self { house, account, agency: job.agency, right, manifest, kind };
        // Nobody signs what no commit would take.
        house.library.rehearse(|pen| ground.stands(pen))??;
        Ok(ground)
    }

    /// Whether it still is as it was, as a commit finds it.
    pub(super) fn stands(&self, pen: &Pen<'_>) -> Result<(), Halt> {
        let caller = self.account.caller_of(&self.agency, pen, self.house.now())?;
        caller.ok_or(ActorError::Closed)?.may_for(self.right, self.kind.code()).map_err(ActorError::from)?;
        if pen.edition()? == Some(self.manifest.edition) { Ok(()) } else { Err(Halt::Moved) }
    }
}
