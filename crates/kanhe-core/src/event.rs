//! An event: one thing that happened in a library, as its log commits to it.
//!
//! The log holds only the SHA-256 of an event, and an event holds sixteen bytes of chance: the log tells nobody what happened, and
//! whoever is shown an event can check that it is the one in the log.
//!
//! ```cddl
//! event     = { 0 => act, 1 => subject: tstr, 2 => digest: bstr .size 32, 3 => seal-hash, 4 => effective, 5 => recorded,
//!               6 => basis: tstr, 7 => reason: tstr, 8 => actor: tstr, ? 9 => approval, ? 10 => other: tstr, 11 => salt }
//! act       = 0..18
//! seal-hash = bstr .size 16                       ; zeros where there is no seal
//! effective = moment                              ; from when on it holds
//! recorded  = moment                              ; when the library learnt of it
//! approval  = [ project: tstr, approver: tstr, decided: moment ]
//! salt      = bstr .size 16
//! ```

use crate::code::ProjectCode;
use crate::plain::{is_name, is_plain};
use crate::wire;
use jiff::Timestamp;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A legal basis, a reason or the name of an actor has at most so many characters: a paragraph of a law, cited.
pub const LONGEST_WORDS: usize = 200;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Act {
    /// 新发: a first version was issued.
    #[n(0)]
    Issue,
    /// 延续: a new version with a new term.
    #[n(1)]
    Renew,
    /// 变更: a new version with other words.
    #[n(2)]
    Amend,
    /// 暂扣: held for a time.
    #[n(3)]
    Suspend,
    /// 暂扣发还: given back.
    #[n(4)]
    Reinstate,
    /// 吊销: taken as a punishment.
    #[n(5)]
    Revoke,
    /// 撤销: should never have been issued.
    #[n(6)]
    Annul,
    /// 注销: deregistered.
    #[n(7)]
    Cancel,
    /// 转出: moved to another region.
    #[n(8)]
    TransferOut,
    /// 转入: taken over from another region, as a first version here.
    #[n(9)]
    TransferIn,
    /// 取消转出: the move was called off.
    #[n(10)]
    UndoTransfer,
    /// A manifest came into use: agencies, keys or types changed.
    #[n(11)]
    Manifest,
    /// 不予许可: an application was refused.
    #[n(12)]
    Reject,
    /// 受理: an application that needs a review arrived.
    #[n(13)]
    Lodge,
    /// 审查: a department gave its opinion on an application.
    #[n(14)]
    Review,
    /// 撤回: the applicant took the application back.
    #[n(15)]
    Withdraw,
    /// 登记别名: an identifier of another scheme stands for the certificate from now on.
    #[n(16)]
    Alias,
    /// 登记证照类型: a type, or a new edition of one, was taken up.
    #[n(17)]
    Type,
    /// 登记互认目录: a recognition was taken up.
    #[n(18)]
    Recognition,
}

impl Act {
    /// All acts, in the order of their numbers.
    pub const ALL: [Self; 19] = [
        Self::Issue,
        Self::Renew,
        Self::Amend,
        Self::Suspend,
        Self::Reinstate,
        Self::Revoke,
        Self::Annul,
        Self::Cancel,
        Self::TransferOut,
        Self::TransferIn,
        Self::UndoTransfer,
        Self::Manifest,
        Self::Reject,
        Self::Lodge,
        Self::Review,
        Self::Withdraw,
        Self::Alias,
        Self::Type,
        Self::Recognition,
    ];

    /// Whether it makes a version of a certificate, and so is its issue.
    pub const fn makes_a_version(self) -> bool {
        matches!(self, Self::Issue | Self::Renew | Self::Amend | Self::TransferIn)
    }

    /// The word for it on a command line and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Renew => "renew",
            Self::Amend => "amend",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Revoke => "revoke",
            Self::Annul => "annul",
            Self::Cancel => "cancel",
            Self::TransferOut => "transfer_out",
            Self::TransferIn => "transfer_in",
            Self::UndoTransfer => "undo_transfer",
            Self::Manifest => "manifest",
            Self::Reject => "reject",
            Self::Lodge => "lodge",
            Self::Review => "review",
            Self::Withdraw => "withdraw",
            Self::Alias => "alias",
            Self::Type => "type",
            Self::Recognition => "recognition",
        }
    }
}

/// Who allowed it, where a second person had to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Approval {
    /// The lifelong code (终生唯一编码) of the application, or of the proposal that a second person approved.
    #[n(0)]
    pub project: ProjectCode,
    /// Who decided.
    #[n(1)]
    pub approver: String,
    /// When.
    #[n(2)]
    #[cbor(with = "wire::moment")]
    pub decided: Timestamp,
}

/// Why something was done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    basis: String,
    reason: String,
    actor: String,
}

impl Grounds {
    /// Takes a legal basis, a reason and an actor, each of 1 to 200 characters, none of which cannot be seen; the actor's select no variants.
    pub fn new(basis: &str, reason: &str, actor: &str) -> Result<Self, GroundsError> {
        let (basis, reason) = (taken("basis", basis, is_plain)?, taken("reason", reason, is_plain)?);
        Ok(Self { basis, reason, actor: name_of_actor(actor)? })
    }

    /// The legal basis (法律依据).
    pub fn basis(&self) -> &str {
        &self.basis
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Who did it.
    pub fn actor(&self) -> &str {
        &self.actor
    }
}

/// Takes the name of somebody who acts, also where no certificate is acted upon: 1 to 200 characters, all of which can be seen, without
/// selectors of variants.
pub fn name_of_actor(actor: &str) -> Result<String, GroundsError> {
    taken("actor", actor, is_name)
}

fn taken(name: &'static str, words: &str, is_plain: fn(&str) -> bool) -> Result<String, GroundsError> {
    let words = words.trim();
    let length = words.chars().count();
    if length == 0 || length > LONGEST_WORDS {
        Err(GroundsError::Length { name, length, most: LONGEST_WORDS })
    } else if !is_plain(words) {
        Err(GroundsError::Control { name })
    } else {
        Ok(words.to_owned())
    }
}

/// Why words are no grounds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GroundsError {
    /// Nothing was said, or too much.
    #[error("{name} has 1 to {most} characters, this one {length}")]
    Length {
        /// `basis`, `reason` or `actor`.
        name: &'static str,
        /// Characters found.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A control character, or another that cannot be seen.
    #[error("{name} has characters in it that cannot be seen")]
    Control {
        /// `basis`, `reason` or `actor`.
        name: &'static str,
    },
}

impl GroundsError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "grounds_length",
            Self::Control { .. } => "grounds_control",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Event {
    /// What was done.
    #[n(0)]
    pub act: Act,
    /// To what: a certificate's identifier, an application's code, or what was taken up: a manifest, type or recognition with its edition.
    #[n(1)]
    pub subject: String,
    /// SHA-256 of the bytes that the act is about: the certificate's envelope or the manifest's, the application as it was lodged,
    /// or the type file.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// The seal's hash, by which survivors of a stolen key are known; zeros where there is no seal.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub seal: [u8; 16],
    /// From when on it holds.
    #[n(4)]
    #[cbor(with = "wire::moment")]
    pub effective: Timestamp,
    /// When the library learnt of it.
    #[n(5)]
    #[cbor(with = "wire::moment")]
    pub recorded: Timestamp,
    /// The legal basis.
    #[n(6)]
    pub basis: String,
    /// The reason.
    #[n(7)]
    pub reason: String,
    /// Who did it.
    #[n(8)]
    pub actor: String,
    /// Who allowed it.
    #[n(9)]
    pub approval: Option<Approval>,
    /// What else it is about: the version that took its place or whose place it took, the region that it moved to or came from, or the
    /// department that gave its opinion and whether it agreed.
    #[n(10)]
    pub other: Option<String>,
    /// Sixteen bytes of chance.
    #[n(11)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 16],
}

impl Event {
    /// The deterministic CBOR that the log commits to.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(self)
    }

    /// Reads an event of our own library, or one that came with a proof; only the log makes it believed.
    pub fn decode(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > LARGEST_EVENT {
            return Err(EventError::TooLarge { length: bytes.len(), most: LARGEST_EVENT });
        }
        crate::cbor::require_deterministic(bytes).map_err(|_| EventError::Malformed)?;
        minicbor::decode(bytes).map_err(|_| EventError::Malformed)
    }

    /// The entry that stands in the log: SHA-256 of the encoded event.
    pub fn entry_of(encoded: &[u8]) -> [u8; 32] {
        Sha256::digest(encoded).into()
    }
}

/// No event is larger: four texts of 200 characters at four bytes, two identifiers and change. It travels as the extra data of a proof.
pub const LARGEST_EVENT: usize = 4 << 10;

/// Why bytes are no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// Too many bytes.
    #[error("an event has at most {most} bytes, this one {length}")]
    TooLarge {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Not the deterministic CBOR of an event.
    #[error("these bytes are no event")]
    Malformed,
}

impl EventError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "event_too_large",
            Self::Malformed => "event_malformed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_differs_from_another_by_what_can_be_seen() {
        for actor in ["x-1\u{FE0F}", "x-1\u{FE00}", "x-1\u{E0100}", "x-1\u{200B}"] {
            let refused = Grounds::new("《行政许可法》", "葛\u{E0100}城分局", actor).unwrap_err();
            assert_eq!((refused.code(), refused), ("grounds_control", GroundsError::Control { name: "actor" }), "{actor:?}");
        }
        assert!(Grounds::new("《行政许可法》", "葛\u{E0100}城分局", "x-1").is_ok());
    }
}
