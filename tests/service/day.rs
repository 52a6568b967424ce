//! A day of five people of two agencies, each at a browser with a session of its own.

use crate::agencies::*;
use crate::people::PASSWORD;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

#[test]
fn five_people_of_two_agencies_work_beside_each_other_and_see_their_own() {
    let stage = Stage::new();
    let wang = stage.officer(Office::Housing, "wang", &[Role::Clerk]);
    let zhou = stage.officer(Office::Housing, "zhou", &[Role::Approver]);
    stage.officer(Office::Housing, "wu", &[Role::Auditor]);
    let li = stage.officer(Office::Guangzhou, "li", &[Role::Clerk]);
    let chen = stage.officer(Office::Guangzhou, "chen", &[Role::Approver]);
    let issued = |reply: crate::stage::Reply| {
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        reply.json()["certificate"]["identifier"].as_str().unwrap().to_owned()
    };
    let one = issued(wang.post("/v1/certificates", &issue(OPERATOR, operator(1))));
    let other = issued(li.post("/v1/certificates", &issue(OPERATOR, operator(2))));
    let of = |identifier: &str, act: &str| format!("/v1/certificates/{identifier}/{act}");
    // A clerk does not take away, and nobody takes away what is another agency's.
    assert_eq!(wang.post(&of(&one, "suspend"), &grounds()).code(), "caller_lacks_right");
    assert_eq!(chen.post(&of(&one, "suspend"), &grounds()).code(), "certificate_not_found");
    assert_eq!(li.get(&format!("/v1/certificates/{one}")).code(), "certificate_not_found");
    assert_eq!(zhou.post(&of(&one, "suspend"), &grounds()).json()["state"], "suspended");
    assert_eq!(chen.post(&of(&other, "revoke"), &grounds()).json()["state"], "revoked");
    // Lunch is longer than a session without a request.
    stage.later(SignedDuration::from_mins(31));
    assert_eq!(zhou.post(&of(&one, "reinstate"), &grounds()).code(), "session_over");
    let (zhou, wu) = (stage.sign_in("zhou", PASSWORD, None), stage.sign_in("wu", PASSWORD, None));
    assert_eq!(zhou.post(&of(&one, "reinstate"), &grounds()).json()["state"], "valid");
    let events = wu.get("/v1/audit/events").json();
    let told: Vec<(&Value, &Value)> = events["events"].as_array().unwrap().iter().map(|event| (&event["act"], &event["actor"])).collect();
    let rows = [("manifest", "registrar"), ("issue", "wang"), ("suspend", "zhou"), ("reinstate", "zhou")]
        .map(|(act, actor)| (json!(act), json!(actor)));
    assert_eq!(told, rows.iter().map(|(act, actor)| (act, actor)).collect::<Vec<_>>());
    let uses = wu.get("/v1/audit/uses").json();
    let signed_in = |login: &str| {
        uses["uses"].as_array().unwrap().iter().filter(|entry| entry["act"] == "signed_in" && entry["actor"] == login).count()
    };
    assert_eq!((signed_in("wang"), signed_in("zhou"), signed_in("wu"), signed_in("li")), (1, 2, 2, 0));
    let state =
        |desk: &crate::people::Desk<'_>, identifier: &str| desk.get(&format!("/v1/certificates/{identifier}")).json()["state"].clone();
    assert_eq!(
        (state(&stage.sign_in("wang", PASSWORD, None), &one), state(&stage.sign_in("li", PASSWORD, None), &other)),
        (json!("valid"), json!("revoked"))
    );
}
