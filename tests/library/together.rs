//! Many at once: one order, nothing twice, nothing lost.

use crate::registry::{ACCOUNTING, House, OPERATOR, Registry, everybody_in_office, nobody_behind, secret};
use jiff::SignedDuration;
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::event::Grounds;
use kanhe_core::manifest::{Contents, Manifest};
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_issuer::proposal::{Decision, Deed, MOST_OPEN, Motion, Proposal, ProposalError, Proposals, Proposing};
use kanhe_issuer::registrar::{Answer, Entered, Entry, RegistrarError, Signed};
use kanhe_store::{Drawer, Library, Settings, SignedManifest, StoreError};
use kanhe_tests::Office;
use kanhe_tests::world::{FaultyKey, moment, test_key};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn of_many_who_ask_the_same_one_is_answered_and_all_are_told_so() {
    let registry = Registry::new();
    let signed: Vec<_> = (0..16).map(|_| registry.sign(OPERATOR, 1, "R-same", "2026-03-01")).collect();
    let library = &registry.library;
    let marks = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for one in signed.chunks(1) {
            scope.spawn(|| {
                let entered = kanhe_issuer::registrar::Registrar::new(library).enter(one).unwrap().pop().unwrap().unwrap();
                marks.lock().unwrap().insert(entered.shelfmark());
            });
        }
    });
    assert_eq!(marks.into_inner().unwrap().len(), 1);
    assert_eq!(library.certificates().unwrap(), 1);
    assert_eq!(library.log_size().unwrap(), 1);
}

#[test]
fn what_was_signed_before_a_manifest_calls_its_key_stolen_is_not_entered_behind_it() {
    let registry = Registry::new();
    let region = test_key("region");
    let take_up = |edition: u32, counts_before: Option<u64>| {
        let mut contents = Contents { edition, ..Contents::clone(registry.house.manifest()) };
        contents.agencies[0].keys[0].counts_before = counts_before;
        let envelope = sign_to_cose(Manifest::TYPE, &Manifest::new(contents).unwrap().encode(), &region);
        let manifest = SignedManifest { envelope, root: region.verifying_key() };
        let now = moment("2026-03-01T04:00:00Z");
        registry.registrar().take_up(&manifest, &registry.entry(now, now)).unwrap();
    };
    take_up(1, None);
    let first = registry.sign(OPERATOR, 1, "R-1", "2026-03-01");
    let (second, third) = (registry.sign(OPERATOR, 2, "R-2", "2026-03-01"), registry.sign(OPERATOR, 3, "R-3", "2026-03-01"));
    let enter = |signed: &[Signed]| registry.registrar().enter(signed).unwrap().pop().unwrap();
    assert!(enter(&[first]).is_ok());
    take_up(2, Some(registry.library.log_size().unwrap()));
    let moved = RegistrarError::ManifestMoved { signed: 1, present: 2 };
    assert_eq!(enter(&[second, third]).unwrap_err(), moved);
    assert_eq!(registry.library.certificates().unwrap(), 1);
    // It is so after the library was opened again, and nothing was kept of it in memory.
    let again = registry.sign(OPERATOR, 1, "R-1", "2026-03-01");
    let other = registry.sign(OPERATOR, 4, "R-4", "2026-03-01");
    let registry = registry.reopen();
    let enter = |signed: &[Signed]| registry.registrar().enter(signed).unwrap().pop().unwrap();
    assert!(matches!(enter(&[again]), Ok(Entered::Before(_))), "what was answered is answered again");
    assert_eq!(enter(&[other]).unwrap_err(), moved);
}

#[test]
fn what_was_answered_is_on_the_disk() {
    let registry = Registry::new();
    let signed: Vec<_> = (0..64).map(|person| registry.sign(OPERATOR, person, &format!("R-{person}"), "2026-03-01")).collect();
    let library = &registry.library;
    thread::scope(|scope| {
        for group in signed.chunks(4) {
            scope.spawn(move || {
                for one in group.chunks(1) {
                    let entered = kanhe_issuer::registrar::Registrar::new(library).enter(one).unwrap().pop().unwrap().unwrap();
                    // Read back at once: an answer is given only after the sync.
                    assert!(library.record(entered.shelfmark()).is_ok());
                }
            });
        }
    });
    let head = library.head().unwrap();
    assert_eq!(head.size, 64);
    let slots: BTreeSet<_> = library.states(&kanhe_tests::Office::Guangzhou.code(), 0).unwrap().into_iter().map(|(slot, _)| slot).collect();
    assert_eq!(slots.len(), 64);
    let registry = registry.reopen();
    assert_eq!(registry.library.head().unwrap(), head);
}

#[test]
fn who_waits_to_write_while_the_library_is_found_astray_writes_nothing() {
    let registry = Registry::new();
    let library = &registry.library;
    thread::scope(|scope| {
        let (waiting, begun) = library
            .begin(|pen| {
                let waiting = scope.spawn(|| library.commit(|pen| pen.put_office(Drawer::Uses, b"late", b"lost")));
                // Long enough to come to the writer's lock, which is held here.
                thread::sleep(Duration::from_millis(200));
                library.hold_astray(Some("log_fork"));
                pen.put_office(Drawer::Uses, b"early", b"before it was known").map(|()| waiting)
            })
            .unwrap();
        begun.stands().unwrap();
        assert_eq!(waiting.join().unwrap(), Err(StoreError::Astray { code: "log_fork" }));
    });
    assert!(library.office(Drawer::Uses, b"late").unwrap().is_none());
}

#[test]
fn what_was_begun_is_not_there_before_it_stands() {
    let registry = Registry::new();
    let library = &registry.library;
    let begin = |key: &[u8]| library.begin(|pen| pen.put_office(Drawer::Uses, key, b"looked")).unwrap().1;
    let on_disk = |key: &[u8]| library.office(Drawer::Uses, key).unwrap().is_some();
    let (first, second) = (begin(b"1"), begin(b"2"));
    assert!(!on_disk(b"1") && !on_disk(b"2"));
    // Whoever waits takes along what was begun before.
    second.stands().unwrap();
    assert!(on_disk(b"1") && on_disk(b"2"));
    first.stands().unwrap();
}

#[test]
fn of_many_who_wait_nobody_is_forgotten() {
    let registry = Registry::new();
    let library = &registry.library;
    let look = |person: usize, turn: usize| {
        let key = [person.to_be_bytes(), turn.to_be_bytes()].concat();
        let ((), begun) = library.begin(|pen| pen.put_office(Drawer::Uses, &key, b"looked")).unwrap();
        begun.stands().unwrap();
        assert!(library.office(Drawer::Uses, &key).unwrap().is_some());
    };
    thread::scope(|scope| {
        for person in 0..32 {
            scope.spawn(move || (0..8).for_each(|turn| look(person, turn)));
        }
    });
    assert_eq!(library.office_page(Drawer::Uses, b"", None, 1_000).unwrap().papers.len(), 256);
}

#[test]
fn a_holder_who_asks_twice_at_once_gets_one() {
    let registry = Registry::new();
    let house: &House = &registry.house;
    assert!(house.kind(ACCOUNTING).one_valid_per_holder());
    let signed = [registry.sign(ACCOUNTING, 5, "R-1", "2026-03-01"), registry.sign(ACCOUNTING, 5, "R-2", "2026-03-01")];
    let entered = registry.registrar().enter(&signed).unwrap();
    assert_eq!(entered.iter().filter(|entered| entered.is_ok()).count(), 1);
    assert_eq!(entered[1].as_ref().unwrap_err().code(), "holder_has_one");
    let path = registry.path();
    assert_eq!(Library::open(&path, &secret(), Settings::default()).err().map(|error| error.code()), Some("store_in_use"));
}

#[test]
fn what_was_issued_before_is_followed_without_being_signed_again() {
    let registry = Registry::new();
    let signatures = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&signatures);
    let key = FaultyKey::new(registry.house.key(), move |_| counted.fetch_add(1, Ordering::Relaxed) == usize::MAX);
    let desk = registry.house.desk_with(OPERATOR, &key);
    let answer = |person: usize| {
        let draft = registry.house.draft(OPERATOR, person, "R-once", "2026-03-01");
        let now = moment("2026-03-01T04:00:00Z");
        registry.registrar().answer(&desk, draft, registry.grant(now, now))
    };
    let Ok(Answer::New(signed)) = answer(1) else { panic!("nothing was issued yet") };
    let Ok(Answer::New(_)) = answer(1) else { panic!("nothing is entered yet") };
    let entered = registry.registrar().enter(&[*signed]).unwrap().pop().unwrap().unwrap();
    let before = signatures.load(Ordering::Relaxed);
    assert_eq!(before, 4, "a certificate and a seal for each of two");
    assert!(matches!(answer(1), Ok(Answer::Before(mark)) if mark == entered.shelfmark()));
    assert_eq!(answer(2).err().map(|error| error.code()), Some("request_reused"));
    assert_eq!(signatures.load(Ordering::Relaxed), before);
}

#[test]
fn a_slot_under_which_nothing_came_to_stand_is_given_out_again_and_no_other() {
    let registry = Registry::new();
    let agency = Office::Guangzhou.code();
    let slots = |most: usize| {
        let slots: Vec<_> = (0..most).map(|_| registry.library.reserve_slot(&agency).unwrap()).collect();
        slots.iter().map(kanhe_store::Reserved::number).collect::<BTreeSet<_>>()
    };
    let first = slots(3);
    assert_eq!(first.len(), 3, "what is in somebody's hands is nobody else's");
    // One of two is refused: nobody may have two valid ones.
    let signed = ["R-1", "R-2"].map(|request| registry.sign(ACCOUNTING, 1, request, "2026-03-01"));
    let taken = signed[0].issued().certificate().slot;
    let entered = registry.registrar().enter(&signed).unwrap();
    assert_eq!(entered.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
    drop(signed);
    // Another is entered by a plan that something else refuses then.
    let other = [registry.sign(OPERATOR, 2, "R-3", "2026-03-01")];
    let withdrawn = registry.registrar().enter_and(&other, |_, _| Err::<(), _>(StoreError::NoSlot));
    assert_eq!(withdrawn.unwrap_err().code(), "store_no_slot");
    drop(other);
    let others = slots(2);
    assert!(!others.contains(&taken) && others.is_subset(&first), "{others:?} of {first:?} but {taken}");
}

#[test]
fn rows_that_are_refused_by_the_hundred_thousand_pass_over_no_page() {
    let registry = Registry::new();
    let agency = Office::Guangzhou.code();
    registry.issued(OPERATOR, 1, "2026-03-01");
    for _ in 0..ENTRIES_PER_LIST * 2 {
        drop(registry.library.reserve_slot(&agency).unwrap());
    }
    registry.issued(OPERATOR, 2, "2026-03-01");
    assert_eq!(registry.library.pages(&agency).unwrap().into_keys().collect::<Vec<_>>(), [0]);
    assert_eq!(registry.library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
}

#[test]
fn of_many_who_propose_at_once_no_more_are_heard_than_may_be_open_and_all_that_are_approved_are_at_work() {
    let registry = Registry::new();
    let identifier = registry.identifier(registry.issued(OPERATOR, 1, "2026-03-01"));
    let library = &registry.library;
    let (then, later) = (moment("2026-03-02T04:00:00Z"), moment("2026-04-02T04:00:00Z"));
    let proposals = Proposals::new(library, nobody_behind, everybody_in_office);
    let motion = Motion::of_certificates(library, Deed::Suspend, &[identifier], then).unwrap();
    let propose = |number: u8, now| -> Result<Proposal, ProposalError> {
        let grounds = Grounds::new("《行政处罚法》", "集中整治", "officer-1").unwrap();
        let chance = std::array::from_fn(|place| if place == 0 { number & 31 } else { number >> 5 });
        let proposing = Proposing { agency: Office::Guangzhou.code(), term: SignedDuration::from_hours(24 * 7), chance };
        proposals.propose_and(&proposing, &motion, &Entry { grounds, effective: now, now, salt: [number; 16] }, |_, _| Ok(()))
    };
    let approve = |proposal: &Proposal| {
        let decision = Decision { by: "officer-2", now: then, reason: "同意" };
        proposals.approve_and(&proposal.code, &proposal.digest, &decision, [0; 16], |_, _| Ok(())).unwrap();
    };
    let in_the_list = || library.office_page(Drawer::Proposals, &[3], None, 1_000).unwrap().papers.len();
    let heard = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for officer in 0..8 {
            let (propose, heard) = (&propose, &heard);
            scope.spawn(move || {
                for number in 0..16 {
                    match propose(officer * 16 + number, then) {
                        Ok(proposal) => heard.lock().unwrap().push(proposal),
                        Err(error) => assert_eq!(error.code(), "proposal_too_many"),
                    }
                }
            });
        }
    });
    let heard = heard.into_inner().unwrap();
    assert_eq!((heard.len(), in_the_list()), (MOST_OPEN, MOST_OPEN));
    heard.iter().for_each(approve);
    for number in [200, 201, 202] {
        approve(&propose(number, then).unwrap());
        propose(number + 10, then).unwrap();
    }
    assert_eq!(proposals.at_work().unwrap().len(), MOST_OPEN + 3);
    assert_eq!(in_the_list(), 3);
    propose(230, later).unwrap();
    assert_eq!(in_the_list(), 1, "those that ran out have left the list in the same commit");
}
