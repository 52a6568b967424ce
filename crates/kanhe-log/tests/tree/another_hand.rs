//! The tree as another hand wrote it: `ct-merkle`, which keeps it whole in memory, must find our roots and proofs and believe them.

use crate::world::Stored;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use kanhe_log::hash::{Hash, TreeHead};
use kanhe_log::proof::{verify_consistency, verify_inclusion};
use kanhe_log::prove::{consistency_proof, inclusion_proof};
use sha2::Sha256;

const SIZE: u64 = 900;

/// Their trees of every size from 1 on, the last leaf of each new.
fn theirs() -> impl Iterator<Item = (u64, MemoryBackedTree<Sha256, [u8; 8]>)> {
    let mut tree = MemoryBackedTree::new();
    (0..SIZE).map(move |index| {
        tree.push(index.to_be_bytes());
        (index + 1, tree.clone())
    })
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn root(head: &TreeHead) -> RootHash<Sha256> {
    RootHash::new((*head.root.as_bytes()).into(), head.size)
}

#[test]
fn another_hand_finds_the_same_roots() {
    let ours = Stored::grown(SIZE, 100);
    for (size, tree) in theirs() {
        assert_eq!(tree.root().as_bytes()[..], ours.heads[size as usize].root.as_bytes()[..], "{size}");
    }
}

#[test]
fn another_hand_makes_the_same_inclusion_proofs_and_believes_ours() {
    let ours = Stored::grown(SIZE, 100);
    for (size, tree) in theirs().filter(|(size, _)| size % 37 == 1 || size.is_power_of_two()) {
        for index in (0..size).step_by(7).chain([size - 1]) {
            let proof = inclusion_proof(index, size, |tile| ours.read(tile)).unwrap();
            let their_proof = tree.prove_inclusion(index as usize);
            assert_eq!(bytes(&proof), their_proof.as_bytes(), "{index} {size}");
            let head = &ours.heads[size as usize];
            assert_eq!(verify_inclusion(ours.leaves[index as usize], index, head, &proof), Ok(()));
            let carried = InclusionProof::<Sha256>::from_bytes(bytes(&proof));
            assert!(root(head).verify_inclusion(&index.to_be_bytes(), index, &carried).is_ok());
        }
    }
}

#[test]
fn another_hand_makes_the_same_consistency_proofs_and_believes_ours() {
    let ours = Stored::grown(SIZE, 100);
    for (size, tree) in theirs().filter(|(size, _)| size % 53 == 2 || size.is_power_of_two()) {
        for old in (1..size).step_by(11) {
            let proof = consistency_proof(old, size, |tile| ours.read(tile)).unwrap();
            assert_eq!(bytes(&proof), tree.prove_consistency((size - old) as usize).as_bytes(), "{old} {size}");
            let [old, new] = [old, size].map(|size| &ours.heads[size as usize]);
            assert_eq!(verify_consistency(old, new, &proof), Ok(()));
            let carried = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
            assert!(root(new).verify_consistency(&root(old), &carried).is_ok());
        }
    }
}
