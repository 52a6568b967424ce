//! 提请: something is proposed, and nothing is done yet.

use crate::accounts::uses::UseAct;
use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::act::{Act, entry};
use crate::http::problem::Problem;
use crate::http::repeat::{Once, Repeat, once};
use crate::http::routes::certificates::search::{SearchBy, question};
use crate::proposals::{colleagues, note, right_of};
use crate::publish::{Parts, PublishError, rehearse};
use crate::shown::ShownProposal;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, TypeCode};
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::lifecycle::allow;
use kanhe_issuer::proposal::{Deed, MOST_CERTIFICATES, Motion, ProposalError, Proposals, Proposing};
use kanhe_issuer::registrar::condition_on;
use kanhe_store::Pen;
use kanhe_store::find::LONGEST_PAGE;
use serde::Deserialize;
use utoipa::ToSchema;

/// A file that is to be taken up, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileProposed {
    /// The very bytes of the file, in base64: its SHA-256 is what the approver names.
    #[schema(content_encoding = "base64")]
    file: String,
    /// The legal basis (法律依据).
    #[schema(min_length = 1, max_length = 200)]
    basis: String,
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// A manifest that is to be taken up, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestProposed {
    /// The signed manifest in base64.
    #[schema(content_encoding = "base64")]
    file: String,
    /// Signed lists of the survivors of keys that it calls stolen, each in base64. The content is then the manifest and each list behind it, and
    /// the hash is that of all.
    #[serde(default)]
    survivors: Vec<String>,
    /// The legal basis (法律依据).
    #[schema(min_length = 1, max_length = 200)]
    basis: String,
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// One act upon many certificates: of those that a search finds, or of those that are named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesProposed {
    /// `suspend`, `reinstate`, `revoke`, `annul` or `cancel`.
    act: String,
    /// The certificates: exactly one of `search` and `identifiers`.
    search: Option<ChangesSearch>,
    /// 1 to 10,000 identifiers; if the act is not allowed for one of them, nothing is proposed.
    #[schema(max_items = 10_000)]
    identifiers: Option<Vec<String>>,
    /// The legal basis (法律依据).
    #[schema(min_length = 1, max_length = 200)]
    basis: String,
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Which certificates: those of the search for which the act is allowed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesSearch {
    /// By what.
    by: SearchBy,
    /// Of one type only: its code, or the name of its file.
    r#type: Option<String>,
}

/// Proposes a type, or a new edition of one, by its type file (docs/spec/type-file.md).
///
/// The file is checked as `kanhe type check` does, its QR budget among all. A new edition comes into force when a manifest names it; until
/// then the one before is issued with.
#[utoipa::path(post, path = "/v1/types", tag = "proposals", request_body = FileProposed,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = CREATED, description = "Proposed", body = ShownProposal)))]
pub async fn a_type(act: Act<FileProposed>) -> Result<(StatusCode, Once), Problem> {
    act.done(|act| {
        act.caller.may(Right::Publish)?;
        let dictionaries: Vec<&Dictionary> = act.house.dictionaries.iter().collect();
        let motion = Motion::of_type(&act.house.catalogue, &dictionaries, decoded("file", &act.body.file)?)?;
        let code = TypeCode::parse(motion.subject()).map_err(|_| Problem::failed())?;
        act.caller.may_for(Right::Publish, &code)?;
        propose(&act, &motion, &[code], (&act.body.basis, &act.body.reason))
    })
    .await
}

/// Proposes a manifest: agencies, their keys and windows, keys that were stolen, types.
///
/// It is signed by the root key of the one before, and of a later edition. When it is approved, the service signs with the newest of its keys
/// whose window is open, signs every list anew whose key is not the right one any more, and the next pack.
#[utoipa::path(post, path = "/v1/manifest", tag = "proposals", request_body = ManifestProposed,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = CREATED, description = "Proposed", body = ShownProposal)))]
pub async fn manifest(act: Act<ManifestProposed>) -> Result<(StatusCode, Once), Problem> {
    act.done(|act| {
        act.caller.may(Right::Publish)?;
        let survivors = act.body.survivors.iter().map(|list| decoded("survivors", list)).collect::<Result<Vec<_>, _>>()?;
        let file = decoded("file", &act.body.file)?;
        let motion = Motion::of_manifest(&act.house.library, file.clone(), &survivors)?;
        let root = act.house.library.manifest()?.ok_or_else(Problem::failed)?.root;
        let parts = Parts::present(&act.house.library).and_then(|parts| parts.with_manifest(&file, &root, &survivors));
        parts.and_then(|parts| rehearse(&act.house, &parts)).map_err(would_not_open)?;
        propose(&act, &motion, &[], (&act.body.basis, &act.body.reason))
    })
    .await
}

/// Proposes a recognition: which certificates of which other regions are accepted from when to when, a new partner among them.
///
/// It is signed by the region's root key, and of a later edition. When it is approved, it stands in the next pack.
#[utoipa::path(post, path = "/v1/recognition", tag = "proposals", request_body = FileProposed,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = CREATED, description = "Proposed", body = ShownProposal)))]
pub async fn recognition(act: Act<FileProposed>) -> Result<(StatusCode, Once), Problem> {
    act.done(|act| {
        act.caller.may(Right::Publish)?;
        let motion = Motion::of_recognition(&act.house.library, decoded("file", &act.body.file)?)?;
        let parts = Parts::present(&act.house.library).map(|parts| parts.with_recognition(motion.content()));
        parts.and_then(|parts| rehearse(&act.house, &parts)).map_err(would_not_open)?;
        propose(&act, &motion, &[], (&act.body.basis, &act.body.reason))
    })
    .await
}

/// Proposes one act upon many certificates of the agency, with one reason.
///
/// `number` of the proposal says how many there are, `GET /v1/proposals/{code}/content` which. When it is approved they are changed one after
/// the other, which a stop of the service only delays; the event of each names the proposal.
#[utoipa::path(post, path = "/v1/certificates/changes", tag = "proposals", request_body = ChangesProposed,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer, for a day")),
    responses((status = CREATED, description = "Proposed", body = ShownProposal)))]
pub async fn certificates(act: Act<ChangesProposed>) -> Result<(StatusCode, Once), Problem> {
    act.done(|act| {
        act.caller.may(Right::Change)?;
        let wrong = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail);
        let deed = Deed::parse_change(&act.body.act).ok_or_else(|| wrong("`act` is suspend, reinstate, revoke, annul or cancel"))?;
        let identifiers = match (&act.body.search, &act.body.identifiers) {
            (Some(search), None) => found(&act.house, &act.caller, deed, search)?,
            (None, Some(named)) => own(&act.house, &act.caller, named)?,
            _ => return Err(wrong("exactly one of `search` and `identifiers` says which certificates")),
        };
        let motion = Motion::of_certificates(&act.house.library, deed, &identifiers, act.house.now())?;
        let mut types: Vec<TypeCode> = identifiers.iter().map(|identifier| *identifier.type_code()).collect();
        types.sort();
        types.dedup();
        propose(&act, &motion, &types, (&act.body.basis, &act.body.reason))
    })
    .await
}

/// The certificates that are named: the caller's own, each.
fn own(house: &House, caller: &Caller, named: &[String]) -> Result<Vec<CertificateId>, Problem> {
    if named.len() > MOST_CERTIFICATES {
        return Err(ProposalError::Length { found: named.len(), most: MOST_CERTIFICATES }.into());
    }
    named.iter().map(|identifier| Ok(house.certificate_of(caller, Right::Change, identifier)?.identifier)).collect()
}

/// The certificates of a search for which the act is allowed.
fn found(house: &House, caller: &Caller, deed: Deed, search: &ChangesSearch) -> Result<Vec<CertificateId>, Problem> {
    let now = house.now();
    let question = question(house, &search.by, search.r#type.as_deref(), day_in_china(now))?;
    let (mut identifiers, mut after) = (Vec::new(), None);
    loop {
        let page = house.ask_of(caller, &question, after.as_ref(), LONGEST_PAGE)?;
        for mark in page.shelfmarks {
            let card = house.library.card(mark)?;
            if deed.change().is_some_and(|change| allow(condition_on(&card, now), change).is_ok()) {
                caller.may_for(Right::Change, card.identifier.type_code())?;
                identifiers.push(card.identifier);
            }
        }
        after = page.next;
        if after.is_none() || identifiers.len() > MOST_CERTIFICATES {
            return Ok(identifiers);
        }
    }
}

fn propose<B>(act: &Act<B>, motion: &Motion, types: &[TypeCode], words: (&str, &str)) -> Result<(StatusCode, Once), Problem> {
    act.house.is_the_published_one()?;
    let Act { house, caller, repeat, .. } = act;
    let entry = entry(house, caller, words, None)?;
    let answered = once(house, repeat.as_ref(), || {
        // Whoever is alone would wait for nobody: that is said at once, and not when the term is over.
        if colleagues(&house.library, caller, right_of(motion.deed()), types)? == 0 {
            let detail = "no other active officer of the agency has the right to approve it";
            return Err(Problem::new(StatusCode::CONFLICT, "proposal_nobody_else", detail));
        }
        let mut told = String::new();
        let beside = |pen: &mut Pen<'_>, proposal: &kanhe_issuer::proposal::Proposal| {
            told = serde_json::to_string(&ShownProposal::new(proposal, Vec::new(), entry.now)).unwrap_or_default();
            note(pen, house, caller, UseAct::Proposed, proposal)?;
            Repeat::keep_if(repeat.as_ref(), pen, entry.now, &told)
        };
        let proposing = Proposing { agency: caller.agency, term: house.proposals.term, chance: house.chance() };
        Proposals::new(&house.library).propose_and(&proposing, motion, &entry, beside)?;
        Ok(told)
    })?;
    Ok((StatusCode::CREATED, answered))
}

/// What is proposed is right in itself, and no pack can carry it.
fn would_not_open(error: PublishError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
}

fn decoded(member: &str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "request_malformed", format!("`{member}` is no base64")))
}
