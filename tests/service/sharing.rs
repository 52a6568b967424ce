//! Sharing as GB/T 36906 has it: certificates of every agency, for who names a purpose, and on paper before anything is shown.

use crate::office::{Certificate, change, issue, issue_by, resident, revoke};
use crate::people::Desk;
use crate::stage::{Reply, Stage, code_of};
use jiff::SignedDuration;
use kanhe_issuer::lifecycle::Change;
use kanhe_service::accounts::Role;
use kanhe_service::sharing::Rules;
use kanhe_tests::Office;
use serde_json::{Value, json};

const MATTER: &str = "440100-SP-01";

fn duty() -> Value {
    json!({ "matter": MATTER, "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } })
}

fn consent() -> Value {
    json!({ "matter": MATTER, "case": "A-1", "consent": { "reference": "SQ-2026-1", "given": "2026-06-15T11:00:00+08:00" } })
}

fn person(number: usize) -> Value {
    json!({ "code_type": "111", "code": resident(number) })
}

/// A system of an agency that relies on certificates of others.
struct Asker<'s> {
    stage: &'s Stage,
    key: String,
}

impl<'s> Asker<'s> {
    fn of(stage: &'s Stage, office: Office) -> Self {
        Self { stage, key: stage.key(office, &[Role::RelyingParty], None) }
    }

    fn ask(&self, route: &str, body: &Value) -> Reply {
        self.stage.call(&self.key, "POST", &format!("/v1/sharing/{route}"), Some(body))
    }

    fn result(&self, body: &Value) -> u64 {
        let reply = self.ask("verify-information", body);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["result"].as_u64().unwrap()
    }
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

fn identifiers(certificates: &Value) -> Vec<String> {
    let mut all: Vec<String> =
        certificates.as_array().unwrap().iter().map(|line| line["identifier"].as_str().unwrap_or_default().to_owned()).collect();
    all.sort();
    all
}

fn shares(auditor: &Desk<'_>) -> Vec<Value> {
    let reply = auditor.get("/v1/audit/shares?limit=1000");
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["shares"].as_array().unwrap().clone()
}

/// Every route of a relying party, with a body that it takes.
fn routes(certificate: &Certificate) -> Vec<(&'static str, Value)> {
    let identifier = certificate.identifier.to_string();
    vec![
        ("holder", json!({ "purpose": duty(), "holder": person(1) })),
        ("identifier", json!({ "purpose": duty(), "identifier": identifier })),
        ("qr", json!({ "purpose": duty(), "text": certificate.text })),
        ("verify-information", json!({ "purpose": duty(), "identifier": identifier, "holder_name": "张小明" })),
        ("links", json!({ "purpose": consent(), "identifier": identifier })),
        ("matching", json!({ "purpose": duty(), "holder": person(1) })),
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
    assert_eq!(code(&desk.post(file, &json!({}))).0, 415);
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
    assert_eq!(by(&forged).status, 422);
    assert_eq!(by("no code at all").status, 422);
}

#[test]
fn information_is_answered_as_the_standard_has_it() {
    let stage = Stage::new();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let [good, held, gone, ended] = [1, 2, 3, 4].map(|person| issue(&stage, person));
    change(&stage, &held, Change::Suspend);
    revoke(&stage, &gone);
    change(&stage, &ended, Change::Cancel);
    let kind = good.identifier.type_code().to_string();
    let of = |certificate: &Certificate, name: &str| json!({ "purpose": duty(), "identifier": certificate.identifier.to_string(), "holder_name": name });
    let number = |number: &str, name: &str| json!({ "purpose": duty(), "number": number, "holder_name": name });
    let field = |value: &str| json!({ "purpose": duty(), "number": "粤A022000000001", "holder_name": "张小明", "fields": { "first_issued_on": value } });
    let rows = [
        ("all is so", of(&good, "张小明"), 0),
        ("by number and name", number("粤A022000000001", "张小明"), 0),
        ("by holder and type", json!({ "purpose": duty(), "type": kind, "holder": person(1) }), 0),
        ("as an input method writes it", number(" 粤a０２２００００００００１　", " 张小明 "), 0),
        ("a field is so", field("2018-04-01"), 0),
        ("suspended", of(&held, "张小明"), 2),
        ("revoked is no longer valid, and not unknown", of(&gone, "张小明"), 3),
        ("cancelled is no longer valid, and not to begin", of(&ended, "张小明"), 3),
        ("a number alone", json!({ "purpose": duty(), "number": "粤A022000000001" }), 4),
        ("a name alone", json!({ "purpose": duty(), "holder_name": "张小明" }), 4),
        ("nothing", json!({ "purpose": duty() }), 4),
        ("an identifier alone", json!({ "purpose": duty(), "identifier": good.identifier.to_string() }), 4),
        ("a number that nobody has", number("粤A022099999999", "张小明"), 5),
        ("a holder who has none", json!({ "purpose": duty(), "type": kind, "holder": person(9) }), 5),
        ("another name", of(&good, "李四"), 6),
        ("another field", field("2018-04-02"), 6),
        (
            "a field that there is not",
            json!({ "purpose": duty(), "number": "粤A022000000001", "holder_name": "张小明", "fields": { "colour": "red" } }),
            6,
        ),
    ];
    for (what, body, result) in rows {
        assert_eq!(asker.result(&body), result, "{what}");
    }
    stage.later(SignedDuration::from_hours(24 * 365 * 10));
    let late = Asker::of(&stage, Office::Guangzhou);
    assert_eq!(late.result(&of(&good, "张小明")), 3, "expired");
}

#[test]
fn a_file_is_good_forged_or_damaged() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let library = &stage.house.library;
    let good = library.record(library.find(&certificate.identifier).unwrap().unwrap()).unwrap().envelope;
    let (mut forged, mut altered) = (good.clone(), good.clone());
    *forged.last_mut().unwrap() ^= 1;
    let place = altered.len() - 80;
    altered[place] ^= 1;
    let pack = stage.get("/v1/pack").bytes;
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let ask = |purpose: &str, file: &[u8]| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/cose")];
        stage.send("POST", &format!("/v1/sharing/verify-file?{purpose}"), &headers, file)
    };
    let law = format!("matter={MATTER}&case=A-1&law=law");
    let rows: [(&str, &[u8], u64); 6] = [
        ("as it was signed", &good, 0),
        ("another signature", &forged, 1),
        ("cut short", &good[..good.len() - 1], 2),
        ("nothing", b"", 2),
        ("a text", b"hello", 2),
        ("another document", &pack, 2),
    ];
    for (what, file, result) in rows {
        let reply = ask(&law, file);
        assert_eq!((reply.status, reply.json()["result"].as_u64()), (200, Some(result)), "{what}");
    }
    assert_ne!(ask(&law, &altered).json()["result"], 0);
    assert_eq!(ask("matter=1&case=1", &good).code(), "request_malformed");
    assert_eq!(ask("matter=1&case=1&consent=SQ-1", &good).code(), "request_malformed");
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!((found.len(), &found[0]["result"], found[0]["act"].as_str()), (1, &json!(0), Some("file")));
}

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
    let until = stage.house.library.card(stage.house.library.find(&certificate.identifier).unwrap().unwrap()).unwrap().until.unwrap();
    let days = i64::from(kanhe_core::calendar::day_number(until) - kanhe_core::calendar::day_number("2026-06-15".parse().unwrap()));
    stage.later(SignedDuration::from_hours(24 * (days - 10)));
    let late = Asker::of(&stage, Office::Guangzhou);
    let reply = late.ask("matching", &json!({ "purpose": duty(), "holder": person(1) })).json();
    assert_eq!((&reply["wants"][0]["matching"], &reply["names"]["en"]), (&json!("ends_soon"), &json!("Going to work")));
    let masked = &reply["wants"][0]["certificate"]["holders"][0]["code"];
    assert!(masked.as_str().unwrap().contains("********"), "{masked}");

    let elsewhere = late.ask("matching", &json!({ "purpose": duty(), "holder": person(1), "matter": "another" }));
    assert_eq!(code(&elsewhere), (400, "request_malformed".to_owned()));
    let housing = Asker::of(&stage, Office::Housing);
    let unknown = housing.ask("matching", &json!({ "purpose": duty(), "holder": person(1) }));
    assert_eq!(code(&unknown), (404, "matter_unknown".to_owned()));
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
fn a_caller_is_heard_so_often_a_day_and_again_after_midnight_in_china() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 3, alarm_from: 100 });
    let identifier = issue(&stage, 1).identifier.to_string();
    let (asker, other) = (Asker::of(&stage, Office::Guangzhou), Asker::of(&stage, Office::Guangzhou));
    let body = json!({ "purpose": duty(), "identifier": identifier });
    for _ in 0..3 {
        assert_eq!(asker.ask("identifier", &body).status, 200);
    }
    let spent = asker.ask("identifier", &body);
    assert_eq!((code(&spent), spent.header("retry-after")), ((429, "share_quota_spent".to_owned()), "43200"));
    assert_eq!(other.ask("identifier", &body).status, 200);
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!(found.len(), 4, "what was not answered is on no paper");
    stage.later(SignedDuration::from_secs(43_199));
    assert_eq!(asker.ask("identifier", &body).status, 429);
    stage.later(SignedDuration::from_secs(1));
    assert_eq!(asker.ask("identifier", &body).status, 200);
}

#[test]
fn a_day_far_above_a_callers_mean_raises_one_alarm_in_its_own_agency() {
    let stage = Stage::with_sharing(Rules { calls_a_day: 1_000, alarm_from: 8 });
    let identifier = issue(&stage, 1).identifier.to_string();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let body = json!({ "purpose": duty(), "identifier": identifier });
    for _ in 0..3 {
        for _ in 0..2 {
            assert_eq!(asker.ask("identifier", &body).status, 200);
        }
        stage.later(SignedDuration::from_hours(24));
    }
    for _ in 0..13 {
        assert_eq!(asker.ask("identifier", &body).status, 200);
    }
    let alarms =
        |login: &str, office: Office| stage.officer(office, login, &[Role::Auditor]).get("/v1/audit/alarms").json()["alarms"].clone();
    let own = alarms("audit.gz", Office::Guangzhou);
    let [alarm] = own.as_array().unwrap().as_slice() else { panic!("{own}") };
    assert_eq!((&alarm["calls"], &alarm["mean"]), (&json!(11), &json!(2)));
    assert!(alarm["actor"].as_str().unwrap().starts_with("key:"), "{alarm}");
    assert_eq!(alarms("audit.zj", Office::Housing), json!([]));
}

#[test]
fn a_caller_for_some_types_is_shown_no_other() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let other = *stage.house.catalogue.find("accounting-qualification").unwrap().code();
    let asker = Asker { stage: &stage, key: stage.key(Office::Guangzhou, &[Role::RelyingParty], Some(vec![other])) };
    assert_eq!(asker.ask("holder", &json!({ "purpose": duty(), "holder": person(1) })).json()["certificates"], json!([]));
    let identifier = certificate.identifier.to_string();
    assert_eq!(asker.ask("identifier", &json!({ "purpose": duty(), "identifier": identifier })).status, 404);
    assert_eq!(asker.result(&json!({ "purpose": duty(), "identifier": identifier, "holder_name": "张小明" })), 5);
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
