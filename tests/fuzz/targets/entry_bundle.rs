//! An entry bundle that was read is written as it was, and has a leaf for each of its entries.
#![no_main]

use kanhe_log::entries::EntryBundle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = EntryBundle::decode(bytes) {
        assert_eq!(bundle.encode(), bytes);
        assert_eq!(bundle.leaf_hashes().count(), usize::from(bundle.width().get()));
    }
});
