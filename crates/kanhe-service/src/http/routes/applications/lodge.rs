//! 受理: an application arrives, and gets its code.

use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::http::routes::certificates::take_over::origin;
use crate::shown::{LodgeResult, LodgedAs};
use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_issuer::application::Columns;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::agencies_for;
use kanhe_issuer::examiner::{Descent, ExaminerError, Lodged, Lodging};
use kanhe_issuer::registrar::Replacement;
use serde::Deserialize;
use utoipa::ToSchema;

grounded! { today
    /// An application that is to be reviewed.
    pub struct LodgeRequest {
        /// The type: its code, or the name of its file.
        r#type: String,
        /// The columns of the application, by their names in either language; `request_id` among them, or else an `Idempotency-Key`.
        #[schema(value_type = Object)]
        application: Columns,
        /// What it is to renew or amend; nothing for a first certificate.
        replaces: Option<Replaces>,
        /// Where it comes from, if it is to be taken over from another region (转入); not together with `replaces`.
        origin: Option<Origin>,
    }
}

/// What an application is to replace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplacesRequest)]
pub struct Replaces {
    /// `renew` or `amend`.
    act: ReplaceAct,
    /// The certificate's identifier.
    identifier: String,
}

/// A certificate of another region, which is to be taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OriginRequest)]
pub struct Origin {
    /// Its identifier in the other region, as it stands there.
    identifier: String,
    /// The code of the region that it comes from (GB/T 2260).
    from: String,
    /// What that region says of it, as `SET:CODE` in a code set of the type: it must have given the certificate away.
    said: Option<String>,
}

/// 延续 or 变更.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceAct {
    /// 延续.
    Renew,
    /// 变更.
    Amend,
}

impl From<ReplaceAct> for Replacement {
    fn from(act: ReplaceAct) -> Self {
        match act {
            ReplaceAct::Renew => Self::Renew,
            ReplaceAct::Amend => Self::Amend,
        }
    }
}

/// 201 with the address for a new application, 200 for one that was lodged before.
impl IntoResponse for LodgedAs {
    fn into_response(self) -> Response {
        let status = if self.result == LodgeResult::Lodged { StatusCode::CREATED } else { StatusCode::OK };
        let location = HeaderValue::from_str(&format!("/v1/applications/{}", self.code));
        let mut response = (status, Json(self)).into_response();
        if let Ok(location) = location {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// Takes an application in, if it could become a certificate as it stands.
#[utoipa::path(post, path = "/v1/applications", tag = "applications", request_body = LodgeRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands in for `request_id`, and is bound to this request for a day")),
    responses((status = CREATED, description = "Taken in", body = LodgedAs), (status = OK, description = "Taken in before for this request", body = LodgedAs)))]
pub async fn lodge(act: Act<LodgeRequest>) -> Result<Response, Problem> {
    act.done(|act| act.known(lodge_now, lodged_before)).await.map(IntoResponse::into_response)
}

fn lodge_now(act: &Act<LodgeRequest>) -> Result<LodgedAs, Problem> {
    let entry = act.entry()?;
    lodged_by(act, |house, kind, lodging| Ok(Some(house.examiner().lodge(kind, lodging, &entry)?)))?.ok_or_else(Problem::failed)
}

fn lodged_before(act: &Act<LodgeRequest>) -> Result<Option<LodgedAs>, Problem> {
    lodged_by(act, |house, kind, lodging| Ok(house.examiner().lodged_for(kind, lodging)?.map(Lodged::Before)))
}

/// What comes of an application that the caller's agency decides, if anything does.
fn lodged_by(
    act: &Act<LodgeRequest>,
    lodge: impl FnOnce(&House, &CertificateKind, &Lodging<'_>) -> Result<Option<Lodged>, Problem>,
) -> Result<Option<LodgedAs>, Problem> {
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Lodge, &body.r#type)?;
    let manifest = house.manifest()?;
    if !agencies_for(&manifest, kind).contains(&caller.agency) {
        return Err(ExaminerError::OutOfScope { agency: caller.agency }.into());
    }
    let descent = descent(house, caller, kind, (body.replaces.as_ref(), body.origin.as_ref()))?;
    let mut application = body.application.application(1, kind);
    if let Some(repeat) = repeat {
        application.belongs_to(repeat.key());
    }
    let lodging = Lodging { agency: caller.agency, application: &application, descent, chance: house.chance() };
    let Some(lodged) = lodge(house, kind, &lodging)? else { return Ok(None) };
    let result = if matches!(lodged, Lodged::New(_)) { LodgeResult::Lodged } else { LodgeResult::Before };
    let code = lodged.code();
    let stage = house.application_of(caller, Right::Lodge, code.as_str())?.project.stage.word();
    Ok(Some(LodgedAs { result, code: code.as_str().to_owned(), stage: stage.into() }))
}

/// Where the certificate goes on that is applied for.
fn descent(
    house: &House,
    caller: &Caller,
    kind: &CertificateKind,
    named: (Option<&Replaces>, Option<&Origin>),
) -> Result<Descent, Problem> {
    match named {
        (None, None) => Ok(Descent::First),
        (Some(Replaces { act, identifier }), None) => {
            let own = house.certificate_of(caller, Right::Lodge, identifier)?;
            Ok(Descent::Next((*act).into(), own.identifier))
        }
        (None, Some(Origin { identifier, from, said })) => origin(house, kind, (from, identifier), said.as_deref()).map(Descent::From),
        (Some(_), Some(_)) => {
            let detail = "what is taken over from another region takes the place of no version: `replaces` or `origin`";
            Err(Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail))
        }
    }
}
