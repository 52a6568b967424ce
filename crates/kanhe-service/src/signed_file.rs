//! A signed file as it is handed out.

use axum::body::Bytes;
use axum::http::HeaderValue;
use sha2::{Digest, Sha256};

/// The bytes of a file that proves itself, shared by all who fetch it, and the entity tag by which they know it again (RFC 9110 §8.8.3).
#[derive(Clone, Debug)]
pub struct SignedFile {
    bytes: Bytes,
    digest: [u8; 32],
    tag: HeaderValue,
}

impl SignedFile {
    /// A file with its SHA-256 as entity tag.
    pub fn new(bytes: Vec<u8>) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).filter_map(|nibble| DIGITS.get(usize::from(nibble)).copied());
        let quoted: Vec<u8> = std::iter::once(b'"').chain(digits).chain(std::iter::once(b'"')).collect();
        // safe: a header takes every visible ASCII character
        let tag = HeaderValue::from_bytes(&quoted).expect("hexadecimal digits in quotes");
        Self { bytes: bytes.into(), digest, tag }
    }

    /// The file; another hold on the same bytes.
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Its SHA-256.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Its entity tag.
    pub const fn tag(&self) -> &HeaderValue {
        &self.tag
    }
}

impl AsRef<[u8]> for SignedFile {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_digest() {
        let file = SignedFile::new(b"abc".to_vec());
        // FIPS 180-4, appendix B.1.
        assert_eq!(file.tag(), "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
        assert_eq!((file.bytes().as_ref(), file.digest()), (b"abc".as_slice(), &Sha256::digest(b"abc").into()));
    }
}
