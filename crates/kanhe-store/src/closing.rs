//! What is written into a library that a backup brought back: from which page on each agency gives slots out.
//!
//! What was issued after the backup is known to nobody here. So no slot is given out of a page that may have been begun since, and the lists
//! of all pages before the first that may are to be signed anew.

use crate::error::StoreError;
use crate::family::Family;
use crate::first_pages::{Come, FIRST_PAGES, FirstPages, first_pages};
use crate::layout;
use crate::open::Founding;
use crate::papers::{self, SignedManifest};
use crate::restorations::Restorations;
use crate::slots::{Page, agency_of, next_of, page_of};
use crate::view::View;
use crate::writer;
use crate::writes::Writes;
use kanhe_core::code::Uscc;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::pack::MOST_LISTS;
use kanhe_core::wire;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::hash::TreeHead;
use kanhe_log::prove::root_of;
use rocksdb::DB;

/// Certificates of one agency that may be lost where nobody says how many.
pub const ASSUMED: u64 = 100_000;

/// What is known of what was issued after a backup.
#[derive(Clone, Copy, Debug)]
pub enum Lost<'l> {
    /// Nothing: it is assumed that no agency has issued more than [`ASSUMED`] certificates.
    Untold,
    /// No agency has issued more than so many.
    AtMost(u64),
    /// How far the log had come when it was published last. Each certificate has its event, so no agency has issued more than there are; what
    /// was issued after that has none in it, so no less is assumed than where nothing is known.
    Published {
        /// The checkpoint that was published last.
        checkpoint: &'l AuthenticCheckpoint,
        /// The key of the log.
        key: &'l PublicKeyLine,
    },
}

/// What a library that was restored gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Certificates of each agency that may be lost.
    pub lost: u64,
    /// Events that were published, and that it has not; none where nobody knows what was.
    pub events: Option<u64>,
    /// Lists that its agencies have in the pack once each has issued again.
    pub lists: u64,
    /// The page from which on the agency gives slots out that has come furthest.
    pub first_page: u32,
    /// The earlier restorations from the same folder, behind whose pages it begins.
    pub earlier: u64,
    /// Those of them that cannot be read: of each it is assumed that it left out as much as this one.
    pub unread: u64,
    /// The number under which it is written down among the backups; none where that could not be.
    pub number: Option<u32>,
    /// The certificates whose slots an agency has left out at most, with all that earlier restorations did.
    pub leapt: u64,
}

/// What is written into a library that a backup brought back: its pages are closed, and their lists are to be signed anew.
pub(crate) struct Closing {
    pub(crate) writes: Writes,
    pub(crate) pages: FirstPages,
    pub(crate) closed: Closed,
}

impl Closing {
    /// Behind all that may have been issued since the backup, by the library that was lost and by those that were restored before.
    ///
    /// # Errors
    ///
    /// The checkpoint is not of this log, or so many certificates as are told cannot have been lost: there are no lists for them.
    pub(crate) fn of(db: &DB, founding: &Founding, earlier: &Restorations, lost: Lost<'_>) -> Result<Self, StoreError> {
        let view = View::of(db);
        let (come, mut writes) = touched(view)?;
        let (before, agencies, events) = (first_pages(view)?.furthest(earlier.furthest()), agencies(view)?, lost.events(view, founding)?);
        let most = lost.most(events);
        let pages = (0..earlier.unread()).fold(before.behind(&come, most), |pages, _| pages.behind(&come, most.max(ASSUMED)));
        let lists = pages.lists(&agencies, &come);
        let fits = |lists: u64| usize::try_from(lists).is_ok_and(|lists| lists <= MOST_LISTS);
        // Where too many are needed already, nobody is helped by a refusal: he is told.
        if !matches!(lost, Lost::Untold) && !fits(lists) && fits(before.behind(&come, 0).lists(&agencies, &come)) {
            return Err(StoreError::TooMuchLost { lost: most, lists, most: MOST_LISTS });
        }
        writes.put(Family::Meta, FIRST_PAGES.to_vec(), Some(wire::to_vec(&pages)));
        let (first_page, leapt) = (pages.greatest(), before.leap_to(&pages, &come));
        let (earlier, unread) = (earlier.read(), earlier.unread());
        let closed = Closed { lost: most, events, lists, first_page, earlier, unread, number: None, leapt };
        Ok(Self { writes, pages, closed })
    }
}

/// How far agencies have come, and what is written so that the list of every page that has one is signed anew.
fn touched(view: View<'_>) -> Result<(Come, Writes), StoreError> {
    let (mut come, mut writes) = (Come::default(), Writes::default());
    for row in view.scan(Family::Pages, &[], &[])? {
        let (key, value) = row?;
        match (page_of(&key), agency_of(&key)) {
            (Some(page), agency) => {
                agency.into_iter().for_each(|agency| come.begun.entry(agency).or_default().extend([page]));
                writes.put(Family::Pages, key, Some(Page::touched(Some(&value))?));
            }
            (None, Some(agency)) => come.next.extend([(agency, next_of(&value)?)]),
            (None, None) => {}
        }
    }
    Ok((come, writes))
}

/// The agencies of the manifest, whose lists a pack has.
fn agencies(view: View<'_>) -> Result<Vec<Uscc>, StoreError> {
    let malformed = |_| StoreError::Malformed { family: Family::Meta.name() };
    let manifest = papers::manifest(view)?.as_ref().map(SignedManifest::open).transpose().map_err(malformed)?;
    Ok(manifest.iter().flat_map(|manifest| &manifest.agencies).map(|agency| agency.code).collect())
}

impl Lost<'_> {
    /// Events that were published, and that the library has not; none where nobody knows what was.
    fn events(self, view: View<'_>, founding: &Founding) -> Result<Option<u64>, StoreError> {
        let Self::Published { checkpoint, key } = self else { return Ok(None) };
        is_of(view, founding, checkpoint, key)?;
        let (_, size) = writer::counters(view.db)?;
        begins_with(view, checkpoint.head(), size)?;
        Ok(Some(checkpoint.head().size.saturating_sub(size)))
    }

    /// The most certificates that one agency may have issued since the backup.
    fn most(self, events: Option<u64>) -> u64 {
        match self {
            Self::AtMost(most) => most,
            Self::Untold | Self::Published { .. } => events.unwrap_or(0).max(ASSUMED),
        }
    }
}

/// Accepts a checkpoint that bears the name of this log, by the key that has signed its own last one.
fn is_of(view: View<'_>, founding: &Founding, checkpoint: &AuthenticCheckpoint, key: &PublicKeyLine) -> Result<(), StoreError> {
    let own = papers::checkpoint(view)?;
    if checkpoint.origin() != founding.origin || own.is_some_and(|own| Checkpoint::open(&own, key).is_err()) {
        return Err(StoreError::OtherLog { origin: founding.origin.clone() });
    }
    Ok(())
}

/// Accepts a head that a log of a size has had. Whether a later one goes on from the log cannot be asked here: what lies between is lost.
fn begins_with(view: View<'_>, head: &TreeHead, size: u64) -> Result<(), StoreError> {
    if head.size > size {
        return Ok(());
    }
    let missing = || StoreError::Malformed { family: Family::Tiles.name() };
    let root = root_of(head.size, |tile| view.get(Family::Tiles, &layout::tile(tile))?.ok_or_else(missing));
    if root.map_err(|error| StoreError::Log { detail: error.to_string() })? == head.root {
        return Ok(());
    }
    Err(StoreError::OtherCheckpoint { size: head.size, found: size })
}
