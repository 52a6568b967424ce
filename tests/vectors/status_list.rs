//! The 1- and 2-bit vectors of the Token Status List draft.

use super::{json, words};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kanhe_core::status::Statuses;
use kanhe_tests::world::unhex;
use minicbor::Decoder;
use serde_json::Value;
use std::collections::BTreeMap;

/// One vector: its entries, and the stream as it stands in the JSON and in the CBOR form.
struct Vector {
    bits: u8,
    entries: u32,
    listed: BTreeMap<u32, u8>,
    streams: [Vec<u8>; 2],
}

fn vectors() -> Vec<Vector> {
    json("token-status-list/vectors.json").as_array().unwrap().iter().map(vector).collect()
}

fn vector(value: &Value) -> Vector {
    let small = |value: &Value| u8::try_from(value.as_u64().unwrap()).unwrap();
    let cbor = unhex(words(value, "/cbor_hex"));
    let mut cbor = Decoder::new(&cbor);
    assert_eq!((cbor.map().unwrap(), cbor.str().unwrap()), (Some(2), "bits"));
    assert_eq!((cbor.u8().unwrap(), cbor.str().unwrap()), (small(&value["bits"]), "lst"));
    Vector {
        bits: small(&value["bits"]),
        entries: u32::try_from(value["size"].as_u64().unwrap()).unwrap(),
        listed: value["statuses"].as_object().unwrap().iter().map(|(entry, code)| (entry.parse().unwrap(), small(code))).collect(),
        streams: [URL_SAFE_NO_PAD.decode(words(value, "/json/lst")).unwrap(), cbor.bytes().unwrap().to_vec()],
    }
}

#[test]
fn every_listed_status_is_read_and_every_other_is_zero() {
    for vector in vectors() {
        for stream in &vector.streams {
            let statuses = Statuses::inflate(vector.bits, stream).unwrap();
            assert_eq!(statuses.entries(), vector.entries);
            for entry in 0..vector.entries {
                assert_eq!(
                    statuses.get(entry),
                    Some(vector.listed.get(&entry).copied().unwrap_or(0)),
                    "{} bits, entry {entry}",
                    vector.bits
                );
            }
            assert_eq!(statuses.get(vector.entries), None);
        }
    }
}

#[test]
fn a_list_set_from_the_vector_is_the_vectors_list() {
    for vector in vectors() {
        let mut statuses = Statuses::new(vector.bits, vector.entries).unwrap();
        vector.listed.iter().for_each(|(entry, code)| statuses.set(*entry, *code).unwrap());
        assert_eq!(statuses, Statuses::inflate(vector.bits, &vector.streams[0]).unwrap());
        assert_eq!(Statuses::inflate(vector.bits, &statuses.deflate()).unwrap(), statuses);
    }
}
