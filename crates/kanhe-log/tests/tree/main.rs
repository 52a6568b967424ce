//! Trees of many sizes, held against the RFC's own words, against chance, and against another hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, reason = "a test stops where it fails")]

mod another_hand;
mod properties;
mod world;
