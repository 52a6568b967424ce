//! The right edge of the tree: all that is needed to append, and the one place where a log grows.
//!
//! An [`Edge`] has the partial tile of each level, and the roots of the complete trees that the leaves so far make up (one for each 1 in
//! the size's binary digits). An append hashes once for each tree that it completes, which is less than once on average; a head costs at
//! most 63 hashes.

use crate::hash::{Hash, TreeHead, node_hash, root_of_peaks, root_over};
use crate::tile::{FULL_BYTES, ReadError, TileId, hashes_in};
use thiserror::Error;

/// No log grows further: a million leaves a second come to 2^48 after nine years. It leaves room to count on without overflow.
pub const LARGEST_TREE: u64 = 1 << 48;

/// A tree at its right edge. A clone is cheap (some tiles of 8 KiB), so a batch that is refused is dropped with its clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// The roots of complete trees, the largest first.
    peaks: Vec<Hash>,
    /// The partial tile of each level, the leaves first.
    partial: Vec<Partial>,
    /// Tiles that have become full since the last take.
    filled: Vec<(TileId, Vec<u8>)>,
}

impl Edge {
    /// The edge of a tree without leaves.
    pub const fn empty() -> Self {
        Self { size: 0, peaks: Vec::new(), partial: Vec::new(), filled: Vec::new() }
    }

    /// Takes up a stored tree of `size` leaves; `read` gives the bytes of one tile, and is asked for one partial tile of each level at most.
    ///
    /// A tile that is wider or narrower than the size demands is refused: size and tiles are written in one batch, so they agree or the
    /// store is damaged. That the hashes are the right ones shows when [`Edge::head`] is compared with the last signed checkpoint.
    pub fn load<E>(size: u64, mut read: impl FnMut(TileId) -> Result<Vec<u8>, E>) -> Result<Self, LoadError<E>> {
        if size > LARGEST_TREE {
            return Err(LoadError::TooLarge { size });
        }
        let mut edge = Self { size, ..Self::empty() };
        for level in (0..8_u8).take_while(|level| size >> (8 * level) > 0) {
            let hashes = size >> (8 * level);
            let tile = TileId::holding(level, hashes);
            let bytes = match tile.width_in(size) {
                Some(width) => stored(tile, width.bytes(), &mut read)?,
                None => Vec::new(),
            };
            edge.partial.push(Partial { tile, bytes, changed: false });
        }
        edge.peaks = edge.partial.iter().rev().flat_map(Partial::peaks).collect();
        Ok(edge)
    }

    /// Appends a leaf and says at which index it stands.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        let index = self.size;
        self.size += 1;
        self.put(0, &leaf);
        let (mut tree, mut level) = (leaf, 0);
        // Every 1 at the end of the index is a complete tree that the new one completes to a larger.
        for height in 1..=index.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for every 1 of the size"); // safe: append and load keep one for each
            tree = node_hash(&left, &tree);
            if height % 8 == 0 {
                level += 1;
                self.put(level, &tree);
            }
        }
        self.peaks.push(tree);
        index
    }

    /// Leaves so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The head of the tree so far.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: root_of_peaks(&self.peaks) }
    }

    /// Every tile that is not as it was when last taken, with all its bytes so far, by level and place.
    ///
    /// The store writes them in the same batch as the records behind the leaves: there is no moment at which one exists without the other.
    pub fn take_changed(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let mut changed = std::mem::take(&mut self.filled);
        changed.extend(self.partial.iter_mut().filter_map(Partial::take_changed));
        changed.sort_unstable_by_key(|(tile, _)| *tile);
        changed
    }

    /// Puts a hash at the end of a level. The level above begins when its first hash comes, so levels come one by one.
    fn put(&mut self, level: usize, hash: &Hash) {
        if level >= self.partial.len() {
            let above = self.partial.last().map_or(0, |highest| highest.tile.level() + 1);
            self.partial.push(Partial { tile: TileId::holding(above, 0), bytes: Vec::new(), changed: false });
        }
        self.filled.extend(self.partial.get_mut(level).and_then(|partial| partial.put(hash)));
    }
}

/// The tile of a level that still takes hashes; it may be empty, and is then not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Partial {
    tile: TileId,
    bytes: Vec<u8>,
    changed: bool,
}

impl Partial {
    /// Takes one more hash; a tile that has become full is handed out, and the next one begins.
    fn put(&mut self, hash: &Hash) -> Option<(TileId, Vec<u8>)> {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(FULL_BYTES);
        }
        self.bytes.extend_from_slice(hash.as_bytes());
        self.changed = self.bytes.len() < FULL_BYTES;
        if self.changed {
            return None;
        }
        let next = self.tile.next();
        Some((std::mem::replace(&mut self.tile, next), std::mem::take(&mut self.bytes)))
    }

    fn take_changed(&mut self) -> Option<(TileId, Vec<u8>)> {
        std::mem::take(&mut self.changed).then(|| (self.tile, self.bytes.clone()))
    }

    /// The roots of the complete trees that the hashes of this tile make up, the largest first.
    fn peaks(&self) -> Vec<Hash> {
        let hashes = hashes_in(&self.bytes).unwrap_or_default();
        let mut rest = hashes.as_slice();
        let mut peaks = Vec::new();
        for height in (0..8).rev() {
            let count = hashes.len() & (1 << height);
            if let Some((tree, behind)) = rest.split_at_checked(count).filter(|_| count > 0) {
                peaks.push(root_over(tree));
                rest = behind;
            }
        }
        peaks
    }
}

fn stored<E>(tile: TileId, wanted: usize, read: &mut impl FnMut(TileId) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, ReadError<E>> {
    let bytes = read(tile).map_err(|source| ReadError::Store { tile, source })?;
    if bytes.len() == wanted { Ok(bytes) } else { Err(ReadError::Length { tile, found: bytes.len(), wanted }) }
}

/// Why a stored tree cannot be taken up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError<E> {
    /// A tile is missing or of another width.
    #[error(transparent)]
    Tile(#[from] ReadError<E>),
    /// The size is beyond all sense.
    #[error("a log has at most {LARGEST_TREE} leaves, this one would have {size}")]
    TooLarge {
        /// The size asked for.
        size: u64,
    },
}

impl<E> LoadError<E> {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tile(error) => error.code(),
            Self::TooLarge { .. } => "log_too_large",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{HASH_LENGTH, leaf_hash};
    use std::convert::Infallible;

    fn grown(leaves: u32) -> Edge {
        let mut edge = Edge::empty();
        for leaf in 0..leaves {
            edge.append(leaf_hash(&leaf.to_be_bytes()));
        }
        edge
    }

    fn never(_: TileId) -> Result<Vec<u8>, Infallible> {
        panic!("no tile is needed")
    }

    #[test]
    fn the_head_of_nothing_is_the_empty_head() {
        assert_eq!(Edge::empty().head(), TreeHead::EMPTY);
        assert_eq!(Edge::load(0, never).unwrap(), Edge::empty());
    }

    #[test]
    fn a_full_tile_is_handed_out_once_and_its_root_stands_a_level_higher() {
        let mut edge = grown(256);
        let changed = edge.take_changed();
        let names: Vec<_> = changed.iter().map(|(tile, bytes)| (tile.to_string(), bytes.len())).collect();
        assert_eq!(names, [("0/0".to_owned(), FULL_BYTES), ("1/0".to_owned(), HASH_LENGTH)]);
        assert_eq!(changed[1].1, edge.head().root.as_bytes());
        assert_eq!(edge.take_changed(), []);
        edge.append(leaf_hash(b"next"));
        assert_eq!(edge.take_changed()[0].0.to_string(), "0/1");
    }

    #[test]
    fn a_dropped_clone_leaves_no_trace() {
        let mut edge = grown(300);
        let (before, mut batch) = (edge.clone(), edge.clone());
        for _ in 0..300 {
            batch.append(Hash::EMPTY_ROOT);
        }
        drop(batch);
        assert_eq!(edge, before);
        assert_eq!(edge.append(leaf_hash(b"kept")), 300);
    }

    #[test]
    fn a_tile_that_does_not_fit_the_size_is_refused() {
        for found in [0, 31, 2 * HASH_LENGTH, 4 * HASH_LENGTH] {
            let error = Edge::load(3, |_| Ok::<_, Infallible>(vec![0; found])).unwrap_err();
            let tile = TileId::new(0, 0).unwrap();
            assert_eq!(error, LoadError::Tile(ReadError::Length { tile, found, wanted: 3 * HASH_LENGTH }));
        }
    }

    #[test]
    fn what_the_store_says_is_passed_on() {
        let error = Edge::load(3, |_| Err("the disk is gone")).unwrap_err();
        assert_eq!(error.code(), "tile_not_read");
        assert!(matches!(error, LoadError::Tile(ReadError::Store { source: "the disk is gone", .. })));
    }

    #[test]
    fn a_size_beyond_all_sense_is_refused_before_a_tile_is_read() {
        assert_eq!(Edge::load(LARGEST_TREE + 1, never).unwrap_err().code(), "log_too_large");
    }
}
