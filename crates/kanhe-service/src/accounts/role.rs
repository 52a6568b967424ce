//! Roles, and the rights that each has: one table.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an officer or a system is in its agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Role {
    /// 窗口人员: takes applications in, issues what needs no review.
    #[n(0)]
    Clerk,
    /// 审查人员: gives a department's opinion.
    #[n(1)]
    Reviewer,
    /// 审批人员: decides applications, and changes what becomes of certificates.
    #[n(2)]
    Approver,
    /// 密钥保管人员: takes up manifests, and lets lists and checkpoints be signed.
    #[n(3)]
    KeyHolder,
    /// 审计人员: reads everything whole, and changes nothing.
    #[n(4)]
    Auditor,
    /// 管理员: officers, keys of systems, webhooks; no certificates.
    #[n(5)]
    Administrator,
    /// 用证单位: asks for certificates of every agency, for a purpose that is written down.
    #[n(6)]
    RelyingParty,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Find and show certificates and applications, holders' codes masked.
    Read,
    /// Show them whole.
    ReadWhole,
    /// Take applications in, and withdraw them.
    Lodge,
    /// Issue what needs no review, renew and amend it.
    Issue,
    /// Give a department's opinion.
    Review,
    /// Approve and reject applications.
    Decide,
    /// Suspend, reinstate, revoke, annul, cancel, transfer.
    Change,
    /// Take up manifests, and let lists and checkpoints be signed.
    Publish,
    /// Read what happened, all of it.
    Audit,
    /// Manage officers, keys of systems and webhooks.
    Administer,
    /// Ask for certificates of every agency, for a purpose that is written down.
    Share,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 11] = [
        Self::Read,
        Self::ReadWhole,
        Self::Lodge,
        Self::Issue,
        Self::Review,
        Self::Decide,
        Self::Change,
        Self::Publish,
        Self::Audit,
        Self::Administer,
        Self::Share,
    ];

    /// The word that a refusal calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWhole => "read_whole",
            Self::Lodge => "lodge",
            Self::Issue => "issue",
            Self::Review => "review",
            Self::Decide => "decide",
            Self::Change => "change",
            Self::Publish => "publish",
            Self::Audit => "audit",
            Self::Administer => "administer",
            Self::Share => "share",
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] =
        [Self::Clerk, Self::Reviewer, Self::Approver, Self::KeyHolder, Self::Auditor, Self::Administrator, Self::RelyingParty];

    /// The rights that it has.
    pub const fn rights(self) -> &'static [Right] {
        match self {
            Self::Clerk => &[Right::Read, Right::Lodge, Right::Issue],
            Self::Reviewer => &[Right::Read, Right::Review],
            Self::Approver => &[Right::Read, Right::Decide, Right::Change],
            Self::KeyHolder => &[Right::Publish],
            Self::Auditor => &[Right::Read, Right::ReadWhole, Right::Audit],
            Self::Administrator => &[Right::Administer],
            Self::RelyingParty => &[Right::Share],
        }
    }

    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::KeyHolder => "key_holder",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::RelyingParty => "relying_party",
        }
    }

    /// The role of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_belongs_to_a_role_and_every_role_has_a_word_of_its_own() {
        for right in Right::ALL {
            assert!(Role::ALL.iter().any(|role| role.rights().contains(&right)), "{}", right.word());
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(role));
        }
    }

    #[test]
    fn who_manages_accounts_touches_no_certificate() {
        assert_eq!(Role::Administrator.rights(), [Right::Administer]);
        assert_eq!(Role::RelyingParty.rights(), [Right::Share]);
        assert!(!Role::Auditor.rights().iter().any(|right| matches!(right, Right::Issue | Right::Change | Right::Decide)));
    }
}
