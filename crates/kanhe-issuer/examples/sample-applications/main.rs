//! Writes the demo's tables of applications: `cargo run -p kanhe-issuer --example sample-applications -- crates/kanhe/demo`.
//!
//! The people and organisations in them do not exist. The dice are seeded, so that the tables come out the same on every machine; a test compares
//! them with those that are committed.

mod samples;

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    for table in samples::tables() {
        fs::write(folder.join(table.name), table.bytes)?;
    }
    Ok(())
}
