//! New versions: what a renewal and an amendment may change, and when they begin.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, resident_id};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::status::State;
use kanhe_issuer::lifecycle::{Change, Past, state_at};
use kanhe_issuer::registrar::{Answer, Entered, Proof, RegistrarError, Replacement, Stranger};
use kanhe_tests::world::{day, moment};

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
