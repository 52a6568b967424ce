//! Why a part is not published.

use crate::cause::Cause;
use crate::counter::ShelfError;
use jiff::SignedDuration;
use kanhe_core::envelope::EnvelopeError;
use kanhe_core::key::SignError;
use kanhe_core::pack::PackError;
use kanhe_issuer::publisher::{HeadError, ListError};
use kanhe_issuer::recorded::RecordingError;
use kanhe_store::StoreError;
use thiserror::Error;

/// Why a part is not published.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublishError {
    /// The library works under no manifest yet.
    #[error("the library has no manifest yet")]
    NoManifest,
    /// The library's manifest is not what its root key signed.
    #[error(transparent)]
    Manifest(EnvelopeError),
    /// A list is not signed.
    #[error(transparent)]
    List(#[from] ListError),
    /// The head of the log is not signed.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// There is no pack that could be renewed: the first one is made by hand, for nobody else knows whose word it takes.
    #[error("there is no pack to renew: make the first one with `kanhe pack build`")]
    NoPack,
    /// A key that signs packs or checkpoints is not among those that were unlocked.
    #[error("no key named {name} was unlocked")]
    KeyNotHeld {
        /// The name in the configuration.
        name: String,
    },
    /// The present pack cannot be read as it was signed.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// Whoever has the key for packs did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The new pack would not be believed.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// The new pack could not be kept.
    #[error("the new pack could not be kept: {}", .0.detail)]
    NotKept(Cause),
    /// The copy of the checkpoint cannot be read or written.
    #[error("the copy of the checkpoint cannot be read or written: {}", .0.detail)]
    Copy(Cause),
    /// The clock lies behind what was recorded or signed before.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The library does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PublishError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoManifest => "library_no_manifest",
            Self::Manifest(error) => error.code(),
            Self::List(error) => error.code(),
            Self::Head(error) => error.code(),
            Self::NoPack => "service_no_pack",
            Self::KeyNotHeld { .. } => "publish_key_not_held",
            Self::Pack(error) => error.code(),
            Self::Sign(error) => error.code(),
            Self::Shelf(error) => error.code(),
            Self::NotKept(cause) | Self::Copy(cause) => cause.code,
            Self::Recording(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// A signed list is older than it should be: counters will soon say that they cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the oldest list was signed {age:#} ago, and is to be signed again within {most:#}")]
pub struct Stale {
    /// The age of the oldest list.
    pub age: SignedDuration,
    /// From which age on it is named.
    pub most: SignedDuration,
}

impl Stale {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        "lists_old"
    }
}
