//! Why bytes or values are no status list.

use thiserror::Error;

/// Why bytes or values are no status list.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StatusError {
    /// Entries of another width.
    #[error("an entry has 1, 2, 4 or 8 bits (four in our lists), not {found}")]
    Bits {
        /// Bits found.
        found: u8,
    },
    /// The stream is not zlib.
    #[error("the list is not a zlib stream")]
    NotZlib,
    /// Bytes follow the stream.
    #[error("bytes follow the list's zlib stream")]
    TrailingBytes,
    /// The list inflates beyond the ceiling.
    #[error("the list inflates to more than {most} bytes")]
    TooLarge {
        /// Bytes allowed.
        most: usize,
    },
    /// An entry that the list does not have.
    #[error("entry {entry} lies beyond the list's {entries}")]
    BeyondEnd {
        /// The entry asked for.
        entry: u32,
        /// How many there are.
        entries: u32,
    },
    /// An empty or overlong URI.
    #[error("a list's URI has 1 to {most} bytes")]
    Uri {
        /// Bytes allowed.
        most: usize,
    },
    /// It would expire before it was made, or may be kept for no time.
    #[error("a list expires after it was made and lives for at least a second")]
    Term,
    /// No state has this word.
    #[error("{word:?} is no state of a certificate")]
    UnknownState {
        /// The word given, shortened.
        word: String,
    },
}

impl StatusError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bits { .. } => "status_bits",
            Self::NotZlib => "status_not_zlib",
            Self::TrailingBytes => "status_trailing_bytes",
            Self::TooLarge { .. } => "status_too_large",
            Self::BeyondEnd { .. } => "status_beyond_end",
            Self::Uri { .. } => "status_uri",
            Self::Term => "status_term",
            Self::UnknownState { .. } => "status_unknown_state",
        }
    }
}
