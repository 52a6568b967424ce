//! Why something is not signed.

use kanhe_core::key::{KeyError, KeyId, SignError};
use kanhe_core::pack::PackError;
use kanhe_core::status::StatusError;
use kanhe_log::bundle::BundleError;
use kanhe_log::checkpoint::CheckpointError;
use kanhe_log::proof::ProofError;
use kanhe_store::StoreError;
use thiserror::Error;

/// Why a status list is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// The key was stolen: what it says of certificates is the thief's word.
    #[error("key {key_id} was stolen: sign with the agency's new key")]
    Stolen {
        /// The key.
        key_id: KeyId,
    },
    /// No agency lets the key speak of the state of its certificates.
    #[error("no agency of the manifest signs status lists with key {key_id}")]
    Unknown {
        /// The key.
        key_id: KeyId,
    },
    /// The list itself cannot be made.
    #[error(transparent)]
    List(#[from] StatusError),
    /// Whoever has the key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The library does not tell its states.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ListError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stolen { .. } => "desk_key_stolen",
            Self::Unknown { .. } => "status_key_unknown",
            Self::List(error) => error.code(),
            Self::Sign(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Why a pack is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackSigningError {
    /// Whoever has the key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// What was signed does not open as a pack.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl PackSigningError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sign(error) => error.code(),
            Self::Pack(error) => error.code(),
        }
    }
}

/// Why the head of a log is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeadError {
    /// The library has fewer events than were published.
    #[error("{published} events were published, the library has {found}")]
    Behind {
        /// The size of the checkpoint before.
        published: u64,
        /// The size of the log at hand.
        found: u64,
    },
    /// The checkpoint is that of another log.
    #[error("the checkpoint is of the log {found}, the library's log is {wanted}")]
    OtherLog {
        /// The name in the checkpoint.
        found: String,
        /// The name that the library was founded with.
        wanted: String,
    },
    /// The library has other events than were published.
    #[error(transparent)]
    Fork(ProofError),
    /// The key cannot sign notes.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A checkpoint cannot be made, or the one before is none of this log and key.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The library does not tell its log.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HeadError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Behind { .. } | Self::Fork(_) => "log_fork",
            Self::OtherLog { .. } => "log_other",
            Self::Key(error) => error.code(),
            Self::Checkpoint(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Why an event cannot be proved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventProofError {
    /// The log has no such event.
    #[error("the log has {size} events, and none at index {index}")]
    NoEvent {
        /// The index that was asked for, from 0.
        index: u64,
        /// How many events there are.
        size: u64,
    },
    /// It stands in no published checkpoint.
    #[error("the event does not stand in a published checkpoint yet")]
    Unpublished,
    /// The proof does not fit into its form.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The library does not tell its log.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EventProofError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEvent { .. } => "event_not_found",
            Self::Unpublished => "log_unpublished",
            Self::Bundle(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
