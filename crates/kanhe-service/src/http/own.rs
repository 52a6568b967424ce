//! What is a caller's own: the one door between the routes and what stands in the library.
//!
//! Every caller belongs to one agency, and what belongs to another is not there for it: not forbidden, not found. No handler asks the
//! library for certificates, applications or counts by itself; a test reads the handlers and says so.

mod desk;
mod events;

pub use events::EventsAsked;

use super::problem::Problem;
use crate::accounts::uses::UseAct;
use crate::accounts::{Caller, Forbidden, Right, Scope};
use crate::export::{Bounds, Part};
use crate::house::House;
use crate::jobs::{Handling, Job, JobId, find_job, jobs_of};
use crate::proposals::right_of;
use crate::shown::Counts;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::code::{CertificateId, HolderCode, ProjectCode};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::examiner::{Page, Wanted};
use kanhe_issuer::proposal::{self, Proposal, ProposalError};
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_store::find::{Cursor, Found, Question};
use kanhe_store::{Project, Shelfmark, Still, Within};

/// A certificate of the caller's agency.
pub struct OwnCertificate {
    /// Its identifier.
    pub identifier: CertificateId,
    /// Where it stands.
    pub mark: Shelfmark,
}

/// An application of the caller's agency, with its type.
pub struct OwnApplication<'h> {
    /// The application.
    pub project: Project,
    /// Its type.
    pub kind: &'h CertificateKind,
}

impl OwnCertificate {
    /// When the last act upon it took effect.
    pub fn last_act(&self, house: &House) -> Result<Timestamp, Problem> {
        Ok(house.library.card(self.mark)?.effective)
    }
}

impl OwnApplication<'_> {
    /// When the last step of it took effect.
    pub fn last_step(&self, house: &House) -> Result<Option<Timestamp>, Problem> {
        Ok(house.library.history_of(&self.project)?.last().map(|(_, event)| event.effective))
    }

    /// The certificate that came of it.
    pub fn issued(&self, house: &House) -> Result<Option<OwnCertificate>, Problem> {
        let own = |mark| house.library.card(mark).map(|card| OwnCertificate { identifier: card.identifier, mark });
        Ok(self.project.issued.map(own).transpose()?)
    }

    /// Whether the caller has approved it.
    pub fn was_approved_by(&self, house: &House, caller: &Caller) -> Result<bool, Problem> {
        let history = house.library.history_of(&self.project)?;
        Ok(history.iter().filter_map(|(_, event)| event.approval.as_ref()).any(|approval| approval.approver == caller.actor))
    }
}

/// Which proposals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// All, page by page.
    All,
    /// Those that can be decided now.
    Open,
}

/// What a caller hears of.
pub(super) const fn within(caller: &Caller) -> Within<'_> {
    let types = match &caller.scope {
        Scope::EveryType => None,
        Scope::Types(types) => Some(types.as_slice()),
    };
    Within { agency: &caller.agency, types }
}

impl House {
    /// A certificate of the caller's agency that a path names, for which it has a right.
    pub fn certificate_of(&self, caller: &Caller, right: Right, identifier: &str) -> Result<OwnCertificate, Problem> {
        self.certificate_named(caller, right, "the path", identifier)
    }

    /// The same, of one that is named elsewhere in the request.
    pub fn certificate_named(&self, caller: &Caller, right: Right, place: &str, identifier: &str) -> Result<OwnCertificate, Problem> {
        caller.may(right)?;
        let unread = |code| Problem::new(StatusCode::BAD_REQUEST, code, format_args!("{place} names no identifier of a certificate"));
        let identifier = CertificateId::parse(identifier).map_err(|error| unread(error.code()))?;
        let absent = || Problem::new(StatusCode::NOT_FOUND, "certificate_not_found", "the library has no such certificate");
        if *identifier.issuer() != caller.agency {
            return Err(absent());
        }
        caller.may_for(right, identifier.type_code())?;
        let mark = self.library.find(&identifier)?.ok_or_else(absent)?;
        Ok(OwnCertificate { identifier, mark })
    }

    /// An application to the caller's agency, for which it has a right.
    pub fn application_of(&self, caller: &Caller, right: Right, code: &str) -> Result<OwnApplication<'_>, Problem> {
        caller.may(right)?;
        let project = self.project(code)?.filter(|project| project.agency == caller.agency).ok_or_else(no_project)?;
        caller.may_for(right, &project.type_code)?;
        let kind = self.kind(project.type_code.as_str())?;
        Ok(OwnApplication { project, kind })
    }

    /// An application of any agency, for who knows its code: of it nothing is told but where it stands.
    pub fn application_anywhere(&self, code: &str) -> Result<Project, Problem> {
        self.project(code)?.ok_or_else(no_project)
    }

    fn project(&self, code: &str) -> Result<Option<Project>, Problem> {
        let code = ProjectCode::parse(code)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.code(), "the path names no code of an application"))?;
        Ok(self.library.project(&code)?)
    }

    /// One page of the caller's certificates.
    pub fn ask_of(&self, caller: &Caller, question: &Question, after: Option<&Cursor>, most: usize) -> Result<Found, Problem> {
        caller.may(Right::Read)?;
        let found = self.library.ask_within(within(caller), question, after, most)?;
        match question {
            Question::Holder { code, .. } if after.is_none() && found == Found::default() => nothing_is_found_by(code)?,
            _ => {}
        }
        Ok(found)
    }

    /// One page of the applications to the caller's agency.
    pub fn applications_of(&self, caller: &Caller, wanted: Wanted<'_>, after: Option<&Cursor>, most: usize) -> Result<Page, Problem> {
        caller.may(Right::Read)?;
        let wanted = Wanted { within: Some(within(caller)), ..wanted };
        Ok(self.examiner().list(&self.catalogue, wanted, after, most)?)
    }

    /// A proposal of the caller's agency, which it has the right to decide or to audit, for all types that it is about.
    pub fn proposal_of(&self, caller: &Caller, code: &str) -> Result<Proposal, Problem> {
        let code = ProjectCode::parse(code)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.code(), "the path names no code of a proposal"))?;
        let proposal = self.all_proposals().find(&code)?;
        if proposal.agency != caller.agency {
            return Err(ProposalError::NotFound { code }.into());
        }
        may_see(caller, &proposal)?;
        Ok(proposal)
    }

    /// One page of the proposals of the caller's agency, or all that are open: of those that it has the right to decide or to audit.
    pub fn proposals_of(&self, caller: &Caller, after: Option<&Cursor>, most: usize, only: Listed) -> Result<proposal::Page, Problem> {
        let decides = caller.has(Right::Publish) || caller.has(Right::Change);
        if !decides {
            caller.may(Right::Audit)?;
        }
        let proposals = self.all_proposals();
        let mut page = match only {
            Listed::All => proposals.list(&caller.agency, after, most)?,
            Listed::Open => proposal::Page { proposals: proposals.open(&caller.agency, self.now())?, next: None },
        };
        page.proposals.retain(|proposal| may_see(caller, proposal).is_ok());
        Ok(page)
    }

    /// The library as it stands now, to be held against itself by somebody of any agency: to him findings name what is his agency's, and nothing of others.
    pub fn whole_of(&self, caller: &Caller) -> Result<Still, Problem> {
        caller.may(Right::Audit)?;
        self.note_uses(caller, UseAct::LibraryChecked, [self.library.region().to_string()])?;
        Ok(self.library.still()?)
    }

    /// The library as it stands now, and what of it a caller may take out: what is its agency's, or what is kept there of a holder. It is
    /// written down before anything is given.
    pub fn export_of(&self, caller: &Caller, holder: Option<HolderCode>) -> Result<(Still, Part), Problem> {
        caller.may(Right::Audit)?;
        let (copy, within) = (self.library.still()?, within(caller));
        let part = match holder {
            None => Part::Agency(Bounds::from(within)),
            Some(code) => Part::of_holder(&copy, code, Some(within))?,
        };
        if part.is_empty() {
            part.holder().map_or(Ok(()), nothing_is_found_by)?;
            let detail = match within.types {
                None => "your agency keeps nothing of this holder",
                Some(_) => "of the types that your account is for, your agency keeps nothing of this holder",
            };
            return Err(Problem::new(StatusCode::NOT_FOUND, "export_nothing", detail));
        }
        self.note_uses(caller, UseAct::Exported, part.subjects(&copy)?)?;
        Ok((copy, part))
    }

    /// How many certificates the caller's agency has.
    pub fn counts_of(&self, caller: &Caller, today: Date, ending_by: Option<Date>) -> Result<Counts, Problem> {
        caller.may(Right::Read)?;
        Ok(Counts::read(&self.library, Some(within(caller)), today, ending_by)?)
    }

    /// A job of the caller's agency, which it may handle so.
    pub fn job_of(&self, caller: &Caller, handling: Handling, id: &str) -> Result<Job, Problem> {
        handling.may_some(caller)?;
        let unknown = || Problem::new(StatusCode::NOT_FOUND, "job_unknown", "your agency has no such job");
        let found = JobId::parse(id).map(|id| find_job(&self.library, &id)).transpose()?.flatten();
        let job = found.filter(|job| job.agency == caller.agency).ok_or_else(unknown)?;
        handling.may(caller, &job)?;
        Ok(job)
    }

    /// One page of the jobs of the caller's agency, of those that it may follow.
    pub fn jobs_of(&self, caller: &Caller, after: Option<&Cursor>, most: usize) -> Result<(Vec<Job>, Option<Cursor>), Problem> {
        Handling::Oversee.may_some(caller)?;
        let (mut jobs, next) = jobs_of(&self.library, &caller.agency, after, most)?;
        jobs.retain(|job| Handling::Oversee.may(caller, job).is_ok());
        Ok((jobs, next))
    }
}

/// Nobody is shown a part of what is decided as a whole: who may not act for one of the types is shown nothing of it.
pub(super) fn may_see(caller: &Caller, proposal: &Proposal) -> Result<(), Forbidden> {
    let right = if caller.has(Right::Audit) { Right::Audit } else { right_of(proposal.deed) };
    caller.may_for_all(right, proposal.types())
}

fn no_project() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "project_not_found", "the library has no such application")
}
