//! What one person takes away alone, and from when on it takes two.

use crate::agencies::*;
use crate::people::{Desk, PASSWORD};
use crate::proposals::{approved, condition, propose, refused};
use crate::stage::{Stage, house_with};
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_service::http::Limits;
use kanhe_service::proposals::work;
use kanhe_tests::Office;
use serde_json::{Value, json};

/// A service in which one person takes so many away alone within an hour.
fn of_alone(most: u32) -> Stage {
    Stage::of(house_with(|house| house.proposals.alone_an_hour = most), Limits::default())
}

fn of(identifier: &str, act: &str) -> String {
    format!("/v1/certificates/{identifier}/{act}")
}

fn alarms(auditor: &Desk<'_>) -> Vec<Value> {
    auditor.get("/v1/audit/alarms").json()["alarms"].as_array().unwrap().clone()
}

const TWO: (u16, &str) = (403, "changes_need_two");

#[test]
fn one_person_takes_so_many_away_and_more_take_two() {
    let stage = of_alone(3);
    let ids: Vec<String> = (1..=6).map(|number| stage.operator(WANG, number)).collect();
    let zhou = stage.officer(Office::Housing, "zhou.head", &[Role::Approver]);
    let chen = stage.officer(Office::Housing, "chen.head", &[Role::Approver]);
    let auditor = stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]);
    for (identifier, act) in ids.iter().zip(["revoke", "annul", "cancel"]) {
        assert_eq!(alarms(&auditor), Vec::<Value>::new(), "before the last");
        assert_eq!(zhou.post(&of(identifier, act), &grounds()).status, 200);
    }
    let [alarm] = alarms(&auditor).try_into().unwrap();
    assert_eq!(
        (&alarm["actor"], &alarm["noticed"], &alarm["count"], &alarm["mean"]),
        (&json!("zhou.head"), &json!("taken_alone"), &json!(3), &Value::Null)
    );
    let reply = zhou.post(&of(&ids[3], "revoke"), &grounds());
    assert_eq!(refused(&reply), (TWO.0, TWO.1.to_owned()));
    assert!(reply.json()["hint"].as_str().unwrap().contains("/v1/certificates/changes"), "{reply:?}");
    assert_eq!(condition(&stage, &ids[3]), "valid");
    // Who holds for a time takes nothing away; and another person has an hour of its own.
    assert_eq!(zhou.post(&of(&ids[3], "suspend"), &grounds()).status, 200);
    assert_eq!(chen.post(&of(&ids[3], "revoke"), &grounds()).status, 200);
    // Two people do what one may not.
    let mut both = grounds();
    both["act"] = json!("revoke");
    both["identifiers"] = json!(&ids[4..]);
    approved(&chen, &propose(&zhou, "/v1/certificates/changes", &both));
    while work(&stage.house).unwrap() {}
    assert_eq!((condition(&stage, &ids[4]), condition(&stage, &ids[5])), ("revoked".to_owned(), "revoked".to_owned()));
    assert_eq!(alarms(&auditor).len(), 1);
}

#[test]
fn keys_sessions_and_restarts_give_nobody_another_hour() {
    let stage = of_alone(2);
    let ids: Vec<String> = (1..=4).map(|number| stage.operator(WANG, number)).collect();
    let ming = stage.officer(Office::Housing, "ming", &[Role::Administrator, Role::Approver]);
    let key = || ming.post("/v1/api-keys", &json!({ "name": "窗口", "roles": ["approver"] })).json()["key"].as_str().unwrap().to_owned();
    let (one, other) = (key(), key());
    let revoke = |key: &str, identifier: &str| stage.call(key, "POST", &of(identifier, "revoke"), Some(&grounds()));
    assert_eq!(revoke(&one, &ids[0]).status, 200);
    assert_eq!(revoke(&one, &ids[0]).code(), "lifecycle_not_allowed", "what is not done is not counted");
    assert_eq!(revoke(&other, &ids[1]).status, 200);
    for key in [&one, &other] {
        assert_eq!(refused(&revoke(key, &ids[2])), (TWO.0, TWO.1.to_owned()));
    }
    assert_eq!(refused(&ming.post(&of(&ids[2], "revoke"), &grounds())), (TWO.0, TWO.1.to_owned()));
    let stage = stage.restarted_with(|house| house.proposals.alone_an_hour = 2);
    stage.later(SignedDuration::from_mins(29));
    let ming = stage.sign_in("ming", PASSWORD, None);
    assert_eq!(refused(&ming.post(&of(&ids[2], "revoke"), &grounds())), (TWO.0, TWO.1.to_owned()));
    stage.later(SignedDuration::from_mins(31));
    let ming = stage.sign_in("ming", PASSWORD, None);
    assert_eq!(ming.post(&of(&ids[2], "revoke"), &grounds()).status, 200, "an hour later");
}

#[test]
fn an_answer_that_comes_again_takes_nothing_away() {
    let stage = of_alone(1);
    let path = of(&stage.operator(WANG, 1), "revoke");
    let first = stage.post_once(ZHOU, "K-1", &path, &grounds());
    assert_eq!((first.status, stage.post_once(ZHOU, "K-1", &path, &grounds()).bytes), (200, first.bytes));
    let none = of_alone(0);
    let reply = none.post_as(ZHOU, &of(&none.operator(WANG, 1), "cancel"), &grounds());
    assert_eq!(refused(&reply), (TWO.0, TWO.1.to_owned()), "where each takes two");
}
