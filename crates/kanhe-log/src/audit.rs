//! A published log hashed again, file by file: whether its files are those that one signed head covers, and an earlier one covered.
//!
//! A proof between two heads reads some tiles; this reads all, entries too. Memory does not grow with the log: each file is read once.

use crate::edge::Edge;
use crate::entries::EntryBundle;
use crate::hash::{Hash, TreeHead};
use crate::path::TilePath;
use crate::proof::Which;
use crate::tile::{FULL_WIDTH, TileId, Width, hashes_in};
use thiserror::Error;

/// Holds every file that `new` covers against the others, against `new`, and against `old` on the way.
///
/// `read` gives the bytes of a file, or nothing where there is none; where a partial file is gone, the full one that has followed it will
/// do. `seen` is told how many entries were hashed.
pub fn audit<E>(
    old: &TreeHead,
    new: &TreeHead,
    read: impl FnMut(TilePath) -> Result<Option<Vec<u8>>, E>,
    mut seen: impl FnMut(u64),
) -> Result<(), AuditError<E>> {
    if old.size > new.size {
        return Err(AuditError::Backwards { old: old.size, new: new.size });
    }
    let (mut mirror, mut edge) = (Mirror { read }, Edge::empty());
    agrees(Which::Old, old, &edge)?;
    for index in 0..new.size.div_ceil(u64::from(FULL_WIDTH)) {
        for leaf in mirror.leaves(index, new, &edge)? {
            edge.append(leaf);
            agrees(Which::Old, old, &edge)?;
        }
        for (tile, bytes) in edge.take_changed() {
            // A tile that will grow is compared when it has grown; those of level 0 were just read.
            if let Some(width) = tile.width_in(new.size).filter(|width| tile.level() > 0 && width.bytes() == bytes.len()) {
                mirror.has(tile, width, &bytes)?;
            }
        }
        seen(edge.size());
    }
    agrees(Which::New, new, &edge)
}

fn agrees<E>(which: Which, head: &TreeHead, edge: &Edge) -> Result<(), AuditError<E>> {
    if edge.size() != head.size || edge.head() == *head { Ok(()) } else { Err(AuditError::Root { which, size: head.size }) }
}

/// The files of a log, still a stranger's.
struct Mirror<R> {
    read: R,
}

impl<R, E> Mirror<R>
where
    R: FnMut(TilePath) -> Result<Option<Vec<u8>>, E>,
{
    /// The hashes of a tile of level 0, which its entries have; `before` is the tree of the tiles before it.
    fn leaves(&mut self, index: u64, new: &TreeHead, before: &Edge) -> Result<Vec<Hash>, AuditError<E>> {
        let tile = TileId::holding(0, index.saturating_mul(u64::from(FULL_WIDTH)));
        let width = tile.width_in(new.size).unwrap_or(Width::FULL);
        let (hashed, entries) = (TilePath::Hashes { tile, width }, TilePath::Entries { index, width });
        let hashes = hashes_in(&self.tile(tile, width)?).filter(|hashes| hashes.len() == usize::from(width.get()));
        let hashes = hashes.ok_or(AuditError::Altered { path: hashed })?;
        let bytes = self.file(entries, TilePath::Entries { index, width: Width::FULL })?;
        let bundle = EntryBundle::decode(&bytes).map_err(|_| AuditError::Altered { path: entries })?;
        let told: Vec<Hash> = bundle.leaf_hashes().take(hashes.len()).collect();
        if told == hashes {
            return Ok(hashes);
        }
        let above = self.above(index, new, before)?;
        Err(match [&told, &hashes].map(|leaves| above.as_ref().is_some_and(|above| above.is_over(leaves))) {
            [true, _] => AuditError::Altered { path: hashed },
            [false, true] => AuditError::Altered { path: entries },
            [false, false] => AuditError::Apart { hashes: hashed, entries },
        })
    }

    /// What the rest of the log says of a tile of level 0: the tile above it of a full one, and the head of the last.
    fn above(&mut self, index: u64, new: &TreeHead, before: &Edge) -> Result<Option<Above>, AuditError<E>> {
        let above = TileId::holding(1, index);
        let place = usize::try_from(index % u64::from(FULL_WIDTH)).unwrap_or(usize::MAX);
        let Some(width) = above.width_in(new.size).filter(|width| place < usize::from(width.get())) else {
            return Ok(Some(Above { head: *new, before: before.clone() }));
        };
        let root = hashes_in(&self.tile(above, width)?).and_then(|hashes| hashes.get(place).copied());
        Ok(root.map(|root| Above { head: TreeHead { size: FULL_WIDTH.into(), root }, before: Edge::empty() }))
    }

    fn has(&mut self, tile: TileId, width: Width, wanted: &[u8]) -> Result<(), AuditError<E>> {
        if self.tile(tile, width)? == wanted { Ok(()) } else { Err(AuditError::Altered { path: TilePath::Hashes { tile, width } }) }
    }

    fn tile(&mut self, tile: TileId, width: Width) -> Result<Vec<u8>, AuditError<E>> {
        let (path, full) = (TilePath::Hashes { tile, width }, TilePath::Hashes { tile, width: Width::FULL });
        let mut bytes = self.file(path, full)?;
        bytes.truncate(width.bytes());
        Ok(bytes)
    }

    fn file(&mut self, path: TilePath, full: TilePath) -> Result<Vec<u8>, AuditError<E>> {
        for path in [path, full] {
            if let Some(bytes) = (self.read)(path).map_err(|source| AuditError::Read { path, source })? {
                return Ok(bytes);
            }
        }
        Err(AuditError::Missing { path })
    }
}

/// A head, and the tree before the leaves that it is asked about.
struct Above {
    head: TreeHead,
    before: Edge,
}

impl Above {
    fn is_over(&self, leaves: &[Hash]) -> bool {
        let mut edge = self.before.clone();
        for leaf in leaves {
            edge.append(*leaf);
        }
        edge.head() == self.head
    }
}

/// Why the files of a log are not what its heads say; `E` is what the reader of files says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuditError<E> {
    /// The old head is of a larger log.
    #[error("a log of {new} entries cannot continue one of {old}")]
    Backwards {
        /// Entries of the old head.
        old: u64,
        /// Entries of the new one.
        new: u64,
    },
    /// There is no such file.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: TilePath,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: TilePath,
        /// The reader's own reason.
        source: E,
    },
    /// A file has not what the entries give.
    #[error("{path} is not what the entries of the log give")]
    Altered {
        /// The file.
        path: TilePath,
    },
    /// A tile and its entries are not of one log, and the rest of it speaks for neither.
    #[error("{hashes} is not what {entries} gives")]
    Apart {
        /// The tile of hashes.
        hashes: TilePath,
        /// Its entries.
        entries: TilePath,
    },
    /// The entries give another root.
    #[error("the first {size} entries do not give the root of {which} checkpoint")]
    Root {
        /// Which head.
        which: Which,
        /// Its size.
        size: u64,
    },
}

impl<E> AuditError<E> {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Backwards { .. } => "log_backwards",
            Self::Missing { .. } => "log_tile_missing",
            Self::Read { .. } => "log_unreadable",
            Self::Altered { .. } | Self::Apart { .. } => "log_file_altered",
            Self::Root { .. } => "log_root_differs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    /// The files of a log and its heads, one for each size.
    fn published(size: u64) -> (BTreeMap<TilePath, Vec<u8>>, Vec<TreeHead>) {
        let (mut edge, mut files, mut heads) = (Edge::empty(), BTreeMap::new(), vec![Edge::empty().head()]);
        let entries: Vec<_> = (0..size).map(u64::to_be_bytes).collect();
        for entry in &entries {
            edge.append(leaf_hash(entry));
            heads.push(edge.head());
        }
        for (tile, bytes) in edge.take_changed() {
            files.insert(TilePath::Hashes { tile, width: tile.width_in(size).unwrap() }, bytes);
        }
        for (index, bundle) in (0..).zip(entries.chunks(256)) {
            let bundle = EntryBundle::new(bundle.iter().map(<[u8; 8]>::as_slice).collect()).unwrap();
            files.insert(TilePath::Entries { index, width: bundle.width() }, bundle.encode());
        }
        (files, heads)
    }

    fn code(files: &BTreeMap<TilePath, Vec<u8>>, old: &TreeHead, new: &TreeHead) -> Option<&'static str> {
        let read = |path: TilePath| Ok::<_, Infallible>(files.get(&path).cloned());
        audit(old, new, read, |_| {}).err().map(|error| error.code())
    }

    #[test]
    fn a_log_continues_every_earlier_head_of_its_own() {
        let (files, heads) = published(700);
        for old in [0, 1, 255, 256, 257, 512, 699, 700] {
            assert_eq!(code(&files, &heads[old], &heads[700]), None, "{old}");
        }
        let other = TreeHead { size: 300, root: leaf_hash(b"another history") };
        assert_eq!(code(&files, &other, &heads[700]), Some("log_root_differs"));
        assert_eq!(code(&files, &heads[700], &other), Some("log_backwards"));
    }

    #[test]
    fn whichever_byte_of_whichever_file_is_altered_is_found() {
        let (files, heads) = published(600);
        for (path, bytes) in &files {
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut altered = files.clone();
                altered.get_mut(path).unwrap()[at] ^= 1;
                let read = |path: TilePath| Ok::<_, Infallible>(altered.get(&path).cloned());
                let found = audit(&heads[10], &heads[600], read, |_| {}).unwrap_err();
                // The one that was altered is named, and no other.
                assert_eq!(found, AuditError::Altered { path: *path }, "at {at}");
                assert_eq!(found.code(), "log_file_altered");
            }
            let mut without = files.clone();
            without.remove(path);
            assert_eq!(code(&without, &heads[10], &heads[600]), Some("log_tile_missing"), "{path}");
        }
        // Both alike: then the root tells.
        let (mut both, other) = (files.clone(), [7_u8; 8]);
        let mut entries: Vec<_> = (0..256_u64).map(u64::to_be_bytes).collect();
        entries[3] = other;
        let bundle = EntryBundle::new(entries.iter().map(<[u8; 8]>::as_slice).collect()).unwrap();
        let tile = TilePath::Hashes { tile: TileId::new(0, 0).unwrap(), width: Width::FULL };
        both.insert(tile, bundle.leaf_hashes().flat_map(|hash| *hash.as_bytes()).collect());
        both.insert(TilePath::Entries { index: 0, width: Width::FULL }, bundle.encode());
        assert!(code(&both, &heads[10], &heads[600]).is_some());
        // Where nothing else speaks for either of two, neither is called the altered one.
        let mut apart = files.clone();
        for path in [tile, TilePath::Entries { index: 0, width: Width::FULL }] {
            apart.get_mut(&path).unwrap()[3] ^= 1;
        }
        let read = |path: TilePath| Ok::<_, Infallible>(apart.get(&path).cloned());
        let found = audit(&heads[10], &heads[600], read, |_| {}).unwrap_err();
        assert_eq!(found.to_string(), "tile/0/000 is not what tile/entries/000 gives");
    }

    #[test]
    fn a_full_file_does_for_the_partial_one_that_it_followed() {
        let (mut files, heads) = published(512);
        // A log keeps a partial file until the full one is there: that of level 1 still is.
        files.extend(published(300).0.into_iter().filter(|(path, _)| path.to_string().starts_with("tile/1/")));
        assert_eq!(code(&files, &heads[100], &heads[300]), None);
    }
}
