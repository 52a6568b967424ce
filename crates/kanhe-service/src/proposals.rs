//! Acts that take two people, while the service runs: who could decide, what takes effect at once, and certificates that are changed together.
//!
//! The rules stand in `kanhe_issuer::proposal`. What is approved is on the disk in the commit of the approval; here the running service begins
//! to go by it, and a service that was killed in between does when it starts.

pub mod alone;

use crate::accounts::api_key::behind;
use crate::accounts::uses::{Use, UseAct, note_use};
use crate::accounts::{Account, Caller, Right, officers};
use crate::house::{House, Shared};
use crate::publish::publish;
use crate::shown::ShownNotice;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::{ProjectCode, TypeCode};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::hex::Hex;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::proposal::taken::{TakenError, bring_former_types, bring_type, bring_types};
use kanhe_issuer::proposal::{Deed, Motion, Proposal, ProposalError, Proposals, Step};
use kanhe_issuer::recorded::RecordingError;
use kanhe_issuer::registrar::Registrar;
use kanhe_store::{Library, Pen, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// Certificates that are changed in one commit: so long other writers wait at most.
const AT_A_TIME: usize = 200;

/// Officers that are looked at in one question.
const OFFICERS: usize = 100;

/// How long a proposal can be decided, and what takes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// From its making on.
    pub term: SignedDuration,
    /// Certificates that one person takes away alone within an hour.
    pub alone_an_hour: u32,
}

/// The right that proposing and deciding take.
pub const fn right_of(deed: Deed) -> Right {
    match deed {
        Deed::Type | Deed::Manifest | Deed::Recognition => Right::Publish,
        Deed::Suspend | Deed::Reinstate | Deed::Revoke | Deed::Annul | Deed::Cancel => Right::Change,
    }
}

/// How many officers of the caller's agency could decide what takes a right for these types: neither itself, nor, of a system's key, those
/// who stand behind it.
pub fn colleagues(library: &Library, caller: &Caller, right: Right, types: &[TypeCode]) -> Result<usize, StoreError> {
    let behind = library.rehearse(|pen| behind(pen, &caller.actor))??;
    let (mut count, mut after) = (0, None);
    loop {
        let roster = officers(library, Some(&caller.agency), after.as_ref(), OFFICERS)?;
        let others = roster.officers.into_iter().map(|(_, officer)| officer).filter(|other| other.active && other.login != caller.actor);
        let others = others.filter(|other| !behind.contains(&other.login));
        let as_callers = others.map(|officer| officer.mandate.caller(officer.login.clone()));
        count += as_callers.filter(|other| other.may_for_all(right, types).is_ok()).count();
        after = roster.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// Whether who has made a proposal has an open account, and might still make it.
pub fn in_office(library: &Library, pen: &Pen<'_>, proposal: &Proposal, now: Timestamp) -> Result<bool, StoreError> {
    let caller = Account::new(library, &proposal.proposer).caller_of(&proposal.agency, pen, now)?;
    Ok(caller.is_some_and(|caller| caller.may_for_all(right_of(proposal.deed), proposal.types()).is_ok()))
}

/// Writes down who proposed or decided what: in the commit in which it stands.
pub fn note(pen: &mut Pen<'_>, house: &House, by: &Caller, act: UseAct, proposal: &Proposal) -> Result<(), StoreError> {
    let subject = format!("{} {} sha256:{}", proposal.code, proposal.deed.word(), Hex(&proposal.digest));
    let until = (act == UseAct::Proposed).then_some(proposal.expires);
    let entry = Use { at: house.now(), agency: by.agency, actor: by.actor.clone(), act, subject, until };
    note_use(pen, &entry, house.chance())
}

/// Brings what two people have taken up into a catalogue, and what certificates were issued by, as a service does that starts.
pub fn open_types(library: &Library, catalogue: &Catalogue, dictionaries: &[Dictionary]) -> Result<(), TakenError> {
    let dictionaries: Vec<&Dictionary> = dictionaries.iter().collect();
    bring_types(library, catalogue, &dictionaries)?;
    bring_former_types(library, catalogue, &dictionaries)?;
    settle(library, catalogue);
    Ok(())
}

/// Lets the running service go by what was approved a moment ago.
pub fn take_effect(house: &House, proposal: &Proposal, content: &[u8]) {
    match proposal.deed {
        Deed::Type => {
            let dictionaries: Vec<&Dictionary> = house.dictionaries.iter().collect();
            if bring_type(&house.catalogue, &dictionaries, content).is_err() {
                tracing::error!(proposal = %proposal.code, "a type that was approved is refused now");
            }
            settle(&house.library, &house.catalogue);
        }
        Deed::Manifest => {
            settle(&house.library, &house.catalogue);
            // What fails is named by `/readyz` and tried again: the approval stands.
            publish(house);
        }
        Deed::Recognition => drop(publish(house)),
        Deed::Suspend | Deed::Reinstate | Deed::Revoke | Deed::Annul | Deed::Cancel => {}
    }
    tracing::info!(proposal = %proposal.code, deed = proposal.deed.word(), "a proposal was approved");
}

/// What should be known before it is approved of a manifest, or of certificates that are annulled; none where there is
/// nothing.
pub fn notices(library: &Library, deed: Deed, content: &[u8]) -> Result<Option<Vec<ShownNotice>>, ProposalError> {
    let notices: Vec<ShownNotice> = match deed {
        Deed::Manifest => Motion::notices_of_manifest(library, content)?.iter().map(Into::into).collect(),
        Deed::Annul => match Motion::later_versions(library, content)? {
            0 => Vec::new(),
            later => vec![ShownNotice::of_later_versions(later)],
        },
        Deed::Type | Deed::Recognition | Deed::Suspend | Deed::Reinstate | Deed::Revoke | Deed::Cancel => Vec::new(),
    };
    Ok(Some(notices).filter(|notices| !notices.is_empty()))
}

/// Lets a catalogue go by the manifest of its library. One that does not open is named by `/readyz`, and nobody issues under it.
fn settle(library: &Library, catalogue: &Catalogue) {
    let manifest = Registrar::new(library).manifest().ok();
    catalogue.settle(manifest.as_deref().map(|manifest| &**manifest));
}

/// Changes some certificates of each proposal that is at work. Whether there are more; what has failed is in the log by then.
pub fn work(house: &House) -> Result<bool, ProposalError> {
    // They wait for the right library and for a clock that is right, and nobody is told so every second.
    if house.library.astray().is_some() {
        return Ok(false);
    }
    let now = match house.moment() {
        Ok(now) => now,
        Err(RecordingError::ClockBehind { .. }) => return Ok(false),
        Err(RecordingError::Store(error)) => return Err(error.into()),
    };
    let proposals = house.all_proposals();
    let at_work =
        proposals.at_work().inspect_err(|error| tracing::error!(code = error.code(), "proposals at work could not be looked at"))?;
    let (mut more, mut failure) = (false, None);
    for code in at_work {
        match go_on(house, proposals, &code, now) {
            Ok(goes_on) => more |= goes_on,
            // One proposal's trouble does not keep the certificates of another waiting.
            Err(error) => {
                tracing::error!(proposal = %code, code = error.code(), "a proposal could not be carried out");
                failure = Some(error);
            }
        }
    }
    failure.map_or(Ok(more), Err)
}

fn go_on(house: &House, proposals: Proposals<'_>, code: &ProjectCode, now: Timestamp) -> Result<bool, ProposalError> {
    let proposal = proposals.go_on(code, &Step { most: AT_A_TIME, now, salt: &|| house.chance() })?;
    let is_at_work = proposal.is_at_work();
    if !is_at_work {
        let left_out = proposal.left_out().len();
        match proposal.progress.and_then(|progress| progress.stopped) {
            None => tracing::info!(proposal = %code, certificates = proposal.number, left_out, "a proposal was carried out"),
            Some(stop) => tracing::warn!(proposal = %code, code = stop.code(), left_out, "a proposal was stopped"),
        }
    }
    Ok(is_at_work)
}

/// Changes certificates whenever there are some to be changed, until it is dropped.
pub async fn keep_up(house: Shared, every: Duration) {
    loop {
        let house = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || work(&house)).await {
            Ok(Ok(true)) => continue,
            // After a failure the others go on too, only more slowly: what failed would be tried again without a pause.
            Ok(Ok(false) | Err(_)) => {}
            Err(_) => tracing::error!("carrying out a proposal panicked"),
        }
        tokio::time::sleep(every).await;
    }
}
