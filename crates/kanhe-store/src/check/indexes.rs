//! The way back: entries that are nobody's, and whatever stands beyond the last certificate and the last event.

use super::certificates::Shelved;
use super::events::{About, has_its_width, names};
use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::error::StoreError;
use crate::family::Family;
use crate::indexed::{INDEXES, Indexed};
use crate::layout;
use crate::library::Library;
use crate::record::{Shelfmark, read};
use crate::slots::Page;
use kanhe_log::tile::TileId;
use std::collections::BTreeMap;

/// The indexes that cards and records give.
pub(super) fn of_certificates(walk: &mut Walk<'_>) -> Result<(), Stop> {
    INDEXES.into_iter().try_for_each(|index| strays(walk, index, is_shelved))
}

/// The indexes that events give.
pub(super) fn of_events(walk: &mut Walk<'_>) -> Result<(), Stop> {
    strays(walk, Family::Histories, is_in_history)?;
    strays(walk, Family::Aliases, is_told_of)
}

/// Finds the entries of an index that are nobody's. Where there are as many as were found to stand there is none.
fn strays(walk: &mut Walk<'_>, index: Family, is_own: fn(&Library, &Indexed, Shelfmark) -> Result<bool, StoreError>) -> Result<(), Stop> {
    let mut rows = 0;
    for row in walk.library.view().scan(index, &[], &[])? {
        row?;
        rows += 1;
        walk.row()?;
    }
    if rows == walk.stood(index) {
        return Ok(());
    }
    for row in walk.library.view().scan(index, &[], &[])? {
        let (key, value) = row?;
        let entry = Indexed { family: index, key, value };
        let leads_to = entry.leads_to().filter(|shelfmark| shelfmark.0 < walk.certificates);
        let owned = leads_to.map_or(Ok(false), |shelfmark| is_own(walk.library, &entry, shelfmark))?;
        if !owned {
            walk.find(leads_to.map_or(Place::Library, Place::Certificate), Defect::of(index))?;
        }
        walk.row()?;
    }
    Ok(())
}

/// Whether the certificate that an entry leads to is found by it; one that cannot be read was found before.
fn is_shelved(library: &Library, entry: &Indexed, shelfmark: Shelfmark) -> Result<bool, StoreError> {
    Ok(Shelved::read(library, shelfmark).map_or(true, |shelved| shelved.has(entry)))
}

/// Whether the event that an entry leads to is about its certificate; one that cannot be read was found before.
fn is_in_history(library: &Library, entry: &Indexed, shelfmark: Shelfmark) -> Result<bool, StoreError> {
    let Some(index) = entry.key.get(8..).and_then(|index| index.try_into().ok()).map(u64::from_be_bytes) else { return Ok(false) };
    let Ok(event) = library.event(index) else { return Ok(true) };
    let about = event.map(|event| About::of(library, &event)).transpose()?;
    Ok(entry.value.is_empty() && matches!(about, Some(About::Certificates(marks)) if marks.contains(&shelfmark)))
}

/// Whether an event of the certificate that an identifier of another scheme leads to has entered it.
fn is_told_of(library: &Library, entry: &Indexed, shelfmark: Shelfmark) -> Result<bool, StoreError> {
    let text = std::str::from_utf8(&entry.key).ok().and_then(|text| text.split_once('\0'));
    let Some((scheme, value)) = text.filter(|_| entry.value == layout::shelfmark(shelfmark)) else { return Ok(false) };
    Ok(library.history(shelfmark).map_or(true, |history| history.iter().any(|(_, event)| names(event, scheme, value))))
}

/// What stands beyond the counted certificates and events would be what no batch wrote.
pub(super) fn beyond(walk: &mut Walk<'_>) -> Result<(), Stop> {
    let (certificates, events) = (walk.certificates.to_be_bytes(), walk.events.to_be_bytes());
    for (family, first, place) in [
        (Family::Events, events, Place::Event(walk.events)),
        (Family::Cards, certificates, Place::Library),
        (Family::Certificates, certificates, Place::Library),
    ] {
        let stray = walk.library.view().between(family, &first, &[])?.next().transpose()?;
        if stray.is_some() {
            walk.find(place, Defect::of(family))?;
        }
    }
    for row in walk.library.view().scan(Family::Tiles, &[], &[])? {
        let (key, bytes) = row?;
        let tile = key.split_first().and_then(|(level, index)| {
            TileId::new(*level, u64::from_be_bytes(index.try_into().ok()?)).ok().filter(|tile| has_its_width(*tile, &bytes, walk.events))
        });
        if tile.is_none() {
            walk.find(Place::Library, Defect::Tile)?;
        }
        walk.row()?;
    }
    Ok(())
}

/// Applications, with what leads to them.
pub(super) fn projects(walk: &mut Walk<'_>) -> Result<(), Stop> {
    for row in walk.library.view().scan(Family::Projects, &[], &[])? {
        let (key, value) = row?;
        let (code, agrees) = walk.library.project_stands(&key, &value);
        if !agrees {
            walk.find(code.map_or(Place::Library, Place::Project), Defect::Project)?;
        }
        walk.row()?;
    }
    Ok(())
}

/// The office's papers: each opens at its place.
pub(super) fn papers(walk: &mut Walk<'_>) -> Result<(), Stop> {
    for row in walk.library.view().scan(Family::Office, &[], &[])? {
        let (place, sealed) = row?;
        if let Err(error) = walk.library.keys.open(Family::Office, &place, &sealed) {
            walk.find(Place::Library, Defect::Unreadable(error))?;
        }
        walk.row()?;
    }
    Ok(())
}

/// The pages of slots: those that have one and no others, and as the next slot the one behind all that are in use.
pub(super) fn pages(walk: &mut Walk<'_>) -> Result<(), Stop> {
    let mut wanted = std::mem::take(&mut walk.pages);
    for row in walk.library.view().scan(Family::Pages, &[], &[])? {
        let (key, value) = row?;
        let stands = match wanted.remove(&key) {
            Some(Some(next)) => value == next.to_be_bytes(),
            Some(None) => read::<Page>(Family::Pages, &value).is_ok(),
            None => false,
        };
        if !stands {
            walk.find(Place::Library, Defect::Page)?;
        }
        walk.row()?;
    }
    if wanted.is_empty() { Ok(()) } else { walk.find(Place::Library, Defect::Page) }
}

/// The counts that are kept, against those that were taken.
pub(super) fn counts(walk: &mut Walk<'_>) -> Result<(), Stop> {
    let kept = walk.library.view().scan(Family::Counts, &[], &[])?.collect::<Result<BTreeMap<_, _>, _>>()?;
    let taken = walk.counts.iter().map(|(key, count)| (key.clone(), count.to_be_bytes().to_vec())).collect();
    if kept == taken { Ok(()) } else { walk.find(Place::Library, Defect::Counts) }
}
