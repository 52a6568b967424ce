//! How long a code takes to be drawn and to be read, at the versions that licences have.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kanhe_render::{Fonts, Frame, Level, QrCode, Scale, read_picture, smallest_version};

/// The digits that fill version 10 and version 15 at level M.
const SIZES: [(u8, usize); 2] = [(10, 513), (15, 991)];

fn benches(criterion: &mut Criterion) {
    for (version, digits) in SIZES {
        let text = "7182818284".repeat(digits.div_ceil(10)).chars().take(digits).collect::<String>();
        let code = QrCode::draw(&text, Level::M).unwrap();
        assert_eq!(code.version(), version);
        let png = |code: &QrCode| code.png(&Frame::default(), Scale::default(), &Fonts::none()).unwrap();
        let file = png(&code);

        let mut group = criterion.benchmark_group(format!("version {version}"));
        group.bench_function("text to version", |b| b.iter(|| smallest_version(black_box(&text), Level::M)));
        group.bench_function("text to matrix", |b| b.iter(|| QrCode::draw(black_box(&text), Level::M)));
        group.bench_function("text to PNG", |b| b.iter(|| png(&QrCode::draw(black_box(&text), Level::M).unwrap())));
        group.bench_function("PNG to text", |b| b.iter(|| read_picture(black_box(&file))));
        group.finish();
    }
}

criterion_group!(draw, benches);
criterion_main!(draw);
