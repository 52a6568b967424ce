//! A library of one's own: opened here, and changed through the registrar and the examiner.

use super::super::change::no_such_code;
use super::super::export::written;
use super::super::log::unproved;
use super::super::{catalogue, entry, entry_after, examined, manifest, open, registered, stored};
use super::{
    After, ApplicationsWanted, Arrived, Arriving, Case, Cut, Door, Elsewhere, EventPage, Exporting, Extent, Issued, Order, Page, Place,
    Proof, Sought, Subject, TakenOut, Which,
};
use crate::cli::{DoorArg, GroundsArg, LibraryArg, TypesArg};
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::issue::fault_json;
use crate::verbs::issue::refused::fault_told;
use crate::verbs::library::keep::AT_THE_MACHINE;
use crate::verbs::{clock, key};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, ProjectCode, RegionCode, Uscc};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::{Application as Row, Draft, Term};
use kanhe_issuer::audit::{judge_under, manifest_of};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind, CodeSet, Meaning, meaning_of};
use kanhe_issuer::desk::{Desk, agencies_for};
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::examiner::{Closing, Descent, Examiner, ExaminerError, Lodged, Lodging, Opinion, Wanted};
use kanhe_issuer::lifecycle::{Change, PastAsked};
use kanhe_issuer::publisher::{HeadError, goes_on_from, prove_event};
use kanhe_issuer::question::EventsWanted;
use kanhe_issuer::recorded::{Beginning, Beginnings};
use kanhe_issuer::registrar::{Entered, Entry, Grant, Origin, Registrar, RegistrarError, condition_on};
use kanhe_issuer::sight::Sight;
use kanhe_issuer::survivors::issue_of;
use kanhe_service::accounts::api_key::behind;
use kanhe_service::export::{Export, Part};
use kanhe_service::shown::{
    Application, ApplicationRow, Beside, Certificate, CertificateRow, Changed, ChangedField, Checked, Counts, Event, History,
};
use kanhe_store::find::Cursor;
use kanhe_store::{Library, Project, Shelfmark, Stage};
use serde_json::Value;

/// A library of one's own.
pub struct Own {
    library: Library,
    /// Where times begin in its log, as far as was looked.
    beginnings: Beginnings,
}

impl Own {
    /// Opens it.
    pub fn open(arg: &DoorArg) -> Result<Self, Failure> {
        let folder = arg.library.clone().ok_or_else(|| Failure::new("usage", "--library names no folder"))?;
        let library = open(&LibraryArg { library: folder, lock: arg.lock.clone() })?;
        Ok(Self { library, beginnings: Beginnings::default() })
    }

    fn mark(&self, identifier: &CertificateId) -> Result<Shelfmark, Failure> {
        let found = self.library.find(identifier).map_err(stored)?;
        found.ok_or_else(|| registered(&RegistrarError::NotFound { identifier: identifier.to_string() }))
    }

    /// When the last act upon a certificate took effect.
    fn last_of(&self, identifier: &CertificateId) -> Result<Timestamp, Failure> {
        self.library.card(self.mark(identifier)?).map(|card| card.effective).map_err(stored)
    }

    /// When the last step of an application did.
    fn last_step(&self, project: &Project) -> Result<Option<Timestamp>, Failure> {
        Ok(self.library.history_of(project).map_err(stored)?.last().map(|(_, event)| event.effective))
    }

    /// Where the events that are asked for begin, from an index on.
    fn first_of(&self, wanted: &EventsWanted<'_>, from: u64) -> Result<u64, Failure> {
        let Some(since) = wanted.since else { return Ok(from) };
        let (Beginning::At(first) | Beginning::NotBefore(first)) =
            self.beginnings.of(&self.library, from, since, u64::MAX).map_err(stored)?;
        Ok(first)
    }

    fn may_be_same(&self, mark: Shelfmark) -> Result<Vec<CertificateId>, Failure> {
        Registrar::new(&self.library).may_be_same(mark).map_err(stored)
    }

    fn enter(&self, order: &Order<'_>, grant: Grant) -> Result<Entered, Failure> {
        let library = &self.library;
        // Nothing is signed for it, so the key may be another by now, or gone.
        if let Place::Decided(code) = &order.place
            && let Some(before) = Examiner::new(library, behind).approved(code).map_err(|error| examined(&error))?
        {
            return Ok(before);
        }
        let key = key::open(&order.key.of_ones_own()?)?;
        let (manifest, dictionaries) = (manifest(library)?, shipped::dictionaries(order.types.dictionaries.as_deref())?);
        let desk = Desk::open(&manifest, key.key(), order.kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
        let registrar = Registrar::new(library);
        match &order.place {
            Place::Next(identifier, replacement, row) => {
                let term = registrar.term_after(Some((*replacement, *identifier))).map_err(|error| registered(&error))?;
                let draft = admitted(order.kind, row, term, &grant.entry)?;
                registrar.replace(&desk, identifier, *replacement, draft, grant).map_err(|error| registered(&error))
            }
            Place::From(elsewhere, row) => {
                let said = elsewhere.meant_by(order.kind)?;
                let origin = elsewhere.origin(library, said).map_err(|error| registered(&error))?;
                let draft = admitted(order.kind, row, Term::Carried, &grant.entry)?;
                registrar.take_over(&desk, &origin, draft, grant).map_err(|error| registered(&error))
            }
            Place::Decided(code) => {
                Examiner::new(library, behind).approve(&desk, order.kind, code, &grant).map_err(|error| examined(&error))
            }
        }
    }
}

impl Elsewhere {
    /// What that region means by what it says, in a code set of the type.
    fn meant_by<'k>(&self, kind: &'k CertificateKind) -> Result<Option<(&'k CodeSet, Meaning)>, Failure> {
        let meant = |said: &String| meaning_of(kind.state_codes(), said).ok_or_else(|| no_such_code(said));
        self.said.as_ref().map(meant).transpose()
    }

    /// As the registrar takes it.
    fn origin(&self, library: &Library, said: Option<(&CodeSet, Meaning)>) -> Result<Origin, RegistrarError> {
        Origin::new(library, self.region, self.identifier.clone(), said)
    }
}

/// The draft of an application that stands alone: all its faults are one error.
fn admitted(kind: &CertificateKind, row: &Row, term: Term, entry: &Entry) -> Result<Draft, Failure> {
    kind.admit_for(row, term, day_in_china(entry.now)).map_err(|faults| examined(&ExaminerError::Faults(faults)))
}

fn project(library: &Library, code: &ProjectCode) -> Result<Project, Failure> {
    let project = library.project(code).map_err(stored)?;
    project.ok_or_else(|| examined(&ExaminerError::NotFound { code: *code }))
}

impl Case<'_> {
    fn kind(&self, project: &Project) -> Result<&CertificateKind, Failure> {
        let kind = self.catalogue.find(project.type_code.as_str());
        kind.ok_or_else(|| Failure::new("type_unknown", format!("there is no type {}", project.type_code)))
    }
}

impl Door for Own {
    fn catalogue(&self, types: &TypesArg) -> Result<Catalogue, Failure> {
        catalogue(&self.library, types)
    }

    fn find(&self, sought: &Sought<'_>, page: Cut<'_>) -> Result<Page<CertificateRow>, Failure> {
        let today = day_in_china(clock::moment(None)?);
        let found = self.library.ask(sought.question, page.after, page.most).map_err(stored)?;
        let doubts = Doubts::known_to(&self.library).map_err(stored)?;
        let row = |mark: &Shelfmark| CertificateRow::read(&self.library, *mark, &doubts, today);
        let rows = found.shelfmarks.iter().map(row).collect::<Result<_, _>>().map_err(stored)?;
        Ok(Page { rows, next: found.next.as_ref().map(Cursor::to_text) })
    }

    fn certificate(&self, identifier: &CertificateId, kind: Option<&CertificateKind>, sight: Sight) -> Result<Certificate, Failure> {
        let today = day_in_china(clock::moment(None)?);
        Certificate::read(&self.library, self.mark(identifier)?, kind, sight, today).map_err(stored)
    }

    fn envelope(&self, identifier: &CertificateId) -> Result<Vec<u8>, Failure> {
        Ok(self.library.record(self.mark(identifier)?).map_err(stored)?.envelope)
    }

    fn history(&self, identifier: &CertificateId, past: Option<PastAsked>) -> Result<History, Failure> {
        let now = clock::moment(None)?;
        let past = past.map(|past| past.by(now)).transpose()?;
        History::read(&self.library, identifier, self.mark(identifier)?, past, now).map_err(stored)
    }

    fn counts(&self, ending_by: Option<Date>) -> Result<Counts, Failure> {
        Counts::read(&self.library, None, day_in_china(clock::moment(None)?), ending_by).map_err(stored)
    }

    fn change(
        &self,
        identifier: &CertificateId,
        change: Change,
        other: Option<&RegionCode>,
        grounds: &GroundsArg,
    ) -> Result<Changed, Failure> {
        let entry = entry_after(&self.library, grounds, Some(self.last_of(identifier)?))?;
        let card = Registrar::new(&self.library).change(identifier, change, &entry, other).map_err(|error| registered(&error))?;
        let (doubts, mark) = (Doubts::known_to(&self.library).map_err(stored)?, self.mark(identifier)?);
        let doubt = doubts.at(&self.library, mark, &card).map_err(stored)?;
        let changed = Changed::new(change, &card, doubt, day_in_china(entry.now));
        Ok(if change == Change::UndoTransfer { changed.beside(&self.may_be_same(mark)?, None) } else { changed })
    }

    fn alias(&self, identifier: &CertificateId, (scheme, value): (&str, &str), grounds: &GroundsArg) -> Result<(), Failure> {
        let entry = entry_after(&self.library, grounds, Some(self.last_of(identifier)?))?;
        Registrar::new(&self.library).alias(identifier, scheme, value, &entry).map_err(|error| registered(&error))
    }

    fn issue(&self, order: &Order<'_>, grounds: &GroundsArg) -> Result<Issued, Failure> {
        let last = match &order.place {
            Place::Next(identifier, ..) => Some(self.last_of(identifier)?),
            Place::Decided(code) => {
                self.library.project(code).map_err(stored)?.map(|project| self.last_step(&project)).transpose()?.flatten()
            }
            Place::From(..) => None,
        };
        let entry = entry_after(&self.library, grounds, last)?;
        let now = entry.now;
        let entered = self.enter(order, Grant { entry, salt: *clock::chance()? })?;
        let mark = entered.shelfmark();
        let card = self.library.card(mark).map_err(stored)?;
        let (identifier, condition) = (card.identifier.to_string(), condition_on(&card, now).word().to_owned());
        let before = matches!(entered, Entered::Before(_));
        let same: Vec<_> = self.may_be_same(mark)?.iter().map(ToString::to_string).collect();
        let same = (!same.is_empty()).then_some(same);
        let changes = ChangedField::of_renewal(&self.library, mark, order.kind).map_err(stored)?;
        let kept = Some(self.library.record(mark).map_err(stored)?.into());
        Ok(Issued { before, identifier, condition, changes, kept, same })
    }

    fn decider(&self, kind: &CertificateKind, named: Option<&str>) -> Result<Option<Uscc>, Failure> {
        let manifest = manifest(&self.library)?;
        let issuing = agencies_for(&manifest, kind);
        match (named, issuing.as_slice()) {
            (Some(named), _) => {
                let code = Uscc::parse(named).map_err(|error| Failure::new(error.code(), error))?;
                let may = issuing.contains(&code);
                if may { Ok(Some(code)) } else { Err(examined(&ExaminerError::OutOfScope { agency: code })) }
            }
            (None, [only]) => Ok(Some(*only)),
            (None, []) => Err(Failure::new("desk_type_unknown", "no agency of the library's manifest issues this type")),
            (None, several) => {
                let named = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                Err(Failure::new("usage", format!("several agencies issue this type, name one with --agency: {named}")))
            }
        }
    }

    fn lodge(&self, lodging: &Arriving<'_>, grounds: &GroundsArg) -> Result<Arrived, Failure> {
        let agency = lodging.agency.ok_or_else(|| Failure::new("usage", "--agency names the agency that decides"))?;
        let (chance, entry) = (*clock::chance()?, entry(&self.library, grounds)?);
        let descent = match lodging.after {
            None => Ok(Descent::First),
            Some(After::Version(replacement, identifier)) => Ok(Descent::Next(*replacement, identifier.clone())),
            Some(After::Elsewhere(elsewhere)) => {
                let said = elsewhere.meant_by(lodging.kind)?;
                elsewhere.origin(&self.library, said).map(Descent::From).map_err(ExaminerError::from)
            }
        };
        let lodged = descent.and_then(|descent| {
            let lodging_here = Lodging { agency, application: lodging.row, descent, chance };
            Examiner::new(&self.library, behind).lodge(lodging.kind, &lodging_here, &entry)
        });
        match lodged {
            Ok(Lodged::New(code)) => Ok(Arrived::New(code.to_string())),
            Ok(Lodged::Before(code)) => {
                let stage = self.library.project(&code).map_err(stored)?.map(|project| project.stage);
                Ok(Arrived::Before(code.to_string(), stage.ok_or_else(|| examined(&ExaminerError::NotFound { code }))?))
            }
            // What is no fault of the row stops the whole.
            Err(ExaminerError::Store(error)) => Err(stored(error)),
            Err(error @ ExaminerError::NoReview) => Err(examined(&error)),
            Err(ExaminerError::Faults(faults)) => Ok(Arrived::Refused(faults.iter().map(fault_json).collect())),
            Err(error) => Ok(Arrived::Refused(vec![fault_told("row", error.code(), &error.to_string())])),
        }
    }

    fn review(&self, case: &Case<'_>, (department, opinion): (&str, Opinion), grounds: &GroundsArg) -> Result<Stage, Failure> {
        let project = project(&self.library, &case.code)?;
        let entry = entry_after(&self.library, grounds, self.last_step(&project)?)?;
        let stage = Examiner::new(&self.library, behind).review(case.kind(&project)?, &project.code, department, opinion, &entry);
        stage.map_err(|error| examined(&error))
    }

    fn close(&self, case: &Case<'_>, closing: Closing, grounds: &GroundsArg) -> Result<Stage, Failure> {
        let project = project(&self.library, &case.code)?;
        let entry = entry_after(&self.library, grounds, self.last_step(&project)?)?;
        let stage = Examiner::new(&self.library, behind).close(case.kind(&project)?, &project.code, closing, &entry);
        stage.map_err(|error| examined(&error))
    }

    fn application(&self, case: &Case<'_>, sight: Sight) -> Result<(Application, Option<Value>), Failure> {
        let project = project(&self.library, &case.code)?;
        let (kind, history) = (case.kind(&project)?, self.library.history_of(&project).map_err(stored)?);
        let shown = Application::read(&self.library, &project, kind, &history, clock::moment(None)?).map_err(stored)?;
        Ok((shown.for_officers(&self.library, &project, kind, &history, sight), serde_json::from_slice(&project.application).ok()))
    }

    fn applications(&self, wanted: &ApplicationsWanted<'_>, page: Cut<'_>) -> Result<Page<ApplicationRow>, Failure> {
        let &ApplicationsWanted { catalogue, type_code, agency, how_far } = wanted;
        let wanted = Wanted { within: None, type_code, agency, how_far };
        let found = Examiner::new(&self.library, behind).list(catalogue, wanted, page.after, page.most).map_err(stored)?;
        Ok(Page { rows: found.projects.iter().map(ApplicationRow::from).collect(), next: found.next.as_ref().map(Cursor::to_text) })
    }

    fn events(&self, wanted: &EventsWanted<'_>, from: u64, most: usize) -> Result<EventPage, Failure> {
        let size = self.library.log_size().map_err(stored)?;
        let mut page = EventPage { size, events: Vec::new(), next: None };
        for index in self.first_of(wanted, from)?..size {
            if page.events.len() >= most {
                page.next = Some(index);
                break;
            }
            let event = self.library.event_at(index).map_err(stored)?;
            page.events.extend(wanted.are(&event).then(|| Event::new(index, &event)));
        }
        Ok(page)
    }

    fn event_of(&self, subject: &Subject, which: Which) -> Result<Option<u64>, Failure> {
        let mark = match subject {
            Subject::Application(code) => return Ok(project(&self.library, code)?.events.last().copied()),
            Subject::Certificate(identifier) => self.mark(identifier)?,
        };
        match which {
            Which::Issue => Ok(issue_of(&self.library, mark).map_err(stored)?.map(|(index, _)| index)),
            Which::Last => Ok(self.library.history(mark).map_err(stored)?.last().map(|(index, _)| *index)),
        }
    }

    fn prove(&self, index: u64) -> Result<Proof, Failure> {
        let proven = prove_event(&self.library, index).map_err(|error| unproved(&error))?;
        Ok(Proof { event: Event::new(index, &proven.event), size: proven.size, text: proven.bundle.to_string() })
    }

    fn manifest(&self) -> Result<Manifest, Failure> {
        manifest(&self.library).map(|manifest| Manifest::clone(&manifest))
    }

    fn check(&self, progress: &dyn Fn(u64, u64)) -> Result<Checked, Failure> {
        let (library, manifest) = (&self.library, manifest_of(&self.library));
        let manifest = manifest.as_ref().map(|manifest| &***manifest);
        let (certificates, events) = (library.certificates().map_err(stored)?, library.log_size().map_err(stored)?);
        let mut told = Checked { certificates, events, ..Checked::default() };
        let seen = |seen, all| {
            told.looked_at = seen;
            progress(seen, all);
        };
        let findings = library.check(|whole| judge_under(whole, manifest), seen).map_err(stored)?;
        let beside = Beside::of(library, manifest, clock::moment(None)?);
        told.over(library, &findings, AT_THE_MACHINE, beside).map_err(stored)
    }

    fn astray(&self, checkpoint: &str, log_key: &PublicKeyLine) -> Result<Option<&'static str>, Failure> {
        let told = |error: &HeadError| Failure::new(error.code(), error);
        match goes_on_from(&self.library, log_key, checkpoint) {
            Ok(()) => Ok(None),
            Err(error @ (HeadError::Behind { .. } | HeadError::OtherLog { .. } | HeadError::Fork(_))) => Ok(Some(error.code())),
            // Damage that keeps the log from being read is found, and told, by the check itself.
            Err(HeadError::Store(_)) => Ok(None),
            Err(error @ (HeadError::Checkpoint(_) | HeadError::Key(_))) => Err(told(&error)),
        }
    }

    fn extent(&self) -> Extent {
        Extent::Library
    }

    fn export(&self, exporting: &Exporting<'_>) -> Result<Option<TakenOut>, Failure> {
        let (library, catalogue) = (&self.library, catalogue(&self.library, exporting.types)?);
        let part = match &exporting.holder {
            None => Part::Whole,
            Some(code) => Part::of_holder(library, code.clone(), None).map_err(stored)?,
        };
        if part.is_empty() {
            return Ok(None);
        }
        let export = Export { library, catalogue: &catalogue, part: &part, made: clock::moment(None)? };
        written(&export, exporting).map(Some)
    }
}
