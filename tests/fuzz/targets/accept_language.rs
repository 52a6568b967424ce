//! Any field names a language, whatever its capitals and whatever other languages stand around.
#![no_main]

use kanhe_words::{LONGEST_ACCEPT_LANGUAGE, Language};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &str| {
    let language = Language::of_accept_language(field);
    assert_eq!(Language::of_accept_language(&field.to_ascii_uppercase()), language);
    let among_others = format!("de;q=0.5,{field},ja");
    if among_others.len() <= LONGEST_ACCEPT_LANGUAGE {
        assert_eq!(Language::of_accept_language(&among_others), language);
    }
});
