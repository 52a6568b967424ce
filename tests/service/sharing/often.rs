//! How often a caller is heard, and who notices.

use super::{Asker, code, consent, duty, person, shares};
use crate::agencies::ALL_OF_GUANGZHOU;
use crate::office::issue;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_service::sharing::Rules;
use kanhe_tests::Office;
use serde_json::json;

#[test]
fn a_caller_is_heard_so_often_a_day_and_again_after_midnight_in_china() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 3, alarm_from: 100 });
    let identifier = issue(&stage, 1).identifier.to_string();
    let (asker, other) = (Asker::of(&stage, Office::Guangzhou), Asker::of(&stage, Office::Guangzhou));
    let body = json!({ "purpose": duty(), "identifier": identifier });
    for _ in 0..3 {
        assert_eq!(asker.ask("identifier", &body).status, 200);
    }
    let spent = asker.ask("identifier", &body);
    assert_eq!((code(&spent), spent.header("retry-after")), ((429, "share_quota_spent".to_owned()), "43200"));
    assert_eq!(other.ask("identifier", &body).status, 200);
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!(found.len(), 4, "what was not answered is on no paper");
    stage.later(SignedDuration::from_secs(43_199));
    assert_eq!(asker.ask("identifier", &body).status, 429);
    stage.later(SignedDuration::from_secs(1));
    assert_eq!(asker.ask("identifier", &body).status, 200);
}

#[test]
fn a_day_far_above_a_callers_mean_raises_one_alarm_in_its_own_agency() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 1_000, alarm_from: 8 });
    let identifier = issue(&stage, 1).identifier.to_string();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let body = json!({ "purpose": duty(), "identifier": identifier });
    for _ in 0..3 {
        for _ in 0..2 {
            assert_eq!(asker.ask("identifier", &body).status, 200);
        }
        stage.later(SignedDuration::from_hours(24));
    }
    for _ in 0..13 {
        assert_eq!(asker.ask("identifier", &body).status, 200);
    }
    let alarms =
        |login: &str, office: Office| stage.officer(office, login, &[Role::Auditor]).get("/v1/audit/alarms").json()["alarms"].clone();
    let own = alarms("audit.gz", Office::Guangzhou);
    let [alarm] = own.as_array().unwrap().as_slice() else { panic!("{own}") };
    assert_eq!((&alarm["noticed"], &alarm["count"], &alarm["mean"]), (&json!("calls"), &json!(11), &json!(2)));
    assert!(alarm["actor"].as_str().unwrap().starts_with("key:"), "{alarm}");
    assert_eq!(alarms("audit.zj", Office::Housing), json!([]));
}

#[test]
fn a_key_may_have_a_quota_of_its_own_and_keeps_it_when_it_is_rotated() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 1, alarm_from: 100 });
    let identifier = issue(&stage, 1).identifier.to_string();
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "市民中心", "roles": ["relying_party"], "calls_a_day": 3 })).json();
    assert_eq!(made["calls_a_day"], 3);
    let body = json!({ "purpose": duty(), "identifier": identifier });
    let ask = |key: &serde_json::Value| stage.call(key.as_str().unwrap(), "POST", "/v1/sharing/identifier", Some(&body)).status;
    assert_eq!([ask(&made["key"]), ask(&made["key"])], [200, 200], "its own, and not the one of all");
    let rotated = admin.post(&format!("/v1/api-keys/{}/rotation", made["id"].as_str().unwrap()), &json!({})).json();
    assert_eq!((&rotated["calls_a_day"], ask(&rotated["key"]), ask(&rotated["key"])), (&json!(3), 200, 429));
    let refused = admin.post("/v1/api-keys", &json!({ "name": "窗口", "roles": ["relying_party"], "calls_a_day": 0 }));
    assert_eq!((refused.status, refused.code().as_str()), (400, "request_malformed"));
}

#[test]
fn codes_that_are_not_believed_count_as_questions_do() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 2, alarm_from: 100 });
    let asker = Asker::of(&stage, Office::Guangzhou);
    let body = json!({ "purpose": duty(), "text": "no code at all" });
    let answers = [(); 3].map(|()| asker.ask("qr", &body).code());
    assert_eq!(answers, ["not_a_seal", "not_a_seal", "share_quota_spent"]);
}

#[test]
fn a_caller_whose_day_is_over_is_told_so_before_anything_is_looked_for() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 1, alarm_from: 1 });
    let certificate = issue(&stage, 1);
    let (operator, identifier) = (certificate.identifier.type_code().to_string(), certificate.identifier.to_string());
    let other = *stage.house.catalogue.find("accounting-qualification").unwrap().code();
    let asker = Asker { stage: &stage, key: stage.key(Office::Guangzhou, &[Role::RelyingParty], Some(vec![other])) };
    // What is of a type for which it may not ask is refused by looking, and a refusal costs no call of the day.
    let rows = [
        ("holder", json!({ "purpose": duty(), "holder": person(1), "type": operator })),
        ("identifier", json!({ "purpose": duty(), "identifier": identifier })),
        ("qr", json!({ "purpose": duty(), "text": certificate.text })),
        ("links", json!({ "purpose": consent(), "identifier": identifier })),
        ("verify-information", json!({ "purpose": duty(), "identifier": identifier, "holder_name": "张小明" })),
    ];
    let answers = || rows.each_ref().map(|(route, body)| asker.ask(route, body).code());
    assert_eq!(answers(), ["caller_lacks_type"; 5]);
    assert_eq!(asker.ask("holder", &json!({ "purpose": duty(), "holder": person(1) })).status, 200);
    assert_eq!(answers(), ["share_quota_spent"; 5]);
    let auditor = stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]);
    let alarms = auditor.get("/v1/audit/alarms").json()["alarms"].clone();
    assert_eq!(
        (shares(&auditor).len(), alarms.as_array().unwrap().len()),
        (1, 1),
        "what was asked in time is seen, and nothing else counts"
    );
}

#[test]
fn a_link_that_was_given_is_told_of_to_who_asks_again_though_his_day_is_over() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 1, alarm_from: 100 });
    let body = json!({ "purpose": consent(), "identifier": issue(&stage, 1).identifier.to_string() });
    let ask = |key: &str| stage.post_once(ALL_OF_GUANGZHOU, key, "/v1/sharing/links", &body);
    assert_eq!(ask("a").status, 201);
    assert_eq!([ask("b").code(), ask("a").code()], ["share_quota_spent", "idempotency_shown_once"]);
}
