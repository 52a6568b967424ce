//! An administrator's work: the keys of the agency's systems.

use super::officers::{Appointment, codes};
use super::page::PageQuestion;
use crate::accounts::api_key::{ApiKey, Beside, Cut, Grant, KeyCabinet};
use crate::accounts::{AccountError, Caller, ClientCertificate, Right, Role};
use crate::house::Shared;
use crate::http::act::Act;
use crate::http::aside::aside;
use crate::http::body::{Query, malformed};
use crate::http::problem::Problem;
use crate::http::repeat::{Answer, Once};
use crate::shown::told;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kanhe_store::{Pen, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A system that is to call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What colleagues call the system.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may be: every role but `administrator`.
    #[schema(min_items = 1)]
    roles: Vec<Role>,
    /// The types that it may act for, by their codes or the names of their files; every type, where this is left out.
    types: Option<Vec<String>>,
    /// The departments for which it reviews, by their ids in type files; any department, where this is left out.
    departments: Option<Vec<String>>,
    /// For how many days the key is good: 1 to 1,095; a year, where this is left out.
    #[serde(default = "a_year")]
    #[schema(minimum = 1, maximum = 1095)]
    days: u32,
    /// Questions of sharing that it may ask on a day; as many as the service is set to, where this is left out.
    #[schema(minimum = 1)]
    calls_a_day: Option<u32>,
    /// The client certificate by which the system proves who it is, in PEM or by its SHA-256 in hexadecimal: then no key is made. Where
    /// this is left out, one is.
    #[schema(max_length = 16384)]
    certificate: Option<String>,
}

/// A new secret or certificate for an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// For how many days the new secret is good: 1 to 1,095; a year, where this is left out.
    #[serde(default = "a_year")]
    #[schema(minimum = 1, maximum = 1095)]
    days: u32,
    /// For how many days more the old secrets are taken, at most: 0 to 90; a week, where this is left out.
    #[serde(default = "a_week")]
    #[schema(minimum = 0, maximum = 90)]
    overlap_days: u32,
    /// Questions of sharing that it may ask on a day; as many as before, where this is left out.
    #[schema(minimum = 1)]
    calls_a_day: Option<u32>,
    /// The next client certificate, in PEM or by its SHA-256 in hexadecimal. Where this is left out, a key is made.
    #[schema(max_length = 16384)]
    certificate: Option<String>,
}

const fn a_year() -> u32 {
    365
}

const fn a_week() -> u32 {
    7
}

/// A key, without what proves it.
#[derive(Serialize, ToSchema)]
pub struct KeyLine {
    /// Its id, which its text has in the middle.
    id: String,
    /// What colleagues call the system.
    name: String,
    /// What it may be.
    roles: Vec<Role>,
    /// For which types; null for every type.
    #[schema(required)]
    types: Option<Vec<String>>,
    /// For which departments it reviews; null for any.
    #[schema(required)]
    departments: Option<Vec<String>>,
    /// When it was made (RFC 3339).
    #[schema(format = DateTime)]
    made: String,
    /// When it runs out (RFC 3339): with its client certificate, where that ends before.
    #[schema(format = DateTime)]
    expires: String,
    /// Who has made it, and knows its first secret; null of keys from before that was kept.
    #[schema(required)]
    made_by: Option<String>,
    /// Who else has rotated it.
    rotated_by: Vec<String>,
    /// Until when a secret from before the present one is taken (RFC 3339); null where there is none.
    #[schema(required, format = DateTime)]
    older_until: Option<String>,
    /// When it was revoked (RFC 3339); null where it was not.
    #[schema(required, format = DateTime)]
    revoked: Option<String>,
    /// The day when it was last used; null where it never was.
    #[schema(required, format = Date)]
    used: Option<String>,
    /// The SHA-256 of the client certificate that proves the system; null where a key does.
    #[schema(required)]
    certificate: Option<String>,
    /// Questions of sharing that it may ask on a day; null for as many as the service is set to.
    #[schema(required)]
    calls_a_day: Option<u32>,
}

/// A page of keys.
#[derive(Serialize, ToSchema)]
pub struct KeyPage {
    /// The keys.
    keys: Vec<KeyLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// A key whose text is shown once.
#[derive(Serialize, ToSchema)]
pub struct KeyShown {
    /// What the system sends as `Authorization: Bearer …`; it is shown here and nowhere else. Null where a certificate proves it.
    #[schema(required)]
    key: Option<String>,
    /// The key as lists show it.
    #[serde(flatten)]
    line: KeyLine,
}

/// The keys of the agency.
#[utoipa::path(get, path = "/v1/api-keys", tag = "api-keys", params(PageQuestion),
    responses((status = OK, body = KeyPage)))]
pub async fn list(State(house): State<Shared>, caller: Caller, Query(page): Query<PageQuestion>) -> Result<Json<KeyPage>, Problem> {
    caller.may(Right::Administer)?;
    let (after, most) = page.read()?;
    let found = aside(&house, move |house| KeyCabinet::new(&house.library, &house.edge, &caller).list(after.as_ref(), most)).await?;
    let keys = found.keys.into_iter().map(|(id, key)| line(id, &key)).collect();
    Ok(Json(KeyPage { keys, next: found.next.map(|next| next.to_text()) }))
}

/// Makes a key for a system of the agency, or links a client certificate to it.
#[utoipa::path(post, path = "/v1/api-keys", tag = "api-keys", request_body = NewKey,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again make nothing, for a day; a secret is not shown again: 409")),
    responses((status = CREATED, body = KeyShown)))]
pub async fn add(act: Act<NewKey>) -> Result<(StatusCode, Once), Problem> {
    act.caller.may(Right::Administer)?;
    let added = act.done(|act| {
        let Act { house, caller, body, .. } = &act;
        let mandate = body.appointment().mandate(house, caller)?;
        let grant = grant(body.days, body.calls_a_day)?;
        let cabinet = KeyCabinet::new(&house.library, &house.edge, caller);
        act.once(|answer| match client_certificate(body.certificate.as_deref())? {
            None => made(answer, |keep| cabinet.add(&mandate, grant, keep)),
            Some(certificate) => Ok(cabinet.link(&mandate, grant, certificate, linked(answer)).map(drop)?),
        })
    });
    Ok((StatusCode::CREATED, added.await?))
}

/// Gives an account a new secret, or its next client certificate; what proves it now is taken for some days more, so that nothing stands
/// still meanwhile.
#[utoipa::path(post, path = "/v1/api-keys/{id}/rotation", tag = "api-keys", request_body = Rotation,
    params(("id" = String, Path, description = "The key's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again change nothing, for a day; a secret is not shown again: 409")),
    responses((status = OK, body = KeyShown)))]
pub async fn rotate(act: Act<Rotation>) -> Result<Once, Problem> {
    act.caller.may(Right::Administer)?;
    act.done(|act| {
        let Act { house, caller, subject, body, .. } = &act;
        let (grant, overlap) = (grant(body.days, body.calls_a_day)?, body.overlap_days);
        let cabinet = KeyCabinet::new(&house.library, &house.edge, caller);
        act.once(|answer| match client_certificate(body.certificate.as_deref())? {
            None => made(answer, |keep| cabinet.rotate(subject, grant, overlap, keep)),
            Some(next) => Ok(cabinet.relink(subject, grant, overlap, next, linked(answer)).map(drop)?),
        })
    })
    .await
}

/// Revokes a key, at once and for ever.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "api-keys", params(("id" = String, Path, description = "The key's id")),
    responses((status = OK, body = KeyLine)))]
pub async fn revoke(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<KeyLine>, Problem> {
    caller.may(Right::Administer)?;
    let named = id.clone();
    let key = aside(&house, move |house| KeyCabinet::new(&house.library, &house.edge, &caller).revoke(&named)).await?;
    Ok(Json(line(id, &key)))
}

impl NewKey {
    fn appointment(&self) -> Appointment<'_> {
        let Self { name, roles, types, departments, .. } = self;
        Appointment { name, roles, types: types.as_deref(), departments: departments.as_deref() }
    }
}

/// Who may ask nothing is no relying party.
fn grant(days: u32, calls_a_day: Option<u32>) -> Result<Grant, Problem> {
    if calls_a_day == Some(0) { Err(malformed("`calls_a_day` is 1 or more")) } else { Ok(Grant { days, calls_a_day }) }
}

fn client_certificate(sent: Option<&str>) -> Result<Option<ClientCertificate>, AccountError> {
    sent.map(|text| ClientCertificate::parse(text).ok_or(AccountError::CertificateMalformed)).transpose()
}

/// Answers with a key whose text is shown once; which it is, is kept in the commit in which it is cut.
fn made<'r>(
    answer: &mut Answer<'r>,
    cut: impl for<'a> FnOnce(&'a mut dyn FnMut(&mut Pen<'_>, &str, &ApiKey) -> Result<(), StoreError>) -> Result<Cut, AccountError>,
) -> Result<(), Problem> {
    let cut = cut(&mut |pen, id, _| answer.keep_made(pen, &format!("the key {id}")))?;
    answer.show(&KeyShown { key: Some(cut.text.to_string()), line: line(cut.id, &cut.key) });
    Ok(())
}

/// Keeps the answer about an account that a certificate proves: it has no secret.
fn linked(answer: &mut Answer<'_>) -> impl Beside {
    |pen, id, key| answer.keep(pen, &KeyShown { key: None, line: line(id.to_owned(), key) })
}

fn line(id: String, key: &ApiKey) -> KeyLine {
    KeyLine {
        id,
        name: key.mandate.name().to_owned(),
        roles: key.mandate.roles().to_vec(),
        types: codes(key.mandate.types()),
        departments: key.mandate.departments().map(<[String]>::to_vec),
        made: told(key.made),
        expires: told(key.expires),
        made_by: key.made_by().map(str::to_owned),
        rotated_by: key.rotated_by().to_vec(),
        older_until: key.older_until().map(told),
        revoked: key.revoked.map(told),
        used: key.used().map(|day| day.to_string()),
        certificate: key.certificate().map(|certificate| certificate.to_string()),
        calls_a_day: key.calls_a_day,
    }
}
