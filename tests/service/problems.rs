//! What stops a request: always a problem document, in the caller's language, with the headers that keep it where it belongs.

use crate::agencies::{WANG, WU, ZHOU};
use crate::stage::Stage;
use kanhe_service::http::{Limits, Rate};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn whatever_goes_wrong_is_a_problem_document() {
    let stage = Stage::new();
    let json = [("content-type", "application/json")];
    let rows: [(&str, &str, &[(&str, &str)], &[u8], u16, &str); 7] = [
        ("GET", "/v1/nothing", &[], b"", 404, "route_unknown"),
        ("GET", "/v1/verify", &[], b"", 405, "method_not_allowed"),
        ("POST", "/v1/verify", &json, b"{", 400, "request_malformed"),
        ("POST", "/v1/verify", &json, b"{\"text\":\"a\",\"text\":\"b\"}", 400, "request_malformed"),
        ("POST", "/v1/verify", &json, &[b' '; 2 << 20], 413, "body_too_large"),
        ("POST", "/v1/verify", &[], b"{}", 415, "media_type_unknown"),
        ("GET", "/v1/types/11100000000013338W999", &[], b"", 404, "type_unknown"),
    ];
    for (method, path, headers, body, status, code) in rows {
        let reply = stage.send(method, path, headers, body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{method} {path}");
        assert_eq!(reply.json()["status"], status);
        assert_eq!(reply.json()["type"], format!("urn:kanhe:problem:{code}"));
        assert!(reply.json()["hint"].as_str().is_some_and(|hint| !hint.is_ascii()), "{code}");
    }
}

#[test]
fn a_head_that_is_too_long_or_no_http_is_refused_without_a_document() {
    let stage = Stage::new();
    for (head, status) in [
        (format!("GET /v1/types?{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70_000)), 414),
        ("GET /v1/types HTTP/1.1\r\nhost a\r\n\r\n".to_owned(), 400),
    ] {
        let mut caller = TcpStream::connect(stage.address()).unwrap();
        caller.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = caller.read_to_string(&mut answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with("\r\n\r\n"), "{status}: {answer}");
    }
}

#[test]
fn a_packed_body_is_refused_with_the_word_for_one_that_is_taken() {
    let stage = Stage::new();
    let packed = |coding: &str| {
        let headers = [("content-type", "application/json"), ("content-encoding", coding)];
        stage.send("POST", "/v1/verify", &headers, br#"{"text":"a"}"#)
    };
    let refused = packed("gzip");
    assert_eq!((refused.status, refused.code().as_str(), refused.header("accept-encoding")), (415, "body_packed", "identity"));
    assert_eq!(packed("identity").status, 200);
}

#[test]
fn a_problem_speaks_the_callers_language() {
    let stage = Stage::new();
    let title = |asked: &str| {
        let reply = stage.send("GET", "/v1/nothing", &[("accept-language", asked)], b"");
        (reply.header("content-language").to_owned(), reply.json()["title"].as_str().unwrap().to_owned())
    };
    let (zh, chinese) = title("zh-CN,zh;q=0.9,en;q=0.8");
    let (en, english) = title("en-GB");
    assert_eq!((zh.as_str(), en.as_str()), ("zh-CN", "en"));
    assert!(!chinese.is_ascii() && english.is_ascii(), "{chinese} {english}");
    assert_eq!(title("").0, "zh-CN");
}

#[test]
fn every_answer_bears_its_request_id_and_is_kept_from_caches_and_frames() {
    let stage = Stage::new();
    for path in ["/healthz", "/v1/nothing", "/v1/types"] {
        let reply = stage.get(path);
        assert_eq!(reply.header("x-request-id").len(), 16, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let drawn = "0b5f3c7e-0000-7000-8000-00805f9b34fb";
    assert_eq!(stage.send("GET", "/healthz", &[("x-request-id", drawn)], b"").header("x-request-id"), drawn);
    for odd in ["{\"a\": 1}", "app-42", "440524188001010014"] {
        assert_eq!(stage.send("GET", "/healthz", &[("x-request-id", odd)], b"").header("x-request-id").len(), 16, "{odd}");
    }
}

/// Who may call from elsewhere, and who only seems to be it.
const KNOWN: &str = "https://app.example.cn";
const STRANGER: &str = "https://app.example.cn.evil.example";

#[test]
fn a_page_of_a_known_origin_is_told_what_it_may_send() {
    let stage = Stage::new();
    let asked = |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        stage.send("OPTIONS", "/v1/verify", &headers, b"")
    };
    let told = asked(KNOWN);
    assert_eq!((told.status, told.header("access-control-allow-origin")), (200, KNOWN));
    assert_eq!(told.header("access-control-allow-methods"), "GET,POST,PUT,DELETE");
    for name in ["authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id", "x-csrf-token"] {
        assert!(told.header("access-control-allow-headers").split(',').any(|allowed| allowed == name), "{name}");
    }
    assert_eq!((told.header("access-control-max-age"), told.header("access-control-allow-credentials")), ("600", ""));
    assert_eq!(asked(STRANGER).header("access-control-allow-origin"), "");
}

#[test]
fn a_page_of_a_known_origin_reads_answers_and_problems_and_no_other_does() {
    let stage = Stage::new();
    for (path, status) in [("/v1/types", 200), ("/v1/pack", 200), ("/v1/certificates/count", 401), ("/v1/nothing", 404)] {
        for (origin, allowed) in [(KNOWN, KNOWN), (STRANGER, ""), ("null", "")] {
            let reply = stage.send("GET", path, &[("origin", origin)], b"");
            assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, allowed), "{path} {origin}");
            let reads_names = reply.header("access-control-expose-headers").contains("content-disposition");
            let exposed = reply.header("access-control-expose-headers");
            assert_eq!(exposed.contains("location") && exposed.contains("idempotent-replayed"), !allowed.is_empty(), "{path} {origin}");
            assert_eq!(reads_names, !allowed.is_empty(), "a page keeps a file under its name: {path} {origin}");
            assert!(reply.header("vary").contains("origin"), "a cache may not give it to the page of another origin: {path}");
        }
        assert_eq!(stage.get(path).header("access-control-allow-origin"), "", "{path}");
    }
}

#[test]
fn whatever_stops_a_request_a_page_of_a_known_origin_reads_why() {
    let wary = |rate| Stage::with(Limits { body_bytes: 1_000, rate, origins: vec![KNOWN.to_owned()], ..Limits::default() });
    let rate = Rate { per_second: 1, burst: 3, at_once: 512 };
    let (stage, full) = (wary(rate), wary(Rate { at_once: 0, ..rate }));
    let rows: [(&Stage, &str, &str, &[u8], u16, &str); 5] = [
        (&stage, "/v1/verify/picture", "image/png", b"\x89PNG\r\n\x1a\n", 422, "picture_truncated"),
        (&stage, "/v1/verify", "application/json", b"{", 400, "request_malformed"),
        (&stage, "/v1/verify", "application/json", &[b' '; 2_000], 413, "body_too_large"),
        (&stage, "/v1/verify", "application/json", b"{}", 429, "rate_exceeded"),
        (&full, "/v1/verify", "application/json", b"{}", 503, "service_busy"),
    ];
    for (stage, path, kind, body, status, code) in rows {
        let reply = stage.send("POST", path, &[("origin", KNOWN), ("content-type", kind)], body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
        assert_eq!(reply.header("access-control-allow-origin"), KNOWN, "{code}");
        assert!(reply.header("access-control-expose-headers").contains("retry-after"), "{code}");
    }
}

#[test]
fn a_body_that_does_not_come_is_the_callers_delay_and_one_that_is_too_large_is_not_waited_for() {
    let stage = Stage::with(Limits { body_bytes: 1_000, time: Duration::from_millis(300), ..Limits::default() });
    let begun = |length: u64| {
        let mut caller = TcpStream::connect(stage.address()).unwrap();
        let head = "POST /v1/verify HTTP/1.1\r\nhost: a\r\naccept-language: en\r\ncontent-type: application/json";
        write!(caller, "{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{{").unwrap();
        let mut answer = vec![0; 4_096];
        let length = caller.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    for (length, status, code) in [(900, "408", "body_too_slow"), (1_001, "413", "body_too_large")] {
        let answer = begun(length);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(code), "{answer}");
    }
}

/// Callers whose requests are under way at the same time.
const CALLERS: usize = 4;

#[test]
fn a_service_that_is_told_to_stop_answers_what_it_has_begun() {
    let limits = Limits { body_bytes: 4 << 20, time: Duration::from_secs(20), ..Limits::default() };
    let stage = Stage::with(limits);
    let address = stage.url("").trim_start_matches("http://").to_owned();
    let body = json!({ "items": vec![json!({ "text": "https://kanhe.example.cn/#0123456789" }); 1_000] }).to_string();
    let head = format!(
        "POST /v1/verify/batch HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut callers: Vec<_> = (0..CALLERS).map(|_| begun(&address, &head)).collect();
    let answers = std::thread::spawn(move || {
        // It stops: nobody else is let in, and what has begun goes on.
        let stops = (0..10_000).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            TcpStream::connect(&address).is_err()
        });
        assert!(stops, "a service that was told to stop lets callers in");
        let mut answer = |caller: &mut TcpStream| {
            caller.write_all(body.as_bytes()).unwrap();
            let mut answer = String::new();
            caller.read_to_string(&mut answer).unwrap();
            answer
        };
        callers.iter_mut().map(&mut answer).collect::<Vec<_>>()
    });
    stage.stop();
    for answer in answers.join().unwrap() {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

/// A request of which the service has read the head and asked for the body.
fn begun(address: &str, head: &str) -> TcpStream {
    let mut caller = TcpStream::connect(address).unwrap();
    caller.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    caller.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    caller.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&asked));
    caller
}

#[test]
fn what_is_wrong_is_told_in_the_language_that_is_asked_for_with_everything_that_stands_in_it() {
    let stage = Stage::new();
    let (clerk, auditor) = (stage.bearer(WANG), stage.bearer(WU));
    let body = |value: serde_json::Value| value.to_string().into_bytes();
    let number = "44052418800101001X";
    let rows = [
        ("GET", "/v1/nothing", "", vec![], "此路径上没有内容", "there is nothing at this path"),
        ("POST", "/v1/verify", "", body(json!({})), "缺少 `text`", "`text` is missing"),
        (
            "POST",
            "/v1/verify",
            "",
            body(json!({ "text": number, "at": number })),
            "`at` 不是时刻，应如 2026-11-22T09:00:00+08:00",
            "`at` is no moment such as 2026-11-22T09:00:00+08:00",
        ),
        (
            "POST",
            "/v1/certificates/search",
            &clerk,
            body(json!({ "by": { "name": "王伟", number: 1 } })),
            "`by`：应为对象，且恰有其中一个成员：number, holder, name, alias, request, shelf, ending",
            "`by`: expected an object with exactly one of number, holder, name, alias, request, shelf, ending",
        ),
        (
            "POST",
            "/v1/certificates/search",
            &clerk,
            body(json!({ "by": { "alias": { "scheme": number, "value": "" } } })),
            "体系和值各 1 至 100 个字符，不含不可见的字符",
            "scheme and value have 1 to 100 characters each, and none that cannot be seen",
        ),
        (
            "GET",
            "/v1/audit/uses",
            &clerk,
            vec![],
            "此操作需要 audit 权限，您的角色均无此权限",
            "this takes the right to audit, which none of your roles has",
        ),
        ("GET", "/v1/audit/events?act=sell", &auditor, vec![], "`act` 应为其中之一：issue, ", "`act` is one of issue, "),
        ("GET", "/v1/certificates/count", "Bearer kanhe_x", vec![], "接口密钥未知", "the API key is not known here"),
    ];
    for (method, path, bearer, body, zh, en) in rows {
        for (language, tag, wanted) in [("zh", "zh-CN", zh), ("en", "en", en)] {
            let mut headers = vec![("accept-language", language), ("content-type", "application/json")];
            headers.extend((!bearer.is_empty()).then_some(("authorization", bearer)));
            let reply = stage.send(method, path, &headers, &body);
            let (json, text) = (reply.json(), String::from_utf8_lossy(&reply.bytes).into_owned());
            assert!(json["detail"].as_str().unwrap().starts_with(wanted), "{path} {language}: {text}");
            assert_eq!((reply.header("content-language"), json["title"].as_str().unwrap().is_ascii()), (tag, language == "en"), "{text}");
            assert!(!text.contains(number) && !text.contains("王伟"), "{text}");
        }
    }
}

#[test]
fn a_verb_that_speaks_chinese_and_a_page_that_does_are_told_the_same_of_one_certificate() {
    let stage = Stage::new();
    let path = format!("/v1/certificates/{}/reinstate", stage.operator(WANG, 1));
    let (bearer, body) = (stage.bearer(ZHOU), crate::agencies::grounds().to_string());
    let told = |language: &str| {
        let headers = [("accept-language", language), ("authorization", bearer.as_str()), ("content-type", "application/json")];
        let reply = stage.send("POST", &path, &headers, body.as_bytes());
        assert_eq!((reply.status, reply.code().as_str()), (409, "lifecycle_not_allowed"));
        reply.json()["detail"].as_str().unwrap().to_owned()
    };
    let english = told("en");
    assert!(english.starts_with("a certificate that is in force cannot be the object of reinstate; allowed now: "), "{english}");
    assert_eq!(Some(told("zh-CN")), kanhe_words::in_chinese(&english));
    assert!(told("zh-CN").starts_with("状态为有效的证照不能办理"), "{}", told("zh-CN"));
}
