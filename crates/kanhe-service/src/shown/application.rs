//! Where an application stands.

use super::certificate::{Holder, fields, holders};
use super::{Event, Fields, Names};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::ProjectCode;
use kanhe_core::event;
use kanhe_issuer::application::Application as Row;
use kanhe_issuer::catalogue::{CertificateKind, Department};
use kanhe_issuer::examiner::{Descent, Opinion, Standing};
use kanhe_issuer::registrar::Registrar;
use kanhe_issuer::sight::{self, Sight};
use kanhe_store::{Library, Project, Stage, StoreError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// An application on its way to a decision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Application)]
pub struct Application {
    /// Its lifelong code (终生唯一编码).
    pub code: String,
    /// The code of the type that is applied for.
    pub r#type: String,
    /// The agency that decides.
    pub agency: String,
    /// `in_review`, `for_decision`, `approved`, `rejected` or `withdrawn`.
    pub stage: Cow<'static, str>,
    /// When it arrived (RFC 3339).
    #[schema(format = DateTime)]
    pub lodged: String,
    /// Days since then; up to the decision or the withdrawal, where it is closed.
    pub days: i64,
    /// The certificate that came of it.
    #[schema(required)]
    pub certificate: Option<String>,
    /// The version whose place the new one is to take.
    #[schema(required)]
    pub replaces: Option<Replaced>,
    /// The certificate of another region that is to be taken over.
    #[serde(default)]
    #[schema(required)]
    pub origin: Option<Origin>,
    /// The departments that are heard, and behind them what others said that an earlier edition of the type asked; null where there are none.
    #[schema(required)]
    pub departments: Option<Vec<DepartmentSaid>>,
    /// When it was decided (RFC 3339).
    #[schema(required, format = DateTime)]
    pub decided: Option<String>,
    /// Why it was refused.
    #[schema(required)]
    pub refused_because: Option<Reasons>,
    /// Why it was withdrawn.
    #[serde(default)]
    #[schema(required)]
    pub withdrawn_because: Option<Reasons>,
    /// The applicant's request id; for officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is applied for, as far as the officer may see it; not there where the type has another form by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// What happened, the oldest first; for officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
}

/// What an application is to replace.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Replaced {
    /// `renew` or `amend`.
    pub act: Cow<'static, str>,
    /// The version.
    pub identifier: String,
}

/// A certificate of another region that an application is to take over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// The code of the region that it comes from.
    pub from: String,
    /// Its identifier there, as it was handed in.
    pub identifier: String,
    /// What is odd about the identifier, by stable codes.
    pub warnings: Vec<Cow<'static, str>>,
}

/// A department, and what it says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DepartmentSaid {
    /// Its id in the type file.
    pub id: String,
    /// What it is called; its id, where the type at hand asks it no more.
    pub names: Names,
    /// `agrees` or `objects`; null while it is silent.
    #[schema(required)]
    pub opinion: Option<Cow<'static, str>>,
    /// When it said so (RFC 3339).
    #[schema(required, format = DateTime)]
    pub at: Option<String>,
    /// Whether its opinion is waited for now.
    pub waited_for: bool,
}

/// Why an application was closed without a certificate: a refusal is given with its reasons (Administrative Licensing Law art. 38).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Reasons {
    /// The legal basis.
    pub basis: String,
    /// The reason.
    pub reason: String,
}

/// What is applied for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Applied {
    /// The number that is to be printed; a number of a person in it is masked as the holder's code is.
    pub number: String,
    /// Who is to hold it.
    pub holders: Vec<Holder>,
    /// The fields of the type's form, by their names.
    #[schema(value_type = Object)]
    pub fields: Fields,
}

/// A page of applications.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApplicationPage {
    /// At most as many as were asked for. There may be few or none though more are to come: only so many are looked at for one answer.
    pub applications: Vec<ApplicationRow>,
    /// Where the next page begins, as `after`; null on the last. A page that has passed over enough is short, or empty, and has one.
    #[schema(required)]
    pub next: Option<String>,
}

/// Under which code an application was taken in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LodgedAs {
    /// `lodged`, or `before` if the request was lodged before.
    #[schema(value_type = String)]
    pub result: LodgeResult,
    /// Its lifelong code (终生唯一编码), by which the applicant asks where it stands.
    pub code: String,
    /// How far it has come: `in_review`, `for_decision`, `approved`, `rejected` or `withdrawn`.
    pub stage: Cow<'static, str>,
}

/// Whether an application was lodged by this request, or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LodgeResult {
    /// Now.
    Lodged,
    /// Before.
    Before,
}

/// How far an application has come by an act.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MovedOn {
    /// Its code.
    pub code: String,
    /// `in_review`, `for_decision`, `approved`, `rejected` or `withdrawn`.
    pub stage: Cow<'static, str>,
}

impl MovedOn {
    /// To which stage it has come.
    pub fn new(code: &ProjectCode, stage: Stage) -> Self {
        Self { code: code.to_string(), stage: stage.word().into() }
    }
}

impl Application {
    /// Reads where an application stands: nothing here that only officers may know.
    pub fn read(
        library: &Library,
        project: &Project,
        kind: &CertificateKind,
        history: &[(u64, event::Event)],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let standing = Standing::of(kind.review(), history.iter().map(|(_, event)| event));
        let is_heard = kind.review().is_some() || !standing.unasked().is_empty();
        // By the edition of now: another may have asked for more opinions when the last was given.
        let stage = if project.stage.is_final() { project.stage } else { standing.stage() };
        let issued = project.issued.map(|mark| library.card(mark)).transpose()?;
        let decision = history.last().map(|(_, event)| event).filter(|_| project.stage.is_final());
        let reasons = |event: &event::Event| Reasons { basis: event.basis.clone(), reason: event.reason.clone() };
        let closed_as = |stage: Stage| decision.filter(|_| project.stage == stage).map(reasons);
        let replaced =
            |replaces: &kanhe_store::Replaces| Replaced { act: replaces.act.word().into(), identifier: replaces.identifier.to_string() };
        Ok(Self {
            code: project.code.as_str().to_owned(),
            r#type: project.type_code.to_string(),
            agency: project.agency.to_string(),
            stage: stage.word().into(),
            lodged: project.lodged.to_string(),
            days: (decision.map_or(now, |event| event.recorded).as_second() - project.lodged.as_second()).max(0) / 86_400,
            certificate: issued.map(|card| card.identifier.to_string()),
            replaces: project.replaces.as_ref().map(replaced),
            origin: project.origin.as_ref().map(Origin::from),
            departments: is_heard.then(|| departments(&standing)),
            decided: decision.map(|event| event.recorded.to_string()),
            refused_because: closed_as(Stage::Rejected),
            withdrawn_because: closed_as(Stage::Withdrawn),
            request_id: None,
            applied: None,
            events: None,
        })
    }

    /// The same with what officers may know.
    #[must_use]
    pub fn for_officers(
        self,
        library: &Library,
        project: &Project,
        kind: &CertificateKind,
        history: &[(u64, event::Event)],
        sight: Sight,
    ) -> Self {
        Self {
            request_id: Some(project.request.clone()),
            applied: Applied::read(library, project, kind, sight),
            events: Some(history.iter().map(|(index, event)| Event::new(*index, event)).collect()),
            ..self
        }
    }
}

impl From<&kanhe_store::Origin> for Origin {
    fn from(origin: &kanhe_store::Origin) -> Self {
        let kanhe_store::Origin { region, identifier } = origin;
        let warnings = identifier.warnings().iter().map(|warning| warning.code().into()).collect();
        Self { from: region.to_string(), identifier: identifier.written().to_owned(), warnings }
    }
}

impl Applied {
    /// Reads what was handed in as the type at hand understands it.
    fn read(library: &Library, project: &Project, kind: &CertificateKind, sight: Sight) -> Option<Self> {
        let row = Row::read_back(&project.application, kind).ok()?;
        let term = Descent::of(project).term(Registrar::new(library)).ok()?;
        let draft = kind.admit_for(&row, term, day_in_china(project.lodged)).ok()?;
        Some(Self {
            number: sight::within(draft.number(), draft.holders(), |_| sight),
            holders: holders(draft.holders(), |_| sight),
            fields: fields(draft.fields(), draft.holders(), |_| sight, Some(kind), sight),
        })
    }
}

fn departments(standing: &Standing<'_>) -> Vec<DepartmentSaid> {
    let waiting: Vec<&str> = standing.waiting_for().iter().map(|department| department.id.as_str()).collect();
    let row = |(department, said): &(&Department, Option<(Opinion, event::Event)>)| DepartmentSaid {
        id: department.id.clone(),
        names: Names::from(&department.names),
        opinion: said.as_ref().map(|(opinion, _)| opinion.word().into()),
        at: said.as_ref().map(|(_, event)| event.recorded.to_string()),
        waited_for: waiting.contains(&department.id.as_str()),
    };
    let unasked = standing.unasked().iter().map(|(id, (opinion, event))| DepartmentSaid {
        id: id.clone(),
        names: Names { zh: id.clone(), en: id.clone() },
        opinion: Some(opinion.word().into()),
        at: Some(event.recorded.to_string()),
        waited_for: false,
    });
    standing.opinions().iter().map(row).chain(unasked).collect()
}

/// An application in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApplicationRow {
    /// Its lifelong code.
    pub code: String,
    /// The code of the type that is applied for.
    pub r#type: String,
    /// The agency that decides.
    pub agency: String,
    /// How far it has come.
    pub stage: Cow<'static, str>,
    /// When it arrived (RFC 3339).
    #[schema(format = DateTime)]
    pub lodged: String,
    /// The applicant's request id.
    pub request_id: String,
}

impl From<&Project> for ApplicationRow {
    fn from(project: &Project) -> Self {
        Self {
            code: project.code.as_str().to_owned(),
            r#type: project.type_code.to_string(),
            agency: project.agency.to_string(),
            stage: project.stage.word().into(),
            lodged: project.lodged.to_string(),
            request_id: project.request.clone(),
        }
    }
}
