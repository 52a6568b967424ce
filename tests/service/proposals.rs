//! Acts that take two people: proposed by one officer, approved by another, and done in the same moment.

mod audience;

use crate::agencies::{CONSTRUCTION, OPERATOR, WANG, grounds, operator};
use crate::people::{Desk, PASSWORD};
use crate::stage::{Reply, Stage, catalogue, dictionary, manifest, signed_manifest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use kanhe_core::code::CertificateId;
use kanhe_core::manifest::Contents;
use kanhe_issuer::proposal::Step;
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_service::proposals::work;
use kanhe_store::Drawer;
use kanhe_tests::Office;
use kanhe_tests::world::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A body that proposes a file.
pub fn a_file(bytes: &[u8]) -> Value {
    let mut body = grounds();
    body["file"] = json!(STANDARD.encode(bytes));
    body
}

/// A body that proposes one act upon what a search finds.
pub fn of_all(act: &str) -> Value {
    let mut body = grounds();
    body["act"] = json!(act);
    body["search"] = json!({ "by": { "shelf": {} }, "type": OPERATOR });
    body
}

/// Proposes, and expects that it is written down.
pub fn propose(desk: &Desk<'_>, path: &str, body: &Value) -> Value {
    let reply = desk.post(path, body);
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
    reply.json()
}

pub fn path_of(proposal: &Value, act: &str) -> String {
    format!("/v1/proposals/{}/{act}", proposal["code"].as_str().unwrap())
}

/// Approves what an officer has read.
pub fn approve(desk: &Desk<'_>, proposal: &Value) -> Reply {
    let read = desk.get(&path_of(proposal, "content"));
    assert_eq!(read.status, 200, "{read:?}");
    let body = json!({ "digest": hex(&Sha256::digest(&read.bytes)), "reason": "核对无误" });
    desk.post(&path_of(proposal, "approval"), &body)
}

pub fn approved(desk: &Desk<'_>, proposal: &Value) -> Value {
    let reply = approve(desk, proposal);
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    reply.json()
}

pub fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

/// The region's next manifest.
pub fn next_manifest(edition: u32, change: impl FnOnce(&mut Contents)) -> Vec<u8> {
    let mut contents = Contents { edition, ..manifest(&catalogue(), &dictionary()) };
    change(&mut contents);
    signed_manifest(contents)
}

pub fn condition(stage: &Stage, identifier: &str) -> String {
    let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
    stage.house.library.card(mark).unwrap().state.word().to_owned()
}

#[test]
fn nobody_approves_what_he_has_proposed_and_no_system_approves_anything() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let proposal = propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})));
    assert_eq!(refused(&approve(&tang, &proposal)), (403, "proposal_same_person".to_owned()));
    let rejection = json!({ "reason": "再议" });
    assert_eq!(refused(&tang.post(&path_of(&proposal, "rejection"), &rejection)), (403, "proposal_same_person".to_owned()));
    assert_eq!(refused(&song.post(&path_of(&proposal, "withdrawal"), &rejection)), (403, "proposal_not_author".to_owned()));
    let system = stage.key(Office::Housing, &[Role::KeyHolder], None);
    let body = json!({ "digest": proposal["digest"], "reason": "自动" });
    for act in ["approval", "rejection"] {
        let reply = stage.call(&system, "POST", &path_of(&proposal, act), Some(&body));
        assert_eq!(refused(&reply), (403, "proposal_needs_person".to_owned()), "{act}");
        assert_eq!(refused(&stage.post(&path_of(&proposal, act), &body)), (401, "caller_unknown".to_owned()));
    }
    let admin = stage.officer(Office::Housing, "ming", &[Role::Administrator, Role::KeyHolder]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "密钥系统", "roles": ["key_holder"] })).json();
    let his = stage.call(made["key"].as_str().unwrap(), "POST", "/v1/manifest", Some(&a_file(&next_manifest(2, |_| {})))).json();
    assert_eq!(refused(&approve(&admin, &his)), (403, "proposal_same_person".to_owned()), "a key is no second person beside its maker");
    // Somebody else rotates it: now two people have had it in their hands, and neither is forgotten.
    let other = stage.officer(Office::Housing, "hong", &[Role::Administrator, Role::KeyHolder]);
    let rotated = other.post(&format!("/v1/api-keys/{}/rotation", made["id"].as_str().unwrap()), &json!({ "overlap_days": 7 })).json();
    for key in [&made, &rotated] {
        let by_key = stage.call(key["key"].as_str().unwrap(), "POST", "/v1/manifest", Some(&a_file(&next_manifest(2, |_| {})))).json();
        for hand in [&admin, &other] {
            assert_eq!(refused(&approve(hand, &by_key)), (403, "proposal_same_person".to_owned()), "by the old secret or the new");
            let reply = hand.post(&path_of(&by_key, "rejection"), &rejection);
            assert_eq!(refused(&reply), (403, "proposal_same_person".to_owned()));
        }
    }
    let by_system = stage.call(&system, "POST", "/v1/manifest", Some(&a_file(&next_manifest(2, |_| {}))));
    assert_eq!(by_system.status, 201, "a system may propose");
    approved(&song, &by_system.json());
}

#[test]
fn what_is_decided_withdrawn_or_too_old_is_not_approved() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let made = || propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})));
    let (withdrawn, rejected, late) = (made(), made(), made());
    let reason = json!({ "reason": "暂缓" });
    assert_eq!(tang.post(&path_of(&withdrawn, "withdrawal"), &reason).json()["phase"], "withdrawn");
    assert_eq!(song.post(&path_of(&rejected, "rejection"), &reason).json()["decision"]["reason"], "暂缓");
    for proposal in [&withdrawn, &rejected] {
        assert_eq!(refused(&approve(&song, proposal)), (409, "proposal_decided".to_owned()));
    }
    stage.later(HOUR * 24 * 7 + SignedDuration::from_secs(1));
    let song = stage.sign_in("song.keys", PASSWORD, None);
    assert_eq!(song.get(&format!("/v1/proposals/{}", late["code"].as_str().unwrap())).json()["phase"], "expired");
    assert_eq!(refused(&approve(&song, &late)), (409, "proposal_expired".to_owned()));
    assert_eq!(stage.house.library.log_size().unwrap(), 1, "nothing was done");
}

#[test]
fn what_somebody_proposed_who_has_left_is_not_approved() {
    let stage = Stage::new();
    let one = stage.operator(WANG, 1);
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator]);
    let song = stage.officer(Office::Housing, "song.head", &[Role::Approver]);
    let other = stage.house.catalogue.find(CONSTRUCTION).unwrap().code().to_string();
    let change = |roles: Value, types: Value| json!({ "name": "某", "roles": roles, "types": types });
    let rows = [
        ("POST", "/deactivation", json!({})),
        ("PUT", "", change(json!(["clerk"]), Value::Null)),
        ("PUT", "", change(json!(["approver"]), json!([other]))),
    ];
    let shown = |proposal: &Value| song.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    let stopped = |proposal: &Value| {
        assert_eq!((&shown(proposal)["proposer_active"], &shown(proposal)["phase"]), (&json!(false), &json!("open")));
        let reply = approve(&song, proposal);
        assert_eq!(refused(&reply), (409, "proposal_actor_closed".to_owned()));
        assert_eq!(song.post(&path_of(proposal, "rejection"), &json!({ "reason": "提请人已离任" })).status, 200);
    };
    for (number, (method, act, body)) in rows.into_iter().enumerate() {
        let login = format!("wei.head.{number}");
        let proposal = propose(&stage.officer(Office::Housing, &login, &[Role::Approver]), "/v1/certificates/changes", &of_all("suspend"));
        assert_eq!(proposal["proposer_active"], true);
        let officer = format!("/v1/officers/{}{act}", OfficerId::of(&stage.house.library, &login));
        assert_eq!(admin.send(method, &officer, Some(&body)).status, 200, "{body}");
        stopped(&proposal);
    }
    let made = admin.post("/v1/api-keys", &json!({ "name": "审批系统", "roles": ["approver"] })).json();
    let by_key = stage.call(made["key"].as_str().unwrap(), "POST", "/v1/certificates/changes", Some(&of_all("suspend"))).json();
    assert_eq!(admin.send("DELETE", &format!("/v1/api-keys/{}", made["id"].as_str().unwrap()), None).status, 200);
    stopped(&by_key);
    while work(&stage.house).unwrap() {}
    assert_eq!(condition(&stage, &one), "valid");
}

#[test]
fn a_proposal_that_cannot_be_carried_out_keeps_no_other_waiting_and_is_named() {
    let stage = Stage::new();
    let (wei, song) =
        (stage.officer(Office::Housing, "wei.head", &[Role::Approver]), stage.officer(Office::Housing, "song.head", &[Role::Approver]));
    for number in 1..=2 {
        let identifier = stage.operator(WANG, number);
        let mut body = of_all("suspend");
        body.as_object_mut().unwrap().remove("search");
        body["identifiers"] = json!([identifier]);
        approved(&song, &propose(&wei, "/v1/certificates/changes", &body));
    }
    let [first, other] = stage.house.all_proposals().at_work().unwrap().try_into().unwrap();
    let paper = [&[0], first.as_str().as_bytes()].concat();
    assert!(stage.house.library.office(Drawer::Proposals, &paper).unwrap().is_some(), "its paper lies there");
    stage.house.library.commit(|pen| pen.put_office(Drawer::Proposals, &paper, b"?")).unwrap();
    assert_eq!(work(&stage.house).unwrap_err().code(), "store_malformed");
    assert_eq!(song.get(&format!("/v1/proposals/{other}")).json()["progress"]["done"], 1);
    assert_eq!(stage.house.all_proposals().at_work().unwrap(), [first], "it is tried again");
    let lines = stage.log_lines();
    let told = lines.iter().map(|line| &line["fields"]).find(|fields| fields["message"] == "a proposal could not be carried out").unwrap();
    assert_eq!((&told["proposal"], &told["code"]), (&json!(first.to_string()), &json!("store_malformed")));
}

#[test]
fn what_is_left_of_a_mass_change_is_left_as_it_is_when_who_proposed_it_leaves() {
    let stage = Stage::new();
    let ids: Vec<String> = (1..=5).map(|number| stage.operator(WANG, number)).collect();
    let (wei, song) =
        (stage.officer(Office::Housing, "wei.head", &[Role::Approver]), stage.officer(Office::Housing, "song.head", &[Role::Approver]));
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator]);
    let proposal = propose(&wei, "/v1/certificates/changes", &of_all("suspend"));
    approved(&song, &proposal);
    let proposals = stage.house.all_proposals();
    let code = proposals.at_work().unwrap()[0];
    proposals.go_on(&code, &Step { most: 2, now: stage.house.now(), salt: &|| stage.house.chance() }).unwrap();
    let officer = format!("/v1/officers/{}/deactivation", OfficerId::of(&stage.house.library, "wei.head"));
    assert_eq!(admin.post(&officer, &json!({})).status, 200);
    while work(&stage.house).unwrap() {}
    assert_eq!(proposals.at_work().unwrap(), []);
    let (held, valid): (Vec<_>, Vec<_>) = ids.into_iter().partition(|identifier| condition(&stage, identifier) == "suspended");
    let shown = song.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    let mut left_out: Vec<_> =
        shown["progress"]["left_out"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    left_out.sort();
    let mut valid = valid;
    valid.sort();
    assert_eq!((held.len(), left_out), (2, valid));
    assert_eq!((&shown["progress"]["stopped"], &shown["progress"]["done"]), (&json!("proposal_actor_closed"), &json!(2)));
    assert_eq!((&shown["phase"], &shown["proposer_active"]), (&json!("approved"), &json!(false)));
}

#[test]
fn what_is_approved_is_what_was_read() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let proposal = propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})));
    let named = |digest: &str| song.post(&path_of(&proposal, "approval"), &json!({ "digest": digest, "reason": "好" }));
    let other = hex(&Sha256::digest(b"another manifest"));
    let reply = named(&other);
    assert_eq!(refused(&reply), (409, "proposal_other_content".to_owned()));
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&other) && detail.contains(proposal["digest"].as_str().unwrap()), "{detail}");
    for odd in ["", "00", &other[1..], &"zz".repeat(32), &"+1".repeat(32)] {
        assert_eq!(refused(&named(odd)), (400, "request_malformed".to_owned()), "{odd}");
    }
    assert_eq!(named(proposal["digest"].as_str().unwrap()).status, 200);
}

#[test]
fn a_proposal_about_what_has_changed_since_is_refused_and_says_what() {
    let stage = Stage::new();
    let both = [Role::KeyHolder, Role::Approver];
    let (tang, song) = (stage.officer(Office::Housing, "tang.keys", &both), stage.officer(Office::Housing, "song.keys", &both));
    let ids: Vec<String> = (1..=3).map(|number| stage.operator(WANG, number)).collect();
    let (one, other) = (next_manifest(2, |_| {}), next_manifest(3, |_| {}));
    let (first, second) = (propose(&tang, "/v1/manifest", &a_file(&one)), propose(&tang, "/v1/manifest", &a_file(&other)));
    let many = propose(&tang, "/v1/certificates/changes", &of_all("revoke"));
    approved(&song, &first);
    let reply = approve(&song, &second);
    assert_eq!(refused(&reply), (409, "proposal_changed".to_owned()));
    assert!(reply.json()["detail"].as_str().unwrap().contains(&hex(&Sha256::digest(&one))), "{:?}", reply.json());
    stage.later(SignedDuration::from_secs(1));
    // Suspended and given back: its state is what it was, and still something has happened to it.
    for act in ["suspend", "reinstate"] {
        assert_eq!(song.post(&format!("/v1/certificates/{}/{act}", ids[1]), &grounds()).status, 200);
    }
    let reply = approve(&song, &many);
    assert_eq!(refused(&reply), (409, "proposal_changed".to_owned()));
    let faults = reply.json()["faults"].clone();
    assert_eq!((faults.as_array().unwrap().len(), &faults[0]["place"]), (1, &json!(ids[1])));
    assert!(ids.iter().all(|identifier| condition(&stage, identifier) == "valid"));
}

#[test]
fn the_same_request_again_proposes_and_approves_nothing_twice() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let once = |desk: &Desk<'_>, path: &str, body: &Value| {
        let headers = [
            ("cookie", desk.cookie.as_str()),
            ("x-csrf-token", desk.csrf.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", "K-1"),
        ];
        stage.send("POST", path, &headers, body.to_string().as_bytes())
    };
    let file = a_file(&next_manifest(2, |_| {}));
    let (first, again) = (once(&tang, "/v1/manifest", &file), once(&tang, "/v1/manifest", &file));
    assert_eq!((first.json(), first.status, again.status), (again.json(), 201, 201));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let body = json!({ "digest": first.json()["digest"], "reason": "好" });
    let path = path_of(&first.json(), "approval");
    let (one, two) = (once(&song, &path, &body), once(&song, &path, &body));
    assert_eq!((one.status, one.json()), (200, two.json()));
    // What was proposed is done: proposed anew it would not be newer, and asked for again it is answered as before.
    let late = once(&tang, "/v1/manifest", &file);
    assert_eq!((late.status, late.json(), late.header("idempotent-replayed")), (201, first.json(), "true"));
    assert_eq!(refused(&tang.post("/v1/manifest", &file)), (409, "manifest_not_newer".to_owned()));
    assert_eq!(stage.house.library.log_size().unwrap(), 2);
}

#[test]
fn a_hook_is_told_of_revocations_and_of_no_proposal() {
    let stage = Stage::new();
    let (chen, zhou) =
        (stage.officer(Office::Housing, "chen.head", &[Role::Approver]), stage.officer(Office::Housing, "zhou.head", &[Role::Approver]));
    stage.operator(WANG, 1);
    let before = stage.house.library.log_size().unwrap();
    approved(&zhou, &propose(&chen, "/v1/certificates/changes", &of_all("revoke")));
    assert_eq!(stage.house.library.log_size().unwrap(), before, "the log tells of what became of certificates");
    while work(&stage.house).unwrap() {}
    let event = stage.house.library.event(before).unwrap().unwrap();
    let letter = serde_json::to_string(&kanhe_service::webhooks::letter_of(before, &event)).unwrap();
    for personal in ["chen.head", "zhou.head", operator(1)["holder_name"].as_str().unwrap(), grounds()["reason"].as_str().unwrap()] {
        assert!(!letter.contains(personal), "{letter}");
    }
}
