//! Who may handle a job: those who may do by hand what it does, and, to follow and stop it, whoever manages their accounts.

use super::{csv, rows, stage};
use crate::agencies::*;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

/// Everything about one job, by the description of the interface: what is added is tried too.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(kanhe_service::http::openapi()).unwrap();
    let of_one = |(path, methods): (&String, &Value)| -> Vec<(String, String)> {
        let methods = methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()));
        methods.filter(|(_, path)| path.starts_with("/v1/jobs/{id}")).collect()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_one).collect()
}

#[test]
fn a_job_of_another_agency_is_not_there() {
    let stage = stage();
    let path = stage.job("", csv(&rows(0..1)));
    let done = stage.ended(&path, "done");
    assert_eq!(routes().len(), 7);
    for (method, route) in routes() {
        let ask = |person: Person, id: &str| {
            let path = route.replace("{id}", id);
            let reply = if method == "get" { stage.get_as(person, &path) } else { stage.post_as(person, &path, &json!({})) };
            (reply.status, reply.code(), reply.json()["detail"].clone())
        };
        let id = path.rsplit('/').next().unwrap();
        let other = ask(ALL_OF_GUANGZHOU, id);
        assert_eq!((other.0, other.1.as_str()), (404, "job_unknown"), "{method} {route}");
        assert_eq!(other, ask(ALL_OF_HOUSING, "0123456789abcdef"), "{method} {route}");
        assert_eq!(other, ask(ALL_OF_HOUSING, "%E7%8E%8B"), "{method} {route}");
        assert_eq!(ask(WU, id).1, "caller_lacks_right", "{method} {route}");
        assert_eq!(ask(Person { types: &[CONSTRUCTION], ..WANG }, id).1, "caller_lacks_type", "{method} {route}");
    }
    assert_eq!(stage.get_as(WANG, &path).json(), done);
}

#[test]
fn an_administrator_of_the_agency_follows_and_stops_what_an_officer_handed_in_and_touches_no_row() {
    let stage = stage();
    // Before the job begins: an account takes as long as hundreds of rows.
    let admin = stage.officer(Office::Housing, "ming.admin", &[Role::Administrator]);
    let path = stage.job_at_work(500);
    let paused = admin.post(&format!("{path}/pause"), &json!({})).json();
    assert_eq!((paused["condition"].as_str(), paused["issued"].as_u64()), (Some("paused"), Some(stage.certificates())));
    assert_eq!((admin.get(&path).json(), &admin.get("/v1/jobs").json()["jobs"][0]), (paused.clone(), &paused));
    for refused in
        [admin.post(&format!("{path}/resume"), &json!({})), admin.get(&format!("{path}/result")), admin.get(&format!("{path}/refused.csv"))]
    {
        assert_eq!((refused.status, refused.code().as_str()), (403, "caller_lacks_right"));
    }
    let elsewhere = stage.officer(Office::Guangzhou, "tao.admin", &[Role::Administrator]);
    assert_eq!(elsewhere.post(&format!("{path}/cancel"), &json!({})).code(), "job_unknown");
    assert_eq!(elsewhere.get("/v1/jobs").json()["jobs"], json!([]));
    assert_eq!(admin.post(&format!("{path}/cancel"), &json!({})).json()["condition"], "cancelled");
    let uses = stage.get_as(WU, "/v1/audit/uses").json();
    let by = |act: &str| uses["uses"].as_array().unwrap().iter().find(|line| line["act"] == act).map(|line| line["actor"].clone());
    assert_eq!([by("job_paused"), by("job_cancelled")], [Some(json!("ming.admin")), Some(json!("ming.admin"))]);
}
