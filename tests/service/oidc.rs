//! Officers sign in by an identity service: npm's oidc-provider, with its own pages, and a browser that walks through them.

mod logout;

use crate::browser::{ADDRESS, Browser, Provider, action, ask};
use crate::people::Desk;
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_service::webhooks::Miss;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use zeroize::Zeroizing;

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

/// An administrator who has linked an officer to a subject.
fn link(admin: &Desk<'_>, stage: &Stage, login: &str, subject: &str) -> Reply {
    let id = OfficerId::of(&stage.house.library, login).to_string();
    admin.send("PUT", &format!("/v1/officers/{id}/identity"), Some(&json!({ "subject": subject })))
}

/// Guangzhou, with an administrator and a clerk who is `S-1` for the identity service.
fn guangzhou(stage: &Stage) -> Desk<'_> {
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator, Role::Auditor]);
    stage.appoint(Office::Guangzhou, "li.si", &[Role::Clerk]);
    let linked = link(&admin, stage, "li.si", "S-1");
    assert_eq!(linked.status, 200, "{linked:?}");
    admin
}

#[test]
fn an_officer_walks_through_the_pages_of_the_identity_service_and_is_signed_in() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    let admin = guangzhou(&stage);
    let mut browser = Browser::new(&stage);
    let back = browser.through_the_pages_as("S-1");
    let page = browser.fetch("GET", &back, "").reply;
    assert_eq!((page.status, page.header("refresh"), page.header("cache-control")), (200, "0; url=/docs/", "no-store"));
    let cookies: Vec<_> = page.headers("set-cookie").into_iter().map(|cookie| cookie.split_once('=').unwrap()).collect();
    let rest = |cookie: &str| cookie.split("; ").skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        (cookies[0].0, rest(cookies[0].1)),
        ("__Host-kanhe", ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=43200", "Secure"].map(str::to_owned).to_vec())
    );
    assert_eq!(cookies[1], ("__Host-kanhe-errand", "; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"));
    // It has never chosen a password here, and needs none.
    let desk = browser.desk();
    let who = desk.get("/v1/session").json();
    assert_eq!(
        (&who["actor"], &who["roles"], &who["session"]["must_change_password"]),
        (&json!("li.si"), &json!(["clerk"]), &json!(false))
    );
    assert_eq!(desk.get("/v1/certificates/count").status, 200);
    assert_eq!(code(&browser.fetch("GET", &back, "").reply), (403, "oidc_state".to_owned()), "the errand is over");
    let uses = admin.get("/v1/audit/uses").json();
    let said: Vec<_> =
        uses["uses"].as_array().unwrap().iter().map(|one| (one["act"].as_str().unwrap(), one["actor"].as_str().unwrap())).collect();
    assert!(said.contains(&("identity_linked", "zhang.san")) && said.contains(&("signed_in_by_identity", "li.si")), "{said:?}");
    // Here and there.
    assert_eq!(desk.send("DELETE", "/v1/session", None).status, 204);
    assert_eq!(code(&desk.get("/v1/session")), (401, "session_over".to_owned()));
    let end = browser.fetch("GET", &format!("{ADDRESS}/v1/session/oidc/end"), "");
    let place = end.reply.header("location");
    assert_eq!(
        place,
        format!("{}/session/end?client_id=kanhe&post_logout_redirect_uri=https%3A%2F%2Flicences.example.cn%2Fdocs%2F", provider.issuer)
    );
    assert_eq!(browser.go("GET", place, "").reply.status, 200);
}

#[test]
fn what_is_asked_of_the_identity_service_is_what_the_standards_have() {
    let provider = Provider::new();
    let stage = provider.stage(|settings| {
        settings.contexts = vec!["loa3".to_owned(), "loa4".to_owned()];
        settings.max_age = Some(600);
    });
    let sent = stage.get("/v1/session/oidc");
    assert_eq!(sent.status, 303);
    let (place, query) = sent.header("location").split_once('?').unwrap();
    let pairs: BTreeMap<_, _> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    assert_eq!(place, format!("{}/auth", provider.issuer));
    let said =
        ["response_type", "client_id", "scope", "code_challenge_method", "acr_values", "max_age", "redirect_uri"].map(|name| pairs[name]);
    let callback = "https%3A%2F%2Flicences.example.cn%2Fv1%2Fsession%2Foidc%2Fcallback";
    assert_eq!(said, ["code", "kanhe", "openid", "S256", "loa3%20loa4", "600", callback]);
    let drawn = ["state", "nonce", "code_challenge"].map(|name| pairs[name]);
    assert!(drawn.iter().all(|value| value.len() == 43), "{drawn:?}");
    let again = stage.get("/v1/session/oidc");
    assert!(drawn.iter().all(|value| !again.header("location").contains(value)), "each errand has its own");
    let cookie = sent.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-kanhe-errand=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure"),
        "{cookie}"
    );
    assert!(drawn.iter().all(|value| !cookie.contains(value)));
}

#[test]
fn a_token_with_one_thing_wrong_signs_nobody_in() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    guangzhou(&stage);
    let rows = [
        ("nonce", "id_token_nonce"),
        ("noNonce", "id_token_nonce"),
        ("audience", "id_token_audience"),
        ("audiences", "id_token_audience"),
        ("party", "id_token_audience"),
        ("issuer", "id_token_issuer"),
        ("expired", "id_token_not_now"),
        ("old", "id_token_not_now"),
        ("future", "id_token_not_now"),
        ("subject", "id_token_malformed"),
        ("unknownKey", "id_token_key_unknown"),
        ("forged", "id_token_signature"),
        ("unsigned", "id_token_algorithm"),
        ("shared", "id_token_algorithm"),
    ];
    for (lie, name) in rows {
        provider.tell(&format!("lie/{lie}"));
        let mut browser = Browser::new(&stage);
        assert_eq!(code(&browser.sign_in_as("S-1")), (401, name.to_owned()), "{lie}");
        assert!(!browser.jar[ADDRESS].contains_key("__Host-kanhe"), "{lie}");
    }
    provider.tell("lie/none");
    assert_eq!(Browser::new(&stage).sign_in_as("S-1").status, 200, "the truth is believed");
}

#[test]
fn a_browser_comes_back_once_in_time_and_from_where_it_was_sent() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    guangzhou(&stage);
    let mut mine = Browser::new(&stage);
    let back = mine.through_the_pages_as("S-1");
    // Somebody sends a victim the address with which he himself would have been signed in.
    let mut victim = Browser::new(&stage);
    victim.fetch("GET", &format!("{ADDRESS}/v1/session/oidc"), "");
    assert_eq!(code(&victim.fetch("GET", &back, "").reply), (403, "oidc_state".to_owned()));
    assert_eq!(code(&Browser::new(&stage).fetch("GET", &back, "").reply), (403, "oidc_state".to_owned()), "without a cookie");
    let change = |from: &str, to: &str| back.replacen(from, to, 1);
    let rows = [
        (change("&state=", "&state=x"), 403, "oidc_state"),
        (change("state=", "stat="), 403, "oidc_state"),
        (change("iss=http", "iss=https"), 403, "oidc_issuer"),
        (change("iss=", "is="), 403, "oidc_issuer"),
        (change("code=", "cod="), 401, "oidc_declined"),
        (change("code=", "error=access_denied&code="), 401, "oidc_declined"),
        (change("code=", "code=x"), 401, "oidc_code_refused"),
    ];
    for (url, status, name) in rows {
        assert_eq!(code(&mine.fetch("GET", &url, "").reply), (status, name.to_owned()), "{url}");
    }
    let mut late = Browser::new(&stage);
    let back = late.through_the_pages_as("S-1");
    stage.later(SignedDuration::from_secs(601));
    assert_eq!(code(&late.fetch("GET", &back, "").reply), (403, "oidc_state".to_owned()));
}

#[test]
fn whoever_cancels_there_is_not_signed_in_here() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    let mut browser = Browser::new(&stage);
    let page = browser.go("GET", &format!("{ADDRESS}/v1/session/oidc"), "");
    let back = browser.go("GET", &format!("{}/abort", action(&page)), "").url;
    assert_eq!(code(&browser.fetch("GET", &back, "").reply), (401, "oidc_declined".to_owned()));
}

#[test]
fn the_identity_service_may_change_its_keys_and_what_it_signs_with() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    guangzhou(&stage);
    assert_eq!(Browser::new(&stage).sign_in_as("S-1").status, 200);
    for algorithm in ["RS256", "ES256", "EdDSA", "Ed25519"] {
        provider.tell(&format!("keys/{algorithm}"));
        // Keys were read a moment ago; whoever makes up names of keys has them read once a minute and no oftener.
        assert_eq!(code(&Browser::new(&stage).sign_in_as("S-1")), (401, "id_token_key_unknown".to_owned()), "{algorithm}");
        stage.later(SignedDuration::from_secs(60));
        assert_eq!(Browser::new(&stage).sign_in_as("S-1").status, 200, "{algorithm}");
    }
}

#[test]
fn nobody_is_signed_in_whom_no_administrator_has_linked() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    let admin = guangzhou(&stage);
    assert_eq!(code(&Browser::new(&stage).sign_in_as("S-2")), (403, "oidc_unlinked".to_owned()));
    let id = OfficerId::of(&stage.house.library, "li.si").to_string();
    let act = |method: &str, what: &str| admin.send(method, &format!("/v1/officers/{id}/{what}"), None);
    // Closed accounts stay closed.
    let mut browser = Browser::new(&stage);
    assert_eq!(browser.sign_in_as("S-1").status, 200);
    let desk = browser.desk();
    assert_eq!(act("POST", "deactivation").status, 200);
    assert_eq!(code(&desk.get("/v1/session")), (401, "session_over".to_owned()));
    assert_eq!(code(&Browser::new(&stage).sign_in_as("S-1")), (403, "oidc_unlinked".to_owned()));
    assert_eq!(act("POST", "reactivation").status, 200);
    // Another subject takes the place of the first, whose sessions end.
    let mut browser = Browser::new(&stage);
    assert_eq!(browser.sign_in_as("S-1").status, 200);
    let desk = browser.desk();
    let line = link(&admin, &stage, "li.si", "S-3").json();
    assert_eq!(line["identity"], json!({ "issuer": provider.issuer, "claim": "sub", "subject": "S-3" }));
    assert_eq!(code(&desk.get("/v1/session")), (401, "session_over".to_owned()));
    assert_eq!(code(&Browser::new(&stage).sign_in_as("S-1")), (403, "oidc_unlinked".to_owned()));
    assert_eq!(Browser::new(&stage).sign_in_as("S-3").status, 200);
    for _ in 0..2 {
        assert_eq!(act("DELETE", "identity").json()["identity"], Value::Null);
    }
    assert_eq!(code(&Browser::new(&stage).sign_in_as("S-3")), (403, "oidc_unlinked".to_owned()));
}

#[test]
fn a_subject_is_one_officer_and_linked_by_an_administrator_of_its_agency() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    let admin = guangzhou(&stage);
    stage.appoint(Office::Guangzhou, "wang.wu", &[Role::Clerk]);
    assert_eq!(link(&admin, &stage, "li.si", "S-1").status, 200, "once more changes nothing");
    assert_eq!(code(&link(&admin, &stage, "wang.wu", "S-1")), (409, "oidc_taken".to_owned()));
    assert_eq!(code(&link(&admin, &stage, "zhang.san", "S-9")), (409, "officer_oneself".to_owned()));
    assert_eq!(code(&link(&admin, &stage, "nobody", "S-9")), (404, "officer_unknown".to_owned()));
    for subject in ["", " S", "a\nb", &"a".repeat(256)] {
        assert_eq!(code(&link(&admin, &stage, "wang.wu", subject)), (422, "oidc_subject".to_owned()), "{subject:?}");
    }
    let other = stage.officer(Office::Housing, "zhao.liu", &[Role::Administrator]);
    assert_eq!(code(&link(&other, &stage, "li.si", "S-9")), (404, "officer_unknown".to_owned()));
    let clerk = stage.officer(Office::Guangzhou, "clerk.one", &[Role::Clerk]);
    assert_eq!(code(&link(&clerk, &stage, "wang.wu", "S-9")), (403, "caller_lacks_right".to_owned()));
}

#[test]
fn the_configuration_says_which_claim_names_an_officer_and_how_people_are_identified() {
    let provider = Provider::new();
    let stage = provider.stage(|settings| {
        settings.claim = "employee".to_owned();
        settings.contexts = vec!["loa3".to_owned()];
        settings.max_age = Some(600);
    });
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    stage.appoint(Office::Guangzhou, "li.si", &[Role::Clerk]);
    link(&admin, &stage, "li.si", "E-1");
    assert_eq!(code(&Browser::new(&stage).sign_in_as("1")), (401, "id_token_context".to_owned()));
    provider.tell("acr/loa2");
    assert_eq!(code(&Browser::new(&stage).sign_in_as("1")), (401, "id_token_context".to_owned()));
    provider.tell("acr/loa3");
    assert_eq!(Browser::new(&stage).sign_in_as("1").status, 200);
}

#[test]
fn without_an_identity_service_or_while_it_is_away_passwords_go_on() {
    let stage = Stage::new();
    for path in ["/v1/session/oidc", "/v1/session/oidc/callback?code=x&state=y", "/v1/session/oidc/end"] {
        assert_eq!(code(&stage.get(path)), (404, "oidc_not_offered".to_owned()), "{path}");
    }
    let told =
        stage.send("POST", "/v1/session/oidc/logout", &[("content-type", "application/x-www-form-urlencoded")], b"logout_token=a.b.c");
    assert_eq!(code(&told), (404, "oidc_not_offered".to_owned()));
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    stage.appoint(Office::Guangzhou, "li.si", &[Role::Clerk]);
    assert_eq!(code(&link(&admin, &stage, "li.si", "S-1")), (404, "oidc_not_offered".to_owned()));
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    drop(provider);
    assert_eq!(code(&stage.get("/v1/session/oidc")), (502, "oidc_unreachable".to_owned()));
    stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
}

#[test]
fn a_client_that_the_identity_service_does_not_know_is_told_so() {
    let provider = Provider::new();
    let stage = provider.stage(|settings| settings.client_secret = Some(Zeroizing::new("another".to_owned())));
    guangzhou(&stage);
    assert_eq!(code(&Browser::new(&stage).sign_in_as("S-1")), (401, "oidc_code_refused".to_owned()));
}

#[test]
fn an_identity_service_that_is_down_is_asked_every_five_seconds_and_not_by_everybody() {
    let provider = Provider::new();
    let (asked, is_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, up) = (asked.clone(), is_up.clone());
    let stage = provider.stage_that(
        Box::new(move |question| {
            count.fetch_add(1, Ordering::SeqCst);
            if up.load(Ordering::SeqCst) { ask(question) } else { Err(Miss::TimedOut) }
        }),
        |_| {},
    );
    let sent = || stage.get("/v1/session/oidc");
    for path in ["/v1/session/oidc", "/v1/session/oidc", "/v1/session/oidc/end"] {
        assert_eq!(code(&stage.get(path)), (502, "oidc_unreachable".to_owned()));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "who comes next is told at once");
    let lines: Vec<Value> = stage.log_lines().into_iter().map(|line| line["fields"].clone()).collect();
    let told: Vec<_> = lines.iter().filter(|fields| fields["message"] == "the identity service did not answer").collect();
    assert_eq!(told.iter().map(|fields| &fields["reason"]).collect::<Vec<_>>(), ["timed_out"], "{lines:?}");
    stage.later(SignedDuration::from_secs(4));
    assert_eq!((sent().status, asked.load(Ordering::SeqCst)), (502, 1));
    stage.later(SignedDuration::from_secs(1));
    assert_eq!((sent().status, asked.load(Ordering::SeqCst)), (502, 2));
    is_up.store(true, Ordering::SeqCst);
    assert_eq!((sent().status, asked.load(Ordering::SeqCst)), (502, 2));
    stage.later(SignedDuration::from_secs(5));
    assert_eq!((sent().status, sent().status), (303, 303));
    // Its description and its keys, which are remembered now.
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}
