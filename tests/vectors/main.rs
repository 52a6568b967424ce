//! Vectors that others wrote, and our own negative list.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]
