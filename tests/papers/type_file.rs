//! The type file at the top of `docs/spec/type-file.md` is one that the catalogue takes.

use super::{read, root};
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::Catalogue;
use std::fs;

#[test]
fn the_type_file_of_the_specification_is_right() {
    let page = read("docs/spec/type-file.md");
    let example = page.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    let dictionary = Dictionary::decode(&fs::read(root().join("schemas/dictionaries/1.cbor")).unwrap()).unwrap();
    let loaded = Catalogue::load([("example", example)], &[&dictionary]);
    let errors: Vec<String> = loaded.err().into_iter().flatten().map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
