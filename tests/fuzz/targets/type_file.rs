//! A type file is believed whole or refused with its faults.
#![no_main]

use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::Catalogue;
use std::sync::LazyLock;

static DICTIONARY: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::decode(include_bytes!("../../../schemas/dictionaries/1.cbor")).expect("the published dictionary"));
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Catalogue::load([("type.json", bytes)], &[&*DICTIONARY]);
});
