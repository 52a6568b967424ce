//! 延续 and 变更: the version that takes the place of another.

use super::issue::{application, draft, if_the_same};
use crate::accounts::Right;
use crate::http::act::{Act, grounded};
use crate::http::problem::Problem;
use crate::http::repeat::Repeat;
use crate::shown::Issued;
use axum::response::{IntoResponse, Response};
use kanhe_issuer::application::Columns;
use kanhe_issuer::registrar::{Editions, Entered, Grant, Registrar, Replacement};
use kanhe_store::Pen;

grounded! { dated
    /// The application for a new version, and why it is granted.
    pub struct ReplaceRequest {
        /// The columns of the application, by their names in either language; `request_id` among them, or else an `Idempotency-Key`.
        #[schema(value_type = Object)]
        application: Columns,
    }
}

/// 延续: issues the next version of a certificate whose term ends.
///
/// It may say something else as well, but of its holders: 延续 and 变更 are done in one where both are applied for. Then `warnings` has
/// `renewal_changes`, and `changes` names the fields.
#[utoipa::path(post, path = "/v1/certificates/{identifier}/renew", tag = "certificates", request_body = ReplaceRequest,
    params(("identifier" = String, Path, description = "The certificate's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stands in for `request_id`, and is bound to this request for a day")),
    responses((status = CREATED, description = "Issued", body = Issued), (status = OK, description = "Issued before for this request", body = Issued)))]
pub async fn renew(act: Act<ReplaceRequest>) -> Result<Response, Problem> {
    act.done(|act| act.known(|act| replace(act, Replacement::Renew), |act| replaced_before(act, Replacement::Renew)))
        .await
        .map(IntoResponse::into_response)
}

/// 变更: issues the version that says something else.
#[utoipa::path(post, path = "/v1/certificates/{identifier}/amend", tag = "certificates", request_body = ReplaceRequest,
    params(("identifier" = String, Path, description = "The certificate's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stands in for `request_id`, and is bound to this request for a day")),
    responses((status = CREATED, description = "Issued", body = Issued), (status = OK, description = "Issued before for this request", body = Issued)))]
pub async fn amend(act: Act<ReplaceRequest>) -> Result<Response, Problem> {
    act.done(|act| act.known(|act| replace(act, Replacement::Amend), |act| replaced_before(act, Replacement::Amend)))
        .await
        .map(IntoResponse::into_response)
}

fn replace(act: &Act<ReplaceRequest>, replacement: Replacement) -> Result<Issued, Problem> {
    let own = act.house.certificate_of(&act.caller, Right::Issue, &act.subject)?;
    let entry = act.entry_after(Some(own.last_act(&act.house)?))?;
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, own.identifier.type_code().as_str())?;
    let registrar = Registrar::new(&house.library);
    let term = registrar.term_after(Some((replacement, &own.identifier)))?;
    let draft = draft(house, (kind, term), &body.application, repeat.as_ref().map(Repeat::key), &entry)?;
    let warnings = draft.warnings().to_vec();
    let still = |pen: &mut Pen<'_>| house.may_still(pen, caller, Right::Issue, kind);
    let entered = house.at_desk(caller, kind, |desk| {
        let grant = Grant { entry: entry.clone(), salt: house.chance() };
        registrar.replace_and(desk, &own.identifier, replacement, draft.clone(), grant, still)
    })?;
    Issued::read(house, &entered, kind, &warnings)
}

fn replaced_before(act: &Act<ReplaceRequest>, replacement: Replacement) -> Result<Option<Issued>, Problem> {
    let own = act.house.certificate_of(&act.caller, Right::Issue, &act.subject)?;
    let Act { house, caller, repeat, body, .. } = act;
    let kind = house.kind_of(caller, Right::Issue, own.identifier.type_code().as_str())?;
    let application = application(&body.application, kind, repeat.as_ref().map(Repeat::key));
    let replaced = (&own.identifier, replacement);
    let editions = Editions { in_force: kind, others: &house.catalogue.other_editions(kind) };
    let before = Registrar::new(&house.library).replaced_for((&caller.agency, editions), &application, replaced, house.now());
    let before = if_the_same(before)?;
    before.map(|before| Issued::read(house, &Entered::Before(before), kind, &[])).transpose()
}
