//! When the service records what is done, and what is wrong with its clock.
//!
//! A setting may say that the clock was ahead once (`library.clock_was_ahead`). It counts for acts until the last event is right, and for what is
//! signed until everything is that is signed here. Then it is used up: in this process at once, and in those after it by a paper in the library,
//! so that a setting that was forgotten hides no clock that is set back (`docs/decisions/0040`).

use crate::house::House;
use crate::publish::newest_list;
use jiff::Timestamp;
use kanhe_issuer::recorded::{self, Beginnings, Excused, RecordingError};
use kanhe_store::{Drawer, Library, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the library keeps up to which second an excuse counted that is used up.
const USED_UP: [u8; 1] = [0];

/// The same of one that no act needs any more, though a list or the pack may.
const USED_UP_BY_ACTS: [u8; 1] = [1];

/// How the service takes what its clock says.
#[derive(Debug, Default)]
pub struct Recording {
    excused: Excused,
    acts: Need,
    signing: Need,
    /// Where times begin in the log.
    pub beginnings: Beginnings,
}

/// Something that needs the excuse, until once it does not: from then on it is excused nothing more.
#[derive(Debug, Default)]
struct Need {
    has_ended: AtomicBool,
}

impl Need {
    fn known(has_ended: bool) -> Self {
        Self { has_ended: has_ended.into() }
    }

    fn has_ended(&self, is_there: impl FnOnce() -> bool) -> bool {
        if !self.has_ended.load(Ordering::Relaxed) && !is_there() {
            self.has_ended.store(true, Ordering::Relaxed);
        }
        self.has_ended.load(Ordering::Relaxed)
    }
}

impl Recording {
    /// Lets nothing that is dated up to a moment keep an act back, though it lies ahead of the clock, unless the library knows this excuse for
    /// used up.
    pub fn excusing(library: &Library, excused: Excused) -> Result<Self, StoreError> {
        let is_used_up = |place| excused.map_or(Ok(false), |moment| is_written(library, place, moment));
        let whole = is_used_up(USED_UP)?;
        let acts = Need::known(whole || is_used_up(USED_UP_BY_ACTS)?);
        Ok(Self { excused, acts, signing: Need::known(whole), ..Self::default() })
    }
}

/// Whether the library knows an excuse for used up.
fn is_written(library: &Library, place: [u8; 1], moment: Timestamp) -> Result<bool, StoreError> {
    Ok(library.office(Drawer::Clock, &place)?.as_deref() == Some(&paper_of(moment)[..]))
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
        recorded::moment(&self.library, self.now(), self.recording.excused.filter(|_| self.acts_need_excuse()))
    }

    /// The moment that something bears which takes the place of what bears another.
    pub fn moment_after(&self, last: Option<Timestamp>) -> Result<Timestamp, RecordingError> {
        recorded::after(last, self.moment()?, self.recording.excused.filter(|_| !self.is_excuse_used_up()))
    }

    /// Whether nothing can be recorded before the clock is right.
    pub fn is_behind(&self) -> bool {
        matches!(self.moment(), Err(RecordingError::ClockBehind { .. }))
    }

    /// What is wrong with the clock, or with what was said of it.
    pub fn clock_trouble(&self) -> Option<ClockTrouble> {
        if self.is_behind() { Some(ClockTrouble::Behind) } else { self.excuse_left().map(|_| ClockTrouble::ExcuseLeft) }
    }

    /// Writes down that an excuse is used up, as far as it is: it counts no more when the service starts again.
    pub fn settle_excuse(&self) -> Result<(), StoreError> {
        let Some(moment) = self.recording.excused else { return Ok(()) };
        for (place, is_used_up) in [(USED_UP_BY_ACTS, !self.acts_need_excuse()), (USED_UP, self.is_excuse_used_up())] {
            if is_used_up && !is_written(&self.library, place, moment)? {
                self.library.commit(|pen| pen.put_office(Drawer::Clock, &place, &paper_of(moment)))?;
            }
        }
        Ok(())
    }

    /// The excuse, if it is used up.
    fn excuse_left(&self) -> Excused {
        self.recording.excused.filter(|_| self.is_excuse_used_up())
    }

    fn is_excuse_used_up(&self) -> bool {
        !self.acts_need_excuse() && self.recording.signing.has_ended(|| self.signs_ahead())
    }

    /// Whether what was recorded last lies ahead of the clock, and has since the excuse was given.
    fn acts_need_excuse(&self) -> bool {
        // A log that cannot be read says neither.
        let is_ahead = || recorded::last(&self.library).map_or(true, |last| self.is_any_ahead(last));
        !self.recording.acts.has_ended(is_ahead)
    }

    /// Whether something lies ahead of the clock that the service has signed and signs again.
    fn signs_ahead(&self) -> bool {
        let pack = self.shelf.present().filter(|_| self.press.signs_packs()).map(|present| present.pack().issued());
        // Nor does a manifest that cannot be read say whose lists are signed here.
        newest_list(self).map_or(true, |list| self.is_any_ahead(list.into_iter().chain(pack)))
    }

    fn is_any_ahead(&self, moments: impl IntoIterator<Item = Timestamp>) -> bool {
        let now = self.now();
        moments.into_iter().any(|moment| recorded::is_ahead(moment, now))
    }
}
