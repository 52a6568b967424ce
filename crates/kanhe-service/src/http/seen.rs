//! Who has seen whose data: every answer that shows personal data is written down before it is given.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::accounts::uses::{Use, UseAct, commit_use, note_use};
use crate::house::House;
use kanhe_issuer::sight::Sight;

impl House {
    /// Writes down that a caller was shown a certificate or an application; without that line nothing is shown.
    pub fn note_use(&self, caller: &Caller, sight: Sight, subject: &str) -> Result<(), Problem> {
        let act = match sight {
            Sight::Masked => UseAct::Shown,
            Sight::Whole => UseAct::ShownWhole,
        };
        let (actor, subject) = (caller.actor.clone(), subject.to_owned());
        let entry = Use { at: self.now(), agency: caller.agency, actor, act, subject, until: None };
        Ok(commit_use(&self.library, act, |pen| note_use(pen, &entry, self.chance()))?)
    }
}
