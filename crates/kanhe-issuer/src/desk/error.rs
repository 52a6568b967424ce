//! Why a desk is not opened, and why a draft does not become a certificate.

use kanhe_core::certificate::CertificateError;
use kanhe_core::envelope::EnvelopeError;
use kanhe_core::key::{KeyId, SignError};
use kanhe_core::qr::QrError;
use kanhe_core::seal::{ClaimsError, SealError};
use thiserror::Error;

/// Why a desk is not opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DeskError {
    /// No agency of the manifest has this key.
    #[error("no agency of the manifest has key {key_id}")]
    KeyUnknown {
        /// The key.
        key_id: KeyId,
    },
    /// The key was stolen: nothing that it signs now is believed.
    #[error("key {key_id} was stolen and counts only before index {before} of the log: use the agency's new key")]
    KeyStolen {
        /// The key.
        key_id: KeyId,
        /// From which index of the log on it counts no more.
        before: u64,
    },
    /// The key may not sign both seals and certificates.
    #[error("key {key_id} may not sign both seals and certificates")]
    KeyUse {
        /// The key.
        key_id: KeyId,
    },
    /// The manifest does not have the type.
    #[error("the manifest does not have type {code}")]
    TypeUnknown {
        /// The type's code.
        code: String,
    },
    /// The manifest was signed with another edition of the type file.
    #[error("the manifest has another edition of type {code} than the file at hand")]
    TypeDiffers {
        /// The type's code.
        code: String,
    },
    /// The agency has no right to the type.
    #[error("{agency} may not issue type {code}")]
    OutOfScope {
        /// The agency's code.
        agency: String,
        /// The type's code.
        code: String,
    },
    /// The dictionary is not at hand.
    #[error("dictionary {dictionary} is not at hand")]
    DictionaryUnknown {
        /// The dictionary's id.
        dictionary: u32,
    },
}

impl DeskError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyUnknown { .. } => "desk_key_unknown",
            Self::KeyStolen { .. } => "desk_key_stolen",
            Self::KeyUse { .. } => "desk_key_use",
            Self::TypeUnknown { .. } => "desk_type_unknown",
            Self::TypeDiffers { .. } => "desk_type_differs",
            Self::OutOfScope { .. } => "desk_out_of_scope",
            Self::DictionaryUnknown { .. } => "desk_dictionary_unknown",
        }
    }
}

/// Why a draft does not become a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssueError {
    /// The key's window does not cover the day of issue.
    #[error("key {key_id} signs certificates of {window}, not of {issued}")]
    OutsideKeyWindow {
        /// The key.
        key_id: KeyId,
        /// From which day to which it signs, as an interval of ISO 8601-2: `2026-01-01/2026-12-31`, or `2026-01-01/..` without end.
        window: String,
        /// The day of issue.
        issued: String,
    },
    /// The version after 999.
    #[error("the certificate has had its last version: apply for a new one")]
    LastVersion,
    /// The printed number is the serial of the identifier, and a new version keeps the identifier.
    #[error("a new version keeps the printed number, which is the serial of {identifier}")]
    OtherSerial {
        /// The version before.
        identifier: String,
    },
    /// The seal would tell a person's number to everybody.
    #[error("{place} has a person's number whole, and the QR code would tell it to everybody")]
    WholeNumber {
        /// Where it stands: the column.
        place: String,
    },
    /// Whoever has the key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No serial could be made.
    #[error("no serial could be made for the request")]
    Serial,
    /// The parts do not agree.
    #[error(transparent)]
    Certificate(CertificateError),
    /// The certificate has no seal.
    #[error(transparent)]
    Seal(SealError),
    /// The seal has no QR text.
    #[error(transparent)]
    Qr(QrError),
    /// What was written does not open again.
    #[error(transparent)]
    Envelope(EnvelopeError),
    /// What came back from signing is no signature: a fault of memory or of the arithmetic, for whoever has the key signs rightly.
    #[error("what was signed does not verify with key {key_id}: nothing was issued with it")]
    SignatureWrong {
        /// The key.
        key_id: KeyId,
    },
    /// The seal's words cannot be read again.
    #[error(transparent)]
    Claims(ClaimsError),
    /// What a counter would read is not what was minted.
    #[error("the seal would not say the same as the certificate")]
    Proof,
    /// The QR code would be denser than the type allows.
    #[error("{bytes} bytes need QR version {version}, the type allows {budget}")]
    OverBudget {
        /// Bytes of the seal.
        bytes: usize,
        /// The version that they need at level M.
        version: u8,
        /// The version that the type allows.
        budget: u8,
    },
}

impl IssueError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutsideKeyWindow { .. } => "outside_key_window",
            Self::LastVersion => "last_version",
            Self::OtherSerial { .. } => "other_serial",
            Self::WholeNumber { .. } => "id_number_in_seal",
            Self::Sign(error) => error.code(),
            Self::Serial => "serial",
            Self::Certificate(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Qr(error) => error.code(),
            Self::Envelope(error) => error.code(),
            Self::SignatureWrong { .. } => "signature_wrong",
            Self::Claims(error) => error.code(),
            Self::Proof => "proof_differs",
            Self::OverBudget { .. } => "qr_over_budget",
        }
    }
}
