//! From which page on each agency gives slots out: behind those that others may have begun.

use crate::error::StoreError;
use crate::family::Family;
use crate::record::read;
use crate::slots::page_with;
use crate::view::View;
use crate::writes::Writes;
use kanhe_core::code::Uscc;
use kanhe_core::pack::MOST_LISTS;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_core::wire;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::encode::{self, Write};
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::collections::{BTreeMap, BTreeSet};

/// Where in `meta` stands from which page on slots are given out since a backup was restored.
pub(crate) const FIRST_PAGES: &[u8] = b"first page";

/// Slots that are left out besides what may be lost: some were in hands that never committed when the process ended, and what was issued
/// after the last checkpoint stands in none. With what is assumed they are one page.
const SPARE: u64 = 31_072;

/// Pages that a kanhe which knew one number for all left out behind the one that an agency was filling, with that one.
const LEFT_OUT: u32 = 2;

/// How far agencies had come when a backup was taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Come {
    /// The ordinal of the slot that came next, of those that had issued.
    pub(crate) next: BTreeMap<Uscc, u64>,
    /// The pages with slots of their certificates.
    pub(crate) begun: BTreeMap<Uscc, BTreeSet<u32>>,
}

/// From which page on each agency gives slots out.
///
/// ```cddl
/// first-pages = page                     ; of every agency: as a kanhe restored that knew one number for all
///             / [ others: page, agencies: { * uscc => page }, elsewhere: page, ? one: page ]
/// page = uint .size 4
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstPages {
    /// Of those that had issued nothing.
    others: u32,
    agencies: BTreeMap<Uscc, u32>,
    /// Those before this one are another library's, which signs their lists.
    elsewhere: u32,
    /// The one number that was for all when the library was restored before: few agencies had come so far.
    one: u32,
}

impl FirstPages {
    /// Those of a library that is founded beside another, which has all pages before one.
    pub(crate) const fn beside(elsewhere: u32) -> Self {
        Self { others: elsewhere, agencies: BTreeMap::new(), elsewhere, one: 0 }
    }

    /// Those of a restoration that was written down.
    pub(crate) const fn written_down(others: u32, agencies: BTreeMap<Uscc, u32>) -> Self {
        Self { others, agencies, elsewhere: 0, one: 0 }
    }

    pub(crate) const fn others(&self) -> u32 {
        self.others
    }

    pub(crate) const fn agencies(&self) -> &BTreeMap<Uscc, u32> {
        &self.agencies
    }

    pub(crate) fn of(&self, agency: &Uscc) -> u32 {
        self.agencies.get(agency).copied().unwrap_or(self.others)
    }

    /// Of the agency that has come furthest.
    pub(crate) fn greatest(&self) -> u32 {
        self.agencies.values().copied().fold(self.others, u32::max)
    }

    /// The pages of an agency before its first that are this library's and may have been begun, of which it knows those with its certificates.
    ///
    /// A kanhe that knew one number for all took the one of the agency that had come furthest, and left out two pages behind it. So it is two
    /// behind each page that an agency is known to have begun, and the last two, which it began where the library was restored twice.
    pub(crate) fn left_out(&self, agency: &Uscc, begun: &BTreeSet<u32>) -> impl Iterator<Item = u32> {
        let one = self.one;
        let near = move |page: u32| (page.saturating_sub(LEFT_OUT)..=page).any(|before| begun.contains(&before));
        (self.elsewhere..self.of(agency)).filter(move |page| {
            let behind = page.saturating_add(LEFT_OUT);
            *page >= one || *page < LEFT_OUT || behind >= one || near(*page)
        })
    }

    /// What is written of them when a library is founded.
    pub(crate) fn founding(&self) -> Writes {
        let mut writes = Writes::default();
        if *self != Self::default() {
            writes.put(Family::Meta, FIRST_PAGES.to_vec(), Some(wire::to_vec(self)));
        }
        writes
    }

    /// Those behind these and behind what was written down of others.
    pub(crate) fn furthest(&self, others: &Self) -> Self {
        let agencies = self.agencies.keys().chain(others.agencies.keys());
        let agencies = agencies.map(|agency| (*agency, self.of(agency).max(others.of(agency)))).collect();
        Self { others: self.others.max(others.others), agencies, ..*self }
    }

    /// Those behind every page that agencies may have begun which had come so far, and issued no more than so many certificates since.
    pub(crate) fn behind(&self, come: &Come, lost: u64) -> Self {
        let most = u32::try_from(MOST_LISTS).unwrap_or(u32::MAX);
        let behind = |ordinal: u64| page_with(ordinal.saturating_add(lost).saturating_add(SPARE)).saturating_add(1).min(most);
        let agencies = come.next.keys().chain(self.agencies.keys());
        let agencies = agencies.map(|agency| (*agency, behind(self.next(agency, come)))).collect();
        Self { others: behind(beginning(self.others)), agencies, ..*self }
    }

    /// The certificates whose slots an agency has left out at most that went on from here to those.
    pub(crate) fn leap_to(&self, to: &Self, come: &Come) -> u64 {
        let leaps = to.agencies.iter().map(|(agency, page)| beginning(*page).saturating_sub(self.next(agency, come)));
        leaps.fold(beginning(to.others).saturating_sub(beginning(self.others)), u64::max)
    }

    /// The ordinal from which on an agency gives slots out.
    fn next(&self, agency: &Uscc, come: &Come) -> u64 {
        come.next.get(agency).copied().unwrap_or(0).max(beginning(self.of(agency)))
    }

    /// Lists of these agencies, once each has issued again.
    pub(crate) fn lists(&self, agencies: &[Uscc], come: &Come) -> u64 {
        let none = BTreeSet::new();
        let left_out = |agency: &Uscc| self.left_out(agency, come.begun.get(agency).unwrap_or(&none)).count();
        let lists = |agency: &Uscc| u64::try_from(left_out(agency)).unwrap_or(u64::MAX).saturating_add(u64::from(self.elsewhere) + 1);
        agencies.iter().map(lists).fold(0, u64::saturating_add)
    }
}

/// The ordinal of the first slot of a page.
fn beginning(page: u32) -> u64 {
    u64::from(page) * u64::from(ENTRIES_PER_LIST)
}

impl<C> Encode<C> for FirstPages {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(if self.one == 0 { 3 } else { 4 })?.u32(self.others)?;
        self.agencies.encode(e, ctx)?;
        e.u32(self.elsewhere)?;
        if self.one == 0 { Ok(()) } else { e.u32(self.one)?.ok() }
    }
}

impl<'b, C> Decode<'b, C> for FirstPages {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, Error> {
        if matches!(d.datatype()?, Type::U8 | Type::U16 | Type::U32) {
            let one = d.u32()?;
            return Ok(Self { others: one, one, ..Self::default() });
        }
        let members = d.array()?;
        if !matches!(members, Some(3 | 4)) {
            return Err(Error::message("these are no first pages"));
        }
        let (others, agencies, elsewhere) = (d.u32()?, BTreeMap::decode(d, ctx)?, d.u32()?);
        Ok(Self { others, agencies, elsewhere, one: if members == Some(4) { d.u32()? } else { 0 } })
    }
}

/// The first pages of a library; all are 0 unless it was restored, or founded beside another.
pub(crate) fn first_pages(view: View<'_>) -> Result<FirstPages, StoreError> {
    view.get(Family::Meta, FIRST_PAGES)?.map_or_else(|| Ok(FirstPages::default()), |bytes| read(Family::Meta, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closing::ASSUMED;

    const PAGE: u64 = 131_072;

    fn agency() -> Uscc {
        Uscc::parse("11100000000013338W").unwrap()
    }

    fn other() -> Uscc {
        Uscc::parse("114400000069410121").unwrap()
    }

    /// An agency that had come so far, and has certificates on every page until there.
    fn come(next: u64) -> Come {
        let begun = (0..next.div_ceil(PAGE)).map(|page| u32::try_from(page).unwrap()).collect();
        Come { next: BTreeMap::from([(agency(), next)]), begun: BTreeMap::from([(agency(), begun)]) }
    }

    #[test]
    fn the_pages_left_out_hold_all_that_may_be_lost() {
        let before = FirstPages::default();
        for next in [0, 1, 500, PAGE - 1, PAGE, 7 * PAGE + 9] {
            for lost in [0, 1, 500, ASSUMED, PAGE, 3 * PAGE + 5] {
                let first = u64::from(before.behind(&come(next), lost).of(&agency())) * PAGE;
                assert!(first >= next + lost + SPARE && first <= next + lost + SPARE + PAGE, "{next} and {lost}: {first}");
            }
        }
        assert_eq!(before.behind(&Come::default(), u64::MAX).of(&agency()), 2048, "the page that no pack has a list for");
    }

    #[test]
    fn each_agency_leaves_out_its_own_and_a_second_restoration_goes_on_from_there() {
        let come = come(40 * PAGE);
        let once = FirstPages::default().behind(&come, ASSUMED);
        assert_eq!((once.of(&agency()), once.of(&other())), (42, 2));
        let twice = once.behind(&come, ASSUMED);
        assert_eq!((twice.of(&agency()), twice.of(&other())), (44, 4));
        assert_eq!(twice.lists(&[agency(), other()], &come), 45 + 5);
        assert_eq!([ASSUMED + SPARE, u64::from(ENTRIES_PER_LIST)], [PAGE; 2]);
    }

    #[test]
    fn who_says_how_far_others_have_leapt_begins_behind_them() {
        let mut come = come(7 * PAGE + 9);
        come.next.insert(other(), 500);
        let before = FirstPages::default();
        for lost in [0, 500, ASSUMED, 3 * PAGE] {
            let once = before.behind(&come, lost);
            let again = before.behind(&come, before.leap_to(&once, &come) + lost);
            let new = Uscc::parse("11440000006942023C").unwrap();
            for agency in [agency(), other(), new] {
                assert!(u64::from(again.of(&agency)) * PAGE >= u64::from(once.of(&agency)) * PAGE + lost + SPARE, "{lost}");
            }
        }
    }

    #[test]
    fn a_restoration_from_an_older_backup_begins_behind_an_agency_that_this_one_does_not_know() {
        let earlier = FirstPages::default().behind(&come(7 * PAGE), ASSUMED);
        let older = FirstPages::default().furthest(&earlier);
        assert_eq!(older.of(&agency()), earlier.of(&agency()));
        assert!(older.behind(&Come::default(), 0).of(&agency()) > earlier.of(&agency()));
        let further = FirstPages { agencies: BTreeMap::from([(agency(), 20)]), elsewhere: 1, one: 5, ..FirstPages::default() };
        assert_eq!(further.furthest(&earlier), FirstPages { others: 2, ..further });
    }

    #[test]
    fn the_one_number_of_an_earlier_kanhe_is_that_of_every_agency() {
        let read = |bytes: &[u8]| read::<FirstPages>(Family::Meta, bytes).unwrap();
        for (bytes, page) in [(&[2][..], 2), (&[0x18, 200], 200), (&[0x19, 2, 1], 513)] {
            assert_eq!(read(bytes).of(&agency()), page);
        }
        for one in [0, 7] {
            let pages = FirstPages { others: 2, agencies: BTreeMap::from([(agency(), 42)]), elsewhere: 1, one };
            assert_eq!(read(&wire::to_vec(&pages)), pages);
        }
    }

    #[test]
    fn of_one_number_for_all_no_agency_has_more_lists_than_it_may_have_begun() {
        let (come, one) = (come(40 * PAGE + 9), read::<FirstPages>(Family::Meta, &[0x18, 42]).unwrap());
        let pages = |begun: &[u32]| one.left_out(&other(), &begun.iter().copied().collect()).collect::<Vec<_>>();
        assert_eq!(pages(&[]), [0, 1, 40, 41]);
        assert_eq!(pages(&[0, 1, 7, 44]), [0, 1, 2, 3, 7, 8, 9, 40, 41]);
        assert!(one.left_out(&agency(), &come.begun[&agency()]).eq(0..42));
        assert_eq!(one.lists(&[agency(), other()], &come), 43 + 5);
        let again = one.behind(&come, ASSUMED);
        assert_eq!(
            again.left_out(&other(), &BTreeSet::new()).collect::<Vec<_>>(),
            [0, 1, 40, 41, 42, 43],
            "also when it is restored again"
        );
    }

    #[test]
    fn a_library_beside_another_leaves_its_pages_to_it_also_when_it_is_restored() {
        let founded = FirstPages::beside(7);
        let left_out = |pages: &FirstPages| pages.left_out(&agency(), &BTreeSet::new()).collect::<Vec<_>>();
        assert_eq!((founded.of(&agency()), left_out(&founded)), (7, vec![]));
        assert_eq!(left_out(&founded.behind(&come(7 * PAGE + 1), ASSUMED)), [7, 8]);
    }
}
