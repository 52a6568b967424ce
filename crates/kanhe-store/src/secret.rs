//! The library's secret, and what is derived from it: the ciphers of records and of cursors, the keyed hashes of the indexes, and
//! the order in which status slots are given out.
//!
//! Records are encrypted with AES-256-GCM-SIV (RFC 8452), whose associated data is the place of the record: a value moved to another
//! place does not open. The nonce is taken from the place too, so no dice are thrown; GCM-SIV forgives a second value at one place and
//! tells at most that it is the same as the first.

use crate::error::StoreError;
use crate::family::Family;
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use kanhe_core::code::HolderCode;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Thirty-two bytes of chance that a library is made with, and that every other of its keys comes from.
pub struct LibrarySecret(Zeroizing<[u8; 32]>);

impl LibrarySecret {
    /// Takes bytes that were drawn from the system's dice.
    pub const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The bytes, to lock them away.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A value that tells one secret from another, and nothing about it: it stands in the database.
    pub(crate) fn fingerprint(&self) -> [u8; 16] {
        first(&self.derive(b"kanhe library fingerprint v1"))
    }

    fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        Keyed::by(&self.0).hash(&[purpose])
    }
}

/// The keys of an open library.
#[derive(Clone)]
pub(crate) struct Keys {
    cipher: Aes256GcmSiv,
    cursors: Aes256GcmSiv,
    index: Keyed,
    slots: Keyed,
}

impl Keys {
    pub(crate) fn of(secret: &LibrarySecret) -> Self {
        let cipher = |purpose| Aes256GcmSiv::new((&*secret.derive(purpose)).into());
        Self {
            cipher: cipher(b"kanhe library records v1"),
            cursors: cipher(b"kanhe library cursors v1"),
            index: Keyed::by(&secret.derive(b"kanhe library index v1")),
            slots: Keyed::by(&secret.derive(b"kanhe library slots v1")),
        }
    }

    /// Encrypts a value for one place.
    pub(crate) fn seal(&self, family: Family, key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (nonce, place) = place(family, key);
        self.cipher.encrypt(&nonce, Payload { msg: value, aad: &place }).map_err(|_| StoreError::Unsealable { family: family.name() })
    }

    /// Decrypts the value of a place.
    pub(crate) fn open(&self, family: Family, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (nonce, place) = place(family, key);
        self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: &place }).map_err(|_| StoreError::Sealed { family: family.name() })
    }

    /// Encrypts where a list goes on, for this list alone: whoever carries it about learns nothing of what stands there.
    pub(crate) fn seal_cursor(&self, list: &[u8; 32], key: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; 12] = first(list);
        self.cursors.encrypt(&nonce.into(), Payload { msg: key, aad: list }).map_err(|_| StoreError::Cursor)
    }

    /// Decrypts where a list goes on.
    pub(crate) fn open_cursor(&self, list: &[u8; 32], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; 12] = first(list);
        self.cursors.decrypt(&nonce.into(), Payload { msg: sealed, aad: list }).map_err(|_| StoreError::Cursor)
    }

    /// What stands in the index for a holder: who has the database and not the secret cannot try numbers.
    pub(crate) fn holder(&self, code: &HolderCode) -> [u8; 16] {
        self.holder_spelt(code, code.expose())
    }

    /// Under what a holder is looked for: who has a passport may have been entered in other letters, before they were capitals alone.
    pub(crate) fn holders(&self, code: &HolderCode) -> Vec<[u8; 16]> {
        code.spellings().iter().map(|spelling| self.holder_spelt(code, spelling)).collect()
    }

    fn holder_spelt(&self, code: &HolderCode, spelling: &str) -> [u8; 16] {
        let kind = code.kind().code().to_be_bytes();
        first(&self.index.hash(&[b"holder", &kind, spelling.as_bytes()]))
    }

    /// What stands in the database for something that is only ever compared.
    pub(crate) fn veil(&self, bytes: &[u8]) -> [u8; 16] {
        first(&self.index.hash(&[b"veil", bytes]))
    }

    /// What stands in the index for a piece of a name.
    pub(crate) fn piece(&self, piece: &str) -> [u8; 8] {
        first(&self.index.hash(&[b"piece", piece.as_bytes()]))
    }

    /// One round of the permutation that gives out the slots of a page.
    pub(crate) fn slot_round(&self, agency: &str, page: u32, round: u8, half: u16) -> u16 {
        let parts: [&[u8]; 4] = [agency.as_bytes(), &page.to_be_bytes(), &[round], &half.to_be_bytes()];
        u16::from_be_bytes(first(&self.slots.hash(&parts)))
    }
}

/// HMAC-SHA-256 under one key (RFC 2104), which is worked in once and not for every hash.
#[derive(Clone)]
struct Keyed(Hmac<Sha256>);

impl Keyed {
    fn by(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length")) // safe: see RFC 2104 §3
    }

    fn hash(&self, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut mac = self.0.clone();
        for part in parts {
            // Each part behind its length: no two lists of parts are one string of bytes.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// The first bytes of a hash.
pub(crate) fn first<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    const { assert!(N <= 32, "a hash has 32 bytes") };
    *hash.first_chunk().expect("a hash has 32 bytes") // safe: more are not asked for, or this is not compiled
}

fn place(family: Family, key: &[u8]) -> (Nonce, Vec<u8>) {
    let mut place = Vec::with_capacity(family.name().len() + 1 + key.len());
    place.extend_from_slice(family.name().as_bytes());
    place.push(0);
    place.extend_from_slice(key);
    let nonce: [u8; 12] = first(&Sha256::digest(&place).into());
    (nonce.into(), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::code::HolderCodeType;

    fn keys(byte: u8) -> Keys {
        Keys::of(&LibrarySecret::new(Zeroizing::new([byte; 32])))
    }

    #[test]
    fn a_record_opens_at_its_own_place_alone() {
        let keys_here = keys(1);
        let sealed = keys_here.seal(Family::Certificates, b"1", b"words").unwrap();
        assert_eq!(keys_here.open(Family::Certificates, b"1", &sealed).unwrap(), b"words");
        assert!(!sealed.windows(5).any(|window| window == b"words"));
        for (family, key) in [(Family::Certificates, &b"2"[..]), (Family::Events, b"1")] {
            assert_eq!(keys_here.open(family, key, &sealed).unwrap_err().code(), "store_sealed");
        }
        assert_eq!(keys(2).open(Family::Certificates, b"1", &sealed).unwrap_err().code(), "store_sealed");
    }

    #[test]
    fn an_index_entry_depends_on_the_secret_and_on_the_kind_of_code() {
        let code = |kind| HolderCode::new(kind, "440524188001010014").unwrap();
        let resident = code(HolderCodeType::ResidentId);
        assert_ne!(keys(1).holder(&resident), keys(2).holder(&resident));
        assert_ne!(
            keys(1).holder(&resident),
            keys(1).holder(&HolderCode::new_foreign(HolderCodeType::OtherPerson, "440524188001010014").unwrap().0)
        );
        assert_ne!(keys(1).piece("张三"), keys(2).piece("张三"));
    }
}
