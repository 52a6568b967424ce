//! The log of a library: its head, its tiles, and proofs from them.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use crate::library::Library;
use crate::writer;
use kanhe_core::event::Event;
use kanhe_log::hash::{Hash, TreeHead};
use kanhe_log::prove::root_of;
use kanhe_log::tile::TileId;

impl Library {
    /// How many events the log has that are on the disk.
    pub fn log_size(&self) -> Result<u64, StoreError> {
        writer::counters(&self.db).map(|(_, size)| size)
    }

    /// How many certificates have come into the library.
    pub fn certificates(&self) -> Result<u64, StoreError> {
        writer::counters(&self.db).map(|(next, _)| next)
    }

    /// The log as it stands on the disk: its size, and the root that its tiles give.
    pub fn head(&self) -> Result<TreeHead, StoreError> {
        let size = self.log_size()?;
        // Others may write meanwhile: then a tile has more hashes than this size, and the first of them are its own.
        let root = root_of(size, |tile| self.tile(tile))?;
        Ok(TreeHead { size, root })
    }

    /// The hashes of a tile, as many as it has now.
    pub fn tile(&self, tile: TileId) -> Result<Vec<u8>, StoreError> {
        let found = self.view().get(Family::Tiles, &layout::tile(tile))?;
        found.ok_or_else(|| StoreError::Log { detail: format!("tile {} {} is missing", tile.level(), tile.index()) })
    }

    /// The entries of the log from an index on: what a bundle of tlog-tiles holds.
    pub fn entries(&self, from: u64, count: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        (from..from.saturating_add(count)).map(|index| Ok(Event::entry_of(&self.event_at(index)?.encode()))).collect()
    }

    /// The proof that an event stands in the log of a size.
    pub fn prove(&self, index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        Ok(kanhe_log::prove::inclusion_proof(index, size, |tile| self.tile(tile))?)
    }

    /// The proof that the log of a size begins with the log of a smaller one.
    pub fn prove_growth(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        Ok(kanhe_log::prove::consistency_proof(old, new, |tile| self.tile(tile))?)
    }
}
