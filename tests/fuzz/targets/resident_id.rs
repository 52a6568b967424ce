//! A resident id that is strictly right is right for the lenient door too, and is never printed.
#![no_main]

use kanhe_core::code::ResidentId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let foreign = ResidentId::parse_foreign(text);
    if let Ok(id) = ResidentId::parse(text) {
        assert!(foreign.is_ok_and(|foreign| foreign.strict() == Some(&id)));
        assert!(!format!("{id:?}").contains(text));
    }
});
