//! A certificate of another region, of a type that is reviewed: it comes over by an application, which knows its origin to the end.

use crate::registry::{OPERATOR, Registry};
use crate::review::{Bureau, NOON, PARALLEL, code_of};
use crate::transfer::{stands_for, there, written, zhejiang};
use kanhe_core::code::{CertificateId, ProjectCode};
use kanhe_core::event::Act;
use kanhe_issuer::application::Table;
use kanhe_issuer::examiner::{Closing, Descent, ExaminerError, Lodged, Lodging};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Origin;
use kanhe_store::Stage;

fn bureau() -> Bureau {
    Bureau::of(OPERATOR, PARALLEL)
}

fn from(registry: &Registry, identifier: &str) -> Descent {
    Descent::From(Origin::new(&registry.library, zhejiang(), CertificateId::parse_foreign(identifier).unwrap(), None).unwrap())
}

impl Bureau {
    fn lodge_from(&self, person: usize, request: &str, identifier: &str) -> Result<Lodged, ExaminerError> {
        self.lodge(person, request, from(&self.registry, identifier), NOON)
    }

    fn comes(&self, person: usize, request: &str, identifier: &str) -> ProjectCode {
        self.lodge_from(person, request, identifier).unwrap().code()
    }
}

#[test]
fn what_is_reviewed_comes_over_with_its_origin_and_the_decision() {
    let bureau = bureau();
    let code = bureau.comes(1, "P-1", &there());
    let library = &bureau.registry.library;
    let (_, lodged) = library.history_of(&bureau.project(&code)).unwrap().remove(0);
    assert_eq!((lodged.act, lodged.other), (Act::Lodge, Some(format!("330000 {}", there()))));
    assert_eq!(stands_for(&bureau.registry, "330000", &there()), [], "it has not come yet");
    let mark = bureau.approved(&code, NOON).unwrap().shelfmark();
    let certificate = library.record(mark).unwrap().certificate().unwrap();
    assert_eq!(certificate.predecessor.as_ref().map(ToString::to_string), Some(there()));
    let (_, event) = library.history(mark).unwrap().remove(0);
    assert_eq!((event.act, event.other), (Act::TransferIn, Some(format!("330000 {}", there()))));
    assert_eq!(event.approval.map(|approval| (approval.project, approval.approver)), Some((code, "head-1".to_owned())));
    assert_eq!(stands_for(&bureau.registry, "330100", &there().to_lowercase()), [mark], "however it is spelled");
    assert_eq!((bureau.project(&code).stage, bureau.project(&code).issued), (Stage::Approved, Some(mark)));
    bureau.is_sound();
}

#[test]
fn what_came_over_is_not_applied_for_again_however_it_is_written() {
    let bureau = bureau();
    let mark = bureau.approved(&bureau.comes(1, "P-1", &there()), NOON).unwrap().shelfmark();
    let other_check = if there().ends_with('A') { 'B' } else { 'A' };
    for spelling in [there(), there().to_lowercase(), written("20230000403", "001", other_check), written("20230000403", "002", 'A')] {
        assert_eq!(code_of(bureau.lodge_from(2, "P-2", &spelling)), "alias_taken", "{spelling}");
    }
    bureau.registry.change(mark, Change::Annul, NOON).unwrap();
    let anew = bureau.approved(&bureau.comes(2, "P-2", &there()), NOON).unwrap().shelfmark();
    assert_eq!(stands_for(&bureau.registry, "330000", &there()), [anew], "it should not have come");
    bureau.is_sound();
}

#[test]
fn of_two_who_apply_for_the_same_the_second_is_refused_in_the_commit_of_the_decision() {
    let bureau = bureau();
    let codes = [(1, "P-1"), (2, "P-2")].map(|(person, request)| bureau.comes(person, request, &there()));
    let mark = bureau.approved(&codes[0], NOON).unwrap().shelfmark();
    assert_eq!(code_of(bureau.approved(&codes[1], NOON)), "alias_taken");
    assert_eq!((bureau.project(&codes[1]).stage, bureau.registry.library.certificates().unwrap()), (Stage::ForDecision, 1));
    assert_eq!(stands_for(&bureau.registry, "330000", &there()), [mark]);
    bureau.close(&codes[1], Closing::Reject, "head-1").unwrap();
    bureau.is_sound();
}

#[test]
fn what_has_come_back_here_is_neither_applied_for_nor_approved_a_second_time() {
    let bureau = bureau();
    let waiting = bureau.comes(3, "P-3", &there());
    let [first, between] = [(1, "P-1"), (2, "P-2")].map(|(person, request)| {
        let mark = bureau.approved(&bureau.comes(person, request, &there()), NOON).unwrap().shelfmark();
        bureau.registry.change(mark, Change::TransferOut, NOON).unwrap();
        mark
    });
    bureau.registry.change(first, Change::UndoTransfer, NOON).unwrap();
    assert_eq!(bureau.registry.change(between, Change::UndoTransfer, NOON).unwrap_err().code(), "alias_taken");
    assert_eq!(code_of(bureau.lodge_from(4, "P-4", &there())), "alias_taken");
    assert_eq!(code_of(bureau.approved(&waiting, NOON)), "alias_taken");
    bureau.is_sound();
}

#[test]
fn what_is_ours_is_refused_when_it_is_applied_for() {
    let bureau = bureau();
    let mark = bureau.approved(&bureau.lodged(1), NOON).unwrap().shelfmark();
    bureau.registry.change(mark, Change::TransferOut, NOON).unwrap();
    assert_eq!(code_of(bureau.lodge_from(1, "P-9", &bureau.registry.identifier(mark).to_string())), "transfer_own_certificate");
}

#[test]
fn the_same_request_has_one_code_and_another_origin_makes_it_another() {
    let bureau = bureau();
    let code = bureau.comes(1, "P-1", &there());
    for spelling in [there(), there().to_lowercase()] {
        assert!(matches!(bureau.lodge_from(1, "P-1", &spelling), Ok(Lodged::Before(before)) if before == code), "{spelling}");
    }
    assert_eq!(code_of(bureau.lodge_from(1, "P-1", &written("20230000404", "001", 'A'))), "request_reused");
    assert_eq!(code_of(bureau.lodge(1, "P-1", Descent::First, NOON)), "request_reused");
}

#[test]
fn what_is_odd_about_its_identifier_goes_with_it_and_is_not_cited() {
    let bureau = bureau();
    let wrong = written("20230000403", "001", if there().ends_with('A') { 'B' } else { 'A' });
    let code = bureau.comes(1, "P-1", &wrong);
    let bureau = bureau.reopen_after(|_| {});
    let origin = bureau.project(&code).origin.unwrap();
    assert_eq!((origin.identifier.written(), origin.identifier.warnings().len()), (wrong.as_str(), 1));
    let mark = bureau.approved(&code, NOON).unwrap().shelfmark();
    assert_eq!(bureau.registry.library.record(mark).unwrap().certificate().unwrap().predecessor, None);
    assert_eq!(bureau.registry.library.history(mark).unwrap()[0].1.other, Some(format!("330000 {wrong}")));
    bureau.is_sound();
}

#[test]
fn it_may_end_as_early_as_it_did_there() {
    let bureau = bureau();
    let house = &bureau.registry.house;
    let csv = format!(
        "request_id,number,holder_name,holder_code_type,holder_code,valid_until,trade,first_issued_on,sex,employer,training\n\
         P-1,粤A022000000001,王芳,111,{},2027-05-31,10,2018-04-01,男,广州市万家建筑工程有限公司,47\n",
        crate::registry::resident_id(1)
    );
    let application = Table::read(csv.as_bytes(), house.kind(OPERATOR)).unwrap().next().unwrap().unwrap();
    let lodge = |descent| {
        let lodging = Lodging { agency: house.desk(OPERATOR).agency().code, application: &application, descent, chance: [3; 10] };
        bureau.examiner().lodge(house.kind(OPERATOR), &lodging, &bureau.entry("clerk-1", NOON))
    };
    assert_eq!(code_of(lodge(Descent::First)), "rows_refused");
    let mark = bureau.approved(&lodge(from(&bureau.registry, &there())).unwrap().code(), NOON).unwrap().shelfmark();
    assert_eq!(bureau.registry.library.card(mark).unwrap().until.unwrap().to_string(), "2027-05-31");
}
