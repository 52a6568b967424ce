//! Numbers: whose a number is, when it is free, and how what bears it is issued anew.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, resident_id};
use crate::spellings::{issued, operator};
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entered, Proof, Proved, RegistrarError, Replacement, Stranger};

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
