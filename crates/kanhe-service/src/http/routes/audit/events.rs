//! What happened, as the log has it, for an auditor: which act, by whom, when and why, and the proof that it stands in the published log.

use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::Query;
use crate::http::moment::time;
use crate::http::own::EventsAsked;
use crate::http::problem::Problem;
use crate::http::routes::page::length;
use crate::http::routes::published::{Held, file};
use crate::shown::{Event, EventLine, EventPage};
use crate::signed_file::SignedFile;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kanhe_core::event::Act;
use kanhe_issuer::question::EventsWanted;
use serde::Deserialize;
use utoipa::IntoParams;

/// For the auditor alone, who asks each time: the same event is proved again in every later checkpoint.
const FOR_THE_AUDITOR: &str = "private, no-cache";

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuestion {
    /// From the first on that was recorded at this moment or later (RFC 3339), or on this day or later: by its place in the log, whatever moments
    /// those behind it bear.
    from: Option<String>,
    /// Recorded before this moment (RFC 3339), or on this day or earlier.
    until: Option<String>,
    /// This act alone, such as `revoke`.
    act: Option<String>,
    /// What this officer or system did.
    actor: Option<String>,
    /// What happened to this certificate or application, by its identifier or code.
    subject: Option<String>,
    /// Of one type only: its code, or the name of its file.
    r#type: Option<String>,
    /// The `next` of the page before, or any index of the log: where the page begins.
    after: Option<u64>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// What happened to the agency's certificates and applications, and to the region's manifest.
#[utoipa::path(get, path = "/v1/audit/events", tag = "audit", params(EventQuestion),
    responses((status = OK, body = EventPage)))]
pub async fn events(
    State(house): State<Shared>,
    caller: Caller,
    Query(question): Query<EventQuestion>,
) -> Result<Json<EventPage>, Problem> {
    caller.may(Right::Audit)?;
    aside(&house, move |house| {
        let type_code =
            question.r#type.as_deref().map(|name| house.kind_of(&caller, Right::Audit, name).map(|kind| *kind.code())).transpose()?;
        let (since, until) = time(question.from.as_deref(), question.until.as_deref())?;
        let act = question.act.as_deref().map(act).transpose()?;
        let wanted = EventsWanted { since, until, act, actor: question.actor.as_deref() };
        let asked = EventsAsked { wanted, subject: question.subject.as_deref(), type_code };
        let found = house.events_of(&caller, &asked, question.after.unwrap_or(0), length(question.limit)?)?;
        let published = house.library.published()?.map_or(0, |head| head.size);
        let line = |(index, event)| EventLine {
            proof: (index < published).then(|| format!("/v1/audit/events/{index}")),
            event: Event::new(index, &event),
        };
        Ok::<_, Problem>(Json(EventPage { size: found.size, events: found.events.into_iter().map(line).collect(), next: found.next }))
    })
    .await
}

/// The proof that one event stands in the published log, with the event itself: `kanhe log check` verifies it without library and network.
#[utoipa::path(get, path = "/v1/audit/events/{index}", tag = "audit",
    params(("index" = u64, Path, description = "The index of the event in the log")),
    responses((status = OK, description = "A tlog-proof (docs/spec/log.md)", content_type = "text/plain"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn proof(State(house): State<Shared>, caller: Caller, Path(index): Path<String>, held: Held) -> Result<Response, Problem> {
    caller.may(Right::Audit)?;
    aside(&house, move |house| {
        let proven = SignedFile::new(house.proof_of(&caller, &index)?.bundle.to_string().into_bytes());
        Ok::<_, Problem>(file(&held, "text/plain; charset=utf-8", FOR_THE_AUDITOR, &proven))
    })
    .await
}

fn act(word: &str) -> Result<Act, Problem> {
    let unknown = || {
        let known = Act::ALL.map(Act::word).join(", ");
        Problem::new(StatusCode::BAD_REQUEST, "request_malformed", format!("`act` is one of {known}"))
    };
    Act::ALL.into_iter().find(|act| act.word() == word).ok_or_else(unknown)
}
