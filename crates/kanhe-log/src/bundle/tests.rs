use super::*;
use crate::edge::Edge;
use crate::hash::TreeHead;
use crate::note::{MOST_SIGNATURES, NoteSigner};
use crate::prove::inclusion_proof;
use kanhe_core::key::SigningKey;
use std::collections::BTreeMap;

const NAME: &str = "log.example/one";
const SIZE: u64 = 7;

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn public() -> PublicKeyLine {
    NoteSigner::new(NAME, &key()).unwrap().public().clone()
}

fn entry(index: u64) -> [u8; 32] {
    *leaf_hash(&index.to_be_bytes()).as_bytes()
}

/// The bundle of an entry in a log of seven.
fn bundle(index: u64) -> ProofBundle {
    let mut edge = Edge::empty();
    for index in 0..SIZE {
        edge.append(leaf_hash(&entry(index)));
    }
    let tiles: BTreeMap<_, _> = edge.take_changed().into_iter().collect();
    let path = inclusion_proof(index, SIZE, |tile| tiles.get(&tile).cloned().ok_or(tile)).unwrap();
    ProofBundle::new(index, path, &signed(edge.head())).unwrap()
}

fn signed(head: TreeHead) -> String {
    Checkpoint::new(NAME, head, &[]).unwrap().sign(&NoteSigner::new(NAME, &key()).unwrap()).unwrap()
}

#[test]
fn every_entry_of_a_log_is_believed_by_its_bundle() {
    for index in 0..SIZE {
        let text = bundle(index).to_string();
        let included = ProofBundle::parse(&text).unwrap().verify(&entry(index), &public()).unwrap();
        assert_eq!((included.index(), included.checkpoint().head().size, included.checkpoint().origin()), (index, SIZE, NAME));
    }
}

#[test]
fn another_entry_another_place_or_another_key_is_not_believed() {
    let code = |text: &str, entry: &[u8], key: &PublicKeyLine| ProofBundle::parse(text).unwrap().verify(entry, key).unwrap_err().code();
    let text = bundle(2).to_string();
    assert_eq!(code(&text, &entry(3), &public()), "log_proof_root");
    assert_eq!(code(&text.replace("index 2", "index 3"), &entry(2), &public()), "log_proof_root");
    let (seed, other) = (SigningKey::from_seed(&[8; 32]), key());
    let stranger = NoteSigner::new(NAME, &seed).unwrap();
    assert_eq!(code(&text, &entry(2), stranger.public()), "note_not_signed");
    let renamed = NoteSigner::new("log.example/two", &other).unwrap();
    assert_eq!(code(&text, &entry(2), renamed.public()), "note_not_signed");
    let forged = text.replace(&format!("\n{SIZE}\n"), "\n8\n").replace("index 2", "index 3");
    assert_eq!(code(&forged, &entry(2), &public()), "note_signature_invalid");
}

#[test]
fn a_bundle_is_written_as_it_was_read_with_and_without_extra_data() {
    let plain = bundle(6);
    let with = plain.clone().with_extra(b"salt and event").unwrap();
    for (bundle, extra) in [(&plain, b"".as_slice()), (&with, b"salt and event")] {
        let again = ProofBundle::parse(&bundle.to_string()).unwrap();
        assert_eq!((&again, again.extra(), again.to_string()), (bundle, extra, bundle.to_string()));
    }
    assert!(with.to_string().starts_with("c2sp.org/tlog-proof@v1\nextra c2FsdCBhbmQgZXZlbnQ=\nindex 6\n"));
    assert_eq!(with.verify(&entry(6), &public()), plain.verify(&entry(6), &public()));
}

#[test]
fn a_bundle_of_another_shape_is_named() {
    let text = bundle(2).to_string();
    let (lines, checkpoint) = text.split_once("\n\n").unwrap();
    let hash = lines.lines().last().unwrap();
    let cases = [
        (String::new(), "bundle_no_checkpoint"),
        (lines.to_owned(), "bundle_no_checkpoint"),
        (text.replace("@v1", "@v2"), "bundle_header"),
        (format!("\n{text}"), "bundle_header"),
        (text.replace('\n', "\r\n"), "bundle_no_checkpoint"),
        (text.replace("index", "extra\nindex"), "bundle_extra"),
        (text.replace("index", "extra \nindex"), "bundle_extra"),
        (text.replace("index", "extra AA\nindex"), "bundle_extra"),
        (text.replace("index", "extra AA==\nextra AA==\nindex"), "bundle_index"),
        (text.replace("index 2", &format!("extra {}\nindex 2", to_base64(&[0; LARGEST_EXTRA + 1]))), "bundle_extra_too_large"),
        (text.replace("index 2", "index 02"), "bundle_index"),
        (text.replace("index 2", "index"), "bundle_index"),
        (text.replace("index 2\n", ""), "bundle_index"),
        (text.replace("index 2", "index 7"), "log_index_beyond_end"),
        (text.replace(hash, "AAAA"), "bundle_hash"),
        (text.replace(&format!("{hash}\n"), ""), "log_proof_length"),
        (text.replace(hash, &[hash; 2].join("\n")), "log_proof_length"),
        (text.replace(hash, &[hash; 65].join("\n")), "bundle_too_many_hashes"),
        (format!("{lines}\n\n"), "note_no_signatures"),
        (format!("{lines}\n\n\n{checkpoint}"), "checkpoint_size"),
        (text.replace(&format!("\n{SIZE}\n"), "\n07\n"), "checkpoint_size"),
        ("x".repeat(LARGEST_BUNDLE + 1), "bundle_too_large"),
    ];
    for (text, code) in cases {
        assert_eq!(ProofBundle::parse(&text).map(|_| "read").map_err(|error| error.code()), Err(code), "{text:.300}");
    }
}

#[test]
fn the_largest_parts_fit_one_bundle() {
    let witness = format!("— witness {}\n", to_base64(&[0; 5000]));
    let checkpoint = format!("{}{}", signed(TreeHead { size: 1 << 48, root: Hash::EMPTY_ROOT }), witness.repeat(MOST_SIGNATURES - 1));
    let bundle = ProofBundle::new(0, vec![Hash::EMPTY_ROOT; 48], &checkpoint).unwrap().with_extra(&[0; LARGEST_EXTRA]).unwrap();
    assert_eq!(ProofBundle::parse(&bundle.to_string()), Ok(bundle));
}
