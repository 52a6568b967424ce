//! What is lodged: every rule that can be asked before the decision is asked at once, and again when it is decided.

use super::{Bureau, NOON, PARALLEL, code_of};
use crate::registry::{ACCOUNTING, OPERATOR};
use jiff::Timestamp;
use kanhe_core::status::State;
use kanhe_issuer::examiner::{Descent, ExaminerError, Lodged, Lodging, Opinion};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entry, Grant, Replacement};
use kanhe_store::StoreError;
use kanhe_tests::world::moment;

#[test]
fn the_same_request_is_lodged_once_and_another_under_its_id_is_refused() {
    let bureau = Bureau::open(PARALLEL);
    let first = bureau.lodge_as(1, "P-1", None, NOON).unwrap();
    assert_eq!(bureau.lodge_as(1, "P-1", None, NOON).unwrap(), Lodged::Before(first.code()));
    assert_eq!(code_of(bureau.lodge_as(2, "P-1", None, NOON)), "request_reused");
    assert_eq!(bureau.registry.library.log_size().unwrap(), 1);
}

#[test]
fn what_was_lodged_is_followed_behind_midnight_though_it_names_its_day() {
    let bureau = Bureau::open(PARALLEL);
    let (kind, agency) = (bureau.registry.house.kind(bureau.kind), bureau.registry.house.desk(bureau.kind).agency().code);
    let lodge = |person: usize, at: &str| {
        let row = bureau.registry.house.application(bureau.kind, person, "P-1", "2026-03-02");
        let lodging = Lodging { agency, application: &row, descent: Descent::First, chance: [7; 10] };
        bureau.examiner().lodge(kind, &lodging, &bureau.entry("clerk-1", at))
    };
    let first = lodge(1, NOON).unwrap();
    assert_eq!(lodge(1, "2026-03-03T04:00:00Z").unwrap(), Lodged::Before(first.code()));
    assert_eq!(code_of(lodge(2, "2026-03-03T04:00:00Z")), "review_sets_day_of_issue");
}

#[test]
fn what_the_decision_would_refuse_anyway_is_refused_when_it_is_lodged() {
    for (kind, code) in [(ACCOUNTING, "holder_has_one"), (OPERATOR, "number_taken")] {
        let bureau = Bureau::of(kind, PARALLEL);
        let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
        let identifier = bureau.registry.identifier(shelfmark);
        let events = bureau.registry.library.log_size().unwrap();
        assert_eq!(code_of(bureau.lodge_as(1, "P-9", None, NOON)), code);
        assert_eq!(bureau.registry.library.log_size().unwrap(), events, "nothing is left of it");
        // Of many at a time each is judged by itself, and a rehearsal says the same.
        let many = [1, 2].map(|person| bureau.admitted(person, &format!("P-2{person}"), None, NOON).unwrap());
        let told = |taken: Vec<Result<Lodged, ExaminerError>>| taken.into_iter().map(|one| one.map_err(|error| error.code()).map(drop));
        let rehearsed = many.iter().map(|one| bureau.examiner().rehearse(one)).collect();
        let taken: Result<Vec<_>, StoreError> = bureau.examiner().lodge_all_and(&many, |_, taken| Ok(taken));
        assert_eq!(told(rehearsed).collect::<Vec<_>>(), [Err(code), Ok(())]);
        assert_eq!(told(taken.unwrap()).collect::<Vec<_>>(), [Err(code), Ok(())]);
        // The version whose place is taken stands in nobody's way, and neither does what can be used no more.
        assert!(bureau.lodge_as(1, "P-1+", Some((Replacement::Renew, identifier)), NOON).is_ok());
        bureau.registry.change(shelfmark, Change::Cancel, "2026-03-04T04:00:00Z").unwrap();
        assert!(bureau.lodge_as(1, "P-9", None, "2026-03-04T05:00:00Z").is_ok());
        bureau.is_sound();
    }
}

#[test]
fn who_asked_for_a_renewal_in_time_gets_it_after_the_term_too() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let first = bureau.lodged(1);
    let shelfmark = bureau.approved(&first, NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let renewing = |request, at| bureau.lodge_as(1, request, Some((Replacement::Renew, identifier.clone())), at);
    let until = bureau.registry.library.card(shelfmark).unwrap().until.unwrap();
    let (last_day, later) = (format!("{until}T04:00:00Z"), format!("{}T04:00:00Z", until.saturating_add(jiff::ToSpan::days(20))));
    let code = renewing("P-9", &last_day).unwrap().code();
    assert_eq!(code_of(renewing("P-10", &later)), "lifecycle_not_allowed");
    let at = |text: &str| -> Timestamp { moment(text) };
    assert!(at(&last_day) < at(&later));
    let renewed = bureau.approved(&code, &later).unwrap().shelfmark();
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().state, State::Superseded);
    assert_eq!(bureau.registry.library.card(renewed).unwrap().predecessor, Some(shelfmark));
    bureau.is_sound();
}

#[test]
fn a_renewal_that_names_its_days_is_held_against_what_it_renews_when_it_is_lodged() {
    const TODAY: &str = "2028-03-01T04:00:00Z";
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let code = bureau.lodge_as(1, "P-1", None, TODAY).unwrap().code();
    let identifier = bureau.registry.identifier(bureau.approved(&code, TODAY).unwrap().shelfmark());
    let house = &bureau.registry.house;
    let renewing = |row| {
        let descent = Descent::Next(Replacement::Renew, identifier.clone());
        let lodging = Lodging { agency: house.desk(OPERATOR).agency().code, application: &row, descent, chance: [9; 10] };
        bureau.examiner().lodge(house.kind(OPERATOR), &lodging, &bureau.entry("clerk-1", TODAY))
    };
    // Two years from 29 February end with the month, as those do that begin a day later.
    for (from, refused) in [("2028-02-29", "renewal_begins_early"), ("2028-03-01", "renewal_no_longer")] {
        assert_eq!(code_of(renewing(house.application_from(1, "P-2", from))), refused, "{from}");
    }
    assert!(renewing(house.application(OPERATOR, 1, "P-3", "")).is_ok(), "the day of the decision may make it longer");
}

#[test]
fn somebody_elses_renewal_is_refused_when_it_is_lodged() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    for how in [Replacement::Renew, Replacement::Amend] {
        assert_eq!(code_of(bureau.lodge_as(2, "P-9", Some((how, identifier.clone())), NOON)), "other_holder");
    }
    assert!(bureau.lodge_as(1, "P-9", Some((Replacement::Renew, identifier)), NOON).is_ok());
    bureau.is_sound();
}

#[test]
fn nothing_is_dated_before_what_happened_last() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodge_as(1, "P-1", None, "2026-03-05T04:00:00Z").unwrap().code();
    let early = Entry { now: moment("2026-03-06T04:00:00Z"), ..bureau.entry("fire-1", NOON) };
    let kind = bureau.registry.house.kind(ACCOUNTING);
    assert_eq!(code_of(bureau.examiner().review(kind, &code, "fire", Opinion::Agrees, &early)), "lifecycle_before_last");
    let entry = Entry { now: moment("2026-03-09T04:00:00Z"), ..bureau.entry("clerk-1", NOON) };
    let application = bureau.registry.house.application(ACCOUNTING, 2, "P-2", "");
    let agency = bureau.registry.house.desk(ACCOUNTING).agency().code;
    let lodging = Lodging { agency, application: &application, descent: Descent::First, chance: [9; 10] };
    assert_eq!(code_of(bureau.examiner().lodge(bureau.registry.house.kind(ACCOUNTING), &lodging, &entry)), "review_other_day");
}

#[test]
fn what_changed_since_it_was_asked_for_is_found_at_the_decision() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let code = bureau.lodge_as(1, "P-9", Some((Replacement::Amend, identifier)), NOON).unwrap().code();
    bureau.registry.change(shelfmark, Change::Revoke, NOON).unwrap();
    assert_eq!(code_of(bureau.approved(&code, NOON)), "review_overtaken");
}

#[test]
fn who_asks_to_renew_during_a_suspension_asks_in_time_and_the_decision_waits_for_its_end() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().until.unwrap().to_string(), "2028-03-01");
    bureau.registry.change(shelfmark, Change::Suspend, "2028-02-01T04:00:00Z").unwrap();
    let asks = |request, how, at| bureau.lodge_as(1, request, Some((how, identifier.clone())), at);
    let code = asks("P-7", Replacement::Renew, "2028-03-01T04:00:00Z").unwrap().code();
    assert_eq!(code_of(asks("P-8", Replacement::Amend, "2028-03-01T04:00:00Z")), "lifecycle_not_allowed");
    assert_eq!(code_of(asks("P-9", Replacement::Renew, "2028-03-02T04:00:00Z")), "lifecycle_not_allowed", "its term has ended");
    assert_eq!(code_of(bureau.approved(&code, "2028-03-20T04:00:00Z")), "review_suspended");
    bureau.registry.change(shelfmark, Change::Reinstate, "2028-03-21T04:00:00Z").unwrap();
    let renewed = bureau.approve(&code, "head-1", "2028-03-22T04:00:00Z").unwrap().shelfmark();
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().successor, Some(renewed));
    bureau.is_sound();
}

#[test]
fn an_application_waits_while_what_it_is_to_replace_is_suspended() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let code = bureau.lodge_as(1, "P-9", Some((Replacement::Amend, identifier)), NOON).unwrap().code();
    bureau.registry.change(shelfmark, Change::Suspend, NOON).unwrap();
    assert_eq!(code_of(bureau.approved(&code, NOON)), "review_suspended");
    bureau.registry.change(shelfmark, Change::Reinstate, NOON).unwrap();
    assert!(bureau.approve(&code, "head-1", NOON).is_ok());
    bureau.is_sound();
}

#[test]
fn an_application_is_approved_on_the_day_of_issue_of_what_it_grants() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    assert_eq!(code_of(bureau.approve(&code, "head-1", NOON)), "review_not_agreed");
    for department in ["fire", "planning"] {
        bureau.says(&code, department, Opinion::Agrees, &format!("{department}-1")).unwrap();
    }
    let approving = |now: &str| {
        let house = &bureau.registry.house;
        let entry = Entry { now: moment(now), ..bureau.entry("head-1", NOON) };
        let grant = Grant { entry, salt: bureau.registry.salt() };
        bureau.examiner().approve(&house.desk(ACCOUNTING), house.kind(ACCOUNTING), &code, &grant)
    };
    assert_eq!(code_of(approving("2026-03-03T04:00:00Z")), "review_other_day");
    let shelfmark = approving("2026-03-02T15:59:59Z").unwrap().shelfmark();
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().issued.to_string(), "2026-03-02");
    bureau.is_sound();
}

#[test]
fn a_number_that_has_ended_is_applied_for_and_issued_anew() {
    let bureau = Bureau::open(PARALLEL);
    let first = bureau.lodge_as(1, "P-1", None, NOON).unwrap().code();
    let mark = bureau.approved(&first, NOON).unwrap().shelfmark();
    let anew = || bureau.lodge_as(1, "P-1+anew", None, NOON);
    assert_eq!(anew().unwrap_err().code(), "identifier_taken");
    bureau.registry.change(mark, Change::Annul, NOON).unwrap();
    let issued = bureau.approved(&anew().unwrap().code(), NOON).unwrap().shelfmark();
    assert_eq!(bureau.registry.identifier(issued), bureau.registry.identifier(mark).next_version().unwrap());
}

#[test]
fn a_renewal_that_is_over_when_it_is_granted_is_refused() {
    let bureau = Bureau::of(OPERATOR, PARALLEL);
    let shelfmark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    let identifier = bureau.registry.identifier(shelfmark);
    let code = bureau.lodge_as(1, "P-9", Some((Replacement::Renew, identifier)), NOON).unwrap().code();
    assert_eq!(code_of(bureau.approved(&code, NOON)), "renewal_no_longer", "it has the very days of the one before");
    assert_eq!(bureau.registry.library.card(shelfmark).unwrap().state, State::Valid);
}
