//! Who signs: a key in memory, or something that keeps one and never gives it away.

use super::{SIGNATURE_LENGTH, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// Whoever has a private key and signs with it: a [`SigningKey`] in memory, or a token behind a cable.
///
/// A token returns no signature that its public key does not verify, for it may lie. A key in memory is not asked twice: what could go wrong
/// there is a fault of the machine, and the desk at which certificates are signed looks for it itself.
pub trait Signer: fmt::Debug + Send + Sync {
    /// The public half.
    fn verifying_key(&self) -> VerifyingKey;

    /// Signs a message with pure Ed25519 (RFC 8032 §5.1.6). What is not in memory may be gone, and may take a second.
    fn try_sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError>;

    /// 32 bytes that nobody knows but who has the key: the same for a purpose every time, others for another purpose.
    fn secret_for(&self, purpose: &[u8]) -> [u8; 32];

    /// Asks whether it would sign, which may take as long as signing.
    fn answers(&self) -> Result<(), SignError> {
        Ok(())
    }

    /// Why it did not sign when it was asked last, by its code; nobody is asked now.
    fn trouble(&self) -> Option<&'static str> {
        None
    }
}

/// A key in memory always signs.
impl Signer for SigningKey {
    fn verifying_key(&self) -> VerifyingKey {
        Self::verifying_key(self)
    }

    fn try_sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
        Ok(self.sign(message))
    }

    fn secret_for(&self, purpose: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(purpose).chain_update(self.expose_seed()).finalize().into()
    }
}

/// Why nothing was signed: whoever keeps the key does not sign, and has said why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct SignError {
    code: &'static str,
    detail: String,
}

impl SignError {
    /// The refusal of whoever keeps the key: its stable code, and the defect with both sides.
    pub fn new(code: &'static str, detail: impl fmt::Display) -> Self {
        Self { code, detail: detail.to_string() }
    }

    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        self.code
    }
}
