//! Schemathesis reads the description of the interface, makes requests of its own from it, and holds every answer against it.

use crate::agencies::ALL_ROLES;
use crate::node::cache;
use crate::stage::Stage;
use kanhe_service::http::{Limits, Rate};
use kanhe_tests::Office;
use serde_json::Value;
use std::process::Command;

/// Requests of its own for each route: some thousand in all.
const EXAMPLES: &str = "25";

/// What of the description is an operation's own: what is read before any handler, in one place for all, is tried at that place, and would
/// come some thousand times here.
fn its_own(mut description: Value) -> Value {
    for operation in description["paths"].as_object_mut().unwrap().values_mut().flat_map(|item| item.as_object_mut().unwrap().values_mut())
    {
        operation.as_object_mut().unwrap().remove("security");
        let before_all = ["#/components/parameters/AcceptLanguage", "#/components/parameters/RequestId"];
        operation["parameters"].as_array_mut().unwrap().retain(|parameter| before_all.iter().all(|named| parameter["$ref"] != *named));
    }
    description
}

#[test]
fn no_request_of_its_own_finds_a_server_error_or_an_answer_that_is_not_described() {
    // The clock stands still here, so a caller's tokens never come back.
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 1_000 };
    let stage = Stage::with(Limits { body_bytes: 1 << 20, rate, ..Limits::default() });
    let key = stage.key(Office::Housing, &ALL_ROLES, None);
    let folder = tempfile::tempdir().unwrap();
    let description = folder.path().join("openapi.json");
    std::fs::write(&description, its_own(stage.get("/v1/openapi.json").json()).to_string()).unwrap();
    let run = Command::new(cache().join("readers/bin/schemathesis"))
        .args([
            "run",
            description.to_str().unwrap(),
            "--url",
            &stage.url(""),
            "--seed",
            "20260615",
            "--max-examples",
            EXAMPLES,
            "--phases",
            "examples,coverage,fuzzing",
        ])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
        ])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--generation-database", "none", "--no-color", "--request-timeout", "20"])
        .current_dir(std::env::temp_dir())
        .output()
        .expect("`.ci/install test` has installed schemathesis");
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    assert!(said.contains("✅ Fuzzing"), "{said}");
}
