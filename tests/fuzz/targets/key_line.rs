//! A public key line that was read is written as it was, but for spaces around it.
#![no_main]

use kanhe_core::key::PublicKeyLine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(line) = PublicKeyLine::parse(text) {
        assert_eq!(line.to_string(), text.trim());
    }
});
