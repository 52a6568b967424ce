//! Certificates that come from another region, and the state codes of other systems, over HTTP.

use crate::agencies::*;
use crate::stage::{Reply, Stage};
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
    assert_eq!(refused(3, "special-work-operator:01"), (409, "alias_taken".to_owned()));
    let by = json!({ "by": { "alias": { "scheme": "330000", "value": there } } });
    assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &by).json()["certificates"][0]["identifier"], identifier.as_str());
    let history = stage.get_as(WANG, &format!("/v1/certificates/{identifier}/history")).json();
    assert_eq!(history["events"][0]["act"], "transfer_in");
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
