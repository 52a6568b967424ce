//! The demo's tables are what their generator writes, and every row of them is admitted.

#[path = "../examples/sample-applications/samples/mod.rs"]
mod samples;

use jiff::civil::Date;
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::application::{Draft, Table};
use kanhe_issuer::catalogue::Catalogue;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const TODAY: Date = Date::constant(2026, 11, 22);

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
