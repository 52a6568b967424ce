//! Systems with keys: made, used, rotated, revoked.

use crate::people::PASSWORD;
use crate::stage::{Reply, Stage};
use jiff::SignedDuration;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

fn as_system(stage: &Stage, key: &str) -> Reply {
    stage.call(key, "GET", "/v1/session", None)
}

#[test]
fn a_key_is_shown_once_and_used_until_it_runs_out() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "窗口系统", "roles": ["clerk"], "days": 30 }));
    assert_eq!(made.status, 201);
    let (key, id) = (made.json()["key"].as_str().unwrap().to_owned(), made.json()["id"].as_str().unwrap().to_owned());
    assert!(key.starts_with(&format!("kanhe_{id}_")), "{key}");
    let listed = admin.get("/v1/api-keys");
    assert_eq!(listed.json()["keys"][0]["id"], id);
    assert_eq!(listed.json()["keys"][0]["used"], Value::Null);
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(key.rsplit('_').next().unwrap()));
    assert_eq!(as_system(&stage, &key).json()["roles"], json!(["clerk"]));
    assert_eq!(stage.sign_in("zhang.san", crate::people::PASSWORD, None).get("/v1/api-keys").json()["keys"][0]["used"], "2026-06-15");
    stage.later(days(29));
    assert_eq!(as_system(&stage, &key).status, 200);
    stage.later(days(1));
    let late = as_system(&stage, &key);
    assert_eq!(code(&late), (401, "api_key_expired".to_owned()));
    assert_eq!(late.header("www-authenticate"), "Bearer realm=\"kanhe\", error=\"invalid_token\"");
}

#[test]
fn whatever_is_no_key_of_ours_is_stopped_even_at_public_doors() {
    let stage = Stage::new();
    let key = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let (id, secret) = key.strip_prefix("kanhe_").unwrap().split_once('_').unwrap();
    let (other, wrong) = (stage.key(Office::Housing, &[Role::Clerk], None), "A".repeat(43));
    let other_id = other.split('_').nth(1).unwrap();
    let forged = [
        format!("Bearer kanhe_{id}_{wrong}"),
        format!("Bearer kanhe_{other_id}_{secret}"),
        format!("Bearer kanhe__{secret}"),
        format!("Bearer {id}_{secret}"),
        format!("Bearer {key}="),
        "Bearer".to_owned(),
    ];
    for sent in forged {
        for path in ["/v1/session", "/v1/types"] {
            let reply = stage.send("GET", path, &[("authorization", sent.as_str())], b"");
            assert_eq!(code(&reply), (401, "api_key_unknown".to_owned()), "{sent}");
        }
    }
    for sent in ["Basic abc", &format!("Basic {key}"), &format!("Bearer{key}"), &key, ""] {
        for path in ["/v1/session", "/v1/types"] {
            let none = stage.send("GET", path, &[("authorization", sent)], b"");
            assert_eq!(code(&none), (401, "caller_unknown".to_owned()), "{sent}");
            assert_eq!(none.header("www-authenticate"), "Bearer realm=\"kanhe\"", "{sent}");
        }
    }
    let lower = stage.send("GET", "/v1/session", &[("authorization", &format!("bearer {key}"))], b"");
    assert_eq!(lower.status, 200);
}

#[test]
fn while_a_key_is_rotated_nothing_stands_still() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let old = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let id = old.split('_').nth(1).unwrap();
    let rotated = admin.post(&format!("/v1/api-keys/{id}/rotation"), &json!({ "days": 100, "overlap_days": 7 }));
    assert_eq!(rotated.status, 200);
    let new = rotated.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(rotated.json()["older_until"], "2026-06-22T04:00:00Z");
    assert!(as_system(&stage, &old).status == 200 && as_system(&stage, &new).status == 200);
    stage.later(days(7));
    assert_eq!(code(&as_system(&stage, &old)), (401, "api_key_unknown".to_owned()));
    assert_eq!(as_system(&stage, &new).status, 200);
}

/// Who follows the hint does not cut off the system whose next secret was lost on its way.
#[test]
fn a_key_in_use_outlives_the_rotation_whose_answer_was_lost() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let used = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let path = format!("/v1/api-keys/{}/rotation", used.split('_').nth(1).unwrap());
    let rotate = |name: &str, days: u32| admin.send_once(name, "POST", &path, &json!({ "overlap_days": days }));
    let lost = rotate("K-1", 7).json()["key"].as_str().unwrap().to_owned();
    assert_eq!(code(&rotate("K-1", 7)), (409, "idempotency_shown_once".to_owned()));
    stage.later(SignedDuration::from_mins(10));
    let next = rotate("K-2", 7).json();
    assert_eq!(next["older_until"], "2026-06-22T04:10:00Z");
    let next = next["key"].as_str().unwrap();
    let heard = |keys: &[&str]| keys.iter().map(|key| as_system(&stage, key).status).collect::<Vec<_>>();
    assert_eq!(heard(&[&used, &lost, next]), [200, 200, 200]);
    stage.later(SignedDuration::from_mins(7 * 1_440 - 10));
    assert_eq!(heard(&[&used, &lost, next]), [401, 200, 200], "each for as long as was said");
    let last = stage.sign_in("zhang.san", PASSWORD, None).post(&path, &json!({ "overlap_days": 0 })).json();
    assert_eq!(last["older_until"], serde_json::Value::Null);
    assert_eq!(heard(&[&lost, next, last["key"].as_str().unwrap()]), [401, 401, 200], "no overlap ends all from before");
}

#[test]
fn as_many_secrets_are_taken_as_can_be_compared() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let used = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let path = format!("/v1/api-keys/{}/rotation", used.split('_').nth(1).unwrap());
    let rotate = |days: u32| admin.post(&path, &json!({ "overlap_days": days }));
    assert!((0..10).all(|_| rotate(7).status == 200));
    assert_eq!(code(&rotate(7)), (409, "rotation_too_many".to_owned()));
    assert_eq!(as_system(&stage, &used).status, 200, "what is refused changes nothing");
    assert_eq!((rotate(0).status, as_system(&stage, &used).status), (200, 401));
}

#[test]
fn a_revoked_key_stays_revoked() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let key = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let path = format!("/v1/api-keys/{}", key.split('_').nth(1).unwrap());
    for _ in 0..2 {
        assert_eq!(admin.send("DELETE", &path, None).json()["revoked"], "2026-06-15T04:00:00Z");
    }
    assert_eq!(code(&as_system(&stage, &key)), (401, "api_key_revoked".to_owned()));
    assert_eq!(code(&admin.post(&format!("{path}/rotation"), &json!({}))), (409, "api_key_closed".to_owned()));
}

#[test]
fn a_key_is_cut_within_bounds() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "zhang.san", &[Role::Administrator]);
    let kind = stage.house.catalogue.kinds()[0].code().to_string();
    let rows = [
        (json!({ "name": "a", "roles": ["administrator"] }), 422, "api_key_administers"),
        (json!({ "name": "a", "roles": [] }), 422, "account_no_role"),
        (json!({ "name": " ", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "窗口\u{202e}统系", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "窗口\u{200b}", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "窗口\u{fe0f}", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "窗口\u{e0100}", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "\u{3164}", "roles": ["clerk"] }), 422, "account_name"),
        (json!({ "name": "a", "roles": ["clerk", "auditor", "clerk"] }), 422, "account_named_twice"),
        (json!({ "name": "a", "roles": ["clerk"], "types": [kind, kind] }), 422, "account_named_twice"),
        (json!({ "name": "a", "roles": ["king"] }), 400, "request_malformed"),
        (json!({ "name": "a", "roles": ["clerk"], "days": 0 }), 422, "account_term"),
        (json!({ "name": "a", "roles": ["clerk"], "days": 1_096 }), 422, "account_term"),
        (json!({ "name": "a", "roles": ["clerk"], "types": [] }), 422, "account_types"),
        (json!({ "name": "a", "roles": ["clerk"], "types": ["11100000000013338W999"] }), 422, "type_unknown"),
    ];
    for (body, status, name) in rows {
        assert_eq!(code(&admin.post("/v1/api-keys", &body)), (status, name.to_owned()), "{body}");
    }
    let scoped = admin.post("/v1/api-keys", &json!({ "name": "a", "roles": ["clerk"], "types": [kind] }));
    assert_eq!((scoped.status, &scoped.json()["roles"], &scoped.json()["types"]), (201, &json!(["clerk"]), &json!([kind])));
    let who = as_system(&stage, scoped.json()["key"].as_str().unwrap());
    assert_eq!(who.json()["types"], json!([kind]));
}

#[test]
fn a_key_is_rotated_while_it_is_used_and_no_call_is_lost() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "zhang.san", &[Role::Administrator]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "窗口系统", "roles": ["clerk"] })).json();
    let (old, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    let heard = |key: &str, times: usize| (0..times).map(|_| as_system(&stage, key).status).collect::<BTreeSet<_>>();
    let (during, new) = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..3).map(|_| scope.spawn(|| heard(old, 60))).collect();
        let rotated = admin.post(&format!("/v1/api-keys/{id}/rotation"), &json!({ "overlap_days": 7 })).json();
        let during: Vec<_> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        (during, rotated["key"].as_str().unwrap().to_owned())
    });
    assert_eq!(during, [BTreeSet::from([200]), BTreeSet::from([200]), BTreeSet::from([200])]);
    assert_eq!((heard(old, 5), heard(&new, 5)), (BTreeSet::from([200]), BTreeSet::from([200])));
    stage.later(days(8));
    assert_eq!((heard(old, 1), heard(&new, 1)), (BTreeSet::from([401]), BTreeSet::from([200])));
}
