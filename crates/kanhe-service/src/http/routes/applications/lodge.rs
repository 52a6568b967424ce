//! 受理: an application arrives, and gets its code.

use crate::accounts::Right;
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::shown::{LodgeResult, LodgedAs};
use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_issuer::application::Columns;
use kanhe_issuer::desk::agencies_for;
use kanhe_issuer::examiner::{ExaminerError, Lodged, Lodging};
use kanhe_issuer::registrar::Replacement;
use serde::Deserialize;
use utoipa::ToSchema;

grounded! { dated
    /// An application that is to be reviewed; it is effective when it arrived, which is today.
    pub struct LodgeRequest {
        /// The type: its code, or the name of its file.
        r#type: String,
        /// The columns of the application, by their names in either language; `request_id` among them, or else an `Idempotency-Key`.
        #[schema(value_type = Object)]
        application: Columns,
        /// What it is to renew or amend; nothing for a first certificate.
        replaces: Option<Replaces>,
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
    act.done(|act| act.known(lodge_now)).await.map(IntoResponse::into_response)
}

fn lodge_now(act: Act<LodgeRequest>) -> Result<LodgedAs, Problem> {
    let entry = act.entry()?;
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(&caller, Right::Lodge, &body.r#type)?;
    let manifest = house.manifest()?;
    if !agencies_for(&manifest, kind).contains(&caller.agency) {
        return Err(ExaminerError::OutOfScope { agency: caller.agency }.into());
    }
    let replaces = body.replaces.map(|replaces| {
        let own = house.certificate_of(&caller, Right::Lodge, &replaces.identifier)?;
        Ok::<_, Problem>((replaces.act.into(), own.identifier))
    });
    let mut application = body.application.application(1, kind);
    if let Some(repeat) = &repeat {
        application.belongs_to(repeat.key());
    }
    let lodging = Lodging { agency: caller.agency, application: &application, replaces: replaces.transpose()?, chance: house.chance() };
    let lodged = house.examiner().lodge(kind, &lodging, &entry)?;
    let result = if matches!(lodged, Lodged::New(_)) { LodgeResult::Lodged } else { LodgeResult::Before };
    let code = lodged.code();
    let stage = house.application_of(&caller, Right::Lodge, code.as_str())?.project.stage.word();
    Ok(LodgedAs { result, code: code.as_str().to_owned(), stage: stage.into() })
}
