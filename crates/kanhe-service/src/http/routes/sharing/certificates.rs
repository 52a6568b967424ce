//! Certificates of any agency: of a holder, by an identifier, by a QR code.

use super::ask::{HolderNamed, PurposeStated, identifier, sight, type_code};
use crate::accounts::{Caller, Right};
use crate::counter::Shelved;
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::{JsonBody, at_most};
use crate::http::problem::Problem;
use crate::http::routes::page::cut;
use crate::sharing::{Inquiry, ShareAct, ShareError, SharedCertificate, by_holder, by_identifier};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::verify::Occasion;
use kanhe_issuer::question::nothing_is_found_by;
use kanhe_store::find::Cursor;
use kanhe_words::{Answer, Clock};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A QR code holds at most 7,089 digits.
const LONGEST_TEXT: usize = 16_384;

/// Which holder's certificates.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderInquiry {
    /// For what.
    purpose: PurposeStated,
    /// Whose.
    holder: HolderNamed,
    /// Of this type only: its code.
    r#type: Option<String>,
    /// Whether they are to be shown whole, if the holder has agreed; masked otherwise.
    #[serde(default)]
    whole: bool,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Which certificate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifierInquiry {
    /// For what.
    purpose: PurposeStated,
    /// Its identifier.
    identifier: String,
    /// Whether it is to be shown whole, if the holder has agreed; masked otherwise.
    #[serde(default)]
    whole: bool,
}

/// The certificate of which QR code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QrInquiry {
    /// For what.
    purpose: PurposeStated,
    /// What a scanner read, with or without the address before the `#`.
    #[schema(max_length = 16384)]
    text: String,
    /// Whether it is to be shown whole, if the holder has agreed; masked otherwise.
    #[serde(default)]
    whole: bool,
}

/// A page of certificates.
#[derive(Serialize, ToSchema)]
pub struct SharedPage {
    /// Those of all agencies.
    certificates: Vec<SharedCertificate>,
    /// The `after` of the next page; null on the last. Where a caller may ask for some types alone, a page may have fewer than it could, or
    /// none, and not be the last.
    #[schema(required)]
    next: Option<String>,
}

/// The certificates of a holder, of every agency.
#[utoipa::path(post, path = "/v1/sharing/holder", tag = "sharing", request_body = HolderInquiry,
    responses((status = OK, body = SharedPage)))]
pub async fn holder(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(asked): JsonBody<HolderInquiry>,
) -> Result<Json<SharedPage>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        let (code, kind) = (asked.holder.read()?, asked.r#type.as_deref().map(type_code).transpose()?);
        let (after, most) = cut(asked.after.as_deref(), asked.limit)?;
        let inquiry = Inquiry::new(house, &caller, asked.purpose.read(house.now())?, ShareAct::Holder, sight(asked.whole))?;
        let inquiry = inquiry.agreed_by(asked.purpose.agreed()?).about_holder(&code);
        let found = by_holder(&house.library, &caller, &code, kind.as_ref(), after.as_ref(), most)?;
        let certificates = found.disclose(house, &inquiry)?;
        if after.is_none() && certificates.is_empty() {
            nothing_is_found_by(&code)?;
        }
        Ok::<_, Problem>(Json(SharedPage { certificates, next: found.next.as_ref().map(Cursor::to_text) }))
    })
    .await
}

/// One certificate, by its identifier.
#[utoipa::path(post, path = "/v1/sharing/identifier", tag = "sharing", request_body = IdentifierInquiry,
    responses((status = OK, body = SharedCertificate)))]
pub async fn by_its_identifier(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(asked): JsonBody<IdentifierInquiry>,
) -> Result<Json<SharedCertificate>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        let named = identifier(&asked.identifier)?;
        let inquiry = Inquiry::new(house, &caller, asked.purpose.read(house.now())?, ShareAct::Identifier, sight(asked.whole))?;
        Ok::<_, Problem>(one(house, inquiry.agreed_by(asked.purpose.agreed()?), &named)?)
    })
    .await
}

/// One certificate, by its QR code. Only a code whose signature holds is looked up; what has become of the certificate is in the answer.
///
/// A code that is not believed is a question that found nothing: it is written down and counted. One of another region's agency is none of
/// this library's (`certificate_elsewhere`): `POST /v1/verify` says whether it is in force.
#[utoipa::path(post, path = "/v1/sharing/qr", tag = "sharing", request_body = QrInquiry,
    responses((status = OK, body = SharedCertificate)))]
pub async fn by_its_code(
    State(house): State<Shared>,
    caller: Caller,
    JsonBody(asked): JsonBody<QrInquiry>,
) -> Result<Json<SharedCertificate>, Problem> {
    caller.may(Right::Share)?;
    aside(&house, move |house| {
        at_most("text", &asked.text, LONGEST_TEXT)?;
        let inquiry = Inquiry::new(house, &caller, asked.purpose.read(house.now())?, ShareAct::Qr, sight(asked.whole))?;
        let inquiry = inquiry.agreed_by(asked.purpose.agreed()?);
        let none = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_no_pack", "the service has no pack yet").retry_after(60);
        let counter = house.shelf.present().ok_or_else(none)?;
        match sealed(&counter, &asked.text, house.now()) {
            Ok((named, region)) => Ok(one(house, inquiry, &named).map_err(|error| match error {
                ShareError::NotFound if region != *house.library.region() => ShareError::Elsewhere { region, own: *house.library.region() },
                error => error,
            })?),
            Err(problem) => {
                // Who tries forged codes is to be seen, as who tries identifiers is.
                inquiry.finds_nothing(house)?;
                Err(problem)
            }
        }
    })
    .await
}

fn one(house: &House, inquiry: Inquiry<'_>, named: &CertificateId) -> Result<Json<SharedCertificate>, ShareError> {
    let inquiry = inquiry.about_certificate(named);
    let found = by_identifier(&house.library, inquiry.caller, named)?;
    Ok(Json(found.disclose_one(house, &inquiry)?))
}

/// The identifier in a code whose signature holds, whatever has become of the certificate, and the region whose agency signed it.
fn sealed(counter: &Shelved, text: &str, now: Timestamp) -> Result<(CertificateId, RegionCode), Problem> {
    let judged = counter.verify(text, Occasion { at: now, scene: None });
    match &judged {
        Ok(accepted) => Ok((accepted.claims().identifier.clone(), *accepted.issuer().region)),
        Err(refusal) => {
            let sealed =
                refusal.believed().and_then(|believed| Some((believed.claims.as_ref()?.identifier.clone(), *believed.issuer.region)));
            let code = refusal.reason().code();
            let nobody = || {
                // A code such as `key_stolen` is of a verdict here, and of a counter's clerk: there is no key file of his to be looked at.
                let next = Answer::new(&judged, counter.pack(), now, Clock::Service).next();
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "nothing that this code says can be believed").next(next)
            };
            sealed.ok_or_else(nobody)
        }
    }
}
