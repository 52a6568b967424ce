//! What a job stands on can change while it is worked on: who answers for it, the manifest, the type, the library itself.

use super::{counts, csv, path_of, rows, stage};
use crate::agencies::*;
use crate::people::Desk;
use crate::proposals::{a_file, approved, next_manifest, propose};
use crate::set_back::copying;
use crate::stage::{Reply, Stage, code_of, dictionary, house_with, shipped};
use kanhe_core::code::CertificateId;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_service::accounts::{OfficerId, Role};
use kanhe_service::http::Limits;
use kanhe_service::publish::compare;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::fs;
use std::ops::Range;
use std::time::Duration;

/// Rows that make some batches: what happens behind the first happens in the middle.
const TABLE: usize = 500;
const ROWS: u64 = TABLE as u64;

impl Stage {
    /// An officer hands operators in from a browser.
    fn job_of(&self, desk: &Desk<'_>, numbers: Range<usize>) -> String {
        let headers = [("cookie", desk.cookie.as_str()), ("x-csrf-token", desk.csrf.as_str()), ("content-type", "text/csv")];
        let reply = self.send("POST", &path_of(OPERATOR, ""), &headers, csv(&rows(numbers)).as_bytes());
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        reply.header("location").to_owned()
    }

    /// Who has done what came of the rows, each once, in their order.
    fn actors(&self, path: &str) -> Vec<String> {
        let identifiers = self.lines(path).into_iter().filter_map(|line| line["identifier"].as_str().map(str::to_owned));
        let actor = |identifier: String| {
            let mark = self.house.library.find(&CertificateId::parse(&identifier).unwrap()).unwrap().unwrap();
            self.house.library.history(mark).unwrap().remove(0).1.actor
        };
        let mut actors: Vec<_> = identifiers.map(actor).collect();
        actors.dedup();
        actors
    }
}

fn done(reply: &Reply) {
    assert!((200..300).contains(&reply.status), "{}", String::from_utf8_lossy(&reply.bytes));
}

/// What stopped a job that issued nothing more once that was answered.
fn stopped(stage: &Stage, path: &str, issued: u64) -> String {
    let job = stage.ended(path, "failed");
    assert_eq!((job["issued"].as_u64(), stage.certificates()), (Some(issued), issued), "nothing is issued after the answer, nothing lost");
    assert!((1..ROWS).contains(&issued), "{issued}");
    job["failure"].as_str().unwrap().to_owned()
}

#[test]
fn a_job_of_a_key_that_is_revoked_stops_and_a_colleague_lets_it_go_on_in_his_own_name() {
    let stage = stage();
    let admin = stage.officer(Office::Housing, "ming.admin", &[Role::Administrator]);
    let path = stage.job_at_work(TABLE);
    let author = stage.actor(WANG);
    done(&admin.send("DELETE", &format!("/v1/api-keys/{}", author.strip_prefix("key:").unwrap()), None));
    let issued = stage.certificates();
    // The key that has handed it in cannot look any more.
    *stage.badges.lock().unwrap() = Default::default();
    assert_eq!(stopped(&stage, &path, issued), "job_actor_closed");
    let resumed = stage.post_as(WANG, &format!("{path}/resume"), &json!({})).json();
    let colleague = stage.actor(WANG);
    assert_ne!(author, colleague);
    assert_eq!((&resumed["actor"], &resumed["resumed_by"]), (&json!(author), &json!(colleague)));
    let job = stage.ended(&path, "done");
    assert_eq!((counts(&job), &job["failure"]), ([ROWS, ROWS, ROWS, 0, 0, 0], &Value::Null));
    assert_eq!(stage.actors(&path), [author, colleague], "the log says who answers for which certificate");
}

#[test]
fn a_job_of_an_officer_who_is_deactivated_or_loses_the_right_or_the_type_stops() {
    let stage = stage();
    let admin = stage.officer(Office::Housing, "ming.admin", &[Role::Administrator]);
    let construction = stage.house.catalogue.find(CONSTRUCTION).unwrap().code().to_string();
    let change = |roles: Value, types: Value| json!({ "name": "王敏", "roles": roles, "types": types });
    let rows = [
        ("deactivation", None, "job_actor_closed"),
        ("", Some(change(json!(["reviewer"]), Value::Null)), "job_actor_forbidden"),
        ("", Some(change(json!(["clerk"]), json!([construction]))), "job_actor_forbidden"),
    ];
    for (number, (act, body, code)) in rows.into_iter().enumerate() {
        let login = format!("wang.min.{number}");
        let desk = stage.officer(Office::Housing, &login, &[Role::Clerk]);
        let before = stage.certificates();
        let path = stage.job_of(&desk, TABLE * number..TABLE * (number + 1));
        stage.until(&path, |job| job["done"].as_u64() > Some(0));
        let officer = format!("/v1/officers/{}", OfficerId::of(&stage.house.library, &login));
        match &body {
            None => done(&admin.post(&format!("{officer}/{act}"), &json!({}))),
            Some(body) => done(&admin.send("PUT", &officer, Some(body))),
        }
        let issued = stage.certificates();
        let job = stage.ended(&path, "failed");
        assert_eq!((job["failure"].as_str(), job["issued"].as_u64()), (Some(code), Some(issued - before)), "{act} {body:?}");
        assert!(job["done"].as_u64() < Some(ROWS));
        assert_eq!(stage.certificates(), issued);
    }
}

#[test]
fn a_job_goes_on_under_another_manifest_and_stops_where_that_takes_the_type_away() {
    let stage = stage();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let same = propose(&tang, "/v1/manifest", &a_file(&next_manifest(2, |_| {})));
    let path = stage.job_at_work(TABLE);
    approved(&song, &same);
    let issued = stage.certificates();
    stage.until(&path, |job| job["issued"].as_u64() > Some(issued));
    stage.post_as(WANG, &format!("{path}/pause"), &json!({}));
    let without = next_manifest(3, |contents| {
        let housing = contents.agencies.iter_mut().find(|agency| agency.code == code_of(Office::Housing)).unwrap();
        housing.kinds = vec![3];
    });
    let taken_away = propose(&tang, "/v1/manifest", &a_file(&without));
    stage.post_as(WANG, &format!("{path}/resume"), &json!({}));
    approved(&song, &taken_away);
    let issued = stage.certificates();
    assert_eq!(stopped(&stage, &path, issued), "desk_out_of_scope");
}

#[test]
fn a_job_goes_on_by_the_edition_of_its_type_that_is_in_force() {
    let stage = stage();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let file = {
        let mut file: Value = serde_json::from_slice(&fs::read(shipped(&format!("types/{OPERATOR}.json"))).unwrap()).unwrap();
        file["edition"] = json!(3);
        serde_json::to_vec_pretty(&file).unwrap()
    };
    let kind = Catalogue::check(OPERATOR, &file, &[&dictionary()]).unwrap();
    approved(&song, &propose(&tang, "/v1/types", &a_file(&file)));
    let next = next_manifest(2, |contents| {
        let named = contents.kinds.iter_mut().find(|named| named.code == *kind.code()).unwrap();
        *named = kind.to_kind(named.index);
    });
    let named = propose(&tang, "/v1/manifest", &a_file(&next));
    let path = stage.job_at_work(TABLE);
    approved(&song, &named);
    let issued = stage.certificates();
    assert!(issued < ROWS);
    assert_eq!(counts(&stage.ended(&path, "done")), [ROWS, ROWS, ROWS, 0, 0, 0]);
    assert_eq!(stage.house.catalogue.find(OPERATOR).unwrap().edition(), 3);
}

#[test]
fn a_job_stands_still_in_a_library_that_was_set_back_and_goes_on_in_the_right_one() {
    let folder = tempfile::TempDir::new().unwrap();
    let copy = folder.path().join("checkpoint");
    let stage = Stage::of(house_with(|house| copying(house, &copy)), Limits::default());
    let path = stage.job_at_work(TABLE);
    fs::write(&copy, "another.example.cn/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAA=\n").unwrap();
    assert_eq!(compare(&stage.house), Err("note_not_signed"));
    let issued = stage.certificates();
    while stage.house.jobs.at_work().is_some() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let job = stage.get_as(WANG, &path).json();
    assert_eq!((&job["condition"], job["issued"].as_u64(), stage.certificates()), (&json!("waiting"), Some(issued), issued));
    assert!(issued < ROWS);
    fs::remove_file(&copy).unwrap();
    assert_eq!(compare(&stage.house), Ok(()));
    stage.house.jobs.wake();
    assert_eq!(counts(&stage.ended(&path, "done")), [ROWS, ROWS, ROWS, 0, 0, 0]);
}
