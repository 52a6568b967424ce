//! A table of applications is read to its end, or to the first place where it breaks off; every row is admitted or has faults.
#![no_main]

use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::application::Table;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_tests::world::day;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let dictionary = Dictionary::decode(include_bytes!("../../../schemas/dictionaries/1.cbor")).expect("the published dictionary");
    let file = ("food", include_bytes!("../../../schemas/types/food-operation-permit.json"));
    Catalogue::load([file], &[&dictionary]).expect("a shipped type")
});
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let kind = &CATALOGUE.kinds()[0];
    if let Ok(table) = Table::read(bytes, kind) {
        table.take(100).flatten().for_each(|application| drop(kind.admit(&application, day("2026-06-15"))));
    }
});
