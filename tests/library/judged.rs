//! What the rules' part of a check finds: signatures that no key of the agency made, and events that tell of other bytes.
//!
//! What stands encrypted cannot be damaged from outside; here it is entered so, by the store's own pen, which knows no rules.

use crate::registry::{OPERATOR, Registry};
use kanhe_core::event::{Act, Event};
use kanhe_issuer::audit::judge;
use kanhe_store::{Arrival, Record, StoreError};

/// What is not as it must be, how it comes to be so of an honest record and its event beside another record, and what is found.
type Row = (&'static str, fn(&mut Record, &mut Event, &Record), &'static [&'static str]);

const ROWS: &[Row] = &[
    ("nothing", |_, _, _| {}, &[]),
    ("the certificate's signature", |record, _, _| flip(&mut record.envelope), &["check_signature"]),
    ("the seal's signature", |record, _, _| flip(&mut record.seal), &["check_signature"]),
    ("what was sealed", |record, _, _| record.seal[40] ^= 1, &["check_signature"]),
    ("the whole seal: it is another certificate's", |record, _, other| record.seal.clone_from(&other.seal), &["check_signature"]),
    ("the whole seal: it is cut off", |record, _, _| record.seal.truncate(30), &["check_signature"]),
    ("the digest in the event", |_, event, _| event.digest[0] ^= 1, &["check_event_of_issue"]),
    ("the seal in the event", |_, event, _| event.seal[0] ^= 1, &["check_event_of_issue"]),
    ("the act of the event, by which nothing is issued", |_, event, _| event.act = Act::Reinstate, &["check_event_of_issue"]),
];

/// The last byte of what is signed is its signature's.
fn flip(bytes: &mut [u8]) {
    *bytes.last_mut().unwrap() ^= 1;
}

/// Enters what another registry has issued, after something was done to it, and says what a check finds.
fn found(change: fn(&mut Record, &mut Event, &Record)) -> Vec<&'static str> {
    let (from, to) = (Registry::new(), Registry::new());
    let [mark, other] = [1, 2].map(|person| from.issued(OPERATOR, person, "2026-03-01"));
    let (card, mut record) = (from.library.card(mark).unwrap(), from.library.record(mark).unwrap());
    let (_, mut event) = from.library.history(mark).unwrap().remove(0);
    let certificate = record.certificate().unwrap();
    change(&mut record, &mut event, &from.library.record(other).unwrap());
    let slot = to.library.reserve_slot(card.agency()).unwrap();
    assert_eq!(slot.number(), card.slot, "under the same secret slots are given out in the same order");
    let entered = to.library.commit(|pen| -> Result<(), StoreError> {
        let (number, holders) = (certificate.number.as_str(), &certificate.holders[..]);
        let mark = pen.enter(&Arrival { card, record: &record, number, holders, slot: &slot, fingerprint: [0; 16] })?;
        pen.note(&[mark], &event).map(drop)
    });
    entered.unwrap();
    let findings = to.library.check(|whole| judge(whole, to.house.manifest()), |_, _| {}).unwrap();
    findings.iter().map(|finding| finding.defect.code()).collect()
}

#[test]
fn what_no_key_of_the_agency_signed_and_what_the_log_tells_otherwise_is_found() {
    for (what, change, codes) in ROWS {
        assert_eq!(found(*change), *codes, "{what}");
    }
}
