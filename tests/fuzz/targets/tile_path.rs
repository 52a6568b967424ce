//! A tile's path that was read is written as it was.
#![no_main]

use kanhe_log::path::TilePath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
        if let TilePath::Hashes { tile, width } = path {
            assert!(tile.width_in(u64::MAX).is_none_or(|most| width <= most || most.get() < 256));
        }
    }
});
