//! When the rows of a table are issued and recorded. A run may take hours, be stopped for as long, and go on past midnight: so each batch asks
//! anew.

use super::recorded_now;
use crate::cli::ClockArg;
use crate::failure::Failure;
use crate::verbs::clock;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_store::Library;

/// The moments of a run, one after the other.
pub struct Moments<'l> {
    library: &'l Library,
    clock: ClockArg,
    /// The day of issue that the officer gave.
    day: Option<Date>,
}

impl<'l> Moments<'l> {
    /// Refuses a clock that is wrong, and a moment of issue that has not come, before any row is read.
    pub fn begin(library: &'l Library, excused: ClockArg, at: Option<&str>) -> Result<Self, Failure> {
        let passed = |at| clock::moment_up_to(clock::moment(None)?, Some(at)).map(day_in_china);
        let moments = Self { library, clock: excused, day: at.map(passed).transpose()? };
        moments.now().map(|_| moments)
    }

    /// The moment at which what is entered now is recorded.
    pub fn now(&self) -> Result<Timestamp, Failure> {
        recorded_now(self.library, self.clock)
    }

    /// The day of issue of rows that name none and are signed at a moment.
    pub fn day_of_issue(&self, now: Timestamp) -> Date {
        self.day.unwrap_or_else(|| day_in_china(now))
    }
}
