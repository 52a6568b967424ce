//! What an auditor reads of the log over HTTP, and proves without us.

use crate::agencies::*;
use crate::proposals::{a_file, next_manifest, of_all, propose};
use crate::stage::{ORIGIN, Stage};
use jiff::SignedDuration;
use kanhe_core::event::Event;
use kanhe_log::bundle::ProofBundle;
use kanhe_log::note::NoteSigner;
use kanhe_service::accounts::Role;
use kanhe_service::publish::publish;
use kanhe_tests::Office;
use kanhe_tests::world::test_key;
use serde_json::{Value, json};

/// Housing has issued two, and suspended the first an hour later; Guangzhou has issued one; a project was lodged.
fn told() -> (Stage, [String; 2], String) {
    let stage = Stage::new();
    let issued = [stage.operator(WANG, 1), stage.operator(WANG, 2)];
    stage.operator(LI, 3);
    stage.later(SignedDuration::from_hours(1));
    assert_eq!(stage.post_as(ZHOU, &format!("/v1/certificates/{}/suspend", issued[0]), &grounds()).status, 200);
    let code = stage.lodged(WANG, 1);
    (stage, issued, code)
}

fn events(stage: &Stage, who: Person, question: &str) -> Value {
    let reply = stage.get_as(who, &format!("/v1/audit/events{question}"));
    assert_eq!(reply.status, 200, "{question}: {}", String::from_utf8_lossy(&reply.bytes));
    reply.json()
}

fn acts(page: &Value) -> Vec<&str> {
    page["events"].as_array().unwrap().iter().map(|event| event["act"].as_str().unwrap()).collect()
}

#[test]
fn a_gap_in_the_log_is_no_shorter_list() {
    let (stage, ..) = told();
    let size = stage.house.library.log_size().unwrap();
    let stage = stage.restarted_without(1);
    for (path, code) in [("".to_owned(), "store_log"), ("/1".to_owned(), "store_log"), (format!("/{size}"), "event_not_found")] {
        assert_eq!(stage.get_as(WU, &format!("/v1/audit/events{path}")).code(), code, "{path}");
    }
}

#[test]
fn an_auditor_reads_what_happened_in_his_agency_and_nothing_of_another() {
    let (stage, issued, code) = told();
    let actor = stage.actor(ZHOU);
    let rows = [
        (WU, String::new(), vec!["manifest", "issue", "issue", "suspend", "lodge"]),
        (XU, String::new(), vec!["manifest", "issue"]),
        (WU, "?act=issue".to_owned(), vec!["issue", "issue"]),
        (WU, format!("?actor={actor}"), vec!["suspend"]),
        (XU, format!("?actor={actor}"), vec![]),
        (WU, format!("?subject={}", issued[0]), vec!["issue", "suspend"]),
        (WU, format!("?subject={code}"), vec!["lodge"]),
        (WU, format!("?type={CONSTRUCTION}"), vec!["lodge"]),
        (WU, "?from=2026-06-15T05:00:00Z".to_owned(), vec!["suspend", "lodge"]),
        (WU, "?until=2026-06-15T05:00:00Z&act=issue".to_owned(), vec!["issue", "issue"]),
        (WU, "?from=2026-06-15&until=2026-06-15&act=issue".to_owned(), vec!["issue", "issue"]),
        (WU, "?from=2026-06-16".to_owned(), vec![]),
        (WU, "?until=2026-06-14".to_owned(), vec![]),
        (Person { types: &[CONSTRUCTION], ..WU }, String::new(), vec!["manifest", "lodge"]),
    ];
    for (who, question, expected) in rows {
        let page = events(&stage, who, &question);
        assert_eq!(acts(&page), expected, "{} {question}", who.login);
        assert_eq!((&page["size"], &page["next"]), (&json!(6), &Value::Null), "{question}");
    }
    let theirs = stage.get_as(XU, &format!("/v1/audit/events?subject={}", issued[0]));
    assert_eq!((theirs.status, theirs.code().as_str()), (404, "certificate_not_found"));
    let clerk = stage.get_as(WANG, "/v1/audit/events");
    assert_eq!((clerk.status, clerk.code().as_str()), (403, "caller_lacks_right"));
    assert_eq!(stage.get_as(WU, "/v1/audit/events?act=steal").status, 400);
}

#[test]
fn a_day_counts_whole_at_both_ends_by_the_clock_of_china() {
    let stage = Stage::new();
    // From noon to the last hour of the day in China, and to the first of the next.
    stage.later(SignedDuration::from_mins(11 * 60 + 30));
    stage.operator(WANG, 1);
    stage.later(SignedDuration::from_hours(1));
    stage.operator(WANG, 2);
    let count = |question: &str| acts(&events(&stage, WU, &format!("?act=issue{question}"))).len();
    let rows =
        [("", 2), ("&until=2026-06-15", 1), ("&from=2026-06-16", 1), ("&from=2026-06-15&until=2026-06-16", 2), ("&until=20260615", 1)];
    for (question, found) in rows {
        assert_eq!(count(question), found, "{question}");
    }
    let uses = |question: &str| stage.get_as(WU, &format!("/v1/audit/uses?{question}")).json()["uses"].as_array().unwrap().len();
    assert_eq!((uses("from=2026-06-15&until=2026-06-16") > 0, uses("until=2026-06-14")), (true, 0));
    assert_eq!(stage.get_as(WU, "/v1/audit/uses?from=2026-06-15T12:00:00").code(), "request_malformed");
}

#[test]
fn pages_of_events_join_without_a_gap_or_a_repetition() {
    let (stage, _, _) = told();
    let all = events(&stage, WU, "")["events"].clone();
    let (mut joined, mut after) = (Vec::new(), json!(0));
    while !after.is_null() {
        let page = events(&stage, WU, &format!("?limit=1&after={after}"));
        joined.extend(page["events"].as_array().unwrap().iter().cloned());
        after = page["next"].clone();
    }
    assert_eq!(json!(joined), all);
}

#[test]
fn an_event_is_proved_to_who_may_hear_of_it_and_the_proof_needs_nobody() {
    let (stage, issued, _) = told();
    let of = |who: Person, path: &str| stage.get_as(who, path);
    let suspended = events(&stage, WU, "?act=suspend")["events"][0].clone();
    assert_eq!(suspended["proof"], Value::Null);
    let path = format!("/v1/audit/events/{}", suspended["index"]);
    let early = of(WU, &path);
    assert_eq!((early.status, early.code().as_str()), (409, "log_unpublished"));
    publish(&stage.house);
    assert_eq!(events(&stage, WU, "?act=suspend")["events"][0]["proof"], path.as_str());
    let proof = of(WU, &path);
    assert_eq!((proof.status, proof.header("content-type")), (200, "text/plain; charset=utf-8"));
    let bundle = ProofBundle::parse(std::str::from_utf8(&proof.bytes).unwrap()).unwrap();
    let log = test_key("log");
    let signer = NoteSigner::new(ORIGIN, &log).unwrap();
    let included = bundle.verify(&Event::entry_of(bundle.extra()), signer.public()).unwrap();
    assert_eq!(included.index(), suspended["index"].as_u64().unwrap());
    assert_eq!(Event::decode(bundle.extra()).unwrap().subject, issued[0]);
    for (who, path) in [(XU, path.as_str()), (WU, "/v1/audit/events/6"), (WU, "/v1/audit/events/x")] {
        let absent = of(who, path);
        assert_eq!((absent.status, absent.code().as_str()), (404, "event_not_found"), "{} {path}", who.login);
    }
    assert_eq!(of(WANG, &path).code(), "caller_lacks_right");
}

#[test]
fn an_auditor_for_some_types_reads_of_no_look_at_another() {
    let stage = Stage::new();
    let (certificate, project) = (stage.operator(WANG, 1), stage.lodged(WANG, 1));
    let [chen, _, tang, _] = [("a", Role::Approver), ("b", Role::Approver), ("c", Role::KeyHolder), ("d", Role::KeyHolder)]
        .map(|(name, role)| stage.officer(Office::Housing, &format!("{name}.of.housing"), &[role]));
    for path in [format!("/v1/certificates/{certificate}"), format!("/v1/applications/{project}")] {
        assert_eq!(stage.get_as(WANG, &path).status, 200, "{path}");
    }
    let search = json!({ "by": { "shelf": {} } });
    assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &search).status, 200);
    let held = json!({ "holder": { "code_type": "111", "code": operator(1)["holder_code"] } });
    assert_eq!(stage.post_as(WU, "/v1/export", &held).status, 200);
    let changes = propose(&chen, "/v1/certificates/changes", &of_all("suspend"))["code"].clone();
    let manifest = propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})))["code"].clone();
    let told = |types: &'static [&'static str]| {
        let page = stage.get_as(Person { types, ..WU }, "/v1/audit/uses?limit=1000").json();
        let lines: Vec<&str> = page["uses"].as_array().unwrap().iter().map(|line| line["subject"].as_str().unwrap()).collect();
        let heard = |subject: &str| lines.iter().filter(|line| line.starts_with(subject)).count();
        let of = |code: &Value| heard(code.as_str().unwrap());
        [heard(&certificate), heard(&project), of(&changes), of(&manifest), heard("shelf"), heard("c.of.housing").min(1)]
    };
    // The certificate was shown and taken out.
    assert_eq!(told(&[]), [2, 1, 1, 1, 1, 1]);
    assert_eq!(told(&[OPERATOR]), [2, 0, 1, 0, 1, 1]);
    assert_eq!(told(&[CONSTRUCTION]), [0, 1, 0, 0, 1, 1]);
}

#[test]
fn an_auditor_for_some_types_reads_of_no_question_about_another() {
    let stage = Stage::new();
    let accounts = stage.post_as(LI, "/v1/certificates", &issue(ACCOUNTING, accountant(1))).json();
    let (accounts, operates) = (accounts["certificate"]["identifier"].as_str().unwrap().to_owned(), stage.operator(LI, 1));
    let purpose = json!({ "matter": "M-1", "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } });
    for office in [Office::Guangzhou, Office::Housing] {
        let asker = stage.key(office, &[Role::RelyingParty], None);
        let asked = |route: &str, body: Value| {
            let mut body = body;
            body["purpose"] = purpose.clone();
            stage.call(&asker, "POST", &format!("/v1/sharing/{route}"), Some(&body)).status
        };
        let holder = |number: usize| json!({ "holder": { "code_type": "111", "code": resident_id(number) } });
        assert_eq!([asked("holder", holder(1)), asked("holder", holder(2))], [200, 200]);
        assert_eq!([&accounts, &operates].map(|one| asked("identifier", json!({ "identifier": one }))), [200, 200]);
    }
    let told = |types: &'static [&'static str]| {
        let page = stage.get_as(Person { types, ..XU }, "/v1/audit/shares?limit=1000").json();
        let mut found: Vec<Vec<String>> = page["shares"].as_array().unwrap().iter().map(certificates_of).collect();
        found.sort();
        found
    };
    let (none, one, other) = (vec![], vec![accounts.clone()], vec![operates.clone()]);
    let mut both = vec![accounts, operates];
    both.sort();
    let mut all = [vec![none.clone()], vec![one.clone(); 2], vec![other.clone(); 2], vec![both; 2]].concat();
    all.sort();
    assert_eq!(told(&[]), all);
    // The holder who has nothing was asked for by its own agency, and is nobody's of any type.
    assert_eq!(told(&[ACCOUNTING]), [vec![none.clone()], vec![one; 4]].concat());
    assert_eq!(told(&[OPERATOR]), [vec![none.clone()], vec![other; 4]].concat());
    assert_eq!(told(&[CONSTRUCTION]), [none]);
}

fn certificates_of(share: &Value) -> Vec<String> {
    let mut all: Vec<String> = share["certificates"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

#[test]
fn whoever_looks_at_one_certificate_after_the_other_raises_an_alarm() {
    let stage = Stage::with_sharing(kanhe_service::sharing::Rules { calls_a_day: 100, alarm_from: 5 });
    let identifiers = [1, 2, 3].map(|number| stage.operator(WANG, number));
    let look = |identifier: &str, whole: &str| stage.get_as(WU, &format!("/v1/certificates/{identifier}{whole}")).status;
    assert_eq!(identifiers.each_ref().map(|identifier| look(identifier, "")), [200; 3]);
    assert_eq!((look(&identifiers[0], "?whole=true"), look("1.2.156.3005.2.none", "")), (200, 400), "what is no certificate is no look");
    assert_eq!(stage.get_as(WU, "/v1/audit/alarms").json()["alarms"], json!([]));
    assert_eq!(look(&identifiers[1], "?whole=true"), 200);
    let alarms = stage.get_as(WU, "/v1/audit/alarms").json()["alarms"].clone();
    let [alarm] = alarms.as_array().unwrap().as_slice() else { panic!("{alarms}") };
    assert_eq!((&alarm["noticed"], &alarm["count"], &alarm["actor"]), (&json!("looks"), &json!(5), &json!(stage.actor(WU))));
    assert_eq!(stage.get_as(XU, "/v1/audit/alarms").json()["alarms"], json!([]), "each agency hears of its own");
}

#[test]
fn whoever_searches_is_written_down_by_what_kind_of_thing_and_never_by_which() {
    let stage = Stage::with_sharing(kanhe_service::sharing::Rules { calls_a_day: 100, alarm_from: 5 });
    stage.operator(WANG, 1);
    let holder = json!({ "holder": { "code_type": "111", "code": operator(1)["holder_code"] } });
    for by in [holder, json!({ "name": name_of(1) }), json!({ "number": operator(1)["number"] }), json!({ "shelf": {} })] {
        assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": by })).status, 200);
    }
    // One that is refused has found nothing.
    assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "name": "a" } })).status, 400);
    let told = stage.get_as(WU, "/v1/audit/uses").json();
    let lines = told["uses"].as_array().unwrap().iter().filter(|line| line["act"] == "searched");
    let mut found: Vec<(&str, &str)> = lines.map(|line| (line["actor"].as_str().unwrap(), line["subject"].as_str().unwrap())).collect();
    // All were searched for at one moment.
    found.sort_unstable();
    let wang = stage.actor(WANG);
    assert_eq!(found, ["holder", "name", "number", "shelf"].map(|by| (wang.as_str(), by)));
    assert!(!told.to_string().contains(operator(1)["holder_code"].as_str().unwrap()) && !told.to_string().contains(&name_of(1)), "{told}");
    assert_eq!(stage.get_as(WU, "/v1/audit/alarms").json()["alarms"], json!([]));
    assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "shelf": {} } })).status, 200);
    let alarms = stage.get_as(WU, "/v1/audit/alarms").json()["alarms"].clone();
    assert_eq!(
        (&alarms[0]["noticed"], &alarms[0]["count"], &alarms[0]["actor"]),
        (&json!("searches"), &json!(5), &json!(wang)),
        "{alarms}"
    );
    assert_eq!(stage.get_as(XU, "/v1/audit/alarms").json()["alarms"], json!([]), "each agency hears of its own");
}
