//! Who may do what: the description of the interface says so of every operation, and every operation does so.

use crate::asked::{Things, patient, routes};
use crate::stage::Stage;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every operation as the description has it, by its name.
fn described() -> BTreeMap<String, Value> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let items = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    items.map(|operation| (operation["operationId"].as_str().unwrap().to_owned(), operation.clone())).collect()
}

fn words(operation: &Value) -> Vec<&str> {
    operation["x-rights"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn an_operation_lets_in_the_roles_that_its_description_names_and_no_other() {
    let stage = patient(|_| {});
    let described = described();
    let nowhere = Things::of_housing(&stage).of_nobody();
    let each = Role::ALL.map(|role| (role, stage.officer(Office::Housing, &role.word().replace('_', "-"), &[role])));
    // What ends or changes the session of who asks is told of in `sessions`.
    for route in routes().into_iter().filter(|route| !route.name.starts_with("session_")) {
        let operation = &described[&route.name];
        let wanted = words(operation);
        let wants_somebody = operation["security"] != json!([]);
        let nobody = nowhere.ask_as_nobody(&stage, &route);
        assert_eq!(nobody.status == 401 && nobody.code() == "caller_unknown", wants_somebody, "{} {nobody:?}", route.name);
        for (role, officer) in &each {
            let has = wanted.is_empty() || role.rights().iter().any(|right| wanted.contains(&right.word()));
            let reply = nowhere.ask(officer, &route);
            let lacks = reply.status == 403 && reply.code() == "caller_lacks_right";
            assert_eq!(lacks, !has, "{} as {}: {} {}", route.name, role.word(), reply.status, reply.code());
            let named = operation["description"].as_str().unwrap().contains(&format!("`{}`", role.word()));
            assert!(wanted.is_empty() || named == has, "{} as {}", route.name, role.word());
        }
    }
}

#[test]
fn who_is_stopped_at_the_door_is_told_nothing_of_his_body() {
    let stage = Stage::new();
    let auditor = stage.officer(Office::Housing, "auditor", &[Role::Auditor]);
    let reply = auditor.send_as("application/json", "POST", "/v1/certificates", b"{");
    assert_eq!((reply.status, reply.code().as_str()), (403, "caller_lacks_right"));
    assert_eq!(auditor.send("HEAD", "/v1/officers", None).status, 403, "HEAD is GET without a body");
}

#[test]
fn every_operation_says_by_which_credentials_a_caller_is_known() {
    let rows = [
        ("published_pack", json!([])),
        ("session_show", json!([{ "key": [] }, { "session": [] }, { "certificate": [] }])),
        ("session_end", json!([{ "session": [], "csrf": [] }])),
        ("certificates_one", json!([{ "key": [] }, { "session": [] }, { "certificate": [] }])),
        ("certificates_issue", json!([{ "key": [] }, { "session": [], "csrf": [] }, { "certificate": [] }])),
        ("proposals_approve", json!([{ "session": [], "csrf": [] }])),
    ];
    let described = described();
    for (name, security) in rows {
        assert_eq!(described[name]["security"], security, "{name}");
    }
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    for scheme in described.values().flat_map(|operation| operation["security"].as_array().unwrap()) {
        assert!(scheme.as_object().unwrap().keys().all(|name| schemes.contains_key(name)), "{scheme}");
    }
}

#[test]
fn what_can_go_wrong_is_said_of_every_operation_where_it_can() {
    let statuses = |operation: &Value| operation["responses"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (name, operation) in described() {
        let told = statuses(&operation);
        let has = |status: &str| told.iter().any(|told| told == status);
        assert!(["429", "503", "500", "4XX", "5XX"].into_iter().all(has), "{name} {told:?}");
        assert_eq!(has("415") && has("413") && has("408"), operation.get("requestBody").is_some(), "{name}");
        assert!(has("403") == (operation["security"] != json!([])), "{name}");
        if has("304") {
            assert_eq!(operation["responses"]["200"]["headers"]["ETag"]["$ref"], "#/components/headers/ETag", "{name}");
        }
    }
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    assert!(document["components"]["responses"]["TooOften"]["headers"]["Retry-After"].is_object());
}
