//! What only its owner has: drawn from chance, shown once, and kept as a hash.
//!
//! It has 256 bits, so nobody tries them through, and a plain SHA-256 keeps it. Hashes are compared, not secrets: how long a comparison
//! takes tells of the hash of what was sent, from which nobody finds the secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Letters that nobody reads for another: Crockford's base32, in lower case.
const LETTERS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't',
    'v', 'w', 'x', 'y', 'z',
];

/// Thirty-two bytes that prove who has them.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes bytes that nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the text of a secret: 43 characters of base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The text, for its owner.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.0)
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(*self.0).into()
    }

    /// Another value that who has the secret can make, and nobody else.
    pub fn derive(&self, purpose: &str) -> String {
        let mut hash = Sha256::new_with_prefix(purpose.as_bytes());
        hash.update([0]);
        hash.update(*self.0);
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// A letter for each byte of chance, five bits of it.
pub(super) fn letters(chance: &[u8]) -> impl Iterator<Item = char> {
    chance.iter().filter_map(|byte| LETTERS.get(usize::from(byte & 31)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_written_and_in_no_other_spelling() {
        let secret = Secret::new([0xfb; 32]);
        let text = secret.text();
        assert_eq!(Secret::parse(&text).unwrap().hash(), secret.hash());
        for other in [format!("{text}="), text.replace('-', "+"), text[1..].to_owned(), String::new(), format!("{text}A")] {
            assert!(Secret::parse(&other).is_none(), "{other}");
        }
        assert_ne!(secret.derive("a"), secret.derive("b"));
    }

    #[test]
    fn letters_are_told_apart() {
        assert_eq!(letters(&[0, 31, 32, 255]).collect::<String>(), "0z0z");
        assert!(!LETTERS.iter().any(|letter| "ilou".contains(*letter)));
    }
}
