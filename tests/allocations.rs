//! The road of an accepted seal allocates its answer, and nothing that the answer does not keep.
//!
//! Measured are the calls to the allocator, not bytes: a text's room is taken once and for the longest text of its type, so an answer
//! from the road holds some more bytes than a copy of it. `count_total` counts every allocation and reallocation, `count_max` those
//! alive at one time; if both are those of copying the answer, nothing was allocated that the answer does not keep.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use allocation_counter::{AllocationInfo, measure};
use kanhe_core::key::Multiples;
use kanhe_core::verify::{Occasion, verify, verify_with};
use kanhe_tests::world::noon;
use kanhe_tests::{Office, World};

/// Counts the allocations of a piece of work that drops its result.
fn measured(work: impl FnOnce()) -> AllocationInfo {
    let info = measure(work);
    assert_eq!(info.count_current, 0, "the result was dropped");
    info
}

#[test]
fn verifying_allocates_no_more_than_copying_the_answer() {
    let world = World::new();
    let pack = world.pack().open();
    let occasion = Occasion { at: noon(), scene: None };
    let multiples = Office::ALL.map(|office| Multiples::of(&office.key().verifying_key()));
    for (name, licence) in [("food permit", world.food_permit()), ("operator", world.operator_certificate()), ("title", world.title())] {
        let text = licence.text();
        let answer = verify(&text, &pack, occasion).unwrap();
        let road = measured(|| drop(verify(&text, &pack, occasion).unwrap()));
        let copy = measured(|| drop(answer.clone()));
        assert_eq!(road.count_total, copy.count_total, "{name}: allocations");
        assert_eq!(road.count_max, copy.count_max, "{name}: allocations at one time");
        // Those of the base point are worked out when they are first wanted, once for all keys.
        let with = || verify_with(&text, &pack, occasion, |key| multiples.iter().find(|multiples| multiples.key() == key));
        assert_eq!(with().unwrap().code(), answer.code());
        let known = measured(|| drop(with().unwrap()));
        assert_eq!((known.count_total, known.count_max), (road.count_total, road.count_max), "{name}: with the multiples of its key");
    }
}
