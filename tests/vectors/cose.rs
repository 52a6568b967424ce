//! COSE as others write it, and as others read ours.

use super::{json, words};
use coset::iana;
use coset::{CborSerializable, CoseSign1, RegisteredLabelWithPrivate, TaggedCborSerializable};
use kanhe_core::envelope::{DocumentType, Envelope};
use kanhe_core::key::VerifyingKey;
use kanhe_core::qr::Scanned;
use kanhe_tests::world::unhex;
use kanhe_tests::{Office, Province, World};

/// The header parameter of RFC 9596, which is younger than coset's table.
const TYP: i64 = 16;

fn ed25519(x: &str) -> Option<VerifyingKey> {
    let bytes = unhex(x).try_into().ok()?;
    Some(VerifyingKey::from_ed25519(&bytes).expect("a good key"))
}

/// The signature of an example, read from the end of its message: 64 bytes of Ed25519.
fn signature(message: &str) -> [u8; 64] {
    *unhex(message).last_chunk().expect("a signature stands last")
}

#[test]
fn the_working_groups_eddsa_signatures_hold_under_our_key_type() {
    for (file, key, signed) in [
        ("eddsa-sig-01.json", "/input/sign0/key/x_hex", "/intermediates/ToBeSign_hex"),
        ("eddsa-01.json", "/input/sign/signers/0/key/x_hex", "/intermediates/signers/0/ToBeSign_hex"),
    ] {
        let example = json(&format!("cose-wg-examples/eddsa-examples/{file}"));
        let key = ed25519(words(&example, key)).expect("32 bytes");
        let (signed, mut signature) = (unhex(words(&example, signed)), signature(words(&example, "/output/cbor")));
        assert_eq!(key.verify(&signed, &signature), Ok(()), "{file}");
        signature[0] ^= 1;
        assert!(key.verify(&signed, &signature).is_err(), "{file}");
    }
}

#[test]
fn the_working_groups_ed448_keys_are_no_keys_of_ours() {
    for (file, key) in [("eddsa-sig-02.json", "/input/sign0/key/x_hex"), ("eddsa-02.json", "/input/sign/signers/0/key/x_hex")] {
        let example = json(&format!("cose-wg-examples/eddsa-examples/{file}"));
        assert!(ed25519(words(&example, key)).is_none(), "{file}");
    }
}

#[test]
fn envelopes_with_other_headers_than_ours_are_refused_by_name() {
    for (file, code) in [
        ("eddsa-examples/eddsa-01.json", "envelope_not_cose_sign1"),
        ("eddsa-examples/eddsa-02.json", "envelope_not_cose_sign1"),
        ("eddsa-examples/eddsa-sig-01.json", "envelope_not_cose_sign1"),
        ("eddsa-examples/eddsa-sig-02.json", "envelope_not_cose_sign1"),
        ("CWT/A_3.json", "envelope_header"),
        ("CWT/A_4.json", "envelope_not_cose_sign1"),
        ("CWT/A_5.json", "envelope_not_cose_sign1"),
        ("CWT/A_6.json", "envelope_not_cose_sign1"),
        ("CWT/A_7.json", "envelope_not_cose_sign1"),
    ] {
        let example = json(&format!("cose-wg-examples/{file}"));
        let message = unhex(words(&example, "/output/cbor"));
        assert_eq!(Envelope::decode(&message).map(|_| ()).map_err(|error| error.code()), Err(code), "{file}");
    }
}

/// The documents of the world, each as the envelope that others would be handed, with the key that signed it.
fn documents() -> Vec<(DocumentType, Vec<u8>, VerifyingKey)> {
    let world = World::new();
    let pack = world.pack();
    let office = Office::Guangzhou;
    let scanned = Scanned::parse(&world.food_permit().text()).unwrap();
    let guangdong = Province::Guangdong.root_key().verifying_key();
    vec![
        (DocumentType::Seal, scanned.envelope().to_cose(), office.key().verifying_key()),
        (DocumentType::Certificate, world.food_permit().envelope(), office.key().verifying_key()),
        (DocumentType::StatusList, pack.list(office), office.status_key().verifying_key()),
        (DocumentType::Manifest, pack.manifest_envelope(Province::Guangdong), guangdong),
        (DocumentType::Recognition, pack.recognition_envelope().unwrap(), guangdong),
        (DocumentType::Pack, pack.bytes(), guangdong),
    ]
}

#[test]
fn coset_reads_and_verifies_what_we_write() {
    for (document, bytes, key) in documents() {
        let read = CoseSign1::from_tagged_slice(&bytes).unwrap();
        let checked = read.verify_signature(&[], |signature, signed| key.verify(signed, signature.try_into().unwrap()));
        assert_eq!(checked, Ok(()), "{}", document.typ());

        let header = &read.protected.header;
        assert_eq!(header.alg, Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA)));
        assert_eq!(header.key_id, key.id().as_bytes());
        assert_eq!(header.rest, [(coset::Label::Int(TYP), coset::cbor::Value::Text(document.typ().to_owned()))]);
        assert!(read.unprotected.is_empty());
    }
}

#[test]
fn what_coset_writes_again_is_the_same_bytes() {
    for (document, bytes, _) in documents() {
        let again = CoseSign1::from_tagged_slice(&bytes).unwrap().to_tagged_vec().unwrap();
        assert_eq!(again, bytes, "{}", document.typ());
        let untagged = CoseSign1::from_tagged_slice(&bytes).unwrap().to_vec().unwrap();
        assert_eq!(Envelope::decode(&untagged).unwrap_err().code(), "envelope_not_cose_sign1");
    }
}

#[test]
fn what_coset_signs_with_an_unprotected_header_is_refused() {
    let (_, bytes, _) = documents().remove(0);
    let mut read = CoseSign1::from_tagged_slice(&bytes).unwrap();
    read.unprotected.key_id = b"11".to_vec();
    assert_eq!(Envelope::decode(&read.to_tagged_vec().unwrap()).unwrap_err().code(), "envelope_not_cose_sign1");
}
