//! Keys that own their algorithm, so that no signature can be checked by another algorithm's rules.

mod multiples;
mod signer;
mod verifier;

pub use multiples::Multiples;
pub use signer::{SignError, Signer};
pub use verifier::Verifier;

use crate::hex::Hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signature;
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// Length in bytes of an Ed25519 signature (RFC 8032 §5.1.6), the only kind there is today.
pub const SIGNATURE_LENGTH: usize = 64;

/// The longest public key line: a name of 200 characters, the hash and the key.
const LONGEST_LINE: usize = 300;

/// The signature type byte of Ed25519 in a signed-note verifier key (C2SP signed-note).
const NOTE_ED25519: u8 = 0x01;

/// How a key signs, by its COSE number (RFC 9053 §2.2, RFC 9864).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Pure Ed25519, verified strictly. COSE `EdDSA`, -8.
    Ed25519,
}

impl Algorithm {
    /// The COSE algorithm number.
    pub const fn cose_number(self) -> i64 {
        match self {
            Self::Ed25519 => -8,
        }
    }

    /// The algorithm with a COSE number, if kanhe knows it.
    pub const fn of_cose_number(number: i64) -> Option<Self> {
        match number {
            -8 => Some(Self::Ed25519),
            _ => None,
        }
    }
}

/// A hint which key may have signed: the first 8 bytes of SHA-256 of the public key. Two keys may share one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// A key id as it stands in a header.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The 8 bytes.
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A public key with its algorithm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Takes the 32 bytes of an Ed25519 public key; refuses what is no point of the curve or of small order.
    pub fn from_ed25519(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotOnCurve)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// How this key signs.
    pub const fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    /// The raw public key, 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The hint by which a header names this key.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.as_bytes());
        let mut id = [0; 8];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        KeyId(id)
    }

    /// Accepts `signature` over `message`, by the strict rules: canonical S, no small-order points (RFC 8032 §5.1.7 and `verify_strict`).
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Result<(), KeyError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| KeyError::SignatureInvalid)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.id())
    }
}

/// A private key; wiped from memory when dropped, and never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Takes the 32 secret bytes of an Ed25519 key (RFC 8032 §5.1.5), drawn at the edge.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The secret bytes, for writing into an encrypted file and nowhere else.
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs a message; Ed25519 needs no dice.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LENGTH] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(…{})", self.verifying_key().id())
    }
}

/// A public key with the name of its owner, as one line of text: the *verifier key* of C2SP signed-note.
///
/// ```text
/// guangdong.example/root+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyLine {
    name: String,
    key: VerifyingKey,
}

impl PublicKeyLine {
    /// Names a key; a name has no spaces, no plus sign and at most 200 characters.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, KeyError> {
        Self::check_name(name)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// Says whether a key could bear a name, before there is one.
    pub fn check_name(name: &str) -> Result<(), KeyError> {
        let fits =
            !name.is_empty() && name.chars().count() <= 200 && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
        if fits { Ok(()) } else { Err(KeyError::Name) }
    }

    /// Reads one line; the hash in the middle guards against a mistyped name or key.
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let line = line.trim();
        if line.len() > LONGEST_LINE {
            return Err(KeyError::LineLength { length: line.len(), most: LONGEST_LINE });
        }
        let mut parts = line.splitn(3, '+');
        let (Some(name), Some(hash), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Line);
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::Line)?;
        let [NOTE_ED25519, raw @ ..] = bytes.as_slice() else { return Err(KeyError::Line) };
        let raw: &[u8; 32] = raw.try_into().map_err(|_| KeyError::Line)?;
        let line = Self::new(name, VerifyingKey::from_ed25519(raw)?)?;
        if line.hash() == hash { Ok(line) } else { Err(KeyError::LineHash { found: hash.to_owned(), expected: line.hash() }) }
    }

    /// Whose key it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    fn hash(&self) -> String {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', NOTE_ED25519]).chain_update(self.key.as_bytes()).finalize();
        let (first, _) = digest.split_at(4);
        Hex(first).to_string()
    }
}

impl fmt::Display for PublicKeyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tagged = vec![NOTE_ED25519];
        tagged.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, self.hash(), STANDARD.encode(tagged))
    }
}

/// Why a key or a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The bytes are no point of the curve.
    #[error("these 32 bytes are no Ed25519 public key")]
    NotOnCurve,
    /// A point of small order verifies signatures of anybody.
    #[error("this public key is weak (small order)")]
    Weak,
    /// The signature does not belong to this key and message.
    #[error("the signature does not match")]
    SignatureInvalid,
    /// A key's name is empty, too long, or has spaces or a plus sign.
    #[error("a key's name has 1 to 200 characters, without spaces or '+'")]
    Name,
    /// The line is longer than any public key line.
    #[error("a public key line has at most {most} bytes, this one {length}")]
    LineLength {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The line is not `name+hash+base64` with an Ed25519 key.
    #[error("this is no public key line (name+hash+key)")]
    Line,
    /// The hash does not belong to the name and key.
    #[error("the public key line says hash {found}, its name and key give {expected}")]
    LineHash {
        /// The hash in the line.
        found: String,
        /// The hash of what the line says.
        expected: String,
    },
}

impl KeyError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOnCurve => "key_not_on_curve",
            Self::Weak => "key_weak",
            Self::SignatureInvalid => "signature_invalid",
            Self::Name => "key_name",
            Self::LineLength { .. } => "key_line_length",
            Self::Line => "key_line_malformed",
            Self::LineHash { .. } => "key_line_hash",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_line_of_the_tessera_log_is_read_and_written_alike() {
        let line = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
        assert_eq!(PublicKeyLine::parse(line).unwrap().to_string(), line);
    }

    #[test]
    fn a_mistyped_name_is_caught_by_the_hash() {
        let line = "example.com/log/testdate+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
        assert_eq!(PublicKeyLine::parse(line).unwrap_err().code(), "key_line_hash");
        assert_eq!(PublicKeyLine::parse("no key here").unwrap_err().code(), "key_line_malformed");
        assert_eq!(PublicKeyLine::parse(&"x".repeat(301)).unwrap_err().code(), "key_line_length");
    }

    #[test]
    fn a_weak_key_is_no_key() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(VerifyingKey::from_ed25519(&neutral), Err(KeyError::Weak));
    }

    #[test]
    fn a_private_key_does_not_print_itself() {
        let key = SigningKey::from_seed(&[0x5a; 32]);
        assert!(!format!("{key:?}").to_lowercase().contains("5a5a"));
    }
}
