//! The shipped dictionary is what its list of words gives.

#[path = "../examples/train_dictionary/training/mod.rs"]
mod training;

use std::path::Path;

use training::{parse_words, train};

#[test]
fn the_shipped_dictionary_is_trained_from_its_words_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/dictionaries");
    let words = std::fs::read_to_string(folder.join("1.words.tsv")).unwrap();
    let published = std::fs::read(folder.join("1.cbor")).unwrap();
    let trained = train(1, parse_words(&words).unwrap()).unwrap().encode();
    assert!(trained == published, "1.cbor is not what 1.words.tsv gives: run the example train_dictionary");
    assert!(published.len() <= 120_000, "the dictionary has {} bytes", published.len());
}
