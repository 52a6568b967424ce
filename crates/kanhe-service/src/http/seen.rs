//! Who has seen whose data: every answer that shows personal data is written down, and on the disk, before it is given.

use super::aside::followed;
use super::problem::Problem;
use crate::accounts::Caller;
use crate::accounts::uses::{Use, UseAct, begin_use, commit_use, note_use};
use crate::house::{House, Shared};
use crate::sharing::{Counted, count_own, tell};
use kanhe_issuer::sight::Sight;
use kanhe_store::Begun;
use tokio::sync::oneshot;

/// Something about a person, with the line that says who is shown it. Nobody has it before the line is on the disk.
#[must_use]
pub struct Noted<T> {
    shown: Result<T, Problem>,
    line: Begun,
}

impl<T> Noted<T> {
    /// The same in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Noted<U> {
        Noted { shown: self.shown.map(form), line: self.line }
    }
}

/// Lines in one commit: so long other writers wait at most.
const AT_A_TIME: usize = 1_000;

impl House {
    /// Reads what a caller is to be shown of a certificate or an application, while the line about it is on its way to the disk. If the
    /// reading fails, the line says that it was tried.
    pub fn note<T>(
        &self,
        caller: &Caller,
        sight: Sight,
        subject: &str,
        read: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<Noted<T>, Problem> {
        let act = match sight {
            Sight::Masked => UseAct::Shown,
            Sight::Whole => UseAct::ShownWhole,
        };
        let line = self.note_counted(caller, act, subject, Counted::Looks)?;
        Ok(Noted { shown: read(), line })
    }

    /// Searches for a caller, while the line about it is on its way to the disk: by what kind of thing, and never by which.
    pub fn note_search<T>(&self, caller: &Caller, by: &str, find: impl FnOnce() -> Result<T, Problem>) -> Result<Noted<T>, Problem> {
        let line = self.note_counted(caller, UseAct::Searched, by, Counted::Searches)?;
        Ok(Noted { shown: find(), line })
    }

    /// Begins the line about one act, counted among those of its day; more of them than on other days raise the alarm.
    fn note_counted(&self, caller: &Caller, act: UseAct, subject: &str, counted: Counted) -> Result<Begun, Problem> {
        let (actor, subject, now) = (caller.actor.clone(), subject.to_owned(), self.now());
        let entry = Use { at: now, agency: caller.agency, actor, act, subject, until: None };
        let chance = self.chance();
        let (alarm, line) = begin_use(&self.library, act, |pen| {
            note_use(pen, &entry, chance)?;
            count_own(pen, self, (caller, counted), now)
        })?;
        if let Some(alarm) = alarm {
            tell(&alarm, caller);
        }
        Ok(line)
    }

    /// Writes down that a caller did one thing to each of several.
    pub fn note_uses(&self, caller: &Caller, act: UseAct, subjects: impl IntoIterator<Item = String>) -> Result<(), Problem> {
        let entry = |subject| Use { at: self.now(), agency: caller.agency, actor: caller.actor.clone(), act, subject, until: None };
        let entries: Vec<Use> = subjects.into_iter().map(entry).collect();
        for some in entries.chunks(AT_A_TIME) {
            commit_use(&self.library, act, |pen| some.iter().try_for_each(|entry| note_use(pen, entry, self.chance())))?;
        }
        Ok(())
    }
}

/// Does it on a thread of its own, and shows what comes of it when the line about it is on the disk (`decisions/0018`). No thread waits for
/// that: whoever looks meanwhile has one.
pub async fn show<T: Send + 'static>(
    house: &Shared,
    work: impl FnOnce(&House) -> Result<Noted<T>, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let (show, shown) = oneshot::channel();
    let house = house.clone();
    let work = followed(move || match work(&house) {
        Ok(Noted { shown, line }) => line.tell(move |stands| drop(show.send(stands.map_err(Problem::from).and(shown)))),
        Err(problem) => drop(show.send(Err(problem))),
    });
    drop(tokio::task::spawn_blocking(work));
    // Nothing is said where the work panicked.
    shown.await.unwrap_or_else(|_| Err(Problem::failed()))
}
