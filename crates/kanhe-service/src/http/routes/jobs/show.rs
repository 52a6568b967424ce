//! Jobs are shown: one, and page by page.

use crate::accounts::Caller;
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::Query;
use crate::http::problem::Problem;
use crate::http::routes::page::{PageQuestion, cut};
use crate::jobs::{Condition, Handling, Job, Task};
use crate::shown::told;
use axum::Json;
use axum::extract::{Path, State};
use kanhe_store::find::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

/// A job, and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct JobShown {
    /// Its id.
    id: String,
    /// The code of the type.
    r#type: String,
    /// What is done with its rows: `issue`, or `lodge` for a type that is reviewed.
    #[schema(pattern = "^(issue|lodge)$")]
    task: String,
    /// Whether rows are only proofread.
    dry_run: bool,
    /// Who has handed it in: a login, or `key:` and the id of a system's key.
    actor: String,
    /// Who has let it go on last, if that was somebody else: rows from then on are done in that name.
    #[schema(required)]
    resumed_by: Option<String>,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    created: String,
    /// `waiting`, `running`, `paused`, `done`, `cancelled` or `failed`.
    #[schema(pattern = "^(waiting|running|paused|done|cancelled|failed)$")]
    condition: String,
    /// Since when, but for `running` (RFC 3339).
    #[schema(format = DateTime)]
    since: String,
    /// The code of what stopped it, if it has failed.
    #[schema(required)]
    failure: Option<String>,
    /// Rows of the table.
    rows: u64,
    /// Rows that were answered.
    done: u64,
    /// Of these, such as were issued; or could be, if they were only proofread.
    issued: u64,
    /// Such as were taken in as applications; or could be.
    lodged: u64,
    /// Such as had been answered before: by the same request.
    before: u64,
    /// Such as have faults.
    refused: u64,
    /// Rows that are still to be answered.
    remaining: u64,
    /// Rows a second, while it is worked on.
    #[schema(required)]
    rows_per_second: Option<u64>,
    /// Seconds until it is done, at that speed.
    #[schema(required)]
    seconds_left: Option<u64>,
    /// It rises with every change.
    edition: u64,
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
pub struct JobPage {
    /// The newest first.
    jobs: Vec<JobShown>,
    /// The `after` of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

impl JobShown {
    /// A job as it is now.
    pub fn of(house: &House, job: &Job) -> Self {
        let speed = if job.condition == Condition::Waiting { house.jobs.speed(&job.id) } else { None };
        let condition = if speed.is_some() { "running" } else { job.condition.word() };
        let (remaining, rows_per_second) = (job.rows.saturating_sub(job.done), speed.flatten());
        let (issued, lodged) = if job.task == Task::Issue { (job.issued, 0) } else { (0, job.issued) };
        Self {
            id: job.id.to_string(),
            r#type: job.type_code.to_string(),
            task: job.task.word().to_owned(),
            dry_run: job.dry,
            actor: job.actor.clone(),
            resumed_by: job.resumed_by.clone(),
            created: told(job.created),
            condition: condition.to_owned(),
            since: told(job.since),
            failure: job.failure.clone(),
            rows: job.rows,
            done: job.done,
            issued,
            lodged,
            before: job.before,
            refused: job.refused,
            remaining,
            rows_per_second,
            seconds_left: rows_per_second.map(|speed| remaining.div_ceil(speed.max(1))),
            edition: job.edition,
        }
    }
}

/// The jobs of the caller's agency, of types that it may issue; for an administrator all of them.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(PageQuestion), responses((status = OK, body = JobPage)))]
pub async fn list(State(house): State<Shared>, caller: Caller, Query(page): Query<PageQuestion>) -> Result<Json<JobPage>, Problem> {
    let (after, most) = cut(page.after.as_deref(), page.limit)?;
    aside(&house, move |house| {
        let (jobs, next) = house.jobs_of(&caller, after.as_ref(), most)?;
        let jobs = jobs.iter().map(|job| JobShown::of(house, job)).collect();
        Ok::<_, Problem>(Json(JobPage { jobs, next: next.as_ref().map(Cursor::to_text) }))
    })
    .await
}

/// How far a job has come.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, body = JobShown)))]
pub async fn one(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<JobShown>, Problem> {
    aside(&house, move |house| {
        let job = house.job_of(&caller, Handling::Oversee, &id)?;
        Ok::<_, Problem>(Json(JobShown::of(house, &job)))
    })
    .await
}
