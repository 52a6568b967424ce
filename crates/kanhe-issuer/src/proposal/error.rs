//! Why something is not proposed, or not decided.

use super::paper::{Deed, Phase};
use crate::catalogue::CatalogueError;
use crate::lifecycle::LifecycleError;
use crate::registrar::RegistrarError;
use jiff::Timestamp;
use kanhe_core::code::{ProjectCode, RegionCode};
use kanhe_core::envelope::EnvelopeError;
use kanhe_core::event::GroundsError;
use kanhe_core::hex::Hex;
use kanhe_store::StoreError;
use std::fmt;
use thiserror::Error;

/// Why something is not proposed, or not decided.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProposalError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the register forbids it.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The grounds are none.
    #[error(transparent)]
    Grounds(#[from] GroundsError),
    /// The library has no such proposal.
    #[error("the library has no proposal {code}")]
    NotFound {
        /// The code.
        code: ProjectCode,
    },
    /// The code that was drawn is in use.
    #[error("the code was given out before")]
    CodeTaken,
    /// The agency has as many as its officers can read.
    #[error("the agency has {most} open proposals, as many as it may")]
    TooManyOpen {
        /// At most so many.
        most: usize,
    },
    /// It is approved, rejected or withdrawn.
    #[error("the proposal is {}", .phase.word())]
    Decided {
        /// What it is.
        phase: Phase,
    },
    /// Nobody has decided it in its term.
    #[error("the proposal could be decided until {expires}, and now is {now}")]
    Expired {
        /// The end of its term.
        expires: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// Who has proposed it does not decide it.
    #[error("{actor} has proposed it, in person or by a key, and somebody else decides")]
    SamePerson {
        /// Who.
        actor: String,
    },
    /// Only who has proposed it takes it back.
    #[error("{actor} has not proposed it, and cannot take it back")]
    NotAuthor {
        /// Who.
        actor: String,
    },
    /// Who has proposed it is not in office any more.
    #[error("the account that has proposed it is closed, or may not do it any more")]
    ActorClosed,
    /// The approver has read something else.
    #[error("what is proposed has the hash {}, what was approved {}", Hex(proposed), Hex(named))]
    OtherContent {
        /// The hash of what is proposed.
        proposed: [u8; 32],
        /// The hash that the approver names.
        named: [u8; 32],
    },
    /// What the proposal is about has changed since it was made.
    #[error("since it was proposed the {} has become another: {} then, {} now", .deed.word(), Named(*was), Named(*is))]
    Changed {
        /// What is to be done.
        deed: Deed,
        /// The hash of what stood there.
        was: Option<[u8; 32]>,
        /// The hash of what stands there.
        is: Option<[u8; 32]>,
    },
    /// Certificates have changed since the proposal was made.
    #[error("since it was proposed {} certificates have changed, {} the first", .changed.len(), .changed.first().map_or("", |(one, _)| one))]
    CertificatesChanged {
        /// Each with its line in the list and its line now.
        changed: Vec<(String, String)>,
    },
    /// Certificates that the act is not allowed for.
    #[error("for {} of the certificates the act is not allowed", .refused.len())]
    NotAllowed {
        /// Each with the reason.
        refused: Vec<(String, LifecycleError)>,
    },
    /// No certificate, or too many.
    #[error("a proposal is about 1 to {most} certificates, this one about {found}")]
    Length {
        /// How many there are.
        found: usize,
        /// At most so many.
        most: usize,
    },
    /// The type file has defects.
    #[error("the type file has {} defects", .0.len())]
    Type(Vec<CatalogueError>),
    /// There is an edition of the type that is as new.
    #[error("edition {present} of the type is here, this is edition {found}")]
    TypeNotNewer {
        /// The edition that is proposed.
        found: u32,
        /// The newest that is here.
        present: u32,
    },
    /// The recognition, or a list of survivors, is not what the region's root key signed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A recognition or list of another region.
    #[error("it is of region {found}, the library of {wanted}")]
    OtherRegion {
        /// Its region.
        found: RegionCode,
        /// The library's.
        wanted: RegionCode,
    },
    /// There is a recognition that is as new.
    #[error("edition {present} of the recognition is here, this is edition {found}")]
    RecognitionNotNewer {
        /// The edition that is proposed.
        found: u32,
        /// The one that is here.
        present: u32,
    },
    /// A list of survivors of a key that the manifest does not call stolen, or from another index on.
    #[error("the manifest calls no key stolen for which list {place} of survivors was made")]
    Survivors {
        /// Which list, from 1.
        place: usize,
    },
}

impl ProposalError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Registrar(error) => error.code(),
            Self::Grounds(error) => error.code(),
            Self::NotFound { .. } => "proposal_not_found",
            Self::CodeTaken => "project_code_taken",
            Self::TooManyOpen { .. } => "proposal_too_many",
            Self::Decided { .. } => "proposal_decided",
            Self::Expired { .. } => "proposal_expired",
            Self::SamePerson { .. } => "proposal_same_person",
            Self::NotAuthor { .. } => "proposal_not_author",
            Self::ActorClosed => "proposal_actor_closed",
            Self::OtherContent { .. } => "proposal_other_content",
            Self::Changed { .. } | Self::CertificatesChanged { .. } => "proposal_changed",
            Self::NotAllowed { .. } => "proposal_not_allowed",
            Self::Length { .. } => "proposal_length",
            Self::Type(defects) => defects.first().map_or("type_unknown", CatalogueError::code),
            Self::TypeNotNewer { .. } => "type_not_newer",
            Self::Envelope(error) => error.code(),
            Self::OtherRegion { .. } => "library_other_region",
            Self::RecognitionNotNewer { .. } => "recognition_not_newer",
            Self::Survivors { .. } => "survivors_of_no_stolen_key",
        }
    }
}

/// The hash of what stands somewhere, or nothing.
struct Named(Option<[u8; 32]>);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(digest) => Hex(digest).fmt(f),
            None => f.write_str("nothing"),
        }
    }
}
