//! When something is recorded: what the clock says, held against what was recorded last.
//!
//! The log's order is the order of acts, and each says when it was recorded. A clock that was set back would hide an act behind those before
//! it; one that is ahead locks what it records, for nothing can take effect before it. So the doors of a library ask here before they act
//! (`docs/decisions/0033`), and what was recorded by a wrong clock all the same is counted here.

use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::moment_in_china;
use kanhe_store::{Library, StoreError};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// So far the clock may lie behind what was recorded last: clocks are corrected by seconds, and two machines that take turns differ by as much.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why nothing is recorded now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordingError {
    /// The clock lies behind what is there already.
    #[error("it would be dated {}, behind what was recorded or signed at {}", moment_in_china(*.now), moment_in_china(*.last))]
    ClockBehind {
        /// What the clock says, or who names a moment.
        now: Timestamp,
        /// What was recorded or signed last.
        last: Timestamp,
    },
    /// The library does not tell what it recorded last.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordingError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ClockBehind { .. } => "clock_set_back",
            Self::Store(error) => error.code(),
        }
    }
}

/// Up to which moment, in whole seconds, what lies ahead of the clock is not held against it: it was recorded by a clock that was ahead. None: all
/// of it is held.
pub type Excused = Option<Timestamp>;

/// The moment that something bears which comes after what bears `last`: what the clock says, and never before that.
pub fn after(last: Option<Timestamp>, now: Timestamp, excused: Excused) -> Result<Timestamp, RecordingError> {
    let Some(last) = last.filter(|last| *last > now) else { return Ok(now) };
    if !is_ahead(last, now) {
        Ok(last)
    } else if excused.is_some_and(|excused| last.as_second() <= excused.as_second()) {
        Ok(now)
    } else {
        Err(RecordingError::ClockBehind { now, last })
    }
}

/// The moment at which an act is recorded in a library.
pub fn moment(library: &Library, now: Timestamp, excused: Excused) -> Result<Timestamp, RecordingError> {
    after(last(library)?, now, excused)
}

/// When the last event of a library was recorded; none where it has none.
pub fn last(library: &Library) -> Result<Option<Timestamp>, StoreError> {
    library.log_size()?.checked_sub(1).map(|index| library.event_at(index).map(|event| event.recorded)).transpose()
}

/// By when the event at an index was recorded, whatever moment it bears: by that of the first behind it whose moment has come, or else by now.
pub fn by(library: &Library, index: u64, now: Timestamp) -> Result<Timestamp, StoreError> {
    for behind in index.saturating_add(1)..library.log_size()? {
        let recorded = library.event_at(behind)?.recorded;
        if recorded <= now {
            return Ok(recorded);
        }
    }
    Ok(now)
}

/// Whether a moment lies further ahead of the clock than clocks differ.
pub fn is_ahead(moment: Timestamp, now: Timestamp) -> bool {
    now.duration_until(moment) > TOLERANCE
}

/// How many events bear a moment that cannot be right: it stays in the log for ever, and is told beside what can be mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misdated {
    /// Those recorded before the one before them.
    pub backwards: u64,
    /// Those recorded later than now.
    pub ahead: u64,
}

/// Counts the events of a library that a wrong clock has recorded. Acts that are done at once may differ by as much as a clock may.
pub fn misdated(library: &Library, now: Timestamp) -> Result<Misdated, StoreError> {
    let (mut found, mut before) = (Misdated::default(), None);
    for index in 0..library.log_size()? {
        let recorded = library.event_at(index)?.recorded;
        found.backwards += u64::from(before.is_some_and(|before| is_ahead(before, recorded)));
        found.ahead += u64::from(is_ahead(recorded, now));
        before = Some(recorded);
    }
    Ok(found)
}

/// Events of which the latest moment is remembered together.
const BLOCK: u64 = 1_024;

/// Where a time begins in a log: what was looked at once is remembered, for a log only grows.
#[derive(Debug, Default)]
pub struct Beginnings {
    /// The latest moment in each full block, from the first on.
    latest: Mutex<Vec<Timestamp>>,
}

/// Where a time begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// At this index: whatever stands behind it was recorded later, whatever moment it bears.
    At(u64),
    /// Not before this index: so far was looked.
    NotBefore(u64),
}

impl Beginnings {
    /// The first event from an index on that was recorded at a moment or later, or the end of the log; looks at `most` events that nobody has
    /// looked at yet, and at those before the index only where they alone tell.
    pub fn of(&self, library: &Library, from: u64, since: Timestamp, most: u64) -> Result<Beginning, StoreError> {
        if from < library.log_size()? && library.event_at(from)?.recorded >= since {
            return Ok(Beginning::At(from));
        }
        Ok(match self.in_all(library, since, most)? {
            Beginning::At(first) => Beginning::At(first.max(from)),
            Beginning::NotBefore(first) => Beginning::NotBefore(first.max(from)),
        })
    }

    fn in_all(&self, library: &Library, since: Timestamp, most: u64) -> Result<Beginning, StoreError> {
        let (size, mut looked_at) = (library.log_size()?, 0);
        for block in 0..size.div_ceil(BLOCK) {
            let events = block * BLOCK..size.min((block + 1) * BLOCK);
            if self.known(block).is_some_and(|latest| latest < since) {
                continue;
            }
            if looked_at >= most {
                return Ok(Beginning::NotBefore(events.start));
            }
            looked_at += BLOCK;
            let (mut first, mut latest) = (None, Timestamp::MIN);
            for index in events.clone() {
                let recorded = library.event_at(index)?.recorded;
                latest = latest.max(recorded);
                first = first.or((recorded >= since).then_some(index));
            }
            if events.end == (block + 1) * BLOCK {
                self.remember(block, latest);
            }
            if let Some(first) = first {
                return Ok(Beginning::At(first));
            }
        }
        Ok(Beginning::At(size))
    }

    fn known(&self, block: u64) -> Option<Timestamp> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        usize::try_from(block).ok().and_then(|block| latest.get(block).copied())
    }

    /// Blocks are remembered one after the other.
    fn remember(&self, block: u64, moment: Timestamp) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if u64::try_from(latest.len()) == Ok(block) {
            latest.push(moment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_lie_behind_by_minutes_and_what_is_recorded_does_not() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let year = 365 * 86_400;
        for (last, now, excused, recorded) in [
            (None, 100, None, Some(100)),
            (Some(99), 100, None, Some(100)),
            (Some(100 + 300), 100, None, Some(400)),
            (Some(100 + 301), 100, None, None),
            (Some(100 + year), 100, None, None),
            (Some(100 + year), 100, Some(100 + year), Some(100)),
            (Some(101 + year), 100, Some(100 + year), None),
        ] {
            let found = after(last.map(at), at(now), excused.map(at));
            assert_eq!(found.clone().ok(), recorded.map(at), "{last:?} {now}");
            assert_eq!(found.err().map(|error| error.code()), recorded.is_none().then_some("clock_set_back"), "{last:?} {now}");
        }
    }
}
