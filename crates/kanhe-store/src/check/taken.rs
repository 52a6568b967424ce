//! What two people have taken up, and the manifest: each lies where it was laid, and is what the log tells of it last.

use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::error::StoreError;
use crate::library::Library;
use crate::office::Drawer;
use crate::taken;
use kanhe_core::event::{Act, Event};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What must lie where, by what is told of it last: the index of the event, and the digest.
///
/// Lists of survivors are told of by no event: whether they are there, the manifest can tell (`kanhe_issuer::survivors`).
#[derive(Default)]
pub(super) struct TakenUp(BTreeMap<Lies, (u64, [u8; 32])>);

/// Where something lies that was taken up.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Lies {
    /// Among the words of the library: the manifest.
    InTheClear,
    /// In the drawer, at a key.
    Drawer(Vec<u8>),
}

impl TakenUp {
    pub(super) fn hear(&mut self, index: u64, event: &Event) {
        for place in places(event) {
            self.0.insert(place, (index, event.digest));
        }
    }

    /// The manifest lies in the clear, and of the rest each could be taken away, or put back as it lay at its place once: the library would
    /// work under what was replaced.
    pub(super) fn stands(&self, walk: &mut Walk<'_>) -> Result<(), Stop> {
        if !self.0.contains_key(&Lies::InTheClear) && has_manifest(walk.library)? {
            walk.find(Place::Library, Defect::Manifest)?;
        }
        for (place, (index, digest)) in &self.0 {
            if place.paper(walk.library)?.map(|paper| <[u8; 32]>::from(Sha256::digest(paper))) != Some(*digest) {
                walk.find(Place::Event(*index), Defect::Manifest)?;
            }
        }
        Ok(())
    }
}

impl Lies {
    /// What lies there now; nothing where it does not open, which of sealed papers is found where all are.
    fn paper(&self, library: &Library) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::InTheClear => manifest(library),
            Self::Drawer(key) => match library.office(Drawer::Taken, key) {
                Err(StoreError::Sealed { .. }) => Ok(None),
                found => found,
            },
        }
    }
}

/// The manifest that its root key signed; nothing where another has taken its place.
fn manifest(library: &Library) -> Result<Option<Vec<u8>>, StoreError> {
    match library.manifest() {
        Err(StoreError::Malformed { .. }) => Ok(None),
        found => Ok(found?.filter(|manifest| manifest.open().is_ok()).map(|manifest| manifest.envelope)),
    }
}

/// Whether anything stands in the place of the manifest.
fn has_manifest(library: &Library) -> Result<bool, StoreError> {
    match library.manifest() {
        Err(StoreError::Malformed { .. }) => Ok(true),
        found => Ok(found?.is_some()),
    }
}

/// Where what an event tells of lies: there is one manifest and one recognition, and of types each edition stays beside the newest.
fn places(event: &Event) -> Vec<Lies> {
    match event.act {
        Act::Manifest => vec![Lies::InTheClear],
        Act::Recognition => vec![Lies::Drawer(taken::recognition())],
        Act::Type => {
            // A type of which nobody can read where it lies is found nowhere.
            let (code, edition) = type_of(&event.subject).unwrap_or_default();
            vec![Lies::Drawer(taken::newest_type(code)), Lies::Drawer(taken::type_file(code, edition))]
        }
        _ => Vec::new(),
    }
}

/// The type and the edition of an event's subject, `type 11100000000013338W011 edition 2`.
fn type_of(subject: &str) -> Option<(&str, u32)> {
    let (code, edition) = subject.strip_prefix("type ")?.split_once(" edition ")?;
    Some((code, edition.parse().ok()?))
}
