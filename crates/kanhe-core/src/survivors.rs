//! Survivors: the honest seals of a key that was stolen, so that they stay good when nothing else that the key signs does.
//!
//! ```cddl
//! survivors = { 0 => region, 1 => cose-key, 2 => before, 3 => issued, 4 => hashes: bstr }
//! before    = uint .size 8                        ; the log's index from which on the key counts no more
//! ```
//!
//! `hashes` are the first 16 bytes of SHA-256 of each seal's QR code before its signature, in rising order, one after the other. The
//! region's root key signs the list from its log; an auditor can make it again.

use crate::code::RegionCode;
use crate::envelope::{Document, DocumentType};
use crate::key::VerifyingKey;
use crate::wire;
use jiff::Timestamp;
use minicbor::{Decode, Encode, decode::Error};
use thiserror::Error as ThisError;

/// Bytes of a hash.
const HASH: usize = 16;

/// A list has at most so many hashes: no key of one agency has signed more certificates in its term.
pub const MOST_SURVIVORS: usize = 16 << 20;

/// The parts of a list; [`Survivors::new`] makes them one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contents {
    /// The region that signs the list.
    #[n(0)]
    pub region: RegionCode,
    /// The key that was stolen.
    #[n(1)]
    #[cbor(with = "wire::cose_key")]
    pub key: VerifyingKey,
    /// The log's index from which on it counts no more.
    #[n(2)]
    pub before: u64,
    /// When the list was made.
    #[n(3)]
    #[cbor(with = "wire::moment")]
    pub issued: Timestamp,
    /// The hashes of the honest seals, in rising order.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub hashes: Vec<u8>,
}

/// The honest seals of one stolen key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivors(Contents);

impl Survivors {
    /// Accepts the parts if the hashes are whole and in order.
    pub fn new(contents: Contents) -> Result<Self, SurvivorsError> {
        let (hashes, rest) = contents.hashes.as_chunks::<HASH>();
        if !rest.is_empty() {
            return Err(SurvivorsError::Length { found: contents.hashes.len() });
        }
        if hashes.len() > MOST_SURVIVORS {
            return Err(SurvivorsError::TooMany { found: hashes.len(), most: MOST_SURVIVORS });
        }
        if hashes.windows(2).any(|pair| matches!(pair, [one, other] if one >= other)) {
            return Err(SurvivorsError::Order);
        }
        Ok(Self(contents))
    }

    /// Puts hashes in order, each once, and makes the list of them.
    pub fn of(
        region: RegionCode,
        key: VerifyingKey,
        before: u64,
        issued: Timestamp,
        mut hashes: Vec<[u8; HASH]>,
    ) -> Result<Self, SurvivorsError> {
        hashes.sort_unstable();
        hashes.dedup();
        Self::new(Contents { region, key, before, issued, hashes: hashes.concat() })
    }

    /// The region that signs the list.
    pub const fn region(&self) -> &RegionCode {
        &self.0.region
    }

    /// The key that was stolen.
    pub const fn key(&self) -> &VerifyingKey {
        &self.0.key
    }

    /// The index of the log from which on the key counts no more.
    pub const fn before(&self) -> u64 {
        self.0.before
    }

    /// When it was made.
    pub const fn issued(&self) -> Timestamp {
        self.0.issued
    }

    /// Whether the list is about a key with this cut-off: one made for an earlier cut-off would let too much pass.
    pub fn is_of(&self, key: &VerifyingKey, before: u64) -> bool {
        self.0.key == *key && self.0.before == before
    }

    /// Whether a seal is among the honest ones.
    pub fn include(&self, seal: &[u8; HASH]) -> bool {
        self.0.hashes.as_chunks::<HASH>().0.binary_search(seal).is_ok()
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.hashes.len() / HASH
    }

    /// The deterministic CBOR that is signed.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(&self.0)
    }
}

impl<'b> Document<'b> for Survivors {
    const TYPE: DocumentType = DocumentType::Survivors;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        Self::new(minicbor::decode(payload)?).map_err(|_| Error::message("survivors"))
    }
}

/// Why parts are no list of survivors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum SurvivorsError {
    /// The hashes are no whole number of 16 bytes.
    #[error("{found} bytes are no whole number of hashes")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// Too many hashes.
    #[error("a list has at most {most} survivors, this one {found}")]
    TooMany {
        /// Hashes found.
        found: usize,
        /// Hashes allowed.
        most: usize,
    },
    /// Hashes out of order, or one twice.
    #[error("the hashes are not in rising order")]
    Order,
}

impl SurvivorsError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "survivors_length",
            Self::TooMany { .. } => "survivors_too_many",
            Self::Order => "survivors_order",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SigningKey;

    fn list(hashes: Vec<[u8; HASH]>) -> Survivors {
        let key = SigningKey::from_seed(&[7; 32]).verifying_key();
        Survivors::of(RegionCode::parse("440000").unwrap(), key, 5, Timestamp::UNIX_EPOCH, hashes).unwrap()
    }

    #[test]
    fn a_seal_is_found_among_the_survivors_and_no_other() {
        let list = list(vec![[3; HASH], [1; HASH], [2; HASH], [1; HASH]]);
        assert_eq!(list.count(), 3);
        assert!([1, 2, 3].iter().all(|byte| list.include(&[*byte; HASH])));
        assert!([0, 4, 255].iter().all(|byte| !list.include(&[*byte; HASH])));
        assert_eq!(Survivors::decode(&list.encode()).unwrap(), list);
    }

    #[test]
    fn a_list_has_one_spelling() {
        let contents = list(vec![[1; HASH], [2; HASH]]).0;
        let refused = |hashes: Vec<u8>| Survivors::new(Contents { hashes, ..contents.clone() }).unwrap_err().code();
        assert_eq!(refused(vec![0; 17]), "survivors_length");
        assert_eq!(refused([[2; HASH], [1; HASH]].concat()), "survivors_order");
        assert_eq!(refused([[1; HASH], [1; HASH]].concat()), "survivors_order");
    }

    #[test]
    fn a_list_for_another_cut_off_or_key_is_not_the_one() {
        let list = list(vec![[1; HASH]]);
        let key = SigningKey::from_seed(&[7; 32]).verifying_key();
        assert!(list.is_of(&key, 5));
        assert!(!list.is_of(&key, 4));
        assert!(!list.is_of(&SigningKey::from_seed(&[8; 32]).verifying_key(), 5));
    }
}
