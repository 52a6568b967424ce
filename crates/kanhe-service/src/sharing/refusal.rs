//! Why nothing is shared.

use crate::accounts::Forbidden;
use kanhe_core::code::RegionCode;
use kanhe_store::StoreError;
use thiserror::Error;

/// Why nothing is shared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShareError {
    /// The library cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The caller may not ask for certificates of this type.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The caller has asked as often as it may on one day.
    #[error("{calls} calls were made today, and no more are heard until midnight in China")]
    QuotaSpent {
        /// How often it may ask.
        calls: u32,
        /// Seconds until midnight.
        seconds: u64,
    },
    /// Nobody sees a certificate whole by duty alone.
    #[error("a certificate is shown whole only where its holder has agreed")]
    WholeNeedsConsent,
    /// Whose consent it is has to be said where several hold a certificate, and it has to be one of them.
    #[error("the consent names none of the certificate's holders")]
    ConsentOfNobody,
    /// A signed file cannot be masked.
    #[error("the signed file shows the numbers of several holders, and not all of them have agreed")]
    FileNeedsAll,
    /// Nobody is matched by duty: what somebody has is put together for him, and not about him.
    #[error("what a holder has is matched with a matter only where the holder has agreed")]
    MatchingNeedsConsent,
    /// What was asked is answered by more certificates than one call looks at.
    #[error("one call looks at {most} certificates at most, and there are more: nothing can be said of all of them")]
    TooMany {
        /// At most so many.
        most: usize,
    },
    /// Nothing can be said of a field that the certificate's type has not.
    #[error("{count} of the fields that are stated are no fields of the certificate's type")]
    FieldUnknown {
        /// How many.
        count: usize,
    },
    /// There is no such certificate.
    #[error("the library has no such certificate")]
    NotFound,
    /// The certificate is another region's, whose library has it.
    #[error("the certificate is of region {region}, the library of {own}")]
    Elsewhere {
        /// Whose it is.
        region: RegionCode,
        /// Whose library this is.
        own: RegionCode,
    },
    /// No such link was given out.
    #[error("no such link was given out here")]
    LinkUnknown,
    /// The file was fetched before.
    #[error("the file behind this link was fetched before")]
    LinkSpent,
    /// The link is too old.
    #[error("the link was good for {minutes} minutes")]
    LinkExpired {
        /// For how long it was good.
        minutes: i64,
    },
    /// Who asked for the link could not ask for it any more.
    #[error("the account that asked for this link is closed, or may not share any more")]
    LinkWithdrawn,
    /// The agency has no such matter.
    #[error("the agency has no such matter")]
    MatterUnknown,
}

impl ShareError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Forbidden(error) => error.code(),
            Self::QuotaSpent { .. } => "share_quota_spent",
            Self::WholeNeedsConsent => "share_whole_needs_consent",
            Self::ConsentOfNobody => "share_consent_of_nobody",
            Self::FileNeedsAll => "share_file_needs_all",
            Self::MatchingNeedsConsent => "share_matching_needs_consent",
            Self::TooMany { .. } => "share_too_many",
            Self::FieldUnknown { .. } => "share_field_unknown",
            Self::NotFound => "certificate_not_found",
            Self::Elsewhere { .. } => "certificate_elsewhere",
            Self::LinkUnknown => "download_unknown",
            Self::LinkSpent => "download_spent",
            Self::LinkExpired { .. } => "download_expired",
            Self::LinkWithdrawn => "download_withdrawn",
            Self::MatterUnknown => "matter_unknown",
        }
    }
}
