//! A code of a shape, if its packed form is one, packs to the same bytes.
#![no_main]

use kanhe_core::template::Template;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (shape, packed) = input;
    let Ok(template) = Template::parse(shape) else { return };
    let mut code = String::new();
    if template.unpack(packed, &mut code).is_ok() {
        assert_eq!(template.pack(&code).expect("a code of the shape"), packed);
    }
});
