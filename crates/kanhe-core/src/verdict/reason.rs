//! Why a certificate is not accepted: every reason with its step, its colour and its stable code.

use super::{Step, Verdict};
use crate::code::{RegionCode, TypeCode};
use crate::envelope::DocumentType;
use crate::key::KeyId;
use crate::kind::Label;
use crate::pack::Unknown;
use crate::qr::QrError;
use crate::recognition::Row;
use crate::seal::ClaimsError;
use crate::status::State;
use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;

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
    /// The signature is not that of the key which the seal names, and what it is to sign has not the form of a seal: part of it was not read.
    #[error("what was read has neither the form of a seal nor the signature of key {key_id}")]
    Damaged {
        /// The key that seems to be named.
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
    /// The key was stolen, and the seal is not among those that the region's log knows from before, or is proved to have been issued later.
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
    /// The key was stolen, and what the file's seal would be is none of the seals signed before.
    #[error("key {key_id} of {} was stolen, and the seal of this file is none of those signed before, unless its type has changed", agency.en)]
    FileNotAmongSurvivors {
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
        /// The type's index in its region, or its code.
        kind: String,
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
            Self::Unreadable(QrError::OtherDocument { .. })
            | Self::Forged { .. }
            | Self::Malformed
            | Self::KeyNotForSeals { .. }
            | Self::OutsideKeyWindow { .. }
            | Self::OutOfScope { .. }
            | Self::KeyStolen { .. }
            | Self::Forbidden { .. }
            | Self::Expired { .. }
            | Self::NotYetInForce { .. } => Verdict::Refuse,
            // What was not read speaks against nobody: a slip of a hand or a scanner makes no forger.
            Self::Unreadable(_)
            | Self::Damaged { .. }
            | Self::IssuerUnknown { .. }
            | Self::SurvivorsUnknown { .. }
            | Self::FileNotAmongSurvivors { .. }
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
            Self::Unreadable(_) | Self::Damaged { .. } => Step::Read,
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
            | Self::FileNotAmongSurvivors { .. }
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
            Self::Damaged { .. } => "seal_damaged",
            Self::IssuerUnknown { .. } => "issuer_unknown",
            Self::Forged { .. } => "signature_invalid",
            Self::Malformed => "seal_malformed",
            Self::KeyNotForSeals { .. } => "key_not_for_seals",
            Self::OutsideKeyWindow { .. } => "outside_key_window",
            Self::OutOfScope { .. } => "out_of_scope",
            Self::KeyStolen { .. } => "key_stolen",
            Self::SurvivorsUnknown { .. } => "survivors_unknown",
            Self::FileNotAmongSurvivors { .. } => "file_not_among_survivors",
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
