//! The log says what happened, and nothing of what was sent.

use crate::office::{issue, resident};
use crate::people::PASSWORD;
use crate::stage::{Stage, listen};
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_service::sharing::Rules;
use kanhe_tests::Office;
use serde_json::{Value, json};
use tracing_subscriber::filter::LevelFilter;

#[test]
fn nobody_that_was_asked_for_and_no_link_reaches_the_log() {
    let pad = listen(LevelFilter::TRACE);
    let stage = Stage::with_sharing(Rules { calls_a_day: 100, alarm_from: 2 });
    let certificate = issue(&stage, 1);
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let purpose =
        json!({ "matter": "440100-SP-01", "case": "CASE-77", "consent": { "reference": "SQ-88", "given": "2026-06-15T03:00:00Z" } });
    let ask = |route: &str, body: &Value| stage.call(&key, "POST", &format!("/v1/sharing/{route}"), Some(body));
    let holder = json!({ "code_type": "111", "code": resident(1) });
    let identifier = certificate.identifier.to_string();
    ask("holder", &json!({ "purpose": purpose, "holder": holder, "whole": true }));
    stage.send("GET", "/healthz", &[("x-request-id", &resident(1))], b"");
    ask("qr", &json!({ "purpose": purpose, "text": certificate.text }));
    ask("verify-information", &json!({ "purpose": purpose, "identifier": identifier, "holder_name": "张小明", "holder": holder }));
    let link = ask("links", &json!({ "purpose": purpose, "identifier": identifier })).json()["url"].as_str().unwrap().to_owned();
    assert_eq!((stage.get(&link).status, stage.get(&link).status), (200, 410));
    stage.stop();
    let log = pad.text();
    let id = key.split('_').nth(1).unwrap();
    assert!(log.contains("/v1/downloads/{token}") && log.contains("far more") && log.contains(id), "{log}");
    let number = resident(1);
    let digits = certificate.text.split_once('#').unwrap().1;
    for secret in [number.as_str(), "张小明", link.rsplit('/').next().unwrap(), digits, "SQ-88", "CASE-77", "粤A0220"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[test]
fn no_login_password_or_secret_reaches_the_log() {
    let pad = listen(LevelFilter::TRACE);
    let stage = Stage::new();
    let first = stage.appoint(Office::Guangzhou, "ouyang.feng", &[Role::Administrator]);
    let desk = stage.sign_in("ouyang.feng", &first, None);
    assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": first, "new": PASSWORD }))).status, 204);
    stage.try_sign_in("ouyang.feng", "an unlucky guess", Some("135790"));
    stage.try_sign_in("nobody.at.all", "another unlucky guess", None);
    stage.post("/v1/session", &json!({ "login": "misspelt.one", "passwort": "a third unlucky guess" }));
    let added = desk.post("/v1/officers", &json!({ "login": "huang.rong", "name": "黄蓉", "roles": ["clerk"] })).json();
    let made = desk.post("/v1/api-keys", &json!({ "name": "桃花岛系统", "roles": ["clerk"] })).json();
    let key = made["key"].as_str().unwrap();
    stage.call(key, "GET", "/v1/session", None);
    stage.call(&format!("{key}x"), "GET", "/v1/session", None);
    let enrolment = desk.post("/v1/session/second-factor", &json!({})).json();
    stage.get("/v1/session/oidc/callback?code=a-code-of-yue-fei&state=a-state-of-yue-fei");
    let id = OfficerId::of(&stage.house.library, "huang.rong").to_string();
    desk.send("POST", &format!("/v1/officers/{id}/reset"), None);
    let (cookie, csrf) = (desk.cookie.clone(), desk.csrf.clone());
    stage.stop();
    let log = pad.text();
    assert!(log.contains("/v1/officers/{id}/reset") && log.contains("api_key_unknown") && log.contains("sign_in_refused"), "{log}");
    let secrets = [
        "ouyang",
        "nobody.at.all",
        "misspelt",
        "huang.rong",
        "黄蓉",
        "桃花岛",
        "unlucky",
        PASSWORD,
        "135790",
        "yue-fei",
        first.as_str(),
        added["one_time_password"].as_str().unwrap(),
        key.rsplit('_').next().unwrap(),
        enrolment["secret"].as_str().unwrap(),
        cookie.rsplit('.').next().unwrap(),
        csrf.as_str(),
        id.as_str(),
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
