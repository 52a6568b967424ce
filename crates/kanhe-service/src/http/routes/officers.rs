//! An administrator's work: the officers of its agency.

use super::page::PageQuestion;
use crate::accounts::api_key;
use crate::accounts::{AccountError, Activity, Appointed, Caller, Login, Mandate, Officer, OfficerId, Personnel, Right, Role};
use crate::house::{House, Shared};
use crate::http::act::Act;
use crate::http::aside::{aside, aside_with_password};
use crate::http::body::{JsonBody, Query};
use crate::http::problem::Problem;
use crate::http::routes::applications::show::known_department;
use crate::identity::{IdentityError, Subject};
use crate::shown::told;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use kanhe_core::code::TypeCode;
use kanhe_store::Pen;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who is to work here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOfficer {
    /// What it types to sign in: 2 to 64 of `a-z 0-9 . _ @ -`; unique in the whole service.
    #[schema(pattern = "^[a-z0-9][a-z0-9._@-]{0,62}[a-z0-9]$")]
    login: String,
    /// The name that colleagues read.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it is here.
    #[schema(min_items = 1)]
    roles: Vec<Role>,
    /// The types that it may act for, by their codes or the names of their files; every type, where this is left out.
    types: Option<Vec<String>>,
    /// The departments for which it reviews, by their ids in type files; any department, where this is left out.
    departments: Option<Vec<String>>,
}

/// What an officer is from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerChange {
    /// The name that colleagues read.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it is here.
    #[schema(min_items = 1)]
    roles: Vec<Role>,
    /// The types that it may act for, by their codes or the names of their files; every type, where this is left out.
    types: Option<Vec<String>>,
    /// The departments for which it reviews, by their ids in type files; any department, where this is left out.
    departments: Option<Vec<String>>,
}

/// An officer.
#[derive(Serialize, ToSchema)]
pub struct OfficerLine {
    /// By which paths name it.
    id: String,
    /// What it types to sign in, and what the log calls it.
    login: String,
    /// The name that colleagues read.
    name: String,
    /// What it is here.
    roles: Vec<Role>,
    /// For which types; null for every type.
    #[schema(required)]
    types: Option<Vec<String>>,
    /// For which departments it reviews; null for any.
    #[schema(required)]
    departments: Option<Vec<String>>,
    /// Whether it may sign in.
    active: bool,
    /// Whether it signs in with a second factor.
    second_factor: bool,
    /// Whether it has still to choose a password of its own.
    must_change_password: bool,
    /// When it was added (RFC 3339).
    #[schema(format = DateTime)]
    added: String,
    /// Who it is for the identity service; null where it signs in by its password alone.
    #[schema(required)]
    identity: Option<IdentityLine>,
}

/// An officer who signs in no more, and what goes on without it.
#[derive(Serialize, ToSchema)]
pub struct Dismissed {
    /// The officer.
    #[serde(flatten)]
    officer: OfficerLine,
    /// How many API keys are good still that the officer has made or rotated (`made_by` and `rotated_by` of `GET /v1/api-keys`): they do not
    /// end with the account, and the officer may know them.
    api_keys: u64,
}

/// Whom an identity service names.
#[derive(Serialize, ToSchema)]
pub struct IdentityLine {
    /// The identity service.
    issuer: String,
    /// The claim that names people there.
    claim: String,
    /// What stands in it for this officer.
    subject: String,
}

/// Whom the identity service names.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// What stands, for this officer, in the claim that the configuration names: `sub`, unless it says otherwise.
    #[schema(min_length = 1, max_length = 255)]
    subject: String,
}

/// A page of officers.
#[derive(Serialize, ToSchema)]
pub struct OfficerPage {
    /// The officers.
    officers: Vec<OfficerLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// A password that is shown once.
#[derive(Serialize, ToSchema)]
pub struct Welcome {
    /// By which paths name the officer.
    id: String,
    /// Good for a week, and for choosing another; hand it over by a safe way.
    one_time_password: String,
    /// Until when it is good (RFC 3339).
    #[schema(format = DateTime)]
    until: String,
}

/// The officers of the agency.
#[utoipa::path(get, path = "/v1/officers", tag = "officers", params(PageQuestion),
    responses((status = OK, body = OfficerPage)))]
pub async fn list(State(house): State<Shared>, caller: Caller, Query(page): Query<PageQuestion>) -> Result<Json<OfficerPage>, Problem> {
    caller.may(Right::Administer)?;
    let (after, most) = page.read()?;
    let found = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).list(after.as_ref(), most)).await?;
    let officers = found.officers.iter().map(|(id, officer)| line(*id, officer)).collect();
    Ok(Json(OfficerPage { officers, next: found.next.map(|next| next.to_text()) }))
}

/// Adds an officer to the agency, with a one-time password that is shown here and nowhere else.
#[utoipa::path(post, path = "/v1/officers", tag = "officers", request_body = NewOfficer,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again add nobody, for a day: 409")),
    responses((status = CREATED, body = Welcome)))]
pub async fn add(act: Act<NewOfficer>) -> Result<Response, Problem> {
    act.caller.may(Right::Administer)?;
    let house = act.house.clone();
    let login = Login::parse(&act.body.login).map_err(AccountError::from)?;
    let mandate = act.body.appointment().mandate(&house, &act.caller)?;
    let place = [(LOCATION, format!("/v1/officers/{}", OfficerId::of(&house.library, login.as_str())))];
    let added = aside_with_password(&house, move |house| {
        act.once(|answer| {
            let keep = |pen: &mut Pen<'_>, id: OfficerId| answer.keep_made(pen, &format!("the officer {id}"));
            let appointed = Personnel::new(&house.library, &house.edge, &act.caller).add(&login, &mandate, keep)?;
            answer.show(&welcome(&appointed));
            Ok(())
        })
    });
    Ok((StatusCode::CREATED, place, added.await?).into_response())
}

/// One officer of the agency.
#[utoipa::path(get, path = "/v1/officers/{id}", tag = "officers", params(("id" = String, Path, description = "The officer's id")),
    responses((status = OK, body = OfficerLine)))]
pub async fn one(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<OfficerLine>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let officer = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).one(id)).await?;
    Ok(Json(line(id, &officer)))
}

/// Gives an officer another name, other roles, types or departments; its sessions go on with them.
#[utoipa::path(put, path = "/v1/officers/{id}", tag = "officers", params(("id" = String, Path, description = "The officer's id")), request_body = OfficerChange,
    responses((status = OK, body = OfficerLine)))]
pub async fn change(
    State(house): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<OfficerChange>,
) -> Result<Json<OfficerLine>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let mandate = body.appointment().mandate(&house, &caller)?;
    let officer = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).change(id, &mandate)).await?;
    Ok(Json(line(id, &officer)))
}

/// Ends an officer's sessions, and lets it in no more; what it has done stays, and so do API keys that it has made.
#[utoipa::path(post, path = "/v1/officers/{id}/deactivation", tag = "officers", params(("id" = String, Path, description = "The officer's id")),
    responses((status = OK, body = Dismissed)))]
pub async fn deactivate(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<Dismissed>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let dismissed = aside(&house, move |house| {
        let officer = Personnel::new(&house.library, &house.edge, &caller).turn(id, Activity::Inactive)?;
        let api_keys = api_key::in_hands_of(&house.library, &caller.agency, &officer.login, house.now())?;
        Ok::<_, AccountError>(Dismissed { officer: line(id, &officer), api_keys })
    });
    Ok(Json(dismissed.await?))
}

/// Lets an officer in again.
#[utoipa::path(post, path = "/v1/officers/{id}/reactivation", tag = "officers", params(("id" = String, Path, description = "The officer's id")),
    responses((status = OK, body = OfficerLine)))]
pub async fn reactivate(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<OfficerLine>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let officer = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).turn(id, Activity::Active)).await?;
    Ok(Json(line(id, &officer)))
}

/// Gives an officer a one-time password in the place of its password and second factor, and ends its sessions.
#[utoipa::path(post, path = "/v1/officers/{id}/reset", tag = "officers", params(("id" = String, Path, description = "The officer's id")),
    responses((status = OK, body = Welcome)))]
pub async fn reset(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<Welcome>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let appointed = aside_with_password(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).reset(id)).await?;
    Ok(Json(welcome(&appointed)))
}

/// Lets an officer sign in as somebody whom the identity service names, beside its password.
///
/// The identity service says who somebody is, and never what he may do here. One who was linked to another subject before has no session
/// any more.
#[utoipa::path(put, path = "/v1/officers/{id}/identity", tag = "officers", params(("id" = String, Path, description = "The officer's id")), request_body = NewIdentity,
    responses((status = OK, body = OfficerLine)))]
pub async fn link(
    State(house): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<NewIdentity>,
) -> Result<Json<OfficerLine>, Problem> {
    caller.may(Right::Administer)?;
    let (id, provider) = (id_of(&id)?, house.identity.as_ref().ok_or(IdentityError::NotOffered)?);
    let subject = Subject::new(&provider.settings.issuer, &provider.settings.claim, &body.subject);
    let subject = subject.ok_or(AccountError::SubjectMalformed)?;
    let officer = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).link(id, &subject)).await?;
    Ok(Json(line(id, &officer)))
}

/// Lets an officer sign in by the identity service no more; its sessions end. Once more changes nothing.
#[utoipa::path(delete, path = "/v1/officers/{id}/identity", tag = "officers", params(("id" = String, Path, description = "The officer's id")),
    responses((status = OK, body = OfficerLine)))]
pub async fn unlink(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<OfficerLine>, Problem> {
    caller.may(Right::Administer)?;
    let id = id_of(&id)?;
    let officer = aside(&house, move |house| Personnel::new(&house.library, &house.edge, &caller).unlink(id)).await?;
    Ok(Json(line(id, &officer)))
}

/// What an account is to be, as a request says it.
pub(super) struct Appointment<'b> {
    pub(super) name: &'b str,
    pub(super) roles: &'b [Role],
    pub(super) types: Option<&'b [String]>,
    pub(super) departments: Option<&'b [String]>,
}

impl NewOfficer {
    fn appointment(&self) -> Appointment<'_> {
        let Self { name, roles, types, departments, .. } = self;
        Appointment { name, roles, types: types.as_deref(), departments: departments.as_deref() }
    }
}

impl OfficerChange {
    fn appointment(&self) -> Appointment<'_> {
        let Self { name, roles, types, departments } = self;
        Appointment { name, roles, types: types.as_deref(), departments: departments.as_deref() }
    }
}

impl Appointment<'_> {
    /// The mandate of an account in the caller's own agency.
    pub(super) fn mandate(&self, house: &House, caller: &Caller) -> Result<Mandate, Problem> {
        let codes = |types: &[String]| types.iter().map(|name| house.type_code(name)).collect::<Result<Vec<_>, _>>();
        let types = self.types.map(codes).transpose()?;
        let mandate = Mandate::new(caller.agency, self.name, self.roles.to_vec(), types).map_err(AccountError::from)?;
        let mandate = mandate.speaking_for(self.departments.map(<[String]>::to_vec)).map_err(AccountError::from)?;
        // Whoever is bound to a department that nobody asks could review nothing, and nobody would see why.
        mandate.departments().unwrap_or_default().iter().try_for_each(|id| known_department(house, id))?;
        Ok(mandate)
    }
}

/// The codes of types, for the interface.
pub(super) fn codes(types: Option<&[TypeCode]>) -> Option<Vec<String>> {
    types.map(|types| types.iter().map(ToString::to_string).collect())
}

fn id_of(text: &str) -> Result<OfficerId, Problem> {
    OfficerId::parse(text).ok_or_else(|| AccountError::OfficerUnknown.into())
}

fn line(id: OfficerId, officer: &Officer) -> OfficerLine {
    OfficerLine {
        id: id.to_string(),
        login: officer.login.clone(),
        name: officer.mandate.name().to_owned(),
        roles: officer.mandate.roles().to_vec(),
        types: codes(officer.mandate.types()),
        departments: officer.mandate.departments().map(<[String]>::to_vec),
        active: officer.active,
        second_factor: officer.has_second_factor(),
        must_change_password: officer.must_change(),
        added: officer.added.to_string(),
        identity: officer.subject.as_ref().map(identity),
    }
}

fn identity(subject: &Subject) -> IdentityLine {
    IdentityLine { issuer: subject.issuer.clone(), claim: subject.claim.clone(), subject: subject.value.clone() }
}

fn welcome(appointed: &Appointed) -> Welcome {
    Welcome { id: appointed.id.to_string(), one_time_password: appointed.password.to_string(), until: told(appointed.until) }
}
