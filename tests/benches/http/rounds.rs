//! Sides that take turns, and the signature that no verdict can do without.

use crate::process::time_of_this_process;
use kanhe_core::key::SigningKey;
use kanhe_core::qr::Scanned;
use std::hint::black_box;

/// Signatures that are verified in one turn: some seconds of them.
const SIGNATURES: u64 = 40_000;

/// Runs each turn, and tells what came of them. The first one warms up, and is not told.
pub fn in_turns<T>(turns: usize, turn: impl Fn() -> T) -> Vec<T> {
    drop(turn());
    (0..turns).map(|_| turn()).collect()
}

/// The one in the middle.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// A bare `verify_strict` of as many bytes as a QR code has.
pub struct Judge {
    key: SigningKey,
    message: Vec<u8>,
}

impl Judge {
    /// One who judges messages that are as long as the seal in a QR code's text.
    pub fn of(text: &str) -> Self {
        let length = Scanned::parse(text).unwrap().bytes().len();
        Self { key: SigningKey::from_seed(&[7; 32]), message: vec![0x5a; length] }
    }

    /// Microseconds of processor time that one takes.
    pub fn time(&self) -> f64 {
        let (key, signature) = (self.key.verifying_key(), self.key.sign(&self.message));
        time_of_this_process(|| {
            for _ in 0..SIGNATURES {
                black_box(key.verify(black_box(&self.message), black_box(&signature))).unwrap();
            }
            SIGNATURES
        })
    }
}
