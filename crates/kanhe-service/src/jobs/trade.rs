//! What is done with the rows of a job: two trades, and what work asks of either.

use super::ground::Halt;
use super::outcome::End;
use crate::house::House;
use jiff::Timestamp;
use kanhe_core::event::Grounds;
use kanhe_issuer::application::Application;
use kanhe_issuer::registrar::Entry;
use kanhe_store::Pen;

/// Makes something of rows.
pub(super) trait Trade {
    /// What a row is made into before it is entered.
    type Ready;

    /// What a row comes to, as far as it can be known by itself. What is no fault of it stops the job.
    fn pass(&mut self, application: &Application, errand: &Errand<'_>) -> Result<Passed<Self::Ready>, Halt>;

    /// Enters what is ready, and beside it what is written of how each ended: all of it or nothing.
    fn enter<T>(&self, ready: &[Self::Ready], beside: impl FnOnce(&mut Pen<'_>, Vec<End>) -> Result<T, Halt>) -> Result<T, Halt>;

    /// Whether later rows are held against earlier ones in memory, so that after a pause all are passed again.
    fn remembers(&self) -> bool;
}

/// What a row comes to before the commit.
pub(super) enum Passed<R> {
    /// Nothing is to be entered for it.
    Known(End),
    /// It waits to be entered.
    Ready(R),
}

/// What the rows of a batch share: why they are granted, in whose name, and when.
pub(super) struct Errand<'h> {
    pub(super) house: &'h House,
    pub(super) grounds: Grounds,
    pub(super) now: Timestamp,
}

impl Errand<'_> {
    /// What the log is told of a row.
    pub(super) fn entry(&self) -> Entry {
        Entry { grounds: self.grounds.clone(), effective: self.now, now: self.now, salt: self.house.chance() }
    }
}
