//! Whatever decodes as an envelope has one spelling: written again, it is the same bytes.
#![no_main]

use kanhe_core::envelope::Envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(envelope) = Envelope::decode(bytes) {
        assert_eq!(envelope.to_cose(), bytes);
    }
});
