//! A picture that somebody hands in is read or refused, and what it shows is looked at as what a scanner reads.
#![no_main]

use kanhe_core::qr::Scanned;
use libfuzzer_sys::fuzz_target;

// A way of looking at which the reading library panics counts as having shown nothing; the fuzzer's own hook would end the run there. What
// no reader catches ends it all the same.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    if let Ok(text) = kanhe_render::read_seal(bytes) {
        let _ = Scanned::parse(&text);
    }
});
