//! The pure part of kanhe: no I/O, no clock, no dice, no logging, no async.
//!
//! This is the only place where bytes become believed. The counter's road is [`verify::verify`]; what it walks on:
//!
//! * [`code`]: identifiers and codes of the field, each right for ever once parsed;
//! * [`cbor`], [`envelope`], [`key`]: signed documents, and the one door through which they are believed;
//! * [`certificate`], [`seal`], [`qr`]: a licence, the part of it that fits a QR code, and that code's text;
//! * [`spelling`], [`plain`], [`hex`]: what is the same number, however it is typed; lines that people can be shown; bytes that they compare;
//! * [`kind`], [`template`], [`dictionary`]: what a verifier knows of a type, so that the QR need not say it;
//! * [`status`], [`manifest`], [`recognition`], [`survivors`], [`pack`]: what a verifier carries when the network cable is pulled out;
//! * [`verdict`], [`verify`]: the answer, its step and its reason.

pub mod calendar;
pub mod cbor;
pub mod certificate;
pub mod code;
pub mod dictionary;
pub mod envelope;
pub mod event;
pub mod hex;
pub mod key;
pub mod kind;
pub mod manifest;
pub mod pack;
pub mod plain;
pub mod qr;
pub mod recognition;
pub mod seal;
pub mod spelling;
pub mod status;
pub mod survivors;
pub mod template;
pub mod verdict;
pub mod verify;
pub mod wire;
