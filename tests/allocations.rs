//! The road of an accepted seal allocates its answer, and nothing that the answer does not keep.
//!
//! Measured are the calls to the allocator, not bytes: a text's room is taken once and for the longest text of its type, so an answer
//! from the road holds some more bytes than a copy of it. `count_total` counts every allocation and reallocation, `count_max` those
//! alive at one time; if both are those of copying the answer, nothing was allocated that the answer does not keep.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use allocation_counter::{AllocationInfo, measure};
use kanhe_core::verify::{Occasion, verify};
use kanhe_tests::World;
use kanhe_tests::world::noon;

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
    for (name, licence) in [("food permit", world.food_permit()), ("operator", world.operator_certificate()), ("title", world.title())] {
        let text = licence.text();
        let answer = verify(&text, &pack, occasion).unwrap();
        let road = measured(|| drop(verify(&text, &pack, occasion).unwrap()));
        let copy = measured(|| drop(answer.clone()));
        assert_eq!(road.count_total, copy.count_total, "{name}: allocations");
        assert_eq!(road.count_max, copy.count_max, "{name}: allocations at one time");
    }
}
