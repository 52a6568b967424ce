//! The pure part of kanhe: no I/O, no clock, no dice, no logging, no async.
//!
//! This is the only place where bytes become believed.

pub mod calendar;
pub mod cbor;
pub mod code;
pub mod dictionary;
pub mod envelope;
pub mod key;
