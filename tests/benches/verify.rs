//! The counter's road beside the one thing it cannot do without: a bare `verify_strict`, in the same run.
//!
//! Absolute times tell of the machine; the ratios that are printed last tell of the road. The vector code of a signature runs a tenth
//! faster or slower by where its stack happens to stand, so a ratio is taken over many places, and at each by the quickest of some rounds.

#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark measures time, and stops where it fails")]

use criterion::{Criterion, criterion_group, criterion_main};
use kanhe_core::envelope::DocumentType;
use kanhe_core::key::Multiples;
use kanhe_core::pack::Pack;
use kanhe_core::qr::{Scanned, sign_seal};
use kanhe_core::seal;
use kanhe_core::verify::{Occasion, verify, verify_with};
use kanhe_tests::world::{nation, noon, trusted_key};
use kanhe_tests::{Office, World};
use std::hint::black_box;
use std::time::Instant;

/// Places on the stack, rounds at each of them, and repetitions in a round.
const PLACES: usize = 64;
const ROUNDS: usize = 7;
const REPETITIONS: u32 = 30;

fn verifying(c: &mut Criterion) {
    let world = World::new();
    let pack = Pack::open(&nation(&world), &[trusted_key()]).unwrap();
    let occasion = Occasion { at: noon(), scene: None };
    let mut group = c.benchmark_group("verify");
    for (name, licence) in [("food permit", world.food_permit()), ("operator", world.operator_certificate()), ("title", world.title())] {
        let text = licence.text();
        let bare = Bare::of(&text);
        group.bench_function(format!("{name}: QR text to verdict"), |b| b.iter(|| verify(black_box(&text), &pack, occasion).unwrap()));
        group.bench_function(format!("{name}: bare verify_strict"), |b| b.iter(|| bare.verify()));
        let ratio = ratio(|| drop(black_box(verify(black_box(&text), &pack, occasion).unwrap())), || bare.verify());
        println!("ratio, {name}: QR text to verdict / bare verify_strict = {ratio:.3} ({} bytes signed)", bare.message.len());
        let multiples = Multiples::of(&bare.key);
        let known = || verify_with(black_box(&text), &pack, occasion, |_| Some(&multiples)).unwrap();
        let ratio = self::ratio(|| drop(black_box(known())), || bare.verify());
        println!("ratio, {name}, with the multiples of its key: QR text to verdict / bare verify_strict = {ratio:.3}");
    }
}

fn minting(c: &mut Criterion) {
    let world = World::new();
    let mut group = c.benchmark_group("mint");
    for (name, licence) in [("food permit", world.food_permit()), ("title", world.title())] {
        let (certificate, digest) = (licence.certificate(), seal::digest_of(&licence.envelope()));
        let key = Office::Guangzhou.key();
        let write = || seal::write(black_box(&certificate), licence.kind(), &world.dictionary, &digest).unwrap();
        let message = Bare::of(&licence.text()).message;
        group.bench_function(format!("{name}: write and sign a seal"), |b| b.iter(|| sign_seal(&write(), &key).unwrap()));
        group.bench_function(format!("{name}: bare sign"), |b| b.iter(|| key.sign(black_box(&message))));
        let ratio = ratio(
            || drop(black_box(sign_seal(&write(), &key).unwrap())),
            || {
                black_box(key.sign(black_box(&message)));
            },
        );
        println!("ratio, {name}: write and sign a seal / bare sign = {ratio:.3}");
    }
}

fn opening(c: &mut Criterion) {
    let world = World::new();
    let bytes = nation(&world);
    println!("the nation's pack has {} bytes", bytes.len());
    let mut group = c.benchmark_group("pack");
    group.sample_size(10);
    group.bench_function("open: 10 regions, 1,001 keys, 1.3 million entries", |b| {
        b.iter(|| Pack::open(black_box(&bytes), &[trusted_key()]).unwrap());
    });
}

/// The message that a seal's signature covers, with key and signature: what any verifier must check.
struct Bare {
    key: kanhe_core::key::VerifyingKey,
    message: Vec<u8>,
    signature: [u8; 64],
}

impl Bare {
    fn of(text: &str) -> Self {
        let scanned = Scanned::parse(text).unwrap();
        let bytes = scanned.bytes();
        let (id, rest) = bytes.get(1..).unwrap().split_first_chunk::<8>().unwrap();
        let (payload, signature) = rest.split_last_chunk().unwrap();
        let key = Office::ALL.map(|office| office.key().verifying_key()).into_iter().find(|key| key.id().as_bytes() == id).unwrap();
        let mut header = minicbor::Encoder::new(Vec::new());
        header.map(3).unwrap().u8(1).unwrap().i8(-8).unwrap().u8(4).unwrap().bytes(id).unwrap();
        header.u8(16).unwrap().str(DocumentType::Seal.typ()).unwrap();
        let mut message = minicbor::Encoder::new(Vec::new());
        message.array(4).unwrap().str("Signature1").unwrap().bytes(header.writer()).unwrap().bytes(&[]).unwrap().bytes(payload).unwrap();
        let bare = Self { key, message: message.into_writer(), signature: *signature };
        bare.key.verify(&bare.message, &bare.signature).unwrap();
        bare
    }

    fn verify(&self) {
        black_box(self.key.verify(black_box(&self.message), black_box(&self.signature))).unwrap();
    }
}

/// How much longer `road` takes than `bare`, each by its quickest round, over many places of the stack.
///
/// The two take turns: a machine that grows warm or busy does so to both.
fn ratio(road: impl Fn(), bare: impl Fn()) -> f64 {
    let (mut of_road, mut of_bare) = (0.0, 0.0);
    for place in 0..PLACES {
        let rounds = (0..ROUNDS).map(|_| (timed(place, &road), timed(place, &bare)));
        let quickest = rounds.fold((f64::INFINITY, f64::INFINITY), |least, round| (round.0.min(least.0), round.1.min(least.1)));
        of_road += quickest.0;
        of_bare += quickest.1;
    }
    of_road / of_bare
}

/// Seconds that the work takes, done so many frames further down the stack.
#[inline(never)]
fn timed(deeper: usize, work: &dyn Fn()) -> f64 {
    let room = black_box([0_u8; 80]);
    let seconds = match deeper.checked_sub(1) {
        Some(rest) => timed(rest, work),
        None => {
            let start = Instant::now();
            (0..REPETITIONS).for_each(|_| work());
            start.elapsed().as_secs_f64()
        }
    };
    black_box(room);
    seconds
}

criterion_group!(benches, verifying, minting, opening);
criterion_main!(benches);
