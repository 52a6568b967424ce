//! Requests that come again with their key are answered as before, and nothing is done twice.

mod routes;

use crate::agencies::*;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_store::Drawer;
use serde_json::json;

#[test]
fn a_change_that_comes_again_gets_the_same_answer() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}/suspend", stage.operator(WANG, 1));
    let first = stage.post_once(ZHOU, "K-1", &path, &grounds());
    stage.later(SignedDuration::from_hours(23));
    let again = stage.post_once(ZHOU, "K-1", &path, &grounds());
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.bytes, again.bytes);
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    let history = stage.get_as(WANG, &path.replace("suspend", "history")).json();
    assert_eq!(history["events"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_belongs_to_one_body_one_path_and_one_caller() {
    let stage = Stage::new();
    let (one, two) = (stage.operator(WANG, 1), stage.operator(WANG, 2));
    let path = |identifier: &str| format!("/v1/certificates/{identifier}/suspend");
    assert_eq!(stage.post_once(ZHOU, "K-1", &path(&one), &grounds()).status, 200);
    let mut other = grounds();
    other["reason"] = json!("另有理由");
    for (path, body) in [(path(&one), other), (path(&two), grounds())] {
        let reply = stage.post_once(ZHOU, "K-1", &path, &body);
        assert_eq!((reply.status, reply.code().as_str()), (422, "idempotency_key_reused"), "{path}");
    }
    assert_eq!(stage.post_once(ALL_OF_HOUSING, "K-1", &path(&two), &grounds()).status, 200);
    let odd = stage.post_once(ZHOU, "a key", &path(&one), &grounds());
    assert_eq!((odd.status, odd.code().as_str()), (400, "idempotency_key_malformed"));
}

#[test]
fn an_answer_is_kept_for_a_day_and_then_thrown_away() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    assert_eq!(stage.post_once(ZHOU, "K-1", &format!("{path}/suspend"), &grounds()).status, 200);
    stage.later(SignedDuration::from_hours(25));
    let late = stage.post_once(ZHOU, "K-1", &format!("{path}/suspend"), &grounds());
    assert_eq!((late.status, late.code().as_str()), (409, "lifecycle_not_allowed"));
    stage.later(SignedDuration::from_hours(48));
    assert_eq!(stage.post_once(ZHOU, "K-2", &format!("{path}/reinstate"), &grounds()).status, 200);
    assert_eq!(stage.house.library.office_page(Drawer::Answers, &[], None, 10).unwrap().papers.len(), 1);
}

#[test]
fn what_is_refused_may_be_tried_again_with_the_same_key() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    assert_eq!(stage.post_once(ZHOU, "K-1", &format!("{path}/reinstate"), &grounds()).status, 409);
    stage.post_as(ZHOU, &format!("{path}/suspend"), &grounds());
    assert_eq!(stage.post_once(ZHOU, "K-1", &format!("{path}/reinstate"), &grounds()).status, 200);
}

#[test]
fn twins_that_come_at_the_same_moment_are_one_act() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    let suspend = format!("{path}/suspend");
    let replies: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| stage.post_once(ZHOU, "K-1", &suspend, &grounds()))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.bytes == replies[0].bytes));
    assert_eq!(stage.get_as(WANG, &format!("{path}/history")).json()["events"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_belongs_to_one_issue_whatever_id_its_application_has() {
    let stage = Stage::new();
    let hand_in = |key: &str, body: &serde_json::Value| stage.post_once(WANG, key, "/v1/certificates", body);
    let (one, two) = (issue(OPERATOR, operator(1)), issue(OPERATOR, operator(2)));
    let mut nameless = two.clone();
    nameless["application"].as_object_mut().unwrap().remove("request_id");
    assert_eq!((hand_in("K-1", &one).status, hand_in("K-1", &one).status), (201, 200));
    for other in [&two, &nameless] {
        let reply = hand_in("K-1", other);
        assert_eq!((reply.status, reply.code().as_str()), (422, "idempotency_key_reused"), "{other}");
    }
    let refused = hand_in("K-2", &issue(OPERATOR, json!({})));
    assert_eq!((refused.status, hand_in("K-2", &two).status), (422, 201), "what is refused may be mended under its key");
    assert_eq!(hand_in("K-1", &one).json()["result"], "before");
}

#[test]
fn an_opinion_that_comes_again_is_written_once() {
    let stage = Stage::new();
    let path = format!("/v1/applications/{}", stage.lodged(WANG, 1));
    let mut body = grounds();
    body["department"] = json!("fire");
    body["opinion"] = json!("agrees");
    let review = || stage.post_once(ZHAO, "K-1", &format!("{path}/reviews"), &body);
    assert_eq!(review().bytes, review().bytes);
    assert_eq!(stage.get_as(WANG, &path).json()["events"].as_array().unwrap().len(), 2);
    let withdraw = || stage.post_once(WANG, "K-2", &format!("{path}/withdrawal"), &grounds());
    assert_eq!((withdraw().status, withdraw().status), (200, 200));
}
