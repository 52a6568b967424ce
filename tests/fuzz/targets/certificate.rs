//! A certificate that was read is the same certificate when it is written and read again.
#![no_main]

use kanhe_core::certificate::Certificate;
use kanhe_fuzz::document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    if let Some(read) = document::<Certificate>(payload) {
        assert_eq!(document(&read.encode()).as_ref(), Some(&read));
    }
});
