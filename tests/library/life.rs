//! What can become of a certificate, and what the library says of it afterwards.

use crate::registry::{ACCOUNTING, OPERATOR, Registry};
use jiff::Timestamp;
use kanhe_core::event::Act;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::{Change, Past, state_at};
use kanhe_issuer::registrar::{Entered, RegistrarError, effective_on};
use kanhe_tests::world::{day, moment};

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
fn what_is_signed_before_midnight_and_entered_after_it_is_of_its_day_and_recorded_when_it_came() {
    let registry = Registry::new();
    let (before, after) = (moment("2026-03-01T15:59:50Z"), moment("2026-03-01T16:00:15Z"));
    let grant = registry.grant(effective_on(day("2026-03-01"), before), before);
    let draft = registry.house.draft(OPERATOR, 1, "R-1", "2026-03-01");
    let signed = registry.registrar().sign(&registry.house.desk(OPERATOR), draft, grant).unwrap().recorded_at(after);
    let entered = registry.registrar().enter(&[signed]).unwrap().remove(0).unwrap();
    let card = registry.library.card(entered.shelfmark()).unwrap();
    assert_eq!((card.issued, card.effective, card.recorded), (day("2026-03-01"), moment("2026-02-28T16:00:00Z"), after));
    assert_eq!(registry.library.event_at(0).unwrap().recorded, after);
    assert_eq!(registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
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
        state_at(&identifier, history.iter().map(|(_, event)| event), Past { at: moment(at), known: moment(known) }, Timestamp::MAX)
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
    let early = registry.entry(moment("2026-03-09T01:00:00Z"), moment("2026-03-11T01:00:00Z"));
    let early = registry.registrar().change(&registry.identifier(mark), Change::Cancel, &early, None).unwrap_err();
    assert_eq!(early.code(), "lifecycle_before_last");
    assert_eq!(registry.library.card(mark).unwrap().state, State::Revoked);
    assert_eq!(registry.library.log_size().unwrap(), 2);
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
fn what_is_given_back_still_has_its_place_or_stays_away() {
    let registry = Registry::new();
    for (name, code) in [(ACCOUNTING, "holder_has_one"), (OPERATOR, "number_taken")] {
        let away = registry.issued(name, 5, "2026-03-01");
        registry.change(away, Change::TransferOut, "2026-03-10T01:00:00Z").unwrap();
        let here = registry.issue(name, 5, &format!("R-{name}-again"), "2026-03-11").unwrap().shelfmark();
        let before = registry.library.log_size().unwrap();
        let refused = registry.change(away, Change::UndoTransfer, "2026-03-12T01:00:00Z").unwrap_err();
        assert_eq!(refused.code(), code);
        assert!(refused.to_string().contains(&registry.identifier(here).to_string()), "{refused}");
        assert_eq!((registry.library.card(away).unwrap().state, registry.library.log_size().unwrap()), (State::Transferred, before));
        registry.change(here, Change::Suspend, "2026-03-13T01:00:00Z").unwrap();
        assert_eq!(registry.change(away, Change::UndoTransfer, "2026-03-14T01:00:00Z").unwrap_err().code(), code, "it can come back");
        registry.change(here, Change::Cancel, "2026-03-15T01:00:00Z").unwrap();
        assert_eq!(registry.change(away, Change::UndoTransfer, "2026-03-16T01:00:00Z").unwrap().state, State::Valid);
    }
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

#[test]
fn an_act_behind_one_that_a_fast_clock_has_recorded_takes_effect_now_and_the_past_is_told_in_the_logs_order() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    registry.change(mark, Change::Revoke, "2027-03-10T01:00:00Z").unwrap();
    let (identifier, now) = (registry.identifier(mark), moment("2026-03-10T01:00:00Z"));
    let state = |at: &str, now: Timestamp| {
        let history = registry.library.history(mark).unwrap();
        state_at(&identifier, history.iter().map(|(_, event)| event), Past { at: moment(at), known: now }, now)
    };
    assert_eq!(state("2026-03-10T01:00:00Z", now), Some(State::Revoked), "it stands in the log by now, whatever moment it bears");
    assert_eq!(state("2026-03-09T00:00:00Z", now), Some(State::Valid));
    let back = registry.entry(moment("2026-03-09T00:00:00Z"), now);
    let early = registry.registrar().change(&identifier, Change::Cancel, &back, None).unwrap_err();
    assert_eq!(early.code(), "lifecycle_before_last", "nothing is dated back behind it");
    registry.change(mark, Change::Cancel, "2026-03-10T01:00:00Z").unwrap();
    for (at, known) in
        [("2026-03-10T01:00:00Z", now), ("2026-03-11T00:00:00Z", now), ("2028-01-01T00:00:00Z", moment("2028-01-01T00:00:00Z"))]
    {
        assert_eq!(state(at, known), Some(State::Cancelled), "{at}");
    }
    assert_eq!(state("2026-03-09T00:00:00Z", now), Some(State::Valid));
}
