//! What was approved before, for whoever asks again: done once, told again, and shown to nobody who may not see it.

use crate::agencies::*;
use crate::applications::{agreed, decide};
use crate::stage::{Reply, Stage};
use kanhe_service::accounts::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread;

const HE: Person = Person { login: "he.approver", ..ZHOU };

/// An application that waits for its decision.
fn waiting(stage: &Stage) -> String {
    let code = stage.lodged(WANG, 1);
    agreed(stage, &code);
    code
}

/// What the auditors read of who has seen a certificate, how many times of each.
fn looks(stage: &Stage, identifier: &Value) -> BTreeMap<(String, String), usize> {
    let mut looks = BTreeMap::new();
    for told in stage.get_as(WU, "/v1/audit/uses?limit=1000").json()["uses"].as_array().unwrap() {
        if told["subject"] == *identifier {
            let word = |member: &str| told[member].as_str().unwrap().to_owned();
            *looks.entry((word("actor"), word("act"))).or_default() += 1;
        }
    }
    looks
}

#[test]
fn who_approves_what_another_has_approved_sees_no_more_than_the_register_shows() {
    let stage = Stage::new();
    let code = waiting(&stage);
    let first = decide(&stage, ZHOU, &code, "approval");
    let (file, identifier) = (&first.json()["file"], &first.json()["certificate"]["identifier"]);
    assert!(file.as_str().is_some_and(|file| !file.is_empty()), "who approves it hands it out");
    assert!(looks(&stage, identifier).is_empty(), "the log tells who has approved it");
    let again = |who: Person| {
        let reply = decide(&stage, who, &code, "approval");
        assert_eq!((reply.status, reply.json()["result"].as_str()), (200, Some("before")), "{}", who.login);
        assert_eq!(reply.json()["certificate"]["identifier"], *identifier);
        reply.json()["file"].clone()
    };
    let whole = Person { login: "lv.both", roles: &[Role::Approver, Role::Auditor], ..ZHOU };
    let elsewhere = Person { login: "lv.approver", ..HE };
    assert_eq!((again(ZHOU), again(HE), again(whole), again(elsewhere)), (file.clone(), Value::Null, file.clone(), Value::Null));
    let refused = stage.get_as(HE, &format!("/v1/certificates/{}/certificate", identifier.as_str().unwrap()));
    assert_eq!((refused.status, refused.code().as_str()), (403, "caller_lacks_right"), "the one door as the other");
    let looked = |who: Person, act: &str| ((stage.actor(who), act.to_owned()), 1);
    let expected = [looked(ZHOU, "shown_whole"), looked(HE, "shown"), looked(whole, "shown_whole"), looked(elsewhere, "shown")];
    assert_eq!(looks(&stage, identifier), expected.into());
}

#[test]
fn who_hands_the_same_application_in_has_said_all_that_its_file_says() {
    let stage = Stage::new();
    let other = Person { login: "wang.second", ..WANG };
    let hand_in = |who: Person, number: usize| {
        let mut application = operator(number);
        application["request_id"] = json!("R-1");
        stage.post_as(who, "/v1/certificates", &issue(OPERATOR, application))
    };
    let first = hand_in(WANG, 1);
    let again = hand_in(other, 1);
    assert_eq!((first.status, again.status, &again.json()["file"]), (201, 200, &first.json()["file"]));
    // Who knows the request, and not whose it is, learns nothing.
    let guessed = hand_in(other, 2);
    assert_eq!((guessed.status, guessed.code().as_str()), (409, "request_reused"));
}

#[test]
fn what_is_approved_twice_at_the_same_moment_is_approved_once() {
    let stage = Stage::new();
    let path = format!("/v1/applications/{}/approval", waiting(&stage));
    stage.actor(ZHOU);
    let replies: Vec<Reply> = thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| stage.post_as(ZHOU, &path, &grounds()))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let mut answered: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    answered.sort_unstable();
    assert_eq!(answered, [200, 200, 200, 200, 200, 200, 200, 201], "{}", replies[0].json());
    assert!(replies.iter().all(|reply| reply.json()["file"] == replies[0].json()["file"]));
    assert_eq!(stage.house.library.certificates().unwrap(), 1);
}
