//! Acts that take two people (提请与决定): one officer proposes, another of the same agency approves or rejects, and only then it is done.
//!
//! What is approved is what was proposed: a proposal holds its content and the SHA-256 of it, nothing changes either, and who approves names
//! the hash. What the proposal is about may have changed meanwhile; then it is not approved. The act stands in one commit with the approval.
//!
//! * [`Motion`]: what is proposed, read and checked;
//! * [`Proposals`]: from the proposal to the decision;
//! * [`taken`]: what was taken up by two people, for who works with it;
//! * `list`, `work`: certificates that are changed together, some at a time.

mod doing;
mod error;
mod list;
mod motion;
mod paper;
pub mod taken;
mod work;

pub use error::ProposalError;
pub use list::MOST_CERTIFICATES;
pub use motion::Motion;
pub use paper::{Deed, End, Phase, Progress, Proposal, Stop};
pub use work::Step;

use crate::eyes::{Behind, could_be_one};
use crate::registrar::Entry;
use doing::Prepared;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{ProjectCode, Uscc};
use kanhe_core::event::Approval;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use paper::{content_key, key_of, of_agency, open_of_agency, read, work_key};

/// An agency has at most so many open proposals: who decides them reads each.
pub const MOST_OPEN: usize = 100;

/// Tells whether who has made a proposal is still in office, and might still make it.
pub type InOffice = fn(&Library, &Pen<'_>, &Proposal, Timestamp) -> Result<bool, StoreError>;

/// Brings proposals to a decision.
#[derive(Clone, Copy)]
pub struct Proposals<'l> {
    library: &'l Library,
    behind: Behind,
    in_office: InOffice,
}

/// Who proposes, for how long it can be decided, and the chance of its code.
#[derive(Clone, Copy, Debug)]
pub struct Proposing {
    /// The agency.
    pub agency: Uscc,
    /// How long it can be decided.
    pub term: SignedDuration,
    /// Ten bytes of chance for its code.
    pub chance: [u8; 10],
}

/// What somebody decides.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Who.
    pub by: &'a str,
    /// When.
    pub now: Timestamp,
    /// Why.
    pub reason: &'a str,
}

/// A page of proposals.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// In the order of their codes, which is that of their days.
    pub proposals: Vec<Proposal>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl<'l> Proposals<'l> {
    /// The proposals of a library, to be decided by somebody who does not stand behind who has made them, and while he is in office.
    pub const fn new(library: &'l Library, behind: Behind, in_office: InOffice) -> Self {
        Self { library, behind, in_office }
    }

    /// Writes a proposal down, and beside it what is to stand in the same commit.
    pub fn propose_and(
        &self,
        proposing: &Proposing,
        motion: &Motion,
        entry: &Entry,
        beside: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError>,
    ) -> Result<Proposal, ProposalError> {
        let agency = proposing.agency;
        let code = ProjectCode::new(self.library.region(), day_in_china(entry.now), &proposing.chance);
        self.library.commit(|pen| {
            // An application of the same code would make two things of one name.
            if pen.office(Drawer::Proposals, &key_of(&code))?.is_some() || pen.project(&code)?.is_some() {
                return Err(ProposalError::CodeTaken);
            }
            // Asked in the commit: of two who propose at the same time, the second finds the first.
            if open_of(pen, &agency, entry.now)? >= MOST_OPEN {
                return Err(ProposalError::TooManyOpen { most: MOST_OPEN });
            }
            let expires = entry.now.checked_add(proposing.term).unwrap_or(Timestamp::MAX);
            let before = doing::stands(pen, motion.deed(), motion.subject())?;
            let proposal = Proposal::new(code, agency, motion, entry, expires, before);
            pen.put_office(Drawer::Proposals, &content_key(&code), motion.content())?;
            pen.put_office(Drawer::Proposals, &of_agency(&agency, Some(&code)), &[])?;
            pen.put_office(Drawer::Proposals, &open_of_agency(&agency, Some(&code)), &[])?;
            proposal.put(pen)?;
            beside(pen, &proposal)?;
            Ok(proposal)
        })
    }

    /// Approves a proposal and does what it proposes, in one commit; `named` is the hash of what the approver has read.
    ///
    /// # Errors
    ///
    /// It is decided or expired, the approver has proposed it or has read something else, who has proposed it is not in office any more, or
    /// what it is about has changed.
    pub fn approve_and(
        &self,
        code: &ProjectCode,
        named: &[u8; 32],
        decision: &Decision<'_>,
        salt: [u8; 16],
        beside: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError>,
    ) -> Result<Proposal, ProposalError> {
        let proposal = self.find(code)?;
        // The content never changes, so it is read and checked before anybody has to wait.
        let prepared = Prepared::read(self.library, &proposal, &self.content(code)?)?;
        self.decide(code, decision, Phase::Approved, beside, |pen, proposal| {
            self.four_eyes(pen, proposal, decision.by)?;
            // What comes of it is done in the name of two, and both answer for it.
            if !(self.in_office)(self.library, pen, proposal, decision.now)? {
                return Err(ProposalError::ActorClosed);
            }
            if proposal.digest != *named {
                return Err(ProposalError::OtherContent { proposed: proposal.digest, named: *named });
            }
            let approval = Approval { project: *code, approver: decision.by.to_owned(), decided: decision.now };
            let entry = Entry { grounds: proposal.grounds()?, effective: decision.now, now: decision.now, salt };
            prepared.still_fits(pen, proposal)?;
            prepared.carry_out(pen, proposal, &entry, approval)
        })
    }

    /// Rejects a proposal: somebody else does, as with an approval.
    pub fn reject_and(
        &self,
        code: &ProjectCode,
        decision: &Decision<'_>,
        beside: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError>,
    ) -> Result<Proposal, ProposalError> {
        self.decide(code, decision, Phase::Rejected, beside, |pen, proposal| self.four_eyes(pen, proposal, decision.by))
    }

    /// Takes a proposal back: who has made it does.
    pub fn withdraw_and(
        &self,
        code: &ProjectCode,
        decision: &Decision<'_>,
        beside: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError>,
    ) -> Result<Proposal, ProposalError> {
        self.decide(code, decision, Phase::Withdrawn, beside, |_, proposal| {
            if proposal.proposer == decision.by { Ok(()) } else { Err(ProposalError::NotAuthor { actor: decision.by.to_owned() }) }
        })
    }

    /// The proposal with a code.
    pub fn find(&self, code: &ProjectCode) -> Result<Proposal, ProposalError> {
        let paper = self.library.office(Drawer::Proposals, &key_of(code))?;
        Ok(read(&paper.ok_or(ProposalError::NotFound { code: *code })?)?)
    }

    /// The very bytes that are proposed.
    pub fn content(&self, code: &ProjectCode) -> Result<Vec<u8>, ProposalError> {
        self.library.office(Drawer::Proposals, &content_key(code))?.ok_or(ProposalError::NotFound { code: *code })
    }

    /// A page of an agency's proposals.
    pub fn list(&self, agency: &Uscc, after: Option<&Cursor>, most: usize) -> Result<Page, ProposalError> {
        let found = self.library.office_page(Drawer::Proposals, &of_agency(agency, None), after, most)?;
        let codes = found.papers.iter().filter_map(|(key, _)| paper::code_of(key));
        Ok(Page { proposals: codes.map(|code| self.find(&code)).collect::<Result<_, _>>()?, next: found.next })
    }

    /// The proposals of an agency that can be decided now: all of them, for they are few.
    pub fn open(&self, agency: &Uscc, now: Timestamp) -> Result<Vec<Proposal>, ProposalError> {
        let found = self.library.office_page(Drawer::Proposals, &open_of_agency(agency, None), None, 2 * MOST_OPEN)?;
        let mut open = Vec::new();
        for code in found.papers.iter().filter_map(|(key, _)| paper::code_of(key)) {
            open.extend(Some(self.find(&code)?).filter(|proposal| proposal.phase(now) == Phase::Open));
        }
        Ok(open)
    }

    fn decide(
        &self,
        code: &ProjectCode,
        decision: &Decision<'_>,
        phase: Phase,
        beside: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError>,
        act: impl FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), ProposalError>,
    ) -> Result<Proposal, ProposalError> {
        self.library.commit(|pen| {
            let paper = pen.office(Drawer::Proposals, &key_of(code))?;
            let mut proposal: Proposal = read(&paper.ok_or(ProposalError::NotFound { code: *code })?)?;
            match proposal.phase(decision.now) {
                Phase::Open => {}
                Phase::Expired => return Err(ProposalError::Expired { expires: proposal.expires, now: decision.now }),
                phase => return Err(ProposalError::Decided { phase }),
            }
            act(pen, &proposal)?;
            let end = End { phase, by: decision.by.to_owned(), at: decision.now, reason: decision.reason.to_owned() };
            proposal.end = Some(end);
            if phase == Phase::Approved && proposal.deed.change().is_some() {
                proposal.progress = Some(Progress::default());
                pen.put_office(Drawer::Proposals, &work_key(Some(code)), &[])?;
            }
            pen.take_office(Drawer::Proposals, &open_of_agency(&proposal.agency, Some(code)));
            proposal.put(pen)?;
            beside(pen, &proposal)?;
            Ok(proposal)
        })
    }

    /// Nobody decides what he has proposed, or could have by a key of his hands.
    fn four_eyes(&self, pen: &Pen<'_>, proposal: &Proposal, by: &str) -> Result<(), ProposalError> {
        if could_be_one(pen, self.behind, by, &proposal.proposer)? {
            return Err(ProposalError::SamePerson { actor: by.to_owned() });
        }
        Ok(())
    }
}

/// How many proposals of an agency can be decided now; those that ran out, of which nobody was told, leave their list.
fn open_of(pen: &mut Pen<'_>, agency: &Uscc, now: Timestamp) -> Result<usize, StoreError> {
    let mut open = 0;
    for key in pen.office_keys(Drawer::Proposals, &open_of_agency(agency, None))? {
        let proposal = paper::code_of(&key).map(|code| pen.office(Drawer::Proposals, &key_of(&code))).transpose()?.flatten();
        if proposal.as_deref().map(read::<Proposal>).transpose()?.is_some_and(|proposal| proposal.phase(now) == Phase::Open) {
            open += 1;
        } else {
            pen.take_office(Drawer::Proposals, &key);
        }
    }
    Ok(open)
}
