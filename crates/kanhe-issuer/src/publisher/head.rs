//! The log of a library as others may have it: its head under a signature, and the tiles that the head vouches for.

use super::HeadError;
use crate::keyring::NamedKey;
use kanhe_core::key::PublicKeyLine;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::entries::EntryBundle;
use kanhe_log::hash::TreeHead;
use kanhe_log::note::NoteSigner;
use kanhe_log::path::TilePath;
use kanhe_log::proof::verify_consistency;
use kanhe_log::tile::{FULL_WIDTH, TileId, Width};
use kanhe_store::{Library, StoreError};

/// A head of the log, and the signed note that says it (c2sp.org/tlog-checkpoint).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// Size and root.
    pub head: TreeHead,
    /// The note.
    pub note: String,
}

/// Signs the head of a library's log, if the log begins with its last checkpoint; [`continues`] asks the same of another copy of one.
///
/// A library that was restored from an old backup would contradict its own checkpoints, and every witness would see a fork.
pub fn sign_head(library: &Library, key: &NamedKey) -> Result<SignedHead, HeadError> {
    let head = library.head()?;
    let signer = NoteSigner::new(key.name(), key.key())?;
    if let Some(earlier) = library.checkpoint()? {
        grown_from(library, &head, &earlier, signer.public())?;
    }
    let note = Checkpoint::new(library.origin(), head, &[])?.sign(&signer)?;
    Ok(SignedHead { head, note })
}

/// Accepts a checkpoint of the log as a beginning of what the library has now.
pub fn continues(library: &Library, key: &NamedKey, earlier: &str) -> Result<(), HeadError> {
    goes_on_from(library, &PublicKeyLine::new(key.name(), key.key().verifying_key())?, earlier)
}

/// Accepts it likewise, by the log's public key alone.
pub fn goes_on_from(library: &Library, log_key: &PublicKeyLine, earlier: &str) -> Result<(), HeadError> {
    grown_from(library, &library.head()?, earlier, log_key)
}

fn grown_from(library: &Library, new: &TreeHead, earlier: &str, key: &PublicKeyLine) -> Result<(), HeadError> {
    let earlier = Checkpoint::open(earlier, key)?;
    if earlier.origin() != library.origin() {
        return Err(HeadError::OtherLog { found: earlier.origin().to_owned(), wanted: library.origin().to_owned() });
    }
    let old = earlier.head();
    if old.size > new.size {
        return Err(HeadError::Behind { published: old.size, found: new.size });
    }
    let proof = library.prove_growth(old.size, new.size)?;
    verify_consistency(old, new, &proof).map_err(HeadError::Fork)
}

/// The bytes of a tile or bundle, made only for who wants them.
type Bytes<'b> = &'b dyn Fn() -> Result<Vec<u8>, StoreError>;

/// Hands over every tile and bundle of the log of a size, with its name among the log's files.
pub fn each_tile<E: From<StoreError>>(
    library: &Library,
    size: u64,
    mut put: impl FnMut(TilePath, Bytes<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let broken = |detail: String| StoreError::Log { detail };
    for level in (0..8_u8).take_while(|level| size >> (8 * level) > 0) {
        for (index, width) in widths(size >> (8 * level)) {
            let tile = TileId::new(level, index).map_err(|error| broken(error.to_string()))?;
            put(TilePath::Hashes { tile, width }, &|| {
                let mut bytes = library.tile(tile)?;
                bytes.truncate(width.bytes());
                Ok(bytes)
            })?;
            if level == 0 {
                put(TilePath::Entries { index, width }, &|| {
                    let entries = library.entries(index * u64::from(FULL_WIDTH), u64::from(width.get()))?;
                    let bundle = EntryBundle::new(entries.iter().map(<[u8; 32]>::as_slice).collect());
                    bundle.map(|bundle| bundle.encode()).map_err(|error| broken(error.to_string()))
                })?;
            }
        }
    }
    Ok(())
}

/// The tiles that so many hashes fill: all but the last are full.
fn widths(hashes: u64) -> impl Iterator<Item = (u64, Width)> {
    let full = u64::from(FULL_WIDTH);
    (0..hashes.div_ceil(full)).filter_map(move |index| {
        let width = (hashes - index * full).min(full);
        u16::try_from(width).ok().and_then(|width| Width::new(width).ok()).map(|width| (index, width))
    })
}
