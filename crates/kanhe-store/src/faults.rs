//! Writes that go wrong on purpose, so that a test can see what stands afterwards; and how many of them waited for the disk.
//!
//! Every way to the disk leads through [`pass`]. Without the feature `faults`, which no product turns on, that is a call and nothing more.

use crate::error::StoreError;

/// Lets a write pass, unless a test has armed a fault for it.
#[cfg(not(feature = "faults"))]
pub(crate) fn pass<T>(write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    write()
}

#[cfg(feature = "faults")]
pub(crate) use armed::pass;
#[cfg(feature = "faults")]
pub use armed::{Counted, Fault, arm, counted};

#[cfg(feature = "faults")]
mod armed {
    use super::StoreError;
    use crate::library::Library;
    use rocksdb::properties;
    use std::sync::{Mutex, PoisonError};

    /// What becomes of a write.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// Nothing is written, and the caller is told so.
        Fails,
        /// All is written, and the caller is told that it failed.
        FailsYetStands,
        /// The process ends before it writes.
        KilledBefore,
        /// The process ends when it has written, before anybody is told.
        KilledAfter,
    }

    /// The fault, and how many writes pass before it.
    static ARMED: Mutex<Option<(u64, Fault)>> = Mutex::new(None);

    /// Lets a write of this process go wrong, after so many that do not.
    pub fn arm(after: u64, fault: Fault) {
        *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = Some((after, fault));
    }

    /// What was written to the log of a library's last writes since the library was opened.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Counted {
        /// How many writes.
        pub writes: u64,
        /// How many of them returned only when the log was on the disk.
        pub syncs: u64,
    }

    /// What RocksDB has counted of a library's writes, as it tells anybody who asks: `Cumulative WAL: 3 writes, 3 syncs, …`.
    pub fn counted(library: &Library) -> Option<Counted> {
        let told = library.db.property_value(properties::DBSTATS).ok()??;
        let mut counts = told.lines().find_map(|line| line.strip_prefix("Cumulative WAL: "))?.split(", ");
        let mut count = |of: &str| counts.next()?.strip_suffix(of)?.parse().ok();
        Some(Counted { writes: count(" writes")?, syncs: count(" syncs")? })
    }

    pub(crate) fn pass<T>(write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let failed = StoreError::Database { detail: "a fault that a test has armed".to_owned() };
        match next() {
            None => write(),
            Some(Fault::Fails) => Err(failed),
            Some(Fault::FailsYetStands) => write().and(Err(failed)),
            Some(Fault::KilledBefore) => std::process::abort(),
            Some(Fault::KilledAfter) => write().and_then(|_| std::process::abort()),
        }
    }

    fn next() -> Option<Fault> {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let (after, fault) = (*armed)?;
        *armed = after.checked_sub(1).map(|after| (after, fault));
        (after == 0).then_some(fault)
    }
}
