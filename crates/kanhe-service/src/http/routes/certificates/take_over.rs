//! 转入: a certificate of another region goes on here, as a first version.

use super::issue::draft;
use crate::accounts::Right;
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::shown::Issued;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_issuer::application::{Columns, Term};
use kanhe_issuer::catalogue::meaning_of;
use kanhe_issuer::registrar::{Grant, Origin, Registrar, RegistrarError};
use kanhe_store::Pen;
use kanhe_words::Sentence;

grounded! { dated
    /// Where a certificate comes from, the application for the version here, and why it is taken over.
    pub struct TakeOverRequest {
        /// Its identifier in the other region, as it stands there.
        identifier: String,
        /// The code of the region that it comes from (GB/T 2260).
        from: String,
        /// What that region says of it, as `SET:CODE` in a code set of the type: it must have given the certificate away.
        said: Option<String>,
        /// The type here: its code, or the name of its file.
        r#type: String,
        /// The columns of the application, by their names in either language; `request_id` among them, or else an `Idempotency-Key`.
        #[schema(value_type = Object)]
        application: Columns,
    }
}

/// 转入: takes a certificate of another region over, which stays known here by its identifier there.
#[utoipa::path(post, path = "/v1/certificates/transfer-in", tag = "certificates", request_body = TakeOverRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands in for `request_id`, and is bound to this request for a day")),
    responses((status = CREATED, description = "Issued", body = Issued), (status = OK, description = "Taken over before for this request", body = Issued)))]
pub async fn take_over(act: Act<TakeOverRequest>) -> Result<Response, Problem> {
    act.done(|act| act.known(take_over_now)).await.map(IntoResponse::into_response)
}

fn take_over_now(act: Act<TakeOverRequest>) -> Result<Issued, Problem> {
    let entry = act.entry()?;
    let Act { house, caller, repeat, body, .. } = act;
    let unfit = |code: &'static str, detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
    let kind = house.kind_of(&caller, Right::Issue, &body.r#type)?;
    let region = RegionCode::parse(&body.from).map_err(|error| unfit(error.code(), "`from` is no code of a region"))?;
    let identifier = CertificateId::parse_foreign(&body.identifier);
    let identifier = identifier.map_err(|error| unfit(error.code(), "`identifier` is no identifier of a certificate"))?;
    let unknown = || unfit("state_code_unknown", "`said` names no code of a code set of the type");
    let said = body.said.as_deref().map(|said| meaning_of(kind.state_codes(), said).ok_or_else(unknown)).transpose()?;
    let mut warnings = identifier.warnings().to_vec();
    let origin = Origin::new(&house.library, region, identifier, said)?;
    let draft = draft(&house, (kind, Term::Carried), body.application, repeat.as_ref().map(|repeat| repeat.key()), &entry)?;
    warnings.extend_from_slice(draft.warnings());
    let manifest = house.manifest()?;
    let desk = house.desk_of(&caller, &manifest, kind)?;
    let grant = Grant { entry, salt: house.chance() };
    let registrar = Registrar::new(&house.library);
    let still = |pen: &mut Pen<'_>| house.may_still(pen, &caller, Right::Issue, kind);
    let entered = registrar.take_over_and(&desk, &origin, draft, grant, still).map_err(not_taken_over)?;
    Issued::read(&house, &entered, kind, &warnings)
}

/// Why nothing was taken over. What is reviewed first cannot be: an application says nothing of where a certificate comes from.
fn not_taken_over(problem: Problem) -> Problem {
    if problem.code() != RegistrarError::NeedsReview.code() {
        return problem;
    }
    problem.next(Sentence::new(
        "须经审查的证照不能连同来源转入。可在本地申请新证（POST /v1/applications）：新证不引用原证照，也防不住同一证照再次转入，受理前请先查找。",
        "What is reviewed first is not taken over with its origin. Apply for a first certificate here (POST /v1/applications): it does not cite the one there, and nothing refuses that one a second time, so look for it before.",
    ))
}
