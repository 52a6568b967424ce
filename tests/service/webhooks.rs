//! Webhooks: a receiver over real HTTP is told what happens, once it can be reached, and can check who tells it.

mod hooks;

use crate::office::{issue, issue_by, revoke};
use crate::people::{Desk, PASSWORD};
use crate::stage::Stage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use kanhe_core::wire;
use kanhe_service::accounts::Role;
use kanhe_service::house::House;
use kanhe_service::measure::Recorder;
use kanhe_service::webhooks::courier::{Post, Round, due, keep_up, round};
use kanhe_service::webhooks::{Delivery, Fate, Hook, Miss, Secret, deliveries_of, signature};
use kanhe_store::Drawer;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A letter as it arrived.
#[derive(Clone, Debug)]
struct Letter {
    id: String,
    second: i64,
    signature: String,
    body: Vec<u8>,
}

/// Somebody who is told, and answers as a story wants.
struct Receiver {
    address: String,
    answers: Arc<Mutex<u16>>,
    letters: Arc<Mutex<Vec<Letter>>>,
}

impl Receiver {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hooks", listener.local_addr().unwrap());
        let (answers, letters) = (Arc::new(Mutex::new(204)), Arc::new(Mutex::new(Vec::new())));
        let (answer, taken) = (Arc::clone(&answers), Arc::clone(&letters));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let letter = read(&mut stream);
                let status = *answer.lock().unwrap();
                if status < 300 {
                    taken.lock().unwrap().push(letter);
                }
                let _ = write!(stream.get_mut(), "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        Self { address, answers, letters }
    }

    fn answers(&self, status: u16) {
        *self.answers.lock().unwrap() = status;
    }

    fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

fn read(stream: &mut impl BufRead) -> Letter {
    let mut letter = Letter { id: String::new(), second: 0, signature: String::new(), body: Vec::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => match name.to_ascii_lowercase().as_str() {
                "webhook-id" => value.clone_into(&mut letter.id),
                "webhook-timestamp" => letter.second = value.parse().unwrap(),
                "webhook-signature" => value.clone_into(&mut letter.signature),
                "content-length" => length = value.parse().unwrap(),
                _ => {}
            },
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    letter.body = vec![0; length];
    stream.read_exact(&mut letter.body).unwrap();
    letter
}

/// What the courier of the executable does, with a client of the test's.
fn post(address: &str, headers: &[(&str, String)], body: &[u8]) -> Result<u16, Miss> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut request = agent.post(address);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.send(body).map(|reply| reply.status().as_u16()).map_err(|_| Miss::Refused)
}

/// A round for each hook that has something due, one after the other.
pub fn rounds(house: &House, post: &Post) -> Round {
    due(house).unwrap().iter().map(|hook| round(house, hook, post, &|| true).unwrap()).fold(Round::default(), |all, one| Round {
        arrived: all.arrived + one.arrived,
        failed: all.failed + one.failed,
        dead: all.dead + one.dead,
    })
}

fn send(stage: &Stage) -> Round {
    rounds(&stage.house, &post)
}

/// Waits for what happens beside the story, and fails if it does not.
fn wait_until(happened: impl Fn() -> bool) {
    for _ in 0..400 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("it has not happened");
}

/// Names an address, and returns the hook as it was shown this once.
fn hook(desk: &Desk<'_>, body: &Value) -> Value {
    let reply = desk.post("/v1/webhooks", body);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

fn secret_of(hook: &Value) -> Secret {
    let text = hook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    Secret::new(STANDARD.decode(text).unwrap().try_into().unwrap())
}

#[test]
fn who_is_named_is_told_what_happens_and_can_check_who_tells_it() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let before = issue(&stage, 1);
    let hook = hook(&desk, &json!({ "address": receiver.address }));
    let after = issue(&stage, 2);
    revoke(&stage, &before);
    assert_eq!(send(&stage), Round { arrived: 2, failed: 0, dead: 0 });
    let letters = receiver.letters();
    let told: Vec<Value> = letters.iter().map(|letter| serde_json::from_slice(&letter.body).unwrap()).collect();
    assert_eq!(
        told.iter().map(|body| (body["type"].as_str().unwrap(), body["data"]["certificate"].as_str().unwrap())).collect::<Vec<_>>(),
        [("certificate.issue", after.identifier.to_string().as_str()), ("certificate.revoke", before.identifier.to_string().as_str())]
    );
    for letter in &letters {
        assert_eq!(letter.signature, signature(&secret_of(&hook), &letter.id, letter.second, &letter.body));
        assert_eq!(letter.second, stage.house.now().as_second());
        assert!(!String::from_utf8_lossy(&letter.body).contains("张小明"));
    }
    assert_eq!(send(&stage), Round::default());
}

#[test]
fn a_receiver_that_is_down_for_an_hour_is_told_everything_in_order_and_once() {
    let (stage, receiver) = (Stage::new(), Receiver::new());
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    hook(&desk, &json!({ "address": receiver.address, "acts": ["issue", "revoke"] }));
    receiver.answers(503);
    let certificates: Vec<_> = (1..=3).map(|person| issue(&stage, person)).collect();
    for _ in 0..60 {
        send(&stage);
        stage.later(SignedDuration::from_mins(1));
    }
    assert_eq!(receiver.letters().len(), 0);
    revoke(&stage, &certificates[0]);
    receiver.answers(200);
    // The oldest is tried for the fifth time after two hours and a half; the others wait behind it.
    for _ in 0..100 {
        send(&stage);
        stage.later(SignedDuration::from_mins(1));
    }
    let told: Vec<_> = receiver.letters().iter().map(|letter| letter.id.clone()).collect();
    let mut once = told.clone();
    once.sort();
    once.dedup();
    assert_eq!((told.len(), once.len()), (4, 4));
}

#[test]
fn nobody_waits_for_a_receiver_of_another_agency_that_answers_late() {
    let (stage, slow, fast) = (Stage::new(), Receiver::new(), Receiver::new());
    let ours = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let others = stage.officer(Office::Guangzhou, "qian", &[Role::Administrator]);
    (0..6).for_each(|_| drop(hook(&ours, &json!({ "address": slow.address }))));
    hook(&others, &json!({ "address": fast.address }));
    // It takes a letter, and does not answer.
    let held = slow.answers.lock().unwrap();
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let post = move |address: &str, headers: &[(&str, String)], body: &[u8]| {
        counted.fetch_add(1, Ordering::SeqCst);
        post(address, headers, body)
    };
    let _courier = stage.runs(keep_up(stage.house.clone(), Arc::new(post), Duration::from_millis(10)));
    (1..=3).for_each(|person| drop(issue(&stage, person)));
    // As many as an agency may have on their way at a time.
    wait_until(|| begun.load(Ordering::SeqCst) == 4);
    issue_by(&stage, Office::Guangzhou, 4);
    wait_until(|| fast.letters().len() == 1);
    assert_eq!(slow.letters().len(), 0);
    drop(held);
    wait_until(|| slow.letters().len() == 18);
    let (letters, mut hooks) = (slow.letters(), std::collections::BTreeMap::<_, Vec<_>>::new());
    for letter in &letters {
        let (hook, index) = letter.id.rsplit_once('_').unwrap();
        hooks.entry(hook).or_default().push(index);
    }
    assert_eq!(hooks.len(), 6);
    assert!(hooks.values().all(|told| told.is_sorted() && told.len() == 3), "{hooks:?}");
}

#[test]
fn a_round_that_was_called_for_before_another_failed_tries_nothing_before_its_time() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    issue(&stage, 1);
    let called_for = due(&stage.house).unwrap();
    let made = |post: &Post| round(&stage.house, &called_for[0], post, &|| true).unwrap();
    assert_eq!(made(&|_, _, _| Ok(503)), Round { arrived: 0, failed: 1, dead: 0 });
    assert_eq!(made(&|_, _, _| panic!("it is tried again in five seconds")), Round::default());
}

#[test]
fn a_courier_that_is_told_to_stop_ends_with_the_letter_that_is_on_its_way() {
    let stage = Stage::new();
    let desk = stage.officer(Office::Housing, "zhao", &[Role::Administrator]);
    let hook = hook(&desk, &json!({ "address": "https://app.example.cn/" }));
    let path = format!("/v1/webhooks/{}/deliveries?state=waiting", hook["id"].as_str().unwrap());
    let waiting = || desk.get(&path).json()["deliveries"].as_array().unwrap().len();
    (1..=3).for_each(|person| drop(issue(&stage, person)));
    let ((begun, letters), (answer, answers)) = (channel(), channel());
    let answers = Mutex::new(answers);
    let post = move |_: &str, _: &[(&str, String)], _: &[u8]| {
        begun.send(()).unwrap();
        answers.lock().unwrap().recv().unwrap()
    };
    let courier = stage.runs(keep_up(stage.house.clone(), Arc::new(post), Duration::from_millis(10)));
    letters.recv_timeout(Duration::from_secs(10)).unwrap();
    courier.abort();
    wait_until(|| courier.is_finished());
    // Nobody hears the second, where no letter comes after the first.
    let _ = [answer.send(Ok(204)), answer.send(Ok(204))];
    wait_until(|| waiting() == 2);
    assert!(letters.recv_timeout(Duration::from_millis(200)).is_err(), "another was begun");
}

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
