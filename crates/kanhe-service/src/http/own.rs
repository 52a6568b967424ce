//! What is a caller's own: the one door between the routes and what stands in the library.
//!
//! Every caller belongs to one agency, and what belongs to another is not there for it: not forbidden, not found. No handler asks the
//! library for certificates, applications or counts by itself; a test reads the handlers and says so.

use super::problem::Problem;
use crate::accounts::uses::UseAct;
use crate::accounts::{Account, Caller, Forbidden, Right, Scope};
use crate::export::Part;
use crate::house::House;
use crate::jobs::{Handling, Job, JobId, find_job, jobs_of};
use crate::proposals::right_of;
use crate::shown::Counts;
use crate::webhooks::{Addressee, addressee};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, HolderCode, ProjectCode, TypeCode, Uscc};
use kanhe_core::envelope::Authentic;
use kanhe_core::event::{Act, Event};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::examiner::{Page, Wanted};
use kanhe_issuer::proposal::{self, Proposal, ProposalError};
use kanhe_issuer::publisher::{ProvenEvent, prove_event};
use kanhe_issuer::question::{EventsWanted, nothing_is_found_by};
use kanhe_issuer::recorded::Beginning;
use kanhe_issuer::registrar::Registrar;
use kanhe_store::find::{Cursor, Found, Question};
use kanhe_store::{Pen, Project, Shelfmark, Still, StoreError, Within};
use std::cmp::Reverse;
use std::sync::Arc;

/// The code of what was signed under a manifest that stands no more (`RegistrarError::ManifestMoved`): signed anew, it may be entered.
const SIGNED_BEFORE: &str = "manifest_moved";

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
}

/// Which events of the log a caller asks for; what is none is not asked.
pub struct EventsAsked<'a> {
    /// As far as an event says it itself.
    pub wanted: EventsWanted<'a>,
    /// About this certificate or application.
    pub subject: Option<&'a str>,
    /// About certificates and applications of this type.
    pub type_code: Option<TypeCode>,
}

/// A page of events that the caller hears of.
pub struct EventsFound {
    /// How many events the log has.
    pub size: u64,
    /// With their indices, in the order of the log.
    pub events: Vec<(u64, Event)>,
    /// The index at which the next page begins, if there may be one.
    pub next: Option<u64>,
}

/// So many events are looked at for one answer: who asks for something rare in a long log is answered in parts, and keeps nobody waiting.
const LOOKED_AT: u64 = 20_000;

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

    /// One page of what happened to the certificates and applications of the caller's agency, and to the region's manifest.
    pub fn events_of(&self, caller: &Caller, asked: &EventsAsked<'_>, from: u64, most: usize) -> Result<EventsFound, Problem> {
        caller.may(Right::Audit)?;
        let size = self.library.log_size()?;
        let from = match asked.wanted.since.map(|since| self.recording.beginnings.of(&self.library, since, LOOKED_AT)).transpose()? {
            None => from,
            Some(Beginning::At(first)) => from.max(first),
            // Who asks again goes on from there: so far nobody has to look a second time.
            Some(Beginning::NotBefore(first)) => return Ok(EventsFound { size, events: Vec::new(), next: Some(from.max(first)) }),
        };
        let indices: Box<dyn Iterator<Item = u64>> = match asked.subject {
            None => Box::new(from..size),
            Some(subject) => Box::new(self.indices_of(caller, subject)?.into_iter().filter(move |index| (from..size).contains(index))),
        };
        let mut found = EventsFound { size, events: Vec::new(), next: None };
        for (looked_at, index) in (0..).zip(indices) {
            if looked_at >= LOOKED_AT || found.events.len() >= most {
                found.next = Some(index);
                break;
            }
            let event = self.library.event_at(index)?;
            if asked.wanted.are(&event) {
                let heard = self.hears_of(caller, &event, asked.type_code.as_ref())?;
                found.events.extend(heard.then_some((index, event)));
            }
        }
        Ok(found)
    }

    /// The event at an index of the log, proved, if the caller hears of it.
    pub fn proof_of(&self, caller: &Caller, index: &str) -> Result<ProvenEvent, Problem> {
        caller.may(Right::Audit)?;
        let absent = || Problem::new(StatusCode::NOT_FOUND, "event_not_found", "your agency has no event of this index");
        let index = index.parse().map_err(|_| absent())?;
        if index >= self.library.log_size()? {
            return Err(absent());
        }
        let event = self.library.event_at(index)?;
        if !self.hears_of(caller, &event, None)? {
            return Err(absent());
        }
        Ok(prove_event(&self.library, index)?)
    }

    /// Where everything that happened to a certificate or an application of the caller's stands in the log.
    fn indices_of(&self, caller: &Caller, subject: &str) -> Result<Vec<u64>, Problem> {
        if ProjectCode::parse(subject).is_ok() {
            return Ok(self.application_of(caller, Right::Audit, subject)?.project.events);
        }
        let own = self.certificate_named(caller, Right::Audit, "`subject`", subject)?;
        Ok(self.library.history(own.mark)?.into_iter().map(|(index, _)| index).collect())
    }

    /// Whether a caller hears of an event: what the region says of itself (its manifest, its types, whom it recognises) is everybody's.
    fn hears_of(&self, caller: &Caller, event: &Event, type_code: Option<&TypeCode>) -> Result<bool, Problem> {
        if matches!(event.act, Act::Manifest | Act::Type | Act::Recognition) {
            return Ok(type_code.is_none());
        }
        let concerned = addressee(&self.library, event)?;
        let own = |of: &Addressee| within(caller).has(&of.type_code, &of.agency);
        Ok(concerned.is_some_and(|of| own(&of) && type_code.is_none_or(|code| *code == of.type_code)))
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

    /// The library as it stands now, to be held against itself by somebody of any agency: of whom a finding speaks is not told.
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
            None => Part::Agency { agency: caller.agency, types: within.types.map(<[TypeCode]>::to_vec) },
            Some(code) => Part::of_holder(&copy, code, Some(within))?,
        };
        if part.is_empty() {
            part.holder().map_or(Ok(()), nothing_is_found_by)?;
            return Err(Problem::new(StatusCode::NOT_FOUND, "export_nothing", "your agency keeps nothing of this holder"));
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

    /// A type that the caller has a right for, by its code or its file's name.
    pub fn kind_of(&self, caller: &Caller, right: Right, name: &str) -> Result<&CertificateKind, Problem> {
        caller.may(right)?;
        let kind = self.kind(name)?;
        caller.may_for(right, kind.code())?;
        Ok(kind)
    }

    /// The code of a type that a caller names; its rights are asked where something is done with it.
    pub fn type_code(&self, name: &str) -> Result<TypeCode, Problem> {
        self.kind(name).map(|kind| *kind.code())
    }

    /// A type by its code, for work that was ordered before.
    pub fn kind_coded(&self, code: &TypeCode) -> Result<&CertificateKind, Problem> {
        self.kind(code.as_str())
    }

    fn kind(&self, name: &str) -> Result<&CertificateKind, Problem> {
        let unknown = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "type_unknown", "the service has no such type");
        self.catalogue.find(name).ok_or_else(unknown)
    }

    /// The manifest that the library works under.
    pub fn manifest(&self) -> Result<Arc<Authentic<Manifest>>, Problem> {
        Ok(Registrar::new(&self.library).manifest()?)
    }

    /// Refuses to begin in a library that was set back. It refuses to be written by itself; that nothing is even signed is promised too.
    pub fn is_the_published_one(&self) -> Result<(), Problem> {
        self.library.astray().map_or(Ok(()), |code| Err(StoreError::Astray { code }.into()))
    }

    /// Refuses, in the commit of an act, a caller whose account was closed since it asked, or who may not do it any more.
    pub fn may_still(&self, pen: &Pen<'_>, caller: &Caller, right: Right, kind: &CertificateKind) -> Result<(), Problem> {
        let account = Account::new(&self.library, &caller.actor);
        let found = account.caller_of(&caller.agency, pen, self.now())?.ok_or_else(|| account.closed())?;
        Ok(found.may_for(right, kind.code())?)
    }

    /// Signs and enters at a desk of the caller's agency under the manifest in force; and once more where another was taken up meanwhile, so
    /// that nobody has to ask again because a key was changed.
    pub fn at_desk<T>(
        &self,
        caller: &Caller,
        kind: &CertificateKind,
        mut act: impl FnMut(&Desk<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut once = || {
            let manifest = self.manifest()?;
            act(&self.desk_of(caller, &manifest, kind)?)
        };
        match once() {
            Err(problem) if problem.code() == SIGNED_BEFORE => once(),
            done => done,
        }
    }

    /// A desk for a type, with a key of the caller's agency: no other key ever signs for it.
    pub fn desk_of<'h>(&'h self, caller: &Caller, manifest: &'h Manifest, kind: &CertificateKind) -> Result<Desk<'h>, Problem> {
        self.desk_for(&caller.agency, manifest, kind)
    }

    /// The same for work that somebody of the agency has ordered before.
    pub fn desk_for<'h>(&'h self, agency: &Uscc, manifest: &'h Manifest, kind: &CertificateKind) -> Result<Desk<'h>, Problem> {
        self.is_the_published_one()?;
        let known = manifest.agencies.iter().filter(|known| known.code == *agency).flat_map(|known| &known.keys);
        let held = known.filter_map(|known| Some((known, self.keys.iter().find(|key| key.key().verifying_key() == known.key)?)));
        let mut held: Vec<_> = held.collect();
        // An old key stays unlocked beside the new one: the newest whose window is open signs.
        let today = day_in_china(self.now());
        held.sort_by_key(|(known, _)| Reverse((known.covers(today), known.from)));
        let mut refused = None;
        for (_, key) in held {
            match Desk::open(manifest, key.key(), kind, &self.dictionaries) {
                Ok(desk) => return Ok(desk.with(key.multiples())),
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        let none = || Problem::new(StatusCode::CONFLICT, "key_not_held", "no key of your agency is unlocked here");
        Err(refused.map_or_else(none, Problem::from))
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
