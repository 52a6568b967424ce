//! The paths under which a log serves its tiles and entries (`c2sp.org/tlog-tiles`).
//!
//! ```text
//! tile/0/x001/x234/067        tile 1234067 of level 0, full
//! tile/1/000.p/17             tile 0 of level 1, of width 17
//! tile/entries/003.p/5        the entries 768 to 772
//! ```

use crate::text::{decimal, shown};
use crate::tile::{FULL_WIDTH, TileError, TileId, Width};
use std::fmt;
use thiserror::Error;

/// The longest path has the entries of the last tile: `tile/entries/`, seven elements and a width come to 53 characters.
const LONGEST_PATH: usize = 64;

/// A file of a log, by its path below the log's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TilePath {
    /// A tile of hashes.
    Hashes {
        /// Which one.
        tile: TileId,
        /// How many hashes.
        width: Width,
    },
    /// A bundle of entries: those whose hashes stand in the tile of level 0 at the same place.
    Entries {
        /// Which one.
        index: u64,
        /// How many entries.
        width: Width,
    },
}

impl TilePath {
    /// Reads a path, which has one spelling: no query, no leading slash, no needless zeroes.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        if path.len() > LONGEST_PATH {
            return Err(PathError::Length { found: path.len(), most: LONGEST_PATH });
        }
        let malformed = || PathError::Malformed { found: shown(path) };
        let (level, rest) = path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(malformed)?;
        let (place, width) = match rest.split_once(".p/") {
            Some((place, width)) => (place, partial(width).ok_or_else(malformed)?),
            None => (rest, Width::FULL),
        };
        let index = index_of(place).ok_or_else(malformed)?;
        let read = match level {
            "entries" => Self::Entries { index, width },
            number => {
                let level = decimal(number).and_then(|level| u8::try_from(level).ok()).ok_or_else(malformed)?;
                Self::Hashes { tile: TileId::new(level, index)?, width }
            }
        };
        // Elements of nothing but zeroes in front would be a second spelling.
        if read.to_string() == path { Ok(read) } else { Err(malformed()) }
    }

    /// How many hashes or entries are served there.
    pub const fn width(&self) -> Width {
        match self {
            Self::Hashes { width, .. } | Self::Entries { width, .. } => *width,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes { tile, .. } => write!(f, "tile/{}/{}", tile.level(), elements(tile.index()))?,
            Self::Entries { index, .. } => write!(f, "tile/entries/{}", elements(*index))?,
        }
        if self.width() == Width::FULL { Ok(()) } else { write!(f, ".p/{}", self.width().get()) }
    }
}

/// A partial width is 1 to 255: a full tile has no suffix.
fn partial(text: &str) -> Option<Width> {
    let width = decimal(text).and_then(|width| u16::try_from(width).ok()).filter(|width| *width < FULL_WIDTH)?;
    Width::new(width).ok()
}

/// 1234067 from `x001/x234/067`.
fn index_of(place: &str) -> Option<u64> {
    let (parents, last) = place.rsplit_once('/').map_or((None, place), |(parents, last)| (Some(parents), last));
    let above = parents.into_iter().flat_map(|parents| parents.split('/')).map(|element| element.strip_prefix('x'));
    above.chain([Some(last)]).try_fold(0_u64, |index, digits| {
        let digits = digits.filter(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        index.checked_mul(1000)?.checked_add(digits.parse().ok()?)
    })
}

/// `x001/x234/067` from 1234067.
fn elements(index: u64) -> String {
    let mut place = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        place = format!("x{:03}/{place}", rest % 1000);
        rest /= 1000;
    }
    place
}

/// Why a path leads to no file of a log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// The path is longer than any.
    #[error("a tile's path has at most {most} characters, this one {found}")]
    Length {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        most: usize,
    },
    /// The path is not spelt as the specification says.
    #[error("{found:?} is no path of a tile (tile/<level>/<index>[.p/<width>])")]
    Malformed {
        /// Its beginning.
        found: String,
    },
    /// The path is spelt well and names a tile that cannot be.
    #[error(transparent)]
    Tile(#[from] TileError),
}

impl PathError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "tile_path_length",
            Self::Malformed { .. } => "tile_path_malformed",
            Self::Tile(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_was_read() {
        let paths = [
            "tile/0/x001/x234/067",
            "tile/0/000",
            "tile/1/000.p/17",
            "tile/63/x001/000.p/255",
            "tile/entries/003.p/5",
            "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255",
        ];
        for path in paths {
            assert_eq!(TilePath::parse(path).unwrap().to_string(), path);
        }
        let tile = TileId::new(0, 1_234_067).unwrap();
        assert_eq!(TilePath::parse(paths[0]), Ok(TilePath::Hashes { tile, width: Width::FULL }));
    }

    #[test]
    fn a_second_spelling_is_none() {
        let others = [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/0/000/",
            "tile/00/000",
            "tile/-1/000",
            "tile/x/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/+01",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/256/000",
            "tile/Entries/000",
            "tile/entries/000?",
            "tile/0/００１",
        ];
        for path in others {
            assert_eq!(TilePath::parse(path).unwrap_err().code(), "tile_path_malformed", "{path}");
        }
        assert_eq!(TilePath::parse("tile/64/000").unwrap_err().code(), "tile_level");
        assert_eq!(TilePath::parse(&"x".repeat(65)).unwrap_err().code(), "tile_path_length");
    }
}
