//! When the service records what is done, and what is wrong with its clock.
//!
//! A setting may say that the clock was ahead once (`library.clock_was_ahead`). It counts until nothing needs it. Then it is used up: in this
//! process at once, and in those after it by a paper in the library, so that a setting that was forgotten hides no clock that is set back.

use crate::house::House;
use jiff::Timestamp;
use kanhe_issuer::recorded::{self, Beginnings, Excused, RecordingError};
use kanhe_store::{Drawer, Library, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the library keeps up to which second an excuse counted that is used up.
const USED_UP: [u8; 1] = [0];

/// How the service takes what its clock says.
#[derive(Debug, Default)]
pub struct Recording {
    excused: Excused,
    /// Whether nothing has needed the excuse once: it excuses nothing more.
    is_used_up: AtomicBool,
    /// Where times begin in the log.
    pub beginnings: Beginnings,
}

impl Recording {
    /// Lets nothing that is dated up to a moment keep an act back, though it lies ahead of the clock, unless the library knows this excuse for
    /// used up.
    pub fn excusing(library: &Library, excused: Excused) -> Result<Self, StoreError> {
        let used_up = library.office(Drawer::Clock, &USED_UP)?;
        let is_used_up = excused.is_some_and(|moment| used_up.as_deref() == Some(&paper_of(moment)[..]));
        Ok(Self { excused, is_used_up: is_used_up.into(), ..Self::default() })
    }
}

fn paper_of(moment: Timestamp) -> [u8; 8] {
    moment.as_second().to_be_bytes()
}

/// What is wrong with the clock of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockTrouble {
    /// It lies behind what was recorded last.
    Behind,
    /// What lets it lie behind is needed no more.
    ExcuseLeft,
}

impl ClockTrouble {
    /// The stable code of this trouble.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Behind => "clock_set_back",
            Self::ExcuseLeft => "clock_excuse_left",
        }
    }
}

impl House {
    /// The moment at which an act is recorded: never before the one that was recorded last.
    pub fn moment(&self) -> Result<Timestamp, RecordingError> {
        recorded::moment(&self.library, self.now(), self.excused())
    }

    /// The moment that something bears which takes the place of what bears another.
    pub fn moment_after(&self, last: Option<Timestamp>) -> Result<Timestamp, RecordingError> {
        recorded::after(last, self.moment()?, self.excused())
    }

    /// Whether nothing can be recorded before the clock is right.
    pub fn is_behind(&self) -> bool {
        matches!(self.moment(), Err(RecordingError::ClockBehind { .. }))
    }

    /// What is wrong with the clock, or with what was said of it.
    pub fn clock_trouble(&self) -> Option<ClockTrouble> {
        if self.is_behind() { Some(ClockTrouble::Behind) } else { self.excuse_left().map(|_| ClockTrouble::ExcuseLeft) }
    }

    /// Writes down that an excuse is used up, if it is: it counts no more when the service starts again.
    pub fn settle_excuse(&self) -> Result<(), StoreError> {
        let Some(paper) = self.excuse_left().map(paper_of) else { return Ok(()) };
        if self.library.office(Drawer::Clock, &USED_UP)?.as_deref() == Some(&paper[..]) {
            return Ok(());
        }
        self.library.commit(|pen| pen.put_office(Drawer::Clock, &USED_UP, &paper))
    }

    /// Up to when what lies ahead of the clock is not held against it.
    fn excused(&self) -> Excused {
        self.recording.excused.filter(|_| !self.is_excuse_used_up())
    }

    /// The excuse, if it is used up.
    fn excuse_left(&self) -> Excused {
        self.recording.excused.filter(|_| self.is_excuse_used_up())
    }

    fn is_excuse_used_up(&self) -> bool {
        let used_up = &self.recording.is_used_up;
        if !used_up.load(Ordering::Relaxed) && !self.needs_excuse() {
            used_up.store(true, Ordering::Relaxed);
        }
        used_up.load(Ordering::Relaxed)
    }

    /// Whether something lies ahead of the clock that the service has recorded, or has signed and signs again.
    fn needs_excuse(&self) -> bool {
        // A log that cannot be read says neither.
        let Ok(recorded) = recorded::last(&self.library) else { return true };
        let pack = self.shelf.present().filter(|_| self.press.signs_packs()).map(|present| present.pack().issued());
        let now = self.now();
        recorded.into_iter().chain(self.press.newest()).chain(pack).any(|moment| recorded::is_ahead(moment, now))
    }
}
