//! An application arrives (受理): every rule that can be asked before the decision is asked, and it gets its code.

use super::{Descent, Examiner, ExaminerError, Standing, found, in_force, rule_of, told};
use crate::application::{Application, Draft, days_named};
use crate::catalogue::CertificateKind;
use crate::desk::IssueError;
use crate::lifecycle::{self, Condition};
use crate::registrar::{Claim, Entry, Registrar, RegistrarError, Replacement, allow, free_version, has_place, meet, prolongs, stays_with};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::certificate::Holder;
use kanhe_core::code::{CertificateId, ProjectCode, Uscc, Version};
use kanhe_core::envelope::Authentic;
use kanhe_core::event::Act;
use kanhe_core::manifest::Manifest;
use kanhe_core::status::State;
use kanhe_store::{Card, Pen, Project, Shelfmark, StoreError};

/// What an applicant hands in.
#[derive(Clone, Debug)]
pub struct Lodging<'a> {
    /// The agency that is to decide.
    pub agency: Uscc,
    /// The row.
    pub application: &'a Application,
    /// Where the certificate that it asks for goes on.
    pub descent: Descent,
    /// Ten bytes of chance for its code.
    pub chance: [u8; 10],
}

/// An application that could become a certificate as it stands, and waits to be taken in.
#[derive(Clone)]
pub struct Admitted {
    project: Project,
    descent: Descent,
    /// The digest of the type file by which it was read.
    file_digest: [u8; 32],
    draft: Draft,
    /// Whether the type allows one valid certificate a holder.
    alone: bool,
    entry: Entry,
}

impl Admitted {
    /// The request that it belongs to.
    pub fn request(&self) -> &str {
        &self.project.request
    }

    /// The holders who would wait for it alone, and the days that it could take; none, where the type lets them have several.
    pub fn alone(&self) -> Option<(&[Holder], Days)> {
        let is_alone = self.alone && self.project.replaces.is_none();
        is_alone.then(|| (self.draft.holders(), days_at_most(&self.project)))
    }

    /// Whether it would be in force on a day of those.
    pub fn meets(&self, days: Days) -> bool {
        meet(days, claim(&self.project, &self.draft).term)
    }

    /// All that is asked for, as bytes: two requests ask for the same if these are the same.
    pub fn contents(&self) -> &[u8] {
        &self.project.application
    }
}

/// A first day and a last, if there is one.
pub type Days = (Date, Option<Date>);

/// How lodging ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lodged {
    /// A new application, under this code.
    New(ProjectCode),
    /// The request was lodged before: this is its code.
    Before(ProjectCode),
}

impl Lodged {
    /// The lifelong code of the application.
    pub const fn code(self) -> ProjectCode {
        match self {
            Self::New(code) | Self::Before(code) => code,
        }
    }
}

impl Examiner<'_> {
    /// Takes an application in, if it could become a certificate as it stands, and gives it its code.
    pub fn lodge(&self, kind: &CertificateKind, lodging: &Lodging<'_>, entry: &Entry) -> Result<Lodged, ExaminerError> {
        let admitted = match self.admit(kind, lodging, entry) {
            Ok(admitted) => admitted,
            Err(error) => return self.lodged_for(kind, lodging)?.map(Lodged::Before).ok_or(error),
        };
        self.library.commit(|pen| take_in(pen, &admitted, self.manifest_in(pen)?.as_deref()))
    }

    /// The application as which a row was lodged before that asks for the same, also if the day or the form as it is now finds faults with
    /// it: what was taken in is not refused for them.
    pub fn lodged_for(&self, kind: &CertificateKind, lodging: &Lodging<'_>) -> Result<Option<ProjectCode>, ExaminerError> {
        let (application, read) = (lodging.application, lodging.application.is_read());
        let Some(request) = application.request_id().filter(|_| read) else { return Ok(None) };
        let lodged = self.library.rehearse(|pen| match pen.lodged_as(&lodging.agency, kind.code(), request)? {
            Some(code) => found(pen, &code).map(Some),
            None => Ok(None),
        })??;
        let same = |before: &Project| before.application == application.to_json() && Descent::of(before) == lodging.descent;
        Ok(lodged.filter(same).map(|before| before.code))
    }

    /// Takes many in, each or none by itself, and writes beside them what is to stand in the same commit; if that is refused, so are all.
    pub fn lodge_all_and<T, E: From<StoreError>>(
        &self,
        admitted: &[Admitted],
        beside: impl FnOnce(&mut Pen<'_>, Vec<Result<Lodged, ExaminerError>>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.library.commit(|pen| {
            let manifest = self.manifest_in(pen)?;
            let lodged = admitted.iter().map(|admitted| take_in(pen, admitted, manifest.as_deref())).collect();
            beside(pen, lodged)
        })
    }

    /// Says how taking one in would end, and writes nothing.
    pub fn rehearse(&self, admitted: &Admitted) -> Result<Lodged, ExaminerError> {
        self.library.rehearse(|pen| take_in(pen, admitted, self.manifest_in(pen)?.as_deref()))?
    }

    /// Makes an application of a row, if it could become a certificate as it stands; nothing is written yet.
    pub fn admit(&self, kind: &CertificateKind, lodging: &Lodging<'_>, entry: &Entry) -> Result<Admitted, ExaminerError> {
        let rule = rule_of(kind)?;
        let today = day_in_china(entry.now);
        let term = lodging.descent.term(Registrar::new(self.library))?;
        let draft = kind.admit_for(lodging.application, term, today).map_err(ExaminerError::Faults)?;
        if draft.issued() != today {
            return Err(ExaminerError::IssuedGiven);
        }
        // The day of arrival decides who asked in time, so nobody dates it back.
        if day_in_china(entry.effective) != today || entry.effective > entry.now {
            return Err(ExaminerError::OtherDay { effective: day_in_china(entry.effective), today });
        }
        let project = Project {
            code: ProjectCode::new(self.library.region(), today, &lodging.chance),
            agency: lodging.agency,
            type_code: *kind.code(),
            request: draft.request_id().to_owned(),
            replaces: lodging.descent.replaces(),
            application: lodging.application.to_json(),
            lodged: entry.effective,
            stage: Standing::of(rule, []).stage(),
            events: Vec::new(),
            issued: None,
            holders: Vec::new(),
            origin: lodging.descent.origin(),
        };
        let alone = kind.one_valid_per_holder();
        // Where some that wait are not found, nobody knows whether the holder waits for another.
        if let Some(error) = self.library.misses_open_projects().filter(|_| alone) {
            return Err(error.clone().into());
        }
        Ok(Admitted { project, descent: lodging.descent.clone(), file_digest: *kind.file_digest(), draft, alone, entry: entry.clone() })
    }
}

/// Checks every rule, and only then writes: a refusal leaves nothing behind, also not in a commit of many.
fn take_in(pen: &mut Pen<'_>, admitted: &Admitted, manifest: Option<&Authentic<Manifest>>) -> Result<Lodged, ExaminerError> {
    let Admitted { project, descent, draft, entry, .. } = admitted;
    if let Some(code) = pen.lodged_as(&project.agency, &project.type_code, &project.request)? {
        let before = found(pen, &code)?;
        let same = before.application == project.application && Descent::of(&before) == *descent;
        return if same { Ok(Lodged::Before(code)) } else { Err(ExaminerError::RequestDiffers { code }) };
    }
    in_force(manifest, &project.type_code, &admitted.file_digest)?;
    could_be_issued(pen, admitted)?;
    let event = told(Act::Lodge, project, entry, descent.told());
    let events = vec![pen.note(&[], &event)?];
    let holders: Vec<_> = draft.holders().iter().map(Holder::code).cloned().collect();
    pen.lodge(&Project { events, ..project.clone() }, &holders)?;
    Ok(Lodged::New(project.code))
}

/// Asks every rule of the register that can be asked before the decision: nobody waits for months for what cannot be.
fn could_be_issued(pen: &Pen<'_>, admitted: &Admitted) -> Result<(), ExaminerError> {
    let Admitted { project, descent, draft, alone, entry, .. } = admitted;
    if let Some(repeat) = pen.repeat_of(&project.agency, &project.type_code, &project.request)? {
        return Err(ExaminerError::RequestIssued { identifier: pen.card(repeat.shelfmark)?.identifier.to_string() });
    }
    if pen.project(&project.code)?.is_some() {
        return Err(ExaminerError::CodeTaken);
    }
    let instead_of = match descent {
        Descent::First => None,
        Descent::Next(replacement, identifier) => Some(could_be_replaced(pen, admitted, *replacement, identifier)?),
        Descent::From(origin) => origin.may_come(pen, draft.holders(), draft.validity().until(), day_in_china(entry.now)).map(|()| None)?,
    };
    if instead_of.is_none() {
        number_is_free(pen, project, draft)?;
    }
    let claim = claim(project, draft);
    has_place(pen, &claim, instead_of, *alone)?;
    if *alone && instead_of.is_none() { none_is_open(pen, &claim) } else { Ok(()) }
}

/// The version whose place is asked for, if it can be renewed or amended so.
fn could_be_replaced(
    pen: &Pen<'_>,
    Admitted { project, draft, entry, .. }: &Admitted,
    replacement: Replacement,
    identifier: &CertificateId,
) -> Result<Shelfmark, ExaminerError> {
    if *identifier.type_code() != project.type_code {
        return Err(RegistrarError::OtherType { identifier: identifier.to_string() }.into());
    }
    if *identifier.issuer() != project.agency {
        return Err(ExaminerError::OtherAgency { wanted: *identifier.issuer(), found: project.agency });
    }
    if draft.serial().is_some_and(|serial| serial != identifier.serial()) {
        return Err(IssueError::OtherSerial { identifier: identifier.to_string() }.into());
    }
    let shelfmark = pen.find(identifier)?.ok_or_else(|| RegistrarError::NotFound { identifier: identifier.to_string() })?;
    let (card, term) = (pen.card(shelfmark)?, (draft.validity().from(), draft.validity().until()));
    may_be_asked_for(pen, &card, replacement, entry.effective)?;
    stays_with(pen, shelfmark, draft.holders(), replacement)?;
    // Where the application names no day, that of the decision may still make it longer than one that was issued today.
    let stands = days_named(&project.application) != (None, None) || term.1.is_none() || term.1 != card.until;
    if replacement == Replacement::Renew && stands {
        prolongs(&card, term, day_in_china(entry.now))?;
    }
    Ok(shelfmark)
}

/// Asks the table; of a renewal, as if what is suspended had been given back: its term goes on, and who asks in time keeps his right while the
/// decision waits (`docs/decisions/0032`).
fn may_be_asked_for(pen: &Pen<'_>, card: &Card, replacement: Replacement, at: Timestamp) -> Result<(), RegistrarError> {
    let waits = replacement == Replacement::Renew && card.state == State::Suspended;
    if waits {
        Ok(lifecycle::allow(given_back(card, at), replacement.into()).map(drop)?)
    } else {
        allow(pen, card, replacement.into(), at).map(drop)
    }
}

/// What a certificate is at a moment, if it is suspended by then no more.
fn given_back(card: &Card, at: Timestamp) -> Condition {
    let state = if card.state == State::Suspended { State::Valid } else { card.state };
    Condition::of(state, card.from, card.until, day_in_china(at))
}

/// Refuses a first certificate where a holder waits for another: of the two the second could only be refused at its decision.
fn none_is_open(pen: &Pen<'_>, claim: &Claim<'_>) -> Result<(), ExaminerError> {
    for holder in claim.holders {
        for code in pen.open_for(holder.code(), claim.type_code)? {
            let open = pen.project(&code)?.ok_or(StoreError::Malformed { family: "projects" })?;
            if !open.stage.is_final() && meet(days_at_most(&open), claim.term) && can_be_decided(pen, &open)? {
                return Err(ExaminerError::Open { code, agency: open.agency, type_code: open.type_code });
            }
        }
    }
    Ok(())
}

/// The days in which an open application's certificate could be in force: it begins when it is decided, and ends nobody knows when, unless
/// the application says so.
fn days_at_most(open: &Project) -> Days {
    let (from, until) = days_named(&open.application);
    (from.unwrap_or_else(|| day_in_china(open.lodged)), until)
}

/// What is to replace a version that has ended meanwhile stands in nobody's way: it is refused at its decision. Of one that is suspended it
/// waits.
fn can_be_decided(pen: &Pen<'_>, open: &Project) -> Result<bool, ExaminerError> {
    let Descent::Next(replacement, identifier) = Descent::of(open) else { return Ok(true) };
    let Some(shelfmark) = pen.find(&identifier)? else { return Ok(false) };
    Ok(lifecycle::allow(given_back(&pen.card(shelfmark)?, open.lodged), replacement.into()).is_ok())
}

/// What the applicant asks to have, as if it were issued on the day of arrival; the decision asks again, with its own.
fn claim<'a>(project: &'a Project, draft: &'a Draft) -> Claim<'a> {
    let (Project { type_code, agency, .. }, validity) = (project, draft.validity());
    Claim { type_code, agency, number: draft.number(), holders: draft.holders(), term: (validity.from(), validity.until()) }
}

/// A number that is a serial is free until it was given, and again when all that bore it has ended.
fn number_is_free(pen: &Pen<'_>, project: &Project, draft: &Draft) -> Result<(), ExaminerError> {
    let Some(serial) = draft.serial() else { return Ok(()) };
    let identifier = CertificateId::new(project.type_code, project.agency, serial.clone(), Version::FIRST);
    Ok(free_version(pen, &identifier, draft.holders()).map(drop)?)
}
