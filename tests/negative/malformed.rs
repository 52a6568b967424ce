//! Payloads that the agency signed as a seal, and that are none: everything but the one deterministic spelling of the right shape.

use super::Vector;
use crate::world::payload::{Item, Payload, encoded, payload_of};
use crate::world::{Office, Province, World};
use kanhe_core::manifest::Manifest;

pub(super) fn vectors(world: &World) -> Vec<Vector> {
    let permit = world.food_permit();
    let good = Payload::of(&permit.payload());
    let signed = |name: &str, payload: Vec<u8>| Vector::new(name, permit.text_of(&payload)).refused("seal_malformed", "signature");
    let item = |name: &str, item: Item, bytes: &[u8]| signed(name, good.clone().with_bytes(item, bytes).bytes());
    let whole = good.bytes();
    vec![
        signed("payload-is-an-empty-array", vec![0x80]),
        signed("payload-is-a-map", vec![0xa0]),
        signed("payload-is-no-cbor", vec![0xff; 40]),
        signed("byte-behind-the-array", [&whole[..], &[0]].concat()),
        signed("cut-inside-an-item", whole[..whole.len() - 3].to_vec()),
        signed("one-item-more", good.clone().and(0_u8).bytes()),
        signed("one-item-fewer", good.clone().cut().bytes()),
        signed("array-of-indefinite-length", [&[0x9f], &whole[1..], &[0xff]].concat()),
        signed("array-head-not-shortest", [&[0x98, 0x0c], &whole[1..]].concat()),
        item("number-not-shortest", Item::Kind, &[0x18, 0x01]),
        item("negative-not-shortest", Item::Lead, &[0x38, 0x00]),
        item("bytes-not-shortest", Item::Digest, &[&[0x58, 0x10], &[7; 16][..]].concat()),
        item("bytes-of-indefinite-length", Item::Digest, &[&[0x5f, 0x50], &[7; 16][..], &[0xff]].concat()),
        item("text-of-indefinite-length", Item::Serial, &[0x7f, 0x61, 0x41, 0xff]),
        item("text-that-is-no-utf-8", Item::Serial, &[0x62, 0xc3, 0x28]),
        item("map-with-keys-out-of-order", Item::Fields, &[0x81, 0xa2, 0x02, 0x00, 0x01, 0x00]),
        item("map-with-a-key-twice", Item::Fields, &[0x81, 0xa2, 0x01, 0x00, 0x01, 0x00]),
        item("float", Item::Slot, &[0xf9, 0x47, 0x00]),
        item("tagged-day", Item::From, &[0xd8, 0x64, 0x19, 0x50, 0x00]),
        item("undefined", Item::Until, &[0xf7]),
        item("simple-value", Item::Until, &[0xf0]),
        item("nested-too-deep", Item::Fields, &[&[0x81; 17][..], &[0x00]].concat()),
        item("kind-beyond-sixteen-bits", Item::Kind, &encoded(65_536_u32)),
        item("kind-negative", Item::Kind, &encoded(-1)),
        item("dictionary-as-text", Item::Dictionary, &encoded("1")),
        item("serial-with-a-zero-in-front", Item::Serial, &[0x43, 0x00, 0x24, 0x10]),
        item("serial-spelt-out-though-it-is-short", Item::Serial, &encoded("20240017")),
        item("serial-as-a-number", Item::Serial, &encoded(17)),
        item("slot-beyond-thirty-two-bits", Item::Slot, &encoded(1_u64 << 32)),
        item("slot-negative", Item::Slot, &encoded(-8)),
        item("digest-of-fifteen-bytes", Item::Digest, &[&[0x4f], &[7; 15][..]].concat()),
        item("digest-of-seventeen-bytes", Item::Digest, &[&[0x51], &[7; 17][..]].concat()),
        item("digest-as-text", Item::Digest, &encoded("0123456789abcdef")),
        item("until-before-from", Item::Until, &encoded(20_000)),
        item("from-beyond-the-calendar", Item::From, &encoded(i32::MAX)),
        item("issued-before-the-calendar", Item::Lead, &encoded(i32::MAX)),
        item("lead-that-overflows", Item::Lead, &encoded(i32::MIN)),
        item("until-beyond-the-calendar", Item::Until, &encoded(i32::MAX)),
        signed("certificate-signed-as-a-seal", world.food_permit().without("premises").certificate().encode()),
        signed("status-list-signed-as-a-seal", payload_of(&world.pack().list(Office::Guangzhou))),
        signed("manifest-signed-as-a-seal", short_manifest(world)),
    ]
}

fn short_manifest(world: &World) -> Vec<u8> {
    let mut contents = Province::Guangdong.manifest(&world.dictionary);
    contents.kinds.clear();
    contents.agencies.truncate(1);
    contents.agencies[0].kinds.clear();
    Manifest::new(contents).unwrap().encode()
}
