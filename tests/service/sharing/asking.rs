//! Questions about a holder or a certificate: who may ask, for what, and what is shown.

use super::{Asker, MATTER, code, consent, duty, identifiers, person, shares};
use crate::office::{Certificate, issue, issue_by, resident, revoke};
use crate::stage::{Stage, code_of};
use kanhe_core::code::TypeCode;
use kanhe_service::accounts::Role;
use kanhe_service::counter::Held;
use kanhe_tests::{Office, World};
use serde_json::{Value, json};

/// Every route of a relying party, with a body that it takes.
fn routes(certificate: &Certificate) -> Vec<(&'static str, Value)> {
    let identifier = certificate.identifier.to_string();
    vec![
        ("holder", json!({ "purpose": duty(), "holder": person(1) })),
        ("identifier", json!({ "purpose": duty(), "identifier": identifier })),
        ("qr", json!({ "purpose": duty(), "text": certificate.text })),
        ("verify-information", json!({ "purpose": duty(), "identifier": identifier, "holder_name": "张小明" })),
        ("links", json!({ "purpose": consent(), "identifier": identifier })),
        ("matching", json!({ "purpose": consent(), "holder": person(1) })),
    ]
}

#[test]
fn every_route_of_sharing_is_for_relying_parties_alone() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let others: Vec<Role> = Role::ALL.into_iter().filter(|role| *role != Role::RelyingParty).collect();
    let desk = stage.officer(Office::Guangzhou, "all.others", &others);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let matter = json!({ "names": { "zh": "上岗", "en": "Going to work" }, "wants": [
        { "names": { "zh": "操作证", "en": "Operator's certificate" }, "types": [certificate.identifier.type_code().to_string()] }] });
    let path = format!("/v1/matters/{MATTER}");
    assert_eq!(desk.send("PUT", &path, Some(&matter)).status, 201);
    for (route, body) in routes(&certificate) {
        let path = format!("/v1/sharing/{route}");
        assert_eq!(code(&desk.post(&path, &body)), (403, "caller_lacks_right".to_owned()), "{route}");
        assert_eq!(code(&stage.post(&path, &body)), (401, "caller_unknown".to_owned()), "{route}");
        assert!(asker.ask(route, &body).status < 300, "{route}");
    }
    let file = "/v1/sharing/verify-file?matter=1&case=1&law=1";
    assert_eq!(code(&desk.post(file, &json!({}))).0, 403);
    assert_eq!(asker.ask("verify-file?matter=1&case=1&law=1", &json!({})).status, 415);
    for (method, path) in [("PUT", path.as_str()), ("DELETE", path.as_str()), ("GET", "/v1/audit/shares"), ("GET", "/v1/audit/alarms")] {
        let body = (method == "PUT").then(|| matter.clone());
        assert_eq!(code(&stage.call(&asker.key, method, path, body.as_ref())), (403, "caller_lacks_right".to_owned()), "{method} {path}");
    }
    assert_eq!(stage.call(&asker.key, "GET", &path, None).status, 200);
}

#[test]
fn a_holder_is_shown_masked_across_agencies_and_each_agency_has_the_paper() {
    let stage = Stage::new();
    let (own, other) = (issue_by(&stage, Office::Guangzhou, 1), issue_by(&stage, Office::Housing, 1));
    issue(&stage, 2);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let reply = asker.ask("holder", &json!({ "purpose": duty(), "holder": person(1) }));
    let page = reply.json();
    let mut both = vec![own.identifier.to_string(), other.identifier.to_string()];
    both.sort();
    assert_eq!((identifiers(&page["certificates"]), &page["next"]), (both.clone(), &Value::Null));
    let text = String::from_utf8(reply.bytes.clone()).unwrap();
    assert!(!text.contains(&resident(1)) && text.contains("440106********"), "{text}");
    assert!(!text.contains("seal") && !text.contains("slot"), "{text}");

    let auditors = [("audit.gz", Office::Guangzhou, both), ("audit.zj", Office::Housing, vec![other.identifier.to_string()])];
    for (login, office, certificates) in auditors {
        let found = shares(&stage.officer(office, login, &[Role::Auditor]));
        let [share] = found.as_slice() else { panic!("{found:?}") };
        let mut shown: Vec<&str> = share["certificates"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        shown.sort_unstable();
        assert_eq!((share["agency"].as_str(), share["act"].as_str()), (Some(code_of(Office::Guangzhou).as_str()), Some("holder")));
        assert_eq!((share["matter"].as_str(), share["case"].as_str(), &share["consent"]), (Some(MATTER), Some("A-1"), &Value::Null));
        assert_eq!((shown, share["law"].as_str()), (certificates.iter().map(String::as_str).collect(), Some("《行政许可法》第三十四条")));
        assert!(!share.to_string().contains(&resident(1)), "{share}");
    }
}

#[test]
fn a_certificate_is_shown_whole_only_where_its_holder_has_agreed() {
    let stage = Stage::new();
    let identifier = issue(&stage, 1).identifier.to_string();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let by = |purpose: Value| asker.ask("identifier", &json!({ "purpose": purpose, "identifier": identifier, "whole": true }));
    assert_eq!(code(&by(duty())), (403, "share_whole_needs_consent".to_owned()));
    let whole = by(consent()).json();
    assert_eq!((whole["holders"][0]["code"].as_str(), &whole["whole"]), (Some(resident(1).as_str()), &json!(true)));
    assert_eq!(
        code(&asker.ask("links", &json!({ "purpose": duty(), "identifier": identifier }))),
        (403, "share_whole_needs_consent".to_owned())
    );
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!((found.len(), &found[0]["whole"], found[0]["consent"]["reference"].as_str()), (1, &json!(true), Some("SQ-2026-1")));
}

#[test]
fn a_purpose_that_says_nothing_is_refused_and_nothing_is_shown() {
    let stage = Stage::new();
    let identifier = issue(&stage, 1).identifier.to_string();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let law = json!({ "law": "《行政许可法》" });
    let given = |given: &str| json!({ "reference": "SQ-1", "given": given });
    let rows = [
        (json!({ "matter": MATTER, "case": "A-1" }), "request_malformed"),
        (json!({ "matter": MATTER, "case": "A-1", "duty": law, "consent": given("2026-06-15T03:00:00Z") }), "request_malformed"),
        (json!({ "matter": MATTER, "case": "A-1", "consent": given("yesterday") }), "request_malformed"),
        (json!({ "matter": MATTER, "case": "", "duty": law }), "purpose_malformed"),
        (json!({ "matter": MATTER, "case": "A-1", "duty": { "law": " " } }), "purpose_malformed"),
        (json!({ "matter": MATTER, "case": "A-1", "consent": given("2026-06-15T05:00:00Z") }), "purpose_consent_in_future"),
    ];
    for (purpose, defect) in rows {
        let reply = asker.ask("identifier", &json!({ "purpose": purpose, "identifier": identifier }));
        assert_eq!(reply.code(), defect, "{purpose}");
    }
    assert_eq!(shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor])), Vec::<Value>::new());
}

#[test]
fn an_identifier_that_is_not_there_is_not_found_and_who_tried_is_on_paper() {
    let stage = Stage::new();
    let absent = issue(&stage, 1).identifier.next_version().unwrap().to_string();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let reply = asker.ask("identifier", &json!({ "purpose": duty(), "identifier": absent }));
    assert_eq!(code(&reply), (404, "certificate_not_found".to_owned()));
    assert!(reply.json()["hint"].as_str().unwrap().contains("POST /v1/sharing/holder"), "who may search nothing is not sent to search");
    let found = shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]));
    assert_eq!((found.len(), found[0]["about"].as_str(), &found[0]["certificates"]), (1, Some(absent.as_str()), &json!([])));
    let malformed = asker.ask("identifier", &json!({ "purpose": duty(), "identifier": "1.2.156.3005.2.nothing" }));
    assert_eq!(malformed.status, 422, "{malformed:?}");
}

#[test]
fn a_certificate_is_found_by_its_code_also_when_it_is_revoked_and_a_forged_code_finds_nothing() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let by = |text: &str| asker.ask("qr", &json!({ "purpose": duty(), "text": text }));
    assert_eq!(by(&certificate.text).json()["identifier"], certificate.identifier.to_string());
    revoke(&stage, &certificate);
    assert_eq!(by(&certificate.text).json()["condition"], "revoked");
    let (page, digits) = certificate.text.split_once('#').unwrap();
    let place = digits.len() - 40;
    let other = if &digits[place..=place] == "1" { "2" } else { "1" };
    let forged = format!("{page}#{}{other}{}", &digits[..place], &digits[place + 1..]);
    assert_eq!(code(&by(&forged)), (422, "signature_invalid".to_owned()));
    assert_eq!(code(&by("no code at all")), (422, "not_a_seal".to_owned()));
    for (text, next) in [(forged.as_str(), "不予接受"), ("no code at all", "请扫描证照上的二维码")] {
        let hint = by(text).json()["hint"].as_str().unwrap().to_owned();
        assert!(hint.starts_with(next), "{hint}");
    }
    let nowhere = json!({ "matter": MATTER, "case": "", "duty": duty()["duty"] });
    let reply = asker.ask("qr", &json!({ "purpose": nowhere, "text": forged }));
    assert_eq!(code(&reply), (422, "purpose_malformed".to_owned()), "the purpose is read before the code");
    let found = shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]));
    let nothing = found.iter().filter(|share| share["act"] == "qr" && share["certificates"] == json!([]) && share["about"] == Value::Null);
    assert_eq!((found.len(), nothing.count()), (6, 4), "who tries codes is on paper: {found:?}");
}

#[test]
fn a_code_of_another_region_is_told_to_be_elsewhere_and_not_to_be_nowhere() {
    let (stage, world) = (Stage::new(), World::new());
    stage.house.shelf.put(world.pack().bytes(), Held::OfOthers).unwrap();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let by = |text: String| asker.ask("qr", &json!({ "purpose": duty(), "text": text }));
    for foreign in [world.foreign_title(), world.foreign_operator_certificate()] {
        let reply = by(foreign.text());
        assert_eq!(code(&reply), (404, "certificate_elsewhere".to_owned()));
        let (detail, hint) = (reply.json()["detail"].to_string(), reply.json()["hint"].to_string());
        assert!(detail.contains("330000") && detail.contains("440000") && hint.contains("POST /v1/verify"), "{detail} {hint}");
    }
    assert_eq!(code(&by(world.title().text())), (404, "certificate_not_found".to_owned()), "of the own region");
    let found = shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]));
    let about: Vec<&str> = found.iter().filter_map(|share| share["about"].as_str()).collect();
    let foreign = world.foreign_title().certificate().identifier.to_string();
    assert!(about.len() == 3 && about.contains(&foreign.as_str()), "who asks in the wrong place is on paper too: {about:?}");
}

#[test]
fn a_caller_for_some_types_is_refused_what_is_of_another_and_never_told_that_there_is_none() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let (operator, other) = (certificate.identifier.type_code().to_string(), accounting(&stage));
    let asker = Asker { stage: &stage, key: stage.key(Office::Guangzhou, &[Role::RelyingParty], Some(vec![other])) };
    assert_eq!(asker.ask("holder", &json!({ "purpose": duty(), "holder": person(1) })).json()["certificates"], json!([]), "of its types");
    let (identifier, absent) = (certificate.identifier.to_string(), certificate.identifier.next_version().unwrap().to_string());
    let stated = |more: Value| {
        let mut body = json!({ "purpose": duty(), "number": "粤A022000000001", "holder_name": "张小明" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let rows = [
        ("holder", json!({ "purpose": duty(), "holder": person(1), "type": operator })),
        ("identifier", json!({ "purpose": duty(), "identifier": identifier })),
        ("identifier", json!({ "purpose": duty(), "identifier": absent })),
        ("qr", json!({ "purpose": duty(), "text": certificate.text })),
        ("links", json!({ "purpose": consent(), "identifier": identifier })),
        ("verify-information", stated(json!({ "identifier": identifier }))),
        ("verify-information", stated(json!({ "type": operator }))),
    ];
    for (route, body) in rows {
        let reply = asker.ask(route, &body);
        assert_eq!(code(&reply), (403, "caller_lacks_type".to_owned()), "{route} {body}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(&operator), "{route}: which type stands in what was asked");
    }
    // Its own types alone were looked through: that nobody has the number would be said of all.
    let unasked = [stated(json!({})), stated(json!({ "number": "粤A022099999999" }))];
    assert_eq!(unasked.each_ref().map(|body| asker.result(body)), [4, 4]);
    assert_eq!(unasked.map(|body| Asker::of(&stage, Office::Guangzhou).result(&body)), [0, 5]);
    assert_eq!(asker.result(&stated(json!({ "type": other.to_string() }))), 5);
}

#[test]
fn a_matter_is_matched_by_who_may_ask_for_all_that_it_takes() {
    let stage = Stage::new();
    let operator = *issue(&stage, 1).identifier.type_code();
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let (path, names) = (format!("/v1/matters/{MATTER}"), json!({ "zh": "上岗", "en": "Going to work" }));
    let either = json!([operator.to_string(), accounting(&stage).to_string()]);
    let matter = json!({ "names": names, "wants": [{ "names": names, "types": either }] });
    assert_eq!(admin.send("PUT", &path, Some(&matter)).status, 201);
    let ask = |types: &[TypeCode]| {
        let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], Some(types.to_vec()));
        Asker { stage: &stage, key }.ask("matching", &json!({ "purpose": consent(), "holder": person(1) }))
    };
    for types in [[operator], [accounting(&stage)]] {
        assert_eq!(code(&ask(&types)), (403, "caller_lacks_type".to_owned()), "{types:?}");
    }
    assert_eq!(shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor])), Vec::<Value>::new(), "nothing was shown");
    assert_eq!(ask(&[operator, accounting(&stage)]).json()["wants"][0]["matching"], "held");
}

fn accounting(stage: &Stage) -> TypeCode {
    *stage.house.catalogue.find("accounting-qualification").unwrap().code()
}
