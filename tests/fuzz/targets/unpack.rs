//! Bits that unpack are words, and those words pack and unpack to themselves.
#![no_main]

use kanhe_core::dictionary::{Dictionary, LONGEST_TEXT};
use kanhe_tests::World;
use std::sync::LazyLock;

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| World::new().dictionary);
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packed: &[u8]| {
    let mut text = String::new();
    if DICTIONARY.unpack(packed, LONGEST_TEXT, &mut text).is_ok() {
        let shortest = DICTIONARY.pack(&text);
        assert!(shortest.len() <= packed.len());
        let mut again = String::new();
        DICTIONARY.unpack(&shortest, LONGEST_TEXT, &mut again).expect("what was packed");
        assert_eq!(again, text);
    }
});
