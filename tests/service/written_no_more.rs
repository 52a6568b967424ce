//! A write that fails under a running service: nothing is written from then on, and whoever watches is told so.

use crate::agencies::grounds;
use crate::office::{Certificate, issue};
use crate::stage::{Reply, Stage};
use kanhe_service::accounts::Role;
use kanhe_service::measure::Recorder;
use kanhe_store::faults::{Fault, arm};
use kanhe_tests::Office;
use serde_json::{Value, json};

const SAID: &str = "the library is written no more until the service is restarted";

fn suspend(stage: &Stage, key: &str, certificate: &Certificate) -> Reply {
    stage.call(key, "POST", &format!("/v1/certificates/{}/suspend", certificate.identifier), Some(&grounds()))
}

fn gauge(stage: &Stage) -> String {
    let text = stage.beside(Recorder::install().unwrap().router(&stage.house, None), "/metrics");
    text.lines().find(|line| line.starts_with("kanhe_library_broken ")).unwrap().to_owned()
}

/// What `/readyz` says of the library, and its status.
fn library(stage: &Stage) -> (u16, String, Value) {
    let ready = stage.send("GET", "/readyz", &[("accept-language", "en")], b"");
    let body = ready.json();
    let part = body["parts"].as_array().unwrap().iter().find(|part| part["name"] == "library").unwrap().clone();
    (ready.status, body["status"].as_str().unwrap().to_owned(), part)
}

#[test]
fn a_service_of_which_a_write_failed_says_so_until_it_is_restarted() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let key = stage.key(Office::Housing, &[Role::Approver, Role::Clerk], None);
    assert_eq!(
        (library(&stage), gauge(&stage).as_str()),
        ((200, "ok".to_owned(), json!({ "name": "library", "ok": true })), "kanhe_library_broken 0")
    );

    arm(0, Fault::Fails);
    let failed = suspend(&stage, &key, &certificate);
    assert_eq!((failed.status, failed.code().as_str()), (500, "store_database"));
    let refused =
        [suspend(&stage, &key, &certificate), stage.call(&key, "GET", &format!("/v1/certificates/{}", certificate.identifier), None)];
    assert_eq!(
        refused.map(|reply| (reply.status, reply.code())),
        [(); 2].map(|()| (503, "store_broken".to_owned())),
        "a look is written down too"
    );

    let (status, word, part) = library(&stage);
    assert_eq!((status, word.as_str(), &part["ok"], part["code"].as_str()), (503, "failing", &json!(false), Some("store_broken")));
    assert!(part["hint"].as_str().unwrap().contains("restarted"), "{part}");
    assert_eq!(gauge(&stage), "kanhe_library_broken 1");
    let lines: Vec<Value> = stage.log_lines().into_iter().filter(|line| line["fields"]["message"] == SAID).collect();
    assert_eq!(
        lines.iter().map(|line| (&line["level"], &line["fields"]["code"])).collect::<Vec<_>>(),
        [(&json!("ERROR"), &json!("store_database"))]
    );
    assert_eq!(stage.get("/healthz").status, 200);
    assert_eq!(stage.post("/v1/verify", &json!({ "text": certificate.text })).json()["code"], "accepted", "who verifies is still answered");

    let stage = stage.restarted();
    assert_eq!((library(&stage).0, gauge(&stage).as_str()), (200, "kanhe_library_broken 0"));
    assert_eq!(suspend(&stage, &key, &certificate).status, 200, "what was refused was not done");
}
