//! A text that is a seal's stands for bytes whose digits are a seal's text.
#![no_main]

use kanhe_core::qr::{Scanned, encode_digits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(scanned) = Scanned::parse(text) {
        let again = Scanned::parse(&encode_digits(scanned.bytes())).expect("the digits of a seal");
        assert_eq!(again.bytes(), scanned.bytes());
    }
});
