//! Who has seen whose data: every answer that shows personal data is written down, and on the disk, before it is given.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::accounts::uses::{Use, UseAct, begin_use, commit_use, note_use};
use crate::house::House;
use kanhe_issuer::sight::Sight;

/// Lines in one commit: so long other writers wait at most.
const AT_A_TIME: usize = 1_000;

impl House {
    /// Shows a caller a certificate or an application, as `read` reads it; without a line that says so nothing is shown.
    ///
    /// It is read while the line is on its way to the disk, and nobody has it before the line is there (`decisions/0018`).
    pub fn show<T>(&self, caller: &Caller, sight: Sight, subject: &str, read: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        let act = match sight {
            Sight::Masked => UseAct::Shown,
            Sight::Whole => UseAct::ShownWhole,
        };
        let (actor, subject) = (caller.actor.clone(), subject.to_owned());
        let entry = Use { at: self.now(), agency: caller.agency, actor, act, subject, until: None };
        let chance = self.chance();
        let ((), line) = begin_use(&self.library, act, |pen| note_use(pen, &entry, chance))?;
        let shown = read();
        line.stands()?;
        shown
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
