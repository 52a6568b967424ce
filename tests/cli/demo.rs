//! `kanhe demo`: what a newcomer sees first.

use crate::log::Log;
use crate::program::{kanhe, word};
use crate::stage::{AGENCIES, Stage};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

#[test]
fn sixteen_scenes_end_as_they_should() {
    let scenes = Stage::get().told["scenes"].as_array().unwrap().clone();
    assert_eq!(scenes.len(), 16);
    for played in scenes {
        let (expected, answer) = (&played["expected"], &played["answer"]);
        assert_eq!((&answer["verdict"], &answer["code"]), (&expected["verdict"], &expected["code"]), "{}", played["scene"]);
    }
}

#[test]
fn no_two_scenes_say_the_same_but_the_three_that_are_accepted() {
    let told = Stage::get().told;
    let codes: Vec<&str> = told["scenes"].as_array().unwrap().iter().map(|played| word(played, "/answer/code")).collect();
    let accepted = codes.iter().filter(|code| **code == "accepted").count();
    assert_eq!((accepted, codes.iter().collect::<HashSet<_>>().len()), (3, 14), "{codes:?}");
}

#[test]
fn at_least_three_hundred_certificates_have_all_their_files() {
    let stage = Stage::get();
    let mut issued = 0;
    for agency in AGENCIES {
        for line in stage.report(agency) {
            assert_eq!(line["result"], "issued", "{line}");
            for file in ["certificate", "seal", "png", "svg"] {
                let path = stage.path(&format!("{agency}/{}", word(&line, &format!("/files/{file}"))));
                assert!(fs::metadata(&path).is_ok_and(|file| file.len() > 100), "{path}");
            }
            issued += 1;
        }
    }
    assert!(issued >= 300, "{issued}");
    // And the one that was approved after a review, which no table issued.
    assert_eq!(stage.told["certificates"], issued + 1);
}

#[test]
fn a_scene_typed_by_hand_ends_as_it_did_in_the_demo() {
    let stage = Stage::get();
    for (scene, code, exit) in
        [("genuine, of this region", "accepted", 0), ("revoked", "revoked", 1), ("signed by a stranger's key", "issuer_unknown", 3)]
    {
        let run = stage.verify(&stage.picture(scene), &["--json"]).run().ended(exit);
        assert_eq!(run.json()["code"], code, "{scene}");
    }
}

#[test]
fn a_folder_that_is_not_a_demos_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let treasure = folder.path().join("treasure.txt");
    fs::write(&treasure, "mine").unwrap();
    let run = kanhe(&["demo", "--out", folder.path().to_str().unwrap()]).ended(2);
    assert!(run.err.starts_with("error file_exists: "), "{run:?}");
    assert_eq!(fs::read_to_string(&treasure).unwrap(), "mine");
}

/// A demo that serves, and is ended with its services however its story goes.
struct Running(Child, Log);

impl Running {
    fn end(&mut self) -> ExitStatus {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        self.0.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends what the description shows, as its page does when one presses "Try it out" with the key of the housing department.
fn every_example_is_taken(service: &Value) {
    let (url, key) = (word(service, "/url"), format!("Bearer {}", word(service, "/accounts/1/key")));
    let described: Value =
        serde_json::from_str(&ureq::get(format!("{url}/v1/openapi.json")).call().unwrap().body_mut().read_to_string().unwrap()).unwrap();
    let paths = [
        "/v1/verify",
        "/v1/verify/batch",
        "/v1/certificates/search",
        "/v1/certificates",
        "/v1/certificates/batch",
        "/v1/applications/search",
        "/v1/applications",
        "/v1/sharing/holder",
    ];
    for path in paths {
        let example = &described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"];
        assert!(example.is_object(), "{path}");
        let request = ureq::post(format!("{url}{path}")).header("authorization", &key).header("content-type", "application/json");
        let reply = request.config().http_status_as_error(false).build().send(&example.to_string()).unwrap();
        let (status, told) = (reply.status().as_u16(), reply.into_body().read_to_string().unwrap());
        assert!(matches!(status, 200 | 201), "{path}: {told}");
        let told: Value = serde_json::from_str(&told).unwrap();
        assert!(told.get("certificates").is_none_or(|found| !found.as_array().unwrap().is_empty()), "{path}: {told}");
    }
}

/// What the demo prints to be copied, and its service's address.
fn printed(demo: &mut Child) -> (String, String, String) {
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find(|line| line.contains("/v1/certificates ")).unwrap();
    let words: Vec<&str> = line.split('\'').collect();
    let url = line.split(' ').find_map(|word| word.strip_suffix("/v1/certificates")).unwrap();
    (url.to_owned(), words[1].strip_prefix("Authorization: ").unwrap().to_owned(), words[5].to_owned())
}

#[test]
fn what_is_printed_and_what_is_described_are_issued_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (out, log) = (folder.path().join("demo"), Log::new());
    let mut command = Command::new(env!("CARGO_BIN_EXE_kanhe"));
    command.args(["demo", "--serve", "--out", out.to_str().unwrap()]).stdout(Stdio::piped()).stderr(log.pipe());
    let mut demo = Running(command.spawn().unwrap(), log);
    let (url, key, shown) = printed(&mut demo.0);
    demo.1.handed().hand(&key);
    let text = |mut reply: ureq::http::Response<ureq::Body>| reply.body_mut().read_to_string().unwrap();
    let described: Value = serde_json::from_str(&text(ureq::get(format!("{url}/v1/openapi.json")).call().unwrap())).unwrap();
    let example = |path: &str| described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"].to_string();
    let send = |path: &str, body: String| {
        let request = ureq::post(format!("{url}{path}")).header("authorization", &key).header("content-type", "application/json");
        let told = text(request.config().http_status_as_error(false).build().send(&body).unwrap());
        serde_json::from_str::<Value>(&told).unwrap()
    };
    for body in [shown, example("/v1/certificates")] {
        let told = send("/v1/certificates", body);
        assert_eq!(told["result"], "issued", "{told}");
    }
    let told = send("/v1/certificates/batch", example("/v1/certificates/batch"));
    assert_eq!(told["rows"][0]["result"], "issued", "{told}");
    for path in ["/v1/verify", "/v1/verify/batch", "/v1/sharing/qr"] {
        let about = described["paths"][path]["post"]["requestBody"]["description"].as_str().unwrap();
        assert!(about.contains("`issuer_unknown`") && about.contains("/seal`"), "{path}: {about}");
    }
}

/// A demo that serves, and its services.
fn serving(folder: &tempfile::TempDir) -> (Running, Vec<Value>) {
    let out = folder.path().join("demo");
    let log = Log::new();
    let process = Command::new(env!("CARGO_BIN_EXE_kanhe"))
        .args(["--json", "demo", "--serve", "--out", out.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(log.pipe())
        .spawn()
        .unwrap();
    let mut demo = Running(process, log);
    let lines = BufReader::new(demo.0.stdout.take().unwrap()).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let told = lines.into_iter().find(|told: &Value| told["services"].is_array());
    let told = told.unwrap_or_else(|| panic!("the services are not told: {}", demo.1.text()));
    (demo, told["services"].as_array().unwrap().clone())
}

#[test]
fn two_regions_are_served_until_somebody_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut demo, services) = serving(&folder);
    assert_eq!(services.len(), 2);
    for service in &services {
        let url = word(service, "/url");
        let ready = ureq::get(format!("{url}/readyz")).call().unwrap();
        assert_eq!(ready.status(), 200);
        let key = format!("Bearer {}", word(service, "/accounts/0/key"));
        demo.1.handed().hand(&key);
        let search = |key: &str| {
            let request = ureq::post(format!("{url}/v1/certificates/search")).header("authorization", key);
            request.header("content-type", "application/json").send(r#"{"by":{"shelf":{}}}"#)
        };
        let found: Value = serde_json::from_str(&search(&key).unwrap().body_mut().read_to_string().unwrap()).unwrap();
        assert!(!found["certificates"].as_array().unwrap().is_empty(), "{found}");
        assert!(search("Bearer kanhe_none_none").is_err());
    }
    every_example_is_taken(&services[0]);
    let recognition = ureq::get(format!("{}/v1/recognition", word(&services[0], "/url"))).call().unwrap();
    assert_eq!(recognition.status(), 200, "the one that stands in its pack");
    assert!(demo.end().success());
    for service in &services {
        assert!(ureq::get(format!("{}/healthz", word(service, "/url"))).call().is_err());
    }
}

#[test]
fn a_demo_that_is_killed_leaves_no_service_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut demo, services) = serving(&folder);
    demo.0.kill().unwrap();
    demo.0.wait().unwrap();
    let lives = |service: &Value| ureq::get(format!("{}/healthz", word(service, "/url"))).call().is_ok();
    let gone = |service: &Value| {
        (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            !lives(service)
        })
    };
    assert!(services.iter().all(gone));
}
