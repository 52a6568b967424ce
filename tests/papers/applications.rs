//! The table in `docs/spec/applications.md` is one that the desk admits, and its columns are those that the code has.

use super::{read, root};
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::application::{Table, fixed_columns};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_tests::world::day;
use std::fs;

fn catalogue() -> Catalogue {
    let dictionary = Dictionary::decode(&fs::read(root().join("schemas/dictionaries/1.cbor")).unwrap()).unwrap();
    let file = |name: &str| (name.to_owned(), read(&format!("schemas/types/{name}.json")));
    Catalogue::load([file("food-operation-permit"), file("business-licence")], &[&dictionary]).unwrap()
}

#[test]
fn the_table_of_the_specification_is_admitted() {
    let page = read("docs/spec/applications.md");
    let example = page.split_once("```csv\n").unwrap().1.split_once("```").unwrap().0;
    let catalogue = catalogue();
    let kind = catalogue.find("food-operation-permit").unwrap();
    let rows: Vec<_> = Table::read(example.as_bytes(), kind).unwrap().collect();
    let [row] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    let faults = kind.admit(row.as_ref().unwrap(), day("2026-03-01")).err().unwrap_or_default();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn the_specification_has_every_fixed_column() {
    let page = read("docs/spec/applications.md");
    for kind in catalogue().kinds() {
        for column in fixed_columns(kind) {
            assert!(page.contains(&format!("| `{}` | {} |", column.name, column.label)), "{}", column.name);
        }
    }
}
