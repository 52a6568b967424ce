//! Why counters would not take a certificate, whatever its state is: a stolen key signed it, or the manifest is not behind it any more.

use crate::backing::{Lack, lacks};
use crate::survivors::Thefts;
use kanhe_core::envelope::Authentic;
use kanhe_core::manifest::Manifest;
use kanhe_store::{Card, Library, Record, Shelfmark, StoreError};
use std::sync::Arc;

/// Why a counter would not take a certificate, whatever its state is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubt {
    /// A stolen key signed it behind the cut-off that the manifest names: it may be the thief's (`key_stolen`).
    pub behind_cut_off: bool,
    /// The counter's code where the manifest is not behind it any more ([`Lack::verdict`]).
    pub refused_as: Option<&'static str>,
}

impl Doubt {
    /// Whether there is any.
    pub const fn stands(self) -> bool {
        self.behind_cut_off || self.refused_as.is_some()
    }
}

/// What the manifest of a library says of its certificates.
#[derive(Clone, Default)]
pub struct Doubts {
    thefts: Thefts,
    manifest: Option<Arc<Authentic<Manifest>>>,
}

impl Doubts {
    /// By the manifest that a library works under; a library that has none yet doubts nothing.
    pub fn known_to(library: &Library) -> Result<Self, StoreError> {
        let manifest = library.opened_manifest(StoreError::Manifest)?;
        let thefts = manifest.as_ref().map(|manifest| Thefts::of(manifest)).unwrap_or_default();
        Ok(Self { thefts, manifest })
    }

    /// Why counters would not take a certificate.
    pub fn of(&self, library: &Library, mark: Shelfmark, card: &Card, record: &Record) -> Result<Doubt, StoreError> {
        let lacks = self.manifest.as_ref().map(|manifest| lacks(card, record, manifest)).unwrap_or_default();
        let behind_cut_off = self.thefts.reach(library, mark, record)?;
        Ok(Doubt { behind_cut_off, refused_as: lacks.iter().find_map(Lack::verdict) })
    }

    /// The same of a certificate whose record nobody has read.
    pub fn at(&self, library: &Library, mark: Shelfmark, card: &Card) -> Result<Doubt, StoreError> {
        self.of(library, mark, card, &library.record(mark)?)
    }
}
