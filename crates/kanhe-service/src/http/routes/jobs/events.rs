//! A job is followed by server-sent events (WHATWG HTML §9.2).
//!
//! An event is the job as it is, and its id the job's edition: whoever comes again with `Last-Event-ID` hears of it when it has changed
//! since. What is told is a state and no history, so nothing is lost with a connection.

use super::show::JobShown;
use crate::accounts::session::SignedIn;
use crate::accounts::{Account, Caller};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::flow::flow;
use crate::http::problem::Problem;
use crate::jobs::{Handling, Job};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

/// By which a reader says what it has heard last.
const LAST: HeaderName = HeaderName::from_static("last-event-id");

/// So often something is said though nothing has happened: what stands in between closes connections that are silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Changes within so short a time are told as one.
const BREATH: Duration = Duration::from_millis(100);

/// After so long a reader comes again, and shows again who it is.
const LONGEST: Duration = Duration::from_secs(600);

/// Milliseconds after which a reader comes again by itself.
const RETRY: &[u8] = b"retry: 1000\n\n";

/// Follows a job until it is over.
///
/// Each event is named `progress` and bears the job; the last is named `end`, and the stream ends behind it. A line of comment comes every
/// 15 seconds. Who may not hear of the job any more is told nothing: the stream ends. Who comes again with the `Last-Event-ID` of a job that
/// is over gets 204, and need not come again.
#[utoipa::path(get, path = "/v1/jobs/{id}/events", tag = "jobs",
    params(("id" = String, Path, description = "The job's id"), ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses((status = OK, description = "Events", content_type = "text/event-stream"), (status = NO_CONTENT, description = "The job is over, and the caller knows")))]
pub async fn events(
    State(house): State<Shared>,
    caller: Caller,
    session: Option<Extension<SignedIn>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let follower = Arc::new(Follower { actor: caller.actor.clone(), session: session.map(|Extension(session)| session), id: id.clone() });
    let job = aside(&house, move |house| house.job_of(&caller, Handling::Oversee, &id)).await?;
    let heard = headers.get(LAST).and_then(|last| last.to_str().ok()?.parse::<u64>().ok());
    if job.condition.is_over() && heard == Some(job.edition) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (sender, body) = flow();
    tokio::spawn(tell(house, follower, heard, sender));
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that gathers what it passes on (nginx) would make one answer of all events.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// Who follows which job.
struct Follower {
    actor: String,
    session: Option<SignedIn>,
    id: String,
}

impl Follower {
    /// The job, if who follows it may still: an account that is closed meanwhile, or a session that has ended, hears no more.
    fn look(&self, house: &House) -> Result<Option<Job>, Problem> {
        let (library, now) = (&house.library, house.now());
        let caller = match &self.session {
            Some(session) => session.again(library, now)?,
            None => library.rehearse(|pen| Account::new(library, &self.actor).caller(pen, now))??,
        };
        caller.map(|caller| house.job_of(&caller, Handling::Oversee, &self.id)).transpose()
    }
}

/// Tells a reader of a job until it is over, the reader is gone or may not hear of it any more, or the service stops.
async fn tell(house: Shared, follower: Arc<Follower>, mut heard: Option<u64>, reader: Sender<Bytes>) {
    let (mut changes, end) = (house.jobs.listen(), Instant::now() + LONGEST);
    let mut said = reader.send(Bytes::from_static(RETRY)).await.is_ok();
    let mut spoken = Instant::now();
    while said && !house.jobs.is_closing() && Instant::now() < end {
        changes.mark_unchanged();
        let Ok(Some((job, event))) = look(&house, &follower).await else { return };
        if job.condition.is_over() || heard != Some(job.edition) {
            (heard, spoken) = (Some(job.edition), Instant::now());
            said = reader.send(event).await.is_ok();
        }
        if job.condition.is_over() {
            return;
        }
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            // Other jobs may change all the time, and say nothing to who follows this one.
            () = tokio::time::sleep_until(spoken + HEARTBEAT) => {
                spoken = Instant::now();
                said = reader.send(Bytes::from_static(b":\n\n")).await.is_ok();
            }
            () = reader.closed() => return,
        }
    }
}

async fn look(house: &Shared, follower: &Arc<Follower>) -> Result<Option<(Job, Bytes)>, Problem> {
    let follower = follower.clone();
    aside(house, move |house: &House| {
        let job = follower.look(house)?;
        Ok::<_, Problem>(job.map(|job| {
            let event = event(house, &job);
            (job, event)
        }))
    })
    .await
}

fn event(house: &House, job: &Job) -> Bytes {
    let name = if job.condition.is_over() { "end" } else { "progress" };
    let shown = serde_json::to_string(&JobShown::of(house, job)).unwrap_or_default();
    format!("event: {name}\nid: {}\ndata: {shown}\n\n", job.edition).into()
}
