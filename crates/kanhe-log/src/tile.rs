//! Tiles: the tree cut into files of at most 256 hashes (`c2sp.org/tlog-tiles`).
//!
//! Tile `n` of level `l` has the hashes of the complete trees over 256^l leaves each that stand at `n * 256` and the next 255 places.
//! The rightmost tile of a level may be partial; it is never empty.

use crate::hash::{HASH_LENGTH, Hash};
use std::fmt;
use thiserror::Error;

/// Hashes in a full tile.
pub const FULL_WIDTH: u16 = 256;

/// Bytes of a full tile.
pub const FULL_BYTES: usize = 256 * HASH_LENGTH;

/// The highest level that a path may name. A tree of 2^64 leaves ends at level 7; the specification leaves room.
const HIGHEST_LEVEL: u8 = 63;

/// Which tile: its level and its place in it, whatever its width is by now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
}

impl TileId {
    /// Names a tile; a level is 0 to 63.
    pub const fn new(level: u8, index: u64) -> Result<Self, TileError> {
        if level > HIGHEST_LEVEL { Err(TileError::Level { found: level }) } else { Ok(Self { level, index }) }
    }

    /// The tile in which the hash of the complete tree `index` over 256^level leaves stands. A `u64` has levels 0 to 7.
    pub(crate) const fn holding(level: u8, index: u64) -> Self {
        Self { level, index: index / 256 }
    }

    /// The tile to its right.
    pub(crate) const fn next(self) -> Self {
        Self { level: self.level, index: self.index + 1 }
    }

    /// The level; 0 has the hashes of the leaves.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The place within the level.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How wide this tile is in a tree of so many leaves; none if that tree does not have it.
    pub fn width_in(self, size: u64) -> Option<Width> {
        let hashes = size.checked_shr(u32::from(self.level) * 8)?;
        let width = hashes.checked_sub(self.index.checked_mul(u64::from(FULL_WIDTH))?)?;
        Width::new(u16::try_from(width.min(u64::from(FULL_WIDTH))).ok()?).ok()
    }
}

/// For messages: `level/index`. What a log serves it under is [`crate::path::TilePath`].
impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.level, self.index)
    }
}

impl fmt::Debug for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TileId({self})")
    }
}

/// How many hashes a tile or entries a bundle has: 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Width(u16);

impl Width {
    /// All 256.
    pub const FULL: Self = Self(FULL_WIDTH);

    /// A width of 1 to 256; nothing that is empty is ever served.
    pub const fn new(width: u16) -> Result<Self, TileError> {
        if width == 0 || width > FULL_WIDTH { Err(TileError::Width { found: width }) } else { Ok(Self(width)) }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Bytes of a tile of this width.
    pub fn bytes(self) -> usize {
        usize::from(self.0) * HASH_LENGTH
    }
}

/// The hashes in the bytes of a tile, if they are the bytes of one.
pub(crate) fn hashes_in(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_LENGTH>();
    let whole = rest.is_empty() && !bytes.is_empty() && bytes.len() <= FULL_BYTES;
    whole.then(|| hashes.iter().copied().map(Hash::new).collect())
}

/// Why there is no such tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TileError {
    /// A level is 0 to 63.
    #[error("a tile's level is 0 to {HIGHEST_LEVEL}, not {found}")]
    Level {
        /// The level found.
        found: u8,
    },
    /// A width is 1 to 256.
    #[error("a tile is 1 to {FULL_WIDTH} wide, not {found}")]
    Width {
        /// The width found.
        found: u16,
    },
}

impl TileError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Level { .. } => "tile_level",
            Self::Width { .. } => "tile_width",
        }
    }
}

/// Why a stored tile is of no use; `E` is what the store says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError<E> {
    /// The store did not give the tile.
    #[error("tile {tile} cannot be read")]
    Store {
        /// The tile wanted.
        tile: TileId,
        /// The store's own reason.
        source: E,
    },
    /// The tile does not have the bytes that the tree's size demands: the store is damaged, or of another tree.
    #[error("tile {tile} has {found} bytes, the size of the tree demands {wanted}")]
    Length {
        /// The tile.
        tile: TileId,
        /// Bytes found.
        found: usize,
        /// Bytes that it has in a tree of this size.
        wanted: usize,
    },
}

impl<E> ReadError<E> {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store { .. } => "tile_not_read",
            Self::Length { .. } => "tile_length",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(level: u8, index: u64, size: u64) -> Option<u16> {
        TileId::new(level, index).unwrap().width_in(size).map(Width::get)
    }

    #[test]
    fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
        assert_eq!((width(0, 272, 70_000), width(0, 273, 70_000), width(0, 274, 70_000)), (Some(256), Some(112), None));
        assert_eq!((width(1, 0, 70_000), width(1, 1, 70_000), width(1, 2, 70_000)), (Some(256), Some(17), None));
        assert_eq!((width(2, 0, 70_000), width(2, 1, 70_000), width(3, 0, 70_000)), (Some(1), None, None));
    }

    #[test]
    fn a_tree_of_256_has_a_full_tile_and_one_of_width_1_above_it() {
        assert_eq!((width(0, 0, 256), width(0, 1, 256), width(1, 0, 256)), (Some(256), None, Some(1)));
    }

    #[test]
    fn no_size_and_no_place_is_too_large_to_ask_for() {
        assert_eq!((width(7, 0, u64::MAX), width(8, 0, u64::MAX), width(63, 0, u64::MAX)), (Some(255), None, None));
        assert_eq!((width(0, u64::MAX, u64::MAX), width(0, u64::MAX >> 8, u64::MAX)), (None, Some(255)));
        assert_eq!(width(0, 0, 0), None);
    }

    #[test]
    fn levels_and_widths_have_their_range() {
        assert_eq!(TileId::new(64, 0).unwrap_err().code(), "tile_level");
        assert_eq!([0, 257].map(|width| Width::new(width).unwrap_err().code()), ["tile_width"; 2]);
    }
}
