//! A payload that is a seal's says something or nothing of each type, and never panics.
#![no_main]

use kanhe_core::seal::{Claims, Seal};
use kanhe_fuzz::document;
use kanhe_tests::{Office, Province, World};
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(World::new);
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    let Some(seal) = document::<Seal<'_>>(payload) else { return };
    for province in Province::ALL {
        for kind in province.manifest(&WORLD.dictionary).kinds {
            let _ = Claims::read(&seal, &kind, &Office::Guangzhou.code(), &WORLD.dictionary);
        }
    }
});
