//! Why something failed that the executable does for the service.

use kanhe_store::StoreError;

/// Why something failed: the stable code for whoever asks, and beside it what the machine says, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The stable code.
    pub code: &'static str,
    /// The file, and what the system or the database says of it; nothing personal.
    pub detail: String,
}

impl From<StoreError> for Cause {
    fn from(error: StoreError) -> Self {
        Self { code: error.code(), detail: error.to_string() }
    }
}
