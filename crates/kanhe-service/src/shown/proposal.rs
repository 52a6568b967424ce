//! What is shown of proposals.

use super::{ShownNotice, told};
use crate::proposals::in_office;
use jiff::Timestamp;
use kanhe_core::hex::Hex;
use kanhe_issuer::proposal::{Proposal, Stop};
use kanhe_store::{Library, Pen, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// A proposal, and what has become of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub struct ShownProposal {
    /// Its lifelong code; events of what came of it name it in `approval`.
    pub code: String,
    /// `type`, `manifest`, `recognition`, or what becomes of many certificates: `suspend`, `reinstate`, `revoke`, `annul`, `cancel`.
    pub deed: &'static str,
    /// The code of the type or of the region; null where it is about many certificates.
    #[schema(required)]
    pub subject: Option<String>,
    /// The edition of what is taken up, or how many certificates it is about.
    pub number: u32,
    /// SHA-256 of the content, 64 hexadecimal digits: who approves names it.
    #[schema(min_length = 64, max_length = 64)]
    pub digest: String,
    /// The legal basis.
    pub basis: String,
    /// The reason.
    pub reason: String,
    /// Who proposes: a login, or `key:` and the id of a system's key.
    pub proposer: String,
    /// Whether that account is open now, and might propose it now: nobody approves it else (`proposal_actor_closed`).
    pub proposer_active: bool,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    pub proposed: String,
    /// Until when it can be decided (RFC 3339).
    #[schema(format = DateTime)]
    pub expires: String,
    /// `open`, `approved`, `rejected`, `withdrawn` or `expired`.
    pub phase: &'static str,
    /// How it ended; null while it is open, and where it expired.
    #[schema(required)]
    pub decision: Option<ShownDecision>,
    /// How far the changing of many certificates is; null before the approval, and for other deeds.
    #[schema(required)]
    pub progress: Option<ShownProgress>,
    /// What should be known before it is approved, of the stolen keys of a manifest or of certificates that are annulled: told when it is
    /// proposed, and with the proposal itself while it is open. Null where there is nothing to know, and in lists.
    #[schema(required)]
    pub notices: Option<Vec<ShownNotice>>,
}

/// How a proposal ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProposalDecision)]
pub struct ShownDecision {
    /// Who approved, rejected or withdrew it: a login.
    pub by: String,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    pub at: String,
    /// Why.
    pub reason: String,
}

/// How far the changing of many certificates is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProposalProgress)]
pub struct ShownProgress {
    /// Certificates that were looked at.
    pub done: u32,
    /// How many there are.
    pub of: u32,
    /// Certificates that were left as they are: those that had changed since the approval, and the rest, where it was stopped.
    pub left_out: Vec<String>,
    /// Why the rest was left as it is: `proposal_actor_closed`; null where it was not.
    #[schema(required)]
    pub stopped: Option<&'static str>,
}

impl ShownProposal {
    /// A proposal as it stands at a moment, and as a commit finds who has made it, with the certificates that were left out.
    pub fn new(library: &Library, pen: &Pen<'_>, proposal: &Proposal, left_out: Vec<String>, now: Timestamp) -> Result<Self, StoreError> {
        let decision = proposal.end.as_ref().map(|end| ShownDecision { by: end.by.clone(), at: told(end.at), reason: end.reason.clone() });
        let progress = proposal.progress.as_ref().map(|progress| ShownProgress {
            done: progress.done,
            of: proposal.number,
            left_out,
            stopped: progress.stopped.map(Stop::code),
        });
        Ok(Self {
            code: proposal.code.to_string(),
            deed: proposal.deed.word(),
            subject: Some(proposal.subject.clone()).filter(|subject| !subject.is_empty()),
            number: proposal.number,
            digest: Hex(&proposal.digest).to_string(),
            basis: proposal.basis.clone(),
            reason: proposal.reason.clone(),
            proposer: proposal.proposer.clone(),
            proposer_active: in_office(library, pen, proposal, now)?,
            proposed: told(proposal.proposed),
            expires: told(proposal.expires),
            phase: proposal.phase(now).word(),
            decision,
            progress,
            notices: None,
        })
    }

    /// The same, with what should be known before it is approved.
    #[must_use]
    pub fn noting(self, notices: Option<Vec<ShownNotice>>) -> Self {
        Self { notices, ..self }
    }
}
