//! 转入: a certificate of another region goes on here, as a first version.

use super::issue::{application, draft, if_the_same};
use crate::accounts::Right;
use crate::house::House;
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::http::repeat::Repeat;
use crate::shown::Issued;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_issuer::application::{Columns, Term};
use kanhe_issuer::catalogue::{CertificateKind, meaning_of};
use kanhe_issuer::registrar::{Editions, Entered, Grant, Origin, Registrar};
use kanhe_store::Pen;

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
    act.done(|act| act.known(take_over_now, taken_over_before)).await.map(IntoResponse::into_response)
}

fn take_over_now(act: &Act<TakeOverRequest>) -> Result<Issued, Problem> {
    let entry = act.entry()?;
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, &body.r#type)?;
    let origin = origin(house, kind, (&body.from, &body.identifier), body.said.as_deref())?;
    let mut warnings = origin.warnings().to_vec();
    let draft = draft(house, (kind, Term::Carried), &body.application, repeat.as_ref().map(Repeat::key), &entry)?;
    warnings.extend_from_slice(draft.warnings());
    let still = |pen: &mut Pen<'_>| house.may_still(pen, caller, Right::Issue, kind);
    let entered = house.at_desk(caller, kind, |desk| {
        let grant = Grant { entry: entry.clone(), salt: house.chance() };
        Registrar::new(&house.library).take_over_and(desk, &origin, draft.clone(), grant, still)
    })?;
    Issued::come(house, &entered, kind, &warnings, caller)
}

fn taken_over_before(act: &Act<TakeOverRequest>) -> Result<Option<Issued>, Problem> {
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, &body.r#type)?;
    let origin = origin(house, kind, (&body.from, &body.identifier), body.said.as_deref())?;
    let application = application(&body.application, kind, repeat.as_ref().map(Repeat::key));
    let editions = Editions { in_force: kind, others: &house.catalogue.other_editions(kind) };
    let before = if_the_same(Registrar::new(&house.library).taken_over_for((&caller.agency, editions), &application, &origin))?;
    before.map(|before| Issued::come(house, &Entered::Before(before), kind, &[], caller)).transpose()
}

/// Reads where a certificate comes from: the region, its identifier there, and what that region says of it.
pub fn origin(house: &House, kind: &CertificateKind, (from, identifier): (&str, &str), said: Option<&str>) -> Result<Origin, Problem> {
    let unfit = |code: &'static str, detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
    let region = RegionCode::parse(from).map_err(|error| unfit(error.code(), "`from` is no code of a region"))?;
    let identifier = CertificateId::parse_foreign(identifier);
    let identifier = identifier.map_err(|error| unfit(error.code(), "`identifier` is no identifier of a certificate"))?;
    let unknown = || unfit("state_code_unknown", "`said` names no code of a code set of the type");
    let said = said.map(|said| meaning_of(kind.state_codes(), said).ok_or_else(unknown)).transpose()?;
    Ok(Origin::new(&house.library, region, identifier, said)?)
}
