//! Certificates over HTTP: issued, found, shown, drawn and changed.

use crate::agencies::*;
use crate::stage::{Stage, key_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use kanhe_core::certificate::Certificate;
use kanhe_core::envelope::Envelope;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

#[test]
fn an_application_becomes_a_certificate_with_its_signed_file() {
    let stage = Stage::new();
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(1)));
    let json = reply.json();
    let identifier = json["certificate"]["identifier"].as_str().unwrap();
    assert_eq!((reply.status, json["result"].as_str()), (201, Some("issued")));
    assert_eq!(reply.header("location"), format!("/v1/certificates/{identifier}"));
    assert_eq!(json["certificate"]["condition"], "in_force");
    let file = STANDARD.decode(json["file"].as_str().unwrap()).unwrap();
    let opened = Envelope::decode(&file).unwrap().authenticate::<Certificate>(&key_of(Office::Housing).verifying_key()).unwrap();
    assert_eq!(opened.identifier.to_string(), identifier);
    let checked = stage.post("/v1/verify", &json!({ "text": json["certificate"]["seal"] })).json();
    assert_eq!(checked["verdict"], "accept", "{checked}");
}

#[test]
fn the_same_request_again_is_answered_with_the_same_certificate_and_another_is_refused() {
    let stage = Stage::new();
    let first = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(1))).json();
    let again = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(1)));
    assert_eq!((again.status, again.json()["result"].as_str()), (200, Some("before")));
    assert_eq!(again.json()["certificate"]["identifier"], first["certificate"]["identifier"]);
    assert_eq!(again.json()["file"], first["file"]);
    let mut other = operator(1);
    other["training"] = json!(48);
    let other = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, other));
    assert_eq!((other.status, other.code().as_str()), (409, "request_reused"));
}

#[test]
fn a_request_that_names_no_day_is_answered_as_before_on_another() {
    let stage = Stage::new();
    let batch = || {
        let mut body = grounds();
        (body["type"], body["applications"]) = (json!(OPERATOR), json!([operator(1)]));
        stage.post_as(WANG, "/v1/certificates/batch", &body).json()
    };
    let first = batch();
    assert_eq!(first["issued"], 1, "{first}");
    stage.later(SignedDuration::from_hours(24));
    let again = batch();
    assert_eq!((&again["before"], &again["rows"][0]["identifier"]), (&json!(1), &first["rows"][0]["identifier"]), "{again}");
    let alone = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(1)));
    assert_eq!((alone.status, alone.json()["result"].as_str()), (200, Some("before")));
    let mut other = operator(1);
    other["training"] = json!(48);
    let other = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, other));
    assert_eq!((other.status, other.code().as_str()), (409, "request_reused"));
    assert!(other.json()["hint"].as_str().unwrap().contains("各列须与首次提交时一致"), "{}", other.json());
}

#[test]
fn an_idempotency_key_stands_in_for_the_request_id() {
    let stage = Stage::new();
    let mut nameless = operator(1);
    nameless.as_object_mut().unwrap().remove("request_id");
    let body = issue(OPERATOR, nameless);
    let missing = stage.post_as(WANG, "/v1/certificates", &body);
    assert_eq!((missing.status, missing.json()["faults"][0]["code"].as_str()), (422, Some("cell_missing")));
    let first = stage.post_once(WANG, "K-1", "/v1/certificates", &body);
    assert_eq!((first.status, first.json()["certificate"]["request_id"].as_str()), (201, Some("K-1")));
    assert_eq!(stage.post_once(WANG, "K-1", "/v1/certificates", &body).status, 200);
}

#[test]
fn an_application_comes_back_with_all_its_faults_and_no_value_of_a_person() {
    let stage = Stage::new();
    let mut wrong = operator(1);
    let last = if resident_id(1).ends_with('1') { '2' } else { '1' };
    let code = format!("{}{last}", &resident_id(1)[..17]);
    wrong["holder_code"] = json!(code);
    wrong["trade"] = json!("55");
    wrong["favourite_colour"] = json!("blue");
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, wrong));
    let places: Vec<_> =
        reply.json()["faults"].as_array().unwrap().iter().map(|fault| fault["place"].as_str().unwrap().to_owned()).collect();
    assert_eq!((reply.status, reply.code().as_str()), (422, "rows_refused"));
    assert_eq!(places, ["row", "holder_code", "trade"], "{}", reply.json());
    assert!(!String::from_utf8_lossy(&reply.bytes).contains(&code));
}

#[test]
fn a_type_that_is_reviewed_is_not_issued_at_once() {
    let stage = Stage::new();
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(CONSTRUCTION, construction(1)));
    assert_eq!((reply.status, reply.code().as_str()), (409, "review_needed"));
}

#[test]
fn a_batch_answers_each_row_by_itself() {
    let stage = Stage::new();
    stage.operator(WANG, 2);
    let mut wrong = operator(3);
    wrong["sex"] = json!("x");
    let mut body = grounds();
    body["type"] = json!(OPERATOR);
    body["applications"] = json!([operator(1), operator(2), wrong.clone(), operator(4), operator(4)]);
    let json = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
    let results: Vec<_> = json["rows"].as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["issued", "before", "refused", "issued", "before"], "{json}");
    assert_eq!((&json["issued"], &json["before"], &json["refused"]), (&json!(2), &json!(2), &json!(1)));
    assert_eq!(json["rows"][2]["faults"][0]["place"], "sex");
    assert_eq!(json["rows"][2]["faults"][0]["detail"], "不在代码表中：男, 女", "in the caller's language");
    assert_eq!(json["rows"][0]["warnings"], json!([]));
    assert!(json["rows"][0]["seal"].as_str().unwrap().starts_with("https://gd.example.cn/#"));
    let again = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
    assert_eq!((&again["issued"], &again["before"]), (&json!(0), &json!(4)));
    let mut somebody = operator(6);
    somebody["request_id"] = json!("440524188001010014");
    body["applications"] = json!([somebody]);
    let json = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
    let row = &json["rows"][0];
    assert_eq!((&row["request_id"], &row["faults"][0]["code"]), (&json!(null), &json!("id_number_in_clear")), "{json}");
    for (request, name, kind, code) in
        [("GD-E12345678-2", "", "414", "E12345678"), ("GD-440524188001010015", "王伟", "111", "440524188001010015")]
    {
        let mut somebody = operator(6);
        for (column, cell) in [("request_id", request), ("holder_name", name), ("holder_code_type", kind), ("holder_code", code)] {
            somebody[column] = json!(cell);
        }
        body["applications"] = json!([somebody]);
        let json = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
        assert_eq!(json["rows"][0]["request_id"], json!(null), "{json}");
        assert!(!json.to_string().contains(code), "{json}");
    }
    body["applications"] = json!([]);
    assert_eq!(stage.post_as(WANG, "/v1/certificates/batch", &body).status, 400);

    let mut vouched = operator(5);
    let last = if resident_id(5).ends_with('1') { '2' } else { '1' };
    vouched["holder_code"] = json!(format!("{}{last}", &resident_id(5)[..17]));
    vouched["holder_code_check_override"] = json!("yes");
    body["applications"] = json!([vouched, wrong]);
    let stage = stage.in_english();
    let json = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
    assert_eq!(json["rows"][0]["warnings"], json!(["resident_id_check"]), "what was accepted all the same is told: {json}");
    assert_eq!(json["rows"][1]["faults"][0]["detail"], "not in the code table: 男, 女");
}

#[test]
fn of_two_rows_of_one_request_in_a_batch_the_second_is_judged_by_itself() {
    let stage = Stage::new();
    let (mut faulty, mut unsigned) = (operator(1), operator(2));
    faulty["sex"] = json!("x");
    // Before any key of the agency was good: admitted, and not signed.
    unsigned["issued"] = json!("2019-12-31");
    let mut body = grounds();
    body["type"] = json!(OPERATOR);
    body["applications"] = json!([faulty, operator(1), unsigned, operator(2)]);
    let json = stage.post_as(WANG, "/v1/certificates/batch", &body).json();
    let results: Vec<_> = json["rows"].as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["refused", "issued", "refused", "issued"], "{json}");
    assert_eq!(json["rows"][2]["faults"][0]["code"], "outside_key_window");
}

#[test]
fn a_certificate_is_shown_masked_and_whole_to_who_may_see_it() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    let code = |reply: crate::stage::Reply| reply.json()["holders"][0]["code"].as_str().unwrap().to_owned();
    let masked = code(stage.get_as(WANG, &path));
    assert!(masked.contains("********") && masked != resident_id(1), "{masked}");
    assert_eq!(code(stage.get_as(WU, &path)), masked);
    assert_eq!(code(stage.get_as(WU, &format!("{path}?whole=true"))), resident_id(1));
    let refused = stage.get_as(WANG, &format!("{path}?whole=true"));
    assert_eq!((refused.status, refused.code().as_str()), (403, "caller_lacks_right"));
    let file = stage.get_as(WANG, &format!("{path}/certificate"));
    assert_eq!(file.status, 403, "the signed file shows the whole");
}

#[test]
fn a_holders_number_that_stands_in_the_printed_number_or_in_a_field_is_masked_as_well() {
    let stage = Stage::new();
    let mut short = operator(1);
    (short["holder_code_type"], short["holder_code"], short["number"]) = (json!("414"), json!("K1234"), json!("粤K1234"));
    let mut grouped = operator(2);
    grouped["employer"] = json!(format!("自雇（{}）", resident_id(2)));
    let shown = |certificate: Value, more: &str| {
        let issued = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, certificate)).json();
        let identifier = issued["certificate"]["identifier"].as_str().unwrap_or_else(|| panic!("{issued}")).to_owned();
        stage.get_as(WU, &format!("/v1/certificates/{identifier}{more}")).json()
    };
    let masked = [shown(short.clone(), ""), shown(grouped.clone(), "")];
    assert_eq!((&masked[0]["number"], &masked[0]["holders"][0]["code"]), (&json!("粤K***4"), &json!("K***4")));
    assert!(masked[1]["fields"]["employer"].as_str().unwrap().contains("********"), "{}", masked[1]);
    let found = stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "number": "粤K1234" } })).json();
    assert_eq!(found["certificates"][0]["number"], "粤K***4", "{found}");
    let whole = [shown(short, "?whole=true"), shown(grouped.clone(), "?whole=true")];
    assert_eq!((&whole[0]["number"], &whole[1]["fields"]["employer"]), (&json!("粤K1234"), &grouped["employer"]));
}

#[test]
fn of_a_short_number_at_least_half_is_hidden_in_the_seal_too() {
    let stage = Stage::new();
    let mut permit = operator(1);
    (permit["holder_code_type"], permit["holder_code"]) = (json!("516"), json!("H0123456789"));
    let issued = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, permit)).json();
    let checked = stage.post("/v1/verify", &json!({ "text": issued["certificate"]["seal"] })).json();
    assert_eq!(checked["verdict"], "accept", "{checked}");
    let told = checked.to_string();
    assert!(told.contains("H0*******89") && !told.contains("H01234"), "six and four would leave one character to guess: {told}");
}

#[test]
fn the_files_of_a_certificate_bear_tags_and_the_pictures_can_be_read() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    for (name, person, kind, disposition, ending) in [
        ("certificate", WU, "application/cose; cose-type=\"cose-sign1\"", "attachment", "cose"),
        ("seal", WANG, "text/plain; charset=utf-8", "inline", "txt"),
        ("seal.png", WANG, "image/png", "inline", "png"),
        ("seal.svg", WANG, "image/svg+xml", "inline", "svg"),
    ] {
        let reply = stage.get_as(person, &format!("{path}/{name}"));
        let file = path.rsplit('/').next().unwrap().strip_prefix("1.2.156.3005.2.").unwrap();
        assert_eq!(reply.header("content-disposition"), format!("{disposition}; filename=\"{file}.{ending}\""), "{name}");
        assert_eq!((reply.status, reply.header("content-type")), (200, kind), "{name}");
        assert_eq!((reply.header("etag").len(), reply.header("cache-control")), (66, "private, no-cache"), "{name}");
    }
    let seal = String::from_utf8(stage.get_as(WANG, &format!("{path}/seal")).bytes).unwrap();
    let png = stage.get_as(WANG, &format!("{path}/seal.png"));
    assert_eq!(kanhe_render::read_seal(&png.bytes).unwrap(), seal);
    assert!(seal.starts_with("https://gd.example.cn/#"));
}

#[test]
fn a_life_is_changed_and_told() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    let act = |act: &str| {
        stage.later(SignedDuration::from_mins(1));
        let reply = stage.post_as(ZHOU, &format!("{path}/{act}"), &grounds());
        (reply.status, reply.json())
    };
    for (name, state) in [("suspend", "suspended"), ("reinstate", "valid"), ("revoke", "revoked")] {
        let (status, json) = act(name);
        assert_eq!((status, json["state"].as_str(), json["act"].as_str()), (200, Some(state), Some(name)), "{json}");
    }
    let (status, json) = act("reinstate");
    assert_eq!((status, json["code"].as_str()), (409, Some("lifecycle_not_allowed")));
    let history = stage.get_as(WANG, &format!("{path}/history?at=2026-06-15T04:01:30Z")).json();
    let acts: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| event["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["issue", "suspend", "reinstate", "revoke"]);
    assert_eq!((history["at"]["condition"].as_str(), history["now"].as_str()), (Some("suspended"), Some("revoked")));
    let today = stage.get_as(WANG, &format!("{path}/history?at=2026-06-15&known=2026-06-15")).json();
    assert_eq!((today["at"]["condition"].as_str(), &today["at"]["moment"]), (Some("revoked"), &today["at"]["known"]), "today is now");
    for future in ["at=2026-06-16", "at=2026-06-15T05:00:00Z", "at=2026-06-14&known=2099-01-01T00:00:00Z"] {
        let reply = stage.get_as(WANG, &format!("{path}/history?{future}"));
        assert_eq!((reply.status, reply.code().as_str()), (422, "time_in_future"), "{future}");
    }
    for alone in ["known=2026-06-14", "known=2099-01-01T00:00:00Z"] {
        let reply = stage.get_as(WANG, &format!("{path}/history?{alone}"));
        assert_eq!((reply.status, reply.code().as_str()), (400, "request_malformed"), "what is known of what held at no moment: {alone}");
    }
    assert!(history["events"].as_array().unwrap().iter().skip(1).all(|event| event["actor"] == stage.actor(ZHOU)), "{history}");
}

#[test]
fn who_does_something_is_who_calls() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}/suspend", stage.operator(WANG, 1));
    let mut body = grounds();
    body["actor"] = json!("somebody.else");
    let reply = stage.post_as(ZHOU, &path, &body);
    assert_eq!((reply.status, reply.code().as_str()), (400, "request_malformed"));
}

#[test]
fn a_certificate_is_renewed_amended_moved_and_called_by_other_names() {
    let stage = Stage::new();
    let first = stage.operator(WANG, 1);
    let mut body = grounds();
    body["application"] = operator(1);
    body["application"]["request_id"] = json!("R-1-amended");
    body["application"]["training"] = json!(60);
    let amended = stage.post_as(WANG, &format!("/v1/certificates/{first}/amend"), &body);
    let json = amended.json();
    assert_eq!((amended.status, json["certificate"]["predecessor"].as_str()), (201, Some(first.as_str())), "{json}");
    assert_eq!((&json["warnings"], &json["changes"]), (&json!([]), &Value::Null), "an amendment is there to change what is said");
    assert_eq!(stage.post_as(WANG, &format!("/v1/certificates/{first}/amend"), &body).status, 200);
    body["application"] = operator(2);
    body["application"]["number"] = operator(1)["number"].clone();
    let renewed = format!("/v1/certificates/{}/renew", json["certificate"]["identifier"].as_str().unwrap());
    let refused = stage.post_as(WANG, &renewed, &body);
    assert_eq!((refused.status, refused.code().as_str()), (422, "other_holder"), "it belongs to somebody else");
    assert!(!String::from_utf8(refused.bytes).unwrap().contains(&resident_id(2)));
    let second = json["certificate"]["identifier"].as_str().unwrap().to_owned();
    assert_eq!(stage.get_as(WANG, &format!("/v1/certificates/{first}")).json()["successor"], second);
    let alias = |value: &str| {
        let mut body = grounds();
        body["scheme"] = json!("mohurd");
        body["value"] = json!(value);
        stage.post_as(ZHOU, &format!("/v1/certificates/{second}/alias"), &body).status
    };
    assert_eq!((alias("X-1"), alias("X-1"), alias("")), (200, 200, 400));
    let found =
        stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "alias": { "scheme": "mohurd", "value": "X-1" } } })).json();
    assert_eq!(found["certificates"][0]["identifier"], second);
    let moved = |to: &str| {
        let mut body = grounds();
        body["to"] = json!(to);
        stage.post_as(ZHOU, &format!("/v1/certificates/{second}/transfer-out"), &body)
    };
    assert_eq!((moved("999999").status, moved("999999").code().as_str()), (422, "transfer_no_region"));
    assert_eq!((moved("440000").status, moved("440000").code().as_str()), (422, "transfer_own_region"));
    assert_eq!(moved("330000").json()["state"], "transferred");
    assert_eq!(stage.post_as(ZHOU, &format!("/v1/certificates/{second}/undo-transfer"), &grounds()).json()["state"], "valid");
}

#[test]
fn a_renewal_names_the_fields_that_it_changes_besides_its_term() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}/renew", stage.operator(WANG, 1));
    stage.later(SignedDuration::from_hours(24));
    let mut body = grounds();
    body["application"] = operator(1);
    body["application"]["request_id"] = json!("R-1-renewed");
    body["application"]["training"] = json!(60);
    for status in [201, 200] {
        let renewed = stage.post_as(WANG, &path, &body);
        let told = renewed.json();
        assert_eq!((renewed.status, &told["warnings"]), (status, &json!(["renewal_changes"])), "{told}");
        let named =
            json!([{ "name": "training", "names": { "zh": "年度安全教育培训学时", "en": "Hours of safety training in the year" } }]);
        assert_eq!(told["changes"], named);
    }
}

/// Moments are kept by the second; who compares an answer with what he reads later finds the same.
#[test]
fn a_moment_is_told_in_an_answer_as_it_is_ever_after() {
    let stage = Stage::new();
    let hong = stage.officer(Office::Housing, "hong", &[Role::Approver, Role::Administrator]);
    stage.later(SignedDuration::from_millis(490));
    let path = format!("/v1/certificates/{}", stage.operator(WANG, 1));
    let told = stage.post_as(ZHOU, &format!("{path}/suspend"), &grounds()).json();
    let kept = stage.get_as(WANG, &format!("{path}/history")).json()["events"][1].clone();
    assert_eq!((&told["effective"], &told["recorded"]), (&kept["effective"], &kept["recorded"]));
    let told = hong.post("/v1/api-keys", &json!({ "name": "a", "roles": ["clerk"] })).json();
    let kept = hong.get("/v1/api-keys").json()["keys"].as_array().unwrap().clone();
    let kept = kept.iter().find(|key| key["id"] == told["id"]).unwrap();
    assert_eq!((&told["made"], &told["expires"]), (&kept["made"], &kept["expires"]));
    let mut act = grounds();
    (act["act"], act["identifiers"]) = (json!("revoke"), json!([path.rsplit('/').next()]));
    let told = hong.post("/v1/certificates/changes", &act).json();
    let kept = hong.get(&format!("/v1/proposals/{}", told["code"].as_str().unwrap())).json();
    assert_eq!((&told["proposed"], &told["expires"]), (&kept["proposed"], &kept["expires"]));
}

fn found(stage: &Stage, search: &Value) -> Vec<String> {
    let (mut search, mut numbers) = (search.clone(), Vec::new());
    loop {
        let page = stage.post_as(WANG, "/v1/certificates/search", &search);
        assert_eq!(page.status, 200, "{}", page.json());
        let json = page.json();
        numbers.extend(json["certificates"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap().to_owned()));
        if json["next"].is_null() {
            return numbers;
        }
        search["after"] = json["next"].clone();
    }
}

#[test]
fn certificates_are_found_by_everything_that_is_known_of_them_a_page_at_a_time() {
    let stage = Stage::new();
    for number in 0..20 {
        stage.operator(WANG, number);
    }
    let number = |number: usize| format!("粤A0220{number:08}");
    assert_eq!(found(&stage, &json!({ "by": { "number": number(7) } })), [number(7)]);
    assert_eq!(found(&stage, &json!({ "by": { "number": format!(" {} ", number(7).to_lowercase()) } })), [number(7)]);
    assert_eq!(found(&stage, &json!({ "by": { "holder": { "code_type": "111", "code": resident_id(3) } } })), [number(3)]);
    assert_eq!(found(&stage, &json!({ "by": { "name": name_of(9) } })), [number(9)]);
    assert_eq!(found(&stage, &json!({ "by": { "name": name_of(9) }, "type": OPERATOR })), [number(9)]);
    assert_eq!(found(&stage, &json!({ "by": { "name": name_of(9) }, "type": ACCOUNTING })).len(), 0);
    assert_eq!(found(&stage, &json!({ "by": { "shelf": { "state": "valid" } }, "limit": 6 })).len(), 20);
    assert_eq!(found(&stage, &json!({ "by": { "shelf": { "state": "revoked" } } })).len(), 0);
    assert_eq!(found(&stage, &json!({ "by": { "ending": { "until": "2028-06-14" } }, "type": OPERATOR, "limit": 7 })).len(), 20);
    assert_eq!(found(&stage, &json!({ "by": { "ending": { "until": "2027-06-14" } } })).len(), 0);
    for wrong in [json!({ "by": { "name": "王" } }), json!({ "by": { "shelf": {} }, "after": "zz" })] {
        assert_eq!(stage.post_as(WANG, "/v1/certificates/search", &wrong).status, 400, "{wrong}");
    }
    let counts = stage.get_as(WANG, "/v1/certificates/count").json();
    assert_eq!((counts["totals"][0]["count"].as_u64(), counts["months"][0]["month"].as_str()), (Some(20), Some("2026-06")));
    assert_eq!(counts.get("endings"), None, "{counts}");
    // As many as the list of those that end by the same day has.
    let ending = |day: &str| stage.get_as(WANG, &format!("/v1/certificates/count?ending_by={day}")).json()["endings"].clone();
    assert_eq!(ending("2027-06-14"), json!([]));
    let row = ending("2028-06-14")[0].clone();
    assert_eq!((&row["count"], &row["month"], &row["state"]), (&json!(20), &json!("2028-06"), &json!("valid")), "{row}");
    let wrong = |day: &str| stage.get_as(WANG, &format!("/v1/certificates/count?ending_by={day}")).status;
    assert_eq!((wrong("soon"), wrong("2020-01-01")), (400, 422));
}

#[test]
fn a_search_that_could_find_nothing_is_no_search_that_found_nothing() {
    let stage = Stage::new();
    stage.operator(WANG, 1);
    let refused = |by: Value| {
        let reply = stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": by }));
        (reply.status, if reply.status == 200 { String::new() } else { reply.code() }, String::from_utf8(reply.bytes).unwrap())
    };
    let own = |code: &str| (422, code.to_owned());
    let last = resident_id(1).pop().unwrap();
    let mistyped = format!("{}{}", &resident_id(1)[..17], if last == '1' { '2' } else { '1' });
    for (code_type, code) in [("111", mistyped.as_str()), ("001", "91440101MA59PLHX3T")] {
        let (status, said, body) = refused(json!({ "holder": { "code_type": code_type, "code": code } }));
        assert_eq!((status, said), own("holder_code_check"), "{body}");
        assert!(!body.contains(&code[..8]), "the number is not said again");
    }
    // What has no check cannot fail it, and of a right code nothing may be found.
    for (code_type, code) in [("414", mistyped.as_str()), ("999", mistyped.as_str()), ("111", &resident_id(50))] {
        assert_eq!(refused(json!({ "holder": { "code_type": code_type, "code": code } })).0, 200, "{code_type}");
    }
    // A code that fails its check and was vouched for is found.
    let mut vouched = operator(2);
    vouched["holder_code"] = json!(mistyped);
    vouched["holder_code_check_override"] = json!("yes");
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, vouched));
    assert_eq!(reply.status, 201, "{}", reply.json());
    assert_eq!(found(&stage, &json!({ "by": { "holder": { "code_type": "111", "code": mistyped } } })).len(), 1);
    let (status, said, _) = refused(json!({ "ending": { "from": "2028-06-15", "until": "2028-06-14" } }));
    assert_eq!((status, said), own("time_reversed"));
    assert_eq!(refused(json!({ "ending": { "from": "2028-06-14", "until": "2028-06-14" } })).0, 200);
    assert_eq!(refused(json!({ "ending": { "until": "2020-01-01" } })).1, "time_reversed", "it begins today, where nothing is said");
    for path in ["events", "uses"] {
        let reply = stage.get_as(WU, &format!("/v1/audit/{path}?from=2026-06-02&until=2026-06-01"));
        assert_eq!((reply.status, reply.code()), own("time_reversed"), "{path}");
    }
}
