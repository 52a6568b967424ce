//! A copy that stands still: a look at the whole library while others write.

use crate::registry::{OPERATOR, Registry, secret};
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::Registrar;
use kanhe_store::{Library, Settings};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The copies that stand beside a library.
fn copies(registry: &Registry) -> usize {
    let names = fs::read_dir(registry.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("db.still-")).count()
}

#[test]
fn a_copy_stays_as_the_library_was_while_the_library_goes_on() {
    let registry = Registry::new();
    let marks: Vec<_> = (0..20).map(|person| registry.issued(OPERATOR, person, "2026-03-01")).collect();
    let copy = registry.library.still().unwrap();
    let before = (copy.certificates().unwrap(), copy.log_size().unwrap(), copy.card(marks[3]).unwrap());
    registry.issued(OPERATOR, 20, "2026-03-01");
    registry.change(marks[3], Change::Suspend, "2026-03-05T00:00:00Z").unwrap();
    assert_eq!((copy.certificates().unwrap(), copy.log_size().unwrap(), copy.card(marks[3]).unwrap()), before);
    assert_eq!((registry.library.certificates().unwrap(), before.0), (21, 20));
    // What the copy says is sound in itself, and so is what the library says now.
    for library in [&*copy, &registry.library] {
        assert_eq!(library.check(|_| Vec::new(), |_, _| {}).unwrap(), []);
    }
    let second = registry.library.still().unwrap();
    assert_eq!((second.certificates().unwrap(), copies(&registry)), (21, 2));
    drop((copy, second));
    assert_eq!(copies(&registry), 0);
}

#[test]
fn a_copy_that_is_made_while_others_write_is_of_one_moment() {
    let registry = Registry::new();
    let signed: Vec<_> = (0..200).map(|person| registry.sign(OPERATOR, person, &format!("R-{person}"), "2026-03-01")).collect();
    let (library, writing) = (&registry.library, AtomicBool::new(true));
    let copied = thread::scope(|scope| {
        scope.spawn(|| {
            for one in signed.chunks(1) {
                Registrar::new(library).enter(one).unwrap().pop().unwrap().unwrap();
            }
            writing.store(false, Ordering::Release);
        });
        let mut sizes = Vec::new();
        while writing.load(Ordering::Acquire) && sizes.len() < 10 {
            let copy = library.still().unwrap();
            assert_eq!(copy.check(|_| Vec::new(), |_, _| {}).unwrap(), [], "every index, card and event belongs together");
            sizes.push(copy.log_size().unwrap());
        }
        sizes
    });
    assert!(copied.is_sorted() && !copied.is_empty(), "{copied:?}");
}

#[test]
fn nothing_is_written_into_a_copy() {
    let registry = Registry::new();
    let mark = registry.issued(OPERATOR, 1, "2026-03-01");
    let copy = registry.library.still().unwrap();
    let refused = copy.commit(|pen| -> Result<(), kanhe_store::StoreError> {
        pen.put_checkpoint("anything");
        Ok(())
    });
    assert!(refused.is_err());
    assert!(registry.library.card(mark).is_ok() && registry.library.checkpoint().unwrap().is_none());
}

#[test]
fn a_copy_that_a_killed_process_left_is_taken_away_when_the_library_is_opened() {
    let registry = Registry::new();
    registry.issued(OPERATOR, 1, "2026-03-01");
    // Its folder stays where nobody drops it.
    std::mem::forget(registry.library.still().unwrap());
    assert_eq!(copies(&registry), 1);
    let registry = registry.reopen();
    assert_eq!((copies(&registry), registry.library.certificates().unwrap()), (0, 1));
    drop(registry.library);
    assert!(Library::open(&registry.folder.path().join("db"), &secret(), Settings::default()).is_ok());
}

#[test]
fn a_check_that_nobody_waits_for_is_broken_off() {
    let registry = Registry::new();
    for person in 0..5 {
        registry.issued(OPERATOR, person, "2026-03-01");
    }
    let mut looked_at = 0;
    let checked = registry.library.check_while(
        |_| Vec::new(),
        |seen, _| {
            looked_at = seen;
            if seen == 3 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        },
    );
    assert_eq!((checked.unwrap(), looked_at), (None, 3));
}
