//! Seals that the agency did not sign, or not as seals.

use super::Vector;
use crate::world::{Office, World, test_key};
use kanhe_core::envelope::{DocumentType, sign};
use kanhe_core::key::SigningKey;
use kanhe_core::qr::{Scanned, encode_digits};

/// The order of Ed25519's group, least significant byte first (RFC 8032 §5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0x10,
];

pub(super) fn vectors(world: &World) -> Vec<Vector> {
    let seal = Seal::of(&world.food_permit().text());
    let key = Office::Guangzhou.key();
    let forged = |name: &str, seal: Seal| Vector::new(name, seal.text()).refused("signature_invalid", "signature");
    // No agency signs what is no seal, and nobody alters a seal into what is none: part of it was not read.
    let damaged = |name: &str, seal: Seal| Vector::new(name, seal.text()).unknown("seal_damaged", "read");
    let flipped = |at: usize| {
        let mut seal = seal.clone();
        seal.payload[at] ^= 1;
        seal
    };
    let signed_as = |document| seal.signed(sign(document, &seal.payload, &key));
    let mut identity = [0; 64];
    identity[0] = 1;
    vec![
        Vector::new("key-of-a-stranger", world.food_permit().signed_by(test_key("a stranger")).text()).unknown("issuer_unknown", "issuer"),
        Vector::new("key-id-of-nobody", seal.clone().of_key([0; 8]).text()).unknown("issuer_unknown", "issuer"),
        forged(
            "strangers-signature-under-the-agencys-key-id",
            seal.signed(sign(DocumentType::Seal, &seal.payload, &test_key("a stranger"))),
        ),
        forged("key-id-of-another-agency", seal.clone().of_key(*Office::Housing.key().verifying_key().id().as_bytes())),
        forged("key-id-of-another-key-of-the-agency", seal.clone().of_key(*Office::Guangzhou.old_key().verifying_key().id().as_bytes())),
        damaged("one-bit-of-the-array-s-head", flipped(0)),
        forged("one-bit-of-the-kind", flipped(1)),
        forged("one-bit-of-the-last-field", flipped(seal.payload.len() - 1)),
        forged("one-bit-of-r", seal.with_signature(|signature| signature[0] ^= 1)),
        forged("one-bit-of-s", seal.with_signature(|signature| signature[32] ^= 1)),
        forged("s-plus-the-group-order", seal.with_signature(add_order)),
        forged("signature-of-zeros", seal.signed([0; 64])),
        forged("signature-of-the-neutral-point", seal.signed(identity)),
        forged("signature-of-another-seal", seal.signed(Seal::of(&world.title().text()).signature)),
        forged("payload-of-another-seal", Seal { payload: Seal::of(&world.title().text()).payload, ..seal.clone() }),
        forged("signed-as-a-certificate", signed_as(DocumentType::Certificate)),
        forged("signed-as-a-status-list", signed_as(DocumentType::StatusList)),
        forged("signed-without-a-header", seal.signed(bare(&key, &seal.payload))),
        damaged("last-byte-of-the-payload-lost", Seal { payload: seal.payload[..seal.payload.len() - 1].to_vec(), ..seal.clone() }),
        damaged("byte-behind-the-payload", Seal { payload: [&seal.payload[..], &[0]].concat(), ..seal.clone() }),
    ]
}

/// A seal's bytes, taken apart.
#[derive(Clone)]
struct Seal {
    key_id: [u8; 8],
    payload: Vec<u8>,
    signature: [u8; 64],
}

impl Seal {
    fn of(text: &str) -> Self {
        let scanned = Scanned::parse(text).unwrap();
        let (key_id, rest) = scanned.bytes()[1..].split_first_chunk().unwrap();
        let (payload, signature) = rest.split_last_chunk().unwrap();
        Self { key_id: *key_id, payload: payload.to_vec(), signature: *signature }
    }

    fn of_key(self, key_id: [u8; 8]) -> Self {
        Self { key_id, ..self }
    }

    fn signed(&self, signature: [u8; 64]) -> Self {
        Self { signature, ..self.clone() }
    }

    fn with_signature(&self, change: impl FnOnce(&mut [u8; 64])) -> Self {
        let mut signature = self.signature;
        change(&mut signature);
        self.signed(signature)
    }

    fn text(&self) -> String {
        encode_digits(&[&[1], &self.key_id[..], &self.payload, &self.signature].concat())
    }
}

/// The other spelling of the same S, which verifiers without RFC 8032 §5.1.7's check accept.
fn add_order(signature: &mut [u8; 64]) {
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
}

fn bare(key: &SigningKey, payload: &[u8]) -> [u8; 64] {
    key.sign(payload)
}
