//! 提请: something is proposed, and nothing is done yet.

use crate::accounts::uses::UseAct;
use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::act::{Act, Grounded, grounded};
use crate::http::body::decoded;
use crate::http::problem::Problem;
use crate::http::repeat::Once;
use crate::http::routes::certificates::search::{SearchBy, question};
use crate::proposals::{colleagues, note, notices};
use crate::publish::{Parts, PublishError, rehearse};
use crate::shown::ShownProposal;
use axum::http::StatusCode;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::CertificateId;
use kanhe_core::dictionary::Dictionary;
use kanhe_issuer::lifecycle::allow;
use kanhe_issuer::proposal::{Deed, MOST_CERTIFICATES, Motion, Proposal, ProposalError, Proposing};
use kanhe_issuer::registrar::condition_on;
use kanhe_store::Pen;
use kanhe_store::find::LONGEST_PAGE;
use serde::Deserialize;
use utoipa::ToSchema;

grounded! { now
    /// A file that is to be taken up, and why.
    pub struct FileProposed {
        /// The very bytes of the file, in base64: its SHA-256 is what the approver names.
        #[schema(content_encoding = "base64")]
        file: String,
    }
}

grounded! { now
    /// A manifest that is to be taken up, and why.
    pub struct ManifestProposed {
        /// The signed manifest in base64.
        #[schema(content_encoding = "base64")]
        file: String,
        /// Signed lists of the survivors of keys that it calls stolen, each in base64. The content is then the manifest and each list behind it, and
        /// the hash is that of all.
        #[serde(default)]
        survivors: Vec<String>,
    }
}

grounded! { now
    /// One act upon many certificates: of those that a search finds, or of those that are named.
    pub struct ChangesProposed {
        /// `suspend`, `reinstate`, `revoke`, `annul` or `cancel`.
        act: String,
        /// The certificates: exactly one of `search` and `identifiers`.
        search: Option<ChangesSearch>,
        /// 1 to 10,000 identifiers; if the act is not allowed for one of them, nothing is proposed.
        #[schema(max_items = 10_000)]
        identifiers: Option<Vec<String>>,
    }
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
        propose(&act, Right::Publish, |house| {
            let dictionaries: Vec<&Dictionary> = house.dictionaries.iter().collect();
            Ok(Motion::of_type(&house.catalogue, &dictionaries, decoded("file", &act.body.file)?)?)
        })
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
        propose(&act, Right::Publish, |house| {
            let survivors = act.body.survivors.iter().map(|list| decoded("survivors", list)).collect::<Result<Vec<_>, _>>()?;
            let file = decoded("file", &act.body.file)?;
            let motion = Motion::of_manifest(&house.library, file.clone(), &survivors)?;
            let root = house.library.manifest()?.ok_or_else(Problem::failed)?.root;
            let parts = Parts::present(&house.library).and_then(|parts| parts.with_manifest(&file, &root, &survivors));
            parts.and_then(|parts| rehearse(house, &parts)).map_err(would_not_open)?;
            Ok(motion)
        })
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
        propose(&act, Right::Publish, |house| {
            let motion = Motion::of_recognition(&house.library, decoded("file", &act.body.file)?)?;
            let parts = Parts::present(&house.library).map(|parts| parts.with_recognition(motion.content()));
            parts.and_then(|parts| rehearse(house, &parts)).map_err(would_not_open)?;
            Ok(motion)
        })
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
        propose(&act, Right::Change, |house| {
            let wrong = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail);
            let deed = Deed::parse_change(&act.body.act).ok_or_else(|| wrong("`act` is suspend, reinstate, revoke, annul or cancel"))?;
            let identifiers = match (&act.body.search, &act.body.identifiers) {
                (Some(search), None) => found(house, &act.caller, deed, search)?,
                (None, Some(named)) => own(house, &act.caller, named)?,
                _ => return Err(wrong("exactly one of `search` and `identifiers` says which certificates")),
            };
            Ok(Motion::of_certificates(&house.library, deed, &identifiers, house.now())?)
        })
    })
    .await
}

/// The certificates that are named: the caller's own, each.
fn own(house: &House, caller: &Caller, named: &[String]) -> Result<Vec<CertificateId>, Problem> {
    if named.len() > MOST_CERTIFICATES {
        return Err(ProposalError::Length { found: named.len(), most: MOST_CERTIFICATES }.into());
    }
    let own = |(place, identifier): (usize, &String)| {
        let place = format!("`identifiers[{place}]`");
        house.certificate_named(caller, Right::Change, &place, identifier).map(|own| own.identifier)
    };
    named.iter().enumerate().map(own).collect()
}

/// The certificates of a search for which the act is allowed.
fn found(house: &House, caller: &Caller, deed: Deed, search: &ChangesSearch) -> Result<Vec<CertificateId>, Problem> {
    let now = house.now();
    let question = question(house, caller, &search.by, search.r#type.as_deref(), day_in_china(now))?;
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

/// Writes a proposal down, once for each key. What is proposed is read for a new one alone: of what was proposed before, and done since, it
/// would be found that it is not new any more.
fn propose<B: Grounded>(
    act: &Act<B>,
    right: Right,
    motion: impl FnOnce(&House) -> Result<Motion, Problem>,
) -> Result<(StatusCode, Once), Problem> {
    let (house, caller) = (&*act.house, &act.caller);
    caller.may(right)?;
    let answered = act.once(|answer| {
        let entry = act.entry()?;
        let motion = motion(house)?;
        caller.may_for_all(right, motion.types())?;
        // Whoever is alone would wait for nobody: that is said at once, and not when the term is over.
        if colleagues(&house.library, caller, right, motion.types())? == 0 {
            let detail = "no other active officer of the agency has the right to approve it";
            return Err(Problem::new(StatusCode::CONFLICT, "proposal_nobody_else", detail));
        }
        let notices = notices(&house.library, motion.deed(), motion.content())?;
        let beside = |pen: &mut Pen<'_>, proposal: &Proposal| {
            note(pen, house, caller, UseAct::Proposed, proposal)?;
            let shown = ShownProposal::new(&house.library, pen, proposal, Vec::new(), entry.now)?.noting(notices);
            answer.keep(pen, &shown)
        };
        let proposing = Proposing { agency: caller.agency, term: house.proposals.term, chance: house.chance() };
        house.all_proposals().propose_and(&proposing, &motion, &entry, beside)?;
        Ok(())
    })?;
    Ok((StatusCode::CREATED, answered))
}

/// What is proposed is right in itself, and no pack can carry it.
fn would_not_open(error: PublishError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
}
