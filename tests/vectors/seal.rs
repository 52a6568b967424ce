//! Our negative list: the files say what the generator says, and the verifier says what the files say.

use super::{json, path, words};
use kanhe_core::envelope::Authentic;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::pack::Pack;
use kanhe_tests::negative;
use kanhe_tests::{Outcome, world};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The names of all files in the folder with an ending.
fn names(ending: &str) -> BTreeSet<String> {
    let names = fs::read_dir(path("seal")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).collect()
}

fn vectors() -> Vec<(String, Value)> {
    names(".json").into_iter().map(|name| (name.clone(), json(&format!("seal/{name}")))).collect()
}

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let expected: BTreeMap<String, Vec<u8>> = negative::files().into_iter().collect();
    let committed: BTreeSet<String> = names(".json").union(&names(".cbor")).cloned().collect();
    let generated: BTreeSet<String> = expected.keys().cloned().collect();
    assert_eq!(committed, generated, "run `cargo run -p kanhe-tests --bin seal-vectors`");
    for (name, bytes) in expected {
        let committed = fs::read(path(&format!("seal/{name}"))).unwrap();
        assert!(committed == bytes, "{name} differs: run `cargo run -p kanhe-tests --bin seal-vectors`");
    }
}

#[test]
fn every_file_is_judged_as_it_says() {
    let mut packs: BTreeMap<(String, String), Authentic<Pack>> = BTreeMap::new();
    let mut differing = Vec::new();
    for (name, vector) in vectors() {
        let (pack, trusted) = (words(&vector, "/pack").to_owned(), words(&vector, "/trusted").to_owned());
        let pack = packs.entry((pack, trusted)).or_insert_with_key(|(pack, trusted)| {
            let trusted = PublicKeyLine::parse(trusted).unwrap();
            Pack::open(&fs::read(path(&format!("seal/{pack}"))).unwrap(), &[*trusted.key()]).unwrap()
        });
        let outcome = Outcome::of(words(&vector, "/text"), pack, world::moment(words(&vector, "/at")), vector["scene"].as_str());
        let expected = (words(&vector, "/verdict"), words(&vector, "/code"), vector["step"].as_str());
        if (outcome.verdict, outcome.code, outcome.step) != expected {
            differing.push(format!("{name}: {outcome:?} instead of {expected:?}"));
        }
    }
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

#[test]
fn the_list_is_long_and_each_file_bears_the_name_of_its_defect() {
    let vectors = vectors();
    assert!(vectors.iter().filter(|(_, vector)| vector["verdict"] != "accept").count() >= 60);
    for (file, vector) in vectors {
        let name = file.trim_end_matches(".json").split_once('-').expect("a number and a name").1;
        assert_eq!(words(&vector, "/name"), name, "{file}");
    }
}

/// Every code that `verify` can answer with. The two of a type or dictionary other than the seal's cannot come: the road looks both up by the seal.
const CODES: &[&str] = &[
    "accepted",
    "accepted_amber",
    "annulled",
    "cancelled",
    "clock_behind",
    "dictionary_unknown",
    "expired",
    "issuer_unknown",
    "key_not_for_seals",
    "manifest_stale",
    "not_a_seal",
    "not_yet_in_force",
    "out_of_scope",
    "outside_key_window",
    "pack_stale",
    "qr_digit_count",
    "qr_group_too_large",
    "qr_other_document",
    "qr_several",
    "qr_text_behind",
    "qr_text_too_long",
    "qr_too_large",
    "qr_too_short",
    "qr_unknown_format",
    "recognition_stale",
    "revoked",
    "scene_not_recognised",
    "seal_damaged",
    "seal_field_unreadable",
    "seal_fields_unreadable",
    "seal_holder_unreadable",
    "seal_malformed",
    "seal_newer_edition",
    "seal_number_unreadable",
    "seal_serial_unreadable",
    "signature_invalid",
    "status_list_is_no_seal",
    "status_stale",
    "status_unknown",
    "superseded",
    "suspended",
    "transferred",
    "type_not_recognised",
    "type_unknown",
];

#[test]
fn every_code_of_the_road_has_a_file() {
    let found: BTreeSet<String> = vectors().iter().map(|(_, vector)| words(vector, "/code").to_owned()).collect();
    let wanted: BTreeSet<String> = CODES.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(found, wanted, "left: the files, right: the codes");
}
