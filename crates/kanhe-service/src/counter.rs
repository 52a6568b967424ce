//! The pack that the service verifies with: one at a time, taken off the shelf when a newer one is there.

use arc_swap::ArcSwapOption;
use kanhe_core::envelope::Authentic;
use kanhe_core::key::VerifyingKey;
use kanhe_core::pack::{Pack, PackError};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use thiserror::Error;

/// A pack, believed, with the bytes that others may have of it.
pub struct Shelved {
    pack: Authentic<Pack>,
    bytes: Vec<u8>,
    digest: [u8; 32],
}

impl Shelved {
    /// The pack.
    pub const fn pack(&self) -> &Authentic<Pack> {
        &self.pack
    }

    /// The signed file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the file: its name among all packs.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// Where the present pack stands.
pub struct Shelf {
    trusted: Vec<VerifyingKey>,
    present: ArcSwapOption<Shelved>,
}

/// Why a pack is not put on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShelfError {
    /// It does not open.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack at hand is as new or newer: an older one would bring back what was withdrawn since.
    #[error("the pack at hand has epoch {present}, this one {found}")]
    NotNewer {
        /// The epoch of the pack that was offered.
        found: u64,
        /// The epoch of the pack at hand.
        present: u64,
    },
}

impl ShelfError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pack(error) => error.code(),
            Self::NotNewer { .. } => "pack_not_newer",
        }
    }
}

impl Shelf {
    /// An empty shelf, for packs that one of these keys has signed.
    pub const fn new(trusted: Vec<VerifyingKey>) -> Self {
        Self { trusted, present: ArcSwapOption::const_empty() }
    }

    /// The pack at hand.
    pub fn present(&self) -> Option<Arc<Shelved>> {
        self.present.load_full()
    }

    /// Puts a pack in the place of an older one; the same file once more changes nothing. Whether it is another than before.
    pub fn put(&self, bytes: Vec<u8>) -> Result<bool, ShelfError> {
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let before = self.present();
        if before.as_ref().is_some_and(|before| before.digest == digest) {
            return Ok(false);
        }
        let pack = Pack::open(&bytes, &self.trusted)?;
        if let Some(before) = before
            && pack.epoch() <= before.pack.epoch()
        {
            return Err(ShelfError::NotNewer { found: pack.epoch(), present: before.pack.epoch() });
        }
        self.present.store(Some(Arc::new(Shelved { pack, bytes, digest })));
        Ok(true)
    }
}
