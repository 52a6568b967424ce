//! Trees of any size: what the edge says, what tiles prove, and what no proof may prove.

use crate::world::{Stored, leaf, root_by_definition};
use kanhe_log::edge::Edge;
use kanhe_log::hash::{Hash, TreeHead};
use kanhe_log::proof::{verify_consistency, verify_inclusion};
use kanhe_log::prove::{consistency_proof, inclusion_proof, root_of};
use kanhe_log::tile::{FULL_BYTES, TileId};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Three levels of tiles, and a fourth is not far.
const SIZE: u64 = 66_000;

static LOG: LazyLock<Stored> = LazyLock::new(|| Stored::grown(SIZE, 1000));

/// Sizes of all magnitudes, and those beside the powers of two, where trees change their shape.
fn sizes() -> impl Strategy<Value = u64> {
    let beside = (0..=16_u32, -2..=2_i64).prop_map(|(power, off)| (1_u64 << power).saturating_add_signed(off).clamp(1, SIZE));
    prop_oneof![1..=600_u64, 1..=SIZE, beside]
}

/// A leaf and a tree that has it.
fn places() -> impl Strategy<Value = (u64, u64)> {
    sizes().prop_flat_map(|size| (prop_oneof![0..size, Just(size - 1), Just(0)], Just(size)))
}

/// A tree and one that continues it.
fn pairs() -> impl Strategy<Value = (u64, u64)> {
    (sizes(), sizes()).prop_map(|(one, other)| (one.min(other), one.max(other)))
}

#[test]
fn the_head_is_the_root_that_the_rfc_defines() {
    for size in (0..1200).chain([4095, 4096, 4097, 65_535, 65_536, 65_537, 66_000]) {
        let expected = root_by_definition(&LOG.leaves[..size]);
        assert_eq!(LOG.heads[size], TreeHead { size: size as u64, root: expected }, "{size}");
    }
}

#[test]
fn the_tiles_are_the_subtrees_that_the_specification_defines() {
    for (tile, bytes) in &LOG.tiles {
        let span = 256_usize.pow(u32::from(tile.level()));
        let first = tile.index() as usize * 256 * span;
        let trees = LOG.leaves[first..].chunks_exact(span).take(256);
        let expected: Vec<u8> = trees.flat_map(|leaves| *root_by_definition(leaves).as_bytes()).collect();
        assert!(*bytes == expected, "{tile}");
        assert_eq!(tile.width_in(SIZE).unwrap().bytes(), bytes.len());
    }
    assert_eq!(LOG.tiles.len(), 258 + 2 + 1);
}

#[test]
fn tiles_are_the_same_in_batches_of_any_size() {
    let one_by_one = Stored::grown(1300, 1);
    for batch in [2, 255, 256, 257, 1300] {
        let batched = Stored::grown(1300, batch);
        assert!(batched.tiles == one_by_one.tiles && batched.heads == one_by_one.heads, "{batch}");
    }
}

#[test]
fn every_proof_of_every_small_tree_holds() {
    for size in 1..=70_u64 {
        let head = LOG.heads[size as usize];
        for index in 0..size {
            let proof = inclusion_proof(index, size, |tile| LOG.read(tile)).unwrap();
            assert_eq!(verify_inclusion(leaf(index), index, &head, &proof), Ok(()), "{index} {size}");
            let old = LOG.heads[index as usize + 1];
            let proof = consistency_proof(old.size, size, |tile| LOG.read(tile)).unwrap();
            assert_eq!(verify_consistency(&old, &head, &proof), Ok(()), "{} {size}", old.size);
        }
    }
}

/// Every proof that one change makes of a proof.
fn altered(proof: &[Hash], bit: usize) -> Vec<Vec<Hash>> {
    let flipped = |place: usize| {
        let mut bytes = *proof[place].as_bytes();
        bytes[bit / 8 % 32] ^= 1 << (bit % 8);
        Hash::new(bytes)
    };
    let mut changed: Vec<Vec<Hash>> =
        (0..proof.len()).map(|place| [&proof[..place], &[flipped(place)], &proof[place + 1..]].concat()).collect();
    changed.extend((0..proof.len()).map(|place| [&proof[..place], &proof[place + 1..]].concat()));
    changed.extend((0..=proof.len()).map(|place| [&proof[..place], &[Hash::EMPTY_ROOT], &proof[place..]].concat()));
    changed.extend((1..proof.len()).map(|place| {
        let mut swapped = proof.to_vec();
        swapped.swap(place - 1, place);
        swapped
    }));
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_leaf_is_proved_by_tiles_of_its_time_and_by_those_that_have_grown_since((index, size) in places(), bit in 0..256_usize) {
        let head = LOG.heads[size as usize];
        let proof = inclusion_proof(index, size, |tile| LOG.read_at(size, tile)).unwrap();
        prop_assert_eq!(&proof, &inclusion_proof(index, size, |tile| LOG.read(tile)).unwrap());
        prop_assert_eq!(verify_inclusion(leaf(index), index, &head, &proof), Ok(()));
        for other in altered(&proof, bit) {
            prop_assert!(verify_inclusion(leaf(index), index, &head, &other).is_err());
        }
        prop_assert!(verify_inclusion(leaf(index + 1), index, &head, &proof).is_err());
        prop_assert!(verify_inclusion(leaf(index), index ^ 1, &head, &proof).is_err());
        prop_assert!(verify_inclusion(leaf(index), index, &LOG.heads[size as usize - 1], &proof).is_err());
    }

    #[test]
    fn a_tree_that_continues_another_is_proved_to((old, new) in pairs(), bit in 0..256_usize) {
        let [old, new] = [old, new].map(|size| LOG.heads[size as usize]);
        let proof = consistency_proof(old.size, new.size, |tile| LOG.read_at(new.size, tile)).unwrap();
        prop_assert_eq!(verify_consistency(&old, &new, &proof), Ok(()));
        for other in altered(&proof, bit) {
            prop_assert!(verify_consistency(&old, &new, &other).is_err());
        }
        let forged = |head: &TreeHead| TreeHead { root: Hash::EMPTY_ROOT, ..*head };
        prop_assert!(verify_consistency(&forged(&old), &new, &proof).is_err());
        prop_assert!(verify_consistency(&old, &forged(&new), &proof).is_err());
        let shorter = TreeHead { size: old.size - 1, ..old };
        prop_assert!(verify_consistency(&shorter, &new, &proof).is_err());
    }

    #[test]
    fn the_root_of_any_size_is_in_the_tiles(size in sizes()) {
        prop_assert_eq!(root_of(size, |tile| LOG.read_at(size, tile)), Ok(LOG.heads[size as usize].root));
    }

    #[test]
    fn an_edge_that_was_stored_goes_on_like_one_that_never_was(size in sizes(), more in 1..700_u64) {
        let mut stored = Edge::load(size, |tile| LOG.read_at(size, tile)).unwrap();
        prop_assert_eq!(stored.head(), LOG.heads[size as usize]);
        prop_assert_eq!(stored.take_changed(), vec![]);
        let end = (size + more).min(SIZE);
        for index in size..end {
            prop_assert_eq!(stored.append(leaf(index)), index);
        }
        prop_assert_eq!(stored.head(), LOG.heads[end as usize]);
        for (tile, bytes) in stored.take_changed() {
            prop_assert_eq!(bytes, LOG.read_at(end, tile).unwrap(), "{}", tile);
        }
        prop_assert_eq!(stored, Edge::load(end, |tile| LOG.read_at(end, tile)).unwrap());
    }

    #[test]
    fn an_edge_does_not_start_from_tiles_of_another_size((old, new) in pairs()) {
        let ragged = |level: u32| new >> (8 * level) & 255 != old >> (8 * level) & 255 && old >> (8 * level) & 255 != 0;
        prop_assume!((0..8).any(ragged));
        prop_assert!(Edge::load(old, |tile| LOG.read_at(new, tile)).is_err());
    }

    #[test]
    fn a_changed_tile_changes_the_root(size in sizes(), bit in 0..FULL_BYTES * 8) {
        let changed = |tile: TileId| {
            let mut bytes = LOG.read_at(size, tile)?;
            let length = bytes.len();
            bytes[bit / 8 % length] ^= 1 << (bit % 8);
            Ok::<_, TileId>(bytes)
        };
        prop_assert_ne!(Edge::load(size, changed).unwrap().head(), LOG.heads[size as usize]);
        prop_assert_ne!(root_of(size, changed).unwrap(), LOG.heads[size as usize].root);
    }
}
