//! A service that ends: killed under a table, or stopped and begun again.

use super::MARKET;
use super::held::{Held, serve};
use crate::archive::Archive;
use crate::office::many_permits;
use crate::program::word;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::path::Path;

/// Whoever sees his service die does not know what became of his table, if nobody tells him.
#[test]
fn a_table_whose_service_dies_says_how_far_it_came_and_goes_on_from_there() {
    let mut held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let (rows, table) = (120, many_permits(120));
    let issuing = |archive: &Archive| archive.issuing(&table).and(&["--key-file", &archive.path("clerk")]);
    let broken = std::thread::scope(|scope| {
        let run = scope.spawn(|| issuing(&held.archive).run());
        let report = held.archive.path("rows.jsonl");
        while !run.is_finished() && std::fs::metadata(&report).map_or(0, |file| file.len()) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&held.process), Signal::KILL).unwrap();
        run.join().unwrap()
    });
    let told = broken.ended(2).json();
    let done = held.archive.rows().len();
    assert!(word(&told, "/error/code").starts_with("service_") && (1..rows).contains(&done), "{done}: {told}");
    assert_eq!(told["error"]["rows"], done);
    held.process.wait().unwrap();
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    let again = issuing(&held.archive).run().ended(0).json();
    let (issued, repeated) = (again["issued"].as_u64().unwrap(), again["repeated"].as_u64().unwrap());
    // The row that was on its way may have been issued, and nobody heard of it.
    assert!([done, done + 1].contains(&usize::try_from(repeated).unwrap()) && issued + repeated == 120, "{again}");
}

#[test]
fn the_socket_is_its_owners_alone_and_gone_with_the_service() {
    use std::os::unix::fs::PermissionsExt;
    let mut held = Held::open(&[("clerk", MARKET, &["clerk"])]);
    let socket = held.socket();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    kill_process(Pid::from_child(&held.process), Signal::TERM).unwrap();
    assert!(held.process.wait().unwrap().success());
    assert!(!Path::new(&socket).exists());
    // A service that was killed leaves its socket, and nobody listens at it.
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    held.process.kill().unwrap();
    held.process.wait().unwrap();
    assert!(Path::new(&socket).exists());
    held.archive.is_whole();
    assert_eq!(held.ask("clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
    let (process, _) = serve(&held.archive.path("service.toml"), &held.log);
    held.process = process;
    assert_eq!(held.ask("clerk", &["count"]).run().ended(0).json()["totals"], json!([]));
}
