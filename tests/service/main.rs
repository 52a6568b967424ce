//! The service over real HTTP: a listener, a RocksDB and a clock that stories move.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]

mod interface;
mod problems;
mod published;
mod schemathesis;
mod stage;
mod verify;
