//! Stories told through the public doors.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]

mod certificate;
mod changed;
mod pack;
mod step_back;
mod stolen;
mod verify;
mod wire;
