//! `kanhe verify` stays small even with the pack of a nation: a counter's device is not a server.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use kanhe_core::key::PublicKeyLine;
use kanhe_tests::World;
use kanhe_tests::world::{nation, noon, trusted_key};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What the pack of a nation may cost; Linux counts in kibibytes.
const MOST_KIB: u64 = 64_000_000 / 1024;

/// Runs a command and prints the greatest resident size of it, in KiB, as the kernel has counted it.
const MEASURE: &str = "import resource, subprocess, sys\n\
    ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n\
    print(ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

#[test]
fn verifying_with_the_pack_of_a_nation_takes_less_than_64_megabytes() {
    let world = World::new();
    let folder = env::temp_dir().join(format!("kanhe-memory-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let pack = folder.join("nation.pack");
    fs::write(&pack, nation(&world)).unwrap();
    let trust = PublicKeyLine::new("guangdong.example/root", trusted_key()).unwrap().to_string();
    let text = world.food_permit().text();
    let measured = Command::new("python3")
        .args(["-c", MEASURE])
        .arg(program())
        .args(["verify", &text, "--at", &noon().to_string(), "--trust", &trust, "--pack"])
        .arg(&pack)
        .output()
        .expect("python3 measures; `make test` installs it");
    fs::remove_dir_all(&folder).unwrap();
    let said = String::from_utf8(measured.stdout).unwrap();
    let (code, kib) = said.trim().split_once(' ').unwrap();
    assert_eq!(code, "0", "{}", String::from_utf8_lossy(&measured.stderr));
    let kib: u64 = kib.parse().unwrap();
    assert!(kib < MOST_KIB, "{kib} KiB, allowed are {MOST_KIB}");
}

/// The program stands beside the tests of the workspace, which builds both.
fn program() -> PathBuf {
    let beside = env::current_exe().unwrap().parent().and_then(|deps| deps.parent()).unwrap().join("kanhe");
    assert!(beside.exists(), "{} is not built: run the tests of the whole workspace", beside.display());
    beside
}
