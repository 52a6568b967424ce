//! When the service records what is done, and what is wrong with its clock.

use crate::house::House;
use jiff::Timestamp;
use kanhe_issuer::recorded::{self, Beginnings, Excused, RecordingError};

/// How the service takes what its clock says.
#[derive(Debug, Default)]
pub struct Recording {
    excused: Excused,
    /// Where times begin in the log.
    pub beginnings: Beginnings,
}

impl Recording {
    /// Lets nothing that is dated up to a moment keep an act back, though it lies ahead of the clock.
    pub fn excusing(excused: Excused) -> Self {
        Self { excused, ..Self::default() }
    }
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
        recorded::moment(&self.library, self.now(), self.recording.excused)
    }

    /// The moment that something bears which takes the place of what bears another.
    pub fn moment_after(&self, last: Option<Timestamp>) -> Result<Timestamp, RecordingError> {
        recorded::after(last, self.moment()?, self.recording.excused)
    }

    /// Whether nothing can be recorded before the clock is right.
    pub fn is_behind(&self) -> bool {
        matches!(self.moment(), Err(RecordingError::ClockBehind { .. }))
    }

    /// What is wrong with the clock, or with what was said of it.
    pub fn clock_trouble(&self) -> Option<ClockTrouble> {
        if self.is_behind() { Some(ClockTrouble::Behind) } else { self.excuses_nothing().then_some(ClockTrouble::ExcuseLeft) }
    }

    /// Whether a setting lets the clock lie behind, though nothing needs it any more: it would hide a clock that is set back.
    fn excuses_nothing(&self) -> bool {
        let (now, lists) = (self.now(), self.press.newest());
        let is_ahead = |moment: Timestamp| recorded::is_ahead(moment, now);
        let recorded = recorded::last(&self.library).ok().flatten();
        self.recording.excused.is_some_and(is_ahead) && !recorded.into_iter().chain(lists).any(is_ahead)
    }
}
