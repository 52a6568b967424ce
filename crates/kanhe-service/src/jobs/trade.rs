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
    /// What a row is made into before it is proofread.
    type Draft;

    /// What a row is made into before it is entered.
    type Ready;

    /// What a row comes to, as far as it can be known by itself. What is no fault of it stops the job.
    fn pass(&mut self, application: &Application, errand: &Errand<'_>) -> Result<Passed<Self::Draft>, Halt>;

    /// What the rows of a batch come to, as far as it can be known before the commit, in their order.
    fn proofread(&self, passed: Vec<Passed<Self::Draft>>, errand: &Errand<'_>) -> Result<Vec<Passed<Self::Ready>>, Halt>;

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

/// Passes together what waits, one answer for each; what is known stays where it is.
pub(super) fn together<D, R>(
    passed: Vec<Passed<D>>,
    pass: impl FnOnce(Vec<D>) -> Vec<Result<Passed<R>, Halt>>,
) -> Result<Vec<Passed<R>>, Halt> {
    let mut drafts = Vec::new();
    let mut set_aside = |row| match row {
        Passed::Known(end) => Some(Ok(Passed::Known(end))),
        Passed::Ready(draft) => {
            drafts.push(draft);
            None
        }
    };
    let known: Vec<_> = passed.into_iter().map(&mut set_aside).collect();
    let mut answers = pass(drafts).into_iter();
    known.into_iter().filter_map(|known| known.or_else(|| answers.next())).collect()
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
