//! A proposal as it lies in its drawer.

use super::motion::Motion;
use crate::lifecycle::Change;
use crate::registrar::Entry;
use jiff::Timestamp;
use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use kanhe_core::event::{Grounds, GroundsError};
use kanhe_core::wire;
use kanhe_store::{Drawer, Pen, StoreError};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Deed {
    /// A type, or a new edition of one, is taken up.
    #[n(0)]
    Type,
    /// A manifest is taken up: agencies, their keys, types.
    #[n(1)]
    Manifest,
    /// A recognition is taken up: which certificates of other regions are accepted.
    #[n(2)]
    Recognition,
    /// 暂扣 of many certificates.
    #[n(3)]
    Suspend,
    /// 暂扣发还 of many certificates.
    #[n(4)]
    Reinstate,
    /// 吊销 of many certificates.
    #[n(5)]
    Revoke,
    /// 撤销 of many certificates.
    #[n(6)]
    Annul,
    /// 注销 of many certificates.
    #[n(7)]
    Cancel,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 8] =
        [Self::Type, Self::Manifest, Self::Recognition, Self::Suspend, Self::Reinstate, Self::Revoke, Self::Annul, Self::Cancel];

    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Manifest => "manifest",
            Self::Recognition => "recognition",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Revoke => "revoke",
            Self::Annul => "annul",
            Self::Cancel => "cancel",
        }
    }

    /// What becomes of each certificate, where there are many.
    pub const fn change(self) -> Option<Change> {
        match self {
            Self::Type | Self::Manifest | Self::Recognition => None,
            Self::Suspend => Some(Change::Suspend),
            Self::Reinstate => Some(Change::Reinstate),
            Self::Revoke => Some(Change::Revoke),
            Self::Annul => Some(Change::Annul),
            Self::Cancel => Some(Change::Cancel),
        }
    }

    /// The deed that changes many certificates, by its word.
    pub fn parse_change(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.change().is_some() && deed.word() == word)
    }
}

/// Where a proposal stands; that it has expired is computed, never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Phase {
    /// It can be decided.
    #[n(0)]
    Open,
    /// Somebody else has approved it, and it was done in the same commit.
    #[n(1)]
    Approved,
    /// Somebody else has rejected it.
    #[n(2)]
    Rejected,
    /// Who proposed it has taken it back.
    #[n(3)]
    Withdrawn,
    /// Nobody has decided it in its term.
    #[n(4)]
    Expired,
}

impl Phase {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// How a proposal ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct End {
    /// Approved, rejected or withdrawn.
    #[n(0)]
    pub phase: Phase,
    /// By whom.
    #[n(1)]
    pub by: String,
    /// When.
    #[n(2)]
    #[cbor(with = "wire::moment")]
    pub at: Timestamp,
    /// Why.
    #[n(3)]
    pub reason: String,
}

/// Why the changing of many certificates ended before the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Stop {
    /// Who has proposed it is not in office any more.
    #[n(0)]
    ActorClosed,
}

impl Stop {
    /// The code of the error that it would have been at the approval.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ActorClosed => "proposal_actor_closed",
        }
    }
}

/// How far the changing of many certificates has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Progress {
    /// Certificates that were looked at.
    #[n(0)]
    pub done: u32,
    /// Those of them that had changed since the approval and were left as they are: their places in the list, from 0.
    #[n(1)]
    pub left_out: Vec<u32>,
    /// Why the rest is left as it is, where it is.
    #[n(2)]
    pub stopped: Option<Stop>,
}

/// A proposal, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Proposal {
    /// Its lifelong code, which events of what came of it name.
    #[n(0)]
    pub code: ProjectCode,
    /// The agency whose officers decide it.
    #[n(1)]
    pub agency: Uscc,
    /// What is to be done.
    #[n(2)]
    pub deed: Deed,
    /// About what: a type's code, a region's, or nothing where it is about many certificates.
    #[n(3)]
    pub subject: String,
    /// The edition of what is taken up, or how many certificates it is about.
    #[n(4)]
    pub number: u32,
    /// SHA-256 of the content.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// The legal basis.
    #[n(6)]
    pub basis: String,
    /// The reason.
    #[n(7)]
    pub reason: String,
    /// Who proposes: an officer's login, or `key:` and the id of a system's key.
    #[n(8)]
    pub proposer: String,
    /// When.
    #[n(9)]
    #[cbor(with = "wire::moment")]
    pub proposed: Timestamp,
    /// From when on it cannot be decided any more.
    #[n(10)]
    #[cbor(with = "wire::moment")]
    pub expires: Timestamp,
    /// SHA-256 of what stood in the place of the content when it was proposed; nothing where nothing did.
    #[n(11)]
    pub before: Option<ByteArray<32>>,
    /// How it ended.
    #[n(12)]
    pub end: Option<End>,
    /// How far the work is, of one that is about many certificates and was approved.
    #[n(13)]
    pub progress: Option<Progress>,
    /// The types that it is about, each once: who may not act for one of them is shown nothing of it.
    #[n(14)]
    types: Option<Vec<TypeCode>>,
}

impl Proposal {
    pub(super) fn new(
        code: ProjectCode,
        agency: Uscc,
        motion: &Motion,
        entry: &Entry,
        expires: Timestamp,
        before: Option<[u8; 32]>,
    ) -> Self {
        Self {
            code,
            agency,
            deed: motion.deed(),
            subject: motion.subject().to_owned(),
            number: motion.number(),
            digest: motion.digest(),
            basis: entry.grounds.basis().to_owned(),
            reason: entry.grounds.reason().to_owned(),
            proposer: entry.grounds.actor().to_owned(),
            proposed: entry.now,
            expires,
            before: before.map(ByteArray::from),
            end: None,
            progress: None,
            types: Some(motion.types().to_vec()),
        }
    }

    /// The types that it is about, each once; none, where it is about the region.
    pub fn types(&self) -> &[TypeCode] {
        self.types.as_deref().unwrap_or_default()
    }

    /// Where it stands at a moment.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match &self.end {
            Some(end) => end.phase,
            None if now > self.expires => Phase::Expired,
            None => Phase::Open,
        }
    }

    /// Whether many certificates are being changed still.
    pub fn is_at_work(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.done < self.number && progress.stopped.is_none())
    }

    /// The places in the list of certificates that were left as they are, with the rest where it was stopped.
    pub fn left_out(&self) -> Vec<u32> {
        let Some(progress) = &self.progress else { return Vec::new() };
        let rest = progress.stopped.map(|_| progress.done..self.number);
        progress.left_out.iter().copied().chain(rest.into_iter().flatten()).collect()
    }

    pub(super) fn grounds(&self) -> Result<Grounds, GroundsError> {
        Grounds::new(&self.basis, &self.reason, &self.proposer)
    }

    pub(super) fn put(&self, pen: &mut Pen<'_>) -> Result<(), StoreError> {
        pen.put_office(Drawer::Proposals, &key_of(&self.code), &wire::to_vec(self))
    }
}

/// What the first byte of a key in the drawer tells of.
const PROPOSAL: u8 = 0;
const CONTENT: u8 = 1;
const OF_AGENCY: u8 = 2;
const OPEN: u8 = 3;
const WORK: u8 = 4;

pub(super) fn key_of(code: &ProjectCode) -> Vec<u8> {
    [&[PROPOSAL], code.as_str().as_bytes()].concat()
}

pub(super) fn content_key(code: &ProjectCode) -> Vec<u8> {
    [&[CONTENT], code.as_str().as_bytes()].concat()
}

/// Where the list of an agency's proposals has its entries.
pub(super) fn of_agency(agency: &Uscc, code: Option<&ProjectCode>) -> Vec<u8> {
    [&[OF_AGENCY], agency.as_str().as_bytes(), text(code)].concat()
}

/// Where the list of those that can be decided has its entries.
pub(super) fn open_of_agency(agency: &Uscc, code: Option<&ProjectCode>) -> Vec<u8> {
    [&[OPEN], agency.as_str().as_bytes(), text(code)].concat()
}

/// Where the list of those that are at work has its entries.
pub(super) fn work_key(code: Option<&ProjectCode>) -> Vec<u8> {
    [&[WORK], text(code)].concat()
}

fn text(code: Option<&ProjectCode>) -> &[u8] {
    code.map_or(&[], |code| code.as_str().as_bytes())
}

/// The code at the end of a key.
pub(super) fn code_of(key: &[u8]) -> Option<ProjectCode> {
    let (_, code) = key.split_last_chunk::<28>()?;
    ProjectCode::parse(std::str::from_utf8(code).ok()?).ok()
}

/// Reads a paper.
pub(super) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Malformed { family: "office" })
}
