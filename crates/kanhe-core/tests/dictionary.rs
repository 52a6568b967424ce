//! The shipped dictionary against texts that it was not trained on, and the vectors that any reader of packed texts must agree with.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

use kanhe_core::hex::Hex;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kanhe_core::dictionary::Dictionary;
use serde_json::Value;

/// What a kind of held-out text may cost on average: bits per character.
const CEILINGS: [(&str, f64); 5] = [("person", 8.5), ("organisation", 6.0), ("address", 6.5), ("wording", 4.2), ("rare", 14.0)];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn shipped() -> Dictionary {
    Dictionary::decode(&fs::read(root("schemas/dictionaries/1.cbor")).unwrap()).unwrap()
}

fn held_out() -> Vec<(String, String)> {
    let text = fs::read_to_string(root("tests/vectors/dictionary/heldout.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with("# "));
    rows.map(|row| row.split_once('\t').unwrap()).map(|(kind, text)| (kind.to_owned(), text.to_owned())).collect()
}

#[test]
fn texts_never_seen_stay_under_the_stated_bits_per_character() {
    let dictionary = shipped();
    let mut sums: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for (kind, text) in held_out() {
        let sum = sums.entry(kind).or_default();
        *sum = (sum.0 + 1, sum.1 + text.chars().count(), sum.2 + dictionary.packed_bits(&text));
    }
    assert_eq!(sums.len(), CEILINGS.len());
    for (kind, ceiling) in CEILINGS {
        let (texts, characters, bits) = sums[kind];
        let mean = mean(bits, characters);
        println!("| {kind} | {texts} | {:.1} | {:.1} | {mean:.2} |", self::mean(characters, texts), self::mean(bits, texts));
        assert!(mean <= ceiling, "{kind}: {mean:.2} bits a character, at most {ceiling} are due");
        assert!(mean > 1.0, "{kind}: the dictionary has seen these");
    }
}

fn mean(sum: usize, count: usize) -> f64 {
    f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(count).unwrap())
}

#[test]
fn every_held_out_text_unpacks_to_itself() {
    let dictionary = shipped();
    for (_, text) in held_out() {
        let mut out = String::new();
        dictionary.unpack(&dictionary.pack(&text), text.len(), &mut out).unwrap();
        assert_eq!(out, text);
    }
}

#[test]
fn a_character_of_the_standard_lists_costs_no_more_than_the_hardest() {
    let dictionary = shipped();
    let ceiling = usize::try_from(dictionary.hardest_bits_per_char() + dictionary.selector_bits()).unwrap();
    let ideographs = ('\u{3400}'..='\u{9FFF}').chain('\u{20000}'..='\u{2FFFF}');
    let common = ideographs.filter(|character| dictionary.packed_bits(&character.to_string()) <= ceiling).count();
    // 8,105 of the standard of 2013 and those of GB 2312 that it has not; a character of neither is escaped, and costs more.
    assert!(common > 8_105, "{common} ideographs have a code");
    assert!("啊齄鼯龠镕堃喆〇㛃".chars().all(|character| dictionary.packed_bits(&character.to_string()) <= ceiling));
    assert!(dictionary.packed_bits("𠮷") > ceiling);
}

#[test]
fn every_vector_unpacks_or_is_refused_as_it_says() {
    let mut files: Vec<PathBuf> = fs::read_dir(root("tests/vectors/dictionary")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 30, "only {} vectors", files.len());
    for path in files {
        let vector: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(outcome(&vector), due(&vector), "{}", path.display());
    }
}

/// What a vector gives: the text and its own packed form, or the code of the defect.
fn outcome(vector: &Value) -> Result<(String, String), String> {
    let dictionary = Dictionary::decode(&bytes(&vector["dictionary"])).map_err(|error| error.code().to_owned())?;
    let ceiling = vector.get("ceiling").and_then(Value::as_u64).map_or(usize::MAX, |ceiling| usize::try_from(ceiling).unwrap());
    let mut text = String::new();
    dictionary.unpack(&bytes(&vector["packed"]), ceiling, &mut text).map_err(|error| error.code().to_owned())?;
    let packed = Hex(&dictionary.pack(&text)).to_string();
    Ok((text, packed))
}

fn due(vector: &Value) -> Result<(String, String), String> {
    match vector.get("code") {
        Some(code) => Err(code.as_str().unwrap().to_owned()),
        None => {
            let packed = vector.get("packs_as").unwrap_or(&vector["packed"]);
            Ok((vector["text"].as_str().unwrap().to_owned(), packed.as_str().unwrap().to_owned()))
        }
    }
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap().as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
