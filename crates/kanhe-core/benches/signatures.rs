//! What a signature of a certificate costs to make, to verify alone, and to verify with others.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kanhe_core::key::SigningKey;

/// The bytes that are signed for a certificate with five fields, its header included.
const MESSAGE: usize = 620;

fn signatures(criterion: &mut Criterion) {
    let key = SigningKey::from_seed(&[1; 32]);
    let public = key.verifying_key();
    let signed: Vec<(Vec<u8>, [u8; 64])> = (0..512_u16)
        .map(|number| {
            let message = [number.to_be_bytes().to_vec(), vec![7; MESSAGE - 2]].concat();
            let signature = key.sign(&message);
            (message, signature)
        })
        .collect();
    let one = signed.first().expect("there are some");
    criterion.bench_function("sign", |bencher| bencher.iter(|| key.sign(black_box(&one.0))));
    criterion.bench_function("verify alone", |bencher| bencher.iter(|| public.verify(black_box(&one.0), black_box(&one.1))));
    let mut group = criterion.benchmark_group("verify together");
    for count in [4, 8, 16, 64, 128, 256, 512] {
        let some: Vec<_> = signed.iter().take(count).map(|(message, signature)| (message, signature)).collect();
        group.throughput(Throughput::Elements(u64::try_from(count).unwrap_or(1)));
        group.bench_function(count.to_string(), |bencher| bencher.iter(|| public.verify_each(black_box(&some))));
    }
}

criterion_group!(benches, signatures);
criterion_main!(benches);
