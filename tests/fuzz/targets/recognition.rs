//! A recognition that was read is the same recognition when it is written and read again.
#![no_main]

use kanhe_core::recognition::Recognition;
use kanhe_fuzz::document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    if let Some(read) = document::<Recognition>(payload) {
        assert_eq!(document(&read.encode()).as_ref(), Some(&read));
    }
});
