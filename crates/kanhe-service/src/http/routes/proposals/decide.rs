//! 决定: somebody else approves or rejects, or who has proposed takes it back.

use crate::accounts::uses::UseAct;
use crate::accounts::{Caller, Forbidden};
use crate::house::House;
use crate::http::act::Act;
use crate::http::problem::Problem;
use crate::http::repeat::{Answer, Once};
use crate::proposals::{note, right_of, take_effect};
use crate::shown::ShownProposal;
use axum::http::StatusCode;
use kanhe_core::code::TypeCode;
use kanhe_core::event::Grounds;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::proposal::{Decision, Deed, Proposal, ProposalError};
use kanhe_store::{Pen, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is approved, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// SHA-256 of the content that the approver has read: 64 hexadecimal digits.
    #[schema(min_length = 64, max_length = 64)]
    digest: String,
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Why it is not done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Approves a proposal, by an officer who has not made it: it is done in the same commit.
///
/// If what it is about has changed since, it is refused with `proposal_changed`, which says what. Many certificates are changed afterwards:
/// `progress` says how far that is.
#[utoipa::path(post, path = "/v1/proposals/{code}/approval", tag = "proposals", request_body = ApprovalRequest,
    params(("code" = String, Path, description = "The code of the proposal"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = ShownProposal)))]
pub async fn approve(act: Act<ApprovalRequest>) -> Result<Once, Problem> {
    act.done(|act| {
        let named = digest(&act.body.digest)?;
        let before = act.house.proposal_of(&act.caller, &act.subject)?;
        may_decide(&act.caller, &before)?;
        act.once(|answer| {
            still_newer(&act.house, &before)?;
            let content = act.house.all_proposals().content(&before.code)?;
            let done = decided(&act, (&before, &act.body.reason), UseAct::ProposalApproved, answer, |decision, beside| {
                act.house.all_proposals().approve_and(&before.code, &named, decision, act.house.chance(), beside)
            })?;
            take_effect(&act.house, &done, &content);
            Ok(())
        })
    })
    .await
}

/// Rejects a proposal, by an officer who has not made it.
#[utoipa::path(post, path = "/v1/proposals/{code}/rejection", tag = "proposals", request_body = ReasonRequest,
    params(("code" = String, Path, description = "The code of the proposal"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = ShownProposal)))]
pub async fn reject(act: Act<ReasonRequest>) -> Result<Once, Problem> {
    act.done(|act| {
        let before = act.house.proposal_of(&act.caller, &act.subject)?;
        may_decide(&act.caller, &before)?;
        act.once(|answer| {
            let decide = |decision: &Decision<'_>, beside: Beside<'_>| act.house.all_proposals().reject_and(&before.code, decision, beside);
            decided(&act, (&before, &act.body.reason), UseAct::ProposalRejected, answer, decide).map(drop)
        })
    })
    .await
}

/// Takes a proposal back, by who has made it.
#[utoipa::path(post, path = "/v1/proposals/{code}/withdrawal", tag = "proposals", request_body = ReasonRequest,
    params(("code" = String, Path, description = "The code of the proposal"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = OK, body = ShownProposal)))]
pub async fn withdraw(act: Act<ReasonRequest>) -> Result<Once, Problem> {
    act.done(|act| {
        let before = act.house.proposal_of(&act.caller, &act.subject)?;
        act.once(|answer| {
            let decide =
                |decision: &Decision<'_>, beside: Beside<'_>| act.house.all_proposals().withdraw_and(&before.code, decision, beside);
            decided(&act, (&before, &act.body.reason), UseAct::ProposalWithdrawn, answer, decide).map(drop)
        })
    })
    .await
}

/// Refuses who may read a proposal, and not decide it.
fn may_decide(caller: &Caller, proposal: &Proposal) -> Result<(), Forbidden> {
    caller.may_for_all(right_of(proposal.deed), proposal.types())
}

/// A type may have come with a new kanhe while the proposal waited.
fn still_newer(house: &House, proposal: &Proposal) -> Result<(), ProposalError> {
    let code = TypeCode::parse(&proposal.subject).ok().filter(|_| proposal.deed == Deed::Type && proposal.end.is_none());
    let known = code.and_then(|code| house.catalogue.newest(&code)).map(CertificateKind::edition);
    match known.filter(|present| proposal.number <= *present) {
        Some(present) => Err(ProposalError::TypeNotNewer { found: proposal.number, present }),
        None => Ok(()),
    }
}

/// What stands in the commit of a decision beside it.
type Beside<'b> = Box<dyn FnOnce(&mut Pen<'_>, &Proposal) -> Result<(), StoreError> + 'b>;

/// Decides, and keeps who did and what is answered in the same commit.
fn decided<B>(
    act: &Act<B>,
    (before, reason): (&Proposal, &str),
    use_act: UseAct,
    answer: &mut Answer<'_>,
    decide: impl FnOnce(&Decision<'_>, Beside<'_>) -> Result<Proposal, ProposalError>,
) -> Result<Proposal, Problem> {
    let now = act.house.moment()?;
    let grounds = Grounds::new(&before.basis, reason, &act.caller.actor)?;
    let beside: Beside<'_> = Box::new(|pen, proposal| {
        note(pen, &act.house, &act.caller, use_act, proposal)?;
        let shown = ShownProposal::new(&act.house.library, pen, proposal, Vec::new(), now)?;
        answer.keep(pen, &shown)
    });
    Ok(decide(&Decision { by: grounds.actor(), now, reason: grounds.reason() }, beside)?)
}

fn digest(text: &str) -> Result<[u8; 32], Problem> {
    let malformed = || Problem::new(StatusCode::BAD_REQUEST, "request_malformed", "`digest` is 64 hexadecimal digits");
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    // A sign before a digit would be a number too.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(malformed());
    }
    let bytes = pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect::<Option<Vec<u8>>>();
    bytes.filter(|_| rest.is_empty()).and_then(|bytes| bytes.try_into().ok()).ok_or_else(malformed)
}
