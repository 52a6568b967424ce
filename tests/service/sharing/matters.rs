//! Matters, and what a holder has of what they need.

use super::{Asker, MATTER, code, consent, duty, person, shares};
use crate::office::{change, issue, issue_many, revoke};
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_issuer::lifecycle::Change;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

#[test]
fn a_matter_is_matched_with_what_a_holder_has() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let (gone, held) = (issue(&stage, 2), issue(&stage, 3));
    revoke(&stage, &gone);
    change(&stage, &held, Change::Suspend);
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let (operator, other) =
        (certificate.identifier.type_code().to_string(), stage.house.catalogue.find("accounting-qualification").unwrap());
    let want = |types: &[&str]| json!({ "names": { "zh": "证", "en": "Paper" }, "types": types });
    let matter = json!({ "names": { "zh": "上岗", "en": "Going to work" }, "wants": [want(&[&operator]), want(&[other.code().as_str()])] });
    assert_eq!(admin.send("PUT", &format!("/v1/matters/{MATTER}"), Some(&matter)).status, 201);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let words = |number: usize| {
        let reply = asker.ask("matching", &json!({ "purpose": consent(), "holder": person(number), "matter": MATTER })).json();
        let wants = reply["wants"].as_array().unwrap().clone();
        wants
            .iter()
            .map(|want| (want["matching"].as_str().unwrap().to_owned(), want["certificate"]["condition"].as_str().map(str::to_owned)))
            .collect::<Vec<_>>()
    };
    let row = |word: &str, condition: Option<&str>| (word.to_owned(), condition.map(str::to_owned));
    let none = row("missing", None);
    assert_eq!(words(1), [row("held", Some("in_force")), none.clone()]);
    assert_eq!(words(2), [row("missing", Some("revoked")), none.clone()]);
    assert_eq!(words(3), [row("not_now", Some("suspended")), none.clone()]);
    assert_eq!(words(9), [none.clone(), none]);
    let mistyped = json!({ "code_type": "111", "code": "110105194912310021" });
    for (route, more) in [("matching", json!({ "matter": MATTER })), ("holder", json!({}))] {
        let mut asked = json!({ "purpose": consent(), "holder": mistyped });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(code(&asker.ask(route, &asked)), (422, "holder_code_check".to_owned()), "{route}");
    }
    let until = stage.house.library.card(stage.house.library.find(&certificate.identifier).unwrap().unwrap()).unwrap().until.unwrap();
    let days = i64::from(kanhe_core::calendar::day_number(until) - kanhe_core::calendar::day_number("2026-06-15".parse().unwrap()));
    stage.later(SignedDuration::from_hours(24 * (days - 10)));
    let late = Asker::of(&stage, Office::Guangzhou);
    let reply = late.ask("matching", &json!({ "purpose": consent(), "holder": person(1) })).json();
    assert_eq!((&reply["wants"][0]["matching"], &reply["names"]["en"]), (&json!("ends_soon"), &json!("Going to work")));
    let masked = &reply["wants"][0]["certificate"]["holders"][0]["code"];
    assert!(masked.as_str().unwrap().contains("********"), "{masked}");

    let elsewhere = late.ask("matching", &json!({ "purpose": consent(), "holder": person(1), "matter": "another" }));
    assert_eq!(code(&elsewhere), (400, "request_malformed".to_owned()));
    let housing = Asker::of(&stage, Office::Housing);
    let unknown = housing.ask("matching", &json!({ "purpose": consent(), "holder": person(1) }));
    assert_eq!(code(&unknown), (404, "matter_unknown".to_owned()));
}

#[test]
fn a_holder_is_asked_for_no_paper_though_the_first_thousand_of_his_certificates_are_revoked() {
    let stage = Stage::new();
    let all = issue_many(&stage, Office::Housing, 1, 1..=1_001);
    let (gone, good) = all.split_at(1_000);
    for certificate in gone {
        revoke(&stage, certificate);
    }
    let kind = good[0].identifier.type_code().to_string();
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]);
    let want = json!({ "names": { "zh": "证", "en": "Paper" }, "types": [kind] });
    let matter = json!({ "names": { "zh": "上岗", "en": "Going to work" }, "wants": [want] });
    assert_eq!(admin.send("PUT", &format!("/v1/matters/{MATTER}"), Some(&matter)).status, 201);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let reply = asker.ask("matching", &json!({ "purpose": consent(), "holder": person(1) })).json();
    let found = (&reply["wants"][0]["matching"], &reply["wants"][0]["certificate"]["identifier"]);
    assert_eq!(found, (&json!("held"), &json!(good[0].identifier.to_string())));
    let stated = json!({ "purpose": consent(), "type": kind, "holder": person(1), "holder_name": "张小明" });
    assert_eq!(asker.result(&stated), 0);
    let found = shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]));
    let information = found.iter().find(|share| share["act"] == "information").unwrap();
    assert_eq!(information["certificates"], json!([good[0].identifier.to_string()]), "it is what the answer speaks of");
    revoke(&stage, &good[0]);
    let reply = asker.ask("matching", &json!({ "purpose": consent(), "holder": person(1) })).json();
    assert_eq!((&reply["wants"][0]["matching"], asker.result(&stated)), (&json!("missing"), 3));
}

#[test]
fn nobody_is_matched_by_duty() {
    let stage = Stage::new();
    let kind = issue(&stage, 1).identifier.type_code().to_string();
    let admin = stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator, Role::Auditor]);
    let want = json!({ "names": { "zh": "证", "en": "Paper" }, "types": [kind] });
    let matter = json!({ "names": { "zh": "上岗", "en": "Going to work" }, "wants": [want] });
    assert_eq!(admin.send("PUT", &format!("/v1/matters/{MATTER}"), Some(&matter)).status, 201);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let ask = |purpose: Value| asker.ask("matching", &json!({ "purpose": purpose, "holder": person(1) }));
    assert_eq!(code(&ask(duty())), (403, "share_matching_needs_consent".to_owned()));
    assert_eq!(shares(&admin).len(), 0, "nothing was looked for");
    assert_eq!(ask(consent()).json()["wants"][0]["matching"], "held");
}

#[test]
fn matters_are_written_changed_and_taken_away_by_the_agencys_own_administrator() {
    let stage = Stage::new();
    let kind = stage.house.catalogue.find("special-work-operator").unwrap().code().to_string();
    let (own, other) = (
        stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator, Role::Auditor]),
        stage.officer(Office::Housing, "admin.zj", &[Role::Administrator]),
    );
    let path = format!("/v1/matters/{MATTER}");
    let matter = |en: &str, types: Value| json!({ "names": { "zh": "上岗", "en": en }, "wants": [{ "names": { "zh": "证", "en": "Paper" }, "types": types }] });
    assert_eq!(own.send("PUT", &path, Some(&matter("One", json!([kind])))).status, 201);
    assert_eq!(own.send("PUT", &path, Some(&matter("Two", json!([kind])))).status, 200);
    let line = own.get(&path).json();
    assert_eq!(
        (&line["names"]["en"], &line["wants"][0]["types"], &line["wants"][0]["soon_days"]),
        (&json!("Two"), &json!([kind]), &json!(30))
    );
    assert_eq!(code(&other.get(&path)), (404, "matter_unknown".to_owned()));
    assert_eq!(other.get("/v1/matters").json()["matters"], json!([]));
    assert_eq!(code(&other.send("DELETE", &path, None)), (404, "matter_unknown".to_owned()));
    for (path, body, defect) in [
        ("/v1/matters/a%20b", matter("One", json!([kind])), "matter_code"),
        (&path, matter("One", json!([])), "matter_no_type"),
        (&path, json!({ "names": { "zh": "a", "en": "b" }, "wants": [] }), "matter_wants"),
        (&path, matter("", json!([kind])), "request_malformed"),
        (&path, matter("One", json!(["nothing"])), "type_code_length"),
    ] {
        assert_eq!(code(&own.send("PUT", path, Some(&body))), (422, defect.to_owned()), "{body}");
    }
    assert_eq!(own.send("DELETE", &path, None).status, 204);
    assert_eq!(code(&own.get(&path)), (404, "matter_unknown".to_owned()));
    let acts = own.get("/v1/audit/uses?limit=1000").json()["uses"].to_string();
    assert!(acts.contains("matter_put") && acts.contains("matter_taken"), "{acts}");
}

#[test]
fn the_fields_of_a_type_are_for_everybody() {
    let stage = Stage::new();
    let fields = stage.get("/v1/types/special-work-operator/fields").json();
    let field = |name: &str| fields["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone();
    assert_eq!(field("first_issued_on")["format"], "date");
    let trade = field("trade");
    assert!(trade["choices"].as_array().unwrap().iter().any(|choice| choice["code"] == "10" && choice["label"]["zh"] != ""), "{trade}");
    assert_eq!(code(&stage.get("/v1/types/nothing/fields")), (404, "type_unknown".to_owned()));
}
