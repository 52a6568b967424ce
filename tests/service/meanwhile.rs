//! What changes while a certificate is signed: its commit asks again, and nothing is entered by a manifest or in a name that is no more.

use crate::agencies::*;
use crate::applications::agreed;
use crate::proposals::{a_file, approved, next_manifest, propose};
use crate::stage::{Reply, Stage, house_with, key_of};
use crate::taken_up::housing;
use crate::transfer::taking;
use kanhe_issuer::keyring::NamedKey;
use kanhe_service::accounts::Role;
use kanhe_service::http::Limits;
use kanhe_tests::Office;
use kanhe_tests::world::{FaultyKey, day};
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Whom to tell that something is about to be signed, and who says when it may be.
type Stop = (Sender<()>, Receiver<()>);

/// An agency whose key stops when it is told to, each time before one signature.
struct Signing {
    stage: Stage,
    stop: Arc<Mutex<Option<Stop>>>,
}

impl Signing {
    fn new() -> Self {
        let stop = Arc::new(Mutex::new(None::<Stop>));
        let told = Arc::clone(&stop);
        let key = FaultyKey::new(key_of(Office::Housing), move |_| {
            // Whoever signs meanwhile does not wait for it.
            let stop = told.lock().unwrap().take();
            if let Some((about_to, go_on)) = stop {
                about_to.send(()).unwrap();
                go_on.recv().unwrap();
            }
            false
        });
        let house = house_with(|house| house.keys[1] = NamedKey::elsewhere("housing.example.cn", Box::new(key)).unwrap());
        Self { stage: Stage::of(house, Limits::default()), stop }
    }

    /// Does something while that is signed which somebody asks for.
    fn meanwhile(&self, (person, path, body): (Person, &str, &Value), happens: impl FnOnce()) -> Reply {
        let ((about_to, reached), (go_on, gone)) = (channel(), channel());
        *self.stop.lock().unwrap() = Some((about_to, gone));
        thread::scope(|scope| {
            let reply = scope.spawn(|| self.stage.post_as(person, path, body));
            reached.recv_timeout(Duration::from_mins(1)).unwrap();
            happens();
            go_on.send(()).unwrap();
            reply.join().unwrap()
        })
    }

    /// Every act that signs a certificate.
    fn acts(&self) -> Vec<(Person, String, Value)> {
        let stage = &self.stage;
        let (first, code) = (stage.operator(WANG, 1), stage.lodged(ALL_OF_HOUSING, 1));
        agreed(stage, &code);
        let mut batch = grounds();
        batch["type"] = json!(OPERATOR);
        batch["applications"] = json!([operator(3), operator(4)]);
        let mut amended = grounds();
        amended["application"] = operator(1);
        amended["application"]["request_id"] = json!("R-1-amended");
        let there = first.replace(Office::Housing.code().as_str(), Office::Hangzhou.code().as_str());
        vec![
            (WANG, "/v1/certificates".to_owned(), issue(OPERATOR, operator(2))),
            (WANG, "/v1/certificates/batch".to_owned(), batch),
            (WANG, format!("/v1/certificates/{first}/amend"), amended),
            (WANG, "/v1/certificates/transfer-in".to_owned(), taking(&there, 5, "special-work-operator:01")),
            (ZHOU, format!("/v1/applications/{code}/approval"), grounds()),
        ]
    }
}

fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

#[test]
fn what_is_signed_while_another_manifest_is_taken_up_is_signed_once_more_under_that() {
    let signing = Signing::new();
    let stage = &signing.stage;
    let officer = |login: &str| stage.officer(Office::Housing, login, &[Role::KeyHolder]);
    let (tang, song) = (officer("tang.keys"), officer("song.keys"));
    for (edition, (person, path, body)) in (2..).zip(signing.acts()) {
        let proposal = propose(&tang, "/v1/manifest", &a_file(&next_manifest(edition, |_| {})));
        let before = stage.house.library.certificates().unwrap();
        let reply = signing.meanwhile((person, &path, &body), || drop(approved(&song, &proposal)));
        assert!(matches!(reply.status, 200 | 201), "{path}: {}", String::from_utf8_lossy(&reply.bytes));
        let entered = stage.house.library.certificates().unwrap() - before;
        assert_eq!(entered, if path.ends_with("batch") { 2 } else { 1 }, "{path}");
    }
}

#[test]
fn what_is_signed_by_a_key_that_a_manifest_takes_away_meanwhile_is_not_entered() {
    for place in 0..5 {
        let signing = Signing::new();
        let stage = &signing.stage;
        let officer = |login: &str| stage.officer(Office::Housing, login, &[Role::KeyHolder]);
        let (tang, song) = (officer("tang.keys"), officer("song.keys"));
        let (person, path, body) = signing.acts().swap_remove(place);
        let manifest = next_manifest(2, |contents| housing(contents)[0].until = Some(day("2026-01-31")));
        let proposal = propose(&tang, "/v1/manifest", &a_file(&manifest));
        let before = stage.house.library.certificates().unwrap();
        let reply = signing.meanwhile((person, &path, &body), || drop(approved(&song, &proposal)));
        let told = String::from_utf8_lossy(&reply.bytes);
        assert!(told.contains("outside_key_window"), "{path}: {told}");
        assert_eq!(stage.house.library.certificates().unwrap(), before, "{path}");
    }
}

#[test]
fn nothing_is_entered_in_the_name_of_a_key_that_was_revoked_while_it_asked() {
    let signing = Signing::new();
    let stage = &signing.stage;
    let admin = stage.officer(Office::Housing, "ming.admin", &[Role::Administrator]);
    for (person, path, body) in signing.acts() {
        let before = stage.house.library.certificates().unwrap();
        let key = stage.actor(person);
        let key = format!("/v1/api-keys/{}", key.strip_prefix("key:").unwrap());
        let reply = signing.meanwhile((person, &path, &body), || assert_eq!(admin.send("DELETE", &key, None).status, 200));
        assert_eq!(refused(&reply), (401, "api_key_revoked".to_owned()), "{path}");
        assert_eq!(stage.house.library.certificates().unwrap(), before, "{path}");
        // Whoever comes next has a key of his own.
        *stage.badges.lock().unwrap() = std::collections::BTreeMap::default();
        let again = stage.post_as(person, &path, &body);
        assert!(matches!(again.status, 200 | 201), "{path}: {}", String::from_utf8_lossy(&again.bytes));
    }
}

#[test]
fn who_approves_while_another_does_hears_what_the_other_has_approved() {
    let signing = Signing::new();
    let stage = &signing.stage;
    let (_, path, body) = signing.acts().swap_remove(4);
    let other = Person { login: "he.approver", ..ZHOU };
    let before = stage.house.library.certificates().unwrap();
    let reply = signing.meanwhile((ZHOU, &path, &body), || assert_eq!(stage.post_as(other, &path, &body).status, 201));
    let told = reply.json();
    assert_eq!((reply.status, &told["result"], &told["file"]), (200, &json!("before"), &Value::Null), "{told}");
    assert_eq!(stage.house.library.certificates().unwrap(), before + 1);
}
