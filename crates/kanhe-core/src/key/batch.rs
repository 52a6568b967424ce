//! Many signatures of one key, checked by one equation.
//!
//! A signature (R, S) holds for a message if S·B = R + k·A, where k is the hash of R, A and the message (RFC 8032 §5.1.7). If every one of
//! many holds, so does their sum, each taken as often as chance says (Bernstein, Duif, Lange, Schwabe, Yang: *High-speed high-security
//! signatures*, 2012, §5); with A the same in all of them it is
//!
//! ```text
//! (Σ zᵢSᵢ)·B − (Σ zᵢkᵢ)·A − Σ zᵢ·Rᵢ = 0
//! ```
//!
//! If one of them is wrong, the sum is not zero but once in 2^128. What this cannot see, and why it does not matter where we ask it, stands
//! in `docs/decisions/0019`.

use super::SIGNATURE_LENGTH;
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use sha2::{Digest, Sha512};

/// What an equation knows of one signature.
struct Term {
    nonce: CompressedEdwardsY,
    response: Scalar,
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

/// Whether all these signatures are by one key; a no does not say which is not.
pub(super) fn all_hold<M: AsRef<[u8]>>(key: &ed25519_dalek::VerifyingKey, signed: &[(M, &[u8; SIGNATURE_LENGTH])]) -> bool {
    let point = key.to_edwards();
    let terms = signed.iter().map(|(message, signature)| Term::new(key, message.as_ref(), signature)).collect::<Option<Vec<_>>>();
    // The argument of 0019 begins with a key in the group of prime order; any other is verified signature by signature.
    let Some(terms) = terms.filter(|_| point.is_torsion_free()) else { return false };
    let weights = weights(key, &terms);
    let sum_of = |part: fn(&Term) -> &Scalar| terms.iter().zip(&weights).map(|(term, weight)| part(term) * weight).sum::<Scalar>();
    let ends = [sum_of(|term| &term.challenge), -sum_of(|term| &term.response)];
    let points = terms.iter().map(|term| term.nonce.decompress()).chain([Some(point), Some(ED25519_BASEPOINT_POINT)]);
    EdwardsPoint::optional_multiscalar_mul(weights.iter().chain(&ends), points).is_some_and(|sum| sum.is_identity())
}

/// How often each signature is taken: 128 bits of a hash of everything that is checked, so nobody can choose a signature by them, and the
/// core needs no dice.
fn weights(key: &ed25519_dalek::VerifyingKey, terms: &[Term]) -> Vec<Scalar> {
    let mut all = Sha512::new().chain_update(b"kanhe signature batch v1\n").chain_update(key.as_bytes());
    for term in terms {
        all.update(term.nonce.as_bytes());
        all.update(term.challenge.as_bytes());
        all.update(term.response.as_bytes());
    }
    let seed = all.finalize();
    let drawn = (0_u64..).flat_map(|number| {
        let hash: [u8; 64] = Sha512::new().chain_update(seed).chain_update(number.to_be_bytes()).finalize().into();
        let (quarters, _) = hash.as_chunks::<16>();
        <[[u8; 16]; 4]>::try_from(quarters).unwrap_or_default()
    });
    drawn.take(terms.len()).map(|bytes| Scalar::from(u128::from_be_bytes(bytes))).collect()
}

#[cfg(test)]
mod tests;
