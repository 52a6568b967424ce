//! Who may do what with a job.

use super::job::{Job, Task};
use crate::accounts::{Caller, Forbidden, Right};

/// What a caller does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Hands it in, lets it go on, reads its rows: that takes the right to do by hand what the job does.
    Run,
    /// Follows it, stops it, ends it: so may whoever manages the accounts in whose name jobs go on. That touches no certificate.
    Oversee,
}

impl Handling {
    /// Refuses a caller who may handle no job so.
    pub fn may_some(self, caller: &Caller) -> Result<(), Forbidden> {
        let [issue, lodge] = [Task::Issue, Task::Lodge].map(|task| caller.may(self.right(caller, task)));
        lodge.or(issue)
    }

    /// Refuses a caller who may not handle this job so.
    pub fn may(self, caller: &Caller, job: &Job) -> Result<(), Forbidden> {
        caller.may_for(self.right(caller, job.task), &job.type_code)
    }

    fn right(self, caller: &Caller, task: Task) -> Right {
        let manages = self == Self::Oversee && caller.has(Right::Administer) && !caller.has(task.right());
        if manages { Right::Administer } else { task.right() }
    }
}
