//! What a running service holds.

use crate::counter::Shelf;
use crate::publish::Press;
use jiff::Timestamp;
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::keyring::NamedKey;
use kanhe_store::Library;
use std::sync::Arc;

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
        let mut bytes = [0; N];
        (self.edge.chance)(&mut bytes);
        bytes
    }
}
