//! The bounds: what the cores and the disk of this machine can do at best of what a certificate cannot do without.

use crate::failure::Failure;
use crate::verbs::key::unsigned;
use crate::verbs::library::stored;
use kanhe_core::key::Signer;
use kanhe_issuer::keyring::NamedKey;
use kanhe_store::bare::{Bare, Batch};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long a bound is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(2);

/// Work done in a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    /// How often it was done.
    pub done: u64,
    /// In which time.
    pub took: Duration,
}

impl Rate {
    /// How often in a second.
    pub fn a_second(self) -> u64 {
        let micros = self.took.as_micros().max(1);
        u64::try_from(u128::from(self.done) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
}

/// Does something again and again, on so many threads.
pub fn again_and_again(threads: u64, each: impl Fn(u64) -> Result<u64, Failure> + Sync) -> Result<Rate, Failure> {
    let start = Instant::now();
    let done = thread::scope(|scope| {
        let (each, start) = (&each, &start);
        let one = move |thread: u64| {
            let (mut done, mut turn) = (0, 0_u64);
            while start.elapsed() < LONG_ENOUGH {
                done += each(turn * threads + thread)?;
                turn += 1;
            }
            Ok(done)
        };
        let started: Vec<_> = (0..threads).map(|thread| scope.spawn(move || one(thread))).collect();
        started.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped()))).sum::<Result<u64, Failure>>()
    })?;
    Ok(Rate { done, took: start.elapsed() })
}

/// Bare Ed25519 signatures on so many cores, of messages as long as a certificate and as its seal.
pub fn signatures(key: &dyn Signer, lengths: [usize; 2], cores: u64) -> Result<Rate, Failure> {
    let messages = lengths.map(|length| vec![7_u8; length]);
    again_and_again(cores, |_| {
        for message in &messages {
            std::hint::black_box(key.try_sign(std::hint::black_box(message)).map_err(unsigned)?);
        }
        Ok(2)
    })
}

/// All of it at once, on the same cores: certificates whose signatures are made and verified, and whose bytes are in a synced batch.
pub fn at_once(folder: &Path, named: &NamedKey, lengths: [usize; 2], (rows, batch): (u64, &Batch)) -> Result<Rate, Failure> {
    let (bare, messages) = (Bare::create(folder).map_err(stored)?, lengths.map(|length| vec![7_u8; length]));
    again_and_again(cores(), |number| {
        for message in (0..rows).flat_map(|_| &messages) {
            let signature = named.key().try_sign(std::hint::black_box(message)).map_err(unsigned)?;
            named.multiples().verify(message, std::hint::black_box(&signature)).map_err(|error| Failure::new(error.code(), error))?;
        }
        bare.write(number, batch).map(|()| rows).map_err(stored)
    })
}

/// Bare synced batches, one after the other, each with the very bytes that the library's have.
pub fn batches(folder: &Path, batch: &Batch) -> Result<Rate, Failure> {
    writes(folder, batch, 1)
}

/// The same from so many threads, each of which waits for its own.
pub fn writes(folder: &Path, batch: &Batch, threads: u64) -> Result<Rate, Failure> {
    let bare = Bare::create(folder).map_err(stored)?;
    again_and_again(threads, |number| bare.write(number, batch).map(|()| 1).map_err(stored))
}

/// Cores that may be used.
pub fn cores() -> u64 {
    thread::available_parallelism().map_or(1, |cores| u64::try_from(cores.get()).unwrap_or(1))
}

fn stopped() -> Failure {
    Failure::new("bench_stopped", "a thread of the benchmark stopped")
}
