//! What can become of a certificate, and what the library says of it afterwards.

use crate::registry::{ACCOUNTING, OPERATOR, Registry};
use kanhe_core::event::Act;
use kanhe_core::status::State;
use kanhe_issuer::lifecycle::{Change, Past, state_at};
use kanhe_issuer::registrar::{Entered, RegistrarError, Replacement};
use kanhe_tests::world::moment;

#[test]
fn a_request_is_answered_once() {
    let registry = Registry::new();
    let first = registry.issue(OPERATOR, 1, "R-1", "2026-03-01").unwrap();
    let again = registry.issue(OPERATOR, 1, "R-1", "2026-03-01").unwrap();
    assert_eq!(again, Entered::Before(first.shelfmark()));
    let other = registry.issue(OPERATOR, 2, "R-1", "2026-03-01").unwrap_err();
    assert_eq!(other.code(), "request_reused");
    assert_eq!(registry.library.certificates().unwrap(), 1);
    assert_eq!(registry.library.log_size().unwrap(), 1);
}

#[test]
fn a_holder_has_one_valid_certificate_of_a_type_that_allows_one() {
    let registry = Registry::new();
    let first = registry.issued(ACCOUNTING, 5, "2026-03-01");
    let identifier = registry.identifier(first).to_string();
    let second = |request: &str, day: &str| registry.issue(ACCOUNTING, 5, request, day);
    let refused = |state| Err(RegistrarError::HolderHasOne { identifier: identifier.clone(), state });
    assert_eq!(second("R-2", "2026-03-02"), refused(State::Valid));
    registry.change(first, Change::Suspend, "2026-03-03T00:00:00Z").unwrap();
    assert_eq!(second("R-3", "2026-03-04"), refused(State::Suspended), "it can come back");
    assert!(registry.issue(ACCOUNTING, 6, "R-other", "2026-03-04").is_ok());
    assert!(second("R-4", "2032-04-01").is_ok(), "the first one has run out by then");
    registry.change(first, Change::Revoke, "2026-03-05T00:00:00Z").unwrap();
    assert!(second("R-5", "2026-03-06").is_ok());
}

#[test]
fn a_life_is_told_in_order_and_at_every_moment() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    registry.change(mark, Change::Suspend, "2026-03-10T01:00:00Z").unwrap();
    registry.change(mark, Change::Reinstate, "2026-03-20T01:00:00Z").unwrap();
    registry.change(mark, Change::Revoke, "2026-04-01T01:00:00Z").unwrap();
    let history = registry.library.history(mark).unwrap();
    let acts: Vec<_> = history.iter().map(|(index, event)| (*index, event.act)).collect();
    assert_eq!(acts, [(0, Act::Issue), (1, Act::Suspend), (2, Act::Reinstate), (3, Act::Revoke)]);
    let identifier = registry.identifier(mark);
    let at = |at: &str, known: &str| {
        state_at(&identifier, history.iter().map(|(_, event)| event), Past { at: moment(at), known: moment(known) })
    };
    let now = "2026-06-01T00:00:00Z";
    assert_eq!(at("2026-02-01T00:00:00Z", now), None);
    assert_eq!(at("2026-03-14T00:00:00Z", now), Some(State::Suspended));
    assert_eq!(at("2026-03-21T00:00:00Z", now), Some(State::Valid));
    assert_eq!(at(now, now), Some(State::Revoked));
    assert_eq!(at("2026-03-14T00:00:00Z", "2026-03-05T00:00:00Z"), Some(State::Valid), "on the fifth nobody knew");
}

#[test]
fn a_change_that_is_not_allowed_names_the_rule_and_writes_nothing() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    registry.change(mark, Change::Revoke, "2026-03-10T01:00:00Z").unwrap();
    let refused = registry.change(mark, Change::Suspend, "2026-03-11T01:00:00Z").unwrap_err();
    assert_eq!(refused.code(), "lifecycle_not_allowed");
    assert!(refused.to_string().contains("revoked") && refused.to_string().contains("suspend"), "{refused}");
    let early = registry.change(mark, Change::Cancel, "2026-03-09T01:00:00Z").unwrap_err();
    assert_eq!(early.code(), "lifecycle_before_last");
    assert_eq!(registry.library.card(mark).unwrap().state, State::Revoked);
    assert_eq!(registry.library.log_size().unwrap(), 2);
}

#[test]
fn a_renewal_takes_the_place_of_the_version_before() {
    let registry = Registry::new();
    let old = registry.issued(OPERATOR, 1, "2026-03-01");
    let new = registry.replace(old, Replacement::Renew, 1, "R-renew", "2026-05-01T04:00:00Z").unwrap().shelfmark();
    let (old_card, new_card) = (registry.library.card(old).unwrap(), registry.library.card(new).unwrap());
    assert_eq!((old_card.state, old_card.successor), (State::Superseded, Some(new)));
    assert_eq!((new_card.state, new_card.predecessor), (State::Valid, Some(old)));
    assert_eq!(new_card.identifier, old_card.identifier.next_version().unwrap());
    let certificate = registry.library.record(new).unwrap().certificate().unwrap();
    assert_eq!(certificate.predecessor, Some(old_card.identifier.clone()));
    // One event tells of both.
    assert_eq!(registry.library.history(old).unwrap().last(), registry.library.history(new).unwrap().last());
    let history = registry.library.history(old).unwrap();
    let later = Past { at: moment("2026-06-01T00:00:00Z"), known: moment("2026-06-01T00:00:00Z") };
    assert_eq!(state_at(&old_card.identifier, history.iter().map(|(_, event)| event), later), Some(State::Superseded));
    let dead = registry.replace(old, Replacement::Amend, 1, "R-amend", "2026-05-02T04:00:00Z").unwrap_err();
    assert_eq!(dead.code(), "lifecycle_not_allowed");
}

#[test]
fn a_certificate_that_moved_away_can_come_back_and_no_other_act_touches_it() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    registry.change(mark, Change::TransferOut, "2026-03-10T01:00:00Z").unwrap();
    assert_eq!(registry.change(mark, Change::Revoke, "2026-03-11T01:00:00Z").unwrap_err().code(), "lifecycle_not_allowed");
    assert_eq!(registry.change(mark, Change::UndoTransfer, "2026-03-12T01:00:00Z").unwrap().state, State::Valid);
}

#[test]
fn what_the_library_does_not_have_is_named() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let stranger = registry.identifier(mark).next_version().unwrap();
    let now = moment("2026-04-01T00:00:00Z");
    let refused = registry.registrar().change(&stranger, Change::Suspend, &registry.entry(now, now), None).unwrap_err();
    assert_eq!(refused, RegistrarError::NotFound { identifier: stranger.to_string() });
}
