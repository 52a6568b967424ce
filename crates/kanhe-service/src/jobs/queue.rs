//! What a house holds of its jobs while it is open: how they are worked on, and who is to hear of it.

use super::error::JobError;
use super::job::JobId;
use super::pace::Pace;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::Uscc;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, watch};

/// What jobs may take, and how long they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Bytes of a table.
    pub upload_bytes: u64,
    /// Rows of a table.
    pub most_rows: u64,
    /// Jobs of an agency that are not over.
    pub most_jobs: u64,
    /// Bytes of their tables.
    pub most_bytes: u64,
    /// Tables that are on their way here at a time.
    pub uploads: usize,
    /// The same, of one agency.
    pub uploads_of_agency: usize,
    /// How fast they must come.
    pub pace: Pace,
    /// How long the table of a job that is stopped stays; then the job is cancelled.
    pub upload_life: SignedDuration,
    /// How long a job that is over, and what came of its rows, can be asked for.
    pub result_life: SignedDuration,
}

/// The jobs of a house.
pub struct Queue {
    /// What they may take.
    pub rules: Rules,
    bell: Notify,
    changes: watch::Sender<u64>,
    closing: AtomicBool,
    tidied: AtomicI64,
    at_work: Mutex<Option<AtWork>>,
    /// Tables that are on their way here, and to whom.
    arriving: Mutex<BTreeMap<JobId, Uscc>>,
}

/// The job that is worked on.
struct AtWork {
    id: JobId,
    begun: Instant,
    rows: AtomicU64,
}

impl Queue {
    /// A queue that nobody works on yet.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            bell: Notify::new(),
            changes: watch::Sender::new(0),
            closing: AtomicBool::new(false),
            tidied: AtomicI64::new(i64::MIN),
            at_work: Mutex::default(),
            arriving: Mutex::default(),
        }
    }

    /// Ends all work between two rows, and whoever listens hears no more: the service stops. What is not done goes on at the next start.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.changed();
        self.bell.notify_one();
    }

    /// Whether the service stops.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Tells whoever listens that a job has changed.
    pub fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells whoever works that there is something to do.
    pub fn wake(&self) {
        self.changed();
        self.bell.notify_one();
    }

    /// Returns when there is something to do.
    pub(super) async fn woken(&self) {
        self.bell.notified().await;
    }

    /// Hears of changes from now on.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How many rows a second are done of a job, if it is worked on now; none in its first moments.
    pub fn speed(&self, id: &JobId) -> Option<Option<u64>> {
        let at_work = locked(&self.at_work);
        let at_work = at_work.as_ref().filter(|at_work| at_work.id == *id)?;
        let milliseconds = u64::try_from(at_work.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rows = at_work.rows.load(Ordering::Relaxed);
        Some((rows > 0).then(|| rows.saturating_mul(1_000) / milliseconds.max(1)))
    }

    /// The job that is worked on now.
    pub fn at_work(&self) -> Option<JobId> {
        locked(&self.at_work).as_ref().map(|at_work| at_work.id)
    }

    pub(super) fn begin(&self, id: JobId) {
        *locked(&self.at_work) = Some(AtWork { id, begun: Instant::now(), rows: AtomicU64::new(0) });
    }

    pub(super) fn advance(&self, rows: u64) {
        if let Some(at_work) = locked(&self.at_work).as_ref() {
            at_work.rows.fetch_add(rows, Ordering::Relaxed);
        }
    }

    pub(super) fn end(&self) -> Option<JobId> {
        locked(&self.at_work).take().map(|at_work| at_work.id)
    }

    /// Keeps a place for a table, if there is one.
    pub(super) fn expect(&self, id: JobId, agency: Uscc) -> Result<(), JobError> {
        let mut arriving = locked(&self.arriving);
        let Rules { uploads, uploads_of_agency, .. } = self.rules;
        if arriving.values().filter(|other| **other == agency).count() >= uploads_of_agency {
            return Err(JobError::UploadsOfAgency { most: uploads_of_agency });
        }
        if arriving.len() >= uploads {
            return Err(JobError::UploadsFull { most: uploads });
        }
        arriving.insert(id, agency);
        Ok(())
    }

    /// Gives the place of a table back.
    pub(super) fn expect_no_more(&self, id: &JobId) {
        locked(&self.arriving).remove(id);
    }

    /// Whether somebody is bringing a table.
    pub(super) fn expects(&self, id: &JobId) -> bool {
        locked(&self.arriving).contains_key(id)
    }

    /// Whether it is time to tidy up; who is told so does it.
    pub(super) fn is_untidy(&self, now: Timestamp, every: SignedDuration) -> bool {
        let last = self.tidied.swap(now.as_second(), Ordering::SeqCst);
        let untidy = now.as_second().saturating_sub(last) >= every.as_secs() || last > now.as_second();
        if !untidy {
            self.tidied.store(last, Ordering::SeqCst);
        }
        untidy
    }
}

/// Nothing is half done under these locks.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
