//! A dictionary that was read is written as the same bytes.
#![no_main]

use kanhe_core::dictionary::Dictionary;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(dictionary) = Dictionary::decode(bytes) {
        assert_eq!(dictionary.encode(), bytes);
    }
});
