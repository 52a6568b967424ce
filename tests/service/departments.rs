//! A reviewer who is bound to departments speaks for those and for no other: as a person with a session, and as a system with a key.

use crate::agencies::*;
use crate::people::{Desk, PASSWORD};
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

fn opinion(department: &str) -> Value {
    let mut body = grounds();
    body["department"] = json!(department);
    body["opinion"] = json!("agrees");
    body
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

fn not_his() -> (u16, String) {
    (403, "caller_lacks_department".to_owned())
}

/// An officer whom an administrator of Housing adds, at work with a password of its own; and the path of its account.
fn added<'s>(stage: &'s Stage, admin: &Desk<'_>, login: &str, departments: &Value) -> (Desk<'s>, String) {
    let body = json!({ "login": login, "name": "审查员", "roles": ["reviewer"], "departments": departments });
    let made = admin.post("/v1/officers", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let first = made.json()["one_time_password"].as_str().unwrap().to_owned();
    let desk = stage.sign_in(login, &first, None);
    assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": first, "new": PASSWORD }))).status, 204);
    (desk, made.header("location").to_owned())
}

#[test]
fn an_officer_who_is_bound_speaks_for_its_departments_and_for_no_other() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator, Role::Auditor]);
    let (bound, path) = added(&stage, &admin, "fire.reviewer", &json!(["fire"]));
    let (free, _) = added(&stage, &admin, "any.reviewer", &Value::Null);
    let application = stage.lodged(WANG, 1);
    let reviews = format!("/v1/applications/{application}/reviews");
    let says = |desk: &Desk<'_>, department: &str| {
        stage.later(SignedDuration::from_mins(1));
        desk.post(&reviews, &opinion(department))
    };
    let size = stage.house.library.log_size().unwrap();
    for other in ["planning", "civil-defence", "no-such-department"] {
        assert_eq!(code(&says(&bound, other)), not_his(), "{other}");
    }
    assert_eq!(stage.house.library.log_size().unwrap(), size);
    assert_eq!(says(&bound, "fire").status, 200);
    assert_eq!(says(&free, "planning").status, 200);
    // It reads what its colleagues read, and hears of its binding.
    assert_eq!(bound.get(&format!("/v1/applications/{application}")).status, 200);
    let named = |reply: Reply| reply.json()["departments"].clone();
    assert_eq!((named(bound.get("/v1/session")), named(free.get("/v1/session"))), (json!(["fire"]), Value::Null));
    assert_eq!(named(admin.get(&path)), json!(["fire"]));
    let listed = admin.get("/v1/officers").json()["officers"].as_array().unwrap().clone();
    let of = |login: &str| listed.iter().find(|line| line["login"] == login).unwrap()["departments"].clone();
    assert_eq!((of("fire.reviewer"), of("any.reviewer"), of("admin")), (json!(["fire"]), Value::Null, Value::Null));

    // Bound to another, it speaks for that one at once, in the session that is there; auditors read that it was changed, and by whom.
    let next = stage.lodged(WANG, 2);
    let of_next = |department: &str| {
        stage.later(SignedDuration::from_mins(1));
        bound.post(&format!("/v1/applications/{next}/reviews"), &opinion(department))
    };
    let mut change = json!({ "name": "审查员", "roles": ["reviewer"], "departments": ["planning", "civil-defence"] });
    assert_eq!(named(admin.send("PUT", &path, Some(&change))), json!(["planning", "civil-defence"]));
    assert_eq!((code(&of_next("fire")), of_next("planning").status), (not_his(), 200));
    change.as_object_mut().unwrap().remove("departments");
    assert_eq!(named(admin.send("PUT", &path, Some(&change))), Value::Null);
    assert_eq!(of_next("planning").status, 200);
    let uses = admin.get("/v1/audit/uses?limit=1000").json();
    let changed = uses["uses"].as_array().unwrap().iter().filter(|entry| entry["act"] == "officer_changed");
    let told: Vec<_> = changed.map(|entry| (entry["actor"].clone(), entry["subject"].clone())).collect();
    assert_eq!(told, [(json!("admin"), json!("fire.reviewer")), (json!("admin"), json!("fire.reviewer"))]);
    assert!(named(bound.get("/v1/session")).is_null());
    assert!(stage.house.library.log_size().unwrap() > size);
}

#[test]
fn a_system_that_is_bound_speaks_for_its_departments_and_for_no_other() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "消防", "roles": ["reviewer"], "departments": ["fire"] })).json();
    let (key, id) = (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap());
    assert_eq!((&made["departments"], &admin.get("/v1/api-keys").json()["keys"][0]["departments"]), (&json!(["fire"]), &json!(["fire"])));
    let reviews = format!("/v1/applications/{}/reviews", stage.lodged(WANG, 1));
    let says = |key: &str, department: &str| stage.call(key, "POST", &reviews, Some(&opinion(department)));
    assert_eq!(code(&says(&key, "planning")), not_his());
    assert_eq!(says(&key, "fire").status, 200);
    // Another secret opens the same account.
    let rotated = admin.post(&format!("/v1/api-keys/{id}/rotation"), &json!({})).json();
    assert_eq!(rotated["departments"], json!(["fire"]));
    assert_eq!(code(&says(rotated["key"].as_str().unwrap(), "planning")), not_his());
    assert_eq!(stage.call(&key, "GET", "/v1/session", None).json()["departments"], json!(["fire"]));
    // What is another agency's is not there, whatever the department.
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let other = admin.post("/v1/api-keys", &json!({ "name": "消防", "roles": ["reviewer"], "departments": ["fire"] })).json();
    for department in ["fire", "planning"] {
        assert_eq!(code(&says(other["key"].as_str().unwrap(), department)), (404, "project_not_found".to_owned()));
    }
}

#[test]
fn an_account_is_bound_to_departments_that_there_are_and_as_a_reviewer() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator]);
    let many: Vec<_> = std::iter::repeat_n("fire", 101).collect();
    let rows = [
        (json!(["reviewer"]), json!(["tea"]), "review_unknown_department"),
        (json!(["reviewer"]), json!(["fire", "planning", "fire"]), "account_named_twice"),
        (json!(["reviewer"]), json!([]), "account_departments"),
        (json!(["reviewer"]), json!(many), "account_departments"),
        (json!(["clerk", "approver"]), json!(["fire"]), "account_no_reviewer"),
    ];
    for (roles, departments, name) in rows {
        let body = json!({ "name": "某", "roles": roles, "departments": departments });
        assert_eq!(code(&admin.post("/v1/api-keys", &body)), (422, name.to_owned()), "{body}");
        let mut body = body;
        body["login"] = json!("some.one");
        assert_eq!(code(&admin.post("/v1/officers", &body)), (422, name.to_owned()), "{body}");
    }
    assert_eq!(admin.get("/v1/api-keys").json()["keys"], json!([]));
    // Who has mistyped one reads which there are.
    let mistyped = admin.post("/v1/api-keys", &json!({ "name": "某", "roles": ["reviewer"], "departments": ["tea"] })).json();
    assert!(mistyped["detail"].as_str().unwrap().ends_with("civil-defence, fire, planning"), "{mistyped}");
}
