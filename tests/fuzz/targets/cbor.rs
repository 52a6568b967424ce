//! What is deterministic is one item, read to its last byte.
#![no_main]

use kanhe_core::cbor::require_deterministic;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if require_deterministic(bytes).is_ok() {
        let mut decoder = minicbor::Decoder::new(bytes);
        decoder.skip().expect("one item");
        assert_eq!(decoder.position(), bytes.len());
    }
});
