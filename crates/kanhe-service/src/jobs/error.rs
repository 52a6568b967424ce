//! Why something is not done with jobs, and why one does not go on.

use crate::accounts::Forbidden;
use kanhe_issuer::application::TableError;
use kanhe_store::StoreError;
use thiserror::Error;

/// Why something is not done with jobs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JobError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The job is in no condition for it.
    #[error("a job that is {found} does not {turn}")]
    NotNow {
        /// What was asked.
        turn: &'static str,
        /// What has become of it.
        found: &'static str,
    },
    /// The table has more rows than a job may.
    #[error("the table has more than {most} rows")]
    TooManyRows {
        /// Rows allowed.
        most: u64,
    },
    /// The agency has as many jobs that are not over as it may.
    #[error("the agency has {most} jobs that are not over, as many as it may")]
    TooMany {
        /// Jobs allowed.
        most: u64,
    },
    /// With this table, those of the agency's jobs would take more room than they may.
    #[error("the tables of the agency's jobs that are not over would take {found} bytes, and may take {most}")]
    TooLarge {
        /// Bytes that they would take.
        found: u64,
        /// Bytes allowed.
        most: u64,
    },
    /// As many tables are on their way here as may be.
    #[error("{most} tables are on their way here, as many as may be at a time")]
    UploadsFull {
        /// Tables allowed.
        most: usize,
    },
    /// The same, of one agency: its slow lines keep no other agency out.
    #[error("{most} tables of the agency are on their way here, as many as may be at a time")]
    UploadsOfAgency {
        /// Tables allowed.
        most: usize,
    },
    /// The table comes so slowly that it keeps a place from others.
    #[error("of the table less than {least} bytes came in {seconds} s")]
    UploadSlow {
        /// Bytes wanted.
        least: u64,
        /// In so many seconds.
        seconds: u64,
    },
    /// Whoever brought the table has gone before it was a job.
    #[error("the table was given up before it was a job")]
    UploadGone,
}

impl JobError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::NotNow { .. } => "job_not_now",
            Self::TooManyRows { .. } => "job_too_many_rows",
            Self::TooMany { .. } => "job_too_many",
            Self::TooLarge { .. } => "job_too_large",
            Self::UploadsFull { .. } => "job_uploads_full",
            Self::UploadsOfAgency { .. } => "job_uploads_of_agency",
            Self::UploadSlow { .. } => "job_upload_slow",
            Self::UploadGone => "job_upload_gone",
        }
    }
}

/// Why the rows of a table are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CountError {
    /// The table is broken.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It is too long.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Why nothing more is done in the name of whoever answers for a job.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActorError {
    /// The account is closed, revoked, has run out or was never there.
    #[error("the account in whose name the job goes on is closed")]
    Closed,
    /// The account has not the right any more, or not for the type.
    #[error("the account in whose name the job goes on: {0}")]
    Forbidden(#[from] Forbidden),
}

impl ActorError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Closed => "job_actor_closed",
            Self::Forbidden(_) => "job_actor_forbidden",
        }
    }
}
