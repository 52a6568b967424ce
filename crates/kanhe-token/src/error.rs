//! What may be wrong with a token.

use cryptoki::error::{Error, RvError};
use kanhe_core::key::SignError;
use thiserror::Error;

/// Why a key in a token is not found, not made, or does not sign.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The module cannot be loaded.
    #[error("{module} is no PKCS#11 module that can be loaded: {detail}")]
    Module {
        /// Its file.
        module: String,
        /// What the system said.
        detail: String,
    },
    /// No slot has the token.
    #[error("no slot has a token {wanted}")]
    Absent {
        /// Its label or serial number.
        wanted: String,
    },
    /// More than one slot has a token of the name.
    #[error("{found} slots have a token {wanted}")]
    Several {
        /// Its label or serial number.
        wanted: String,
        /// How many.
        found: usize,
    },
    /// The token does not take the PIN. It is not tried again: after some wrong ones a token locks itself.
    #[error("the token {token} does not take the PIN")]
    PinWrong {
        /// Its label or serial number.
        token: String,
    },
    /// One more wrong PIN would lock the token: that try is for a person.
    #[error("the token {token} has one try left for its PIN, and it is not taken here")]
    PinLastTry {
        /// Its label or serial number.
        token: String,
    },
    /// The token has locked itself.
    #[error("the PIN of the token {token} is locked")]
    PinLocked {
        /// Its label or serial number.
        token: String,
    },
    /// The token has no such key.
    #[error("the token {token} has no private key {key}")]
    KeyAbsent {
        /// The token's label or serial number.
        token: String,
        /// The key's label.
        key: String,
    },
    /// The token has more than one such key.
    #[error("the token {token} has {found} keys {key}")]
    KeySeveral {
        /// The token's label or serial number.
        token: String,
        /// The key's label.
        key: String,
        /// How many.
        found: usize,
    },
    /// The key is not for Ed25519.
    #[error("the key {key} in the token {token} is no Ed25519 key that may sign")]
    KeyKind {
        /// The token's label or serial number.
        token: String,
        /// The key's label.
        key: String,
    },
    /// A key of the name is in the token already, and none is ever written over.
    #[error("the token {token} has a key {key} already")]
    KeyExists {
        /// The token's label or serial number.
        token: String,
        /// The key's label.
        key: String,
    },
    /// The token signed with another key than before, or something that is no signature.
    #[error("what the token {token} returned is no signature by the key {key}")]
    SignatureWrong {
        /// The token's label or serial number.
        token: String,
        /// The key's label.
        key: String,
    },
    /// The token does not sign as RFC 8032 has it: the same message twice gave two signatures.
    #[error("the token {token} gives two signatures for one message, and Ed25519 gives one")]
    NotDeterministic {
        /// The token's label or serial number.
        token: String,
    },
    /// The token or its module failed.
    #[error("the token {token} failed: {detail}")]
    Failed {
        /// The token's label or serial number.
        token: String,
        /// The function and its return value, as the module named them.
        detail: String,
    },
}

impl TokenError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Module { .. } => "token_module",
            Self::Absent { .. } => "token_absent",
            Self::Several { .. } => "token_several",
            Self::PinWrong { .. } => "token_pin_wrong",
            Self::PinLastTry { .. } => "token_pin_last_try",
            Self::PinLocked { .. } => "token_pin_locked",
            Self::KeyAbsent { .. } => "token_key_absent",
            Self::KeySeveral { .. } => "token_key_several",
            Self::KeyKind { .. } => "token_key_kind",
            Self::KeyExists { .. } => "token_key_exists",
            Self::SignatureWrong { .. } => "token_signature_wrong",
            Self::NotDeterministic { .. } => "token_not_deterministic",
            Self::Failed { .. } => "token_failed",
        }
    }

    /// Whether asking once more could help: not where it would count as another wrong PIN, and not where the answer is known.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Absent { .. })
    }

    /// What a module returned. It never repeats what it was given, so no PIN is in it.
    pub(crate) fn returned(token: &str, error: &Error) -> Self {
        let token = token.to_owned();
        match error {
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::PinExpired, _) => {
                Self::PinWrong { token }
            }
            Error::Pkcs11(RvError::PinLocked, _) => Self::PinLocked { token },
            other => Self::Failed { token, detail: other.to_string() },
        }
    }
}

impl From<TokenError> for SignError {
    fn from(error: TokenError) -> Self {
        Self::new(error.code(), error)
    }
}
