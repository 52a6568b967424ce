//! Status slots: given out page by page, in each page in an order that only the secret knows, so a slot tells nobody what came before it.
//!
//! The order is a permutation of the page: a Feistel network over 18 bits whose rounds are keyed hashes, walked until it falls into the
//! page (cycle walking). No slot is given out twice, and nothing but a counter has to be remembered.

use crate::counts;
use crate::error::StoreError;
use crate::family::Family;
use crate::first_pages::first_pages;
use crate::layout::{self, Key};
use crate::library::Library;
use crate::record::read;
use crate::secret::Keys;
use kanhe_core::code::Uscc;
use kanhe_core::pack::MOST_LISTS;
use kanhe_core::status::{ENTRIES_PER_LIST, State};
use kanhe_core::wire;
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;

/// Bits of one half of the network; both together are one bit more than a page has.
const HALF: u32 = 9;
const MASK: u32 = (1 << HALF) - 1;
const ROUNDS: u8 = 4;

/// The page number under which the next ordinal of an agency stands: no page of slots has it.
const NEXT: u32 = u32::MAX;

/// A slot as it was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    number: u32,
    ordinal: u32,
}

impl Slot {
    /// The slot that comes at a place in the order of giving out.
    pub(crate) fn at(ordinal: u32, agency: &Uscc, keys: &Keys) -> Result<Self, StoreError> {
        let (page, place) = (ordinal / ENTRIES_PER_LIST, ordinal % ENTRIES_PER_LIST);
        if usize::try_from(page).is_ok_and(|page| page >= MOST_LISTS) {
            return Err(StoreError::NoSlot);
        }
        let mut entry = place;
        loop {
            entry = shuffle(entry, |round, half| keys.slot_round(agency.as_str(), page, round, half));
            if entry < ENTRIES_PER_LIST {
                return Ok(Self { number: page * ENTRIES_PER_LIST + entry, ordinal });
            }
        }
    }

    /// The slot with a number: the way back to its place in the order of giving out.
    pub(crate) fn of(number: u32, agency: &Uscc, keys: &Keys) -> Self {
        let (page, mut entry) = (number / ENTRIES_PER_LIST, number % ENTRIES_PER_LIST);
        loop {
            entry = unshuffle(entry, |round, half| keys.slot_round(agency.as_str(), page, round, half));
            if entry < ENTRIES_PER_LIST {
                return Self { number, ordinal: page * ENTRIES_PER_LIST + entry };
            }
        }
    }

    /// Its number, as certificates and status lists have it.
    pub const fn number(self) -> u32 {
        self.number
    }

    pub(crate) const fn ordinal(self) -> u32 {
        self.ordinal
    }
}

fn shuffle(entry: u32, round_of: impl Fn(u8, u16) -> u16) -> u32 {
    let (mut left, mut right) = (entry >> HALF, entry & MASK);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ mixed(round, right, &round_of));
    }
    left << HALF | right
}

fn unshuffle(entry: u32, round_of: impl Fn(u8, u16) -> u16) -> u32 {
    let (mut left, mut right) = (entry >> HALF, entry & MASK);
    for round in (0..ROUNDS).rev() {
        (left, right) = (right ^ mixed(round, left, &round_of), left);
    }
    left << HALF | right
}

fn mixed(round: u8, half: u32, round_of: impl Fn(u8, u16) -> u16) -> u32 {
    u32::from(round_of(round, u16::try_from(half).unwrap_or(u16::MAX))) & MASK
}

/// What has happened to a page: a list that was signed after as many changes still says what the library says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Page {
    /// How often it was changed.
    #[n(0)]
    pub changes: u64,
}

impl Page {
    /// The page with one change more.
    pub(crate) fn touched(before: Option<&[u8]>) -> Result<Vec<u8>, StoreError> {
        let page: Self = before.map(|bytes| read(Family::Pages, bytes)).transpose()?.unwrap_or_default();
        Ok(wire::to_vec(&Self { changes: page.changes + 1 }))
    }
}

pub(crate) fn page_key(agency: &Uscc, slot: u32) -> Vec<u8> {
    layout::page(agency, slot / ENTRIES_PER_LIST)
}

pub(crate) fn next_key(agency: &Uscc) -> Vec<u8> {
    layout::page(agency, NEXT)
}

/// The ordinal that stands under an agency's counter. What is none is no 0: slots would be given out from the first page again.
pub(crate) fn next_of(value: &[u8]) -> Result<u64, StoreError> {
    counts::number(value).ok_or(StoreError::Malformed { family: Family::Pages.name() })
}

/// The page of an ordinal.
pub(crate) fn page_with(ordinal: u64) -> u32 {
    u32::try_from(ordinal / u64::from(ENTRIES_PER_LIST)).unwrap_or(u32::MAX)
}

impl Library {
    /// The ordinal that an agency's next slot has on the disk.
    pub(crate) fn next_slot(&self, agency: &Uscc) -> Result<u32, StoreError> {
        let found = self.view().get(Family::Pages, &next_key(agency))?;
        let next = u32::try_from(found.as_deref().map_or(Ok(0), next_of)?).map_err(|_| StoreError::NoSlot)?;
        Ok(next.max(first_pages(self.view())?.of(agency).saturating_mul(ENTRIES_PER_LIST)))
    }

    /// What stands in a page of an agency for slots that nobody holds: valid, as none was handed out; or superseded, as those were lost that were.
    ///
    /// Whoever was handed one before the backup was restored is issued another, and the library could never revoke the lost one.
    pub fn unheld(&self, agency: &Uscc, page: u32) -> Result<State, StoreError> {
        Ok(if page < first_pages(self.view())?.of(agency) { State::Superseded } else { State::Valid })
    }

    /// The pages of an agency that want a list, each with what has happened to it: those that have slots of its certificates, and all before
    /// the first of which slots are given out since a backup was restored. An agency may have begun such a page after the backup, and only a
    /// list that says otherwise takes the word of the list of then away.
    pub fn pages(&self, agency: &Uscc) -> Result<BTreeMap<u32, Page>, StoreError> {
        let prefix = Key::new().agency(agency).end();
        let mut pages: BTreeMap<u32, Page> = BTreeMap::new();
        for row in self.view().scan(Family::Pages, &prefix, &prefix)? {
            let (key, value) = row?;
            if let Some(page) = page_of(&key) {
                pages.insert(page, read(Family::Pages, &value)?);
            }
        }
        let begun = pages.keys().copied().collect();
        for page in first_pages(self.view())?.left_out(agency, &begun) {
            pages.entry(page).or_default();
        }
        Ok(pages)
    }

    /// The state of every slot of a page that somebody holds; the others are as [`Self::unheld`] says.
    pub fn states(&self, agency: &Uscc, page: u32) -> Result<Vec<(u32, State)>, StoreError> {
        let malformed = || StoreError::Malformed { family: Family::Slots.name() };
        let first = page.saturating_mul(ENTRIES_PER_LIST);
        let last = layout::slot(agency, first.saturating_add(ENTRIES_PER_LIST - 1));
        let rows = self.view().between(Family::Slots, &layout::slot(agency, first), &last)?;
        rows.map(|row| {
            let (key, value) = row?;
            let slot = key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(malformed)?;
            let state = value.last().and_then(|bits| State::of_bits(*bits)).ok_or_else(malformed)?;
            Ok((slot % ENTRIES_PER_LIST, state))
        })
        .collect()
    }
}

/// The page of a key, unless it is the one under which the next ordinal stands.
pub(crate) fn page_of(key: &[u8]) -> Option<u32> {
    key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes)).filter(|page| *page != NEXT)
}

/// Whose page or next ordinal stands under a key.
pub(crate) fn agency_of(key: &[u8]) -> Option<Uscc> {
    let (agency, _) = key.split_last_chunk::<4>()?;
    Uscc::parse(std::str::from_utf8(agency).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::LibrarySecret;
    use std::collections::HashSet;
    use zeroize::Zeroizing;

    fn keys() -> Keys {
        Keys::of(&LibrarySecret::new(Zeroizing::new([3; 32])))
    }

    #[test]
    fn every_slot_of_a_page_is_given_out_once_and_in_no_visible_order() {
        let (keys, agency) = (keys(), Uscc::parse("11440101MB2C0000X5").or_else(|_| Uscc::parse("11100000000013338W")).unwrap());
        let given: Vec<Slot> = (0..ENTRIES_PER_LIST).map(|ordinal| Slot::at(ordinal, &agency, &keys).unwrap()).collect();
        assert!(given.iter().all(|slot| Slot::of(slot.number(), &agency, &keys) == *slot), "a slot does not lead back to its place");
        let slots: Vec<u32> = given.iter().map(|slot| slot.number()).collect();
        assert_eq!(slots.iter().collect::<HashSet<_>>().len(), slots.len());
        assert!(slots.iter().all(|slot| *slot < ENTRIES_PER_LIST));
        let neighbours = slots.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 64).count();
        assert!(neighbours < slots.len() / 500, "{neighbours} neighbours came one after the other");
        let next_page = Slot::at(ENTRIES_PER_LIST, &agency, &keys).unwrap();
        assert_eq!(next_page.number() / ENTRIES_PER_LIST, 1);
        assert_eq!(Slot::of(next_page.number(), &agency, &keys), next_page);
    }

    #[test]
    fn a_page_from_when_it_remembered_its_last_signature_is_read_still() {
        let page: Page = read(Family::Pages, &[0x82, 7, 5]).unwrap();
        assert_eq!(page, Page { changes: 7 });
        assert_eq!(Page::touched(Some(&[0x82, 7, 5])).unwrap(), [0x81, 8]);
    }

    #[test]
    fn no_slot_lies_beyond_the_lists_that_a_pack_can_carry() {
        let agency = Uscc::parse("11100000000013338W").unwrap();
        let beyond = u32::try_from(MOST_LISTS).unwrap() * ENTRIES_PER_LIST;
        assert_eq!(Slot::at(beyond, &agency, &keys()), Err(StoreError::NoSlot));
        assert!(Slot::at(beyond - 1, &agency, &keys()).is_ok());
    }
}
