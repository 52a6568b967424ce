//! Certificates that come from another region, and the state codes of other systems, over HTTP.

use crate::agencies::*;
use crate::applications::{agreed, decide};
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_tests::Office;
use serde_json::{Value, json};

/// A certificate of Hangzhou; its check character is wrong, as such things are.
fn there(stage: &Stage) -> String {
    let here = stage.operator(WANG, 1);
    here.replace(Office::Housing.code().as_str(), Office::Hangzhou.code().as_str())
}

pub fn taking(there: &str, number: usize, said: &str) -> Value {
    let mut body = issue(OPERATOR, operator(number));
    body["identifier"] = json!(there);
    body["from"] = json!("330000");
    body["said"] = json!(said);
    body
}

fn taking_over(stage: &Stage, there: &str, number: usize, said: &str) -> Reply {
    stage.post_as(WANG, "/v1/certificates/transfer-in", &taking(there, number, said))
}

fn found(stage: &Stage, state: &str) -> Value {
    stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "shelf": { "state": state } }, "type": OPERATOR })).json()
}

#[test]
fn a_certificate_comes_from_another_region_once_and_when_that_has_given_it_away() {
    let stage = Stage::new();
    let there = there(&stage);
    let refused = |number, said: &str| {
        let reply = taking_over(&stage, &there, number, said);
        (reply.status, reply.code())
    };
    assert_eq!(refused(2, "special-work-operator:02"), (409, "transfer_not_given_away".to_owned()));
    assert_eq!(refused(2, "special-work-operator:77"), (422, "state_code_unknown".to_owned()));
    for (effective, status, code) in
        [("2999-01-01T00:00:00Z", 422, "lifecycle_in_future"), ("1900-01-01T00:00:00Z", 409, "lifecycle_before_last")]
    {
        let mut body = taking(&there, 2, "special-work-operator:01");
        body["effective"] = json!(effective);
        let reply = stage.post_as(WANG, "/v1/certificates/transfer-in", &body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
    let taken = taking_over(&stage, &there, 2, "special-work-operator:01");
    assert_eq!(taken.status, 201, "{}", String::from_utf8_lossy(&taken.bytes));
    assert_eq!(taken.json()["warnings"].as_array().unwrap().len(), 1, "{}", taken.json()["warnings"]);
    let identifier = taken.json()["certificate"]["identifier"].as_str().unwrap().to_owned();
    let again = taking_over(&stage, &there, 2, "special-work-operator:01");
    assert_eq!((again.status, &again.json()["result"]), (200, &json!("before")));
    // Also while the clock lies behind.
    stage.later(-SignedDuration::from_hours(1));
    let again = taking_over(&stage, &there, 2, "special-work-operator:01");
    assert_eq!((again.status, &again.json()["result"]), (200, &json!("before")));
    stage.later(SignedDuration::from_hours(1));
    assert_eq!(refused(3, "special-work-operator:01"), (409, "alias_taken".to_owned()));
    let by = json!({ "by": { "alias": { "scheme": "330000", "value": there } } });
    assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &by).json()["certificates"][0]["identifier"], identifier.as_str());
    let history = stage.get_as(WANG, &format!("/v1/certificates/{identifier}/history")).json();
    assert_eq!(history["events"][0]["act"], "transfer_in");
}

#[test]
fn what_went_there_and_what_comes_from_there_may_be_one() {
    let stage = Stage::new();
    let own = stage.operator(WANG, 1);
    let to = json!({ "to": "330100", "basis": "法", "reason": "由", "effective": "2026-06-15" });
    assert_eq!(stage.post_as(ZHOU, &format!("/v1/certificates/{own}/transfer-out"), &to).status, 200, "a day, which is today");
    let mut body = issue(OPERATOR, operator(1));
    body["application"]["request_id"] = json!("R-back");
    body["application"]["number"] = json!("粤A022099999999");
    body["identifier"] = json!(own.replace(Office::Housing.code().as_str(), Office::Hangzhou.code().as_str()));
    body["from"] = json!("330000");
    let come = stage.post_as(WANG, "/v1/certificates/transfer-in", &body).json();
    assert_eq!((&come["warnings"][1], &come["compare"]), (&json!("may_have_come_back"), &json!([own])), "{come}");
    let undone = stage.post_as(ZHOU, &format!("/v1/certificates/{own}/undo-transfer"), &grounds()).json();
    let here = &come["certificate"]["identifier"];
    assert_eq!((&undone["warnings"], &undone["compare"]), (&json!(["may_have_come_back"]), &json!([here])), "{undone}");
}

#[test]
fn certificates_are_found_by_the_state_codes_of_other_systems() {
    let stage = Stage::new();
    let identifier = stage.operator(WANG, 1);
    let count = |state: &str| found(&stage, state)["certificates"].as_array().unwrap().len();
    assert_eq!((count("special-work-operator:01"), count("special-work-operator:02")), (1, 0));
    assert_eq!(stage.post_as(ZHOU, &format!("/v1/certificates/{identifier}/suspend"), &grounds()).status, 200);
    assert_eq!((count("special-work-operator:01"), count("special-work-operator:02")), (0, 1));
    assert_eq!(found(&stage, "special-work-operator:77")["code"], "state_code_unknown");
    assert_eq!(found(&stage, "special-work-operator:99")["code"], "state_code_other", "nothing of ours is");
    for state in ["special-work-operator:06", "expired", "in_force"] {
        assert_eq!(count(state), 0, "{state}: it is suspended");
    }
    assert_eq!(stage.post_as(ZHOU, &format!("/v1/certificates/{identifier}/reinstate"), &grounds()).status, 200);
    assert_eq!((count("in_force"), count("expired")), (1, 0));
    let by_request = |id: &str| stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "request": id }, "type": OPERATOR }));
    assert_eq!(by_request("R-1").json()["certificates"][0]["identifier"], identifier.as_str());
    assert_eq!((by_request("R-2").json()["certificates"].clone(), by_request("").status), (json!([]), 400));
    let sets = stage.get(&format!("/v1/types/{OPERATOR}")).json()["state_codes"].clone();
    assert_eq!((&sets[0]["id"], &sets[0]["codes"][1]), (&json!("special-work-operator"), &json!({ "code": "02", "state": "suspended" })));
}

/// An application for what another region gave away, of a type that is reviewed.
fn coming(number: usize, there: &str) -> Value {
    let mut body = issue(CONSTRUCTION, construction(number));
    body["origin"] = json!({ "identifier": there, "from": "330000" });
    body
}

#[test]
fn what_is_reviewed_comes_from_another_region_by_an_application() {
    let stage = Stage::new();
    let there = there(&stage);
    let lodge = |body: &Value| stage.post_as(WANG, "/v1/applications", body);
    let lodged = lodge(&coming(1, &there));
    assert_eq!(lodged.status, 201, "{}", lodged.json());
    let code = lodged.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(lodge(&coming(1, &there)).status, 200);
    assert_eq!(lodge(&issue(CONSTRUCTION, construction(1))).code(), "request_reused");
    let shown = stage.get_as(ZHAO, &format!("/v1/applications/{code}")).json();
    assert_eq!(
        (&shown["origin"]["from"], &shown["origin"]["identifier"], &shown["replaces"]),
        (&json!("330000"), &json!(there), &json!(null))
    );
    assert_eq!(shown["origin"]["warnings"].as_array().unwrap().len(), 1, "its check character is wrong");
    assert_eq!(shown["applied"]["number"], "440106202603000001", "what comes over is shown by its own term");
    let meanwhile = lodge(&coming(2, &there)).json()["code"].as_str().unwrap().to_owned();
    for code in [&code, &meanwhile] {
        agreed(&stage, code);
    }
    let issued = decide(&stage, ZHOU, &code, "approval");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let identifier = issued.json()["certificate"]["identifier"].as_str().unwrap().to_owned();
    let history = stage.get_as(WANG, &format!("/v1/certificates/{identifier}/history")).json();
    assert_eq!((&history["events"][0]["act"], &history["events"][0]["approval"]["project"]), (&json!("transfer_in"), &json!(code)));
    let twice = decide(&stage, ZHOU, &meanwhile, "approval");
    assert_eq!((twice.status, twice.code().as_str()), (409, "alias_taken"));
    assert_eq!(stage.get_as(WANG, &format!("/v1/applications/{meanwhile}")).json()["stage"], "for_decision");
}

#[test]
fn an_application_for_what_cannot_come_is_refused_when_it_is_lodged() {
    let stage = Stage::new();
    let there = there(&stage);
    let refused = |origin: Value| {
        let mut body = issue(CONSTRUCTION, construction(1));
        body["origin"] = origin;
        let reply = stage.post_as(WANG, "/v1/applications", &body);
        (reply.status, reply.code())
    };
    let own = stage.operator(WANG, 2);
    for (origin, status, code) in [
        (json!({ "identifier": there, "from": "440300" }), 422, "transfer_own_region"),
        (json!({ "identifier": own, "from": "330000" }), 409, "transfer_own_certificate"),
        (json!({ "identifier": "x", "from": "330000" }), 422, "certificate_id_parts"),
        (json!({ "identifier": there, "from": "33" }), 422, "region_code_length"),
        (json!({ "identifier": there, "from": "330000", "said": "x:1" }), 422, "state_code_unknown"),
        (json!({ "identifier": there }), 400, "request_malformed"),
    ] {
        assert_eq!(refused(origin.clone()), (status, code.to_owned()), "{origin}");
    }
    let mut both = coming(1, &there);
    both["replaces"] = json!({ "act": "renew", "identifier": own });
    assert_eq!(stage.post_as(WANG, "/v1/applications", &both).code(), "request_malformed");
}
