//! What a running service holds.

use crate::counter::Shelf;
use crate::publish::Press;
use jiff::Timestamp;
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::keyring::NamedKey;
use kanhe_store::Library;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Tells the time.
type Clock = dyn Fn() -> Timestamp + Send + Sync;

/// Fills bytes with chance.
type Dice = dyn Fn(&mut [u8]) + Send + Sync;

/// The clock and the dice, as the executable has them; a test brings its own.
pub struct Edge {
    /// What time it is.
    pub now: Box<Clock>,
    /// Fills bytes with chance that nobody can guess.
    pub chance: Box<Dice>,
}

impl Edge {
    /// Bytes that nobody can guess.
    pub fn drawn<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.chance)(&mut bytes);
        bytes
    }
}

/// What every request may need. Made once, by the executable, and shared.
pub struct House {
    /// The library that the service holds; nobody else has it open.
    pub library: Library,
    /// The types that the service knows.
    pub catalogue: Catalogue,
    /// The dictionaries that seals are packed with.
    pub dictionaries: Vec<Dictionary>,
    /// The agencies' keys that were unlocked for the service; they stay in memory.
    pub keys: Vec<NamedKey>,
    /// The pack that it verifies with.
    pub shelf: Shelf,
    /// What it publishes by itself.
    pub press: Press,
    /// The clock and the dice.
    pub edge: Edge,
    /// Where callers come in.
    pub door: Door,
}

/// Where callers come in.
pub struct Door {
    /// Whether browsers come by TLS, to the service itself or to what stands in front of it: then cookies are sent by TLS only.
    pub tls: bool,
    /// Passwords that may be looked at at a time: each takes 19 MiB.
    pub passwords: Semaphore,
}

/// Four passwords at a time take as much memory as a photograph of a large certificate, and keep four cores busy.
const PASSWORDS_AT_A_TIME: usize = 4;

impl Door {
    /// A door to which browsers come by TLS, or not.
    pub fn new(tls: bool) -> Self {
        Self { tls, passwords: Semaphore::new(PASSWORDS_AT_A_TIME) }
    }
}

/// A house as requests hold it.
pub type Shared = Arc<House>;

impl House {
    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.edge.now)()
    }

    /// Bytes that nobody can guess.
    pub fn chance<const N: usize>(&self) -> [u8; N] {
        self.edge.drawn()
    }
}
