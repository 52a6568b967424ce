//! Jobs: a table is handed in as a whole, and followed while it is worked through.

pub mod events;
pub mod results;
pub mod show;
pub mod turns;

use crate::accounts::Caller;
use crate::accounts::uses::{Use, UseAct, note_use};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::{Query, is_one_of};
use crate::http::problem::Problem;
use crate::http::repeat::{KEY, Once, Repeat, once};
use crate::jobs::{self, Arriving, Burden, Condition, Handling, Job, JobId, Received, Task};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use kanhe_core::event::Grounds;
use kanhe_issuer::catalogue::CertificateKind;
use serde::Deserialize;
use show::JobShown;
use utoipa::IntoParams;

/// Where jobs stand: a table takes longer to arrive than other requests may.
pub const JOBS: &str = "/v1/jobs";

/// The media types of a table; what is in it is told by its bytes.
const KINDS: [&str; 6] = [
    "text/csv",
    "application/json",
    "application/jsonl",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
];

/// What is to be done with a table.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewJob {
    /// The type: its code, or the name of its file.
    r#type: String,
    /// The legal basis (法律依据).
    #[param(min_length = 1, max_length = 200)]
    basis: String,
    /// The reason.
    #[param(min_length = 1, max_length = 200)]
    reason: String,
    /// Whether every row is only proofread: nothing is signed, and the result says what would happen.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// Hands a table in: CSV, XLSX or JSON, as the body.
///
/// The table is read to its end before the answer: one that is broken, or of another type, is refused whole. Then its rows are issued, or
/// taken in as applications if the type is reviewed, or only proofread, one after the other, while others are served; a row with faults
/// stops no other. Whatever ends the service in between, the job goes on behind the last row that was answered. A row without a request id
/// is the request `job-{id}-{row}`. Rows are done in the caller's name: if its account is closed, or may not do so any more, the job stops.
#[utoipa::path(post, path = "/v1/jobs", tag = "jobs",
    params(NewJob, ("Idempotency-Key" = Option<String>, Header, description = "The same table with the same key is the same job")),
    request_body(description = "A table of applications (docs/spec/applications.md)",
        content(("text/csv"), (Vec<std::collections::HashMap<String, serde_json::Value>> = "application/json"), ("application/jsonl"), ("application/x-ndjson"),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("application/octet-stream"))),
    responses((status = CREATED, description = "It waits for its turn", body = JobShown)))]
pub async fn add(
    State(house): State<Shared>,
    caller: Caller,
    Query(wanted): Query<NewJob>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    is_one_of(&headers, &KINDS)?;
    let (asking, wanted) = (caller.clone(), std::sync::Arc::new(wanted));
    let asked = wanted.clone();
    let again = headers.contains_key(KEY);
    // Who may not hand it in is told before it has arrived.
    aside(&house, move |house| {
        may_add(house, &asking, &asked)?;
        // What comes again may be the very job that took the last room, and was handed in before the clock was set back.
        if again {
            return Ok(());
        }
        house.moment()?;
        Ok::<_, Problem>(Burden::find(&house.library, &asking.agency)?.bears(0, &house.jobs.rules)?)
    })
    .await?;
    // What is refused, or was handed in before, goes with this.
    let arriving = Arriving::begin(&house, caller.agency).await?;
    let received = jobs::receive(&arriving, body).await?;
    let added = aside(&house, move |house| added(house, &caller, &wanted, &headers, &received)).await?;
    Ok(added.into_response())
}

/// A job that was handed in, now or before.
struct Added {
    id: String,
    answer: Once,
}

impl IntoResponse for Added {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = HeaderValue::from_str(&format!("{JOBS}/{}", self.id)) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// What a caller's table is for, if it may hand one in: a type that is reviewed takes in, any other issues.
fn may_add<'h>(house: &'h House, caller: &Caller, wanted: &NewJob) -> Result<(&'h CertificateKind, Task), Problem> {
    Grounds::new(&wanted.basis, &wanted.reason, &caller.actor)?;
    Handling::Run.may_some(caller)?;
    let code = house.type_code(&wanted.r#type)?;
    let task = if house.kind_coded(&code)?.review().is_some() { Task::Lodge } else { Task::Issue };
    let kind = house.kind_of(caller, task.right(), &wanted.r#type)?;
    let manifest = house.manifest()?;
    match task {
        Task::Issue => house.desk_of(caller, &manifest, kind).map(|_| ())?,
        Task::Lodge => {
            house.is_the_published_one()?;
            jobs::may_take_in(&manifest, kind, &caller.agency)?;
        }
    }
    Ok((kind, task))
}

fn added(house: &House, caller: &Caller, wanted: &NewJob, headers: &HeaderMap, received: &Received) -> Result<Added, Problem> {
    let (kind, task) = may_add(house, caller, wanted)?;
    let asked =
        [wanted.r#type.as_bytes(), wanted.basis.as_bytes(), wanted.reason.as_bytes(), &[u8::from(wanted.dry_run)], &received.digest];
    let repeat = headers.get(KEY).map(|key| Repeat::new(key, caller, JOBS, &asked.join(&0))).transpose()?;
    let answer = once(house, repeat.as_ref(), || {
        house.moment()?;
        let rows = jobs::count(&house.library, received, kind, house.jobs.rules.most_rows)?;
        // As the library keeps it: in whole seconds.
        let now = Timestamp::from_second(house.now().as_second()).unwrap_or_default();
        let job = Job {
            id: received.id,
            agency: caller.agency,
            actor: caller.actor.clone(),
            type_code: *kind.code(),
            basis: wanted.basis.clone(),
            reason: wanted.reason.clone(),
            dry: wanted.dry_run,
            created: now,
            size: received.size,
            parts: received.parts,
            rows,
            condition: Condition::Waiting,
            since: now,
            done: 0,
            issued: 0,
            before: 0,
            refused: 0,
            edition: 1,
            failure: None,
            resumed_by: None,
            task,
        };
        let shown = serde_json::to_string(&JobShown::of(house, &job)).map_err(|_| Problem::failed())?;
        jobs::add(&house.library, &house.jobs, &job, |pen| -> Result<(), Problem> {
            note_use(pen, &used(house, caller, UseAct::JobAdded, &job.id), house.chance())?;
            Ok(Repeat::keep_if(repeat.as_ref(), pen, now, &shown)?)
        })?;
        Ok(shown)
    })?;
    let Named { id } = serde_json::from_str(answer.body()).map_err(|_| Problem::failed())?;
    Ok(Added { id, answer })
}

/// What an answer names, whatever else it says.
#[derive(Deserialize)]
struct Named {
    id: String,
}

/// What is written down of an act on a job.
fn used(house: &House, caller: &Caller, act: UseAct, id: &JobId) -> Use {
    Use { at: house.now(), agency: caller.agency, actor: caller.actor.clone(), act, subject: id.to_string(), until: None }
}
