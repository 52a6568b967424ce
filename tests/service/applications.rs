//! Applications over HTTP, and a whole day by seven people of two agencies.

use crate::agencies::*;
use crate::proposals::{a_file, approved, next_manifest, propose};
use crate::stage::{Reply, Stage, dictionary, shipped};
use jiff::SignedDuration;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::fs;

fn says(stage: &Stage, who: Person, code: &str, department: &str, opinion: &str) -> Reply {
    stage.later(SignedDuration::from_mins(1));
    let mut body = grounds();
    body["department"] = json!(department);
    body["opinion"] = json!(opinion);
    stage.post_as(who, &format!("/v1/applications/{code}/reviews"), &body)
}

/// All three departments agree.
pub fn agreed(stage: &Stage, code: &str) {
    for (who, department) in [(ZHAO, "planning"), (SUN, "fire"), (QIAN, "civil-defence")] {
        assert_eq!(says(stage, who, code, department, "agrees").status, 200);
    }
}

/// Decides an application, or takes it back.
pub fn decide(stage: &Stage, who: Person, code: &str, how: &str) -> Reply {
    stage.later(SignedDuration::from_mins(1));
    stage.post_as(who, &format!("/v1/applications/{code}/{how}"), &grounds())
}

#[test]
fn a_day_from_application_to_revocation() {
    let stage = Stage::new();
    let code = stage.lodged(WANG, 1);
    let standing = || stage.get(&format!("/v1/applications/{code}/standing")).json();
    assert_eq!(standing(), json!({ "code": code, "stage": "in_review" }));
    assert_eq!(says(&stage, ZHAO, &code, "planning", "agrees").json()["stage"], "in_review");
    let early = decide(&stage, ZHOU, &code, "approval");
    assert_eq!((early.status, early.code().as_str()), (409, "review_not_agreed"));
    agreed(&stage, &code);
    assert_eq!(standing()["stage"], "for_decision");
    let approved = decide(&stage, ZHOU, &code, "approval");
    assert_eq!(approved.status, 201, "{}", approved.json());
    let identifier = approved.json()["certificate"]["identifier"].as_str().unwrap().to_owned();
    assert_eq!(decide(&stage, ZHOU, &code, "approval").status, 200);
    assert_eq!(standing()["stage"], "approved");
    assert_eq!(stage.get_as(WU, &format!("/v1/applications/{code}")).json()["certificate"], identifier);
    let path = format!("/v1/certificates/{identifier}");
    for (act, state) in [("suspend", "suspended"), ("reinstate", "valid"), ("revoke", "revoked")] {
        stage.later(SignedDuration::from_mins(1));
        assert_eq!(stage.post_as(ZHOU, &format!("{path}/{act}"), &grounds()).json()["state"], state);
    }
    // Another agency of the same region knows nothing of all this.
    assert_eq!(stage.get_as(XU, &path).status, 404);
    assert_eq!(stage.post_as(CHEN, &format!("{path}/cancel"), &grounds()).status, 404);
    assert_eq!(stage.get_as(LI, &format!("/v1/applications/{code}")).status, 404);
    let history = stage.get_as(WU, &format!("{path}/history")).json();
    assert_eq!(
        history["events"][0]["approval"],
        json!({ "project": code, "approver": stage.actor(ZHOU), "decided": history["events"][0]["recorded"] })
    );
}

#[test]
fn nobody_decides_what_they_have_handled() {
    let stage = Stage::new();
    let code = stage.lodged(ALL_OF_HOUSING, 1);
    agreed(&stage, &code);
    let reply = decide(&stage, ALL_OF_HOUSING, &code, "approval");
    assert_eq!((reply.status, reply.code().as_str()), (403, "review_same_person"));
}

#[test]
fn a_key_is_no_second_person_beside_who_made_or_rotated_it() {
    let stage = Stage::new();
    let every = [Role::Administrator, Role::Clerk, Role::Reviewer, Role::Approver];
    let (ming, hong) = (stage.officer(Office::Housing, "ming", &every), stage.officer(Office::Housing, "hong", &every));
    let made = ming.post("/v1/api-keys", &json!({ "name": "窗口", "roles": ["clerk", "reviewer", "approver"] })).json();
    let rotation = format!("/v1/api-keys/{}/rotation", made["id"].as_str().unwrap());
    let key = hong.post(&rotation, &json!({})).json()["key"].as_str().unwrap().to_owned();
    let same = |reply: &Reply| assert_eq!((reply.status, reply.code().as_str()), (403, "review_same_person"));
    let lodged = |reply: Reply| reply.json()["code"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
    let opinion = |department: &str| {
        let mut body = grounds();
        body["department"] = json!(department);
        body["opinion"] = json!("agrees");
        body
    };
    // The key has lodged it: neither who made it decides, nor who rotated it.
    let code = lodged(stage.call(&key, "POST", "/v1/applications", Some(&issue(CONSTRUCTION, construction(1)))));
    let path = format!("/v1/applications/{code}");
    agreed(&stage, &code);
    stage.later(SignedDuration::from_mins(1));
    for hand in [&ming, &hong] {
        same(&hand.post(&format!("{path}/approval"), &grounds()));
        same(&hand.post(&format!("{path}/rejection"), &grounds()));
    }
    assert_eq!(decide(&stage, ZHOU, &code, "approval").status, 201);
    // He has lodged it: his key does not decide. And nobody speaks for two departments, once as himself and once by a key.
    let code = lodged(ming.post("/v1/applications", &issue(CONSTRUCTION, construction(2))));
    let path = format!("/v1/applications/{code}");
    assert_eq!(hong.post(&format!("{path}/reviews"), &opinion("planning")).status, 200);
    same(&stage.call(&key, "POST", &format!("{path}/reviews"), Some(&opinion("fire"))));
    same(&stage.call(&key, "POST", &format!("{path}/rejection"), Some(&grounds())));
    assert_eq!(decide(&stage, ZHOU, &code, "rejection").status, 200);
}

#[test]
fn an_application_is_lodged_once_refused_with_reasons_and_taken_back() {
    let stage = Stage::new();
    let code = stage.lodged(WANG, 1);
    let again = stage.post_as(WANG, "/v1/applications", &issue(CONSTRUCTION, construction(1)));
    assert_eq!((again.status, again.json()), (200, json!({ "result": "before", "code": code, "stage": "in_review" })));
    let rejected = decide(&stage, ZHOU, &code, "rejection");
    assert_eq!((rejected.status, rejected.json()["stage"].as_str()), (200, Some("rejected")));
    let shown = stage.get_as(WANG, &format!("/v1/applications/{code}")).json();
    assert_eq!((&shown["refused_because"], &shown["withdrawn_because"], &shown["days"]), (&grounds(), &Value::Null, &json!(0)));
    stage.later(SignedDuration::from_hours(72));
    let later = stage.get_as(WANG, &format!("/v1/applications/{code}")).json();
    assert_eq!((&later["days"], &later["decided"]), (&json!(0), &shown["decided"]), "what is closed waits no longer");
    let decided = decide(&stage, ZHOU, &code, "rejection");
    assert_eq!((decided.status, decided.code().as_str()), (409, "project_decided"));
    let other = stage.lodged(WANG, 2);
    stage.later(SignedDuration::from_hours(25));
    assert_eq!(stage.get_as(WANG, &format!("/v1/applications/{other}")).json()["days"], 1, "what is open waits");
    assert_eq!(decide(&stage, WANG, &other, "withdrawal").json()["stage"], "withdrawn");
    let shown = stage.get_as(WANG, &format!("/v1/applications/{other}")).json();
    assert_eq!((&shown["withdrawn_because"], &shown["refused_because"]), (&grounds(), &Value::Null));
}

#[test]
fn what_cannot_be_lodged_is_refused_by_its_code() {
    let stage = Stage::new();
    let mut wrong = construction(1);
    wrong["contract_price"] = json!("much");
    let refused = |who: Person, body: &Value| {
        let reply = stage.post_as(who, "/v1/applications", body);
        (reply.status, reply.code())
    };
    let own = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused(WANG, &issue(CONSTRUCTION, wrong)), own(422, "rows_refused"));
    assert_eq!(refused(WANG, &issue(OPERATOR, operator(1))), own(409, "review_not_needed"));
    assert_eq!(refused(LI, &issue(CONSTRUCTION, construction(1))), own(403, "review_out_of_scope"));
    assert_eq!(refused(WANG, &issue("no-such-type", construction(1))), own(422, "type_unknown"));
}

#[test]
fn what_the_decision_would_refuse_anyway_is_refused_when_it_is_lodged() {
    let stage = Stage::new();
    let (code, waiting) = (stage.lodged(WANG, 1), stage.lodged(WANG, 2));
    one_a_holder(&stage);
    // Whoever waits for one hears that he does, and which it is: that is his own agency's.
    let second = stage.post_as(WANG, "/v1/applications", &issue(CONSTRUCTION, construction(3)));
    assert_eq!((second.status, second.code().as_str()), (409, "application_open"));
    let second = second.json();
    let detail = second["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("持证主体已申请此类证照，尚未决定，编码 ") && [&code, &waiting].iter().any(|code| detail.ends_with(*code)),
        "{detail}"
    );
    assert!(second["hint"].as_str().is_some(), "{second}");
    agreed(&stage, &code);
    let issued = decide(&stage, ZHOU, &code, "approval");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let refused = |reply: &Reply| assert_eq!((reply.status, reply.code().as_str()), (409, "holder_has_one"));
    // The holder has one now: nobody waits for three departments to hear of it.
    let late = stage.post_as(WANG, "/v1/applications", &issue(CONSTRUCTION, construction(3)));
    refused(&late);
    let (identifier, late) = (issued.json()["certificate"]["identifier"].as_str().unwrap().to_owned(), late.json());
    assert_eq!(late["detail"], format!("持证主体已有一张状态为 有效 的此类证照：{identifier}"), "it is his own agency's");
    // What was lodged before is asked again at the decision.
    agreed(&stage, &waiting);
    refused(&decide(&stage, ZHOU, &waiting, "approval"));
    let mut other = construction(4);
    (other["holder_name"], other["holder_code"]) = (json!("深圳市南山区建筑工务署"), json!("11440305MA5001017Y"));
    assert_eq!(stage.post_as(WANG, "/v1/applications", &issue(CONSTRUCTION, other)).status, 201);
    let mut next = issue(CONSTRUCTION, construction(1));
    next["application"]["request_id"] = json!("P-1-next");
    let mut replacing = |act: &str| {
        next["replaces"] = json!({ "act": act, "identifier": issued.json()["certificate"]["identifier"] });
        stage.post_as(WANG, "/v1/applications", &next)
    };
    let endless = replacing("renew");
    assert_eq!((endless.status, endless.code().as_str()), (409, "renewal_no_longer"));
    let amendment = replacing("amend");
    assert_eq!(amendment.status, 201, "{}", amendment.json());
}

/// From now on a holder has one construction permit at a time.
pub fn one_a_holder(stage: &Stage) {
    next_edition(stage, CONSTRUCTION, |file| (file["edition"], file["one_valid_per_holder"]) = (json!(2), json!(true)));
}

/// Takes up another edition of a type, and the manifest that names it.
fn next_edition(stage: &Stage, name: &str, change: impl FnOnce(&mut Value)) {
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let mut file = type_file(name);
    change(&mut file);
    let file = serde_json::to_vec_pretty(&file).unwrap();
    let kind = Catalogue::check(name, &file, &[&dictionary()]).unwrap();
    approved(&song, &propose(&tang, "/v1/types", &a_file(&file)));
    let next = next_manifest(2, |contents| {
        let named = contents.kinds.iter_mut().find(|named| named.code == *kind.code()).unwrap();
        *named = kind.to_kind(named.index);
    });
    approved(&song, &propose(&tang, "/v1/manifest", &a_file(&next)));
}

fn type_file(name: &str) -> Value {
    serde_json::from_slice(&fs::read(shipped(&format!("types/{name}.json"))).unwrap()).unwrap()
}

#[test]
fn who_approves_a_renewal_is_told_what_it_changes_besides_its_term() {
    let stage = Stage::new();
    let first = stage.operator(WANG, 1);
    next_edition(&stage, OPERATOR, |file| (file["edition"], file["review"]) = (json!(3), type_file(CONSTRUCTION)["review"].take()));
    stage.later(SignedDuration::from_hours(24));
    let mut body = issue(OPERATOR, operator(1));
    body["application"]["request_id"] = json!("R-1-renewed");
    body["application"]["employer"] = json!("广州市千家建筑工程有限公司");
    body["replaces"] = json!({ "act": "renew", "identifier": first });
    let lodged = stage.post_as(WANG, "/v1/applications", &body);
    assert_eq!(lodged.status, 201, "{}", lodged.json());
    let code = lodged.json()["code"].as_str().unwrap().to_owned();
    agreed(&stage, &code);
    for status in [201, 200] {
        let approved = decide(&stage, ZHOU, &code, "approval");
        let told = approved.json();
        assert_eq!((approved.status, &told["warnings"]), (status, &json!(["renewal_changes"])), "{told}");
        assert_eq!((told["changes"].as_array().unwrap().len(), &told["changes"][0]["name"]), (1, &json!("employer")));
    }
}

#[test]
fn applications_are_listed_by_stage_and_by_the_department_that_they_wait_for() {
    let stage = Stage::new();
    let codes: Vec<_> = (1..=5).map(|number| stage.lodged(WANG, number)).collect();
    says(&stage, ZHAO, &codes[0], "fire", "agrees");
    agreed(&stage, &codes[1]);
    let listed = |search: Value| {
        let json = stage.post_as(WANG, "/v1/applications/search", &search).json();
        json["applications"].as_array().unwrap_or_else(|| panic!("{json}")).len()
    };
    assert_eq!(listed(json!({})), 5);
    assert_eq!(listed(json!({ "stage": "for_decision" })), 1);
    assert_eq!(listed(json!({ "department": "fire" })), 3);
    assert_eq!(listed(json!({ "department": "fire", "limit": 2 })), 2);
    assert_eq!(listed(json!({ "department": "fire", "stage": "in_review" })), 3);
    for other in ["for_decision", "approved", "rejected", "withdrawn"] {
        let reply = stage.post_as(WANG, "/v1/applications/search", &json!({ "department": "fire", "stage": other }));
        assert_eq!((reply.status, reply.code().as_str()), (400, "request_malformed"), "{other}");
    }
    let unknown = stage.post_as(WANG, "/v1/applications/search", &json!({ "department": "tea" }));
    assert_eq!((unknown.status, unknown.code().as_str()), (422, "review_unknown_department"));
}

#[test]
fn an_officer_sees_what_is_applied_for_as_far_as_its_masks_leave_it() {
    let stage = Stage::new();
    let path = format!("/v1/applications/{}", stage.lodged(WANG, 1));
    let manager = |person, path: &str| stage.get_as(person, path).json()["applied"]["fields"]["project_manager"].clone();
    assert_eq!(manager(ZHAO, &path), "陈*");
    assert_eq!(manager(WU, &format!("{path}?whole=true")), "陈㛃");
    assert_eq!(stage.get_as(ZHAO, &format!("{path}?whole=true")).status, 403);
}

#[test]
fn where_an_application_stands_is_all_that_a_stranger_learns() {
    let stage = Stage::new();
    let code = stage.lodged(WANG, 1);
    assert_eq!(stage.get(&format!("/v1/applications/{code}/standing")).json().as_object().unwrap().len(), 2);
    assert_eq!(stage.get(&format!("/v1/applications/{code}")).code(), "caller_unknown");
    let unknown = stage.get("/v1/applications/440000-20260615-7M3J9PW2ZS-8/standing");
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "project_not_found"));
    assert_eq!(stage.get("/v1/applications/x/standing").status, 400);
}
