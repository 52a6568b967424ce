//! The hashes of the tree (RFC 6962 §2.1): a leaf and a node can never be taken for each other.

use crate::text;
use kanhe_core::hex::Hex;
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// Length in bytes of every hash of the tree: SHA-256.
pub const HASH_LENGTH: usize = 32;

/// 32 bytes are 44 characters of base64; a line of any other length is not decoded.
const LINE_LENGTH: usize = 44;

/// The hash of a leaf, of a node or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LENGTH]);

impl Hash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// A hash from its 32 bytes.
    pub const fn new(bytes: [u8; HASH_LENGTH]) -> Self {
        Self(bytes)
    }

    /// Takes a hash from a slice, which may be no other than 32 bytes long.
    pub fn decode(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError::Length { found: bytes.len() })
    }

    /// Reads one line of base64, as it stands in checkpoints and proofs.
    pub fn parse(line: &str) -> Result<Self, HashError> {
        let line = Some(line).filter(|line| line.len() == LINE_LENGTH);
        line.and_then(text::base64).ok_or(HashError::NotBase64).and_then(|bytes| Self::decode(&bytes))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_LENGTH] {
        &self.0
    }
}

/// Base64, as in checkpoints and proofs.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::to_base64(&self.0))
    }
}

/// The first eight bytes in hex: enough to tell hashes apart in a log line.
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, _) = self.0.split_at(8);
        write!(f, "Hash({}…)", Hex(first))
    }
}

/// How many leaves a tree has, and its root: the two mean nothing apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Leaves in the tree.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
}

impl TreeHead {
    /// The head of the tree without leaves.
    pub const EMPTY: Self = Self { size: 0, root: Hash::EMPTY_ROOT };
}

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into())
}

/// The hash of a node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root over hashes that stand side by side. Level by level: a hash without a neighbour moves up as it is, which is the tree of RFC 6962.
pub(crate) fn root_over(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).filter_map(pair).collect();
    }
    level.first().copied().unwrap_or(Hash::EMPTY_ROOT)
}

fn pair(nodes: &[Hash]) -> Option<Hash> {
    match nodes {
        [left, right] => Some(node_hash(left, right)),
        [alone] => Some(*alone),
        _ => None,
    }
}

/// Joins complete trees, the largest first, into the root of one tree.
pub(crate) fn root_of_peaks(peaks: &[Hash]) -> Hash {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or(Hash::EMPTY_ROOT)
}

/// Why bytes or a line are no hash.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HashError {
    /// A hash has 32 bytes.
    #[error("a hash has {HASH_LENGTH} bytes, this one {found}")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// A line is 44 characters of base64.
    #[error("a hash is a line of {LINE_LENGTH} base64 characters")]
    NotBase64,
}

impl HashError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "log_hash_length",
            Self::NotBase64 => "log_hash_not_base64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(Hash::EMPTY_ROOT.as_bytes()[..], Sha256::digest([])[..]);
    }

    #[test]
    fn a_leaf_of_two_hashes_is_not_the_node_over_them() {
        let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let both = [*left.as_bytes(), *right.as_bytes()].concat();
        assert_ne!(leaf_hash(&both), node_hash(&left, &right));
    }

    #[test]
    fn a_hash_is_written_as_it_was_read() {
        let line = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(Hash::parse(line).unwrap().to_string(), line);
        assert_eq!(format!("{:?}", Hash::EMPTY_ROOT), "Hash(e3b0c44298fc1c14…)");
    }

    #[test]
    fn what_is_not_32_bytes_is_no_hash() {
        assert_eq!(Hash::decode(&[0; 31]).unwrap_err().code(), "log_hash_length");
        for line in ["", "AAAA", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="] {
            assert_eq!(Hash::parse(line).unwrap_err().code(), "log_hash_not_base64", "{line}");
        }
        assert_eq!(Hash::parse(&"A".repeat(44)).unwrap_err().code(), "log_hash_length");
    }
}
