//! Signed files behind links.

use super::{Asker, code, consent, shares};
use crate::office::issue;
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_tests::Office;
use serde_json::{Value, json};

#[test]
fn a_link_is_good_once_and_for_ten_minutes() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let body = json!({ "purpose": consent(), "identifier": certificate.identifier.to_string() });
    let give = || {
        let reply = asker.ask("links", &body);
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["url"].as_str().unwrap().to_owned()
    };
    let url = give();
    assert_eq!(stage.send("HEAD", &url, &[], b"").status, 405);
    let file = stage.get(&url);
    let library = &stage.house.library;
    let signed = library.record(library.find(&certificate.identifier).unwrap().unwrap()).unwrap().envelope;
    assert_eq!((file.status, file.bytes == signed, file.header("cache-control")), (200, true, "no-store"));
    let name = format!("attachment; filename=\"{}.cose\"", certificate.identifier.without_root());
    assert_eq!(file.header("content-disposition"), name);
    assert_eq!(code(&stage.get(&url)), (410, "download_spent".to_owned()));

    let (in_time, late) = (give(), give());
    stage.later(SignedDuration::from_mins(9));
    assert_eq!(stage.get(&in_time).status, 200);
    stage.later(SignedDuration::from_mins(2));
    assert_eq!(code(&stage.get(&late)), (410, "download_expired".to_owned()));
    for nothing in ["/v1/downloads/x", "/v1/downloads/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(code(&stage.get(nothing)), (404, "download_unknown".to_owned()));
    }
    let acts = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    let acts = acts.iter().filter(|share| share["act"] == "download" && share["consent"]["reference"] == "SQ-2026-1");
    assert_eq!(acts.count(), 2);
}

#[test]
fn a_link_goes_with_the_account_that_asked_for_it() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let other = stage.house.catalogue.find("accounting-qualification").unwrap().code().to_string();
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let body = json!({ "purpose": consent(), "identifier": certificate.identifier.to_string() });
    let url = |reply: Reply| {
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["url"].as_str().unwrap().to_owned()
    };
    let made = admin.post("/v1/api-keys", &json!({ "name": "市民中心", "roles": ["relying_party"] })).json();
    let by_key = || url(stage.call(made["key"].as_str().unwrap(), "POST", "/v1/sharing/links", Some(&body)));
    let (open, shut) = (by_key(), by_key());
    assert_eq!(stage.get(&open).status, 200);
    assert_eq!(admin.send("DELETE", &format!("/v1/api-keys/{}", made["id"].as_str().unwrap()), None).status, 200);
    assert_eq!(code(&stage.get(&shut)), (410, "download_withdrawn".to_owned()));

    let change = |roles: Value, types: Value| Some(json!({ "name": "王敏", "roles": roles, "types": types }));
    let rows = [
        ("POST", "/deactivation", Some(json!({}))),
        ("PUT", "", change(json!(["auditor"]), Value::Null)),
        ("PUT", "", change(json!(["relying_party"]), json!([other]))),
    ];
    for (number, (method, act, change)) in rows.into_iter().enumerate() {
        let login = format!("wang.min.{number}");
        let desk = stage.officer(Office::Guangzhou, &login, &[Role::RelyingParty]);
        let link = url(desk.post("/v1/sharing/links", &body));
        let officer = format!("/v1/officers/{}{act}", OfficerId::of(&stage.house.library, &login));
        assert_eq!(admin.send(method, &officer, change.as_ref()).status, 200, "{change:?}");
        assert_eq!(code(&stage.get(&link)), (410, "download_withdrawn".to_owned()), "{change:?}");
    }
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!(found.iter().filter(|share| share["act"] == "download").count(), 1, "what was not given is on no paper");
}
