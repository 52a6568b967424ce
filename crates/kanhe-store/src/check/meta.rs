//! The words that a library keeps of itself: those that it knows and no others, and each as everything else in it tells.

use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::error::StoreError;
use crate::family::Family;
use crate::first_pages::{FIRST_PAGES, first_pages};
use crate::library::Library;
use crate::open::FOUNDING;
use crate::papers::{CHECKPOINT, MANIFEST};
use crate::slots::{agency_of, page_of};
use crate::to_read::TO_READ;
use crate::writer::COUNTERS;
use kanhe_core::code::Uscc;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::Note;
use std::collections::{BTreeMap, BTreeSet};

/// Every word that a library may keep.
const KNOWN: [&[u8]; 6] = [FOUNDING, COUNTERS, MANIFEST, CHECKPOINT, FIRST_PAGES, TO_READ];

pub(super) fn meta(walk: &mut Walk<'_>) -> Result<(), Stop> {
    for row in walk.library.view().scan(Family::Meta, &[], &[])? {
        let (word, _) = row?;
        if !KNOWN.contains(&word.as_slice()) {
            walk.find(Place::Library, Defect::Word)?;
        }
    }
    if !is_of_its_region(walk.library) || !bears_its_name(walk.library)? {
        walk.find(Place::Library, Defect::Founding)?;
    }
    if !leaves_out_what_it_says(walk.library)? {
        walk.find(Place::Library, Defect::FirstPage)?;
    }
    Ok(())
}

/// Whether the manifest, where there is one to be believed, is of the region of the founding.
fn is_of_its_region(library: &Library) -> bool {
    let manifest = library.opened_manifest(StoreError::Manifest).ok().flatten();
    manifest.is_none_or(|manifest| manifest.region == *library.region())
}

/// Whether the log bears the name under which it was published last.
fn bears_its_name(library: &Library) -> Result<bool, StoreError> {
    let Some(note) = library.checkpoint()? else { return Ok(true) };
    // What is no checkpoint at all is found where the log is.
    let origin = Note::parse(&note).ok().and_then(|note| Some(Checkpoint::parse(note.text_unchecked()).ok()?.origin().to_owned()));
    Ok(origin.is_none_or(|origin| origin == library.origin()))
}

/// Whether every page that an agency has passed over was left out when a backup was restored: slots are given out one after the other.
fn leaves_out_what_it_says(library: &Library) -> Result<bool, StoreError> {
    let (first, mut begun) = (first_pages(library.view())?, BTreeMap::<Uscc, BTreeSet<u32>>::new());
    for row in library.view().scan(Family::Pages, &[], &[])? {
        let (key, _) = row?;
        if let (Some(agency), Some(page)) = (agency_of(&key), page_of(&key)) {
            begun.entry(agency).or_default().insert(page);
        }
    }
    let passed_over = |agency: &Uscc, begun: &BTreeSet<u32>| {
        let last = begun.last().copied().unwrap_or(0);
        (first.of(agency)..last).any(|page| !begun.contains(&page))
    };
    Ok(!begun.iter().any(|(agency, begun)| passed_over(agency, begun)))
}
