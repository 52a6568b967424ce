//! Status slots on their way from being given out to a certificate that stands in the library.
//!
//! A slot under which nothing came to stand is given out again: rows that are refused by the hundred thousand would otherwise use pages up,
//! and a page that is passed over is left out for nothing but a backup that was restored (`check_first_page`).

use crate::error::StoreError;
use crate::secret::Keys;
use crate::slots::Slot;
use kanhe_core::code::Uscc;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is given out, of agencies that have asked since the library was opened.
#[derive(Debug, Default)]
pub(crate) struct Giving(Mutex<BTreeMap<Uscc, Order>>);

/// In which order an agency's slots are given out, by their ordinals.
#[derive(Debug)]
struct Order {
    /// The first that was never given out.
    next: u32,
    /// Those before it that came back.
    back: BTreeSet<u32>,
}

impl Giving {
    /// Gives a slot out; `first` is asked where the agency begins.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        agency: &Uscc,
        keys: &Keys,
        first: impl FnOnce() -> Result<u32, StoreError>,
    ) -> Result<Reserved, StoreError> {
        let slot = Slot::at(self.take(agency, first)?, agency, keys)?;
        Ok(Reserved { slot, agency: *agency, used: Use::default(), giving: Arc::clone(self) })
    }

    fn take(&self, agency: &Uscc, first: impl FnOnce() -> Result<u32, StoreError>) -> Result<u32, StoreError> {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !orders.contains_key(agency) {
            orders.insert(*agency, Order { next: first()?, back: BTreeSet::new() });
        }
        let order = orders.get_mut(agency).ok_or(StoreError::NoSlot)?;
        Ok(order.back.pop_first().unwrap_or_else(|| {
            let next = order.next;
            order.next = next.saturating_add(1);
            next
        }))
    }

    fn give_back(&self, agency: &Uscc, ordinal: u32) {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = orders.get_mut(agency) {
            order.back.insert(ordinal);
        }
    }
}

/// Whether a certificate was entered under a slot. Once a plan with it is accepted nobody gets the slot again, whatever becomes of the write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Use(Arc<AtomicBool>);

impl Use {
    /// Says that it was.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A slot that is given out to one certificate. Where that is dropped before it was entered, the slot is given out again.
#[derive(Debug)]
pub struct Reserved {
    slot: Slot,
    agency: Uscc,
    used: Use,
    giving: Arc<Giving>,
}

impl Reserved {
    /// Its number, as certificates and status lists have it.
    pub const fn number(&self) -> u32 {
        self.slot.number()
    }

    /// The slot itself.
    pub(crate) const fn slot(&self) -> Slot {
        self.slot
    }

    /// What says that it is used.
    pub(crate) fn used(&self) -> Use {
        self.used.clone()
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.used.0.load(Ordering::Relaxed) {
            self.giving.give_back(&self.agency, self.slot.ordinal());
        }
    }
}
