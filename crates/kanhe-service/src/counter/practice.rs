//! What a counter knows by heart: the multiples of the keys that it meets all day.

use kanhe_core::key::{Multiples, VerifyingKey};
use kanhe_core::pack::Pack;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// A key that was met so often is worth its multiples: they take the time of some twenty verifications.
const OFTEN: u32 = 64;

/// So many keys are known by heart, in 20 MiB: those of the pack that were met often first.
const MOST: usize = 32;

/// The keys of a pack, and how often each was met.
pub struct Practice {
    keys: HashMap<[u8; 32], Met>,
    places: AtomicUsize,
}

#[derive(Default)]
struct Met {
    times: AtomicU32,
    multiples: OnceLock<Multiples>,
}

impl Practice {
    /// Knows none of a pack's keys yet.
    pub fn with(pack: &Pack) -> Self {
        let agencies = pack.regions().iter().flat_map(|region| &region.manifest().agencies);
        let keys = agencies.flat_map(|agency| &agency.keys).map(|key| (*key.key.as_bytes(), Met::default()));
        Self { keys: keys.collect(), places: AtomicUsize::new(MOST) }
    }

    /// The multiples of a key, where it is known by heart. Whoever meets it often enough learns them; nobody waits for him.
    pub fn multiples_of(&self, key: &VerifyingKey) -> Option<&Multiples> {
        let met = self.keys.get(key.as_bytes())?;
        if let Some(multiples) = met.multiples.get() {
            return Some(multiples);
        }
        if met.times.fetch_add(1, Ordering::Relaxed) != OFTEN {
            return None;
        }
        self.places.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |places| places.checked_sub(1)).ok()?;
        Some(met.multiples.get_or_init(|| Multiples::of(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::key::SigningKey;

    fn practice(keys: u8) -> (Practice, Vec<VerifyingKey>) {
        let keys: Vec<_> = (0..keys).map(|seed| SigningKey::from_seed(&[seed; 32]).verifying_key()).collect();
        let met = keys.iter().map(|key| (*key.as_bytes(), Met::default())).collect();
        (Practice { keys: met, places: AtomicUsize::new(2) }, keys)
    }

    #[test]
    fn a_key_that_is_met_often_is_known_by_heart_as_long_as_there_is_a_place() {
        let (practice, keys) = practice(3);
        let known = |key: &VerifyingKey| practice.multiples_of(key).is_some();
        for key in &keys {
            assert!((0..OFTEN).all(|_| !known(key)), "not before");
        }
        assert_eq!(keys.iter().map(known).collect::<Vec<_>>(), [true, true, false], "there were two places");
        assert_eq!(keys.iter().map(known).collect::<Vec<_>>(), [true, true, false], "and who has one keeps it");
    }

    #[test]
    fn a_key_of_another_pack_is_not_counted() {
        let (practice, _) = practice(1);
        let stranger = SigningKey::from_seed(&[9; 32]).verifying_key();
        assert!((0..=OFTEN).all(|_| practice.multiples_of(&stranger).is_none()));
    }
}
