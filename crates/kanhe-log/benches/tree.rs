//! Appending and proving beside what neither can do without: the bare SHA-256 of as many nodes, in the same run.
//!
//! Absolute times tell of the machine; the ratios that are printed last tell of the tree. A node is 65 bytes, two blocks of SHA-256.

#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark measures time, and stops where it fails")]

use criterion::{Criterion, criterion_group, criterion_main};
use kanhe_log::edge::Edge;
use kanhe_log::hash::{Hash, leaf_hash};
use kanhe_log::proof::verify_inclusion;
use kanhe_log::prove::inclusion_proof;
use kanhe_log::tile::TileId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

const LEAVES: u64 = 10_000;
const BATCH: usize = 256;

/// A leaf far from both ends of the tree.
const INDEX: u64 = 4321;

/// The quickest of so many rounds counts.
const ROUNDS: usize = 40;

fn appending(c: &mut Criterion) {
    let leaves: Vec<Hash> = (0..LEAVES).map(|index| leaf_hash(&index.to_be_bytes())).collect();
    let mut group = c.benchmark_group("append");
    group.bench_function("10,000 leaves in batches of 256, with a head and the tiles of each", |b| b.iter(|| append(&leaves)));
    group.bench_function("10,000 bare SHA-256 of 65 bytes", |b| b.iter(|| hash(leaves.len())));
    let ratio = quickest(|| drop(black_box(append(&leaves)))) / quickest(|| hash(leaves.len()));
    println!("ratio, append: 10,000 leaves in batches of 256 / 10,000 bare SHA-256 of 65 bytes = {ratio:.3}");
}

fn proving(c: &mut Criterion) {
    let leaves: Vec<Hash> = (0..LEAVES).map(|index| leaf_hash(&index.to_be_bytes())).collect();
    let (edge, tiles) = append(&leaves);
    let (head, leaf) = (edge.head(), *leaves.get(4321).unwrap());
    let prove = || inclusion_proof(INDEX, LEAVES, |tile| tiles.get(&tile).cloned().ok_or(tile)).unwrap();
    let proof = prove();
    let check = || verify_inclusion(black_box(leaf), INDEX, &head, black_box(&proof)).unwrap();
    let mut group = c.benchmark_group("prove");
    group.bench_function("inclusion among 10,000 leaves, from tiles", |b| b.iter(prove));
    group.bench_function("verify it", |b| b.iter(check));
    let bare = quickest(|| hash(LEAVES.try_into().unwrap()));
    let nodes = |seconds: f64| seconds / bare * 10_000.0;
    println!("ratio, prove: an inclusion proof from tiles / one bare SHA-256 of 65 bytes = {:.1}", nodes(quickest(|| drop(prove()))));
    let rate = nodes(quickest(check));
    println!("ratio, verify: an inclusion proof of {} hashes / one bare SHA-256 of 65 bytes = {rate:.1}", proof.len());
}

/// What a store does: each batch on a clone of the edge, its tiles written together, a head for each.
fn append(leaves: &[Hash]) -> (Edge, BTreeMap<TileId, Vec<u8>>) {
    let (mut edge, mut tiles) = (Edge::empty(), BTreeMap::new());
    for batch in leaves.chunks(BATCH) {
        let mut next = edge.clone();
        for leaf in batch {
            next.append(black_box(*leaf));
        }
        tiles.extend(next.take_changed());
        black_box(next.head());
        edge = next;
    }
    (edge, tiles)
}

fn hash(times: usize) {
    let mut node = [1; 65];
    for _ in 0..times {
        let digest = Sha256::digest(black_box(node));
        node.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    }
    black_box(node);
}

/// Seconds of the quickest round.
fn quickest(work: impl Fn()) -> f64 {
    let round = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

criterion_group!(benches, appending, proving);
criterion_main!(benches);
