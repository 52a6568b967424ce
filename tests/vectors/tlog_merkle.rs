//! The probes of transparency-dev/merkle: proofs with one defect each, and those without.

use super::{path, words};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_log::hash::{Hash, TreeHead, leaf_hash};
use kanhe_log::proof::{verify_consistency, verify_inclusion};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[test]
fn every_inclusion_probe_is_judged_as_its_file_says() {
    let outcomes = judged("inclusion", inclusion);
    assert_eq!(outcomes.get("accepted"), Some(&6), "{outcomes:?}");
    assert_eq!(outcomes.values().sum::<usize>(), 98, "{outcomes:?}");
    assert!(
        ["log_hash_length", "log_index_beyond_end", "log_proof_length", "log_proof_root"].iter().all(|code| outcomes.contains_key(code))
    );
}

#[test]
fn every_consistency_probe_is_judged_as_its_file_says() {
    let outcomes = judged("consistency", consistency);
    assert_eq!(outcomes.get("accepted"), Some(&6), "{outcomes:?}");
    assert_eq!(outcomes.values().sum::<usize>(), 98, "{outcomes:?}");
    assert!(["log_hash_length", "log_backwards", "log_proof_length", "log_proof_root"].iter().all(|code| outcomes.contains_key(code)));
}

/// How many probes end with each code, after each was found to be accepted or refused as it should be.
fn judged(kind: &str, judge: impl Fn(&Value) -> Result<(), &'static str>) -> BTreeMap<&'static str, usize> {
    let mut outcomes = BTreeMap::new();
    each_file(&path("tlog-merkle/testdata").join(kind), &mut |file| {
        let probe: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let outcome = judge(&probe);
        assert_eq!(outcome.is_err(), probe["wantErr"].as_bool().unwrap(), "{}: {outcome:?}", file.display());
        *outcomes.entry(outcome.err().unwrap_or("accepted")).or_insert(0) += 1;
    });
    outcomes
}

fn inclusion(probe: &Value) -> Result<(), &'static str> {
    let head = TreeHead { size: number(probe, "/treeSize"), root: hash(words(probe, "/root"))? };
    let leaf = hash(words(probe, "/leafHash"))?;
    verify_inclusion(leaf, number(probe, "/leafIdx"), &head, &proof(probe)?).map_err(|error| error.code())
}

fn consistency(probe: &Value) -> Result<(), &'static str> {
    let old = TreeHead { size: number(probe, "/size1"), root: hash(words(probe, "/root1"))? };
    let new = TreeHead { size: number(probe, "/size2"), root: hash(words(probe, "/root2"))? };
    verify_consistency(&old, &new, &proof(probe)?).map_err(|error| error.code())
}

fn number(probe: &Value, pointer: &str) -> u64 {
    probe.pointer(pointer).and_then(Value::as_u64).unwrap()
}

/// A proof without hashes is an empty list or null.
fn proof(probe: &Value) -> Result<Vec<Hash>, &'static str> {
    probe["proof"].as_array().into_iter().flatten().map(|line| hash(line.as_str().unwrap())).collect()
}

/// A hash of another length ends at the door. Where the root plays no part the probes have the words "don't care 1", which count here as
/// a root like any other: the same words, the same root.
fn hash(base64: &str) -> Result<Hash, &'static str> {
    let bytes = STANDARD.decode(base64).unwrap();
    if bytes.starts_with(b"don't care") { Ok(leaf_hash(&bytes)) } else { Hash::decode(&bytes).map_err(|error| error.code()) }
}

fn each_file(folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, see) } else { see(&path) }
    }
}
