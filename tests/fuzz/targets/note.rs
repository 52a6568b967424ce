//! A note in the right shape is opened only by its key, and a checkpoint is written as it was read.
#![no_main]

use kanhe_core::key::PublicKeyLine;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::{Note, NoteSigner};
use kanhe_tests::world::test_key;
use std::sync::LazyLock;

static KEY: LazyLock<PublicKeyLine> = LazyLock::new(|| NoteSigner::new("kanhe.example.cn/log", &test_key("log")).unwrap().public().clone());
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(note) = Note::parse(text) {
        assert!(text.starts_with(note.text_unchecked()) && note.text_unchecked().ends_with('\n'));
        let opened = note.open(&KEY);
        let _ = Checkpoint::parse(note.text_unchecked());
        if let Ok(checkpoint) = Checkpoint::open(text, &KEY) {
            assert_eq!(opened.map(|note| note.text().lines().count()), Ok(3 + checkpoint.extensions().len()));
            assert_eq!(checkpoint.origin(), KEY.name());
        }
    }
});
