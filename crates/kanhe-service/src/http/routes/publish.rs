//! Signing at once what is due, for who cannot wait for the schedule: after a revocation, say.

use crate::accounts::{Caller, Right};
use crate::house::Shared;
use crate::http::aside::followed;
use crate::http::problem::Problem;
use crate::publish::{self, Report};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// What was signed, and what could not be.
#[derive(Serialize, ToSchema)]
pub struct Published {
    /// How many status lists were signed.
    lists: usize,
    /// The size of the new checkpoint, if the log had grown.
    #[schema(required)]
    log_size: Option<u64>,
    /// The epoch of the new pack, if one was made.
    #[schema(required)]
    pack_epoch: Option<u64>,
    /// The parts that failed; the others were done all the same.
    failures: Vec<Failure>,
}

/// A part that failed.
#[derive(Serialize, ToSchema)]
pub struct Failure {
    /// `lists`, `checkpoint` or `pack`.
    part: &'static str,
    /// The stable code.
    code: &'static str,
}

/// Signs what is due: status lists that changed, the checkpoint of a log that has grown, and the next pack.
#[utoipa::path(post, path = "/v1/publish", tag = "published",
    responses((status = OK, body = Published)))]
pub async fn publish(State(house): State<Shared>, caller: Caller) -> Result<Json<Published>, Problem> {
    caller.may(Right::Publish)?;
    let report = tokio::task::spawn_blocking(followed(move || publish::publish(&house))).await.map_err(|_| Problem::failed())?;
    Ok(Json(told(&report)))
}

fn told(report: &Report) -> Published {
    Published {
        lists: report.lists.unwrap_or(0),
        log_size: report.checkpoint.unwrap_or(None),
        pack_epoch: report.pack.unwrap_or(None),
        failures: report.failures().map(|(part, code)| Failure { part, code }).collect(),
    }
}
