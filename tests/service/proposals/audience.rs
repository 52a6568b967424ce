//! Who hears of a proposal and may decide it: agencies, rights, types, auditors, and the second factor.

use super::{a_file, approved, next_manifest, of_all, path_of, propose, refused};
use crate::agencies::{CONSTRUCTION, OPERATOR, WANG};
use crate::people::PASSWORD;
use crate::stage::{Stage, house_with};
use kanhe_service::accounts::{Role, second_factor};
use kanhe_service::house::Door;
use kanhe_service::http::Limits;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn another_agency_hears_of_no_proposal_and_who_lacks_the_right_decides_none() {
    let stage = Stage::new();
    let (tang, _song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let every = [Role::KeyHolder, Role::Approver, Role::Auditor];
    let theirs = stage.officer(Office::Guangzhou, "he.keys", &every);
    let (head, auditor) =
        (stage.officer(Office::Housing, "head", &[Role::Approver]), stage.officer(Office::Housing, "wu.audit", &[Role::Auditor]));
    let proposal = propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})));
    let one = format!("/v1/proposals/{}", proposal["code"].as_str().unwrap());
    let body = json!({ "digest": proposal["digest"], "reason": "好" });
    let why = json!({ "reason": "好" });
    for (path, body) in
        [(path_of(&proposal, "approval"), &body), (path_of(&proposal, "rejection"), &why), (path_of(&proposal, "withdrawal"), &why)]
    {
        assert_eq!(refused(&theirs.post(&path, body)), (404, "proposal_not_found".to_owned()), "{path}");
        assert_eq!(refused(&head.post(&path, body)), (403, "caller_lacks_right".to_owned()), "{path}");
    }
    for path in [one.clone(), path_of(&proposal, "content")] {
        assert_eq!(refused(&theirs.get(&path)), (404, "proposal_not_found".to_owned()), "{path}");
        assert_eq!(refused(&head.get(&path)), (403, "caller_lacks_right".to_owned()), "{path}");
        assert_eq!(auditor.get(&path).status, 200, "{path}");
    }
    assert_eq!(theirs.get("/v1/proposals").json()["proposals"], json!([]));
    assert_eq!(head.get("/v1/proposals").json()["proposals"], json!([]));
    assert_eq!(refused(&auditor.post(&path_of(&proposal, "approval"), &body)), (403, "caller_lacks_right".to_owned()));
    let nowhere = "/v1/proposals/440000-20260615-7M3J9PW2ZS-8";
    assert_eq!(theirs.get(nowhere).json()["detail"], theirs.get(&one).json()["detail"]);
    assert_eq!(theirs.get("/v1/proposals/x").status, 400);
}

#[test]
fn whoever_is_alone_is_told_at_once_that_nobody_could_approve() {
    let stage = Stage::new();
    let tang = stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]);
    // Neither another role, nor another agency, is a second person.
    stage.officer(Office::Housing, "head", &[Role::Approver]);
    stage.officer(Office::Guangzhou, "he.keys", &[Role::KeyHolder]);
    let admin = stage.officer(Office::Housing, "admin", &[Role::Administrator]);
    let file = a_file(&next_manifest(2, |_| {}));
    let reply = tang.post("/v1/manifest", &file);
    assert_eq!(refused(&reply), (409, "proposal_nobody_else".to_owned()));
    let added = admin.post("/v1/officers", &json!({ "login": "song.keys", "name": "宋", "roles": ["key_holder"] })).json();
    let proposal = propose(&tang, "/v1/manifest", &file);
    // The second one goes: what is proposed waits, and what is new is refused.
    assert_eq!(admin.post(&format!("/v1/officers/{}/deactivation", added["id"].as_str().unwrap()), &json!({})).status, 200);
    assert_eq!(refused(&tang.post("/v1/manifest", &file)), (409, "proposal_nobody_else".to_owned()));
    assert_eq!(tang.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json()["phase"], "open");
}

#[test]
fn who_made_the_key_that_proposes_is_not_counted_among_those_who_could_approve() {
    let stage = Stage::new();
    let admin = stage.officer(Office::Housing, "ming", &[Role::Administrator, Role::KeyHolder]);
    let made = admin.post("/v1/api-keys", &json!({ "name": "密钥系统", "roles": ["key_holder"] })).json();
    let file = a_file(&next_manifest(2, |_| {}));
    let by_key = || stage.call(made["key"].as_str().unwrap(), "POST", "/v1/manifest", Some(&file));
    assert_eq!(refused(&by_key()), (409, "proposal_nobody_else".to_owned()));
    stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]);
    assert_eq!(by_key().status, 201);
}

#[test]
fn who_acts_for_some_types_sees_and_decides_proposals_about_no_other() {
    let stage = Stage::new();
    stage.operator(WANG, 1);
    let chen = stage.officer(Office::Housing, "chen.head", &[Role::Approver]);
    let some = |login: &str, role: Role, kind: &str| stage.officer_for(Office::Housing, login, &[role], &[kind]);
    let (fitting, auditing) = (some("zhou.head", Role::Approver, OPERATOR), some("wu.audit", Role::Auditor, OPERATOR));
    let others = [some("li.head", Role::Approver, CONSTRUCTION), some("xu.audit", Role::Auditor, CONSTRUCTION)];
    let proposal = propose(&chen, "/v1/certificates/changes", &of_all("suspend"));
    let one = format!("/v1/proposals/{}", proposal["code"].as_str().unwrap());
    // An auditor decides nothing, of whatever type.
    for (other, stopped) in others.iter().zip(["caller_lacks_type", "caller_lacks_right"]) {
        for path in [&one, &path_of(&proposal, "content")] {
            assert_eq!(refused(&other.get(path)), (403, "caller_lacks_type".to_owned()), "{path}");
        }
        assert_eq!(other.get("/v1/proposals").json()["proposals"], json!([]));
        assert_eq!(other.get("/v1/proposals?open=true").json()["proposals"], json!([]));
        for (act, body) in [("approval", json!({ "digest": proposal["digest"], "reason": "好" })), ("rejection", json!({ "reason": "好" }))]
        {
            let reply = other.post(&path_of(&proposal, act), &body);
            assert_eq!(refused(&reply), (403, stopped.to_owned()), "{act}");
        }
    }
    for reader in [&fitting, &auditing] {
        assert_eq!(reader.get(&one).status, 200);
        assert_eq!(reader.get("/v1/proposals").json()["proposals"].as_array().unwrap().len(), 1);
    }
    approved(&fitting, &proposal);
}

#[test]
fn what_is_about_the_region_is_for_accounts_of_every_type() {
    let stage = Stage::new();
    let tang = stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]);
    let some = [("few.keys", Role::KeyHolder), ("few.audit", Role::Auditor)];
    let some = some.map(|(login, role)| stage.officer_for(Office::Housing, login, &[role], &[OPERATOR, CONSTRUCTION]));
    let key = stage.key(Office::Housing, &[Role::KeyHolder], Some(vec![*stage.house.catalogue.find(OPERATOR).unwrap().code()]));
    let manifest = a_file(&next_manifest(2, |_| {}));
    let lacks = (403, "caller_lacks_type".to_owned());
    assert_eq!(refused(&tang.post("/v1/manifest", &manifest)), (409, "proposal_nobody_else".to_owned()), "no second person");
    assert_eq!(refused(&some[0].post("/v1/manifest", &manifest)), lacks);
    assert_eq!(refused(&stage.call(&key, "POST", "/v1/manifest", Some(&manifest))), lacks);
    let song = stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]);
    let proposal = propose(&tang, "/v1/manifest", &manifest);
    for desk in &some {
        for path in [format!("/v1/proposals/{}", proposal["code"].as_str().unwrap()), path_of(&proposal, "content")] {
            assert_eq!(refused(&desk.get(&path)), lacks, "{path}");
        }
        assert_eq!(desk.get("/v1/proposals?open=true").json()["proposals"], json!([]));
    }
    let body = json!({ "digest": proposal["digest"], "reason": "好" });
    assert_eq!(refused(&some[0].post(&path_of(&proposal, "approval"), &body)), lacks);
    assert_eq!(refused(&some[0].post(&path_of(&proposal, "rejection"), &json!({ "reason": "好" }))), lacks);
    approved(&song, &proposal);
}

#[test]
fn auditors_read_who_proposed_and_decided_what() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let auditor = stage.officer(Office::Housing, "wu.audit", &[Role::Auditor]);
    let made = |edition| propose(&tang, "/v1/manifest", &a_file(&next_manifest(edition, |_| {})));
    let (first, second, third) = (made(2), made(3), made(4));
    approved(&song, &first);
    song.post(&path_of(&second, "rejection"), &json!({ "reason": "不妥" }));
    tang.post(&path_of(&third, "withdrawal"), &json!({ "reason": "有误" }));
    let uses = auditor.get("/v1/audit/uses").json();
    let told: BTreeSet<String> = uses["uses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["act"].as_str().unwrap().starts_with("propos"))
        .map(|line| format!("{} {} {}", line["actor"].as_str().unwrap(), line["act"].as_str().unwrap(), line["subject"].as_str().unwrap()))
        .collect();
    let subject =
        |proposal: &Value| format!("{} manifest sha256:{}", proposal["code"].as_str().unwrap(), proposal["digest"].as_str().unwrap());
    let wanted = [
        format!("tang.keys proposed {}", subject(&first)),
        format!("tang.keys proposed {}", subject(&second)),
        format!("tang.keys proposed {}", subject(&third)),
        format!("song.keys proposal_approved {}", subject(&first)),
        format!("song.keys proposal_rejected {}", subject(&second)),
        format!("tang.keys proposal_withdrawn {}", subject(&third)),
    ];
    assert_eq!(told, BTreeSet::from(wanted));
    let waiting = made(5);
    assert_eq!(song.get("/v1/proposals?open=true").json(), json!({ "proposals": [waiting], "next": null }));
    tang.post(&path_of(&waiting, "withdrawal"), &json!({ "reason": "有误" }));
    let listed = auditor.get("/v1/proposals?limit=3").json();
    assert_eq!(listed["proposals"].as_array().unwrap().len(), 3);
    let rest = auditor.get(&format!("/v1/proposals?after={}", listed["next"].as_str().unwrap())).json();
    assert_eq!((rest["proposals"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
}

#[test]
fn an_officer_of_a_role_that_wants_a_second_factor_does_nothing_before_it_has_one() {
    let demanded = vec![Role::KeyHolder, Role::Administrator];
    let stage = Stage::of(house_with(|house| house.door = Door::new(false).demanding(demanded)), Limits::default());
    let first = stage.appoint(Office::Housing, "tang.keys", &[Role::KeyHolder, Role::Auditor]);
    let desk = stage.sign_in("tang.keys", &first, None);
    assert_eq!(refused(&desk.post("/v1/session/second-factor", &json!({}))), (403, "password_must_change".to_owned()));
    assert_eq!(desk.send("PUT", "/v1/session/password", Some(&json!({ "old": first, "new": PASSWORD }))).status, 204);
    assert_eq!(desk.get("/v1/session").json()["session"]["must_set_second_factor"], true);
    for path in ["/v1/audit/uses", "/v1/proposals", "/v1/certificates/count"] {
        assert_eq!(refused(&desk.get(path)), (403, "second_factor_must_set".to_owned()), "{path}");
    }
    assert_eq!(refused(&desk.post("/v1/publish", &json!({}))), (403, "second_factor_must_set".to_owned()));
    let enrolment = desk.post("/v1/session/second-factor", &json!({})).json();
    let secret: [u8; 20] = base32(enrolment["secret"].as_str().unwrap()).try_into().unwrap();
    let code = second_factor::code_at(&secret, stage.house.now().as_second());
    assert_eq!(desk.post("/v1/session/second-factor/confirmation", &json!({ "code": code })).status, 204);
    assert_eq!(desk.get("/v1/session").json()["session"]["must_set_second_factor"], false);
    assert_eq!(desk.get("/v1/audit/uses").status, 200);
    // Roles that nobody named are as before, and systems have no second factor.
    assert_eq!(stage.officer(Office::Housing, "head", &[Role::Approver]).get("/v1/certificates/count").status, 200);
    assert_eq!(stage.call(&stage.key(Office::Housing, &[Role::KeyHolder], None), "POST", "/v1/publish", Some(&json!({}))).status, 200);
}

/// What base32 without padding says (RFC 4648 §6).
fn base32(text: &str) -> Vec<u8> {
    let digit = |letter: u8| u64::from(if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' });
    let block = |chunk: &[u8]| chunk.iter().fold(0, |bits, letter| bits << 5 | digit(*letter)).to_be_bytes()[3..].to_vec();
    text.as_bytes().chunks(8).flat_map(block).collect()
}
