//! A key of an agency is changed while clients issue and a job runs: nothing is lost, and the old key signs no more.

use super::{csv, rows};
use crate::agencies::{OPERATOR, WANG, issue, operator};
use crate::proposals::{a_file, approved, next_manifest, propose};
use crate::stage::{Stage, key_of};
use crate::taken_up::{all_uses, housing, is_sound, signer_of, text_of, verdict, with_spare_key_and};
use kanhe_service::accounts::Role;
use kanhe_service::http::{Limits, Rate};
use kanhe_service::publish::publish;
use kanhe_tests::Office;
use kanhe_tests::world::day;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const CLIENTS: usize = 4;

/// Rows of the job: some commits of it.
const ROWS: usize = 400;

/// What clients and the story tell each other.
#[derive(Default)]
struct Told {
    /// Certificates that were issued so far.
    issued: AtomicUsize,
    /// The approval was answered: who asks from now on is answered by the new key.
    is_approved: AtomicBool,
    enough: AtomicBool,
}

/// Issues one certificate after the other until it is enough. Returns each, and whether it was asked for after the approval.
fn client(stage: &Stage, told: &Told, numbers: Range<usize>) -> Vec<(String, bool)> {
    let mut issued = Vec::new();
    for number in numbers {
        if told.enough.load(Ordering::SeqCst) {
            break;
        }
        let after = told.is_approved.load(Ordering::SeqCst);
        let reply = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(number)));
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        issued.push((reply.json()["certificate"]["identifier"].as_str().unwrap().to_owned(), after));
        told.issued.fetch_add(1, Ordering::SeqCst);
    }
    issued
}

/// Waits until clients have issued so many more.
fn some_more(told: &Told, count: usize) {
    let from = told.issued.load(Ordering::SeqCst);
    while told.issued.load(Ordering::SeqCst) < from + count {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_key_is_changed_under_load_and_nothing_is_lost() {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 100 };
    let stage = with_spare_key_and(Limits { rate, ..Limits::default() });
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let (old, new) = (key_of(Office::Housing).verifying_key(), Office::Housing.old_key().verifying_key());
    let file = next_manifest(2, |contents| {
        housing(contents)[0].until = Some(day("2026-06-15"));
        housing(contents).push(all_uses(new, "2026-06-15"));
    });
    stage.bearer(WANG);
    let told = Told::default();
    let (mut issued, job) = std::thread::scope(|scope| {
        let range = |client: usize| 10_000 * (client + 1)..10_000 * (client + 2);
        let (stage, told) = (&stage, &told);
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(stage, told, range(number)))).collect();
        some_more(told, 2 * CLIENTS);
        let job = stage.job("", csv(&rows(0..ROWS)));
        let proposal = propose(&tang, "/v1/manifest", &a_file(&file));
        stage.until(&job, |job| job["done"].as_u64() > Some(0));
        approved(&song, &proposal);
        told.is_approved.store(true, Ordering::SeqCst);
        some_more(told, 4 * CLIENTS);
        told.enough.store(true, Ordering::SeqCst);
        let issued: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        (issued, job)
    });
    let done = stage.ended(&job, "done");
    assert_eq!((done["issued"].as_u64(), done["refused"].as_u64()), (Some(ROWS as u64), Some(0)), "{done}");
    let rows = stage.lines(&job).into_iter().map(|line| (line["identifier"].as_str().unwrap().to_owned(), false));
    issued.extend(rows);
    let identifiers: BTreeSet<_> = issued.iter().map(|(identifier, _)| identifier).collect();
    assert_eq!((identifiers.len() as u64, issued.len() as u64), (stage.house.library.certificates().unwrap(), issued.len() as u64));
    // Each was signed by one of the two; and by the new one alone from the approval on.
    let signed = |identifier: &str| signer_of(&stage, identifier);
    assert!(issued.iter().all(|(identifier, after)| signed(identifier) == new.id() || !after && signed(identifier) == old.id()));
    let by = |key: kanhe_core::key::KeyId| issued.iter().filter(|(identifier, _)| signed(identifier) == key).count();
    assert!(by(old.id()) >= 2 * CLIENTS && by(new.id()) >= 4 * CLIENTS, "{} and {}", by(old.id()), by(new.id()));
    publish(&stage.house);
    for (identifier, _) in issued.iter().step_by(7) {
        assert_eq!(verdict(&stage, &text_of(&stage, identifier)), "accepted", "{identifier}");
    }
    let late = stage.operator(WANG, 90_001);
    assert_eq!(signed(&late), new.id());
    is_sound(&stage);
}
