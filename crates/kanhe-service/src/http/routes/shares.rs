//! An auditor's work: who asked for whose certificates and for what, and who does unusually much.

use super::audit::{UseQuestion, span};
use crate::accounts::alarm::{Alarm, Noticed, alarms_of};
use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::Query;
use crate::http::problem::Problem;
use crate::sharing::Share;
use axum::Json;
use axum::extract::State;
use kanhe_issuer::sharing::Basis;
use kanhe_store::find::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of questions.
#[derive(Serialize, ToSchema)]
pub struct SharePage {
    /// The oldest first. For an auditor of some types there may be few or none though more are to come.
    shares: Vec<ShareLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// One question, for what it was asked, and what was shown.
#[derive(Serialize, ToSchema)]
pub struct ShareLine {
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    at: String,
    /// The agency that asked.
    agency: String,
    /// Who: a login, or `key:` and the id of a system's key.
    actor: String,
    /// What was asked: `holder`, `identifier`, `qr`, `information`, `file`, `link`, `download` or `matching`.
    act: &'static str,
    /// The code of the matter.
    matter: String,
    /// The number of the case.
    case: String,
    /// The holder's consent, if it rests on one.
    #[schema(required)]
    consent: Option<ConsentLine>,
    /// The law, if it was a duty.
    #[schema(required)]
    law: Option<String>,
    /// Whether certificates were shown whole.
    whole: bool,
    /// Of whom or what, as masks leave it; null where another agency asked for a holder.
    #[schema(required)]
    about: Option<String>,
    /// The certificates that were shown or spoken of; of another agency's question those of one's own, and for an auditor of some types those of
    /// these.
    certificates: Vec<String>,
    /// The standard's answer, where information or a file was verified.
    #[schema(required)]
    result: Option<u8>,
}

/// A consent.
#[derive(Serialize, ToSchema)]
pub struct ConsentLine {
    /// By which it is found where it was given.
    reference: String,
    /// When it was given (RFC 3339).
    #[schema(format = DateTime)]
    given: String,
    /// Whose it is, as far as that was said: holders' codes as masks leave them.
    holders: Vec<String>,
}

/// A page of alarms.
#[derive(Serialize, ToSchema)]
pub struct AlarmPage {
    /// The oldest first.
    alarms: Vec<AlarmLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// A caller of the agency does unusually much.
#[derive(Serialize, ToSchema)]
pub struct AlarmLine {
    /// When it was noticed (RFC 3339).
    #[schema(format = DateTime)]
    at: String,
    /// Who.
    actor: String,
    /// What: `calls` of sharing, or `searches` of the own register and `looks` at certificates and applications in it, on one day; or
    /// certificates `taken_alone` within an hour, as many as one person may.
    #[schema(pattern = "^(calls|searches|looks|taken_alone)$")]
    noticed: &'static str,
    /// How many.
    count: u32,
    /// How many are usual on a day, by the mean of up to 14 days before on which it asked; null for what was taken alone.
    #[schema(required)]
    mean: Option<u32>,
}

/// What the agency asked for in sharing, and what others asked of its certificates.
///
/// An auditor of some types reads of questions about certificates of these, and of those that found none.
#[utoipa::path(get, path = "/v1/audit/shares", tag = "audit", params(UseQuestion),
    responses((status = OK, body = SharePage)))]
pub async fn shares(State(house): State<Shared>, caller: Caller, Query(question): Query<UseQuestion>) -> Result<Json<SharePage>, Problem> {
    caller.may(Right::Audit)?;
    let span = span(&question)?;
    let found = aside(&house, move |house| house.shares_of(&caller, &span)).await?;
    Ok(Json(SharePage { shares: found.papers.into_iter().map(line).collect(), next: found.next.as_ref().map(Cursor::to_text) }))
}

/// When callers of the agency asked far more than on other days, or took as many certificates away as one person may alone.
#[utoipa::path(get, path = "/v1/audit/alarms", tag = "audit", params(UseQuestion),
    responses((status = OK, body = AlarmPage)))]
pub async fn alarms(State(house): State<Shared>, caller: Caller, Query(question): Query<UseQuestion>) -> Result<Json<AlarmPage>, Problem> {
    caller.may(Right::Audit)?;
    let span = span(&question)?;
    let found = aside(&house, move |house| alarms_of(&house.library, &caller.agency, &span)).await?;
    Ok(Json(AlarmPage { alarms: found.papers.into_iter().map(alarm).collect(), next: found.next.as_ref().map(Cursor::to_text) }))
}

fn line(share: Share) -> ShareLine {
    let (consent, law) = match share.purpose.basis() {
        Basis::Consent { reference, given } => {
            let (reference, given) = (reference.clone(), given.to_string());
            (Some(ConsentLine { reference, given, holders: share.agreed }), None)
        }
        Basis::Duty { law } => (None, Some(law.clone())),
    };
    ShareLine {
        at: share.at.to_string(),
        agency: share.agency.to_string(),
        act: share.act.word(),
        matter: share.purpose.matter().to_owned(),
        case: share.purpose.case().to_owned(),
        consent,
        law,
        whole: share.whole,
        certificates: share.certificates.iter().map(ToString::to_string).collect(),
        result: share.result,
        about: share.about,
        actor: share.actor,
    }
}

fn alarm(alarm: Alarm) -> AlarmLine {
    let noticed = alarm.noticed();
    let mean = (noticed != Noticed::TakenAlone).then_some(alarm.mean);
    AlarmLine { at: alarm.at.to_string(), actor: alarm.actor, noticed: noticed.word(), count: alarm.count, mean }
}
