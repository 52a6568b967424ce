//! Requests that have not the shape of the interface: each is told which member is wrong, and what it said is never told again.

use crate::agencies::*;
use crate::stage::{Reply, Stage};
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

fn detail(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.code().as_str()), (400, "request_malformed"), "{reply:?}");
    reply.json()["detail"].as_str().unwrap().to_owned()
}

fn search(by: &Value) -> Value {
    json!({ "by": by })
}

#[test]
fn a_search_that_is_wrong_is_told_which_member_is_wrong() {
    let stage = Stage::new().in_english();
    let rows = [
        (json!([]), "expected an object"),
        (json!({}), "`by` is missing"),
        (search(&json!(5)), "`by`: expected one of number, holder, name, alias, request, shelf, ending"),
        (search(&json!("name")), "`by`: expected an object whose one member is named so"),
        (
            search(&json!({ "name": "王伟", "number": "1" })),
            "`by`: expected an object with exactly one of number, holder, name, alias, request, shelf, ending",
        ),
        (search(&json!({ "holder": ["111", "11010519491231002X"] })), "`by.holder`: expected an object"),
        (search(&json!({ "holder": { "code_type": "111" } })), "`by.holder`: `code` is missing"),
        (search(&json!({ "holder": { "code_type": 111, "code": "11010519491231002X" } })), "`by.holder.code_type`: expected a string"),
        (
            search(&json!({ "name": "王伟", "王伟": 1 })),
            "`by`: expected an object with exactly one of number, holder, name, alias, request, shelf, ending",
        ),
        (search(&json!({ "ending": { "until": "2026-12-31T23:00:00Z" } })), "`until` is no day such as 2026-12-31"),
        (search(&json!({ "ending": { "from": "2026-06-15T20:00:00Z", "until": "2026-12-31" } })), "`from` is no day such as 2026-12-31"),
        (json!({ "by": { "name": "王伟" }, "limit": "10" }), "`limit`: expected a whole number from 0 on, within its bounds"),
        (json!({ "by": { "name": "王伟" }, "limit": 0 }), "`limit` is from 1 to 1000"),
        (json!({ "by": { "name": "王伟" }, "limit": 1_001 }), "`limit` is from 1 to 1000"),
        (json!({ "by": { "name": "王伟" }, "王伟": 1 }), "only by, type, after, limit are known here"),
    ];
    for (body, wanted) in rows {
        let reply = stage.post_as(WANG, "/v1/certificates/search", &body);
        assert_eq!(detail(&reply), wanted, "{body}");
        let text = String::from_utf8(reply.bytes).unwrap();
        assert!(!text.contains("王伟") && !text.contains("11010519491231002X"), "{text}");
    }
}

#[test]
fn a_parameter_that_is_wrong_is_named() {
    let stage = Stage::new().in_english();
    for (query, wanted) in [
        ("limit=many", "`limit`: expected a whole number from 0 on, within its bounds"),
        ("limit=5&limit=6", "`limit` stands twice"),
        ("limti=5", "only from, until, after, limit are known here"),
    ] {
        assert_eq!(detail(&stage.get_as(WU, &format!("/v1/audit/uses?{query}"))), wanted, "{query}");
    }
}

#[test]
fn an_act_that_is_wrong_is_told_which_member_is_wrong_and_never_the_path() {
    let stage = Stage::new().in_english();
    let one = stage.operator(WANG, 1);
    let hong = stage.officer(Office::Housing, "hong", &[Role::Approver]);
    let with = |member: &str, value: Value| {
        let mut body = grounds();
        body["act"] = json!("suspend");
        body[member] = value;
        body
    };
    let rows = [
        (with("search", json!({ "by": ["name"] })), "`search.by`: expected one of number, holder, name, alias, request, shelf, ending"),
        (with("identifiers", json!({ "0": one })), "`identifiers`: expected an array"),
        (with("identifiers", json!([one, 5])), "`identifiers[1]`: expected a string"),
        (with("reason", json!(null)), "`reason`: expected a string"),
    ];
    for (body, wanted) in rows {
        assert_eq!(detail(&hong.post("/v1/certificates/changes", &body)), wanted, "{body}");
    }
    let unread = hong.post("/v1/certificates/changes", &with("identifiers", json!([one, "粤A1"])));
    assert_eq!((unread.status, unread.json()["detail"].as_str()), (400, Some("`identifiers[1]` names no identifier of a certificate")));
    let subject = stage.get_as(WU, "/v1/audit/events?subject=1");
    assert_eq!(subject.json()["detail"], "`subject` names no identifier of a certificate");
    let batch = stage.post_as(WANG, "/v1/certificates/batch", &with("applications", json!([operator(1), []])));
    assert_eq!(detail(&batch), "only type, applications, basis, reason are known here");
}

#[test]
fn what_is_no_json_and_what_names_a_member_twice_are_told_apart() {
    let stage = Stage::new().in_english();
    let send = |body: &[u8]| stage.send("POST", "/v1/verify", &[("content-type", "application/json")], body);
    for (body, wanted) in [
        (b"{\"text\":".as_slice(), "line 1 column 8: the body is not JSON in UTF-8"),
        (b"{\"text\":\"\xd5\xd5\"}", "line 1 column 10: the body is not JSON in UTF-8"),
        (b"{\"text\":\"a\",\"text\":\"b\"}", "line 1 column 18: an object names a member twice"),
    ] {
        let told = detail(&send(body));
        assert_eq!(told.split_once(": ").unwrap().1, wanted.split_once(": ").unwrap().1, "{told}");
    }
}

#[test]
fn a_charset_that_json_has_not_is_refused() {
    let stage = Stage::new().in_english();
    let send = |kind: &str| stage.send("POST", "/v1/verify", &[("content-type", kind)], b"{\"text\":\"a\"}");
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON;Charset=\"UTF-8\"", "application/json; v=1"] {
        assert_eq!(send(kind).status, 200, "{kind}");
    }
    for kind in ["application/json; charset=gbk", "application/json; v=1; charset=GB18030", "text/json"] {
        let reply = send(kind);
        assert_eq!((reply.status, reply.code().as_str()), (415, "media_type_unknown"), "{kind}");
    }
}

#[test]
fn bounds_that_the_document_states_are_kept() {
    let stage = Stage::new().in_english();
    let long = "照".repeat(101);
    for (path, body) in [
        ("/v1/verify", json!({ "text": "a", "scene": long })),
        ("/v1/verify", json!({ "text": "1".repeat(16_385) })),
        ("/v1/verify", json!(["a", null, null])),
    ] {
        detail(&stage.post(path, &body));
    }
    assert_eq!(stage.post("/v1/verify", &json!({ "text": "a", "scene": "照".repeat(100) })).status, 200);
    let picture = stage.send("POST", &format!("/v1/verify/picture?scene={}", "a".repeat(101)), &[("content-type", "image/png")], b"");
    assert_eq!(picture.status, 422, "a picture that is none is said first: {picture:?}");
    for path in ["/v1/audit/events?limit=0", "/v1/audit/events?limit=1001", "/v1/audit/uses?limit=0", "/v1/jobs?limit=1001"] {
        let who = if path.starts_with("/v1/jobs") { WANG } else { WU };
        assert_eq!(detail(&stage.get_as(who, path)), "`limit` is from 1 to 1000", "{path}");
    }
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let purpose = json!({ "matter": "1", "case": "1", "duty": { "law": "《行政许可法》" } });
    for (route, body, member) in [
        ("verify-information", json!({ "purpose": purpose, "number": long }), "number"),
        ("verify-information", json!({ "purpose": purpose, "holder_name": long }), "holder_name"),
        ("holder", json!({ "purpose": purpose, "holder": { "code_type": "111", "code": "1".repeat(65) } }), "holder.code"),
    ] {
        let told = detail(&stage.call(&key, "POST", &format!("/v1/sharing/{route}"), Some(&body)));
        assert!(told.starts_with(&format!("`{member}` has ")), "{told}");
    }
    let admin = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = json!({ "address": "https://app.example.cn/", "acts": vec!["issue"; 20] });
    assert_eq!(detail(&admin.post("/v1/webhooks", &hook)), "`acts` has 20 items, at most 19 are taken");
}
