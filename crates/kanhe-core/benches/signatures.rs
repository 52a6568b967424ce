//! What a signature of a certificate costs to make, to verify by the key alone, and by its multiples.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kanhe_core::key::{Multiples, SigningKey};

/// The bytes that are signed for a certificate with five fields, its header included.
const MESSAGE: usize = 620;

fn signatures(criterion: &mut Criterion) {
    let key = SigningKey::from_seed(&[1; 32]);
    let public = key.verifying_key();
    let (message, multiples) = (vec![7; MESSAGE], Multiples::of(&public));
    let signature = key.sign(&message);
    criterion.bench_function("sign", |bencher| bencher.iter(|| key.sign(black_box(&message))));
    criterion.bench_function("verify by the key", |bencher| bencher.iter(|| public.verify(black_box(&message), black_box(&signature))));
    criterion
        .bench_function("verify by its multiples", |bencher| bencher.iter(|| multiples.verify(black_box(&message), black_box(&signature))));
    criterion.bench_function("work its multiples out", |bencher| bencher.iter(|| Multiples::of(black_box(&public))));
}

criterion_group!(benches, signatures);
criterion_main!(benches);
