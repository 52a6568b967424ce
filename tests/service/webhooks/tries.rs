//! Letters that do not arrive: how often they are tried, when they are dead, and how they are sent again.

use super::{Receiver, hook, rounds, send};
use crate::office::issue;
use crate::people::{Desk, PASSWORD};
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_core::wire;
use kanhe_service::accounts::Role;
use kanhe_service::measure::Recorder;
use kanhe_service::webhooks::courier::{Round, due};
use kanhe_service::webhooks::{Delivery, Fate, Hook, Miss, deliveries_of};
use kanhe_store::Drawer;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn what_does_not_arrive_in_three_days_is_dead_and_can_be_sent_again() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": receiver.address }));
    receiver.answers(500);
    let recorder = Recorder::install().unwrap();
    issue(&stage, 1);
    for _ in 0..80 {
        send(&stage);
        stage.later(SignedDuration::from_hours(1));
    }
    // The session has ended with the day.
    let desk = stage.sign_in("zhao", PASSWORD, None);
    let deliveries = |state: &str| {
        let path = format!("/v1/webhooks/{}/deliveries?state={state}", hook["id"].as_str().unwrap());
        desk.get(&path).json()["deliveries"].as_array().unwrap().clone()
    };
    let dead = deliveries("dead");
    assert_eq!((deliveries("waiting").len(), dead.len()), (0, 1));
    assert_eq!((dead[0]["tries"].as_u64(), dead[0]["status"].as_u64()), (Some(10), Some(500)));
    let counted = stage.beside(recorder.router(&stage.house, None), "/metrics");
    assert!(counted.lines().any(|line| line == "kanhe_webhook_letters_dead_total 1"), "{counted}");
    receiver.answers(200);
    assert_eq!(send(&stage), Round::default());
    let again = |index: &Value| format!("/v1/webhooks/{}/deliveries/{index}/replay", hook["id"].as_str().unwrap());
    assert_eq!(desk.send("POST", &again(&dead[0]["index"]), None).status, 202);
    assert_eq!(send(&stage), Round { arrived: 1, failed: 0, dead: 0 });
    assert_eq!(desk.send("POST", &again(&dead[0]["index"]), None).code(), "delivery_unknown");
}

/// What waits for a hook, or is dead: how far behind the first event each is, how often it was tried, and what the receiver said.
fn told_of(desk: &Desk<'_>, hook: &Value, state: &str) -> Vec<(u64, u64, u64)> {
    let path = format!("/v1/webhooks/{}/deliveries?state={state}", hook["id"].as_str().unwrap());
    let number = |delivery: &Value, name: &str| delivery[name].as_u64().unwrap();
    let listed = desk.get(&path).json()["deliveries"].as_array().unwrap().clone();
    let first = hook["next"].as_u64().unwrap();
    listed.iter().map(|one| (number(one, "index") - first, number(one, "tries"), number(one, "status"))).collect()
}

#[test]
fn a_letter_that_was_never_sent_was_never_tried_and_is_not_dead() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    let sent = Arc::new(AtomicUsize::new(0));
    let answering = |status: u16| {
        let sent = Arc::clone(&sent);
        move |_: &str, _: &[(&str, String)], _: &[u8]| {
            sent.fetch_add(1, Ordering::SeqCst);
            Ok(status)
        }
    };
    for person in 1..=3 {
        issue(&stage, person);
        // What is new calls nobody to the door before its time.
        rounds(&stage.house, &answering(500));
    }
    assert_eq!((told_of(&desk, &hook, "waiting"), sent.load(Ordering::SeqCst)), (vec![(0, 1, 500), (1, 0, 0), (2, 0, 0)], 1));
    stage.later(SignedDuration::from_secs(6));
    assert_eq!(rounds(&stage.house, &answering(410)), Round { arrived: 0, failed: 1, dead: 1 });
    assert_eq!(told_of(&desk, &hook, "dead"), [(0, 2, 410)]);
    assert_eq!(told_of(&desk, &hook, "waiting"), [(1, 0, 0), (2, 0, 0)]);
    assert_eq!(rounds(&stage.house, &answering(204)), Round { arrived: 2, failed: 0, dead: 0 });
    assert_eq!((told_of(&desk, &hook, "waiting"), sent.load(Ordering::SeqCst)), (vec![], 4));
}

#[test]
fn a_letter_that_waits_behind_another_can_be_sent_at_once_and_overtakes_none() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": receiver.address }));
    receiver.answers(500);
    (1..=2).for_each(|person| drop(issue(&stage, person)));
    send(&stage);
    receiver.answers(200);
    assert_eq!(send(&stage), Round::default(), "the first is tried again in five seconds");
    let second = hook["next"].as_u64().unwrap() + 1;
    let path = format!("/v1/webhooks/{}/deliveries/{second}/replay", hook["id"].as_str().unwrap());
    assert_eq!(desk.send("POST", &path, None).status, 202);
    assert_eq!(send(&stage), Round { arrived: 2, failed: 0, dead: 0 });
    let told: Vec<_> = receiver.letters().iter().map(|letter| letter.id.rsplit('_').next().unwrap().parse::<u64>().unwrap()).collect();
    assert_eq!(told, [second - 1, second]);
}

#[test]
fn a_letter_that_waits_for_its_next_try_can_be_sent_at_once() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": receiver.address }));
    receiver.answers(500);
    issue(&stage, 1);
    for _ in 0..4 {
        send(&stage);
        stage.later(SignedDuration::from_mins(6));
    }
    receiver.answers(200);
    assert_eq!(send(&stage), Round::default(), "it is not tried again for half an hour");
    let path = format!("/v1/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
    let index = desk.get(&format!("{path}?state=waiting")).json()["deliveries"][0]["index"].clone();
    assert_eq!(desk.send("POST", &format!("{path}/{index}/replay"), None).status, 202);
    assert_eq!(send(&stage), Round { arrived: 1, failed: 0, dead: 0 });
}

#[test]
fn of_what_nobody_answered_it_is_said_why() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    issue(&stage, 1);
    let path = format!("/v1/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
    let waiting = || desk.get(&format!("{path}?state=waiting")).json()["deliveries"][0].clone();
    let reason = || waiting()["reason"].clone();
    let mut codes = Vec::new();
    // Where the event is lost, nobody is asked.
    for miss in Miss::ALL.into_iter().filter(|miss| *miss != Miss::NoEvent) {
        assert_eq!(rounds(&stage.house, &move |_, _, _| Err(miss)).failed, 1, "{miss:?}");
        let told = reason();
        assert!(!told["meaning"]["zh"].as_str().unwrap().is_ascii() && told["meaning"]["en"] != told["code"], "{told}");
        codes.push(told["code"].as_str().unwrap().to_owned());
        // Otherwise its next try would be hours away.
        assert_eq!(desk.send("POST", &format!("{path}/{}/replay", waiting()["index"]), None).status, 202);
    }
    assert_eq!(codes, ["hook_host_unknown", "hook_refused", "hook_tls", "hook_timed_out", "hook_broken", "hook_no_http"]);
    rounds(&stage.house, &|_, _, _| Ok(503));
    assert_eq!(reason(), Value::Null, "who answers has taken the letter, or says so himself");
}

#[test]
fn a_letter_about_an_event_that_is_lost_is_not_put_into_its_receivers_mouth() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let made = hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    issue(&stage, 1);
    let [ours]: [Hook; 1] = due(&stage.house).unwrap().try_into().unwrap();
    let [waiting] = deliveries_of(&stage.house.library, &ours.id, Fate::Waiting, None, 9).unwrap().0.try_into().unwrap();
    let lost = Delivery { index: 99, ..waiting };
    let place = [ours.id.as_slice(), &[0], &lost.index.to_be_bytes()].concat();
    stage.house.library.commit(|pen| pen.put_office(Drawer::Deliveries, &place, &wire::to_vec(&lost))).unwrap();
    assert_eq!(rounds(&stage.house, &|_, _, _| Ok(204)), Round { arrived: 1, failed: 1, dead: 1 });
    let dead = desk.get(&format!("/v1/webhooks/{}/deliveries?state=dead", made["id"].as_str().unwrap())).json()["deliveries"][0].clone();
    assert_eq!((&dead["index"], &dead["reason"]["code"]), (&json!(99), &json!("hook_event_missing")));
}

#[test]
fn a_hook_whose_letters_cannot_be_read_keeps_no_others_letters_back() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let made = [(); 2].map(|()| hook(&desk, &json!({ "address": receiver.address }))["id"].as_str().unwrap().to_owned());
    issue(&stage, 1);
    // The one that is looked at first is damaged.
    let first = due(&stage.house).unwrap().remove(0);
    let [place] = stage.house.library.office_page(Drawer::Deliveries, &first.id, None, 9).unwrap().papers.try_into().unwrap();
    stage.house.library.commit(|pen| pen.put_office(Drawer::Deliveries, &place.0, b"?")).unwrap();
    assert_eq!(send(&stage), Round { arrived: 1, failed: 0, dead: 0 });
    let lines = stage.log_lines();
    let told = lines.iter().map(|line| &line["fields"]).find(|fields| fields["message"] == "letters could not be sent").unwrap();
    assert_eq!((told["hook"].as_str(), &told["code"]), (Some(first.name().as_str()), &json!("store_malformed")));
    assert!(made.contains(&first.name()), "it is called as its agency knows it");
}

#[test]
fn an_event_that_is_lost_before_it_was_looked_at_is_told_of_as_lost() {
    let stage = Stage::new();
    hook(&stage.officer(Office::Housing, "zhao", &[Role::Administrator]), &json!({ "address": "https://app.example.cn/" }));
    let lost = stage.house.library.log_size().unwrap();
    issue(&stage, 1);
    issue(&stage, 2);
    let stage = stage.restarted_without(lost);
    let [ours]: [Hook; 1] = due(&stage.house).unwrap().try_into().unwrap();
    assert_eq!(rounds(&stage.house, &|_, _, _| Ok(204)), Round { arrived: 1, failed: 0, dead: 0 }, "the other waits for nothing");
    let [dead] = deliveries_of(&stage.house.library, &ours.id, Fate::Dead, None, 9).unwrap().0.try_into().unwrap();
    assert_eq!((dead.index, dead.miss), (lost, Some(Miss::NoEvent)));
}
