//! Who signs out at the identity service is signed out here (OpenID Connect Back-Channel Logout 1.0).

use super::{code, guangzhou, link};
use crate::browser::{Browser, Provider};
use crate::people::Desk;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::json;

/// The service to which the identity service says who has signed out.
fn told_to(provider: &Provider, stage: &Stage) {
    provider.tell(&format!("service/{}", stage.address().port()));
}

/// A browser in which somebody is signed in.
fn signed_in<'s>(stage: &'s Stage, login: &str) -> Browser<'s> {
    let mut browser = Browser::new(stage);
    assert_eq!(browser.sign_in_as(login).status, 200, "{login}");
    browser
}

fn is_at_work(desk: &Desk<'_>) -> bool {
    let reply = desk.get("/v1/session");
    assert!(reply.status == 200 || code(&reply) == (401, "session_over".to_owned()), "{reply:?}");
    reply.status == 200
}

#[test]
fn who_signs_out_at_the_identity_service_is_signed_out_here_and_nobody_else() {
    let provider = Provider::new();
    // Another claim than `sub` names officers: a logout token has `sub` alone.
    let stage = provider.stage(|settings| settings.claim = "employee".to_owned());
    told_to(&provider, &stage);
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    for (login, subject) in [("li.si", "E-1"), ("wang.wu", "E-2")] {
        stage.appoint(Office::Guangzhou, login, &[Role::Clerk]);
        assert_eq!(link(&admin, &stage, login, subject).status, 200);
    }
    let (mut first, second, other) = (signed_in(&stage, "1"), signed_in(&stage, "1"), signed_in(&stage, "2"));
    let desks = [first.desk(), second.desk(), other.desk()];
    first.sign_out_there();
    assert_eq!(provider.outcome(), "200");
    assert_eq!(desks.each_ref().map(is_at_work), [false, false, true], "without a name of the session all of the subject end");
    assert!(is_at_work(&admin), "who came in by a password is not the identity service's to send away");
    // With the names of sessions each ends by itself.
    provider.tell("sid/yes");
    stage.later(SignedDuration::from_secs(60));
    let (mut first, second) = (signed_in(&stage, "1"), signed_in(&stage, "1"));
    let desks = [first.desk(), second.desk()];
    first.sign_out_there();
    assert_eq!((provider.outcome().as_str(), desks.each_ref().map(is_at_work)), ("200", [false, true]));
}

#[test]
fn a_logout_token_with_one_thing_wrong_or_that_came_before_signs_nobody_out() {
    let provider = Provider::new();
    let stage = provider.stage(|_| {});
    told_to(&provider, &stage);
    guangzhou(&stage);
    let rows = [
        ("nonce", "logout_token_nonce"),
        ("audience", "logout_token_audience"),
        ("audiences", "logout_token_audience"),
        ("issuer", "logout_token_issuer"),
        ("expired", "logout_token_not_now"),
        ("old", "logout_token_not_now"),
        ("future", "logout_token_not_now"),
        ("event", "logout_token_event"),
        ("nobody", "logout_token_nobody"),
        ("nameless", "logout_token_malformed"),
        ("type", "logout_token_type"),
        ("unknownKey", "logout_token_key_unknown"),
        ("forged", "logout_token_signature"),
        ("unsigned", "logout_token_algorithm"),
        ("shared", "logout_token_algorithm"),
    ];
    for (lie, name) in rows {
        provider.tell("lie/none");
        let mut leaving = signed_in(&stage, "S-1");
        let desk = leaving.desk();
        provider.tell(&format!("lie/{lie}"));
        leaving.sign_out_there();
        assert_eq!((provider.outcome(), is_at_work(&desk)), (format!("400 {name}"), true), "{lie}");
    }
    provider.tell("lie/none");
    let kept = signed_in(&stage, "S-1").desk();
    signed_in(&stage, "S-1").sign_out_there();
    assert_eq!((provider.outcome().as_str(), is_at_work(&kept)), ("200", false), "the truth is believed");
    let back = signed_in(&stage, "S-1").desk();
    provider.tell("again");
    assert_eq!((provider.outcome().as_str(), is_at_work(&back)), ("400 logout_token_again", true));
    // A service that has not heard it, because it was started again, ends what had begun when it was said.
    let stage = provider.stage(|_| {});
    told_to(&provider, &stage);
    guangzhou(&stage);
    stage.later(SignedDuration::from_secs(90));
    let later = signed_in(&stage, "S-1").desk();
    provider.tell("again");
    assert_eq!((provider.outcome().as_str(), is_at_work(&later)), ("200", true));
    for (body, name) in
        [("", "request_malformed"), ("logout_token=a.b.c", "logout_token_malformed"), ("logout_token=x", "logout_token_malformed")]
    {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(code(&stage.send("POST", "/v1/session/oidc/logout", &headers, body.as_bytes())), (400, name.to_owned()), "{body}");
    }
    let json = stage.post("/v1/session/oidc/logout", &json!({ "logout_token": "a.b.c" }));
    assert_eq!(code(&json), (415, "media_type_unknown".to_owned()));
}
