//! A key on a machine that errs.

use kanhe_core::key::{SIGNATURE_LENGTH, SignError, Signer, SigningKey, VerifyingKey};
use std::fmt;

/// Whether a key errs over a message.
type Errs = dyn Fn(&[u8]) -> bool + Send + Sync;

/// A key in memory of which some signatures have a wrong bit, as a fault of the arithmetic would leave them.
pub struct FaultyKey {
    key: SigningKey,
    errs: Box<Errs>,
}

impl FaultyKey {
    /// A key that errs over some messages.
    pub fn new(key: SigningKey, errs: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self { key, errs: Box::new(errs) }
    }
}

impl fmt::Debug for FaultyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultyKey({:?})", self.key)
    }
}

impl Signer for FaultyKey {
    fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    fn try_sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
        let mut signature = self.key.sign(message);
        signature[40] ^= u8::from((self.errs)(message));
        Ok(signature)
    }

    fn secret_for(&self, purpose: &[u8]) -> [u8; 32] {
        self.key.secret_for(purpose)
    }
}
