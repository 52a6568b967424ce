//! No proof of any length, for any sizes, is checked otherwise than to its end, and none of chance leads to a root.
#![no_main]

use kanhe_log::hash::{Hash, TreeHead};
use kanhe_log::proof::{verify_consistency, verify_inclusion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, u64, Vec<[u8; 4]>)| {
    let (one, other, words) = input;
    let proof: Vec<Hash> = words.iter().map(|word| Hash::new(std::array::from_fn(|at| word[at % 4]))).collect();
    let [old, new] = [one, other].map(|size| TreeHead { size, root: Hash::EMPTY_ROOT });
    assert!(verify_inclusion(Hash::new([1; 32]), one, &new, &proof).is_err());
    assert_eq!(verify_consistency(&old, &new, &proof).is_ok(), one == other && one > 0 && proof.is_empty());
});
