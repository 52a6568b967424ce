//! A pack that the trusted key has signed opens, or says which part does not stand.
#![no_main]

use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::pack::Pack;
use kanhe_tests::Province;
use kanhe_tests::world::trusted_key;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    let _ = Pack::open(payload, &[trusted_key()]);
    let signed = sign_to_cose(DocumentType::Pack, payload, &Province::Guangdong.root_key());
    let _ = Pack::open(&signed, &[trusted_key()]);
});
