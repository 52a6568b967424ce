//! The library beside its bounds, in one run: what it issues beside bare signatures and bare synced batches, and how long finding takes
//! as it grows.
//!
//! `KANHE_BENCH_CERTIFICATES` says how many certificates the library grows to (100,000 unless said otherwise; a million takes minutes).
//! Absolute figures tell of the machine; the ratios tell of the library.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::panic,
    clippy::disallowed_methods,
    dead_code,
    reason = "a benchmark measures time, and stops where it fails"
)]

#[path = "../library/registry.rs"]
mod registry;

use kanhe_core::event::Grounds;
use kanhe_issuer::registrar::{Entry, Registrar, Signed, effective_on};
use kanhe_store::find::Question;
use kanhe_store::{Library, Shelfmark};
use kanhe_tests::world::{day, moment, test_key};
use registry::{House, OPERATOR, Registry, holder, name_of};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Rows of a batch, as `kanhe issue --library` has them.
const BATCH: usize = 512;

/// Clerks who issue one certificate after the other, all at the same time.
const CLERKS: usize = 64;

const ISSUED: &str = "2026-03-01";

fn main() {
    let most: usize = std::env::var("KANHE_BENCH_CERTIFICATES").ok().and_then(|most| most.parse().ok()).unwrap_or(100_000);
    let registry = Registry::new();
    let (house, library) = (&registry.house, &registry.library);
    let signs = bare_signs();
    println!("bare Ed25519 signatures on all cores: {signs:.0} a second, two for each certificate");

    let first = signed(house, library, 0..BATCH);
    let record = first.iter().map(|signed| signed.issued().envelope().len() + signed.issued().seal().len()).sum::<usize>() / BATCH;
    let batches = bare_batches(registry.folder.path(), BATCH, record);
    println!("bare synced batches of {BATCH} records of {record} bytes: {batches:.0} a second");
    library_enters(library, &first);

    let mut issued = BATCH;
    let mut next = 1_000;
    println!("find, p50 and p99 in microseconds:");
    while issued < most {
        let before = (issued, Instant::now());
        while issued < next.min(most) {
            let to = (issued + 16 * BATCH).min(next).min(most);
            bulk(house, library, issued..to);
            issued = to;
        }
        let rate = (issued - before.0) as f64 / before.1.elapsed().as_secs_f64();
        let bound = (signs / 2.0).min(batches * BATCH as f64);
        finds(library, issued);
        if issued - before.0 > 5_000 {
            println!("  bulk up to here: {rate:.0} rows a second, {:.2} of the slower bound ({bound:.0})", rate / bound);
        }
        next *= 10;
    }
    concurrent(house, library, issued, registry.folder.path(), record);
    println!(
        "on disk: {} bytes for each of {} certificates",
        bytes_in(&registry.path()) / library.certificates().unwrap(),
        library.certificates().unwrap()
    );
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Signatures a second, on all cores.
fn bare_signs() -> f64 {
    const EACH: usize = 4_000;
    let key = test_key("registry");
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                (0..EACH).for_each(|number| {
                    std::hint::black_box(key.sign(&[number as u8; 400]));
                })
            });
        }
    });
    (EACH * cores()) as f64 / start.elapsed().as_secs_f64()
}

/// Synced batches a second of a bare database, each of so many records.
fn bare_batches(folder: &Path, records: usize, bytes: usize) -> f64 {
    let db = rocksdb::DB::open_default(folder.join("bare")).unwrap();
    let mut options = rocksdb::WriteOptions::default();
    options.set_sync(true);
    let (start, mut batches) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(2) {
        let mut batch = rocksdb::WriteBatch::default();
        (0..records as u64).for_each(|number| batch.put((batches << 20 | number).to_be_bytes(), vec![7; bytes]));
        db.write_opt(batch, &options).unwrap();
        batches += 1;
    }
    batches as f64 / start.elapsed().as_secs_f64()
}

fn entry(person: usize) -> Entry {
    let now = moment("2026-03-01T04:00:00Z");
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&person.to_be_bytes());
    let grounds = Grounds::new("《行政许可法》", "符合法定条件", "officer-7").unwrap();
    Entry { grounds, effective: effective_on(day(ISSUED), now), now, salt }
}

/// Certificates for some people, signed on all cores.
fn signed(house: &House, library: &Library, people: std::ops::Range<usize>) -> Vec<Signed> {
    let people: Vec<usize> = people.collect();
    let one = |person: usize| {
        let draft = house.draft(OPERATOR, person, &format!("R-{person}"), ISSUED);
        Registrar::new(library).sign(&house.desk(OPERATOR), draft, entry(person), [person as u8; 16]).unwrap()
    };
    thread::scope(|scope| {
        let parts = people.chunks(people.len().div_ceil(cores()).max(1));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().map(|person| one(*person)).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn library_enters(library: &Library, signed: &[Signed]) {
    let entered = Registrar::new(library).enter(signed).unwrap();
    assert!(entered.iter().all(Result::is_ok));
}

/// Signs one batch while the one before is entered.
fn bulk(house: &House, library: &Library, people: std::ops::Range<usize>) {
    thread::scope(|scope| {
        let (batches, waiting) = std::sync::mpsc::sync_channel::<Vec<Signed>>(1);
        scope.spawn(move || waiting.into_iter().for_each(|batch| library_enters(library, &batch)));
        for from in people.clone().step_by(BATCH) {
            batches.send(signed(house, library, from..(from + BATCH).min(people.end))).unwrap();
        }
    });
}

/// Many clerks, each of whom waits for the disk before the next certificate.
fn concurrent(house: &House, library: &Library, first: usize, folder: &Path, record: usize) {
    const EACH: usize = 40;
    let queues: Vec<Vec<Signed>> =
        (0..CLERKS).map(|clerk| signed(house, library, first + clerk * EACH..first + (clerk + 1) * EACH)).collect();
    let start = Instant::now();
    thread::scope(|scope| {
        for queue in &queues {
            scope.spawn(|| queue.chunks(1).for_each(|one| library_enters(library, one)));
        }
    });
    let together = (CLERKS * EACH) as f64 / start.elapsed().as_secs_f64();
    let db = rocksdb::DB::open_default(folder.join("bare-together")).unwrap();
    let start = Instant::now();
    thread::scope(|scope| {
        for clerk in 0..CLERKS as u64 {
            let db = &db;
            scope.spawn(move || {
                let mut options = rocksdb::WriteOptions::default();
                options.set_sync(true);
                (0..EACH as u64).for_each(|number| db.put_opt((clerk << 32 | number).to_be_bytes(), vec![7; record], &options).unwrap());
            });
        }
    });
    let bound = (CLERKS * EACH) as f64 / start.elapsed().as_secs_f64();
    println!("{CLERKS} clerks: {together:.0} certificates a second, {:.2} of bare synced puts ({bound:.0})", together / bound);
    let start = Instant::now();
    let alone = signed(house, library, first + CLERKS * EACH..first + CLERKS * EACH + 100);
    let signing = start.elapsed();
    let start = Instant::now();
    alone.chunks(1).for_each(|one| library_enters(library, one));
    println!("one clerk: {:.0} certificates a second", 100.0 / (start.elapsed() + signing).as_secs_f64());
}

fn finds(library: &Library, issued: usize) {
    const ASKED: usize = 400;
    let mut times: Vec<(&str, Vec<Duration>)> = Vec::new();
    let mut measure = |name: &'static str, ask: &dyn Fn(usize)| {
        let mut took: Vec<Duration> = (0..ASKED)
            .map(|turn| {
                let person = turn * 7_919 % issued;
                let start = Instant::now();
                ask(person);
                start.elapsed()
            })
            .collect();
        took.sort();
        times.push((name, took));
    };
    let identifier = |person: usize| library.card(shelfmark(library, person)).unwrap().identifier;
    measure("identifier", &|person| assert!(library.find(&identifier(person)).unwrap().is_some()));
    measure("holder", &|person| {
        let found = library.ask(&Question::Holder { code: holder(person), type_code: None }, None, 20).unwrap();
        assert!(!found.shelfmarks.is_empty());
    });
    measure("name", &|person| {
        assert!(!library.ask(&Question::Words(name_of(person)), None, 20).unwrap().shelfmarks.is_empty());
    });
    measure("list", &|_| {
        let question = Question::Shelf { type_code: None, agency: None, state: None };
        assert!(!library.ask(&question, None, 20).unwrap().shelfmarks.is_empty());
    });
    let told: Vec<String> =
        times.iter().map(|(name, took)| format!("{name} {} {}", took[ASKED / 2].as_micros(), took[ASKED * 99 / 100].as_micros())).collect();
    println!("  {issued:>9} certificates: {}", told.join(", "));
}

fn shelfmark(library: &Library, person: usize) -> Shelfmark {
    library.shelfmarks().unwrap().nth(person).unwrap()
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { bytes_in(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}
