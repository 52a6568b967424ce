//! The way through the house: what was found so far, what was counted, and whether anybody still listens.

use super::finding::{Defect, Finding, Place};
use super::{Whole, certificates, events, files, indexes, is_broken_off, lists, meta};
use crate::error::StoreError;
use crate::family::Family;
use crate::indexed::Indexed;
use crate::library::Library;
use crate::record::Card;
use crate::slots::{self, Slot};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Entries of an index between two questions whether anybody still listens.
const BETWEEN: u64 = 1 << 14;

/// Why a check does not go on.
pub(super) enum Stop {
    /// Nobody wants to know any more.
    Unheard,
    /// Enough is wrong.
    Enough,
    /// What is looked at now cannot be read.
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// A check under way.
pub(super) struct Walk<'w> {
    pub(super) library: &'w Library,
    pub(super) certificates: u64,
    pub(super) events: u64,
    pub(super) findings: Vec<Finding>,
    /// How many certificates there are of each count that is kept.
    pub(super) counts: BTreeMap<Vec<u8>, u64>,
    /// What stands of the pages of slots: each page that has one, without a number, and of each agency the next slot's ordinal.
    pub(super) pages: BTreeMap<Vec<u8>, Option<u64>>,
    /// How many entries of an index stand as they must: whatever else it has is nobody's.
    stood: BTreeMap<Family, u64>,
    seen: u64,
    rows: u64,
    progress: &'w mut dyn FnMut(u64, u64) -> ControlFlow<()>,
}

impl<'w> Walk<'w> {
    pub(super) fn begin(library: &'w Library, progress: &'w mut dyn FnMut(u64, u64) -> ControlFlow<()>) -> Result<Self, StoreError> {
        Ok(Self {
            library,
            certificates: library.certificates()?,
            events: library.log_size()?,
            findings: Vec::new(),
            counts: BTreeMap::new(),
            pages: BTreeMap::new(),
            stood: BTreeMap::new(),
            seen: 0,
            rows: 0,
            progress,
        })
    }

    /// Goes through all of it; a part that cannot be read keeps nobody from the next.
    pub(super) fn through(&mut self, judge: &dyn Fn(&Whole<'_>) -> Vec<Defect>) -> Result<(), Stop> {
        certificates::certificates(self, judge)?;
        self.part(indexes::of_certificates)?;
        self.part(events::log)?;
        self.part(indexes::of_events)?;
        self.part(indexes::beyond)?;
        self.part(indexes::projects)?;
        self.part(indexes::papers)?;
        self.part(indexes::pages)?;
        self.part(lists::lists)?;
        self.part(meta::meta)?;
        self.part(indexes::counts)?;
        files::files(self)
    }

    fn part(&mut self, part: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        match part(self) {
            Err(Stop::Failed(error)) => self.find(Place::Library, Defect::Unreadable(error)),
            other => other,
        }
    }

    /// Writes down what was found; the same is told once.
    pub(super) fn find(&mut self, place: Place, defect: Defect) -> Result<(), Stop> {
        let finding = Finding { place, defect, usable: None };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
        self.goes_on()
    }

    /// Writes down what the manifest lacks for one certificate more: it is told once, with how many of them can be used.
    pub(super) fn miss(&mut self, place: Place, defect: Defect, can_be_used: bool) -> Result<(), Stop> {
        let one = u64::from(can_be_used);
        match self.findings.iter_mut().find(|finding| finding.place == place && finding.defect == defect) {
            Some(finding) => finding.usable = finding.usable.map(|usable| usable + one),
            None => self.findings.push(Finding { place, defect, usable: Some(one) }),
        }
        self.goes_on()
    }

    fn goes_on(&self) -> Result<(), Stop> {
        if is_broken_off(&self.findings) { Err(Stop::Enough) } else { Ok(()) }
    }

    /// One more certificate or event was looked at.
    pub(super) fn step(&mut self) -> Result<(), Stop> {
        self.seen += 1;
        self.heard()
    }

    /// One more entry of an index was looked at.
    pub(super) fn row(&mut self) -> Result<(), Stop> {
        self.rows += 1;
        if self.rows.is_multiple_of(BETWEEN) { self.heard() } else { Ok(()) }
    }

    /// Whether anybody still listens.
    pub(super) fn heard(&mut self) -> Result<(), Stop> {
        match (self.progress)(self.seen, self.certificates.saturating_add(self.events)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Unheard),
        }
    }

    /// Whether an entry stands as it must; then it is counted.
    pub(super) fn stands(&mut self, entry: &Indexed) -> Result<bool, StoreError> {
        let found = self.library.view().get(entry.family, &entry.key)?;
        let stands = found.is_some_and(|value| entry.has(&value));
        if stands {
            *self.stood.entry(entry.family).or_default() += 1;
        }
        Ok(stands)
    }

    /// One more slot is in use: its page is known, and the next to be given out comes after it.
    pub(super) fn slot(&mut self, card: &Card) {
        let after = u64::from(Slot::of(card.slot, card.agency(), &self.library.keys).ordinal()) + 1;
        let next = self.pages.entry(slots::next_key(card.agency())).or_default();
        *next = (*next).max(Some(after));
        self.pages.insert(slots::page_key(card.agency(), card.slot), None);
    }

    /// How many entries of an index were found to stand.
    pub(super) fn stood(&self, index: Family) -> u64 {
        self.stood.get(&index).copied().unwrap_or(0)
    }
}
