//! A job: a table, why it is granted, and how far it has come.

use jiff::Timestamp;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_store::StoreError;
use minicbor::{Decode, Encode};
use std::fmt;
use thiserror::Error;

/// Bytes of a job's id.
const ID_LENGTH: usize = 8;

/// The id of a job: 8 bytes of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct JobId(#[cbor(with = "minicbor::bytes")] [u8; ID_LENGTH]);

impl JobId {
    /// Takes bytes of chance.
    pub const fn new(bytes: [u8; ID_LENGTH]) -> Self {
        Self(bytes)
    }

    /// Reads sixteen hexadecimal digits; none, where it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 2 * ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| plain)?;
        Some(Self(number.to_be_bytes()))
    }

    /// The bytes, as keys have them.
    pub const fn as_bytes(&self) -> &[u8; ID_LENGTH] {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

/// What has become of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Condition {
    /// It is worked on, or will be.
    #[n(0)]
    Waiting,
    /// Somebody has stopped it, and may let it go on.
    #[n(1)]
    Paused,
    /// Every row was answered.
    #[n(2)]
    Done,
    /// Somebody has ended it; what was issued stays.
    #[n(3)]
    Cancelled,
    /// Something that is no fault of a row stopped it; it may go on when that is mended.
    #[n(4)]
    Failed,
}

impl Condition {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing will ever be done for it again.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// What somebody does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Stop it between two rows.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
}

impl Turn {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
        }
    }

    /// What becomes of a job in a condition, if that is possible; what is so already stays so.
    const fn of(self, condition: Condition) -> Option<Condition> {
        match (self, condition) {
            (Self::Pause, Condition::Waiting | Condition::Paused) => Some(Condition::Paused),
            (Self::Resume, Condition::Waiting | Condition::Paused | Condition::Failed) => Some(Condition::Waiting),
            (Self::Cancel, Condition::Waiting | Condition::Paused | Condition::Failed | Condition::Cancelled) => Some(Condition::Cancelled),
            (Self::Pause, Condition::Done | Condition::Cancelled | Condition::Failed)
            | (Self::Resume, Condition::Done | Condition::Cancelled)
            | (Self::Cancel, Condition::Done) => None,
        }
    }
}

/// A table that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Job {
    /// Its id.
    #[n(0)]
    pub id: JobId,
    /// The agency that issues.
    #[n(1)]
    pub agency: Uscc,
    /// Who has handed it in: as the log calls him.
    #[n(2)]
    pub actor: String,
    /// The type of the certificates.
    #[n(3)]
    pub type_code: TypeCode,
    /// The legal basis.
    #[n(4)]
    pub basis: String,
    /// The reason.
    #[n(5)]
    pub reason: String,
    /// Whether rows are only proofread.
    #[n(6)]
    pub dry: bool,
    /// When it was handed in.
    #[n(7)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub created: Timestamp,
    /// Bytes of the table.
    #[n(8)]
    pub size: u64,
    /// In how many parts they stand in the library.
    #[n(9)]
    pub parts: u32,
    /// Rows of the table.
    #[n(10)]
    pub rows: u64,
    /// What has become of it.
    #[n(11)]
    pub condition: Condition,
    /// When that was: it waits behind those that waited before.
    #[n(12)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub since: Timestamp,
    /// Rows that were answered.
    #[n(13)]
    pub done: u64,
    /// Of these, such as were issued, or could be.
    #[n(14)]
    pub issued: u64,
    /// Such as had been answered before.
    #[n(15)]
    pub before: u64,
    /// Such as have faults.
    #[n(16)]
    pub refused: u64,
    /// How often it has changed: who has seen this number has seen it as it is.
    #[n(17)]
    pub edition: u64,
    /// The code of what stopped it, if something did.
    #[n(18)]
    pub failure: Option<String>,
}

impl Job {
    /// What it is after somebody has turned it.
    pub fn turned(self, turn: Turn, now: Timestamp) -> Result<Self, JobError> {
        let found = self.condition;
        let condition = turn.of(found).ok_or(JobError::NotNow { turn: turn.word(), found: found.word() })?;
        if condition == found { Ok(self) } else { Ok(self.stands_as(condition, now)) }
    }

    /// The same job in another condition.
    pub(super) fn stands_as(self, condition: Condition, now: Timestamp) -> Self {
        let failure = if condition == Condition::Failed { self.failure } else { None };
        Self { condition, since: now, edition: self.edition + 1, failure, ..self }
    }

    /// The name of the request of a row that names none itself.
    pub fn request_of(&self, row: u64) -> String {
        format!("job-{}-{row}", self.id)
    }
}

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
    #[error("the agency has {most} jobs that wait, as many as it may")]
    TooMany {
        /// Jobs allowed.
        most: usize,
    },
}

impl JobError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::NotNow { .. } => "job_not_now",
            Self::TooManyRows { .. } => "job_too_many_rows",
            Self::TooMany { .. } => "job_too_many",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_sixteen_digits_and_nothing_else() {
        let id = JobId::new([0, 1, 2, 3, 0xab, 0xcd, 0xef, 0xff]);
        assert_eq!((id.to_string().as_str(), JobId::parse(&id.to_string())), ("00010203abcdefff", Some(id)));
        for wrong in ["", "0001", "00010203ABCDEFFF", "+0010203abcdefff", "00010203abcdefff0", "00010203abcdefé"] {
            assert_eq!(JobId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_over_is_over() {
        use Condition::{Cancelled, Done, Failed, Paused, Waiting};
        let rows = [
            (Turn::Pause, [Some(Paused), Some(Paused), None, None, None]),
            (Turn::Resume, [Some(Waiting), Some(Waiting), None, None, Some(Waiting)]),
            (Turn::Cancel, [Some(Cancelled), Some(Cancelled), None, Some(Cancelled), Some(Cancelled)]),
        ];
        for (turn, wanted) in rows {
            assert_eq!([Waiting, Paused, Done, Cancelled, Failed].map(|condition| turn.of(condition)), wanted, "{turn:?}");
        }
    }
}
