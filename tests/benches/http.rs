//! The whole service over HTTP, beside what it cannot do without, measured in the same run: `make bench-http`.
//!
//! The program that was just built serves a library on loopback, as an operator would start it, log and all. A second process of this
//! bench answers bare: the same framework, and nothing of ours. The two take turns, so that a slow minute of the machine slows both.
//!
//! `KANHE_BENCH_CERTIFICATES` says how many certificates the library has (100,000), `KANHE_BENCH_SOAK` for how many seconds it is
//! soaked (60).

#![allow(missing_docs, reason = "a benchmark is a program, not a library")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, and stops where it fails"
)]

#[path = "http/bare.rs"]
mod bare;
#[path = "http/load.rs"]
mod load;
#[path = "http/process.rs"]
mod process;
#[path = "http/rounds.rs"]
mod rounds;
#[path = "http/site.rs"]
mod site;

use bare::Bare;
use load::{Ask, Load};
use process::{Process, on_cores};
use rounds::{Judge, in_turns, median};
use site::{Service, Site};
use std::net::SocketAddr;
use std::time::Duration;

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;

/// How long one side is asked before it is the other's turn, and how many turns each has.
const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 5;

/// Certificates of the library beside which questions are asked of a large one.
const SMALL: u64 = 1_000;

/// How long a steady load lasts.
const STEADY: Duration = Duration::from_secs(15);

fn main() {
    if let Some(folder) = bare::asked_to_serve() {
        return bare::serve(&folder);
    }
    let (certificates, soak) = (number("KANHE_BENCH_CERTIFICATES", 100_000), number("KANHE_BENCH_SOAK", 60));
    let site = Site::set(certificates);
    let inside = site.in_process();
    println!("in the process: {inside}");
    let bare = Bare::start(site.folder());
    let service = site.serve();
    println!("idle with {certificates} certificates: {:.0} MB of memory (goal: under 200)", service.memory());
    verify_beside_its_bound(&site, &service, &bare);
    files_beside_a_bare_route(&site, &service, &bare);
    found_as_soon_as_in_a_small_library(&site, &service);
    service.stop();
    at_four_fifths(&site);
    let service = site.serve();
    soaked(&site, &service, soak);
    restarted(&site, service);
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().unwrap())
}

/// Processor time of the service for a verdict, beside a bare `verify_strict` and an echo of the same body.
fn verify_beside_its_bound(site: &Site, service: &Service, bare: &Bare) {
    let judge = Judge::of(&site.text());
    let rounds = in_turns(TURNS, || {
        let ours = service.process().time_of(|| Load::new(service.address(), CONNECTIONS).closed(TURN, site.verify()).answered());
        let echo = bare.process().time_of(|| Load::new(bare.address(), CONNECTIONS).closed(TURN, site.echo()).answered());
        (ours, echo, judge.time())
    });
    let of = |pick: fn(&(f64, f64, f64)) -> f64| median(rounds.iter().map(pick));
    let (ours, echo, verify) = (of(|round| round.0), of(|round| round.1), of(|round| round.2));
    let ratio = median(rounds.iter().map(|(ours, echo, verify)| ours / (echo + verify)));
    println!(
        "processor time of POST /v1/verify: {ours:.1} us; an echo {echo:.1} us and a bare verify_strict {verify:.1} us; \
         ratio {ratio:.2} (goal: at most 1.05)"
    );
}

/// How many signed files are handed out in a second, beside a route of the framework that has the same bytes.
fn files_beside_a_bare_route(site: &Site, service: &Service, bare: &Bare) {
    for (name, path, bytes) in site.published(service) {
        let rounds = in_turns(TURNS, || {
            let ours = Load::new(service.address(), CONNECTIONS).closed(TURN, Ask::get(&path)).per_second();
            (ours, Load::new(bare.address(), CONNECTIONS).closed(TURN, Ask::get(&format!("/{name}"))).per_second())
        });
        let (ours, theirs) = (median(rounds.iter().map(|round| round.0)), median(rounds.iter().map(|round| round.1)));
        let ratio = median(rounds.iter().map(|(ours, theirs)| ours / theirs));
        println!("{name} ({bytes} bytes): {ours:.0} a second, a bare route {theirs:.0}; ratio {ratio:.2} (goal: at least 0.8)");
    }
}

/// How long somebody waits who asks one question after the other, beside one who asks the same of a library of a thousand.
fn found_as_soon_as_in_a_small_library(site: &Site, service: &Service) {
    let small = Site::set(SMALL);
    let beside = small.serve();
    for (name, large, few) in [
        ("identifier", site.find(), small.find()),
        ("printed number", site.find_by_number(), small.find_by_number()),
        ("page of a list", site.list(), small.list()),
    ] {
        let one = |service: &Service, ask: &Ask| {
            let answers = Load::new(service.address(), 1).closed(TURN, ask.clone());
            [50, 99].map(|hundredths| answers.within(hundredths).as_secs_f64() * 1e6)
        };
        let rounds = in_turns(TURNS, || (one(service, &large), one(&beside, &few)));
        for (place, hundredths) in [50, 99].into_iter().enumerate() {
            let (ours, theirs) = (median(rounds.iter().map(|round| round.0[place])), median(rounds.iter().map(|round| round.1[place])));
            println!(
                "{name} over HTTP, one after the other: {hundredths} of 100 within {ours:.0} us; of {SMALL} certificates {theirs:.0} us; \
                 ratio {:.2} (goal: at most 1.5)",
                ours / theirs
            );
        }
    }
    beside.stop();
}

/// How long answers take when four fifths of what the service can do are asked of it, at moments that do not wait for answers.
///
/// The service has one core and whoever asks the other, as they would have two machines: on the same cores each takes them from the other
/// for milliseconds at a time, and that would be measured. What the machine itself keeps the core from is seen in an echo that has nothing
/// of ours.
fn at_four_fifths(site: &Site) {
    let (service, bare) = (site.serve_on("0"), Bare::start_on("0", site.folder()));
    on_cores("1", || {
        let asked = [("verify", site.verify()), ("find", site.find()), ("issue", site.issue())];
        steadily("a bare echo", bare.process(), bare.address(), site.echo());
        for (name, ask) in asked {
            steadily(name, service.process(), service.address(), ask);
        }
    });
    service.stop();
}

fn steadily(name: &str, process: &Process, address: SocketAddr, ask: Ask) {
    let load = Load::new(address, CONNECTIONS);
    let most = load.closed(STEADY, ask.clone()).per_second();
    let rate = four_fifths(process, &load, &ask, most);
    let answers = load.open(STEADY, rate, ask);
    let (half, nearly_all, all) = (answers.within(50), answers.within(99), answers.within(100));
    println!(
        "{name} over HTTP: {most:.0} a second; at {rate:.0} a second half within {:.2} ms, 99 of 100 within {:.2} ms: {:.1} times (goal: under 10); the slowest took {:.1} ms",
        half.as_secs_f64() * 1e3,
        nearly_all.as_secs_f64() * 1e3,
        nearly_all.as_secs_f64() / half.as_secs_f64(),
        all.as_secs_f64() * 1e3,
    );
}

/// How many questions a second take four fifths of the core's time, and no more than four fifths of what it answers in a crowd.
///
/// Who asks again as soon as he is answered comes in crowds, and each of a crowd costs less than one who comes alone.
fn four_fifths(process: &Process, load: &Load, ask: &Ask, most: f64) -> f64 {
    (0..3).fold(most / 2.0, |rate, _| {
        let micros = process.time_of(|| load.open(TURN, rate, ask.clone()).answered());
        (0.8e6 / micros).min(most * 0.8)
    })
}

/// Whether memory stays where it is.
fn soaked(site: &Site, service: &Service, seconds: u64) {
    let tenth = Duration::from_secs(seconds.div_ceil(10).max(1));
    let memory: Vec<f64> = (0..10)
        .map(|turn| {
            let ask = match turn % 3 {
                0 => site.verify(),
                1 => site.find(),
                _ => Ask::get("/v1/pack"),
            };
            let _ = Load::new(service.address(), CONNECTIONS).closed(tenth, ask);
            service.memory()
        })
        .collect();
    let told: Vec<String> = memory.iter().map(|megabytes| format!("{megabytes:.0}")).collect();
    println!("memory in {seconds} s of soaking: {} MB", told.join(", "));
}

/// Whether anything is lost while one process takes the place of another: the socket waits with whoever started them.
fn restarted(site: &Site, service: Service) {
    let address = service.address();
    let asking = std::thread::spawn({
        let ask = site.issue();
        move || Load::new(address, 8).open(Duration::from_secs(12), 100.0, ask)
    });
    let mut service = service;
    for _ in 0..3 {
        std::thread::sleep(Duration::from_secs(3));
        service = service.replaced(site);
    }
    let answers = asking.join().unwrap();
    println!(
        "three restarts under 100 issues a second: {} answered, {} of them asked once more on a new connection, {} lost (goal: none); the slowest took {:.2} s",
        answers.answered(),
        answers.repeated(),
        answers.lost(),
        answers.within(100).as_secs_f64()
    );
    assert_eq!(answers.lost(), 0, "a request was lost in a restart");
}
