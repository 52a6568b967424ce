//! The log grows with every commit, and anybody can check it.

use crate::registry::{OPERATOR, Registry};
use kanhe_core::event::Event;
use kanhe_issuer::lifecycle::Change;
use kanhe_log::hash::leaf_hash;
use kanhe_log::proof::{verify_consistency, verify_inclusion};

#[test]
fn every_event_is_proved_to_stand_in_every_later_head() {
    let registry = Registry::new();
    let mut heads = vec![registry.library.head().unwrap()];
    for person in 0..10 {
        let mark = registry.issued(OPERATOR, person, "2026-03-01");
        if person % 3 == 0 {
            registry.change(mark, Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
        }
        heads.push(registry.library.head().unwrap());
    }
    let registry = registry.reopen();
    let last = *heads.last().unwrap();
    assert_eq!(registry.library.head().unwrap(), last);
    for index in 0..last.size {
        let event = registry.library.event(index).unwrap().unwrap();
        let leaf = leaf_hash(&Event::entry_of(&event.encode()));
        let proof = registry.library.prove(index, last.size).unwrap();
        verify_inclusion(leaf, index, &last, &proof).unwrap();
        let other = leaf_hash(&Event::entry_of(&Event { reason: "别的理由".to_owned(), ..event }.encode()));
        assert!(verify_inclusion(other, index, &last, &proof).is_err());
    }
    for head in heads.iter().filter(|head| head.size > 0) {
        verify_consistency(head, &last, &registry.library.prove_growth(head.size, last.size).unwrap()).unwrap();
    }
}

#[test]
fn a_batch_of_many_is_one_growth_of_the_log() {
    let registry = Registry::new();
    let signed: Vec<_> = (0..300).map(|person| registry.sign(OPERATOR, person, &format!("R-{person}"), "2026-03-01")).collect();
    assert!(registry.registrar().enter(&signed).unwrap().iter().all(Result::is_ok));
    let head = registry.library.head().unwrap();
    assert_eq!(head.size, 300);
    let registry = registry.reopen();
    assert_eq!(registry.library.head().unwrap(), head);
    assert_eq!(registry.library.entries(255, 3).unwrap().len(), 3);
    assert!(registry.library.entries(299, 2).is_err());
}

#[test]
fn an_event_that_nothing_knows_of_and_a_head_that_never_was_are_found_by_the_check() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let (_, event) = registry.library.history(mark).unwrap().remove(0);
    let note = |pen: &mut kanhe_store::Pen<'_>| {
        pen.note(&[], &event)?;
        pen.put_checkpoint(&format!("gd.example.cn/log\n1\n{}\n\n\u{2014} gd.example.cn/log {}\n", leaf_hash(b"another"), "A".repeat(92)));
        Ok::<(), kanhe_store::StoreError>(())
    };
    registry.library.commit(note).unwrap();
    let findings = registry.library.check(|_| Vec::new(), |_, _| {}).unwrap();
    let codes: Vec<_> = findings.iter().map(|finding| finding.defect.code()).collect();
    assert_eq!(codes, ["check_checkpoint", "check_event_record"]);
}
