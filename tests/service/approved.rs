//! What was approved before, for whoever asks again: done once, and told again.

use crate::agencies::*;
use crate::applications::agreed;
use crate::stage::{Reply, Stage};
use std::thread;

/// An application that waits for its decision.
fn waiting(stage: &Stage) -> String {
    let code = stage.lodged(WANG, 1);
    agreed(stage, &code);
    code
}

#[test]
fn what_is_approved_twice_at_the_same_moment_is_approved_once() {
    let stage = Stage::new();
    let path = format!("/v1/applications/{}/approval", waiting(&stage));
    stage.actor(ZHOU);
    let replies: Vec<Reply> = thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| stage.post_as(ZHOU, &path, &grounds()))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let mut answered: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    answered.sort_unstable();
    assert_eq!(answered, [200, 200, 200, 200, 200, 200, 200, 201], "{}", replies[0].json());
    assert!(replies.iter().all(|reply| reply.json()["file"] == replies[0].json()["file"]));
    assert_eq!(stage.house.library.certificates().unwrap(), 1);
}
