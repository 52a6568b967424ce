//! Stories told to the program itself: `kanhe` runs as anybody runs it, on folders that are thrown away after.
//!
//! This binary is built by the package `kanhe`, though it stands here, because Cargo tells only a package's own tests where its
//! program is, and builds that before them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]

mod answers;
mod archive;
mod backups;
mod bad_input;
mod bench;
mod bulk;
mod clock;
mod config;
mod damaged;
mod demo;
mod editions;
mod export;
mod findings;
mod handed_socket;
mod issue;
mod jobs;
mod keys;
mod killed;
mod language;
mod library;
mod log;
mod looks;
mod mistakes;
mod office;
mod officers;
mod outputs;
mod packs;
mod privacy;
mod program;
mod published;
mod readers;
mod readme;
mod reread;
mod restored;
mod review;
mod service;
#[path = "../silence.rs"]
mod silence;
mod stage;
mod through;
mod to_read;
mod tokens;
mod traces;
mod transfer;
mod types;
mod verify;
