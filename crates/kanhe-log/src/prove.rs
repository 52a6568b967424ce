//! Proofs made from stored tiles (RFC 6962 §2.1.1 and §2.1.2).
//!
//! Each tile is read once for a proof. A tile may be wider than it was in the tree that is asked for: a log has grown since.

use crate::hash::{Hash, root_of_peaks, root_over};
use crate::tile::{ReadError, TileId, hashes_in};
use std::collections::BTreeMap;
use std::ops::Range;
use thiserror::Error;

/// The root of the tree of the first `size` leaves.
pub fn root_of<E>(size: u64, read: impl FnMut(TileId) -> Result<Vec<u8>, E>) -> Result<Hash, ReadError<E>> {
    Tiles::new(size, read).root(0..size)
}

/// The proof that the leaf at `index` stands in the tree of the first `size` leaves: `PATH(index, D[0:size])`, the leaf's neighbour first.
pub fn inclusion_proof<E>(index: u64, size: u64, read: impl FnMut(TileId) -> Result<Vec<u8>, E>) -> Result<Vec<Hash>, ProveError<E>> {
    if index >= size {
        return Err(ProveError::BeyondEnd { index, size });
    }
    let mut tree = 0..size;
    let mut beside = Vec::new();
    while let Some(middle) = middle(&tree) {
        let (left, right) = (tree.start..middle, middle..tree.end);
        let (inside, outside) = if index < middle { (left, right) } else { (right, left) };
        beside.push(outside);
        tree = inside;
    }
    Ok(Tiles::new(size, read).roots_upwards(beside)?)
}

/// The proof that the tree of the first `new` leaves continues that of the first `old`: `PROOF(old, D[0:new])`.
///
/// There is none from the tree without leaves, which every tree continues.
pub fn consistency_proof<E>(old: u64, new: u64, read: impl FnMut(TileId) -> Result<Vec<u8>, E>) -> Result<Vec<Hash>, ProveError<E>> {
    if old > new {
        return Err(ProveError::Backwards { old, new });
    }
    if old == 0 {
        return Err(ProveError::FromNothing { new });
    }
    let mut tree = 0..new;
    let mut beside = Vec::new();
    while let Some(middle) = middle(&tree).filter(|_| old < tree.end) {
        let (left, right) = (tree.start..middle, middle..tree.end);
        let (inside, outside) = if old <= middle { (left, right) } else { (right, left) };
        beside.push(outside);
        tree = inside;
    }
    // Where the old tree ends; if that is the whole old tree, the verifier has its root already.
    if tree.start > 0 {
        beside.push(tree);
    }
    Ok(Tiles::new(new, read).roots_upwards(beside)?)
}

/// Where RFC 6962 cuts a tree in two: behind the largest complete tree that leaves something over. A leaf is not cut.
fn middle(tree: &Range<u64>) -> Option<u64> {
    let last = (tree.end - tree.start).checked_sub(1)?;
    Some(tree.start + (1 << last.checked_ilog2()?))
}

/// The tiles of a tree, each read when it is first needed.
struct Tiles<R> {
    size: u64,
    read: R,
    seen: BTreeMap<TileId, Vec<Hash>>,
}

impl<E, R: FnMut(TileId) -> Result<Vec<u8>, E>> Tiles<R> {
    const fn new(size: u64, read: R) -> Self {
        Self { size, read, seen: BTreeMap::new() }
    }

    /// The roots of trees that were found from the top down, from the bottom up.
    fn roots_upwards(&mut self, trees: Vec<Range<u64>>) -> Result<Vec<Hash>, ReadError<E>> {
        trees.into_iter().rev().map(|tree| self.root(tree)).collect()
    }

    /// The root over a range that begins where a complete tree of its length could begin, as all ranges of RFC 6962 do.
    fn root(&mut self, leaves: Range<u64>) -> Result<Hash, ReadError<E>> {
        let length = leaves.end - leaves.start;
        let mut peaks = Vec::new();
        let mut start = leaves.start;
        for height in (0..64).rev().filter(|height| length >> height & 1 == 1) {
            peaks.push(self.complete(height, start >> height)?);
            start += 1 << height;
        }
        Ok(root_of_peaks(&peaks))
    }

    /// The root of complete tree `place` over 2^height leaves: it stands in a tile, or is made of up to 128 neighbours there.
    fn complete(&mut self, height: u32, place: u64) -> Result<Hash, ReadError<E>> {
        let (level, within) = (u8::try_from(height / 8).unwrap_or(u8::MAX), height % 8);
        let first = place << within;
        let tile = TileId::holding(level, first);
        let hashes = self.tile(tile)?;
        let from = usize::try_from(first % 256).unwrap_or_default();
        Ok(root_over(hashes.get(from..from + (1 << within)).unwrap_or_default()))
    }

    fn tile(&mut self, tile: TileId) -> Result<&[Hash], ReadError<E>> {
        if !self.seen.contains_key(&tile) {
            let bytes = (self.read)(tile).map_err(|source| ReadError::Store { tile, source })?;
            let wanted = tile.width_in(self.size).map_or(0, |width| width.bytes());
            let wide_enough = |hashes: &Vec<Hash>| size_of_val(hashes.as_slice()) >= wanted;
            let damaged = ReadError::Length { tile, found: bytes.len(), wanted };
            self.seen.insert(tile, hashes_in(&bytes).filter(wide_enough).ok_or(damaged)?);
        }
        Ok(self.seen.get(&tile).map(Vec::as_slice).unwrap_or_default())
    }
}

/// Why there is no such proof.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProveError<E> {
    /// A tile is missing or damaged.
    #[error(transparent)]
    Tile(#[from] ReadError<E>),
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    BeyondEnd {
        /// The leaf asked for.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The old tree is larger than the new one.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Backwards {
        /// Leaves in the old tree.
        old: u64,
        /// Leaves in the new tree.
        new: u64,
    },
    /// The old tree is empty.
    #[error("every tree, this one of {new} leaves too, continues the empty one: there is nothing to prove")]
    FromNothing {
        /// Leaves in the new tree.
        new: u64,
    },
}

impl<E> ProveError<E> {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tile(error) => error.code(),
            Self::BeyondEnd { .. } => "log_index_beyond_end",
            Self::Backwards { .. } => "log_backwards",
            Self::FromNothing { .. } => "log_from_nothing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn never(_: TileId) -> Result<Vec<u8>, Infallible> {
        panic!("no tile is needed")
    }

    #[test]
    fn what_cannot_be_proved_is_refused_before_a_tile_is_read() {
        assert_eq!(inclusion_proof(3, 3, never), Err(ProveError::BeyondEnd { index: 3, size: 3 }));
        assert_eq!(inclusion_proof(0, 0, never).unwrap_err().code(), "log_index_beyond_end");
        assert_eq!(consistency_proof(4, 3, never).unwrap_err().code(), "log_backwards");
        assert_eq!(consistency_proof(0, 3, never).unwrap_err().code(), "log_from_nothing");
    }

    #[test]
    fn what_needs_no_hash_needs_no_tile() {
        assert_eq!(inclusion_proof(0, 1, never), Ok(vec![]));
        assert_eq!(consistency_proof(u64::MAX, u64::MAX, never), Ok(vec![]));
        assert_eq!(root_of(0, never), Ok(Hash::EMPTY_ROOT));
    }

    #[test]
    fn a_tile_too_narrow_for_the_size_or_with_half_a_hash_is_refused() {
        for found in [0, 32, 64, 95, 97, 8193, 8224] {
            let error = inclusion_proof(0, 3, |_| Ok::<_, Infallible>(vec![0; found])).unwrap_err();
            let tile = TileId::new(0, 0).unwrap();
            assert_eq!(error, ProveError::Tile(ReadError::Length { tile, found, wanted: 96 }), "{found}");
        }
        assert_eq!(inclusion_proof(0, 3, |_| Ok::<_, Infallible>(vec![0; 128])).map(|proof| proof.len()), Ok(2));
    }

    #[test]
    fn each_tile_is_read_once() {
        let mut read = Vec::new();
        let proof = inclusion_proof(70_000, 140_000, |tile: TileId| {
            read.push(tile.to_string());
            Ok::<_, Infallible>(vec![0; tile.width_in(140_000).unwrap().bytes()])
        });
        assert_eq!(proof.unwrap().len(), 18);
        read.sort_unstable();
        assert_eq!(read, ["0/273", "0/546", "1/1", "1/2", "2/0"]);
    }
}
