//! What an agency says of its webhooks: whose they are, how many, with which secrets, and that they go.

use super::{Letter, Receiver, hook, rounds, secret_of, send};
use crate::office::issue;
use crate::people::PASSWORD;
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_service::webhooks::courier::{Round, due};
use kanhe_service::webhooks::{Fate, Hook, Secret, deliveries_of, put_hook, remove_hook, signature};
use kanhe_store::{Pen, StoreError};
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn a_new_secret_signs_beside_the_old_one_until_its_days_are_over() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let first = hook(&desk, &json!({ "address": receiver.address, "types": ["special-work-operator"] }));
    let path = format!("/v1/webhooks/{}/rotation", first["id"].as_str().unwrap());
    assert_eq!(desk.post(&path, &json!({ "overlap_days": 91 })).status, 400);
    let next = desk.post(&path, &json!({ "overlap_days": 1 })).json();
    assert_eq!(next["id"], first["id"]);
    let signed = |letter: &Letter, hook: &Value| signature(&secret_of(hook), &letter.id, letter.second, &letter.body);
    issue(&stage, 1);
    send(&stage);
    let letter = receiver.letters().pop().unwrap();
    assert_eq!(letter.signature, format!("{} {}", signed(&letter, &next), signed(&letter, &first)), "both, the newest first");
    stage.later(SignedDuration::from_hours(25));
    issue(&stage, 2);
    send(&stage);
    let letter = receiver.letters().pop().unwrap();
    assert_eq!(letter.signature, signed(&letter, &next));
    let shown = stage.sign_in("zhao", PASSWORD, None).get("/v1/webhooks").json();
    assert_eq!(shown["webhooks"][0]["types"], first["types"], "a type by the name of its file");
}

#[test]
fn the_secret_that_a_receiver_has_signs_on_where_the_answer_to_a_rotation_was_lost() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let first = hook(&desk, &json!({ "address": receiver.address }));
    let path = format!("/v1/webhooks/{}/rotation", first["id"].as_str().unwrap());
    let rotate = |name: &str, days: u32| desk.send_once(name, "POST", &path, &json!({ "overlap_days": days }));
    let lost = rotate("K-1", 7).json();
    let again = rotate("K-1", 7);
    assert_eq!((again.status, again.code().as_str()), (409, "idempotency_shown_once"));
    let next = rotate("K-2", 7).json();
    let signed = |letter: &Letter, hooks: &[&Value]| {
        let by = |hook: &&Value| signature(&secret_of(hook), &letter.id, letter.second, &letter.body);
        hooks.iter().map(by).collect::<Vec<_>>().join(" ")
    };
    let told = |person: usize| {
        issue(&stage, person);
        send(&stage);
        receiver.letters().pop().unwrap()
    };
    let letter = told(1);
    assert_eq!(letter.signature, signed(&letter, &[&next, &lost, &first]));
    let last = rotate("K-3", 0).json();
    let letter = told(2);
    assert_eq!(letter.signature, signed(&letter, &[&last]), "no overlap ends all from before");
    assert!((0..10).all(|number| rotate(&format!("L-{number}"), 7).status == 200));
    assert_eq!(rotate("M", 7).code(), "rotation_too_many");
}

#[test]
fn an_agency_hears_of_its_own_certificates_and_has_its_own_hooks() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let ours = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let others = stage.officer(Office::Guangzhou, "qian", &[Role::Administrator]);
    let theirs = hook(&others, &json!({ "address": receiver.address }));
    issue(&stage, 1);
    assert_eq!(send(&stage), Round::default());
    let path = format!("/v1/webhooks/{}", theirs["id"].as_str().unwrap());
    assert_eq!(ours.send("DELETE", &path, None).code(), "hook_unknown");
    assert_eq!(ours.send("GET", "/v1/webhooks", None).json()["webhooks"], json!([]));
    let listed = others.send("GET", "/v1/webhooks", None).json();
    assert_eq!((listed["webhooks"][0]["id"].clone(), listed["webhooks"][0]["secret"].clone()), (theirs["id"].clone(), Value::Null));
    assert_eq!(others.send("DELETE", &path, None).status, 204);
    assert_eq!(others.send("GET", "/v1/webhooks", None).json()["webhooks"], json!([]));
}

#[test]
fn what_was_to_be_told_to_a_hook_goes_with_it() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let made = hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    issue(&stage, 1);
    rounds(&stage.house, &|_, _, _| Ok(410));
    issue(&stage, 2);
    let [ours]: [Hook; 1] = due(&stage.house).unwrap().try_into().unwrap();
    let left = |fate| deliveries_of(&stage.house.library, &ours.id, fate, None, 10).unwrap().0.len();
    assert_eq!((left(Fate::Waiting), left(Fate::Dead)), (1, 1));
    assert_eq!(desk.send("DELETE", &format!("/v1/webhooks/{}", made["id"].as_str().unwrap()), None).status, 204);
    assert_eq!((left(Fate::Waiting), left(Fate::Dead)), (0, 0));
}

#[test]
fn a_letter_that_was_on_its_way_to_a_hook_that_is_gone_is_not_kept() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    issue(&stage, 1);
    let [ours]: [Hook; 1] = due(&stage.house).unwrap().try_into().unwrap();
    let (house, gone) = (Arc::clone(&stage.house), ours.clone());
    let taken_away = move |_: &str, _: &[(&str, String)], _: &[u8]| {
        let removed = |pen: &mut Pen<'_>| -> Result<(), StoreError> {
            remove_hook(pen, &gone);
            Ok(())
        };
        house.library.commit(removed).unwrap();
        Ok(503)
    };
    rounds(&stage.house, &taken_away);
    assert_eq!(deliveries_of(&stage.house.library, &ours.id, Fate::Waiting, None, 10).unwrap().0, []);
}

#[test]
fn a_hook_that_cannot_be_is_refused_by_its_code() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let rows = [
        (json!({ "address": "http://app.example.cn/" }), 422, "hook_address"),
        (json!({ "address": "https://app.example.cn:99999/" }), 422, "hook_address"),
        (json!({ "address": "https:///hooks" }), 422, "hook_address"),
        (json!({ "address": "https://app.example.cn/", "acts": ["eat"] }), 400, "request_malformed"),
        (json!({ "address": "https://app.example.cn/", "types": ["11100000000013338W999"] }), 422, "type_unknown"),
    ];
    for (body, status, code) in rows {
        let reply = desk.post("/v1/webhooks", &body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}");
    }
    let clerk = stage.key(Office::Housing, &[Role::Clerk], None);
    assert_eq!(stage.call(&clerk, "GET", "/v1/webhooks", None).code(), "caller_lacks_right");
}

/// Gives Housing hooks of these numbers, whether or not it may have them.
fn housed(stage: &Stage, numbers: std::ops::Range<u8>) {
    let agency = Office::Housing.code();
    for number in numbers {
        let (id, secret, address) = ([number; 8], Secret::new([number; 32]), "https://app.example.cn/".to_owned());
        let hook = Hook { id, agency, address, secret, acts: Vec::new(), types: Vec::new(), next: 0, older: None, oldest: None };
        stage.house.library.commit(|pen| put_hook(pen, &hook)).unwrap();
    }
}

#[test]
fn of_many_hooks_that_are_named_at_once_none_is_more_than_the_agency_may_have() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    housed(&stage, 0..47);
    let name = || desk.post("/v1/webhooks", &json!({ "address": "https://app.example.cn/" }));
    let replies: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(name)).collect();
        asked.into_iter().map(|reply| reply.join().unwrap()).collect()
    });
    let codes: Vec<_> = replies.iter().filter(|reply| reply.status != 201).map(|reply| (reply.status, reply.code())).collect();
    assert_eq!(codes, vec![(409, "hook_too_many".to_owned()); 9]);
    let others = stage.officer(Office::Guangzhou, "qian", &[Role::Administrator]);
    hook(&others, &json!({ "address": "https://app.example.cn/" }));
}

#[test]
fn a_hook_that_is_one_too_many_is_listed_and_can_be_taken_away() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    housed(&stage, 0..51);
    let listed = || desk.get("/v1/webhooks").json()["webhooks"].as_array().unwrap().len();
    assert_eq!(
        (listed(), desk.post("/v1/webhooks", &json!({ "address": "https://app.example.cn/" })).code()),
        (51, "hook_too_many".into())
    );
    for last in [50, 49] {
        let path = format!("/v1/webhooks/{}", format!("{last:02x}").repeat(8));
        assert_eq!(desk.send("DELETE", &path, None).status, 204);
    }
    assert_eq!(listed(), 49);
    hook(&desk, &json!({ "address": "https://app.example.cn/" }));
}
