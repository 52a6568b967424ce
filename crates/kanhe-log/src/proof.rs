//! Proofs checked against heads (RFC 9162 §2.1.3.2 and §2.1.4.2, which say how; the trees are those of RFC 6962).
//!
//! Sizes alone decide how many hashes a proof has: at most 64 for inclusion, 65 for consistency. Any other number is refused before a
//! hash is made, so no proof is too long to refuse cheaply.

use crate::hash::{Hash, TreeHead, node_hash};
use std::fmt;
use thiserror::Error;

/// Hashes in the longest inclusion proof: one for each level of a tree of 2^64 leaves.
pub const LONGEST_INCLUSION: usize = 64;

/// Hashes in the inclusion proof of the leaf at `index` in a tree of `size` leaves; none if the leaf is not in it.
pub fn inclusion_length(index: u64, size: u64) -> Option<usize> {
    let last = size.checked_sub(1).filter(|last| index <= *last)?;
    // Up to where the ways of this leaf and the last one meet, there is a neighbour at each level; above, only on the left.
    let apart = u64::BITS - (index ^ last).leading_zeros();
    let above = index.checked_shr(apart).map_or(0, u64::count_ones);
    usize::try_from(apart + above).ok()
}

/// Accepts that the leaf stands at `index` in the tree of this head.
pub fn verify_inclusion(leaf: Hash, index: u64, head: &TreeHead, proof: &[Hash]) -> Result<(), ProofError> {
    let wanted = inclusion_length(index, head.size).ok_or(ProofError::BeyondEnd { index, size: head.size })?;
    require_length(proof, wanted)?;
    let mut way = Way { place: index, last: head.size - 1 };
    let computed = proof.iter().fold(leaf, |below, beside| match way.up() {
        Side::Left => node_hash(beside, &below),
        Side::Right => node_hash(&below, beside),
    });
    require_root(Which::Only, computed, head.root)
}

/// Accepts that the tree of `new` continues the tree of `old`: the first leaves are the same, nothing was changed or taken out.
///
/// Equal sizes have equal roots and an empty proof. Every tree continues the empty one, so from there nothing can be proved: that is
/// refused, and a caller who starts from nothing knows that he does.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Backwards { old: old.size, new: new.size });
    }
    let last_old = old.size.checked_sub(1).ok_or(ProofError::FromNothing { new: new.size })?;
    if old.size == new.size {
        require_length(proof, 0)?;
        return require_root(Which::New, old.root, new.root);
    }
    // The largest complete tree at the end of the old one is where the proof begins; only if that is the whole old tree, its root is known.
    let complete = last_old.trailing_ones();
    let way = Way { place: last_old >> complete, last: (new.size - 1) >> complete };
    let known = old.size.is_power_of_two();
    let above = inclusion_length(way.place, way.last + 1).ok_or(ProofError::Backwards { old: old.size, new: new.size })?;
    require_length(proof, above + usize::from(!known))?;
    let (first, rest) = match proof.split_first() {
        Some((first, rest)) if !known => (*first, rest),
        _ => (old.root, proof),
    };
    let (computed_old, computed_new) = both_roots(way, first, rest);
    require_root(Which::Old, computed_old, old.root)?;
    require_root(Which::New, computed_new, new.root)
}

/// The roots of the old and the new tree, from the tree that ends the old one upwards.
fn both_roots(mut way: Way, first: Hash, rest: &[Hash]) -> (Hash, Hash) {
    rest.iter().fold((first, first), |(old, new), beside| match way.up() {
        // What stands to the left was there before; what stands to the right came since.
        Side::Left => (node_hash(beside, &old), node_hash(beside, &new)),
        Side::Right => (old, node_hash(&new, beside)),
    })
}

/// The way from a node up to the root: its place among the nodes of its level, and the place of the last one.
struct Way {
    place: u64,
    last: u64,
}

enum Side {
    Left,
    Right,
}

impl Way {
    /// Goes up to the next level that has a neighbour, and says on which side it stands.
    fn up(&mut self) -> Side {
        if self.place & 1 == 0 && self.place == self.last {
            // The last node of a level, without a neighbour, is the same node a level higher.
            let alone = self.place.trailing_zeros();
            self.place = self.place.checked_shr(alone).unwrap_or_default();
            self.last = self.last.checked_shr(alone).unwrap_or_default();
        }
        let side = if self.place & 1 == 1 { Side::Left } else { Side::Right };
        self.place >>= 1;
        self.last >>= 1;
        side
    }
}

fn require_length(proof: &[Hash], wanted: usize) -> Result<(), ProofError> {
    if proof.len() == wanted { Ok(()) } else { Err(ProofError::Length { found: proof.len(), wanted }) }
}

fn require_root(which: Which, computed: Hash, expected: Hash) -> Result<(), ProofError> {
    if computed == expected { Ok(()) } else { Err(ProofError::Root { which, computed, expected }) }
}

/// Which of the heads a proof does not lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one head of an inclusion proof.
    Only,
    /// The older of two.
    Old,
    /// The newer of two.
    New,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Only => "the",
            Self::Old => "the old",
            Self::New => "the new",
        })
    }
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    BeyondEnd {
        /// The leaf's index.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The old tree is larger than the new one.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Backwards {
        /// Leaves in the old tree.
        old: u64,
        /// Leaves in the new tree.
        new: u64,
    },
    /// The old tree is empty.
    #[error("every tree, this one of {new} leaves too, continues the empty one: that proves nothing")]
    FromNothing {
        /// Leaves in the new tree.
        new: u64,
    },
    /// The sizes demand another number of hashes.
    #[error("the proof has {found} hashes, the sizes demand {wanted}")]
    Length {
        /// Hashes found.
        found: usize,
        /// Hashes that the proof must have.
        wanted: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {computed}, {which} head says {expected}")]
    Root {
        /// Which head.
        which: Which,
        /// The root that the proof gives.
        computed: Hash,
        /// The root in the head.
        expected: Hash,
    },
}

impl ProofError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BeyondEnd { .. } => "log_index_beyond_end",
            Self::Backwards { .. } => "log_backwards",
            Self::FromNothing { .. } => "log_from_nothing",
            Self::Length { .. } => "log_proof_length",
            Self::Root { .. } => "log_proof_root",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    #[test]
    fn the_longest_proof_has_64_hashes() {
        assert_eq!(inclusion_length(0, u64::MAX), Some(LONGEST_INCLUSION));
        assert_eq!((inclusion_length(0, 1), inclusion_length(6, 7), inclusion_length(5, 7)), (Some(0), Some(2), Some(3)));
        assert_eq!((inclusion_length(0, 0), inclusion_length(7, 7), inclusion_length(u64::MAX, u64::MAX)), (None, None, None));
    }

    #[test]
    fn the_one_leaf_of_a_tree_is_its_root() {
        let leaf = leaf_hash(b"alone");
        let head = TreeHead { size: 1, root: leaf };
        assert_eq!(verify_inclusion(leaf, 0, &head, &[]), Ok(()));
        assert_eq!(verify_inclusion(leaf, 0, &head, &[leaf]), Err(ProofError::Length { found: 1, wanted: 0 }));
        assert_eq!(verify_inclusion(leaf, 1, &head, &[]), Err(ProofError::BeyondEnd { index: 1, size: 1 }));
    }

    #[test]
    fn the_largest_trees_are_refused_without_overflow() {
        let head = |size| TreeHead { size, root: Hash::EMPTY_ROOT };
        let hashes = |count| vec![Hash::EMPTY_ROOT; count];
        for index in [0, 1, 1 << 63, u64::MAX - 1] {
            let proof = hashes(inclusion_length(index, u64::MAX).unwrap());
            assert_eq!(verify_inclusion(Hash::EMPTY_ROOT, index, &head(u64::MAX), &proof).unwrap_err().code(), "log_proof_root");
        }
        for old in [1, 1 << 63, (1 << 63) + 1, u64::MAX - 1] {
            let codes: Vec<_> =
                (0..66).map(|count| verify_consistency(&head(old), &head(u64::MAX), &hashes(count)).unwrap_err().code()).collect();
            assert_eq!(codes.iter().filter(|code| **code == "log_proof_root").count(), 1, "{old}");
        }
    }

    #[test]
    fn which_head_is_meant_is_said() {
        let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let (old, new) = (TreeHead { size: 1, root: a }, TreeHead { size: 2, root: node_hash(&a, &b) });
        assert_eq!(verify_consistency(&old, &new, &[b]), Ok(()));
        let error = verify_consistency(&old, &new, &[a]).unwrap_err();
        assert!(matches!(error, ProofError::Root { which: Which::New, .. }), "{error}");
        assert_eq!(verify_consistency(&new, &old, &[b]), Err(ProofError::Backwards { old: 2, new: 1 }));
    }
}
