//! An administrator's work, for its own agency alone.

use crate::agencies::{ACCOUNTING, OPERATOR};
use crate::people::{Desk, PASSWORD};
use crate::stage::{Reply, Stage};
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_tests::Office;
use serde_json::{Value, json};

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

/// Every administration route, with a body that it takes.
fn routes(officer: &str, key: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let person = json!({ "name": "某人", "roles": ["clerk"] });
    vec![
        ("GET", "/v1/officers".to_owned(), None),
        ("POST", "/v1/officers".to_owned(), Some(json!({ "login": "new.one", "name": "某人", "roles": ["clerk"] }))),
        ("GET", format!("/v1/officers/{officer}"), None),
        ("PUT", format!("/v1/officers/{officer}"), Some(person.clone())),
        ("POST", format!("/v1/officers/{officer}/deactivation"), None),
        ("POST", format!("/v1/officers/{officer}/reactivation"), None),
        ("POST", format!("/v1/officers/{officer}/reset"), None),
        ("GET", "/v1/api-keys".to_owned(), None),
        ("POST", "/v1/api-keys".to_owned(), Some(person)),
        ("POST", format!("/v1/api-keys/{key}/rotation"), Some(json!({}))),
        ("DELETE", format!("/v1/api-keys/{key}"), None),
    ]
}

fn id_of(stage: &Stage, login: &str) -> String {
    OfficerId::of(&stage.house.library, login).to_string()
}

#[test]
fn every_administration_route_is_for_administrators_alone() {
    let stage = Stage::new();
    stage.appoint(Office::Guangzhou, "target", &[Role::Clerk]);
    let key = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let routes = routes(&id_of(&stage, "target"), key.split('_').nth(1).unwrap());
    let others = Role::ALL.into_iter().filter(|role| *role != Role::Administrator);
    for role in others.clone() {
        let key = stage.key(Office::Guangzhou, &[role], None);
        for (method, path, body) in &routes {
            assert_eq!(code(&stage.call(&key, method, path, body.as_ref())), (403, "caller_lacks_right".to_owned()), "{method} {path}");
        }
    }
    let all_others: Vec<Role> = others.collect();
    let desk = stage.officer(Office::Guangzhou, "all.others", &all_others);
    for (method, path, body) in &routes {
        assert_eq!(code(&desk.send(method, path, body.as_ref())), (403, "caller_lacks_right".to_owned()), "{method} {path}");
        let nobody = stage.send(method, path, &[("content-type", "application/json")], b"{}");
        assert_eq!(code(&nobody), (401, "caller_unknown".to_owned()), "{method} {path}");
    }
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    for (method, path, body) in &routes {
        let reply = admin.send(method, path, body.as_ref());
        assert!(reply.status < 300, "{method} {path}: {reply:?}");
    }
    let auditors = Role::ALL.into_iter().filter(|role| {
        let desk = stage.officer(Office::Guangzhou, &format!("x{}", role.word().replace('_', "-")), &[*role]);
        desk.get("/v1/audit/uses").status == 200
    });
    assert_eq!(auditors.collect::<Vec<_>>(), [Role::Auditor]);
}

#[test]
fn an_administrator_sees_nothing_of_another_agency() {
    let stage = Stage::new();
    let (own, other) = (
        stage.officer(Office::Guangzhou, "admin.gz", &[Role::Administrator]),
        stage.officer(Office::Housing, "admin.zj", &[Role::Administrator, Role::Auditor]),
    );
    stage.appoint(Office::Guangzhou, "target", &[Role::Clerk]);
    let key = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let logins = |desk: &Desk<'_>| {
        let officers = desk.get("/v1/officers").json()["officers"].clone();
        let mut logins: Vec<String> = officers.as_array().unwrap().iter().map(|line| line["login"].as_str().unwrap().to_owned()).collect();
        logins.sort();
        logins
    };
    assert_eq!((logins(&own), logins(&other)), (vec!["admin.gz".to_owned(), "target".to_owned()], vec!["admin.zj".to_owned()]));
    assert_eq!(other.get("/v1/api-keys").json()["keys"], json!([]));
    for (method, path, body) in routes(&id_of(&stage, "target"), key.split('_').nth(1).unwrap()) {
        if path.split('/').count() > 3 {
            let reply = other.send(method, &path, body.as_ref());
            let unknown = if path.contains("api-keys") { "api_key_not_found" } else { "officer_unknown" };
            assert_eq!(code(&reply), (404, unknown.to_owned()), "{method} {path}");
        }
    }
    assert_eq!(stage.call(&key, "GET", "/v1/session", None).status, 200);
    let uses = other.get("/v1/audit/uses?limit=1000").json();
    assert!(
        uses["uses"].as_array().unwrap().iter().all(|entry| !entry.to_string().contains("gz") && !entry.to_string().contains("target"))
    );
}

/// What an administrator makes: a path, and a body for these types; for every one, where none is named.
fn makes(types: &[&str]) -> Vec<(&'static str, &'static str, Value)> {
    let names = json!({ "zh": "甲", "en": "A" });
    let mut officer = json!({ "login": format!("new.{}", types.len()), "name": "某人", "roles": ["clerk"] });
    let mut key = json!({ "name": "系统", "roles": ["relying_party"] });
    let mut hook = json!({ "address": "https://example.cn/" });
    if !types.is_empty() {
        for body in [&mut officer, &mut key, &mut hook] {
            body["types"] = json!(types);
        }
    }
    let mut all = vec![("POST", "/v1/officers", officer), ("POST", "/v1/api-keys", key), ("POST", "/v1/webhooks", hook)];
    if !types.is_empty() {
        all.push(("PUT", "/v1/matters/M-1", json!({ "names": names, "wants": [{ "names": names, "types": types }] })));
    }
    all
}

#[test]
fn an_administrator_for_some_types_gives_and_changes_nothing_beyond_them() {
    let stage = Stage::new();
    let (all, some) = (
        stage.officer(Office::Guangzhou, "admin.all", &[Role::Administrator]),
        stage.officer_for(Office::Guangzhou, "admin.some", &[Role::Administrator], &[OPERATOR]),
    );
    stage.appoint(Office::Guangzhou, "tang.keys", &[Role::KeyHolder]);
    stage.officer_for(Office::Guangzhou, "both", &[Role::Clerk], &[OPERATOR, ACCOUNTING]);
    stage.officer_for(Office::Guangzhou, "own", &[Role::Clerk], &[OPERATOR]);
    let lacks = (403, "caller_lacks_type".to_owned());
    let own = format!("/v1/officers/{}", id_of(&stage, "own"));
    let mandate = |types: &[&str]| json!({ "name": "某", "roles": ["clerk"], "types": (!types.is_empty()).then_some(types) });
    for beyond in [&[][..], &[ACCOUNTING], &[OPERATOR, ACCOUNTING]] {
        for (method, path, body) in makes(beyond) {
            assert_eq!(code(&some.send(method, path, Some(&body))), lacks, "{path} {beyond:?}");
        }
        assert_eq!(code(&some.send("PUT", &own, Some(&mandate(beyond)))), lacks, "{beyond:?}");
    }
    for login in ["admin.all", "tang.keys", "both"] {
        let path = format!("/v1/officers/{}", id_of(&stage, login));
        assert_eq!(some.get(&path).status, 200, "{login} is a colleague");
        assert_eq!(code(&some.send("PUT", &path, Some(&mandate(&[OPERATOR])))), lacks, "{login}");
        assert_eq!(code(&some.send("DELETE", &format!("{path}/identity"), None)), lacks, "{login}");
        for act in ["deactivation", "reactivation", "reset"] {
            assert_eq!(code(&some.send("POST", &format!("{path}/{act}"), None)), lacks, "{login} {act}");
        }
    }
    for (types, maker) in [(&[][..], &all), (&[OPERATOR, ACCOUNTING], &all), (&[OPERATOR], &some)] {
        for (method, path, body) in makes(types) {
            let made = maker.send(method, path, Some(&body));
            assert_eq!(made.status, 201, "{path} {types:?}: {made:?}");
            let one = made.json()["id"].as_str().map_or_else(|| path.to_owned(), |id| format!("{path}/{id}"));
            let change =
                |by: &Desk<'_>, (method, act, body): &(&str, &str, Option<Value>)| by.send(method, &format!("{one}{act}"), body.as_ref());
            for act in changes(path).iter().filter(|_| types != [OPERATOR]) {
                assert_eq!(code(&change(&some, act)), lacks, "{path} {act:?} {types:?}");
            }
            for act in &changes(path) {
                let reply = change(maker, act);
                assert!(reply.status < 300, "{path} {act:?} {types:?}: {reply:?}");
            }
        }
    }
}

/// What becomes of a thing that was made at a path, the last for ever.
fn changes(path: &str) -> [(&'static str, &'static str, Option<Value>); 2] {
    match path {
        "/v1/officers" => [("POST", "/reset", None), ("POST", "/deactivation", None)],
        "/v1/matters/M-1" => [("PUT", "", makes(&[OPERATOR]).pop().map(|(_, _, body)| body)), ("DELETE", "", None)],
        _ => [("POST", "/rotation", Some(json!({}))), ("DELETE", "", None)],
    }
}

#[test]
fn who_has_made_a_key_is_listed_and_counted_when_he_is_dismissed() {
    let stage = Stage::new();
    let leaving = stage.officer(Office::Guangzhou, "leaving", &[Role::Administrator]);
    let staying = stage.officer(Office::Guangzhou, "staying", &[Role::Administrator]);
    let key = |by: &Desk<'_>| {
        by.post("/v1/api-keys", &json!({ "name": "窗口系统", "roles": ["clerk"] })).json()["id"].as_str().unwrap().to_owned()
    };
    let (made, revoked, rotated, others) = (key(&leaving), key(&leaving), key(&staying), key(&staying));
    assert_eq!(staying.send("DELETE", &format!("/v1/api-keys/{revoked}"), None).status, 200);
    assert_eq!(leaving.post(&format!("/v1/api-keys/{rotated}/rotation"), &json!({})).status, 200);
    let listed = staying.get("/v1/api-keys").json()["keys"].clone();
    let hands = |id: &str| {
        let line = listed.as_array().unwrap().iter().find(|line| line["id"] == id).unwrap();
        json!([line["made_by"], line["rotated_by"]])
    };
    assert_eq!([hands(&made), hands(&rotated)], [json!(["leaving", []]), json!(["staying", ["leaving"]])]);
    assert_eq!(hands(&others), json!(["staying", []]));
    let path = format!("/v1/officers/{}", id_of(&stage, "leaving"));
    let dismissed = staying.send("POST", &format!("{path}/deactivation"), None).json();
    assert_eq!((&dismissed["active"], &dismissed["api_keys"]), (&json!(false), &json!(2)), "one made, one rotated: {dismissed}");
}

#[test]
fn an_officer_is_added_changed_reset_and_deactivated() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    let body = json!({ "login": "li.si", "name": "李四", "roles": ["clerk"] });
    let added = admin.post("/v1/officers", &body);
    let path = added.header("location").to_owned();
    assert_eq!((added.status, path.clone()), (201, format!("/v1/officers/{}", added.json()["id"].as_str().unwrap())));
    assert_eq!(code(&admin.post("/v1/officers", &body)), (409, "login_taken".to_owned()));
    let desk = stage.sign_in("li.si", added.json()["one_time_password"].as_str().unwrap(), None);
    let old = added.json()["one_time_password"].clone();
    assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": old, "new": PASSWORD }))).status, 204);

    // Other roles hold at once, in the session that is there.
    assert_eq!(code(&desk.get("/v1/audit/uses")).1, "caller_lacks_right");
    let changed = admin.send("PUT", &path, Some(&json!({ "name": "李四", "roles": ["auditor"] })));
    assert_eq!((changed.status, &changed.json()["roles"]), (200, &json!(["auditor"])));
    assert_eq!(desk.get("/v1/audit/uses").status, 200);

    assert_eq!(admin.send("POST", &format!("{path}/deactivation"), None).json()["active"], false);
    assert_eq!(code(&desk.get("/v1/session")).1, "session_over");
    assert_eq!(code(&stage.try_sign_in("li.si", PASSWORD, None)), (401, "sign_in_refused".to_owned()));
    assert_eq!(admin.send("POST", &format!("{path}/reactivation"), None).json()["active"], true);
    assert_eq!(desk.get("/v1/session").status, 401, "an old session does not come to life again");
    let desk = stage.sign_in("li.si", PASSWORD, None);

    let reset = admin.send("POST", &format!("{path}/reset"), None);
    assert_eq!(desk.get("/v1/session").status, 401);
    assert_eq!(stage.try_sign_in("li.si", PASSWORD, None).status, 401);
    stage.sign_in("li.si", reset.json()["one_time_password"].as_str().unwrap(), None);
}

#[test]
fn a_reset_ends_a_pause_and_takes_the_second_factor_away() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    stage.officer(Office::Guangzhou, "li.si", &[Role::Clerk]);
    for _ in 0..10 {
        stage.try_sign_in("li.si", "wrong", None);
    }
    assert_eq!(stage.try_sign_in("li.si", PASSWORD, None).status, 429);
    let reset = admin.send("POST", &format!("/v1/officers/{}/reset", id_of(&stage, "li.si")), None);
    assert_eq!(stage.try_sign_in("li.si", reset.json()["one_time_password"].as_str().unwrap(), None).status, 201);
}

#[test]
fn an_administrator_does_not_saw_off_its_own_branch() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    for (method, path, body) in routes(&id_of(&stage, "admin"), "none") {
        if path.contains("/officers/") && method != "GET" {
            assert_eq!(code(&admin.send(method, &path, body.as_ref())), (409, "officer_oneself".to_owned()), "{method} {path}");
        }
    }
}

#[test]
fn long_lists_come_page_by_page() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    for number in 0..5 {
        stage.key(Office::Guangzhou, &[Role::Clerk], None);
        stage.key(Office::Housing, &[Role::Clerk], None);
        stage.appoint([Office::Guangzhou, Office::Housing][number % 2], &format!("officer.{number}"), &[Role::Clerk]);
    }
    for (path, member, all) in [("/v1/api-keys", "keys", 5), ("/v1/officers", "officers", 4)] {
        let (mut ids, mut next) = (std::collections::BTreeSet::new(), String::new());
        loop {
            let page = admin.get(&format!("{path}?limit=2{next}")).json();
            let rows = page[member].as_array().unwrap();
            assert!(rows.len() <= 2);
            ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(cursor) => next = format!("&after={cursor}"),
                None => break,
            }
        }
        assert_eq!(ids.len(), all, "{path}");
        assert_eq!(code(&admin.get(&format!("{path}?after=zz"))), (400, "store_cursor".to_owned()));
        let other = if path == "/v1/officers" { "/v1/api-keys" } else { "/v1/officers" };
        let theirs = admin.get(&format!("{other}?limit=1")).json()["next"].as_str().unwrap().to_owned();
        assert_eq!(code(&admin.get(&format!("{path}?after={theirs}"))), (400, "store_cursor_elsewhere".to_owned()));
    }
}

#[test]
fn every_act_of_administration_is_there_for_auditors() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Guangzhou, "admin", &[Role::Administrator]);
    stage.appoint(Office::Guangzhou, "target", &[Role::Clerk]);
    let key = stage.key(Office::Guangzhou, &[Role::Clerk], None);
    let id = key.split('_').nth(1).unwrap();
    for (method, path, body) in routes(&id_of(&stage, "target"), id) {
        assert!(admin.send(method, &path, body.as_ref()).status < 300);
    }
    stage.later(jiff::SignedDuration::from_mins(10));
    let auditor = stage.officer(Office::Guangzhou, "auditor", &[Role::Auditor]);
    let found = auditor.get("/v1/audit/uses?until=2026-06-15T12:05:00%2B08:00").json();
    let mut acts: Vec<_> = found["uses"].as_array().unwrap().iter().filter(|entry| entry["actor"] == "admin").collect();
    acts.sort_by_key(|entry| entry["act"].as_str().unwrap().to_owned());
    let names: Vec<_> = acts.iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    let expected = [
        "key_added",
        "key_revoked",
        "key_rotated",
        "officer_added",
        "officer_changed",
        "officer_deactivated",
        "officer_reactivated",
        "officer_reset",
        "password_changed",
        "signed_in",
    ];
    assert_eq!(names, expected);
    assert_eq!((&acts[1]["subject"], &acts[4]["subject"]), (&json!(format!("key:{id}")), &json!("target")));
    let later = auditor.get("/v1/audit/uses?from=2026-06-15T12:05:00%2B08:00").json();
    assert!(later["uses"].as_array().unwrap().iter().all(|entry| entry["subject"] == "auditor"), "{later}");
    assert_eq!(code(&auditor.get("/v1/audit/uses?from=yesterday")), (400, "request_malformed".to_owned()));
}
