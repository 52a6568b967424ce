//! A log that keeps its tiles in memory, and the tree of RFC 6962 written down as the RFC defines it.

use kanhe_log::edge::Edge;
use kanhe_log::hash::{Hash, TreeHead, leaf_hash, node_hash};
use kanhe_log::tile::TileId;
use std::collections::BTreeMap;

/// A log with all that a store would have of it.
#[derive(Default)]
pub struct Stored {
    pub leaves: Vec<Hash>,
    pub tiles: BTreeMap<TileId, Vec<u8>>,
    /// The head at every size.
    pub heads: Vec<TreeHead>,
}

impl Stored {
    /// A log of so many leaves, stored after every `batch` of them.
    pub fn grown(size: u64, batch: usize) -> Self {
        let mut log = Self { heads: vec![TreeHead::EMPTY], ..Self::default() };
        let mut edge = Edge::empty();
        for index in 0..size {
            let leaf = leaf(index);
            assert_eq!(edge.append(leaf), index);
            log.leaves.push(leaf);
            log.heads.push(edge.head());
            if log.leaves.len().is_multiple_of(batch) {
                log.tiles.extend(edge.take_changed());
            }
        }
        log.tiles.extend(edge.take_changed());
        log
    }

    /// One tile, as wide as it is by now.
    pub fn read(&self, tile: TileId) -> Result<Vec<u8>, TileId> {
        self.tiles.get(&tile).cloned().ok_or(tile)
    }

    /// One tile, as wide as it was in the tree of so many leaves.
    pub fn read_at(&self, size: u64, tile: TileId) -> Result<Vec<u8>, TileId> {
        let width = tile.width_in(size).ok_or(tile)?;
        Ok(self.read(tile)?[..width.bytes()].to_vec())
    }
}

/// A leaf like no other.
pub fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

/// `MTH(D[n])` of RFC 6962 §2.1, word for word.
pub fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root_by_definition(left), &root_by_definition(right))
        }
    }
}
