//! Vectors that others wrote, and our own negative list.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]

mod cbor;
mod cose;
mod ed25519;
mod seal;
mod status_list;
mod tlog_c2sp;
mod tlog_merkle;
mod tlog_tessera;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A file among the vectors.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The words at a JSON pointer.
fn words<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no words at {pointer}"))
}
