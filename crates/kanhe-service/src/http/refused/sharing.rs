//! Sharing and matters.

use crate::http::problem::Problem;
use crate::sharing::ShareError;
use axum::http::StatusCode;
use kanhe_issuer::sharing::{MatterError, PurposeError};

impl From<ShareError> for Problem {
    fn from(error: ShareError) -> Self {
        let status = match error {
            ShareError::Store(error) => return error.into(),
            ShareError::Forbidden(error) => return error.into(),
            ShareError::QuotaSpent { seconds, .. } => {
                return Self::new(StatusCode::TOO_MANY_REQUESTS, error.code(), &error).retry_after(seconds);
            }
            ShareError::WholeNeedsConsent | ShareError::ConsentOfNobody | ShareError::FileNeedsAll | ShareError::MatchingNeedsConsent => {
                StatusCode::FORBIDDEN
            }
            ShareError::TooMany { .. } | ShareError::FieldUnknown { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ShareError::NotFound | ShareError::Elsewhere { .. } | ShareError::LinkUnknown | ShareError::MatterUnknown => {
                StatusCode::NOT_FOUND
            }
            ShareError::LinkSpent | ShareError::LinkExpired { .. } | ShareError::LinkWithdrawn => StatusCode::GONE,
        };
        Self::new(status, error.code(), error).in_sharing()
    }
}

impl From<PurposeError> for Problem {
    fn from(error: PurposeError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
    }
}

impl From<MatterError> for Problem {
    fn from(error: MatterError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
    }
}
