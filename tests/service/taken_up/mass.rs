//! Many certificates that are changed by two people.

use super::is_sound;
use crate::agencies::{LI, OPERATOR, WANG, grounds, issue, operator};
use crate::people::PASSWORD;
use crate::proposals::{approved, condition, of_all, path_of, propose, refused};
use crate::stage::Stage;
use kanhe_core::code::CertificateId;
use kanhe_issuer::proposal::Step;
use kanhe_service::accounts::Role;
use kanhe_service::proposals::{keep_up, work};
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn many_certificates_are_revoked_by_two_people_and_each_event_names_the_proposal() {
    let stage = Stage::new();
    let (chen, zhou) =
        (stage.officer(Office::Housing, "chen.head", &[Role::Approver]), stage.officer(Office::Housing, "zhou.head", &[Role::Approver]));
    let ids: Vec<String> = (1..=5).map(|number| stage.operator(WANG, number)).collect();
    let revoked = &ids[4];
    assert_eq!(chen.post(&format!("/v1/certificates/{revoked}/revoke"), &grounds()).status, 200);
    stage.operator(LI, 6);
    let proposal = propose(&chen, "/v1/certificates/changes", &of_all("revoke"));
    assert_eq!(
        (&proposal["number"], &proposal["progress"]),
        (&json!(4), &Value::Null),
        "neither what is revoked already nor another agency's"
    );
    let list = String::from_utf8(zhou.get(&path_of(&proposal, "content")).bytes).unwrap();
    assert_eq!((list.lines().next(), list.lines().count()), (Some("revoke"), 5));
    let done = approved(&zhou, &proposal);
    assert_eq!(done["progress"], json!({ "done": 0, "of": 4, "left_out": [], "stopped": null }));
    while work(&stage.house).unwrap() {}
    let shown = zhou.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    assert_eq!(shown["progress"], json!({ "done": 4, "of": 4, "left_out": [], "stopped": null }));
    for identifier in &ids[..4] {
        let history = zhou.get(&format!("/v1/certificates/{identifier}/history")).json();
        let last = history["events"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["act"], &last["actor"], &last["reason"]), (&json!("revoke"), &json!("chen.head"), &grounds()["reason"]));
        assert_eq!((&last["approval"]["project"], &last["approval"]["approver"]), (&proposal["code"], &json!("zhou.head")));
    }
    is_sound(&stage);
}

#[test]
fn a_service_that_is_killed_while_it_revokes_goes_on_where_it_was() {
    let stage = Stage::new();
    let (chen, zhou) =
        (stage.officer(Office::Housing, "chen.head", &[Role::Approver]), stage.officer(Office::Housing, "zhou.head", &[Role::Approver]));
    let ids: Vec<String> = (1..=7).map(|number| stage.operator(WANG, number)).collect();
    let mut body = of_all("suspend");
    body.as_object_mut().unwrap().remove("search");
    body["identifiers"] = json!(ids);
    let proposal = propose(&chen, "/v1/certificates/changes", &body);
    approved(&zhou, &proposal);
    // What was changed by somebody else between the approval and its turn is left as it is.
    let last = ids.iter().max().unwrap();
    assert_eq!(chen.post(&format!("/v1/certificates/{last}/revoke"), &grounds()).status, 200);
    let code = stage.house.all_proposals().at_work().unwrap()[0];
    let some = Step { most: 3, now: stage.house.now(), salt: &|| stage.house.chance() };
    let begun = stage.house.all_proposals().go_on(&code, &some).unwrap();
    assert_eq!(begun.progress.unwrap().done, 3);
    let stage = stage.restarted();
    assert_eq!(ids.iter().filter(|identifier| condition(&stage, identifier) == "suspended").count(), 3);
    let going_on = async { tokio::time::timeout(Duration::from_secs(20), keep_up(stage.house.clone(), Duration::from_millis(1))).await };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let until_done = async {
        while !stage.house.all_proposals().at_work().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    runtime.block_on(async {
        tokio::select! { _ = going_on => panic!("it takes too long"), () = until_done => {} }
    });
    for identifier in &ids {
        assert_eq!(condition(&stage, identifier), if identifier == last { "revoked" } else { "suspended" });
        let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
        assert_eq!(stage.house.library.history(mark).unwrap().len(), 2, "nothing was done twice");
    }
    let zhou = stage.sign_in("zhou.head", PASSWORD, None);
    let shown = zhou.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    assert_eq!(shown["progress"], json!({ "done": 7, "of": 7, "left_out": [last], "stopped": null }));
    is_sound(&stage);
}

#[test]
fn a_list_with_certificates_that_the_act_is_not_allowed_for_is_refused_by_name() {
    let stage = Stage::new();
    let chen = stage.officer(Office::Housing, "chen.head", &[Role::Approver]);
    stage.officer(Office::Housing, "zhou.head", &[Role::Approver]);
    let (one, other, theirs) = (stage.operator(WANG, 1), stage.operator(WANG, 2), stage.operator(LI, 3));
    assert_eq!(chen.post(&format!("/v1/certificates/{one}/cancel"), &grounds()).status, 200);
    let named = |identifiers: &[&String]| {
        let mut body = of_all("revoke");
        body.as_object_mut().unwrap().remove("search");
        body["identifiers"] = json!(identifiers);
        chen.post("/v1/certificates/changes", &body)
    };
    let reply = named(&[&one, &other]);
    assert_eq!(refused(&reply), (422, "proposal_not_allowed".to_owned()));
    assert_eq!((&reply.json()["faults"][0]["place"], &reply.json()["faults"][0]["code"]), (&json!(one), &json!("lifecycle_ended")));
    assert_eq!(refused(&named(&[&other, &theirs])), (404, "certificate_not_found".to_owned()));
    assert_eq!(refused(&named(&[])), (422, "proposal_length".to_owned()));
    let mut both = of_all("revoke");
    both["identifiers"] = json!([other]);
    assert_eq!(refused(&chen.post("/v1/certificates/changes", &both)), (400, "request_malformed".to_owned()));
    assert_eq!(refused(&chen.post("/v1/certificates/changes", &of_all("renew"))), (400, "request_malformed".to_owned()));
}

#[test]
fn who_annuls_later_versions_is_told_that_the_earlier_do_not_come_back() {
    let stage = Stage::new();
    let [chen, zhou] = ["chen.head", "zhou.head"].map(|login| stage.officer(Office::Housing, login, &[Role::Approver]));
    let first = stage.operator(WANG, 1);
    stage.operator(WANG, 2);
    let mut body = grounds();
    body["application"] = operator(1);
    body["application"]["request_id"] = json!("P-1-amended");
    assert_eq!(stage.post_as(WANG, &format!("/v1/certificates/{first}/amend"), &body).status, 201);
    let told =
        |proposal: &Value| proposal["notices"].as_array().map(|notices| notices.iter().map(|notice| notice["code"].clone()).collect());
    let proposal = propose(&chen, "/v1/certificates/changes", &of_all("annul"));
    assert_eq!((&proposal["number"], &proposal["notices"][0]["certificates"]), (&json!(2), &json!(1)));
    let shown = zhou.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    assert_eq!(told(&shown), Some(vec![json!("predecessor_stays_superseded")]), "who approves is told as well");
    let revoked = propose(&chen, "/v1/certificates/changes", &of_all("revoke"));
    assert_eq!(told(&revoked), None);
    // And what can be done for the holder is as it is said.
    let message = &shown["notices"][0]["message"];
    assert!(message["en"].as_str().unwrap().contains("issue it anew with the same number and a new request id"), "{message}");
    assert!(message["zh"].as_str().unwrap().contains("以原编号和新的申请编号重新颁发"), "{message}");
    approved(&zhou, &proposal);
    while work(&stage.house).unwrap() {}
    let mut anew = operator(1);
    anew["request_id"] = json!("P-1-anew");
    let issued = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, anew)).json();
    assert_eq!((&issued["certificate"]["number"], &issued["certificate"]["condition"]), (&operator(1)["number"], &json!("in_force")));
}
