//! A job is stopped, let go on, or ended. Doing so twice is doing it once.

use super::show::JobShown;
use super::used;
use crate::accounts::Caller;
use crate::accounts::uses::{UseAct, note_use};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::problem::Problem;
use crate::jobs::{self, Handling, Turn};
use axum::Json;
use axum::extract::{Path, State};

/// Stops a job between two rows: once this is answered, nothing more is issued for it. Administrators may, too.
#[utoipa::path(post, path = "/v1/jobs/{id}/pause", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, body = JobShown)))]
pub async fn pause(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<JobShown>, Problem> {
    aside(&house, move |house| turn(house, &caller, &id, Turn::Pause)).await
}

/// Lets a job go on that was paused or has failed, behind the last row that was answered, and in the name of who lets it.
#[utoipa::path(post, path = "/v1/jobs/{id}/resume", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, body = JobShown)))]
pub async fn resume(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<JobShown>, Problem> {
    aside(&house, move |house| turn(house, &caller, &id, Turn::Resume)).await
}

/// Ends a job; administrators may, too. What was issued stays issued, and can be asked for; its table is deleted.
#[utoipa::path(post, path = "/v1/jobs/{id}/cancel", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, body = JobShown)))]
pub async fn cancel(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Json<JobShown>, Problem> {
    aside(&house, move |house| turn(house, &caller, &id, Turn::Cancel)).await
}

fn turn(house: &House, caller: &Caller, id: &str, turn: Turn) -> Result<Json<JobShown>, Problem> {
    let (handling, act) = match turn {
        Turn::Pause => (Handling::Oversee, UseAct::JobPaused),
        Turn::Resume => (Handling::Run, UseAct::JobResumed),
        Turn::Cancel => (Handling::Oversee, UseAct::JobCancelled),
    };
    let job = house.job_of(caller, handling, id)?;
    let noted = used(house, caller, act, &job.id);
    let turned = jobs::turn(&house.library, &job.id, (turn, &caller.actor), house.now(), |pen| note_use(pen, &noted, house.chance()))?;
    house.jobs.wake();
    // Only a job that was over long ago is taken away in between.
    Ok(Json(JobShown::of(house, &turned.unwrap_or(job))))
}
