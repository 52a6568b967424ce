//! An auditor's work: who saw or changed what, beside the log, and what the log says.

pub mod events;

use super::page::cut;
use crate::accounts::paper::Span;
use crate::accounts::uses::Use;
use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::Query;
use crate::http::moment::time;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which uses.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UseQuestion {
    /// From this moment on (RFC 3339), or from this day on.
    from: Option<String>,
    /// Up to this moment (RFC 3339), or to the end of this day.
    until: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// A page of uses.
#[derive(Serialize, ToSchema)]
pub struct UsePage {
    /// The oldest first. For an auditor of some types there may be few or none though more are to come.
    uses: Vec<UseLine>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// One thing that somebody did or saw.
#[derive(Serialize, ToSchema)]
pub struct UseLine {
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    at: String,
    /// Who: a login, or `key:` and the id of a system's key.
    actor: String,
    /// What, such as `officer_added` or `shown_whole`.
    act: &'static str,
    /// To what: a login, a key, a certificate's identifier, an application's code.
    subject: String,
    /// Until when it holds, for what runs out (RFC 3339).
    #[schema(required, format = DateTime)]
    until: Option<String>,
}

/// Who of the agency saw or changed what: acts of administration, and looks at personal data.
///
/// What happened to certificates and applications stands in the transparency log, and not here. An auditor of some types reads what is about
/// certificates, applications and jobs of these, about proposals that it may see, and about none at all.
#[utoipa::path(get, path = "/v1/audit/uses", tag = "audit", params(UseQuestion),
    responses((status = OK, body = UsePage)))]
pub async fn uses(State(house): State<Shared>, caller: Caller, Query(question): Query<UseQuestion>) -> Result<Json<UsePage>, Problem> {
    caller.may(Right::Audit)?;
    let span = span(&question)?;
    let found = aside(&house, move |house| house.uses_of(&caller, &span)).await?;
    Ok(Json(UsePage { uses: found.papers.into_iter().map(line).collect(), next: found.next.map(|next| next.to_text()) }))
}

/// Reads which part of the papers is asked for.
pub fn span(question: &UseQuestion) -> Result<Span, Problem> {
    let (from, until) = time(question.from.as_deref(), question.until.as_deref())?;
    let (from, until) = (from.unwrap_or(Timestamp::MIN), until.unwrap_or(Timestamp::MAX));
    let (after, most) = cut(question.after.as_deref(), question.limit)?;
    Ok(Span { from, until, after, most })
}

fn line(entry: Use) -> UseLine {
    UseLine {
        at: entry.at.to_string(),
        actor: entry.actor,
        act: entry.act.word(),
        subject: entry.subject,
        until: entry.until.map(|until| until.to_string()),
    }
}
