//! The signed file of a certificate, judged as its QR code is.

use crate::agencies::*;
use crate::office::{Certificate, issue, resident, revoke};
use crate::stage::{Reply, Stage};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_service::publish::publish;
use serde_json::{Value, json};

fn file_of(stage: &Stage, certificate: &Certificate) -> Vec<u8> {
    let library = &stage.house.library;
    library.record(library.find(&certificate.identifier).unwrap().unwrap()).unwrap().envelope
}

fn show(stage: &Stage, query: &str, file: &[u8]) -> Reply {
    stage.send("POST", &format!("/v1/verify/file{query}"), &[("content-type", "application/cose")], file)
}

#[test]
fn the_file_of_a_certificate_is_judged_as_its_code_is_and_tells_no_more_of_the_holder() {
    let stage = Stage::new();
    let issued = issue(&stage, 1);
    let file = file_of(&stage, &issued);
    let same = |query: &str, at: Option<&str>, code: &str| {
        let by_text = stage.post("/v1/verify", &json!({ "text": issued.text, "at": at })).json();
        let reply = show(&stage, query, &file);
        assert_eq!((reply.status, reply.json()["code"].as_str()), (200, Some(code)), "{reply:?}");
        for member in ["verdict", "code", "message", "next", "as_of", "certificate", "steps"] {
            assert_eq!(reply.json()[member], by_text[member], "{member}");
        }
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(&resident(1)), "the file has the number whole, and the answer has not");
    };
    same("", None, "accepted");
    same("?at=2026-06-14T12:00:00%2B08:00", Some("2026-06-14T12:00:00+08:00"), "clock_behind");
    revoke(&stage, &issued);
    publish(&stage.house);
    same("", None, "revoked");
    let unnamed = stage.send("POST", "/v1/verify/file", &[("content-type", "application/octet-stream")], &file);
    assert_eq!(unnamed.json()["code"], "revoked", "who has it from a stick knows nothing of its kind");
}

#[test]
fn what_is_no_certificates_file_is_told_by_what_is_wrong_with_it() {
    let stage = Stage::new().in_english();
    let good = file_of(&stage, &issue(&stage, 1));
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let pack = stage.get("/v1/pack").bytes;
    let rows: [(&[u8], u16, &str); 6] = [
        (&forged, 200, "signature_invalid"),
        (&pack, 200, "qr_other_document"),
        (&good[..good.len() - 1], 422, "cbor_malformed"),
        (b"\x89PNG\r\n\x1a\n", 422, "envelope_not_cose_sign1"),
        (b"", 422, "envelope_not_cose_sign1"),
        (&[0; 2 << 20], 413, "body_too_large"),
    ];
    for (file, status, code) in rows {
        let reply = show(&stage, "", file);
        assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)));
        assert!(status == 200 || reply.json()["title"].is_string(), "{reply:?}");
    }
    let text = stage.send("POST", "/v1/verify/file", &[("content-type", "text/plain")], &good);
    assert_eq!((text.status, text.code().as_str()), (415, "media_type_unknown"));
    assert_eq!(show(&stage, &format!("?scene={}", "a".repeat(101)), &good).code(), "request_malformed");
    assert_eq!(show(&stage, "?at=yesterday", &good).code(), "request_malformed");
}

#[test]
fn files_and_texts_stand_side_by_side_in_a_batch() {
    let stage = Stage::new().in_english();
    let issued = issue(&stage, 1);
    let file = STANDARD.encode(file_of(&stage, &issued));
    let items = json!([
        { "file": file },
        { "text": issued.text },
        { "file": file, "at": "2020-01-01T00:00:00Z" },
        { "file": "not base64!" },
        { "file": STANDARD.encode(b"no file") },
        { "file": file, "text": issued.text },
        { "file": 5 },
        {},
    ]);
    let reply = stage.post("/v1/verify/batch", &json!({ "items": items }));
    assert_eq!(reply.status, 200, "{reply:?}");
    let told: Vec<(Value, Value)> =
        reply.json()["items"].as_array().unwrap().iter().map(|item| (item["code"].clone(), item["detail"].clone())).collect();
    let malformed = |detail: &str| (json!("request_malformed"), json!(detail));
    let wanted = [
        (json!("accepted"), Value::Null),
        (json!("accepted"), Value::Null),
        (json!("clock_behind"), Value::Null),
        malformed("`file` is no base64"),
        (json!("envelope_not_cose_sign1"), json!("this is no COSE_Sign1 document")),
        malformed("only file, scene, at are known here"),
        malformed("`file`: expected a string"),
        malformed("`text` is missing"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(stage.post_as(WANG, "/v1/verify", &json!({ "file": file })).status, 400, "alone it is sent as the bytes that it is");
}
