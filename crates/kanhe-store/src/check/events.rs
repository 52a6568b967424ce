//! Every event of the log: what it is about knows of it, and the tiles are what the events give.

use super::finding::{Defect, Place};
use super::origins::Origins;
use super::taken::TakenUp;
use super::walk::{Stop, Walk};
use crate::error::StoreError;
use crate::family::Family;
use crate::indexed::Indexed;
use crate::layout;
use crate::library::Library;
use crate::record::Shelfmark;
use kanhe_core::code::{Abroad, CertificateId, ProjectCode};
use kanhe_core::event::{Act, Event};
use kanhe_core::spelling::{folded, folded_once};
use kanhe_log::edge::Edge;
use kanhe_log::hash::{TreeHead, leaf_hash};
use kanhe_log::tile::TileId;

/// Events between two looks at the tiles: at least every tile of level 0 is full then.
const BETWEEN: u64 = 1 << 16;

/// Builds the log again from its events, and compares every tile.
pub(super) fn log(walk: &mut Walk<'_>) -> Result<(), Stop> {
    let published = walk.library.published()?;
    // Behind an event that is lost nobody knows the tree.
    let mut edge = Some(Edge::empty());
    let (mut taken_up, mut origins) = (TakenUp::default(), Origins::default());
    for index in 0..walk.events {
        match walk.library.event(index) {
            Ok(Some(event)) => {
                one(walk, index, &event)?;
                taken_up.hear(index, &event);
                origins.hear(walk, &event)?;
                if let Some(edge) = &mut edge {
                    edge.append(leaf_hash(&Event::entry_of(&event.encode())));
                    tiles(walk, edge, index, published)?;
                }
            }
            Ok(None) | Err(_) => {
                walk.find(Place::Event(index), Defect::Event)?;
                edge = None;
            }
        }
        walk.step()?;
    }
    if published.is_some_and(|published| published.size > walk.events) {
        walk.find(Place::Library, Defect::Checkpoint)?;
    }
    taken_up.stands(walk)
}

fn tiles(walk: &mut Walk<'_>, edge: &mut Edge, index: u64, published: Option<TreeHead>) -> Result<(), Stop> {
    let size = index + 1;
    if published.is_some_and(|published| published.size == size && published != edge.head()) {
        walk.find(Place::Event(index), Defect::Checkpoint)?;
    }
    if !size.is_multiple_of(BETWEEN) && size != walk.events {
        return Ok(());
    }
    for (tile, bytes) in edge.take_changed() {
        if !walk.library.tile(tile).is_ok_and(|stored| stored.starts_with(&bytes) && has_its_width(tile, &stored, walk.events)) {
            walk.find(Place::Event(index), Defect::Tile)?;
        }
    }
    Ok(())
}

/// Whether a tile has as many hashes as a log of a size gives it.
pub(super) fn has_its_width(tile: TileId, bytes: &[u8], size: u64) -> bool {
    tile.width_in(size).is_some_and(|width| width.bytes() == bytes.len())
}

/// Looks whether what an event is about has it in its history.
fn one(walk: &mut Walk<'_>, index: u64, event: &Event) -> Result<(), Stop> {
    let known = match About::of(walk.library, event)? {
        About::Library => true,
        About::Project(code) => walk.library.project(&code).is_ok_and(|project| project.is_some_and(|it| it.events.contains(&index))),
        About::Certificates(marks) => {
            let mut known = !marks.is_empty();
            for shelfmark in marks {
                let entry = Indexed { family: Family::Histories, key: layout::history(shelfmark, index), value: Vec::new() };
                known &= walk.stands(&entry)?;
            }
            known
        }
    };
    if !known {
        walk.find(Place::Event(index), Defect::EventRecord)?;
    }
    let Some(names) = named(event) else { return Ok(()) };
    let Some(shelfmark) = of_subject(walk.library, event)? else { return Ok(()) };
    for (scheme, value) in names {
        let entry = Indexed { family: Family::Aliases, key: layout::alias(&scheme, &value), value: layout::shelfmark(shelfmark) };
        if walk.stands(&entry)? || came_again(walk.library, event, (&scheme, &value))? {
            return Ok(());
        }
    }
    walk.find(Place::Certificate(shelfmark), Defect::Alias)
}

/// Whether what came from another region came again later: then its identifier there leads to the later one.
fn came_again(library: &Library, event: &Event, (scheme, value): (&str, &str)) -> Result<bool, StoreError> {
    let found = library.view().get(Family::Aliases, &layout::alias(scheme, value))?.as_deref().and_then(layout::shelfmark_of);
    let Some(later) = found.filter(|_| event.act == Act::TransferIn) else { return Ok(false) };
    Ok(library.history(later).is_ok_and(|history| history.iter().any(|(_, told)| names(told, scheme, value))))
}

/// What an event is about.
pub(super) enum About {
    Library,
    Project(ProjectCode),
    /// None where the library does not have it.
    Certificates(Vec<Shelfmark>),
}

impl About {
    pub(super) fn of(library: &Library, event: &Event) -> Result<Self, StoreError> {
        if matches!(event.act, Act::Manifest | Act::Type | Act::Recognition) {
            return Ok(Self::Library);
        }
        if let Ok(code) = ProjectCode::parse(&event.subject) {
            return Ok(Self::Project(code));
        }
        let mut marks: Vec<Shelfmark> = of_subject(library, event)?.into_iter().collect();
        // One event tells of both versions: it is the new one's first and the old one's last.
        if let (Act::Renew | Act::Amend, [new]) = (event.act, marks.as_slice()) {
            marks.extend(library.card(*new).ok().and_then(|card| card.predecessor));
        }
        Ok(Self::Certificates(marks))
    }
}

pub(super) fn of_subject(library: &Library, event: &Event) -> Result<Option<Shelfmark>, StoreError> {
    CertificateId::parse(&event.subject).map_or(Ok(None), |identifier| library.find(&identifier))
}

/// The identifiers of other schemes that an event may have entered, as scheme and value; nothing where it enters none.
///
/// A scheme may have a colon in it, and each stood under its spelling once, so there may be several; one of them stands.
fn named(event: &Event) -> Option<Vec<(String, String)>> {
    let other = event.other.as_deref()?;
    let owned = |(scheme, value): (&str, &str)| (scheme.to_owned(), value.to_owned());
    match event.act {
        Act::Alias => {
            let cuts = other.match_indices(':').map(|(at, _)| at);
            let halves = cuts.filter_map(|at| Some((other.get(..at)?, other.get(at + 1..)?)));
            let spelt = |(scheme, value): (&str, &str)| [folded, folded_once].map(|folded| (folded(scheme), folded(value)));
            Some(halves.flat_map(|half| spelt(half).into_iter().chain([owned(half)])).collect())
        }
        Act::TransferIn => {
            let Some((region, identifier)) = other.split_once(' ') else { return Some(Vec::new()) };
            let abroad = Abroad::parse(region, identifier).map(|abroad| (abroad.scheme().to_owned(), abroad.value()));
            Some(abroad.into_iter().chain([owned((region, identifier))]).collect())
        }
        _ => None,
    }
}

/// Whether an event has entered this identifier of another scheme.
pub(super) fn names(event: &Event, scheme: &str, value: &str) -> bool {
    named(event).is_some_and(|names| names.iter().any(|name| name.0 == scheme && name.1 == value))
}
