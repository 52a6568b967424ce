//! `POST /v1/verify`: the counter's answer over HTTP.

mod files;

use crate::stage::Stage;
use kanhe_core::code::HolderCode;
use kanhe_core::qr::encode_digits;
use kanhe_service::http::Limits;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::runtime::Runtime;

#[test]
fn of_a_text_that_is_no_seal_nothing_is_told_but_in_both_languages() {
    let stage = Stage::new();
    let reply = stage.post("/v1/verify", &json!({ "text": "你好" }));
    assert_eq!(reply.status, 200, "{reply:?}");
    let verdict = reply.json();
    assert_eq!((verdict["verdict"].as_str(), verdict["code"].as_str()), (Some("unknown"), Some("not_a_seal")));
    assert!(verdict["message"]["zh"].as_str().unwrap().len() > 6 && verdict["next"]["en"].as_str().unwrap().len() > 6);
    assert_eq!(verdict["certificate"], Value::Null);
}

#[test]
fn of_two_seals_in_one_text_none_is_judged() {
    let stage = Stage::new();
    let seal = |byte: u8| encode_digits(&[byte; 150]);
    let text = format!("https://kanhe.example.cn/#{} {}", seal(1), seal(2));
    let verdict = stage.post("/v1/verify", &json!({ "text": text })).json();
    assert_eq!((verdict["verdict"].as_str(), verdict["code"].as_str()), (Some("unknown"), Some("qr_several")));
}

#[test]
fn several_questions_are_answered_in_their_order() {
    let stage = Stage::new();
    let reply = stage.post("/v1/verify/batch", &json!({ "items": [{ "text": "a" }, { "text": "1234567890" }] }));
    let codes: Vec<_> = reply.json()["items"].as_array().unwrap().iter().map(|item| item["code"].clone()).collect();
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], "not_a_seal");
    for (count, status) in [(0, 400), (1_001, 400), (1_000, 200)] {
        let items = vec![json!({ "text": "x" }); count];
        assert_eq!(stage.post("/v1/verify/batch", &json!({ "items": items })).status, status, "{count}");
    }
}

#[test]
fn a_question_that_is_wrong_has_a_problem_in_the_place_of_its_verdict_and_stops_no_other() {
    let stage = Stage::new();
    let items = json!([
        { "text": "a" },
        { "text": "1".repeat(16_385) },
        { "text": "a", "at": "yesterday" },
        { "scene": "a" },
        ["a"],
        { "text": "a", "at": "2026-06-15T12:00:00+08:00" },
    ]);
    let headers = [("content-type", "application/json"), ("accept-language", "en")];
    let reply = stage.send("POST", "/v1/verify/batch", &headers, json!({ "items": items }).to_string().as_bytes());
    assert_eq!(reply.status, 200, "{reply:?}");
    let items = reply.json()["items"].as_array().unwrap().clone();
    let told: Vec<(&str, &str)> =
        items.iter().map(|item| (item["code"].as_str().unwrap(), item["detail"].as_str().unwrap_or_default())).collect();
    assert_eq!(
        told,
        [
            ("not_a_seal", ""),
            ("request_malformed", "`text` has 16385 characters, at most 16384 are read"),
            ("request_malformed", "`at` is no moment such as 2026-11-22T09:00:00+08:00"),
            ("request_malformed", "`text` is missing"),
            ("request_malformed", "expected an object"),
            ("not_a_seal", ""),
        ]
    );
    assert!(items[1]["title"].as_str().unwrap().is_ascii() && items[1]["verdict"].is_null(), "{}", items[1]);
    assert_eq!((&items[1]["status"], items[0]["verdict"].as_str()), (&json!(400), Some("unknown")));
}

#[test]
fn a_picture_without_a_code_says_so() {
    let stage = Stage::new();
    let png = picture(16, &[255; 256]);
    let rows: [(&str, &[u8], u16, &str); 4] = [
        ("image/png", &png, 422, "no_qr_found"),
        ("image/png", b"\x89PNG\r\n\x1a\n", 422, "picture_truncated"),
        ("text/plain", b"x", 415, "media_type_unknown"),
        ("image/png", &[0; 2 << 20], 413, "body_too_large"),
    ];
    for (kind, body, status, code) in rows {
        let reply = stage.send("POST", "/v1/verify/picture", &[("content-type", kind)], body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
}

/// A grey picture, as wide as it is high.
fn picture(width: u32, dots: &[u8]) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(dots).unwrap();
    png
}

#[test]
fn a_picture_waits_a_moment_for_its_turn_and_is_told_to_come_again() {
    let (stage, runtime) = (Stage::new(), Runtime::new().unwrap());
    let turn = || runtime.block_on(stage.house.turns.of_pictures(Duration::ZERO));
    let show = || stage.send("POST", "/v1/verify/picture", &[("content-type", "image/png")], &picture(16, &[255; 256]));
    let another = turn().unwrap();
    let reply = show();
    assert_eq!((reply.status, reply.code().as_str(), reply.header("retry-after")), (503, "pictures_busy", "2"));
    assert_eq!(stage.post("/v1/verify", &json!({ "text": "x" })).status, 200, "who shows no picture waits for none");
    drop(another);
    assert_eq!(show().code(), "no_qr_found");
    assert!(turn().is_some(), "a turn that is over is the next one's");
}

#[test]
fn a_picture_that_nobody_waits_for_any_more_keeps_its_turn_until_it_is_read() {
    let stage = Stage::with(Limits { time: Duration::from_millis(20), ..Limits::default() });
    let dots: Vec<u8> =
        (0_u32..1_500 * 1_500).map(|dot| if dot.wrapping_mul(2_654_435_761).count_ones() % 2 == 0 { 0 } else { 255 }).collect();
    let reply = stage.send("POST", "/v1/verify/picture", &[("content-type", "image/png")], &picture(1_500, &dots));
    assert_eq!((reply.status, reply.code().as_str()), (503, "service_too_slow"));
    let runtime = Runtime::new().unwrap();
    assert!(runtime.block_on(stage.house.turns.of_pictures(Duration::ZERO)).is_none(), "it is still being read");
    assert!(runtime.block_on(stage.house.turns.of_pictures(Duration::from_secs(60))).is_some());
}

#[test]
fn what_was_sent_is_never_quoted() {
    let stage = Stage::new();
    let number = "440524188001010014";
    assert!(HolderCode::new(kanhe_core::code::HolderCodeType::ResidentId, number).is_ok());
    let bodies = [
        json!({ "text": "x", number: 1 }),
        json!({ "text": { "a": number } }),
        json!({ "text": "x", "at": number }),
        json!(number),
        json!([number]),
        json!({ "text": "x", "scene": 440_524_188_001_010_014_u64 }),
    ];
    for body in bodies {
        let reply = stage.post("/v1/verify", &body);
        assert_eq!(reply.status, 400, "{body}");
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(number), "{}", String::from_utf8_lossy(&reply.bytes));
    }
}
