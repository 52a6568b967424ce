//! A certificate that comes from another region: a first version here, found by what it was there, and never taken over twice.

use crate::registry::{ACCOUNTING, OPERATOR, Registry};
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::event::Act;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::catalogue::Meaning;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::registrar::{Entered, Origin, RegistrarError, Replacement};
use kanhe_store::check::Place;
use kanhe_store::find::{Only, Question};
use kanhe_store::{Shelfmark, StoreError, Turn};
use kanhe_tests::world::moment;

const THERE: &str = "1.2.156.3005.2.11100000000013338W032.11330000002473039X.20230000403.001.";
const NOON: &str = "2026-03-02T04:00:00Z";

pub fn there() -> String {
    let body = THERE.trim_start_matches("1.2.156.3005.2.").replace('.', "");
    format!("{THERE}{}", kanhe_core::code::check::mod_37_36(&body).unwrap())
}

pub fn zhejiang() -> RegionCode {
    RegionCode::parse("330000").unwrap()
}

pub fn take_over(registry: &Registry, name: &str, person: usize, request: &str, identifier: &str) -> Result<Entered, RegistrarError> {
    take_over_from(registry, zhejiang(), (name, person), request, identifier)
}

fn take_over_from(
    registry: &Registry,
    region: RegionCode,
    (name, person): (&str, usize),
    request: &str,
    identifier: &str,
) -> Result<Entered, RegistrarError> {
    take_over_since(registry, region, (name, person), request, identifier, NOON)
}

fn take_over_since(
    registry: &Registry,
    region: RegionCode,
    (name, person): (&str, usize),
    request: &str,
    identifier: &str,
    effective: &str,
) -> Result<Entered, RegistrarError> {
    let draft = registry.house.draft(name, person, request, "2026-03-02");
    let origin = Origin::new(&registry.library, region, CertificateId::parse_foreign(identifier).unwrap(), None).unwrap();
    let grant = registry.grant(moment(effective), moment(NOON));
    registry.registrar().take_over(&registry.house.desk(name), &origin, draft, grant)
}

/// The identifier of [`there`] with another serial, version or check character.
pub fn written(serial: &str, version: &str, check: char) -> String {
    format!("1.2.156.3005.2.11100000000013338W032.11330000002473039X.{serial}.{version}.{check}")
}

pub fn stands_for(registry: &Registry, region: &str, value: &str) -> Vec<Shelfmark> {
    let asked = Question::Alias { scheme: region.to_owned(), value: value.to_owned(), only: Only::default() };
    registry.library.ask(&asked, None, 5).unwrap().shelfmarks
}

fn is_whole(registry: &Registry) -> bool {
    registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap().is_empty()
}

#[test]
fn what_comes_over_cites_what_it_was_and_is_found_by_it() {
    let registry = Registry::new();
    let mark = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    let certificate = registry.library.record(mark).unwrap().certificate().unwrap();
    assert_eq!(certificate.predecessor.as_ref().map(ToString::to_string), Some(there()));
    let (_, event) = registry.library.history(mark).unwrap().remove(0);
    assert_eq!((event.act, event.other), (Act::TransferIn, Some(format!("330000 {}", there()))));
    assert_eq!(stands_for(&registry, "330000", &there()), [mark]);
    assert_eq!(stands_for(&registry, "330100", &there().to_lowercase()), [mark], "however it is spelled");
    assert!(is_whole(&registry));
}

#[test]
fn nothing_comes_over_twice_and_the_same_request_is_answered_as_before() {
    let registry = Registry::new();
    let mark = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    assert!(matches!(take_over(&registry, OPERATOR, 1, "R-1", &there()), Ok(Entered::Before(before)) if before == mark));
    let other_check = if there().ends_with('A') { 'B' } else { 'A' };
    let spellings = [there(), there().to_lowercase(), written("20230000403", "001", other_check), written("20230000403", "002", 'A')];
    for (region, spelling) in ["330000", "330100", "320000"].iter().flat_map(|region| spellings.iter().map(move |it| (region, it))) {
        let again = take_over_from(&registry, RegionCode::parse(region).unwrap(), (OPERATOR, 2), "R-2", spelling);
        assert_eq!(again.unwrap_err().code(), "alias_taken", "{region} {spelling:?}");
    }
    assert_eq!(registry.library.certificates().unwrap(), 1);
}

#[test]
fn a_serial_that_is_wrong_comes_over_once_in_its_province() {
    let registry = Registry::new();
    let wrong = "W032.330100.JY33_1.001.A";
    take_over(&registry, OPERATOR, 1, "R-1", wrong).unwrap();
    let again =
        |region: &str, identifier: &str| take_over_from(&registry, RegionCode::parse(region).unwrap(), (OPERATOR, 2), "R-2", identifier);
    for (region, spelling) in [("330000", "w032.330100.jy33_1.001.a"), ("330100", wrong), ("330000", "W032.330100.JY33_1.001.B")] {
        assert_eq!(again(region, spelling).unwrap_err().code(), "alias_taken", "{region} {spelling}");
    }
    assert!(again("320000", wrong).is_ok(), "another province may have invented the same");
    assert!(is_whole(&registry));
}

#[test]
fn what_should_not_have_come_or_went_away_again_can_come_anew() {
    for change in [Change::Annul, Change::Cancel, Change::TransferOut] {
        let registry = Registry::new();
        let first = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
        registry.change(first, change, NOON).unwrap();
        let anew = take_over(&registry, OPERATOR, 1, "R-2", &there()).unwrap().shelfmark();
        assert_eq!(stands_for(&registry, "330000", &there()), [anew]);
        assert!(matches!(take_over(&registry, OPERATOR, 1, "R-1", &there()), Ok(Entered::Before(before)) if before == first));
        assert_eq!(take_over(&registry, OPERATOR, 2, "R-3", &there()).unwrap_err().code(), "alias_taken");
        assert!(is_whole(&registry), "{change:?}");
    }
}

#[test]
fn a_punishment_is_not_undone_by_coming_once_more() {
    let registry = Registry::new();
    let first = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    for change in [Change::Revoke, Change::Cancel] {
        registry.change(first, change, NOON).unwrap();
        assert_eq!(take_over(&registry, OPERATOR, 1, "R-2", &there()).unwrap_err().code(), "alias_taken", "{change:?}");
    }
}

#[test]
fn a_transfer_is_not_called_off_while_the_certificate_goes_on_here_anew() {
    let registry = Registry::new();
    let first = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    let renewed = registry.replace(first, Replacement::Renew, 1, "R-1+", "2026-03-03T04:00:00Z").unwrap().shelfmark();
    registry.change(renewed, Change::TransferOut, "2026-03-04T04:00:00Z").unwrap();
    let anew = take_over(&registry, OPERATOR, 2, "R-2", &written("20230000403", "002", 'A')).unwrap().shelfmark();
    let back = |at: &str| registry.change(renewed, Change::UndoTransfer, at);
    let refused = RegistrarError::AliasTaken { identifier: registry.identifier(anew).to_string() };
    assert_eq!(back("2026-03-05T04:00:00Z").unwrap_err(), refused);
    registry.change(anew, Change::Annul, "2026-03-06T04:00:00Z").unwrap();
    assert!(back("2026-03-07T04:00:00Z").is_ok());
    assert!(is_whole(&registry));
}

/// A certificate went away, came as another, and that was annulled; then its transfer was called off.
fn come_back_after_another(registry: &Registry) -> [Shelfmark; 2] {
    let first = take_over(registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    registry.change(first, Change::TransferOut, "2026-03-02T05:00:00Z").unwrap();
    let between = take_over(registry, OPERATOR, 1, "R-2", &there()).unwrap().shelfmark();
    registry.change(between, Change::Annul, "2026-03-02T06:00:00Z").unwrap();
    registry.change(first, Change::UndoTransfer, "2026-03-02T07:00:00Z").unwrap();
    [first, between]
}

#[test]
fn what_has_come_back_is_found_by_what_it_was_and_does_not_come_a_second_time() {
    let registry = Registry::new();
    let [first, _] = come_back_after_another(&registry);
    assert_eq!(stands_for(&registry, "330000", &there()), [first]);
    let again = || take_over(&registry, OPERATOR, 2, "R-3", &written("20230000403", "002", 'A'));
    let taken = RegistrarError::AliasTaken { identifier: registry.identifier(first).to_string() };
    assert_eq!(again().unwrap_err(), taken);
    registry.change(first, Change::Revoke, "2026-03-02T08:00:00Z").unwrap();
    assert_eq!(again().unwrap_err(), taken, "a punishment is not washed off");
    assert!(is_whole(&registry));
}

#[test]
fn of_all_that_came_from_one_certificate_one_transfer_is_called_off() {
    let registry = Registry::new();
    let marks = [(1, "R-1"), (2, "R-2"), (3, "R-3")].map(|(person, request)| {
        let mark = take_over(&registry, OPERATOR, person, request, &there()).unwrap().shelfmark();
        registry.change(mark, Change::TransferOut, "2026-03-03T04:00:00Z").unwrap();
        mark
    });
    let back = |mark, at: &str| registry.change(mark, Change::UndoTransfer, at).map(drop).map_err(|error| error.code());
    assert_eq!(back(marks[0], "2026-03-04T04:00:00Z"), Ok(()));
    assert_eq!(marks.map(|mark| back(mark, "2026-03-05T04:00:00Z").is_ok()), [false; 3]);
    registry.change(marks[0], Change::Revoke, "2026-03-06T04:00:00Z").unwrap();
    assert_eq!([marks[1], marks[2]].map(|mark| back(mark, "2026-03-07T04:00:00Z")), [Err("alias_taken"); 2], "nor after a punishment");
    assert!(is_whole(&registry));
}

#[test]
fn where_the_identifier_was_left_with_one_that_ended_the_one_that_lives_is_found_by_its_holder() {
    let registry = Registry::new();
    let [first, between] = come_back_after_another(&registry);
    leave_identifier_with(&registry, between);
    let again = take_over(&registry, OPERATOR, 2, "R-3", &there()).unwrap_err();
    assert_eq!(again, RegistrarError::AliasTaken { identifier: registry.identifier(first).to_string() });
    assert!(is_whole(&registry), "a library of an older program is as it should be");
}

#[test]
fn a_check_finds_two_that_can_be_used_and_came_from_one_certificate() {
    let registry = Registry::new();
    let first = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    let card = registry.change(first, Change::TransferOut, NOON).unwrap();
    let second = take_over(&registry, OPERATOR, 2, "R-2", &written("20230000403", "002", 'A')).unwrap().shelfmark();
    let given_back = Turn { state: State::Valid, effective: card.effective, recorded: card.recorded, successor: None };
    registry.library.commit(|pen| pen.turn(first, given_back)).unwrap();
    let found = registry.library.check(|_| Vec::new(), |_, _| {}).unwrap();
    let told: Vec<_> = found.iter().map(|finding| (finding.defect.code(), finding.place)).collect();
    assert_eq!(told, [("check_origin_twice", Place::Certificate(second))]);
}

/// As programs wrote it that did not lead the identifier back.
fn leave_identifier_with(registry: &Registry, mark: Shelfmark) {
    let known_by = "11100000000013338W032.11330000002473039X.20230000403.001";
    let led = registry.library.commit(|pen| -> Result<(), StoreError> {
        pen.put_alias(CertificateId::ROOT, known_by, mark);
        Ok(())
    });
    led.unwrap();
}

#[test]
fn what_comes_over_takes_effect_on_the_day_of_its_issue_at_the_earliest_and_never_later_than_now() {
    let registry = Registry::new();
    let since = |effective: &str| {
        let come = take_over_since(&registry, zhejiang(), (OPERATOR, 1), "R-1", &there(), effective);
        come.map_err(|error| error.code())
    };
    for (effective, code) in [
        ("2999-01-01T00:00:00Z", "lifecycle_in_future"),
        ("2026-03-02T04:00:01Z", "lifecycle_in_future"),
        ("2026-03-01T15:59:59Z", "lifecycle_before_last"),
        ("1900-01-01T00:00:00Z", "lifecycle_before_last"),
    ] {
        assert_eq!(since(effective), Err(code), "{effective}");
    }
    assert_eq!(registry.library.log_size().unwrap(), 0);
    let mark = since("2026-03-01T16:00:00Z").unwrap().shelfmark();
    registry.change(mark, Change::Revoke, NOON).unwrap();
    assert!(is_whole(&registry));
}

#[test]
fn an_identifier_that_is_wrong_is_kept_as_it_came_and_not_cited() {
    let registry = Registry::new();
    let wrong = format!("{THERE}{}", if there().ends_with('A') { 'B' } else { 'A' });
    let mark = take_over(&registry, OPERATOR, 1, "R-1", &wrong).unwrap().shelfmark();
    assert_eq!(registry.library.record(mark).unwrap().certificate().unwrap().predecessor, None);
    assert_eq!(registry.library.history(mark).unwrap()[0].1.other, Some(format!("330000 {wrong}")));
}

#[test]
fn what_is_ours_is_not_taken_over() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let own = registry.identifier(mark).to_string();
    registry.change(mark, Change::TransferOut, NOON).unwrap();
    let other_check = if own.ends_with('A') { "B" } else { "A" };
    for spelling in [own.clone(), format!("{}{other_check}", &own[..own.len() - 1]), own.replace(".001.", ".002.")] {
        assert_eq!(take_over(&registry, OPERATOR, 1, "R-2", &spelling).unwrap_err().code(), "transfer_own_certificate", "{spelling}");
    }
    for region in ["440000", "440100", "445121"] {
        let region = RegionCode::parse(region).unwrap();
        let refused = Origin::new(&registry.library, region, CertificateId::parse_foreign(&there()).unwrap(), None);
        assert_eq!(refused.unwrap_err().code(), "transfer_own_region");
    }
}

#[test]
fn one_valid_certificate_a_holder_counts_what_comes_over() {
    let registry = Registry::new();
    registry.issued(ACCOUNTING, 1, "2026-03-01");
    assert_eq!(take_over(&registry, ACCOUNTING, 1, "R-2", &there()).unwrap_err().code(), "holder_has_one");
}

#[test]
fn the_other_region_must_have_given_it_away() {
    let registry = Registry::new();
    let kind = registry.house.kind(OPERATOR);
    let set = &kind.state_codes()[0];
    let said = |code: &str| {
        let meaning = set.meaning(code).unwrap();
        Origin::new(&registry.library, zhejiang(), CertificateId::parse_foreign(&there()).unwrap(), Some((set, meaning))).map(|_| ())
    };
    // This code set has no code for what was transferred, so valid must do.
    assert_eq!(set.code_for(Condition::Transferred), None);
    assert_eq!(said("01"), Ok(()));
    let refused = said("03").unwrap_err();
    assert_eq!(
        refused,
        RegistrarError::NotGivenAway { said: Meaning::Condition(Condition::Revoked), wanted: Meaning::Condition(Condition::InForce) }
    );
    assert_eq!(refused.to_string(), "the other region says that it is revoked, for a transfer it must be valid");
}
