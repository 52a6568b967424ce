//! Certificates with several holders: one's consent shows nobody else's number.

use super::{Asker, code, consent, duty, shares};
use crate::agencies::{ACCOUNTING, CONSTRUCTION, LI, OPERATOR, issue};
use crate::proposals::next_manifest;
use crate::stage::{Stage, dictionary, house_with, shipped, take_up};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_service::accounts::Role;
use kanhe_service::http::Limits;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::fs;

const WANG: &str = "11010519491231002X";
const LI_XIAOHONG: &str = "440524188001010014";

/// A house that serves a type whose certificates a couple holds.
fn with_couples() -> Stage {
    let file = |name: &str| (name.to_owned(), fs::read(shipped(&format!("types/{name}.json"))).unwrap());
    let all = Catalogue::load([ACCOUNTING, OPERATOR, CONSTRUCTION, "birth-service"].map(file), &[&dictionary()]).unwrap();
    let kind = all.find("birth-service").unwrap().to_kind(4);
    let manifest = next_manifest(2, |contents| {
        contents.kinds.push(kind);
        contents.agencies.iter_mut().for_each(|agency| agency.kinds.push(4));
    });
    let made = house_with(|house| {
        take_up(&house.library, manifest, house.now());
        house.catalogue = all;
    });
    Stage::of(made, Limits::default())
}

/// A couple's certificate, whose office names one of them by the number as well.
fn issued(stage: &Stage) -> String {
    let application = json!({
        "request_id": "B-1", "number": "4401062026000001", "holder_name": ["王小明", "李小红"], "holder_code_type": ["111", "111"],
        "holder_code": [WANG, LI_XIAOHONG], "child": 1, "children": 0, "residence": "广州市天河区",
        "office": format!("天河街道 {LI_XIAOHONG}"),
    });
    let reply = stage.post_as(LI, "/v1/certificates", &issue("birth-service", application));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["certificate"]["identifier"].as_str().unwrap().to_owned()
}

fn named(code: &str) -> Value {
    json!({ "code_type": "111", "code": code })
}

fn consent_of(holders: &[&str]) -> Value {
    let mut consent = consent();
    consent["consent"]["holders"] = holders.iter().map(|code| named(code)).collect();
    consent
}

#[test]
fn consent_shows_the_number_of_who_gave_it_and_of_nobody_else() {
    let stage = with_couples();
    let identifier = issued(&stage);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let numbers = |certificate: &Value| {
        let text = certificate.to_string();
        [WANG, LI_XIAOHONG].map(|code| text.contains(code))
    };
    let of_holder = |purpose: Value| {
        let page = asker.ask("holder", &json!({ "purpose": purpose, "holder": named(WANG), "whole": true })).json();
        page["certificates"][0].clone()
    };
    let wang = of_holder(consent());
    assert_eq!((numbers(&wang), &wang["whole"], &wang["fields"]["residence"]), ([true, false], &json!(true), &json!("广州市天河区")));
    assert_eq!(wang["holders"][1], json!({ "name": "李小红", "code_type": "111", "code": "440524********0014" }));
    assert_eq!(numbers(&of_holder(consent_of(&[LI_XIAOHONG]))), [true, true], "both have agreed");

    let by = |purpose: Value| asker.ask("identifier", &json!({ "purpose": purpose, "identifier": identifier, "whole": true }));
    let nobody = (403, "share_consent_of_nobody".to_owned());
    assert_eq!(code(&by(consent())), nobody, "whose it is, is not said");
    assert_eq!(code(&by(consent_of(&["110105194912310038"]))), nobody, "nobody of the certificate");
    assert_eq!(numbers(&by(consent_of(&[LI_XIAOHONG])).json()), [false, true]);
    assert_eq!(numbers(&by(consent_of(&[LI_XIAOHONG, WANG])).json()), [true, true]);
    let masked = asker.ask("identifier", &json!({ "purpose": duty(), "identifier": identifier }));
    assert_eq!((masked.status, numbers(&masked.json())), (200, [false, false]), "also where a field says it once more");

    let found = shares(&stage.officer(Office::Guangzhou, "audit.gz", &[Role::Auditor]));
    let [wang, li, stranger] = ["110105********002X", "440524********0014", "110105********0038"];
    let mut agreed: Vec<String> = found.iter().map(|share| share["consent"]["holders"].to_string()).collect();
    let mut told = [json!([wang]), json!([li, wang]), json!([]), json!([stranger]), json!([li]), json!([li, wang]), Value::Null]
        .map(|one| one.to_string());
    // All was asked at one moment.
    agreed.sort();
    told.sort();
    assert_eq!(agreed, told, "who is said to have agreed is on paper, also where nothing was shown");
}

#[test]
fn a_signed_file_takes_the_consent_of_everybody_whose_number_it_shows() {
    let stage = with_couples();
    let identifier = issued(&stage);
    let asker = Asker::of(&stage, Office::Guangzhou);
    let link = |holders: &[&str]| asker.ask("links", &json!({ "purpose": consent_of(holders), "identifier": identifier }));
    assert_eq!(code(&link(&[])), (403, "share_consent_of_nobody".to_owned()));
    assert_eq!(code(&link(&[WANG])), (403, "share_file_needs_all".to_owned()));
    assert_eq!(link(&[WANG, LI_XIAOHONG]).status, 201);
}
