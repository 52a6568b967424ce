//! Links to signed files, and the files behind them.

use super::ask::{PurposeStated, identifier, sight};
use crate::accounts::Right;
use crate::house::Shared;
use crate::http::act::Act;
use crate::http::aside::aside;
use crate::http::flow::{Disposition, name_file};
use crate::http::problem::Problem;
use crate::http::repeat::Once;
use crate::http::routes::published::COSE;
use crate::sharing::{Inquiry, ShareAct, by_identifier, links};
use crate::shown::told;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_core::code::CertificateId;
use kanhe_store::Pen;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which certificate's file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInquiry {
    /// For what; a signed file is whole, so its holder must have agreed, and each of them where it has several.
    purpose: PurposeStated,
    /// The certificate's identifier.
    identifier: String,
}

/// A link.
#[derive(Serialize, ToSchema)]
pub struct LinkGiven {
    /// Where the file is, once: a path at this service. Whoever has it can fetch the file.
    url: String,
    /// Until when (RFC 3339).
    #[schema(format = DateTime)]
    expires: String,
}

/// A link to the signed file of a certificate: for one download within ten minutes.
#[utoipa::path(post, path = "/v1/sharing/links", tag = "sharing", request_body = LinkInquiry,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again give no second link, for a day: 409")),
    responses((status = CREATED, body = LinkGiven)))]
pub async fn link(act: Act<LinkInquiry>) -> Result<(StatusCode, Once), Problem> {
    act.caller.may(Right::Share)?;
    let given = act.done(|act| {
        let Act { house, caller, body, .. } = &act;
        let named = identifier(&body.identifier)?;
        act.once(|answer| {
            // Whoever asks again what was answered before is told so, though he has nothing more to ask today.
            let purpose = body.purpose.read(house.now())?;
            let inquiry = Inquiry::new(house, caller, purpose, ShareAct::Link, sight(true))?;
            let inquiry = inquiry.agreed_by(body.purpose.agreed()?).about_certificate(&named);
            let found = by_identifier(&house.library, caller, &named)?;
            let keep = |pen: &mut Pen<'_>, of: &CertificateId| answer.keep_made(pen, &format!("a link to the file of {of}"));
            let given = links::give(house, &inquiry, &found, keep)?;
            let url = format!("/v1/downloads/{}", given.token);
            answer.show(&LinkGiven { url, expires: told(given.expires) });
            Ok(())
        })
    });
    Ok((StatusCode::CREATED, given.await?))
}

/// The signed file behind a link, once. The link is all that is asked for.
#[utoipa::path(get, path = "/v1/downloads/{token}", tag = "sharing", params(("token" = String, Path, description = "The end of the link")),
    responses((status = OK, description = "A signed certificate (docs/spec/certificate.md)", content_type = "application/cose")))]
pub async fn download(State(house): State<Shared>, method: Method, Path(token): Path<String>) -> Result<Response, Problem> {
    // Who only looks whether there is something, as programs that preview links do, would spend it.
    if method == Method::HEAD {
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "a link that is good once takes GET alone"));
    }
    let fetched = aside(&house, move |house| links::fetch(house, &token)).await?;
    let name = format!("{}.cose", fetched.identifier.without_root());
    let mut response = ([(CONTENT_TYPE, COSE)], fetched.file).into_response();
    name_file(&mut response, Disposition::Attachment, &name);
    Ok(response)
}
