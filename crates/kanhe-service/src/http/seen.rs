//! Who has seen whose data: every answer that shows personal data is written down before it is given.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::accounts::uses::{Use, UseAct, commit_use, note_use};
use crate::house::House;
use kanhe_issuer::sight::Sight;

/// Lines in one commit: so long other writers wait at most.
const AT_A_TIME: usize = 1_000;

impl House {
    /// Writes down that a caller was shown a certificate or an application; without that line nothing is shown.
    pub fn note_use(&self, caller: &Caller, sight: Sight, subject: &str) -> Result<(), Problem> {
        let act = match sight {
            Sight::Masked => UseAct::Shown,
            Sight::Whole => UseAct::ShownWhole,
        };
        self.note_uses(caller, act, [subject.to_owned()])
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
