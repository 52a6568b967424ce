//! Entry bundles: the entries behind one tile of level 0, each with its length in front (`c2sp.org/tlog-tiles`).
//!
//! ```text
//! bundle = 1*256( length: u16 big-endian || entry )
//! ```

use crate::hash::{Hash, leaf_hash};
use crate::tile::{FULL_WIDTH, Width};
use thiserror::Error;

/// The longest entry: its length is written in two bytes.
pub const LONGEST_ENTRY: usize = 0xffff;

/// One to 256 entries, still a stranger's until their hashes are those of a tile that a checkpoint covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBundle<'b> {
    entries: Vec<&'b [u8]>,
    width: Width,
}

impl<'b> EntryBundle<'b> {
    /// Bundles entries; none may be longer than its length can say.
    pub fn new(entries: Vec<&'b [u8]>) -> Result<Self, EntriesError> {
        let count = entries.len();
        let width = u16::try_from(count).ok().and_then(|count| Width::new(count).ok()).ok_or(EntriesError::Count { found: count })?;
        match entries.iter().map(|entry| entry.len()).find(|length| *length > LONGEST_ENTRY) {
            Some(length) => Err(EntriesError::TooLong { found: length }),
            None => Ok(Self { entries, width }),
        }
    }

    /// Reads a bundle to its last byte. It borrows, and stops at the 257th entry, so no bundle costs more memory than 256 slices.
    pub fn decode(bytes: &'b [u8]) -> Result<Self, EntriesError> {
        let mut entries = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if entries.len() == usize::from(FULL_WIDTH) {
                return Err(EntriesError::Count { found: entries.len() + 1 });
            }
            let (entry, behind) = first_of(rest).ok_or(EntriesError::BrokenOff { entry: entries.len(), left: rest.len() })?;
            entries.push(entry);
            rest = behind;
        }
        Self::new(entries)
    }

    /// Writes the bundle.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.entries.iter().map(|entry| entry.len() + 2).sum());
        for entry in &self.entries {
            let length = u16::try_from(entry.len()).expect("new has measured it"); // safe: no entry is longer than LONGEST_ENTRY
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(entry);
        }
        bytes
    }

    /// The entries, in their order.
    pub fn entries(&self) -> &[&'b [u8]] {
        &self.entries
    }

    /// How many there are.
    pub const fn width(&self) -> Width {
        self.width
    }

    /// The hashes that the tile of level 0 must have.
    pub fn leaf_hashes(&self) -> impl Iterator<Item = Hash> {
        self.entries.iter().map(|entry| leaf_hash(entry))
    }
}

fn first_of(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Why bytes are no entry bundle, or entries make none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EntriesError {
    /// A bundle has 1 to 256 entries.
    #[error("a bundle has 1 to {FULL_WIDTH} entries, this one {found} or more")]
    Count {
        /// Entries found before giving up.
        found: usize,
    },
    /// An entry is longer than its length can say.
    #[error("an entry has at most {LONGEST_ENTRY} bytes, this one {found}")]
    TooLong {
        /// Bytes of the entry.
        found: usize,
    },
    /// The bytes end before the entry does.
    #[error("entry {entry} is longer than the {left} bytes that are left for it")]
    BrokenOff {
        /// Which entry, counted from 0.
        entry: usize,
        /// Bytes left, its length included.
        left: usize,
    },
}

impl EntriesError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Count { .. } => "entry_count",
            Self::TooLong { .. } => "entry_too_long",
            Self::BrokenOff { .. } => "entry_broken_off",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_written_as_it_was_read() {
        let bytes = b"\0\x03one\0\0\0\x03two";
        let bundle = EntryBundle::decode(bytes).unwrap();
        assert_eq!(bundle.entries(), [b"one".as_slice(), b"", b"two"]);
        assert_eq!((bundle.encode().as_slice(), bundle.width().get()), (bytes.as_slice(), 3));
        assert_eq!(bundle.leaf_hashes().last(), Some(leaf_hash(b"two")));
    }

    #[test]
    fn a_bundle_that_breaks_off_says_where() {
        for (bytes, entry, left) in [(b"\0".as_slice(), 0, 1), (b"\0\x01", 0, 2), (b"\0\x01a\0\x02b", 1, 3)] {
            assert_eq!(EntryBundle::decode(bytes), Err(EntriesError::BrokenOff { entry, left }));
        }
    }

    #[test]
    fn a_bundle_has_1_to_256_entries_of_65535_bytes_at_most() {
        assert_eq!(EntryBundle::decode(&[]).unwrap_err().code(), "entry_count");
        assert_eq!(EntryBundle::decode(&[0; 512]).unwrap().width(), Width::FULL);
        assert_eq!(EntryBundle::decode(&[0; 514]).unwrap_err().code(), "entry_count");
        let (longest, longer) = (vec![7; LONGEST_ENTRY], vec![7; LONGEST_ENTRY + 1]);
        assert_eq!(EntryBundle::new(vec![&longer]).unwrap_err().code(), "entry_too_long");
        let bundle = EntryBundle::new(vec![&longest]).unwrap();
        assert_eq!(EntryBundle::decode(&bundle.encode()), Ok(bundle));
    }
}
