//! Backups while the service runs: at an hour of the day, and when somebody on the machine asks for one.
//!
//! Nobody asks for one over HTTP: who could, could fill a disk, or learn where the copies are.

use crate::cause::Cause;
use crate::house::{House, Shared};
use arc_swap::ArcSwapOption;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::{day_in_china, start_of_day};
use kanhe_store::{Library, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long to sleep at most before the clock is looked at again: it may have been set.
const LOOK: SignedDuration = SignedDuration::from_secs(60);

/// How long after one that failed a backup is tried again.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Adds a backup of the open library to a folder and tells its number, or why not.
pub type Take = dyn Fn(&Library) -> Result<u32, Cause> + Send + Sync;

/// Who takes backups, and how the last one went.
pub struct Backups {
    take: Option<Box<Take>>,
    at_work: Mutex<()>,
    last: ArcSwapOption<Taken>,
    good: ArcSwapOption<Timestamp>,
}

/// How a backup went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// When.
    pub at: Timestamp,
    /// Its number, or why there is none.
    pub number: Result<u32, &'static str>,
}

impl Backups {
    /// Backups that are taken by other means, or not at all.
    pub const fn elsewhere() -> Self {
        Self { take: None, at_work: Mutex::new(()), last: ArcSwapOption::const_empty(), good: ArcSwapOption::const_empty() }
    }

    /// Backups that are taken in this way.
    pub fn by(take: Box<Take>) -> Self {
        Self { take: Some(take), ..Self::elsewhere() }
    }

    /// The same, of which one was taken before the service was started.
    #[must_use]
    pub fn after(self, taken: Option<Timestamp>) -> Self {
        self.good.store(taken.map(Arc::new));
        self
    }

    /// How the last one went, since the service was started.
    pub fn last(&self) -> Option<Taken> {
        self.last.load().as_deref().copied()
    }

    /// When the last one was taken that was whole.
    pub fn good(&self) -> Option<Timestamp> {
        self.good.load().as_deref().copied()
    }
}

/// Takes a backup, if there is a way to.
pub fn back_up(house: &House) -> Option<Taken> {
    let backups = &house.backups;
    let take = backups.take.as_ref()?;
    let _turn = backups.at_work.lock().unwrap_or_else(PoisonError::into_inner);
    // A copy of a library that was set back would push out a good one, of which the right library is to be restored.
    let done = match house.library.astray() {
        Some(code) => Err(Cause::from(StoreError::Astray { code })),
        None => take(&house.library),
    };
    let at = house.now();
    let number = done.map_err(|Cause { code, detail }| {
        tracing::error!(code, detail, "the backup failed");
        code
    });
    if let Ok(number) = number {
        tracing::info!(backup = number, "a backup was taken and verified");
        backups.good.store(Some(Arc::new(at)));
    }
    let taken = Taken { at, number };
    backups.last.store(Some(Arc::new(taken)));
    Some(taken)
}

/// Takes a backup every day at a time of the clock of China, and once more every hour where it failed, until it is dropped.
pub async fn keep_up(house: Shared, at: Time) {
    let mut due = next(house.now(), at);
    loop {
        let left = house.now().duration_until(due).min(LOOK);
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
        if house.now() >= due {
            let taker = Arc::clone(&house);
            let taken = tokio::task::spawn_blocking(move || back_up(&taker)).await;
            if taken.is_err() {
                tracing::error!("the backup panicked");
            }
            let failed = taken.is_ok_and(|taken| taken.is_some_and(|taken| taken.number.is_err()));
            due = if failed { again(house.now(), at) } else { next(house.now(), at) };
        }
    }
}

/// When a backup is taken after one that failed: somebody may have restored from the folder just then, or the disk may have room by then.
fn again(now: Timestamp, at: Time) -> Timestamp {
    now.checked_add(AGAIN).unwrap_or(Timestamp::MAX).min(next(now, at))
}

/// The next moment, later than now, at which the clocks of China show a time.
fn next(now: Timestamp, at: Time) -> Timestamp {
    let today = day_in_china(now);
    let into_the_day = at.duration_since(Time::midnight());
    let of = |day| start_of_day(day).checked_add(into_the_day).unwrap_or(Timestamp::MAX);
    let this = of(today);
    if this > now { this } else { today.tomorrow().map_or(Timestamp::MAX, of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_is_older_than_the_service_is_known() {
        let taken: Timestamp = "2026-06-14T19:00:00Z".parse().unwrap();
        let backups = Backups::elsewhere().after(Some(taken));
        assert_eq!((backups.good(), backups.last()), (Some(taken), None));
    }

    #[test]
    fn the_next_backup_is_today_or_tomorrow_by_the_clock_of_china() {
        let rows = [
            ("2026-06-14T18:59:59Z", "2026-06-14T19:00:00Z"),
            ("2026-06-14T19:00:00Z", "2026-06-15T19:00:00Z"),
            ("2026-06-15T04:00:00Z", "2026-06-15T19:00:00Z"),
            ("2026-06-15T16:00:00Z", "2026-06-15T19:00:00Z"),
        ];
        for (now, expected) in rows {
            assert_eq!(next(now.parse().unwrap(), Time::constant(3, 0, 0, 0)).to_string(), expected, "{now}");
        }
    }

    #[test]
    fn a_backup_that_failed_is_tried_again_within_the_hour() {
        for (now, expected) in [("2026-06-14T19:00:30Z", "2026-06-14T20:00:30Z"), ("2026-06-15T18:40:00Z", "2026-06-15T19:00:00Z")] {
            assert_eq!(again(now.parse().unwrap(), Time::constant(3, 0, 0, 0)).to_string(), expected, "{now}");
        }
    }
}
