//! The example clients of `docs/examples`, run as they stand.

use crate::agencies::ALL_ROLES;
use crate::stage::Stage;
use kanhe_tests::Office;
use std::path::Path;
use std::process::Command;

fn run(program: &str, client: &str) {
    let stage = Stage::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    let told = Command::new(program)
        .args([folder.join(client), folder.join("application.json")])
        .env("KANHE_URL", stage.url(""))
        .env("KANHE_KEY", stage.key(Office::Housing, &ALL_ROLES, None))
        .output()
        .unwrap_or_else(|error| panic!("`.ci/install test` has installed {program}: {error}"));
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success(), "{said}{}", String::from_utf8_lossy(&told.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[0].starts_with("issued"), "{said}");
    assert!(lines[1].contains("440599********0190"), "{said}");
    assert!(lines[2].contains("accept (accepted): "), "{said}");
    assert!(lines[3].contains("refuse (suspended): "), "{said}");
}

#[test]
fn the_client_in_python_walks_from_issue_to_suspension() {
    run("python3", "client.py");
}

#[test]
fn the_client_in_curl_walks_from_issue_to_suspension() {
    run("bash", "client.sh");
}
