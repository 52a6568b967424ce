//! What can become of a certificate, and what the library says of it afterwards.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, resident_id};
use crate::spellings::{issued, operator};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::event::Act;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::{Change, Past, state_at};
use kanhe_issuer::registrar::{Answer, Entered, Proof, Proved, RegistrarError, Replacement, Stranger, effective_on};
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
    assert_eq!(state_at(&old_card.identifier, history.iter().map(|(_, event)| event), later, Timestamp::MAX), Some(State::Superseded));
    let dead = registry.replace(old, Replacement::Amend, 1, "R-amend", "2026-05-02T04:00:00Z").unwrap_err();
    assert_eq!(dead.code(), "lifecycle_superseded");
    let newest = registry.replace(new, Replacement::Amend, 1, "R-newest", "2026-05-03T04:00:00Z").unwrap().shelfmark();
    let dead = registry.change(old, Change::Revoke, "2026-05-04T04:00:00Z").unwrap_err();
    let last = registry.identifier(newest);
    assert_eq!(dead.to_string(), format!("{last} took its place: the act is for that version"), "and not the one between");
}

#[test]
fn a_renewal_is_judged_on_the_day_on_which_it_is_asked_for_and_ends_later_than_what_it_renews() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let renew = |issued: &str, effective: &str, now: &str, request: &str| {
        let (draft, desk) = (registry.house.draft(OPERATOR, 1, request, issued), registry.house.desk(OPERATOR));
        let grant = registry.grant(moment(effective), moment(now));
        registry.registrar().replace(&desk, &registry.identifier(mark), Replacement::Renew, draft, grant)
    };
    let (soon, over) = ("2026-05-01T04:00:00Z", "2028-04-01T04:00:00Z");
    assert_eq!(registry.library.card(mark).unwrap().until, Some(day("2028-02-29")));
    let first = "2026-03-01T04:00:00Z";
    assert_eq!(renew("2026-03-01", first, soon, "R-3").unwrap_err().code(), "renewal_no_longer", "it would renew nothing");
    // Dated back into the term that has run out.
    assert_eq!(renew("2028-02-20", "2028-02-20T04:00:00Z", over, "R-4").unwrap_err().code(), "lifecycle_not_allowed");
    assert_eq!((registry.library.card(mark).unwrap().state, registry.library.certificates().unwrap()), (State::Valid, 1));
    // Within the term the act may take effect some days before it is written down.
    assert!(renew("2026-05-01", "2026-05-01T04:00:00Z", "2026-05-04T04:00:00Z", "R-5").is_ok());
}

#[test]
fn no_version_is_issued_before_the_one_whose_place_it_takes_or_before_the_act_that_makes_it() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let act = |how, issued: &str, effective: &str, request: &str| {
        let (draft, desk) = (registry.house.draft(OPERATOR, 1, request, issued), registry.house.desk(OPERATOR));
        let grant = registry.grant(moment(effective), moment("2026-05-04T04:00:00Z"));
        registry.registrar().replace(&desk, &registry.identifier(mark), how, draft, grant)
    };
    let (now, earlier) = ("2026-05-04T04:00:00Z", "2026-05-01T04:00:00Z");
    let (long_ago, before) = (day("2020-01-01"), day("2026-05-03"));
    for how in [Replacement::Renew, Replacement::Amend] {
        let refused = act(how, "2020-01-01", now, "R-2").unwrap_err();
        assert_eq!(refused, RegistrarError::IssuedBeforeLast { issued: long_ago, last: day("2026-03-01") });
        let refused = act(how, "2026-05-03", now, "R-3").unwrap_err();
        assert_eq!(refused, RegistrarError::IssuedBeforeEffect { issued: before, day: day("2026-05-04") });
        assert_eq!(refused.code(), "version_issued_early");
    }
    assert_eq!((registry.library.card(mark).unwrap().state, registry.library.certificates().unwrap()), (State::Valid, 1));
    // What took effect some days ago may have been issued then.
    assert!(act(Replacement::Renew, "2026-05-01", earlier, "R-4").is_ok());
}

#[test]
fn a_renewal_is_in_force_on_no_day_before_what_it_renews() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let now = moment("2026-05-04T04:00:00Z");
    let from = |from: &str, request: &str| {
        let application = registry.house.application_from(1, request, from);
        let draft = registry.house.kind(OPERATOR).admit(&application, day_in_china(now)).unwrap();
        let desk = registry.house.desk(OPERATOR);
        registry.registrar().replace(&desk, &registry.identifier(mark), Replacement::Renew, draft, registry.grant(now, now))
    };
    let refused = from("2026-02-28", "R-2").unwrap_err();
    assert_eq!(refused, RegistrarError::BeginsBefore { from: day("2026-02-28"), before: day("2026-03-01") });
    assert_eq!(refused.code(), "renewal_begins_early");
    assert!(from("2026-03-02", "R-3").is_ok());
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
fn a_new_version_makes_no_second_certificate_of_a_type_that_allows_one() {
    let registry = Registry::new();
    let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
    let later = registry.issue(ACCOUNTING, 5, "R-2", "2032-04-01").unwrap().shelfmark();
    let before = registry.library.log_size().unwrap();
    let renew = |request: &str| registry.replace(first, Replacement::Renew, 5, request, "2032-02-01T04:00:00Z");
    let identifier = registry.identifier(later).to_string();
    assert_eq!(renew("R-1+renewed").unwrap_err(), RegistrarError::HolderHasOne { identifier, state: State::Valid });
    assert_eq!((registry.library.log_size().unwrap(), registry.library.certificates().unwrap()), (before, 2));
    let amended = registry.replace(first, Replacement::Amend, 5, "R-1+amended", "2032-02-01T04:00:00Z");
    assert_eq!(amended.unwrap_err().code(), "holder_has_one", "the draft of this story has days of its own");
    registry.change(later, Change::Cancel, "2032-04-02T01:00:00Z").unwrap();
    assert!(renew("R-1+renewed").is_ok(), "the version before is in nobody's way");
}

#[test]
fn a_new_version_belongs_to_who_held_the_one_before() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let identifier = registry.identifier(mark).to_string();
    for how in [Replacement::Renew, Replacement::Amend] {
        let refused = registry.replace(mark, how, 2, &format!("R-{how:?}"), "2026-05-01T04:00:00Z").unwrap_err();
        assert_eq!(refused, RegistrarError::OtherHolder { identifier: identifier.clone(), stranger: Stranger::Added(1) });
        assert!(!refused.to_string().contains(&resident_id(2)) && !refused.to_string().contains(&resident_id(1)), "{refused}");
    }
    assert_eq!(registry.library.certificates().unwrap(), 1);
    assert_eq!(registry.library.card(mark).unwrap().state, State::Valid);
}

#[test]
fn an_amendment_changes_a_name_and_a_renewal_does_not() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let at = moment("2026-05-01T04:00:00Z");
    let renamed = |how, request: &str| {
        let draft = registry.house.draft_of(OPERATOR, (1, "李改名"), request, "2026-05-01");
        let desk = registry.house.desk(OPERATOR);
        registry.registrar().replace(&desk, &registry.identifier(mark), how, draft, registry.grant(at, at))
    };
    assert_eq!(renamed(Replacement::Renew, "R-2").unwrap_err().code(), "other_holder_name");
    assert!(renamed(Replacement::Amend, "R-3").is_ok());
}

#[test]
fn a_number_is_given_to_one_certificate_of_a_type_at_a_time() {
    let registry = Registry::new();
    let first = registry.issue(OPERATOR, 1, "R-1", "2026-03-01").unwrap().shelfmark();
    let taken = RegistrarError::NumberTaken { identifier: registry.identifier(first).to_string() };
    let again = |request: &str, day: &str| registry.issue(OPERATOR, 1, request, day);
    assert_eq!(again("R-2", "2026-03-02"), Err(taken.clone()));
    let signed = [registry.sign(OPERATOR, 2, "R-3", "2026-03-02"), registry.sign(OPERATOR, 2, "R-4", "2026-03-02")];
    let entered = registry.registrar().enter(&signed).unwrap();
    assert_eq!(
        entered.iter().map(|entered| entered.as_ref().err().map(RegistrarError::code)).collect::<Vec<_>>(),
        [None, Some("number_taken")]
    );
    let renewed = registry.replace(first, Replacement::Renew, 1, "R-5", "2026-04-01T04:00:00Z").unwrap().shelfmark();
    assert_eq!(again("R-6", "2026-04-02").unwrap_err().code(), "number_taken", "a new version keeps it");
    registry.change(renewed, Change::Revoke, "2026-04-03T04:00:00Z").unwrap();
    assert!(again("R-7", "2026-04-04").is_ok(), "what was revoked gives it back");
}

#[test]
fn the_number_of_what_went_to_another_region_is_for_its_holders_alone() {
    let registry = Registry::new();
    let first = operator(&registry, 1, "A-1", "李明").unwrap();
    registry.change(first, Change::TransferOut, "2026-04-01T04:00:00Z").unwrap();
    assert_eq!(operator(&registry, 2, "A-1", "王芳"), Err("number_transferred"));
    let back = issued(&registry, OPERATOR, &format!("R-back,A-1,李明,111,{}", resident_id(1))).unwrap();
    assert_eq!(registry.change(first, Change::UndoTransfer, "2026-04-03T04:00:00Z").unwrap_err().code(), "number_taken");
    registry.change(back, Change::Cancel, "2026-04-04T04:00:00Z").unwrap();
    registry.change(first, Change::UndoTransfer, "2026-04-05T04:00:00Z").unwrap();
    assert_eq!(operator(&registry, 2, "A-1", "王芳"), Err("number_taken"));
}

#[test]
fn a_proof_counts_the_numbers_of_the_rows_before() {
    let registry = Registry::new();
    let (desk, mut proof) = (registry.house.desk(OPERATOR), Proof::new(registry.registrar()));
    let mut ask = |person: usize, request: &str| proof.ask(&desk, registry.house.draft(OPERATOR, person, request, "2026-03-01"), 7);
    assert!(matches!(ask(1, "R-1"), Ok(Proved::Could(_))));
    assert_eq!(ask(1, "R-2").unwrap_err().code(), "number_taken");
    assert!(matches!(ask(2, "R-3"), Ok(Proved::Could(_))));
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
fn a_number_that_has_ended_is_issued_anew_under_the_next_version() {
    for change in [Change::Revoke, Change::Annul, Change::Cancel] {
        let registry = Registry::new();
        let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
        registry.change(first, change, "2026-03-02T01:00:00Z").unwrap();
        let state = registry.library.card(first).unwrap().state;
        let anew = registry.issue(ACCOUNTING, 5, "R-1+anew", "2026-03-03").unwrap().shelfmark();
        assert_eq!(registry.identifier(anew), registry.identifier(first).next_version().unwrap());
        assert_eq!(registry.library.record(anew).unwrap().certificate().unwrap().predecessor, None, "it takes nobody's place");
        let (before, card) = (registry.library.card(first).unwrap(), registry.library.card(anew).unwrap());
        assert_eq!((before.state, before.successor, card.state, card.predecessor), (state, None, State::Valid, None));
        assert_eq!(registry.issue(ACCOUNTING, 5, "R-1+anew", "2026-03-03").unwrap(), Entered::Before(anew));
        assert_eq!(registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap(), Entered::Before(first));
        let renewed = registry.replace(anew, Replacement::Renew, 5, "R-1+renewed", "2026-05-01T04:00:00Z").unwrap().shelfmark();
        assert_eq!(registry.identifier(renewed), registry.identifier(anew).next_version().unwrap());
        assert_eq!(registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
    }
}

#[test]
fn who_annuls_a_renewal_can_issue_the_number_anew() {
    let registry = Registry::new();
    let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
    let stolen = registry.replace(first, Replacement::Renew, 5, "R-1+thief", "2026-05-01T04:00:00Z").unwrap().shelfmark();
    let until = registry.library.card(stolen).unwrap().until;
    let taken = RegistrarError::IdentifierTaken { identifier: registry.identifier(stolen).to_string(), state: State::Valid, until };
    assert_eq!(registry.issue(ACCOUNTING, 5, "R-1+anew", "2026-05-03"), Err(taken));
    registry.change(stolen, Change::Annul, "2026-05-02T01:00:00Z").unwrap();
    let anew = registry.issue(ACCOUNTING, 5, "R-1+anew", "2026-05-03").unwrap().shelfmark();
    assert_eq!(registry.identifier(anew), registry.identifier(stolen).next_version().unwrap());
    assert_eq!(registry.library.card(first).unwrap().state, State::Superseded);
}

#[test]
fn a_number_that_can_come_back_or_has_run_out_is_taken() {
    for (change, day) in [(Some(Change::Suspend), "2026-03-04"), (Some(Change::TransferOut), "2026-03-04"), (None, "2032-04-01")] {
        let registry = Registry::new();
        let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
        if let Some(change) = change {
            registry.change(first, change, "2026-03-02T01:00:00Z").unwrap();
        }
        assert_eq!(registry.issue(ACCOUNTING, 5, "R-1+anew", day).unwrap_err().code(), "identifier_taken", "{change:?}");
        if change != Some(Change::TransferOut) {
            registry.change(first, Change::Cancel, &format!("{day}T01:00:00Z")).unwrap();
            assert!(registry.issue(ACCOUNTING, 5, "R-1+anew", day).is_ok(), "{change:?}");
        }
    }
}

#[test]
fn a_number_is_issued_anew_to_whoever_had_it_and_after_an_annulment_to_anybody() {
    let registry = Registry::new();
    let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
    registry.change(first, Change::Annul, "2026-03-02T01:00:00Z").unwrap();
    let right = registry.issue(ACCOUNTING, 6, "R-1+right", "2026-03-03").unwrap().shelfmark();
    registry.change(right, Change::Cancel, "2026-03-04T01:00:00Z").unwrap();
    let identifier = registry.identifier(right).to_string();
    let refused = RegistrarError::OtherHolder { identifier, stranger: Stranger::Added(1) };
    assert_eq!(registry.issue(ACCOUNTING, 7, "R-1+other", "2026-03-05"), Err(refused));
    assert!(registry.issue(ACCOUNTING, 6, "R-1+again", "2026-03-05").is_ok());
}

#[test]
fn of_two_that_are_issued_anew_at_a_time_one_is_entered() {
    let registry = Registry::new();
    let first = registry.issue(ACCOUNTING, 5, "R-1", "2026-03-01").unwrap().shelfmark();
    registry.change(first, Change::Annul, "2026-03-02T01:00:00Z").unwrap();
    let (desk, mut proof) = (registry.house.desk(ACCOUNTING), Proof::new(registry.registrar()));
    let mut ask = |request: &str| proof.ask(&desk, registry.house.draft(ACCOUNTING, 5, request, "2026-03-03"), 7);
    let next = registry.identifier(first).next_version().unwrap();
    assert_eq!(ask("R-1+one"), Ok(Proved::Could(next)));
    assert_eq!(ask("R-1+two").unwrap_err().code(), "identifier_taken");
    let signed = ["R-1+one", "R-1+two"].map(|request| registry.sign(ACCOUNTING, 5, request, "2026-03-03"));
    let entered = registry.registrar().enter(&signed).unwrap();
    let codes: Vec<_> = entered.iter().map(|entered| entered.as_ref().err().map(RegistrarError::code)).collect();
    assert_eq!(codes, [None, Some("identifier_taken")]);
}

#[test]
fn a_request_that_amended_does_not_renew() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let ask = |how| registry.replace(mark, how, 1, "R-2", "2026-05-01T04:00:00Z");
    let amended = ask(Replacement::Amend).unwrap().shelfmark();
    assert_eq!(ask(Replacement::Amend), Ok(Entered::Before(amended)));
    let identifier = registry.identifier(amended).to_string();
    assert_eq!(ask(Replacement::Renew), Err(RegistrarError::RequestDiffers { identifier }));
}

#[test]
fn a_request_that_made_a_new_version_issues_no_first_one() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let renewed = registry.replace(mark, Replacement::Renew, 1, "R-2", "2026-05-01T04:00:00Z").unwrap().shelfmark();
    let differs = RegistrarError::RequestDiffers { identifier: registry.identifier(renewed).to_string() };
    let (desk, at) = (registry.house.desk(OPERATOR), moment("2026-05-02T04:00:00Z"));
    let draft = || registry.house.draft(OPERATOR, 1, "R-2", "2026-05-01");
    let answered = registry.registrar().answer(&desk, draft(), registry.grant(at, at));
    assert_eq!(answered.map(drop), Err(differs.clone()));
    assert_eq!(Proof::new(registry.registrar()).ask(&desk, draft(), 1), Err(differs));
    let first = registry.registrar().answer(
        &desk,
        registry.house.draft(OPERATOR, 1, &format!("R-{OPERATOR}-1"), "2026-03-01"),
        registry.grant(at, at),
    );
    assert!(
        matches!(first, Ok(Answer::Before(before)) if before == mark),
        "a first version that was renewed since is still what was asked for"
    );
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
