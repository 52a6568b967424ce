//! Multiples of a key, worked out once: whoever sees the same key all day verifies in a third of the time.
//!
//! Most of the time of S·B − k·A goes into doubling, 250 times for each signature, always the same two points. With every d·256ⁱ·P at hand
//! for d from 1 to 128 and i from 0 to 31, a number times P is the sum of 32 of them, one for each of its digits (Brickell, Gordon,
//! McCurley, Wilson: *Fast exponentiation with precomputation*, 1992; digits from −128 to 128). Nothing here is secret, so nothing needs to
//! take the same time always.
//!
//! The verdict is that of `verify_strict` for every signature, also those that were made to tell verifiers from each other
//! (`docs/decisions/0021`).

use super::{KeyError, SIGNATURE_LENGTH, VerifyingKey};
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use sha2::{Digest, Sha512};
use std::fmt;
use std::sync::LazyLock;

/// Digits of a number below 2^256, and what each may be at most.
const DIGITS: usize = 32;
const GREATEST: usize = 128;

/// The multiples of the base point, for all keys.
static OF_BASE: LazyLock<Table> = LazyLock::new(|| Table::of(&ED25519_BASEPOINT_POINT));

/// A public key and its multiples: 640 KiB, worked out in the time of some twenty verifications.
pub struct Multiples {
    key: VerifyingKey,
    /// Of −A, for the equation subtracts.
    of_key: Table,
}

impl Multiples {
    /// Works out the multiples of a key.
    pub fn of(key: &VerifyingKey) -> Self {
        Self { key: *key, of_key: Table::of(&-key.0.to_edwards()) }
    }

    /// The key.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Says of a signature what [`VerifyingKey::verify`] says of it.
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Result<(), KeyError> {
        self.verify_all([(message, signature)])
    }

    /// Accepts signatures of which each by itself is accepted; points are compressed together, for most of that is one inversion.
    pub fn verify_all<const N: usize>(&self, signed: [(&[u8], &[u8; SIGNATURE_LENGTH]); N]) -> Result<(), KeyError> {
        let terms = signed.map(|(message, signature)| Term::new(&self.key.0, message, signature));
        let points = terms.each_ref().map(|term| term.as_ref().map_or_else(EdwardsPoint::identity, |term| self.nonce(term)));
        let compressed = EdwardsPoint::compress_batch(&points);
        // The same bytes are the same point: what must be asked of R as it came can be asked of this one, and R has its one spelling.
        let hold = terms
            .iter()
            .zip(&points)
            .zip(&compressed)
            .all(|((term, point), compressed)| term.as_ref().is_some_and(|term| term.nonce == *compressed) && !point.is_small_order());
        if hold { Ok(()) } else { Err(KeyError::SignatureInvalid) }
    }

    /// S·B − k·A: R, if the signature holds.
    fn nonce(&self, term: &Term) -> EdwardsPoint {
        // All are looked up before any is added: beside other work the tables lie far off, and the ways to them overlap only so.
        let parts = [OF_BASE.parts(&term.response), self.of_key.parts(&term.challenge)];
        parts.as_flattened().iter().sum()
    }
}

impl fmt::Debug for Multiples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multiples({})", self.key.id())
    }
}

/// What S·B = R + k·A knows of one signature (RFC 8032 §5.1.7).
struct Term {
    /// R, as it is written.
    nonce: CompressedEdwardsY,
    /// S.
    response: Scalar,
    /// k: the hash of R, A and the message.
    challenge: Scalar,
}

impl Term {
    /// Takes a signature apart; none if its S is not the one spelling of a number.
    fn new(key: &ed25519_dalek::VerifyingKey, message: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Option<Self> {
        let (nonce, response) = signature.split_first_chunk::<32>()?;
        let response = Option::<Scalar>::from(Scalar::from_canonical_bytes(*response.first_chunk()?))?;
        let challenge = Sha512::new().chain_update(nonce).chain_update(key.as_bytes()).chain_update(message).finalize();
        let challenge = Scalar::from_bytes_mod_order_wide(&challenge.into());
        Some(Self { nonce: CompressedEdwardsY(*nonce), response, challenge })
    }
}

/// d·256ⁱ·P for each digit: those of the lowest first.
struct Table(Vec<[EdwardsPoint; GREATEST]>);

impl Table {
    fn of(point: &EdwardsPoint) -> Self {
        let mut unit = *point;
        let rows = (0..DIGITS).map(|_| {
            let row = row(&unit);
            let [.., greatest] = &row;
            unit = greatest + greatest;
            row
        });
        Self(rows.collect())
    }

    /// What a number times the point is the sum of: a multiple for each digit.
    fn parts(&self, number: &Scalar) -> [EdwardsPoint; DIGITS] {
        let mut parts = [EdwardsPoint::identity(); DIGITS];
        for ((part, digit), row) in parts.iter_mut().zip(digits(number)).zip(&self.0) {
            let multiple = usize::from(digit.unsigned_abs()).checked_sub(1).and_then(|place| row.get(place));
            if let Some(multiple) = multiple {
                *part = if digit > 0 { *multiple } else { -multiple };
            }
        }
        parts
    }
}

/// d·P for d from 1.
fn row(unit: &EdwardsPoint) -> [EdwardsPoint; GREATEST] {
    let mut sum = EdwardsPoint::identity();
    std::array::from_fn(|_| {
        sum += unit;
        sum
    })
}

/// The digits of a number to the base 256, the lowest first, each from −127 to 128: a greater one borrows from the next.
///
/// A scalar is less than 2^253, so the last digit takes what is carried to it.
fn digits(number: &Scalar) -> impl Iterator<Item = i16> {
    number.to_bytes().into_iter().scan(0_i16, |carry, byte| {
        let digit = i16::from(byte) + *carry;
        *carry = i16::from(digit > 128);
        Some(digit - (*carry << 8))
    })
}

#[cfg(test)]
mod tests;
