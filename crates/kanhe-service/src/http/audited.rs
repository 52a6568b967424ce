//! What an auditor reads beside the log: who of the agency did or saw what, and who asked for whose certificates.
//!
//! An auditor for some types reads what is about these, and what is about no certificate at all: a sign-in, an account, a question that found
//! nothing. So who tries numbers is seen by every auditor, and what is of other types by none who has no business with it.

use super::own::may_see;
use super::problem::Problem;
use crate::accounts::paper::{Papers, Span};
use crate::accounts::uses::{Use, UseAct, uses_of};
use crate::accounts::{Caller, Right, Scope};
use crate::house::House;
use crate::jobs::{JobId, find_job};
use crate::sharing::{Share, shares_of};
use kanhe_core::code::{CertificateId, ProjectCode, TypeCode};

impl House {
    /// One page of what people of the caller's agency did or saw; what is left out of it leaves it shorter.
    pub fn uses_of(&self, caller: &Caller, span: &Span) -> Result<Papers<Use>, Problem> {
        caller.may(Right::Audit)?;
        let found = uses_of(&self.library, &caller.agency, span)?;
        if caller.scope == Scope::EveryType {
            return Ok(found);
        }
        let mut heard = Papers { papers: Vec::with_capacity(found.papers.len()), next: found.next };
        for entry in found.papers {
            heard.papers.extend(self.hears_of_use(caller, &entry)?.then_some(entry));
        }
        Ok(heard)
    }

    /// One page of what the caller's agency asked for in sharing, and others of it; what is left out of it leaves it shorter.
    pub fn shares_of(&self, caller: &Caller, span: &Span) -> Result<Papers<Share>, Problem> {
        caller.may(Right::Audit)?;
        let found = shares_of(&self.library, &caller.agency, span)?;
        let papers = found.papers.into_iter().filter_map(|share| as_far_as_heard(&caller.scope, share)).collect();
        Ok(Papers { papers, next: found.next })
    }

    fn hears_of_use(&self, caller: &Caller, entry: &Use) -> Result<bool, Problem> {
        let type_code = match entry.act {
            UseAct::Shown | UseAct::ShownWhole | UseAct::Exported => self.type_of(&entry.subject)?,
            UseAct::JobAdded | UseAct::JobPaused | UseAct::JobResumed | UseAct::JobCancelled | UseAct::JobRowsFetched => {
                let job = JobId::parse(&entry.subject).map(|id| find_job(&self.library, &id)).transpose()?.flatten();
                job.map(|job| job.type_code)
            }
            UseAct::Proposed | UseAct::ProposalApproved | UseAct::ProposalRejected | UseAct::ProposalWithdrawn => {
                let code = entry.subject.split(' ').next().and_then(|code| ProjectCode::parse(code).ok());
                let proposal = code.map(|code| self.all_proposals().find(&code)).transpose()?;
                return Ok(proposal.is_none_or(|proposal| may_see(caller, &proposal).is_ok()));
            }
            UseAct::OfficerAdded
            | UseAct::OfficerChanged
            | UseAct::OfficerDeactivated
            | UseAct::OfficerReactivated
            | UseAct::OfficerReset
            | UseAct::PasswordChanged
            | UseAct::SecondFactorSet
            | UseAct::KeyAdded
            | UseAct::KeyRotated
            | UseAct::KeyRevoked
            | UseAct::SignedIn
            | UseAct::SignedInByIdentity
            | UseAct::Locked
            | UseAct::HookAdded
            | UseAct::HookRemoved
            | UseAct::HookRotated
            | UseAct::MatterPut
            | UseAct::MatterTaken
            | UseAct::IdentityLinked
            | UseAct::IdentityUnlinked
            | UseAct::LibraryChecked
            | UseAct::Searched => None,
        };
        Ok(type_code.is_none_or(|code| caller.scope.has(&code)))
    }

    /// The type of the certificate or the application that a line names, if it names one.
    fn type_of(&self, subject: &str) -> Result<Option<TypeCode>, Problem> {
        if let Ok(identifier) = CertificateId::parse(subject) {
            return Ok(Some(*identifier.type_code()));
        }
        let project = ProjectCode::parse(subject).ok().map(|code| self.library.project(&code)).transpose()?.flatten();
        Ok(project.map(|project| project.type_code))
    }
}

/// A question with those of its certificates that are in scope; none, where it is about others alone.
fn as_far_as_heard(scope: &Scope, share: Share) -> Option<Share> {
    let about = share.about.as_deref().and_then(|about| CertificateId::parse(about).ok());
    let is_about_none = share.certificates.is_empty() && about.is_none();
    let heard = |identifier: &CertificateId| scope.has(identifier.type_code());
    let tried = about.is_some_and(|about| heard(&about));
    let certificates: Vec<_> = share.certificates.into_iter().filter(heard).collect();
    (is_about_none || tried || !certificates.is_empty()).then_some(Share { certificates, ..share })
}
