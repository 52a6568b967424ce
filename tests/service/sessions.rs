//! Officers sign in, work, and go; nobody else does.

use crate::people::{Desk, PASSWORD};
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::{OfficerId, Role, second_factor};
use kanhe_service::http::Limits;
use kanhe_tests::Office;
use serde_json::{Value, json};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn code(reply: &crate::stage::Reply) -> (u16, String) {
    (reply.status, reply.code())
}

#[test]
fn an_officer_begins_with_a_one_time_password_and_chooses_its_own() {
    let stage = Stage::new();
    let first = stage.appoint(Office::Guangzhou, "zhang.san", &[Role::Auditor]);
    let desk = stage.sign_in("zhang.san", &first, None);
    assert_eq!(desk.get("/v1/session").json()["session"]["must_change_password"], true);
    assert_eq!(code(&desk.get("/v1/audit/uses")), (403, "password_must_change".to_owned()));
    let rows = [
        (json!({ "old": first, "new": "short" }), 422, "password_length"),
        (json!({ "old": first, "new": "zhang.san zhang.san" }), 422, "password_plain"),
        (json!({ "old": first, "new": first }), 422, "password_same"),
        (json!({ "old": "something else", "new": PASSWORD }), 403, "password_wrong"),
    ];
    for (body, status, name) in rows {
        assert_eq!(code(&desk.send("PUT", "/v1/session/password", Some(&body))), (status, name.to_owned()));
    }
    let other = stage.sign_in("zhang.san", &first, None);
    assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": first, "new": PASSWORD }))).status, 204);
    assert_eq!(desk.get("/v1/audit/uses").status, 200);
    assert_eq!(code(&other.get("/v1/session")), (401, "session_over".to_owned()));
    assert_eq!(code(&stage.try_sign_in("zhang.san", &first, None)), (401, "sign_in_refused".to_owned()));
    assert_eq!(stage.try_sign_in("zhang.san", PASSWORD, None).status, 201);
}

#[test]
fn a_session_says_who_one_is_and_what_one_may_do() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "li.si", &[Role::Reviewer, Role::Auditor]);
    let who = desk.get("/v1/session").json();
    assert_eq!(who["actor"], "li.si");
    assert_eq!(who["agency"], Office::Housing.code().as_str());
    assert_eq!(who["roles"], json!(["reviewer", "auditor"]));
    assert_eq!(who["rights"], json!(["read", "read_whole", "review", "audit"]));
    assert_eq!((&who["types"], &who["session"]["csrf_token"]), (&Value::Null, &json!(desk.csrf)));
    let key = stage.key(Office::Housing, &[Role::Clerk], None);
    let what = stage.call(&key, "GET", "/v1/session", None).json();
    assert_eq!((what["actor"].as_str().unwrap().split_at(4).0, what.get("session")), ("key:", None));
    let nobody = stage.get("/v1/session");
    assert_eq!(code(&nobody), (401, "caller_unknown".to_owned()));
    assert_eq!(nobody.header("www-authenticate"), "Bearer realm=\"kanhe\"");
}

#[test]
fn the_cookie_is_for_this_host_and_no_script() {
    let stage = Stage::new();
    stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let reply = stage.try_sign_in("zhang.san", PASSWORD, None);
    let cookie = reply.header("set-cookie").to_owned();
    let parts: Vec<_> = cookie.split("; ").skip(1).collect();
    assert!(cookie.starts_with("kanhe_session="), "{cookie}");
    assert_eq!(parts, ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=43200"]);
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn with_tls_the_cookie_is_sent_by_tls_only() {
    let stage = Stage::behind_tls();
    let first = stage.appoint(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let cookie = stage.try_sign_in("zhang.san", &first, None).header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-kanhe=") && cookie.ends_with("; Secure") && cookie.contains("; Path=/;"), "{cookie}");
}

#[test]
fn a_browser_that_a_believed_proxy_says_came_by_tls_gets_the_cookie_and_the_header_of_one() {
    let signed_in = |stage: &Stage, headers: &[(&str, &str)]| {
        let first = stage.appoint(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
        let sent = [headers, &[("content-type", "application/json")]].concat();
        let reply = stage.send("POST", "/v1/session", &sent, json!({ "login": "zhang.san", "password": first }).to_string().as_bytes());
        assert_eq!(reply.status, 201, "{reply:?}");
        let cookie = reply.header("set-cookie").to_owned();
        let value = cookie.split(';').next().unwrap().to_owned();
        let back = [headers, &[("cookie", value.as_str())]].concat();
        assert_eq!(stage.send("GET", "/v1/session", &back, b"").status, 200, "the cookie is known again: {cookie}");
        (cookie.starts_with("__Host-kanhe="), cookie.ends_with("; Secure"), !reply.header("strict-transport-security").is_empty())
    };
    let here = ["127.0.0.1".parse().unwrap()];
    let believed = || Stage::behind(&here, Limits::default());
    assert_eq!(signed_in(&believed(), &[("x-forwarded-proto", "https")]), (true, true, true));
    assert_eq!(signed_in(&believed(), &[("x-forwarded-proto", "http")]), (false, false, false));
    assert_eq!(signed_in(&believed(), &[]), (false, false, false));
    assert_eq!(signed_in(&Stage::new(), &[("x-forwarded-proto", "https")]), (false, false, false), "nobody believes a stranger");
    assert_eq!(signed_in(&Stage::behind_tls(), &[]), (true, true, true), "where all come by TLS, no proxy has to say so");
}

#[test]
fn what_changes_something_bears_the_word_of_our_own_pages() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let forged = |csrf: &str| {
        let mut headers = vec![("cookie", desk.cookie.as_str()), ("content-type", "application/json")];
        if !csrf.is_empty() {
            headers.push(("x-csrf-token", csrf));
        }
        stage.send("DELETE", "/v1/session", &headers, b"")
    };
    for csrf in ["", "x", &desk.csrf[1..]] {
        assert_eq!(code(&forged(csrf)), (403, "csrf_token_wrong".to_owned()), "{csrf}");
    }
    assert_eq!(desk.get("/v1/officers").status, 200);
    // A browser sends the cookie to public paths too; they ask nobody who he is.
    let verified = stage.send("POST", "/v1/verify", &[("cookie", &desk.cookie), ("content-type", "application/json")], b"{\"text\":\"x\"}");
    assert_eq!(verified.status, 200);
    assert_eq!(forged(&desk.csrf).status, 204);
    assert_eq!(code(&desk.get("/v1/officers")), (401, "session_over".to_owned()));
    assert_eq!(desk.get("/v1/types").status, 200);
    assert_eq!(stage.try_sign_in("zhang.san", PASSWORD, None).status, 201);
}

#[test]
fn a_session_ends_when_nothing_is_asked_and_after_a_working_day() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    for _ in 0..24 {
        stage.later(minutes(29));
        assert_eq!(desk.get("/v1/session").status, 200);
    }
    stage.later(minutes(25));
    assert_eq!(code(&desk.get("/v1/session")), (401, "session_over".to_owned()), "twelve hours");
    let desk = stage.sign_in("zhang.san", PASSWORD, None);
    stage.later(minutes(31));
    assert_eq!(code(&desk.get("/v1/session")), (401, "session_over".to_owned()), "half an hour");
}

#[test]
fn an_officer_has_at_most_eight_sessions_and_the_oldest_makes_room() {
    let stage = Stage::new();
    let first = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let mut desks = Vec::new();
    for _ in 0..8 {
        stage.later(minutes(1));
        desks.push(stage.sign_in("zhang.san", PASSWORD, None));
    }
    assert_eq!(first.get("/v1/session").status, 401);
    assert!(desks.iter().all(|desk| desk.get("/v1/session").status == 200));
}

#[test]
fn ten_wrong_tries_make_a_pause_and_ten_more_a_longer_one() {
    let stage = Stage::new();
    stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    // A login that nobody has behaves in the same way.
    for login in ["zhang.san", "nobody.here"] {
        for pause in [15, 30, 60] {
            for _ in 0..10 {
                assert_eq!(code(&stage.try_sign_in(login, "wrong", None)), (401, "sign_in_refused".to_owned()));
            }
            let paused = stage.try_sign_in(login, PASSWORD, None);
            assert_eq!(code(&paused), (429, "sign_in_locked".to_owned()), "{login}");
            assert_eq!(paused.header("retry-after"), (pause * 60).to_string());
            stage.later(minutes(pause));
        }
    }
    assert_eq!(stage.try_sign_in("zhang.san", PASSWORD, None).status, 201);
    assert_eq!(code(&stage.try_sign_in("zhang.san", "wrong", None)), (401, "sign_in_refused".to_owned()), "all is forgiven");
}

#[test]
fn many_tries_at_once_are_counted_every_one() {
    let stage = Stage::new();
    stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..24).map(|_| scope.spawn(|| stage.try_sign_in("zhang.san", "wrong", None).status)).collect();
        tries.into_iter().map(|reply| reply.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10, "{statuses:?}");
}

fn enrol(stage: &Stage, desk: &Desk<'_>) -> [u8; 20] {
    let enrolment = desk.post("/v1/session/second-factor", &json!({}));
    assert_eq!(enrolment.status, 201);
    let (secret, uri) = (enrolment.json()["secret"].clone(), enrolment.json()["uri"].clone());
    let bytes = base32(secret.as_str().unwrap());
    assert_eq!(uri.as_str().unwrap(), second_factor::uri(&bytes, "zhang.san"));
    let confirm = |code: &str| desk.post("/v1/session/second-factor/confirmation", &json!({ "code": code }));
    assert_eq!(code(&confirm("000000x")), (403, "second_factor_wrong".to_owned()));
    assert_eq!(confirm(&second_factor::code_at(&bytes, stage.house.now().as_second())).status, 204);
    bytes
}

/// RFC 4648 §6, by another hand than the service's.
fn base32(text: &str) -> [u8; 20] {
    let bits: String =
        text.bytes().map(|letter| format!("{:05b}", if letter >= b'A' { letter - b'A' } else { letter - b'2' + 26 })).collect();
    std::array::from_fn(|place| u8::from_str_radix(&bits[8 * place..8 * place + 8], 2).unwrap())
}

#[test]
fn a_second_factor_is_wanted_once_it_is_confirmed_and_a_code_is_taken_once() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let secret = enrol(&stage, &desk);
    let now = || second_factor::code_at(&secret, stage.house.now().as_second());
    assert_eq!(code(&desk.post("/v1/session/second-factor", &json!({}))), (409, "second_factor_stands".to_owned()));
    assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, None)), (401, "second_factor_wanted".to_owned()));
    assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, Some(&now()))), (401, "second_factor_wrong".to_owned()), "used to confirm");
    stage.later(SignedDuration::from_secs(30));
    let used = now();
    assert_eq!(code(&stage.try_sign_in("zhang.san", "wrong", Some(&used))), (401, "sign_in_refused".to_owned()));
    assert_eq!(stage.try_sign_in("zhang.san", PASSWORD, Some(&used)).status, 201);
    assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, Some(&used))), (401, "second_factor_wrong".to_owned()));
    stage.later(SignedDuration::from_secs(90));
    assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, Some(&used))), (401, "second_factor_wrong".to_owned()));
    assert_eq!(stage.try_sign_in("zhang.san", PASSWORD, Some(&now())).status, 201);
}

#[test]
fn guessing_codes_ends_in_a_pause_too() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    enrol(&stage, &desk);
    for _ in 0..10 {
        assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, Some("000000"))), (401, "second_factor_wrong".to_owned()));
    }
    assert_eq!(code(&stage.try_sign_in("zhang.san", PASSWORD, Some("000000"))), (429, "sign_in_locked".to_owned()));
}

#[test]
fn every_pause_is_told_to_auditors_whatever_was_wrong() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    enrol(&stage, &desk);
    let auditor = stage.officer(Office::Guangzhou, "wu.auditor", &[Role::Auditor]);
    let locked = || {
        let uses = auditor.get("/v1/audit/uses").json();
        let locked = uses["uses"].as_array().unwrap().iter().filter(|used| used["act"] == "locked" && used["subject"] == "zhang.san");
        locked.count()
    };
    let change = || desk.send("PUT", "/v1/session/password", Some(&json!({ "old": "wrong", "new": "a password of another day" })));
    let wrong = || stage.try_sign_in("zhang.san", "wrong", None);
    let rows: [(&str, &dyn Fn() -> crate::stage::Reply); 4] = [
        ("second_factor_wrong", &|| stage.try_sign_in("zhang.san", PASSWORD, Some("000000"))),
        ("second_factor_wanted", &|| stage.try_sign_in("zhang.san", PASSWORD, None)),
        ("password_wrong", &change),
        ("sign_in_refused", &wrong),
    ];
    for (before, (name, again)) in rows.into_iter().enumerate() {
        for _ in 0..10 {
            assert_eq!(locked(), before, "{name}");
            assert_eq!(again().code(), name);
        }
        assert_eq!((locked(), again().code()), (before + 1, "sign_in_locked".to_owned()), "{name}");
        let pause: i64 = again().header("retry-after").parse().unwrap();
        // Somebody works meanwhile: the sessions are not to run out over a pause of hours.
        for _ in 0..=pause / 1_200 {
            stage.later(SignedDuration::from_secs(pause.min(1_200)));
            assert_eq!((desk.get("/v1/session").status, auditor.get("/v1/session").status), (200, 200));
        }
    }
}

#[test]
fn a_one_time_password_is_good_for_a_week() {
    let stage = Stage::new();
    let first = stage.appoint(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    stage.later(minutes(7 * 24 * 60 + 1));
    assert_eq!(code(&stage.try_sign_in("zhang.san", &first, None)), (401, "one_time_password_expired".to_owned()));
}

#[test]
fn a_cookie_that_is_none_of_ours_makes_a_nobody() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Clerk]);
    let id = OfficerId::of(&stage.house.library, "zhang.san").to_string();
    let value = desk.cookie.split_once('=').unwrap().1.to_owned();
    let secret = value.split_once('.').unwrap().1;
    let other = OfficerId::of(&stage.house.library, "li.si").to_string();
    for forged in ["".to_owned(), "x".to_owned(), id.clone(), format!("{id}."), format!("{other}.{secret}"), format!("{value}A")] {
        let cookie = format!("other=1; kanhe_session={forged}");
        let reply = stage.send("GET", "/v1/session", &[("cookie", cookie.as_str())], b"");
        assert_eq!(code(&reply), (401, "session_over".to_owned()), "{forged}");
    }
    let cookie = format!("other=1; kanhe_session={value}; more=2");
    assert_eq!(stage.send("GET", "/v1/session", &[("cookie", cookie.as_str())], b"").status, 200);
}
