//! Schemathesis reads the description of the interface, makes requests of its own from it, and holds every answer against it.

use crate::agencies::ALL_ROLES;
use crate::node::cache;
use crate::stage::Stage;
use kanhe_service::http::{Limits, Rate};
use kanhe_tests::Office;
use std::process::Command;

/// Requests of its own for each route: some thousand in all.
const EXAMPLES: &str = "25";

#[test]
fn no_request_of_its_own_finds_a_server_error_or_an_answer_that_is_not_described() {
    // The clock stands still here, so a caller's tokens never come back.
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000, at_once: 1_000 };
    let stage = Stage::with(Limits { body_bytes: 1 << 20, rate, ..Limits::default() });
    let key = stage.key(Office::Housing, &ALL_ROLES, None);
    let run = Command::new(cache().join("readers/bin/schemathesis"))
        .args([
            "run",
            &stage.url("/v1/openapi.json"),
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
