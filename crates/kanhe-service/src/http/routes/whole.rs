//! The library as a whole, for an auditor: held against itself, and taken out.
//!
//! Both look at a copy that stands still, for as long as it takes, while others are served (`docs/decisions/0020`).

use super::certificates::search::HolderSought;
use crate::accounts::{Caller, Right};
use crate::export::Export;
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::JsonBody;
use crate::http::flow::{Pipe, sent};
use crate::http::own::within;
use crate::http::problem::Problem;
use crate::shown::{Beside, Checked, Hearer, ShownFinding};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kanhe_issuer::audit::{judge_under, manifest_of};
use kanhe_store::StoreError;
use kanhe_words::hint;
use serde::Deserialize;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

/// So long a caller waits for another to have looked at the whole library, before he is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Seconds after which it is worth coming again: such a look takes minutes.
const LATER: u64 = 10;

/// A check tells how far it has come after each hundredth, and so seldom even of a small library.
const TOLD: u64 = 100;

/// Holds the library against itself: every record against every index, every card against its history, every signature, the whole log.
///
/// The answer is lines of JSON, each with how far it has come; the last has the findings. One whose last line has none did not arrive whole.
/// What is not as it must be is of no agency, and is for who runs the service to mend: certificates and applications of others are not named.
#[utoipa::path(post, path = "/v1/check", tag = "audit",
    responses((status = OK, description = "JSON lines, each a `Checked`", content_type = "application/jsonl", body = Checked)))]
pub async fn check(State(house): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    caller.may(Right::Audit)?;
    let turn = turn(&house).await?;
    let who = caller.clone();
    let copy = aside(&house, move |house| house.whole_of(&who)).await?;
    Ok(sent(&house, "application/jsonl", "check.jsonl", move |house, out| {
        // The copy is gone before somebody else has his turn.
        let (_turn, copy) = (turn, copy);
        let hearer = Hearer { cure: hint, within: Some(within(&caller)) };
        tell(house, &copy, hearer, &mut Pipe::new(out)).map_err(|error| error.code())
    }))
}

fn tell(house: &House, library: &kanhe_store::Library, hearer: Hearer<'_>, out: &mut Pipe) -> Result<(), StoreError> {
    let manifest = manifest_of(library);
    let manifest = manifest.as_ref().map(|manifest| &***manifest);
    let (certificates, events) = (library.certificates()?, library.log_size()?);
    let mut told = Checked { certificates, events, ..Checked::default() };
    let every = certificates.saturating_add(events).div_ceil(TOLD).max(1);
    let findings = library.check_while(
        |whole| judge_under(whole, manifest),
        |looked_at, _| {
            told.looked_at = looked_at;
            let heard = if looked_at.is_multiple_of(every) { line(out, &told) } else { out.is_heard() };
            if heard { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    )?;
    // Whoever has gone wants to know nothing more.
    if let Some(findings) = findings {
        let beside = Beside::of(library, manifest, house.now());
        // The copy that was looked at is whole in itself: that it is not what was published, the house knows.
        let astray = house.library.astray().map(|code| ShownFinding::astray(code, hearer));
        line(out, &told.over(library, &findings, hearer, beside)?.and(astray));
    }
    Ok(())
}

/// Whether somebody has heard a line.
fn line(out: &mut Pipe, checked: &Checked) -> bool {
    let line = serde_json::to_vec(checked).unwrap_or_default();
    out.write_all(&line).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()).is_ok()
}

/// What is taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportAsked {
    /// Only what is kept of this holder; everything of the agency, where nobody is named.
    holder: Option<HolderSought>,
}

/// Takes out what the caller's agency has issued and decided, or what it keeps of one holder, as a tar that other programs read and verify.
///
/// Everything is in the clear, and whole. One without its last entry, `export/counts.json`, was broken off.
#[utoipa::path(post, path = "/v1/export", tag = "audit", request_body = ExportAsked,
    responses((status = OK, description = "An export (docs/spec/export.md)", content_type = "application/x-tar")))]
pub async fn export(State(house): State<Shared>, caller: Caller, JsonBody(wanted): JsonBody<ExportAsked>) -> Result<Response, Problem> {
    caller.may(Right::Audit)?;
    let holder = wanted.holder.as_ref().map(HolderSought::read).transpose()?;
    let turn = turn(&house).await?;
    let (copy, part) = aside(&house, move |house| house.export_of(&caller, holder)).await?;
    let made = house.now();
    Ok(sent(&house, "application/x-tar", "export.tar", move |house, out| {
        let (_turn, copy) = (turn, copy);
        let export = Export { library: &copy, catalogue: &house.catalogue, part: &part, made };
        export.write(Pipe::new(out), &|| {}).map(drop).map_err(|error| error.code())
    }))
}

/// Nobody else looks at the whole library meanwhile.
async fn turn(house: &House) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_busy", "somebody looks at the whole library").retry_after(LATER);
    house.turns.of_copies(PATIENCE).await.ok_or_else(busy)
}
