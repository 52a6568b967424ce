//! The whole house held against itself: every record against every index and back, every card against its history, every event against
//! the log; and its files read to their end.
//!
//! What must lead to a certificate is looked up, and counted where it stands. An index that has more entries than were counted has some
//! that are nobody's: only then it is gone through a second time, and each entry is asked whose it is. What is kept in memory
//! grows with agencies, types, days and what came from other regions, and not with the other certificates.

mod certificates;
mod events;
mod files;
mod finding;
mod indexes;
mod lists;
mod meta;
mod origins;
mod taken;
mod walk;

pub use finding::{Defect, Finding, Place};

use crate::error::StoreError;
use crate::library::Library;
use crate::record::{Card, Record};
use kanhe_core::certificate::Certificate;
use kanhe_core::event::Event;
use std::ops::ControlFlow;
use walk::{Stop, Walk};

/// A certificate with all that the library knows of it, for who has rules to check.
pub struct Whole<'a> {
    /// Its card.
    pub card: &'a Card,
    /// Its record.
    pub record: &'a Record,
    /// What it says.
    pub certificate: &'a Certificate,
    /// Everything that happened to it.
    pub history: &'a [(u64, Event)],
}

/// A check that has found so much goes no further: who has so many findings restores a backup.
pub const MOST_FINDINGS: usize = 1_000;

/// Whether a check with these findings was broken off by them, so that there may be more.
pub const fn is_broken_off(findings: &[Finding]) -> bool {
    findings.len() >= MOST_FINDINGS
}

impl Library {
    /// Checks everything, and says what is not as it must be, up to where [`is_broken_off`] says that it stopped. `judge` adds what only the rules can tell of a certificate: whether its
    /// signatures hold, whether its history makes what its card says, and whether the manifest is still behind it. `progress` is told how many of how many were looked at.
    pub fn check(&self, judge: impl Fn(&Whole<'_>) -> Vec<Defect>, mut progress: impl FnMut(u64, u64)) -> Result<Vec<Finding>, StoreError> {
        let checked = self.check_while(judge, |seen, all| {
            progress(seen, all);
            ControlFlow::Continue(())
        })?;
        Ok(checked.unwrap_or_default())
    }

    /// The same for as long as somebody wants to know: nothing, once `progress` has broken it off.
    pub fn check_while(
        &self,
        judge: impl Fn(&Whole<'_>) -> Vec<Defect>,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Option<Vec<Finding>>, StoreError> {
        let mut walk = Walk::begin(self, &mut progress)?;
        match walk.through(&judge) {
            Ok(()) | Err(Stop::Enough) => Ok(Some(walk.findings)),
            Err(Stop::Unheard) => Ok(None),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}
