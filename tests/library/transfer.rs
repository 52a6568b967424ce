//! A certificate that comes from another region: a first version here, found by what it was there, and never taken over twice.

use crate::registry::{ACCOUNTING, OPERATOR, Registry};
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::event::Act;
use kanhe_issuer::audit::judge;
use kanhe_issuer::catalogue::Meaning;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::registrar::{Entered, Origin, RegistrarError};
use kanhe_store::find::Question;
use kanhe_tests::world::moment;

const THERE: &str = "1.2.156.3005.2.11100000000013338W032.11330000002473039X.20230000403.001.";
const NOON: &str = "2026-03-02T04:00:00Z";

pub fn there() -> String {
    let body = THERE.trim_start_matches("1.2.156.3005.2.").replace('.', "");
    format!("{THERE}{}", kanhe_core::code::check::mod_37_36(&body).unwrap())
}

fn zhejiang() -> RegionCode {
    RegionCode::parse("330000").unwrap()
}

fn origin(registry: &Registry, identifier: &str) -> Origin {
    Origin::new(&registry.library, zhejiang(), CertificateId::parse_foreign(identifier).unwrap(), None).unwrap()
}

pub fn take_over(registry: &Registry, name: &str, person: usize, request: &str, identifier: &str) -> Result<Entered, RegistrarError> {
    let draft = registry.house.draft(name, person, request, "2026-03-02");
    let (desk, origin) = (registry.house.desk(name), origin(registry, identifier));
    registry.registrar().take_over(&desk, &origin, draft, registry.entry(moment(NOON), moment(NOON)), registry.salt())
}

#[test]
fn what_comes_over_cites_what_it_was_and_is_found_by_it() {
    let registry = Registry::new();
    let mark = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    let certificate = registry.library.record(mark).unwrap().certificate().unwrap();
    assert_eq!(certificate.predecessor.as_ref().map(ToString::to_string), Some(there()));
    let (_, event) = registry.library.history(mark).unwrap().remove(0);
    assert_eq!((event.act, event.other), (Act::TransferIn, Some(format!("330000 {}", there()))));
    let asked = Question::Alias { scheme: "330000".to_owned(), value: there() };
    assert_eq!(registry.library.ask(&asked, None, 5).unwrap().shelfmarks, [mark]);
    assert_eq!(registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
}

#[test]
fn nothing_comes_over_twice_and_the_same_request_is_answered_as_before() {
    let registry = Registry::new();
    let mark = take_over(&registry, OPERATOR, 1, "R-1", &there()).unwrap().shelfmark();
    assert!(matches!(take_over(&registry, OPERATOR, 1, "R-1", &there()), Ok(Entered::Before(before)) if before == mark));
    for spelling in [there(), there().to_lowercase()] {
        assert_eq!(take_over(&registry, OPERATOR, 2, "R-2", &spelling).unwrap_err().code(), "alias_taken", "{spelling:?}");
    }
    assert_eq!(registry.library.certificates().unwrap(), 1);
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
    assert_eq!(take_over(&registry, OPERATOR, 1, "R-2", &own).unwrap_err().code(), "transfer_own_certificate");
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
