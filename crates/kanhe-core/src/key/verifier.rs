//! What a signature is checked by.

use super::{KeyError, Multiples, SIGNATURE_LENGTH, VerifyingKey};

/// A public key by itself, or with its multiples at hand: the verdict is the same, and sooner known with them.
#[derive(Clone, Copy, Debug)]
pub enum Verifier<'k> {
    /// The key.
    Key(&'k VerifyingKey),
    /// The key, and its multiples.
    Multiples(&'k Multiples),
}

impl Verifier<'_> {
    /// The key.
    pub const fn key(&self) -> &VerifyingKey {
        match self {
            Self::Key(key) => key,
            Self::Multiples(multiples) => multiples.key(),
        }
    }

    /// Accepts `signature` over `message`, as [`VerifyingKey::verify`] does.
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Result<(), KeyError> {
        match self {
            Self::Key(key) => key.verify(message, signature),
            Self::Multiples(multiples) => multiples.verify(message, signature),
        }
    }

    /// Accepts signatures of which each by itself is accepted.
    pub fn verify_all<const N: usize>(&self, signed: [(&[u8], &[u8; SIGNATURE_LENGTH]); N]) -> Result<(), KeyError> {
        match self {
            Self::Key(key) => signed.iter().try_for_each(|(message, signature)| key.verify(message, signature)),
            Self::Multiples(multiples) => multiples.verify_all(signed),
        }
    }
}

impl<'k> From<&'k VerifyingKey> for Verifier<'k> {
    fn from(key: &'k VerifyingKey) -> Self {
        Self::Key(key)
    }
}

impl<'k> From<&'k Multiples> for Verifier<'k> {
    fn from(multiples: &'k Multiples) -> Self {
        Self::Multiples(multiples)
    }
}
