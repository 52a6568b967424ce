//! The answer at the counter: accepted, or refused at a step for a reason.

use crate::code::{RegionCode, TypeCode};
use crate::envelope::DocumentType;
use crate::key::KeyId;
use crate::kind::Label;
use crate::pack::{Standing, Unknown};
use crate::qr::QrError;
use crate::recognition::Row;
use crate::seal::{Claims, ClaimsError};
use crate::status::State;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

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

/// Why a certificate is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason<'p> {
    /// The text is not that of a seal.
    #[error(transparent)]
    Unreadable(QrError),
    /// No agency that the pack knows has such a key.
    #[error("no agency known here has key {key_id}")]
    IssuerUnknown {
        /// The key that the seal names.
        key_id: KeyId,
    },
    /// The signature is not that of the key which the seal names: altered, or forged.
    #[error("the signature does not match key {key_id} of {}", agency.en)]
    Forged {
        /// The key that the seal names.
        key_id: KeyId,
        /// The agency whose key it is.
        agency: &'p Label,
    },
    /// The signed bytes are no seal, though the agency signed them.
    #[error("the agency signed a seal that is malformed")]
    Malformed,
    /// The agency's key is not one for seals.
    #[error("key {key_id} of {} may not sign seals", agency.en)]
    KeyNotForSeals {
        /// The key.
        key_id: KeyId,
        /// The agency whose key it is.
        agency: &'p Label,
    },
    /// The key's window does not cover the day of issue.
    #[error("issued on {issued}, but the key signs only from {from} to {}", until.map_or_else(|| "today".to_owned(), |day| day.to_string()))]
    OutsideKeyWindow {
        /// The day of issue.
        issued: Date,
        /// The first day that the key may sign for.
        from: Date,
        /// The last such day.
        until: Option<Date>,
    },
    /// The agency may not issue this type.
    #[error("{} may not issue type {kind}", agency.en)]
    OutOfScope {
        /// The agency.
        agency: &'p Label,
        /// The type's index in its region.
        kind: u16,
    },
    /// The key was stolen, and the seal is not among those that the region's log knows from before.
    #[error("key {key_id} of {} was stolen, and the seal is none of those signed before", agency.en)]
    KeyStolen {
        /// The key.
        key_id: KeyId,
        /// The agency whose key it was.
        agency: &'p Label,
    },
    /// The key was stolen, and the pack does not carry the list of what it signed before.
    #[error("key {key_id} of {} was stolen, and what it signed before is not known here", agency.en)]
    SurvivorsUnknown {
        /// The key.
        key_id: KeyId,
        /// The agency whose key it was.
        agency: &'p Label,
    },
    /// The pack does not know the type: it is older than the type.
    #[error("type {kind} of region {region} is not known here")]
    KindUnknown {
        /// The region.
        region: &'p RegionCode,
        /// The type's index in its region.
        kind: u16,
    },
    /// Its authority has taken it back, or replaced it.
    #[error("the certificate is {}, as of {as_of}", state.word())]
    Forbidden {
        /// What has become of it.
        state: State,
        /// When the list was made that says so.
        as_of: Timestamp,
    },
    /// The device's clock is earlier than the pack that it holds.
    #[error("this device says {at}, but its pack was made at {pack}")]
    ClockBehind {
        /// What the device says.
        at: Timestamp,
        /// When the pack was made.
        pack: Timestamp,
    },
    /// Past its last day.
    #[error("certificate ended on {until}, today is {day}")]
    Expired {
        /// The last day.
        until: Date,
        /// Today.
        day: Date,
    },
    /// Before its first day.
    #[error("certificate begins on {from}, today is {day}")]
    NotYetInForce {
        /// The first day.
        from: Date,
        /// Today.
        day: Date,
    },
    /// The words of the seal cannot be unpacked with what the pack knows.
    #[error(transparent)]
    Unpackable(ClaimsError),
    /// The seal is packed with a dictionary that the pack does not have.
    #[error("dictionary {dictionary} of region {region} is not known here")]
    DictionaryUnknown {
        /// The region.
        region: &'p RegionCode,
        /// The dictionary's id.
        dictionary: u32,
    },
    /// This type of that region is not recognised here at all.
    #[error("certificates of type {type_code} of region {region} are not recognised in region {here}")]
    TypeNotRecognised {
        /// The region that issued it.
        region: &'p RegionCode,
        /// Its type.
        type_code: &'p TypeCode,
        /// The region of the counter.
        here: &'p RegionCode,
    },
    /// The type is recognised here, but not for this scene, or not today.
    #[error("recognised in region {here} only for other scenes or at another time")]
    SceneNotRecognised {
        /// The region of the counter.
        here: &'p RegionCode,
        /// The scene asked for.
        scene: Option<String>,
        /// What is recognised of this type, and until when.
        recognised: Vec<&'p Row>,
    },
    /// The recognition itself has run out.
    #[error("what region {here} recognises was to be renewed by {expires}")]
    RecognitionStale {
        /// The region of the counter.
        here: &'p RegionCode,
        /// When it ran out.
        expires: Timestamp,
    },
    /// The pack is too old to vouch for anything.
    #[error("the pack was to be renewed by {expires}, it is {at}")]
    PackStale {
        /// When it ran out.
        expires: Timestamp,
        /// Now.
        at: Timestamp,
    },
    /// The region's manifest is too old to vouch for its keys.
    #[error("the manifest of region {region} was to be renewed by {expires}, it is {at}")]
    ManifestStale {
        /// The region.
        region: &'p RegionCode,
        /// When it ran out.
        expires: Timestamp,
        /// Now.
        at: Timestamp,
    },
    /// The status list is older than the type's hard limit.
    #[error("the status is known as of {as_of} only, and is needed younger than {}", limit)]
    StatusStale {
        /// When the list was made.
        as_of: Timestamp,
        /// Until when it was good.
        limit: Timestamp,
    },
    /// The pack does not know the certificate's status.
    #[error("the status of this certificate is not known here")]
    StatusUnknown {
        /// Why not.
        why: Unknown,
    },
}

impl Reason<'_> {
    /// The colour of the answer.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Unreadable(_)
            | Self::Forged { .. }
            | Self::Malformed
            | Self::KeyNotForSeals { .. }
            | Self::OutsideKeyWindow { .. }
            | Self::OutOfScope { .. }
            | Self::KeyStolen { .. }
            | Self::Forbidden { .. }
            | Self::Expired { .. }
            | Self::NotYetInForce { .. } => Verdict::Refuse,
            Self::IssuerUnknown { .. }
            | Self::SurvivorsUnknown { .. }
            | Self::KindUnknown { .. }
            | Self::ClockBehind { .. }
            | Self::Unpackable(_)
            | Self::DictionaryUnknown { .. }
            | Self::TypeNotRecognised { .. }
            | Self::SceneNotRecognised { .. }
            | Self::RecognitionStale { .. }
            | Self::PackStale { .. }
            | Self::ManifestStale { .. }
            | Self::StatusStale { .. }
            | Self::StatusUnknown { .. } => Verdict::Unknown,
        }
    }

    /// The step at which the road ended.
    pub const fn step(&self) -> Step {
        match self {
            Self::Unreadable(_) => Step::Read,
            Self::IssuerUnknown { .. } => Step::Issuer,
            Self::Forged { .. } | Self::Malformed => Step::Signature,
            Self::KeyNotForSeals { .. }
            | Self::OutsideKeyWindow { .. }
            | Self::OutOfScope { .. }
            | Self::KeyStolen { .. }
            | Self::KindUnknown { .. } => Step::Scope,
            Self::Forbidden { .. } => Step::Standing,
            Self::ClockBehind { .. } => Step::Clock,
            Self::Expired { .. } | Self::NotYetInForce { .. } => Step::Validity,
            Self::Unpackable(_) | Self::DictionaryUnknown { .. } => Step::Content,
            Self::TypeNotRecognised { .. } | Self::SceneNotRecognised { .. } | Self::RecognitionStale { .. } => Step::Recognition,
            Self::SurvivorsUnknown { .. }
            | Self::PackStale { .. }
            | Self::ManifestStale { .. }
            | Self::StatusStale { .. }
            | Self::StatusUnknown { .. } => Step::Freshness,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(QrError::OtherDocument { found: DocumentType::StatusList }) => "status_list_is_no_seal",
            Self::Unreadable(error) => error.code(),
            Self::IssuerUnknown { .. } => "issuer_unknown",
            Self::Forged { .. } => "signature_invalid",
            Self::Malformed => "seal_malformed",
            Self::KeyNotForSeals { .. } => "key_not_for_seals",
            Self::OutsideKeyWindow { .. } => "outside_key_window",
            Self::OutOfScope { .. } => "out_of_scope",
            Self::KeyStolen { .. } => "key_stolen",
            Self::SurvivorsUnknown { .. } => "survivors_unknown",
            Self::KindUnknown { .. } => "type_unknown",
            Self::Forbidden { state, .. } => state.word(),
            Self::ClockBehind { .. } => "clock_behind",
            Self::Expired { .. } => "expired",
            Self::NotYetInForce { .. } => "not_yet_in_force",
            Self::Unpackable(error) => error.code(),
            Self::DictionaryUnknown { .. } => "dictionary_unknown",
            Self::TypeNotRecognised { .. } => "type_not_recognised",
            Self::SceneNotRecognised { .. } => "scene_not_recognised",
            Self::RecognitionStale { .. } => "recognition_stale",
            Self::PackStale { .. } => "pack_stale",
            Self::ManifestStale { .. } => "manifest_stale",
            Self::StatusStale { .. } => "status_stale",
            Self::StatusUnknown { .. } => "status_unknown",
        }
    }
}
