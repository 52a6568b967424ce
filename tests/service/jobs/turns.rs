//! A job is paused, let go on and ended, and waits for its turn.

use super::{csv, rows, stage};
use crate::agencies::*;
use jiff::SignedDuration;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn a_job_is_paused_between_two_rows_goes_on_and_is_ended() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..700)));
    stage.until(&path, |job| job["done"].as_u64() > Some(0));
    let turn = |act: &str| stage.post_as(WANG, &format!("{path}/{act}"), &json!({}));
    let paused = turn("pause").json();
    let issued = stage.certificates();
    assert_eq!((paused["condition"].as_str(), paused["issued"].as_u64()), (Some("paused"), Some(issued)));
    assert!((1..700).contains(&issued), "{issued}");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(turn("pause").json(), paused, "doing so twice is doing it once, and nothing more is issued");
    assert_eq!(stage.certificates(), issued);
    turn("resume");
    stage.until(&path, |job| job["done"].as_u64() > Some(issued));
    let cancelled = turn("cancel").json();
    assert_eq!((&cancelled["condition"], cancelled["issued"].as_u64()), (&json!("cancelled"), Some(stage.certificates())));
    assert_eq!(stage.lines(&path).len() as u64, stage.certificates());
    let over = turn("resume");
    assert_eq!((over.status, over.code().as_str()), (409, "job_not_now"));
    assert_eq!(turn("cancel").status, 200);
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    let acts: Vec<_> = uses["uses"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap().to_owned()).collect();
    let told: BTreeSet<_> = acts.iter().map(String::as_str).collect();
    assert!(told.is_superset(&["job_added", "job_paused", "job_resumed", "job_cancelled"].into()), "{acts:?}");
    assert_eq!(acts.iter().filter(|act| *act == "job_paused").count(), 1, "{acts:?}");
}

#[test]
fn jobs_wait_for_each_other_and_are_listed_with_the_newest_first() {
    let stage = stage();
    let first = stage.job("", csv(&rows(0..400)));
    stage.later(SignedDuration::from_secs(1));
    let second = stage.job("", csv(&rows(400..402)));
    stage.later(SignedDuration::from_secs(1));
    assert_eq!(stage.get_as(WANG, &second).json()["condition"], "waiting");
    assert_eq!(kanhe_service::jobs::queue_depth(&stage.house.library).unwrap(), 2);
    stage.ended(&second, "done");
    assert_eq!(stage.get_as(WANG, &first).json()["condition"], "done");
    let third = stage.job("&dry_run=true", csv(&rows(0..1)));
    let (mut page, mut ids) = (String::new(), Vec::new());
    loop {
        let json = stage.get_as(WANG, &format!("/v1/jobs?limit=2{page}")).json();
        ids.extend(json["jobs"].as_array().unwrap().iter().map(|job| format!("/v1/jobs/{}", job["id"].as_str().unwrap())));
        match json["next"].as_str() {
            Some(next) => page = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(ids, [third, second, first]);
    assert_eq!(stage.get_as(LI, "/v1/jobs").json(), json!({ "jobs": [], "next": null }), "another agency has none");
    let other = Person { types: &[CONSTRUCTION], ..WANG };
    assert_eq!(stage.get_as(other, "/v1/jobs").json()["jobs"], json!([]));
}
