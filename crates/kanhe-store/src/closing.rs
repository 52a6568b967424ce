//! What is written into a library that a backup brought back: from which page on each agency gives slots out.
//!
//! What was issued after the backup is known to nobody here. So no slot is given out of a page that may have been begun since, and the lists
//! of all pages before the first that may are to be signed anew.

use crate::counts;
use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use crate::open::Founding;
use crate::papers::{self, SignedManifest};
use crate::record::read;
use crate::slots::{Page, agency_of, page_of, page_with};
use crate::view::View;
use crate::writer;
use crate::writes::Writes;
use kanhe_core::code::Uscc;
use kanhe_core::key::PublicKeyLine;
use kanhe_core::pack::MOST_LISTS;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_core::wire;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::hash::TreeHead;
use kanhe_log::prove::root_of;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::encode::{self, Write};
use minicbor::{Decode, Decoder, Encode, Encoder};
use rocksdb::DB;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where in `meta` stands from which page on slots are given out since a backup was restored.
const FIRST_PAGES: &[u8] = b"first page";

/// Certificates of one agency that may be lost where nobody says how many.
pub const ASSUMED: u64 = 100_000;

/// Slots that are left out besides: issuing that failed has taken some, and what was issued after the last checkpoint stands in none. With
/// what is assumed they are one page.
const SPARE: u64 = 31_072;

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
}

/// From which page on each agency gives slots out.
///
/// ```cddl
/// first-pages = page                                      ; of every agency: as a kanhe restored that knew one number for all
///             / [ others: page, agencies: { * uscc => page }, elsewhere: page ]
/// page = uint .size 4
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstPages {
    /// Of those that had issued nothing.
    others: u32,
    agencies: BTreeMap<Uscc, u32>,
    /// Those before this one are another library's, which signs their lists.
    elsewhere: u32,
}

impl FirstPages {
    /// Those of a library that is founded beside another, which has all pages before one.
    pub(crate) const fn beside(elsewhere: u32) -> Self {
        Self { others: elsewhere, agencies: BTreeMap::new(), elsewhere }
    }

    pub(crate) fn of(&self, agency: &Uscc) -> u32 {
        self.agencies.get(agency).copied().unwrap_or(self.others)
    }

    /// The pages of an agency before its first that are this library's.
    pub(crate) fn left_out(&self, agency: &Uscc) -> Range<u32> {
        self.elsewhere..self.of(agency)
    }

    /// What is written of them when a library is founded.
    pub(crate) fn founding(&self) -> Writes {
        let mut writes = Writes::default();
        if *self != Self::default() {
            writes.put(Family::Meta, FIRST_PAGES.to_vec(), Some(wire::to_vec(self)));
        }
        writes
    }

    /// Those behind every page that agencies may have begun which had come so far, and issued no more than so many certificates since.
    fn behind(&self, next: &BTreeMap<Uscc, u64>, lost: u64) -> Self {
        let most = u32::try_from(MOST_LISTS).unwrap_or(u32::MAX);
        let behind = |ordinal: u64| page_with(ordinal.saturating_add(lost).saturating_add(SPARE)).saturating_add(1).min(most);
        let begin = |page: u32| u64::from(page) * u64::from(ENTRIES_PER_LIST);
        let agencies = next.iter().map(|(agency, next)| (*agency, behind((*next).max(begin(self.of(agency))))));
        Self { others: behind(begin(self.others)), agencies: agencies.collect(), elsewhere: self.elsewhere }
    }

    /// Lists of these agencies, once each has issued again.
    fn lists(&self, agencies: &[Uscc]) -> u64 {
        agencies.iter().map(|agency| u64::from(self.of(agency)) + 1).sum()
    }
}

impl<C> Encode<C> for FirstPages {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(3)?.u32(self.others)?;
        self.agencies.encode(e, ctx)?;
        e.u32(self.elsewhere)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for FirstPages {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, Error> {
        if matches!(d.datatype()?, Type::U8 | Type::U16 | Type::U32) {
            return Ok(Self { others: d.u32()?, ..Self::default() });
        }
        wire::array_of(d, 3)?;
        Ok(Self { others: d.u32()?, agencies: BTreeMap::decode(d, ctx)?, elsewhere: d.u32()? })
    }
}

/// The first pages of a library; all are 0 unless it was restored, or founded beside another.
pub(crate) fn first_pages(view: View<'_>) -> Result<FirstPages, StoreError> {
    view.get(Family::Meta, FIRST_PAGES)?.map_or_else(|| Ok(FirstPages::default()), |bytes| read(Family::Meta, &bytes))
}

/// What is written into a library that a backup brought back: its pages are closed, and their lists are to be signed anew.
///
/// # Errors
///
/// The checkpoint is not of this log, or so many certificates as are told cannot have been lost: there are no lists for them.
pub(crate) fn closing(db: &DB, founding: &Founding, lost: Lost<'_>) -> Result<(Writes, Closed), StoreError> {
    let (view, mut writes) = (View::of(db), Writes::default());
    let mut next = BTreeMap::new();
    for row in view.scan(Family::Pages, &[], &[])? {
        let (key, value) = row?;
        if page_of(&key).is_some() {
            writes.put(Family::Pages, key, Some(Page::touched(Some(&value))?));
        } else if let Some(agency) = agency_of(&key) {
            next.insert(agency, counts::number(&value).unwrap_or(0));
        }
    }
    let (before, agencies, events) = (first_pages(view)?, agencies(view)?, lost.events(view, founding)?);
    let most = lost.most(events);
    let pages = before.behind(&next, most);
    let lists = pages.lists(&agencies);
    let fits = |lists: u64| usize::try_from(lists).is_ok_and(|lists| lists <= MOST_LISTS);
    // Where too many are needed already, nobody is helped by a refusal: he is told.
    if !matches!(lost, Lost::Untold) && !fits(lists) && fits(before.behind(&next, 0).lists(&agencies)) {
        return Err(StoreError::TooMuchLost { lost: most, lists, most: MOST_LISTS });
    }
    writes.put(Family::Meta, FIRST_PAGES.to_vec(), Some(wire::to_vec(&pages)));
    Ok((writes, Closed { lost: most, events, lists }))
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

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u64 = 131_072;

    fn agency() -> Uscc {
        Uscc::parse("11100000000013338W").unwrap()
    }

    #[test]
    fn the_pages_left_out_hold_all_that_may_be_lost() {
        let before = FirstPages::default();
        for next in [0, 1, 500, PAGE - 1, PAGE, 7 * PAGE + 9] {
            for lost in [0, 1, 500, ASSUMED, PAGE, 3 * PAGE + 5] {
                let first = u64::from(before.behind(&BTreeMap::from([(agency(), next)]), lost).of(&agency())) * PAGE;
                assert!(first >= next + lost + SPARE && first <= next + lost + SPARE + PAGE, "{next} and {lost}: {first}");
            }
        }
        assert_eq!(before.behind(&BTreeMap::new(), u64::MAX).of(&agency()), 2048, "the page that no pack has a list for");
    }

    #[test]
    fn each_agency_leaves_out_its_own_and_a_second_restoration_goes_on_from_there() {
        let next = BTreeMap::from([(agency(), 40 * PAGE)]);
        let other = Uscc::parse("114400000069410121").unwrap();
        let once = FirstPages::default().behind(&next, ASSUMED);
        assert_eq!((once.of(&agency()), once.of(&other)), (42, 2));
        let twice = once.behind(&next, ASSUMED);
        assert_eq!((twice.of(&agency()), twice.of(&other)), (44, 4));
        assert_eq!(twice.lists(&[agency(), other]), 45 + 5);
        assert_eq!([ASSUMED + SPARE, u64::from(ENTRIES_PER_LIST)], [PAGE; 2]);
    }

    #[test]
    fn the_one_number_of_an_earlier_kanhe_is_that_of_every_agency() {
        let read = |bytes: &[u8]| read::<FirstPages>(Family::Meta, bytes).unwrap();
        for (bytes, page) in [(&[2][..], 2), (&[0x18, 200], 200), (&[0x19, 2, 1], 513)] {
            assert_eq!(read(bytes).of(&agency()), page);
        }
        let pages = FirstPages { others: 2, agencies: BTreeMap::from([(agency(), 42)]), elsewhere: 1 };
        assert_eq!(read(&wire::to_vec(&pages)), pages);
    }

    #[test]
    fn a_library_beside_another_leaves_its_pages_to_it_also_when_it_is_restored() {
        let founded = FirstPages::beside(7);
        assert_eq!((founded.of(&agency()), founded.left_out(&agency())), (7, 7..7));
        let restored = founded.behind(&BTreeMap::from([(agency(), 7 * PAGE + 1)]), ASSUMED);
        assert_eq!(restored.left_out(&agency()), 7..9);
    }
}
