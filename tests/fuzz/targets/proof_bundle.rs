//! A proof bundle that was read is written as it was, and is believed only under the log's own checkpoint.
#![no_main]

use kanhe_core::key::PublicKeyLine;
use kanhe_log::bundle::ProofBundle;
use kanhe_log::note::NoteSigner;
use kanhe_tests::world::test_key;
use std::sync::LazyLock;

static KEY: LazyLock<PublicKeyLine> = LazyLock::new(|| NoteSigner::new("kanhe.example.cn/log", &test_key("log")).unwrap().public().clone());
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(bundle) = ProofBundle::parse(text) {
        assert_eq!(bundle.to_string(), text);
        if let Ok(included) = bundle.verify(bundle.extra(), &KEY) {
            assert!(included.index() < included.checkpoint().head().size);
        }
    }
});
