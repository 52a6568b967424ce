//! Programs by other hands read what the standards' own authors wrote, so that what they say of our seals can be trusted; then they read ours.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::key::SigningKey;
use kanhe_log::bundle::ProofBundle;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::edge::Edge;
use kanhe_log::hash::leaf_hash;
use kanhe_log::note::NoteSigner;
use kanhe_log::prove::inclusion_proof;
use kanhe_tests::world::hex;
use kanhe_tests::world::payload::{payload_of, protected_of};
use kanhe_tests::{Office, Province, World};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

#[test]
fn the_seal_reader_opens_the_working_groups_own_example() {
    let example = Example::read("eddsa-sig-01.json");
    let read = verify_seal(&example.message, &example.key);
    assert_eq!((read.status.code(), line(&read)), (Some(0), hex(b"This is the content.")), "{read:?}");
}

#[test]
fn the_seal_reader_reads_a_message_without_its_tag() {
    let example = Example::read("eddsa-sig-01.json");
    let untagged = example.message.strip_prefix("D2").expect("the example is tagged");
    assert_eq!(verify_seal(untagged, &example.key).status.code(), Some(0));
}

#[test]
fn the_seal_reader_refuses_every_changed_half_byte() {
    let example = Example::read("eddsa-sig-01.json");
    // From the payload on: what stands before is structure, where a change may also be no COSE at all.
    let payload = example.message.find(&hex(b"This").to_uppercase()).expect("the payload is in the message");
    for at in (payload..example.message.len()).step_by(9) {
        let digit = if example.message[at..].starts_with('0') { "1" } else { "0" };
        let mut changed = example.message.clone();
        changed.replace_range(at..=at, digit);
        assert_eq!(verify_seal(&changed, &example.key).status.code(), Some(1), "half-byte {at}");
    }
}

#[test]
fn the_seal_reader_refuses_a_signature_of_another_curve() {
    let ed448 = Example::read("eddsa-sig-02.json");
    assert_eq!(verify_seal(&ed448.message, &Example::read("eddsa-sig-01.json").key).status.code(), Some(1));
}

#[test]
fn what_we_sign_is_opened_by_another_hand() {
    let key = SigningKey::from_seed(&[7; 32]);
    for document in [DocumentType::Seal, DocumentType::Certificate, DocumentType::StatusList, DocumentType::Pack] {
        let message = hex(&sign_to_cose(document, b"\x83\x01\x02\x03", &key));
        let read = verify_seal(&message, &hex(key.verifying_key().as_bytes()));
        assert_eq!((read.status.code(), line(&read)), (Some(0), "83010203".to_owned()), "{document:?}: {read:?}");
    }
}

#[test]
fn the_seal_reader_calls_other_bytes_no_message() {
    let example = Example::read("eddsa-sig-01.json");
    for (message, key) in [("", &example.key), ("00", &example.key), ("D28443", &example.key), (&example.message, &"abcd".to_owned())] {
        assert_eq!(verify_seal(message, key).status.code(), Some(2), "{message} {key}");
    }
}

#[test]
fn the_proof_reader_believes_our_bundles_and_no_altered_one() {
    for (size, index) in [(1, 0), (2, 1), (256, 255), (257, 256), (700, 0), (700, 511), (700, 699)] {
        let (bundle, key) = logged(index, size);
        let read = |bundle: &str, entry: u64| python("verify_log_proof.py", &[bundle, &key, &hex(&entry.to_be_bytes())]);
        let believed = read(&bundle, index);
        assert_eq!((believed.status.code(), line(&believed)), (Some(0), format!("{index} {size}")), "{believed:?}");
        assert_eq!(read(&bundle, index + 1).status.code(), Some(1), "{index} {size}");
        let grown = bundle.replace(&format!("\n{size}\n"), &format!("\n{}\n", size + 1));
        assert_eq!(read(&grown, index).status.code(), Some(1), "{index} {size}");
    }
    assert_eq!(python("verify_log_proof.py", &["", "", ""]).status.code(), Some(2));
}

#[test]
fn the_picture_readers_agree_on_a_printed_code() {
    let picture = root().join("tests/readers/printed.png");
    let expected = fs::read_to_string(picture.with_extension("txt")).expect("the expected text is there");

    let zxing = python("read_qr.py", &[picture.to_str().unwrap()]);
    let answer: Value = serde_json::from_str(&line(&zxing)).unwrap_or_else(|error| panic!("{error}: {zxing:?}"));
    assert_eq!(answer["texts"], serde_json::json!([expected.trim_end()]));

    let zbar = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&picture).output().expect("zbarimg is installed: run `make test`");
    assert_eq!(line(&zbar), expected.trim_end(), "{zbar:?}");
}

#[test]
fn the_picture_reader_says_so_of_a_file_that_is_no_picture() {
    let read = python("read_qr.py", &[root().join("Cargo.toml").to_str().unwrap()]);
    assert_eq!(read.status.code(), Some(2), "{read:?}");
}

#[test]
fn the_schema_reader_finds_every_document_as_its_schema_describes_it() {
    for (schema, documents) in described() {
        let checked = check_cddl(schema, &documents);
        assert_eq!(checked.status.code(), Some(0), "{schema}: {checked:?}");
    }
}

#[test]
fn the_schema_reader_refuses_a_document_of_another_schema() {
    let all = described();
    for ((schema, _), (other, documents)) in all.iter().zip(all.iter().cycle().skip(1)) {
        let checked = check_cddl(schema, &documents[..1]);
        assert_eq!(checked.status.code(), Some(1), "a {other} as a {schema}: {checked:?}");
    }
}

/// The documents of the test world, by the schema that describes them.
fn described() -> Vec<(&'static str, Vec<String>)> {
    let world = World::new();
    let pack = world.pack();
    let licences = [world.food_permit(), world.operator_certificate(), world.title(), world.food_permit().without("principal")];
    let manifests = Province::ALL.map(|province| pack.manifest_envelope(province));
    let recognition = pack.recognition_envelope().expect("the pack has one");
    let lists = Office::ALL.map(|office| pack.list(office));
    let others = [recognition.clone(), pack.bytes(), licences[0].envelope()];
    let envelopes: Vec<_> = manifests.iter().chain(&lists).chain(&others).map(Vec::as_slice).collect();
    let payloads = |envelopes: &[Vec<u8>]| envelopes.iter().map(|envelope| hex(&payload_of(envelope))).collect();
    vec![
        ("envelope", envelopes.iter().map(|envelope| hex(envelope)).collect()),
        ("header", envelopes.iter().map(|envelope| hex(&protected_of(envelope))).collect()),
        ("seal", licences.iter().map(|licence| hex(&licence.payload())).collect()),
        ("certificate", licences.iter().map(|licence| hex(&licence.certificate().encode())).collect()),
        ("status-list", payloads(&lists)),
        ("manifest", payloads(&manifests)),
        ("recognition", payloads(&[recognition])),
        ("pack", vec![hex(&pack.contents().encode())]),
        ("dictionary", vec![hex(&world.dictionary.encode())]),
    ]
}

/// The proof bundle of one entry in a log of so many, each the eight bytes of its index, and the line of the log's key.
fn logged(index: u64, size: u64) -> (String, String) {
    let mut edge = Edge::empty();
    for entry in 0..size {
        edge.append(leaf_hash(&entry.to_be_bytes()));
    }
    let tiles: BTreeMap<_, _> = edge.take_changed().into_iter().collect();
    let path = inclusion_proof(index, size, |tile| tiles.get(&tile).cloned().ok_or(tile)).unwrap();
    let key = SigningKey::from_seed(&[7; 32]);
    let signer = NoteSigner::new("log.example/one", &key).unwrap();
    let checkpoint = Checkpoint::new("log.example/one", edge.head(), &[]).unwrap().sign(&signer).unwrap();
    (ProofBundle::new(index, path, &checkpoint).unwrap().to_string(), signer.public().to_string())
}

fn check_cddl(rule: &str, documents: &[String]) -> Output {
    let file = if rule == "header" { "envelope" } else { rule };
    let [schema, common] = [file, "common"].map(|name| root().join(format!("schemas/wire/{name}.cddl")));
    let mut arguments = vec![schema.to_str().unwrap(), common.to_str().unwrap(), rule];
    arguments.extend(documents.iter().map(String::as_str));
    python("check_cddl.py", &arguments)
}

/// One EdDSA example of the COSE working group.
struct Example {
    message: String,
    key: String,
}

impl Example {
    fn read(file: &str) -> Self {
        let path = root().join("tests/vectors/cose-wg-examples/eddsa-examples").join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let example: Value = serde_json::from_str(&text).expect("an example is JSON");
        let word = |pointer: &str| example.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
        Self { message: word("/output/cbor"), key: word("/input/sign0/key/x_hex") }
    }
}

fn verify_seal(message: &str, key: &str) -> Output {
    python("verify_seal.py", &[message, key])
}

/// Runs one of `tests/readers/*.py` with the readers that `.ci/install test` put into the cache.
fn python(script: &str, arguments: &[&str]) -> Output {
    let python = cache().join("readers/bin/python");
    assert!(python.exists(), "{} is missing: run `make test`, or `.ci/install test` once", python.display());
    Command::new(python).arg(root().join("tests/readers").join(script)).args(arguments).output().expect("python starts")
}

/// The folder of `.ci/install`.
fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let xdg = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    set("KANHE_CACHE").or_else(|| Some(xdg()?.join("kanhe"))).expect("there is a home directory")
}

fn line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository")
}
