//! Programs by other hands read what the program writes: every kind of picture, and the seal as a standard message.

use crate::program::kanhe;
use crate::stage::{AGENCIES, Stage};
use kanhe_core::hex::Hex;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

#[test]
fn zbar_and_zxing_read_in_a_picture_what_the_text_file_says() {
    let stage = Stage::get();
    let (pictures, texts): (Vec<String>, Vec<String>) = issued(&stage).into_iter().unzip();
    assert!(pictures.len() >= 300, "{}", pictures.len());
    let zxing = python("read_qr.py", &pictures);
    let answers: Vec<Value> = String::from_utf8_lossy(&zxing.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), pictures.len(), "{zxing:?}");
    for ((picture, text), answer) in pictures.iter().zip(&texts).zip(&answers) {
        assert_eq!(answer["texts"], serde_json::json!([text]), "zxing-cpp: {picture}");
        assert_eq!(&zbar(picture), text, "zbarimg: {picture}");
    }
}

#[test]
fn the_pictures_that_no_agency_issued_are_read_alike_by_both() {
    let stage = Stage::get();
    for name in ["one-bit-changed.png", "status-list-as-seal.png"] {
        let picture = stage.path(name);
        let zxing = python("read_qr.py", std::slice::from_ref(&picture));
        let answer: Value = serde_json::from_slice(&zxing.stdout).unwrap_or_else(|error| panic!("{error}: {zxing:?}"));
        let read = zbar(&picture);
        assert!(read.len() > 100 && read.bytes().all(|byte| byte.is_ascii_digit()), "{name}: {read}");
        assert_eq!(answer["texts"], serde_json::json!([read]), "{name}");
    }
}

#[test]
fn a_seal_written_as_a_standard_message_is_verified_by_pycose() {
    let stage = Stage::get();
    let folder = tempfile::tempdir().unwrap();
    for (request, agency, stranger) in [("GD-SPJY-2026-00001", "gd-market", "gd-root"), ("ZJ-DLYS-2026-00001", "zj-transport", "gd-market")]
    {
        let seal = stage.path(&stage.file_of(request, "seal"));
        let message = folder.path().join(request);
        kanhe(&["inspect", &seal, "--cose", message.to_str().unwrap()]).ended(0);
        assert_eq!(pycose(&message, &key_of(&stage, agency)).status.code(), Some(0), "{request}");
        assert_eq!(pycose(&message, &key_of(&stage, stranger)).status.code(), Some(1), "{request} by the wrong key");
    }
}

#[test]
fn a_certificate_file_is_a_standard_message_as_it_stands() {
    let stage = Stage::get();
    let file = PathBuf::from(stage.path(&stage.file_of("GD-YYZZ-2026-00001", "certificate")));
    assert_eq!(pycose(&file, &key_of(&stage, "gd-market")).status.code(), Some(0));
}

/// Every picture of an issued certificate, and what it must say.
fn issued(stage: &Stage) -> Vec<(String, String)> {
    let of = |agency: &str, line: &Value, file: &str| format!("{agency}/{}", line["files"][file].as_str().unwrap());
    let lines = AGENCIES.iter().flat_map(|agency| stage.report(agency).into_iter().map(move |line| (agency, line)));
    lines.map(|(agency, line)| (stage.path(&of(agency, &line, "png")), stage.text(&of(agency, &line, "seal")))).collect()
}

/// The public key of a key line, in hex.
fn key_of(stage: &Stage, name: &str) -> String {
    let line = stage.text(&format!("keys/{name}.pub"));
    // A line is name+hash+key, and the key's first byte says that it is Ed25519; base64 itself may hold a plus sign.
    let base64 = line.splitn(3, '+').last().unwrap();
    let bytes = python_line(&["-c", "import base64, sys; print(base64.b64decode(sys.argv[1])[1:].hex())", base64]);
    assert_eq!(bytes.len(), 64, "{line}");
    bytes
}

fn pycose(message: &Path, key: &str) -> Output {
    let hex = Hex(&fs::read(message).unwrap()).to_string();
    python("verify_seal.py", &[hex, key.to_owned()])
}

/// What zbar reads as a QR code. Left to itself it also sees a bar code now and then in the rows of a big one.
fn zbar(picture: &str) -> String {
    let read = Command::new("zbarimg").args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture]).output();
    let read = read.unwrap_or_else(|error| panic!("zbarimg: {error}: run `make test`, or `.ci/install test` once"));
    String::from_utf8_lossy(&read.stdout).trim_end().to_owned()
}

/// Runs a script of `tests/readers`.
pub fn python(script: &str, arguments: &[String]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/readers").join(script);
    Command::new(interpreter()).arg(script).args(arguments).output().expect("python starts")
}

fn python_line(arguments: &[&str]) -> String {
    let output = Command::new(interpreter()).args(arguments).output().expect("python starts");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Python with the readers that `.ci/install test` puts into its cache.
fn interpreter() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let cache = set("KANHE_CACHE").or_else(|| Some(caches()?.join("kanhe"))).expect("there is a home directory");
    let python = cache.join("readers/bin/python");
    assert!(python.exists(), "{} is missing: run `make test`, or `.ci/install test` once", python.display());
    python
}
