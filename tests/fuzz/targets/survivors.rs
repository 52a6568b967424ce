//! A list of survivors that was read is the same list when it is written and read again.
#![no_main]

use kanhe_core::survivors::Survivors;
use kanhe_fuzz::document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    if let Some(read) = document::<Survivors>(payload) {
        assert_eq!(document(&read.encode()).as_ref(), Some(&read));
    }
});
