//! An organisation's code that was read packs and unpacks to itself, and others' codes never panic.
#![no_main]

use kanhe_core::code::Uscc;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Uscc::parse_foreign(text);
    if let Ok(uscc) = Uscc::parse(text) {
        assert_eq!(Uscc::unpack(&uscc.pack()), Ok(uscc));
    }
});
