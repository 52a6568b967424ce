//! Whatever an agency signs as a seal comes to a verdict.
#![no_main]

use kanhe_core::envelope::Authentic;
use kanhe_core::pack::Pack;
use kanhe_core::qr::sign_seal;
use kanhe_core::verify::{Occasion, verify};
use kanhe_tests::world::{PLATFORM, noon};
use kanhe_tests::{Office, World};
use std::sync::LazyLock;

static PACK: LazyLock<Authentic<Pack>> = LazyLock::new(|| World::new().pack().open());
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    for office in Office::ALL {
        let Ok(text) = sign_seal(payload, &office.key()) else { return };
        let _ = verify(&text, &PACK, Occasion { at: noon(), scene: Some(PLATFORM) });
    }
});
