//! `kanhe serve` on a socket that somebody else holds: nobody is refused while one process takes the place of another.

use crate::log::Log;
use crate::service::listening;
use crate::stage::Stage;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

/// The protocol of sd_listen_fds(3): the third file is the socket, and two variables say so to the process with this number.
const HAND_OVER: &str = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --json serve --config \"$1\"";

#[test]
fn whoever_comes_while_the_service_is_restarted_waits_and_is_answered() {
    let (folder, socket) = (tempfile::tempdir().unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = socket.local_addr().unwrap();
    let config = service_in(folder.path());
    let ask = move || ureq::get(&format!("http://{address}/healthz")).call().unwrap().status().as_u16();
    let log = Log::new();
    let first = start(&socket, &config, &log);
    assert_eq!(ask(), 200);
    stop(first);
    let waiting = thread::spawn(ask);
    // Long enough for the request to stand in the queue of a socket behind which there is nobody.
    thread::sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished());
    let second = start(&socket, &config, &log);
    assert_eq!(waiting.join().unwrap(), 200);
    stop(second);
}

fn start(socket: &TcpListener, config: &str, log: &Log) -> Child {
    let socket: OwnedFd = socket.try_clone().unwrap().into();
    let kanhe = env!("CARGO_BIN_EXE_kanhe");
    let (process, address) = listening(Command::new("sh").args(["-c", HAND_OVER, kanhe, config]).stdin(socket), log);
    assert!(address.starts_with("127.0.0.1:"), "the line names the socket that was handed over, not the setting");
    process
}

fn stop(mut process: Child) {
    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    assert!(process.wait().unwrap().success());
}

/// A copy of the demo's smaller region, and its configuration.
fn service_in(folder: &Path) -> String {
    let stage = Stage::get();
    for name in ["zj-library", "keys", "zhejiang.pack"] {
        assert!(Command::new("cp").arg("-r").arg(stage.path(name)).arg(folder).status().unwrap().success());
    }
    let config = folder.join("serve.toml");
    let text = "[listen]\naddress = \"[::1]:1\"\n\n[library]\nfolder = \"zj-library\"\nidentity = \"keys/identity.txt\"\n\n\
                [counter]\npack = \"zhejiang.pack\"\ntrusted_files = [\"keys/zj-root.pub\"]\n";
    fs::write(&config, text).unwrap();
    config.to_str().unwrap().to_owned()
}
