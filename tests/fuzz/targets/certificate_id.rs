//! An identifier that was read is written as one that reads alike, and others' identifiers never panic.
#![no_main]

use kanhe_core::code::CertificateId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = CertificateId::parse_foreign(text);
    let _ = CertificateId::parse_compact(text);
    if let Ok(id) = CertificateId::parse(text) {
        assert_eq!(CertificateId::parse(&id.to_string()).as_ref(), Ok(&id));
        assert_eq!(CertificateId::parse_compact(&id.compact()), Ok(id));
    }
});
