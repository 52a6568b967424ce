//! What departments say of an application, and how it ends.

use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::act::{Act, GroundsBody, grounded};
use crate::http::problem::Problem;
use crate::http::repeat::Once;
use crate::http::routes::certificates::issue::can_draw;
use crate::http::seen::{Noted, show};
use crate::shown::{Issued, MovedOn};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::examiner::{Closing, Opinion};
use kanhe_issuer::registrar::{Entered, Grant};
use kanhe_issuer::sight::Sight;
use kanhe_store::{Pen, Stage};

grounded! { dated
    /// What a department says.
    pub struct ReviewRequest {
        /// The department's id in the type file.
        department: String,
        /// `agrees` or `objects`.
        opinion: String,
    }
}

grounded! { today
    /// Why an application is approved.
    pub struct DecisionRequest {}
}

/// Writes down what a department says; until the decision it may change its mind. Who is bound to departments speaks for no other.
#[utoipa::path(post, path = "/v1/applications/{code}/reviews", tag = "applications", request_body = ReviewRequest,
    params(("code" = String, Path, description = "The code of the application"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = MovedOn)))]
pub async fn review(act: Act<ReviewRequest>) -> Result<Once, Problem> {
    act.done(|act| {
        let Act { house, caller, subject, body, .. } = &act;
        let unknown = || Problem::new(StatusCode::BAD_REQUEST, "request_malformed", "`opinion` is agrees or objects");
        let opinion = Opinion::parse(&body.opinion).ok_or_else(unknown)?;
        let own = house.application_of(caller, Right::Review, subject)?;
        caller.may_speak_for(&body.department)?;
        let code = &own.project.code;
        act.once(|answer| {
            let entry = act.entry_after(own.last_step(house)?)?;
            let keep = |pen: &mut Pen<'_>, stage| answer.keep(pen, &MovedOn::new(code, stage));
            house.examiner().review_and(own.kind, code, (&body.department, opinion), &entry, keep)?;
            Ok(())
        })
    })
    .await
}

/// 准予许可: approves an application, by somebody who has not handled it, and issues the certificate. The day of the decision is its day of issue.
///
/// What was approved before is answered as it stands, with 200 in the place of 201: with `file` for who approved it himself, and for who may see
/// the whole of it (`shown_whole` in the audit), and to anybody else without (`shown`).
#[utoipa::path(post, path = "/v1/applications/{code}/approval", tag = "applications", request_body = DecisionRequest,
    params(("code" = String, Path, description = "The code of the application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Approved twice is approved once; the key is bound to the request for a day")),
    responses((status = CREATED, description = "Approved and issued", body = Issued), (status = OK, description = "Approved before", body = Issued)))]
pub async fn approve(act: Act<DecisionRequest>) -> Result<Response, Problem> {
    let (house, caller, code) = (act.house.clone(), act.caller.clone(), act.subject.clone());
    let approved = match act.done(|act| act.known(approve_now, was_approved)).await? {
        Some(approved) => approved,
        None => show(&house, move |house| approved_before(house, &caller, &code)).await?,
    };
    Ok(approved.into_response())
}

/// What came of an approval; nothing where it was approved before.
fn approve_now(act: &Act<DecisionRequest>) -> Result<Option<Issued>, Problem> {
    let Act { house, caller, subject, .. } = act;
    let own = house.application_of(caller, Right::Decide, subject)?;
    let entry = act.entry_after(own.last_step(house)?)?;
    can_draw(house, &number_of(&own.project.application))?;
    let grant = Grant { entry, salt: house.chance() };
    let still = |pen: &mut Pen<'_>| house.may_still(pen, caller, Right::Decide, own.kind);
    let approve = |desk: &Desk<'_>| house.examiner().approve_and(desk, own.kind, &own.project.code, &grant, still);
    match house.at_desk(caller, own.kind, approve)? {
        entered @ Entered::New(_) => Issued::come(house, &entered, own.kind, &[], caller).map(Some),
        Entered::Before(_) => Ok(None),
    }
}

/// The same where nothing can be approved.
fn was_approved(act: &Act<DecisionRequest>) -> Result<Option<Option<Issued>>, Problem> {
    let own = act.house.application_of(&act.caller, Right::Decide, &act.subject)?;
    Ok((own.project.stage == Stage::Approved).then_some(None))
}

/// What was approved before, for whoever asks again: an answer that was lost is given once more, and nobody sees by it what he may not see.
fn approved_before(house: &House, caller: &Caller, code: &str) -> Result<Noted<Issued>, Problem> {
    let own = house.application_of(caller, Right::Decide, code)?;
    let issued = own.issued(house)?.ok_or_else(Problem::failed)?;
    let whole = caller.may_for(Right::ReadWhole, own.kind.code()).is_ok() || own.was_approved_by(house, caller)?;
    let sight = if whole { Sight::Whole } else { Sight::Masked };
    house.note(caller, sight, &issued.identifier.to_string(), || {
        let told = Issued::come(house, &Entered::Before(issued.mark), own.kind, &[], caller)?;
        Ok(if whole { told } else { told.without_file() })
    })
}

/// 不予许可: refuses an application, by somebody who has not handled it; the applicant is told the grounds.
#[utoipa::path(post, path = "/v1/applications/{code}/rejection", tag = "applications", request_body = GroundsBody,
    params(("code" = String, Path, description = "The code of the application"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = MovedOn)))]
pub async fn reject(act: Act<GroundsBody>) -> Result<Once, Problem> {
    act.done(|act| close(&act, Right::Decide, Closing::Reject)).await
}

/// 撤回: closes an application that the applicant takes back.
#[utoipa::path(post, path = "/v1/applications/{code}/withdrawal", tag = "applications", request_body = GroundsBody,
    params(("code" = String, Path, description = "The code of the application"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = MovedOn)))]
pub async fn withdraw(act: Act<GroundsBody>) -> Result<Once, Problem> {
    act.done(|act| close(&act, Right::Lodge, Closing::Withdraw)).await
}

fn close(act: &Act<GroundsBody>, right: Right, closing: Closing) -> Result<Once, Problem> {
    let own = act.house.application_of(&act.caller, right, &act.subject)?;
    let code = &own.project.code;
    act.once(|answer| {
        let entry = act.entry_after(own.last_step(&act.house)?)?;
        let keep = |pen: &mut Pen<'_>, stage| answer.keep(pen, &MovedOn::new(code, stage));
        act.house.examiner().close_and(own.kind, code, closing, &entry, keep)?;
        Ok(())
    })
}

/// The printed number that is applied for.
fn number_of(application: &[u8]) -> String {
    let application: serde_json::Value = serde_json::from_slice(application).unwrap_or_default();
    application.get("number").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
