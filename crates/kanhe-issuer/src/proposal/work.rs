//! Many certificates, changed some at a time: what was done and how far it is stand in one commit, so a kill loses nothing and does nothing twice.

use super::list::{List, Row};
use super::paper::{Progress, Proposal, Stop, code_of, key_of, read, work_key};
use super::{Phase, ProposalError, Proposals};
use crate::lifecycle::Change;
use crate::registrar::{Entry, RegistrarError, told_of, turn};
use jiff::Timestamp;
use kanhe_core::code::ProjectCode;
use kanhe_core::event::{Approval, Event};
use kanhe_store::find::LONGEST_PAGE;
use kanhe_store::{Drawer, Pen, Record, StoreError};

/// How much is done at a time, and when.
pub struct Step<'a> {
    /// At most so many certificates in one commit.
    pub most: usize,
    /// Now.
    pub now: Timestamp,
    /// Draws sixteen bytes that nobody can guess, for one event.
    pub salt: &'a dyn Fn() -> [u8; 16],
}

impl Proposals<'_> {
    /// Approved proposals of which certificates are still to be changed, of all agencies.
    pub fn at_work(&self) -> Result<Vec<ProjectCode>, StoreError> {
        let (mut codes, mut after) = (Vec::new(), None);
        loop {
            let found = self.library.office_page(Drawer::Proposals, &work_key(None), after.as_ref(), LONGEST_PAGE)?;
            codes.extend(found.papers.iter().filter_map(|(key, _)| code_of(key)));
            after = found.next;
            if after.is_none() {
                return Ok(codes);
            }
        }
    }

    /// Changes the next certificates of a proposal. Those that have changed since the approval are left as they are, and noted; so is the
    /// rest, if who has proposed it is not in office any more.
    pub fn go_on(&self, code: &ProjectCode, step: &Step<'_>) -> Result<Proposal, ProposalError> {
        let before = self.find(code)?;
        let (Some(change), Some(progress)) = (before.deed.change(), before.progress.clone()) else { return Ok(before) };
        let place = usize::try_from(progress.done).unwrap_or(usize::MAX);
        let list = List::part(self.library, &self.content(code)?, place, step.most.max(1))?;
        let rows = list.rows().iter().map(|row| Ok((row, self.library.record(row.shelfmark)?))).collect::<Result<Vec<_>, StoreError>>()?;
        self.library.commit(|pen| {
            let paper = pen.office(Drawer::Proposals, &key_of(code))?.ok_or(ProposalError::NotFound { code: *code })?;
            let mut proposal: Proposal = read(&paper)?;
            if proposal.progress.as_ref() != Some(&progress) {
                // Somebody else went on meanwhile.
                return Ok(proposal);
            }
            let mut progress = progress;
            if (self.in_office)(self.library, pen, &proposal, step.now)? {
                for (row, record) in &rows {
                    if !change_one(pen, &proposal, (row, record), change, step)? {
                        progress.left_out.push(progress.done);
                    }
                    progress.done += 1;
                }
            } else if proposal.is_at_work() {
                progress.stopped = Some(Stop::ActorClosed);
            }
            proposal.progress = Some(Progress { ..progress });
            if !proposal.is_at_work() {
                pen.take_office(Drawer::Proposals, &work_key(Some(code)));
            }
            proposal.put(pen)?;
            Ok(proposal)
        })
    }

    /// The identifiers of certificates that were left as they are.
    pub fn left_out(&self, proposal: &Proposal) -> Result<Vec<String>, ProposalError> {
        let places = proposal.left_out();
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let list = List::read(self.library, &self.content(&proposal.code)?)?;
        let at = |place: u32| usize::try_from(place).ok().and_then(|place| list.rows().get(place));
        Ok(places.into_iter().filter_map(at).map(|row| row.identifier.to_string()).collect())
    }
}

/// Changes one certificate, if it is still as the list has it.
fn change_one(
    pen: &mut Pen<'_>,
    proposal: &Proposal,
    (row, record): (&Row, &Record),
    change: Change,
    step: &Step<'_>,
) -> Result<bool, ProposalError> {
    let Some(end) = proposal.end.as_ref().filter(|end| end.phase == Phase::Approved) else { return Ok(false) };
    if !row.stands(&pen.card(row.shelfmark)?) {
        return Ok(false);
    }
    let approval = Approval { project: proposal.code, approver: end.by.clone(), decided: end.at };
    let entry = Entry { grounds: proposal.grounds()?, effective: end.at, now: step.now.max(end.at), salt: (step.salt)() };
    let told = Event { approval: Some(approval), ..told_of(&row.identifier, record, change, &entry) };
    match turn(pen, row.shelfmark, change, &entry, &told) {
        Ok(_) => Ok(true),
        // A term that ran out in between, say, or a place that was taken: nobody changes what may not be changed.
        Err(
            RegistrarError::Lifecycle(_)
            | RegistrarError::HolderHasOne { .. }
            | RegistrarError::NumberTaken { .. }
            | RegistrarError::AliasTaken { .. },
        ) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
