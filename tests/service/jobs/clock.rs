//! A clock that is set back under a job: it and those behind it wait, and go on by themselves when the clock is right.

use super::{csv, rows, stage};
use crate::agencies::*;
use jiff::SignedDuration;
use std::time::Duration;

#[test]
fn jobs_wait_for_a_clock_that_is_right_and_go_on_by_themselves() {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let stage = stage();
    let first = stage.job_at_work(600);
    let second = stage.job("", csv(&rows(600..602)));
    stage.later(-HOUR);
    while stage.house.jobs.at_work().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    for path in [&first, &second] {
        let job = stage.get_as(WANG, path).json();
        assert_eq!((job["condition"].as_str(), job["failure"].as_str()), (Some("waiting"), None), "{job}");
    }
    let done = stage.get_as(WANG, &first).json()["done"].as_u64().unwrap();
    assert!((1..600).contains(&done), "between two batches: {done}");

    stage.later(HOUR);
    // The queue is looked at again by itself too, after some seconds.
    stage.house.jobs.wake();
    for (path, issued) in [(&first, 600), (&second, 2)] {
        assert_eq!(stage.ended(path, "done")["issued"], issued, "each row once");
    }
}
