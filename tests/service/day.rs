//! Days of people of two agencies, each at a browser with a session of its own.

use crate::agencies::*;
use crate::people::PASSWORD;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_core::code::CertificateId;
use kanhe_service::accounts::Role;
use kanhe_service::publish::publish;
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

/// An application that three departments look at takes five people of one agency; somebody of another relies on what comes of it.
#[test]
fn a_certificate_is_applied_for_reviewed_issued_shared_held_given_back_and_taken_away_in_one_day() {
    let stage = Stage::new();
    let [wang, zhao, sun, qian, zhou] =
        [("wang", Role::Clerk), ("zhao", Role::Reviewer), ("sun", Role::Reviewer), ("qian", Role::Reviewer), ("zhou", Role::Approver)]
            .map(|(login, role)| stage.officer(Office::Housing, login, &[role]));
    let he = stage.officer(Office::Guangzhou, "he", &[Role::RelyingParty, Role::Auditor]);
    let code = wang.post("/v1/applications", &issue(CONSTRUCTION, construction(1))).json()["code"].as_str().unwrap().to_owned();
    let of_application = |act: &str| format!("/v1/applications/{code}/{act}");
    for (desk, department) in [(&zhao, "planning"), (&sun, "fire"), (&qian, "civil-defence")] {
        let mut opinion = grounds();
        opinion["department"] = json!(department);
        opinion["opinion"] = json!("agrees");
        assert_eq!(desk.post(&of_application("reviews"), &opinion).status, 200, "{department}");
    }
    assert_eq!(zhao.post(&of_application("approval"), &grounds()).code(), "caller_lacks_right");
    let approved = zhou.post(&of_application("approval"), &grounds());
    assert_eq!(approved.status, 201, "{approved:?}");
    let identifier = approved.json()["certificate"]["identifier"].as_str().unwrap().to_owned();
    publish(&stage.house);

    let purpose = |basis: (&str, Value)| json!({ "matter": "440100-SP-01", "case": "A-1", basis.0: basis.1 });
    let (duty, consent) = (
        purpose(("duty", json!({ "law": "《建筑法》第八条" }))),
        purpose(("consent", json!({ "reference": "SQ-2026-1", "given": "2026-06-15T11:00:00+08:00" }))),
    );
    let ask = |purpose: &Value, whole: bool| {
        let reply = he.post("/v1/sharing/identifier", &json!({ "purpose": purpose, "identifier": identifier, "whole": whole }));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    };
    assert_eq!(
        he.post("/v1/sharing/identifier", &json!({ "purpose": duty, "identifier": identifier, "whole": true })).code(),
        "share_whole_needs_consent"
    );
    let manager = |shared: &Value| shared["fields"]["project_manager"].clone();
    let (masked, whole) = (ask(&duty, false), ask(&consent, true));
    assert_eq!((manager(&masked), manager(&whole)), (json!("陈*"), json!("陈㛃")));
    assert_eq!(masked["condition"], "in_force");
    let link = he.post("/v1/sharing/links", &json!({ "purpose": consent, "identifier": identifier })).json()["url"].clone();
    let mark = stage.house.library.find(&CertificateId::parse(&identifier).unwrap()).unwrap().unwrap();
    let record = stage.house.library.record(mark).unwrap();
    assert_eq!(stage.get(link.as_str().unwrap()).bytes, record.envelope, "the file that the agency signed");

    // What becomes of it is seen at once by who asks, and at counters with the next lists.
    let seen = |condition: &str, verdict: &str| {
        publish(&stage.house);
        assert_eq!(ask(&duty, false)["condition"], condition);
        let by_code = he.post("/v1/sharing/qr", &json!({ "purpose": duty, "text": record.digits() }));
        assert_eq!(by_code.json()["condition"], condition, "{by_code:?}");
        assert_eq!(stage.post("/v1/verify", &json!({ "text": record.digits() })).json()["code"], verdict);
    };
    let of = |act: &str| format!("/v1/certificates/{identifier}/{act}");
    seen("in_force", "accepted");
    for (act, condition, verdict) in
        [("suspend", "suspended", "suspended"), ("reinstate", "in_force", "accepted"), ("revoke", "revoked", "revoked")]
    {
        stage.later(SignedDuration::from_mins(1));
        assert_eq!(zhou.post(&of(act), &grounds()).status, 200, "{act}");
        seen(condition, verdict);
    }
    let acts: Vec<Value> = wang.get(&of("history")).json()["events"].as_array().unwrap().iter().map(|event| event["act"].clone()).collect();
    assert_eq!(acts, ["issue", "suspend", "reinstate", "revoke"].map(|act| json!(act)));
    let shares = he.get("/v1/audit/shares").json()["shares"].clone();
    let mut shared: Vec<_> =
        shares.as_array().unwrap().iter().map(|share| (share["act"].as_str().unwrap(), share["whole"] == true)).collect();
    shared.sort_unstable();
    let of_conditions = [("identifier", false), ("qr", false)].map(|paper| vec![paper; 4]).concat();
    let mut papers = [&of_conditions[..], &[("identifier", false), ("identifier", true), ("link", true), ("download", true)]].concat();
    papers.sort_unstable();
    assert_eq!(shared, papers, "every question that was answered stands on paper");
}
