//! The answer at the counter: accepted, or refused at a step for a reason.

mod reason;

pub use reason::Reason;

use crate::code::RegionCode;
use crate::kind::Label;
use crate::pack::Standing;
use crate::seal::Claims;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// The three colours of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Genuine and in force.
    Accept,
    /// Do not accept.
    Refuse,
    /// Cannot tell here: no word against the certificate.
    Unknown,
}

impl Verdict {
    /// The word by which files and APIs name the verdict.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Unknown => "unknown",
        }
    }
}

/// The steps of the road, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The text holds a seal.
    Read,
    /// The key is one that the pack knows.
    Issuer,
    /// The signature is that key's.
    Signature,
    /// The agency may issue this type, and the key could sign on that day.
    Scope,
    /// Nothing is known against the certificate.
    Standing,
    /// The device's clock can be right.
    Clock,
    /// The certificate is in force today.
    Validity,
    /// The words of the seal can be unpacked.
    Content,
    /// It is our own region's, or recognised here for this scene.
    Recognition,
    /// What we know is young enough.
    Freshness,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 10] = [
        Self::Read,
        Self::Issuer,
        Self::Signature,
        Self::Scope,
        Self::Standing,
        Self::Clock,
        Self::Validity,
        Self::Content,
        Self::Recognition,
        Self::Freshness,
    ];

    /// The word by which files and APIs name the step.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Issuer => "issuer",
            Self::Signature => "signature",
            Self::Scope => "scope",
            Self::Standing => "standing",
            Self::Clock => "clock",
            Self::Validity => "validity",
            Self::Content => "content",
            Self::Recognition => "recognition",
            Self::Freshness => "freshness",
        }
    }
}

/// Whose certificate it is: the agency that its key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuer<'p> {
    /// The region of the agency.
    pub region: &'p RegionCode,
    /// What people call the region.
    pub region_names: &'p Label,
    /// What people call the agency.
    pub names: &'p Label,
}

/// A certificate that a counter may rely on.
#[derive(Clone, Debug)]
pub struct Accepted<'p> {
    pub(crate) claims: Claims<'p>,
    pub(crate) issuer: Issuer<'p>,
    pub(crate) as_of: Timestamp,
    pub(crate) advice: Vec<Advice>,
}

impl<'p> Accepted<'p> {
    /// What the certificate says.
    pub const fn claims(&self) -> &Claims<'p> {
        &self.claims
    }

    /// Who issued it.
    pub const fn issuer(&self) -> Issuer<'p> {
        self.issuer
    }

    /// The moment as of which its status is known.
    pub const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// What a careful clerk should know besides.
    pub fn advice(&self) -> &[Advice] {
        &self.advice
    }

    /// The stable code: `accepted`, or `accepted_amber` where the status should be looked up again.
    pub fn code(&self) -> &'static str {
        if self.advice.iter().any(|advice| matches!(advice, Advice::StatusAmber { .. })) { "accepted_amber" } else { "accepted" }
    }
}

/// What to know of a certificate although it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The status is older than the type's soft limit.
    StatusAmber {
        /// How old.
        age: SignedDuration,
    },
    /// It ends within thirty days.
    EndsSoon {
        /// The last day.
        until: Date,
    },
}

/// A certificate that a counter may not rely on, or cannot judge.
#[derive(Clone, Debug)]
pub struct Refusal<'p> {
    pub(crate) reason: Reason<'p>,
    pub(crate) believed: Option<Box<Believed<'p>>>,
}

/// What is true of a refused certificate all the same, for its signature holds and its key had the right to speak.
#[derive(Clone, Debug)]
pub struct Believed<'p> {
    /// What it says, where its words can be unpacked.
    pub claims: Option<Claims<'p>>,
    /// Who issued it.
    pub issuer: Issuer<'p>,
    /// What is known of its status.
    pub standing: Standing,
}

impl<'p> Refusal<'p> {
    /// Why.
    pub const fn reason(&self) -> &Reason<'p> {
        &self.reason
    }

    /// What may be believed although it is refused; none before the signature is checked and the key found to be in its scope.
    pub fn believed(&self) -> Option<&Believed<'p>> {
        self.believed.as_deref()
    }
}

impl<'p> From<Reason<'p>> for Refusal<'p> {
    fn from(reason: Reason<'p>) -> Self {
        Self { reason, believed: None }
    }
}
