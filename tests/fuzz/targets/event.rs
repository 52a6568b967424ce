//! An event that was read is the same bytes when it is written: the log commits to them.
#![no_main]

use kanhe_core::event::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = Event::decode(bytes) {
        assert_eq!(Event::decode(&read.encode()).as_ref(), Ok(&read));
    }
});
