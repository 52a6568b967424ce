//! The library beside its bounds: `kanhe bench`, as anybody can type it, run by `cargo bench` with the program that it has built.
//!
//! `KANHE_BENCH_CERTIFICATES` says how many certificates the library grows to.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let certificates = std::env::var("KANHE_BENCH_CERTIFICATES").unwrap_or_else(|_| "100000".to_owned());
    let ran = Command::new(env!("CARGO_BIN_EXE_kanhe")).args(["bench", "--certificates", &certificates]).status();
    if ran.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
