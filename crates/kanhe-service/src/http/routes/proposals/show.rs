//! What is proposed, and what has become of it.

use crate::accounts::Caller;
use crate::house::Shared;
use crate::http::aside::aside;
use crate::http::body::Query;
use crate::http::own::Listed;
use crate::http::problem::Problem;
use crate::http::routes::page::cut;
use crate::http::routes::published::{Held, file};
use crate::proposals::notices;
use crate::shown::ShownProposal;
use crate::signed_file::SignedFile;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kanhe_issuer::proposal::Phase;
use kanhe_store::Pen;
use kanhe_store::find::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which proposals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProposalQuestion {
    /// Only those that can be decided now; they come on one page.
    #[serde(default)]
    #[param(required = false)]
    open: bool,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// A page of proposals.
#[derive(Serialize, ToSchema)]
pub struct ProposalPage {
    /// At most as many as were asked for: of a page, those that the caller may decide or audit, for all types that they are about.
    proposals: Vec<ShownProposal>,
    /// Where the next page begins, as `after`; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// The proposals of the agency, the oldest day first: those that the caller has the right to decide, and all for an auditor.
#[utoipa::path(get, path = "/v1/proposals", tag = "proposals", params(ProposalQuestion),
    responses((status = OK, body = ProposalPage)))]
pub async fn list(
    State(house): State<Shared>,
    caller: Caller,
    Query(question): Query<ProposalQuestion>,
) -> Result<Json<ProposalPage>, Problem> {
    let (after, most) = cut(question.after.as_deref(), question.limit)?;
    let only = if question.open { Listed::Open } else { Listed::All };
    aside(&house, move |house| {
        let (page, now) = (house.proposals_of(&caller, after.as_ref(), most, only)?, house.now());
        let library = &house.library;
        let shown = |pen: &Pen<'_>, proposal| ShownProposal::new(library, pen, proposal, Vec::new(), now);
        let proposals = library.rehearse(|pen| page.proposals.iter().map(|proposal| shown(pen, proposal)).collect::<Result<_, _>>())??;
        Ok::<_, Problem>(Json(ProposalPage { proposals, next: page.next.as_ref().map(Cursor::to_text) }))
    })
    .await
}

/// One proposal.
#[utoipa::path(get, path = "/v1/proposals/{code}", tag = "proposals", params(("code" = String, Path, description = "The code of the proposal")),
    responses((status = OK, body = ShownProposal)))]
pub async fn one(State(house): State<Shared>, caller: Caller, Path(code): Path<String>) -> Result<Json<ShownProposal>, Problem> {
    aside(&house, move |house| {
        let proposal = house.proposal_of(&caller, &code)?;
        let (proposals, library, now) = (house.all_proposals(), &house.library, house.now());
        let left_out = proposals.left_out(&proposal)?;
        let shown = library.rehearse(|pen| ShownProposal::new(library, pen, &proposal, left_out, now))??;
        if proposal.phase(now) != Phase::Open {
            return Ok(Json(shown));
        }
        let notices = notices(library, proposal.deed, &proposals.content(&proposal.code)?)?;
        Ok::<_, Problem>(Json(shown.noting(notices)))
    })
    .await
}

/// The very bytes that are proposed; their SHA-256 is `digest` of the proposal.
///
/// A type file, a signed manifest (with the lists of survivors behind it), a signed recognition, or the list of certificates: a line with the
/// act, and one for each certificate with its identifier, its state and since when the library knows of that.
#[utoipa::path(get, path = "/v1/proposals/{code}/content", tag = "proposals", params(("code" = String, Path, description = "The code of the proposal")),
    responses((status = OK, description = "The content", content_type = "application/octet-stream"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn content(State(house): State<Shared>, caller: Caller, Path(code): Path<String>, held: Held) -> Result<Response, Problem> {
    aside(&house, move |house| {
        let proposal = house.proposal_of(&caller, &code)?;
        let content = SignedFile::new(house.all_proposals().content(&proposal.code)?);
        Ok::<_, Problem>(file(&held, "application/octet-stream", "private, no-cache", &content))
    })
    .await
}
