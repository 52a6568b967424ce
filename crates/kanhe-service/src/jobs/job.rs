//! A job: a table, why it is granted, and how far it has come.

use super::condition::{Condition, Turn};
use super::error::JobError;
use crate::accounts::Right;
use jiff::Timestamp;
use kanhe_core::code::{TypeCode, Uscc};
use minicbor::{Decode, Encode};
use std::fmt;

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

/// What is done with the rows of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Task {
    /// Each becomes a certificate.
    #[default]
    #[n(0)]
    Issue,
    /// Each becomes an application under review, of a type that asks for one.
    #[n(1)]
    Lodge,
}

impl Task {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Lodge => "lodge",
        }
    }

    /// The right that it takes.
    pub const fn right(self) -> Right {
        match self {
            Self::Issue => Right::Issue,
            Self::Lodge => Right::Lodge,
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
    /// Of these, such as were issued or lodged, or could be.
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
    /// Who has let it go on last, if that was somebody else than who has handed it in.
    #[n(19)]
    pub resumed_by: Option<String>,
    /// What is done with its rows.
    #[n(20)]
    #[cbor(default)]
    pub task: Task,
}

impl Job {
    /// Who answers for what is issued from now on: whoever let it go on last.
    pub fn answerable(&self) -> &str {
        self.resumed_by.as_deref().unwrap_or(&self.actor)
    }

    /// What it is after somebody has turned it. Who lets it go on answers for it from then on.
    pub fn turned(self, turn: Turn, by: &str, now: Timestamp) -> Result<Self, JobError> {
        let found = self.condition;
        let condition = turn.of(found).ok_or(JobError::NotNow { turn: turn.word(), found: found.word() })?;
        if condition == found {
            return Ok(self);
        }
        let other = (by != self.actor).then(|| by.to_owned());
        let resumed_by = if turn == Turn::Resume { other } else { self.resumed_by.clone() };
        Ok(Self { resumed_by, ..self.stands_as(condition, now) })
    }

    /// The same job, stopped by something that is no fault of a row.
    pub(super) fn failed(self, code: &str, now: Timestamp) -> Self {
        Self { failure: Some(code.to_owned()), ..self }.stands_as(Condition::Failed, now)
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
}
