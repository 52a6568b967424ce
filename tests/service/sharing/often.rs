//! How often a caller is heard, and who notices.

use super::{Asker, code, duty, shares};
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
    assert_eq!((&alarm["calls"], &alarm["mean"]), (&json!(11), &json!(2)));
    assert!(alarm["actor"].as_str().unwrap().starts_with("key:"), "{alarm}");
    assert_eq!(alarms("audit.zj", Office::Housing), json!([]));
}
