//! How the failures of the rooms below become problems: every variant has its status here, and nowhere else.

mod accounts;

use super::problem::Problem;
use axum::http::StatusCode;
use kanhe_store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Cursor => StatusCode::BAD_REQUEST,
            StoreError::DiskFull | StoreError::NoSlot => StatusCode::INSUFFICIENT_STORAGE,
            StoreError::InUse | StoreError::Broken => StatusCode::SERVICE_UNAVAILABLE,
            StoreError::NoLibrary { .. }
            | StoreError::NoBackup { .. }
            | StoreError::Exists { .. }
            | StoreError::Foreign
            | StoreError::Newer { .. }
            | StoreError::OtherSecret
            | StoreError::Corrupt { .. }
            | StoreError::Database { .. }
            | StoreError::Sealed { .. }
            | StoreError::Unsealable { .. }
            | StoreError::Malformed { .. }
            | StoreError::Log { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.code(), error)
    }
}
