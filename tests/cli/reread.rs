//! Files that a running service reads again: what would keep it from starting again is named while it still runs.

use crate::archive::Archive;
use crate::office::permits;
use crate::service::Service;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// A certificate for the machine itself, and its key.
fn certificate(archive: &Archive, name: &str) {
    let (key, chain) = (archive.path(&format!("{name}.key.pem")), archive.path(&format!("{name}.pem")));
    let words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"];
    let made = Command::new("openssl").args(words).args(["-keyout", &key, "-out", &chain]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// What `/readyz` says to somebody on the machine, who needs no TLS.
fn ready(archive: &Archive) -> (bool, Value) {
    let mut socket = UnixStream::connect(archive.path("library/service.sock")).unwrap();
    socket.write_all(b"GET /readyz HTTP/1.1\r\nhost: kanhe\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let ready: Value = serde_json::from_str(body).unwrap();
    let mut wrong = ready["parts"].as_array().unwrap().iter().filter(|part| part["ok"] == false);
    assert!(wrong.all(|part| part["hint"].is_string()), "what to do about each is said: {ready}");
    (head.starts_with("HTTP/1.1 200 "), ready)
}

/// The codes of both files, once they are these.
fn wait_for(archive: &Archive, codes: [Option<&str>; 2]) -> Value {
    for _ in 0..200 {
        let (is_ok, ready) = ready(archive);
        assert!(is_ok, "every question is answered all the while: {ready}");
        let code = |name: &str| {
            let part = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == name);
            part.map(|part| part["code"].as_str().unwrap().to_owned())
        };
        if [code("pack_file"), code("tls_files")] == codes.map(|code| code.map(str::to_owned)) {
            return ready["status"].clone();
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("{codes:?}: {}", ready(archive).1);
}

#[test]
fn a_pack_or_a_certificate_that_is_gone_or_bad_is_named_until_it_is_right_again() {
    let archive = Archive::open();
    archive.office.issue(permits(1)).ended(0);
    let pack = archive.office.pack("1", &[]);
    certificate(&archive, "own");
    certificate(&archive, "other");
    let config = archive.office.write(
        "kanhe.toml",
        "[listen]\naddress = \"127.0.0.1:0\"\ncertificate = \"own.pem\"\nkey = \"own.key.pem\"\n\
         [library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n\
         [counter]\npack = \"1.pack\"\ntrusted_files = [\"root.pub\"]\n",
    );
    let service = Service::start(&config, String::new(), &[]);
    wait_for(&archive, [None, None]);
    fs::rename(&pack, archive.path("away.pack")).unwrap();
    fs::copy(archive.path("own.key.pem"), archive.path("away.key.pem")).unwrap();
    fs::copy(archive.path("other.key.pem"), archive.path("own.key.pem")).unwrap();
    assert_eq!(wait_for(&archive, [Some("file_not_found"), Some("tls_refused")]), "degraded");
    fs::rename(archive.path("away.pack"), &pack).unwrap();
    fs::rename(archive.path("away.key.pem"), archive.path("own.key.pem")).unwrap();
    wait_for(&archive, [None, None]);
    let log = service.end();
    assert_eq!(log.matches("a file was refused").count(), 2, "said once, and not at every look: {log}");
}

#[test]
fn a_pack_that_takes_something_back_is_refused_while_the_service_runs() {
    let archive = Archive::open();
    archive.office.issue(permits(1)).ended(0);
    let pack = archive.office.pack("1", &[]);
    let older = archive.office.pack("2", &["--at", "2026-01-01"]);
    let config = archive.office.write(
        "kanhe.toml",
        "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n\
         [counter]\npack = \"1.pack\"\ntrusted_files = [\"root.pub\"]\n",
    );
    let service = Service::start(&config, String::new(), &[]);
    wait_for(&archive, [None, None]);
    fs::rename(older, &pack).unwrap();
    assert_eq!(wait_for(&archive, [Some("pack_part_older"), None]), "degraded");
    let log = service.end();
    assert!(log.contains("of region 440000 is as of 2026-01-01T12:00:00+08:00, in the pack before as of "), "{log}");
    // Who means it lays it down while the service stands still: then there is none to hold it against.
    let service = Service::start(&config, String::new(), &[]);
    wait_for(&archive, [None, None]);
    service.end();
}
