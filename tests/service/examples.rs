//! The example clients of `docs/examples`, run as they stand.

use crate::agencies::ALL_ROLES;
use crate::node::{node, packages, succeed};
use crate::stage::Stage;
use kanhe_tests::Office;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

fn told(stage: &Stage, program: &str, client: &Path) -> Output {
    let mut command = if program == "node" { node() } else { Command::new(program) };
    let asked = command.arg(client).arg(examples().join("application.json"));
    let known = asked.env("KANHE_URL", stage.url("")).env("KANHE_KEY", stage.key(Office::Housing, &ALL_ROLES, None));
    known.output().unwrap_or_else(|error| panic!("`.ci/install test` has installed {program}: {error}"))
}

/// Walks twice: what is suspended is not suspended again, and the client ends with why.
fn run(program: &str, client: &Path) {
    let stage = Stage::new();
    let first = told(&stage, program, client);
    walked(&first);
    let again = told(&stage, program, client);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("lifecycle_not_allowed"), "{again:?}");
}

fn walked(told: &Output) {
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
    run("python3", &examples().join("client.py"));
}

#[test]
fn the_client_in_curl_walks_from_issue_to_suspension() {
    run("bash", &examples().join("client.sh"));
}

/// The types are made here from the kept description, so a client that goes by them goes by what is served.
#[test]
fn the_client_in_typescript_is_taken_by_the_types_of_the_description_and_walks_from_issue_to_suspension() {
    let folder = tempfile::tempdir().unwrap();
    let (here, tests) = (folder.path(), Path::new(env!("CARGO_MANIFEST_DIR")));
    for file in [examples().join("client.ts"), tests.join("node/wrong.ts"), tests.join("node/tsconfig.json")] {
        fs::copy(&file, here.join(file.file_name().unwrap())).unwrap();
    }
    fs::write(here.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    std::os::unix::fs::symlink(packages(), here.join("node_modules")).unwrap();
    let description = tests.join("../schemas/http/openapi.json");
    let generator = packages().join("openapi-typescript/bin/cli.js");
    succeed(node().args([generator, description, "--output".into(), here.join("openapi.d.ts")]));
    succeed(node().arg(packages().join("typescript/bin/tsc")).arg("--project").arg(here));
    run("node", &here.join("client.ts"));
}
