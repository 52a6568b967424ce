//! The other codes of the field: what was read is written as it was.
#![no_main]

use kanhe_core::code::{HolderCode, HolderCodeType, OrganisationCode, ProjectCode, RegionCode, Serial, TypeCode, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = (TypeCode::parse_foreign(text), OrganisationCode::parse(text), Version::parse(text), HolderCodeType::parse(text));
    for kind in HolderCodeType::ALL {
        let _ = HolderCode::new_foreign(kind, text).map(|(code, _)| code.masked(6, 4));
        if let Ok(code) = HolderCode::new(kind, text) {
            assert_eq!(code.expose(), text);
        }
    }
    if let Ok(code) = TypeCode::parse(text) {
        assert_eq!(code.as_str(), text);
    }
    if let Ok(serial) = Serial::parse(text) {
        assert_eq!(serial.as_str(), text);
    }
    if let Ok(project) = ProjectCode::parse(text) {
        assert_eq!(project.as_str(), text.to_ascii_uppercase());
    }
    if let Ok(region) = RegionCode::parse(text) {
        assert!(region.is_within(&region.province()));
    }
});
