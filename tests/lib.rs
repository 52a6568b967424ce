//! What the stories, the vectors and the benchmarks share: a small China whose every byte is the same on every machine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a fixture that cannot be made is a failed test, and should say where"
)]

pub mod negative;
pub mod world;

pub use world::{Licence, Office, Outcome, PackPlan, Province, World};
