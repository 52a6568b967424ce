//! How long a name takes to unpack, beside the signature check that it stands next to on the road of a verification.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use kanhe_core::dictionary::Dictionary;

fn unpack(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/dictionaries/1.cbor");
    let published = fs::read(path).expect("the dictionary is shipped");
    let dictionary = Dictionary::decode(&published).expect("the dictionary is sound");
    let texts = [
        ("organisation of 20", "佛山市顺德区容桂街道福满楼餐饮管理中心店"),
        ("person", "阿依古丽·吐尔逊"),
        ("rare person", "王㛃"),
        ("address", "浙江省杭州市余杭区仓前街道文一西路1500号6幢4单元"),
    ];
    for (name, text) in texts {
        let packed = dictionary.pack(text);
        let mut out = String::with_capacity(1024);
        criterion.bench_function(&format!("unpack {name}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                dictionary.unpack(black_box(&packed), 1024, &mut out).expect("what pack wrote")
            });
        });
        criterion.bench_function(&format!("pack {name}"), |bencher| bencher.iter(|| dictionary.pack(black_box(text))));
    }
    criterion.bench_function("decode the dictionary", |bencher| bencher.iter(|| Dictionary::decode(black_box(&published)).map(|d| d.id())));
}

criterion_group!(benches, unpack);
criterion_main!(benches);
