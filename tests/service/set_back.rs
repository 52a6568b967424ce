//! A library that was set back to an old backup: what was published of it since is remembered by the copy of its checkpoint.

mod lost;
mod routes;

use crate::asked::patient;
use crate::backups::{back_up, restore};
use crate::office::{Certificate, issue, resident, revoke};
use crate::stage::Stage;
use kanhe_service::accounts::Role;
use kanhe_service::backup::Backups;
use kanhe_service::cause::Cause;
use kanhe_service::config::PublishAt;
use kanhe_service::counter::Held;
use kanhe_service::house::House;
use kanhe_service::measure::Recorder;
use kanhe_service::publish::{Copy, Press, Rules, compare, publish};
use kanhe_store::{Library, LibrarySecret, Settings};
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Where a story keeps its copy and its backups.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn copy(&self) -> PathBuf {
        self.0.path().join("checkpoint")
    }

    fn backups(&self) -> PathBuf {
        self.0.path().join("backups")
    }

    /// A service that keeps its copy here.
    fn service(&self) -> Stage {
        patient(|house| copying(house, &self.copy()))
    }

    /// The same with the library of the first backup.
    fn service_set_back(&self) -> Stage {
        let library = self.library_set_back();
        let stage = patient(|house| {
            house.library = library;
            copying(house, &self.copy());
            house.backups = Backups::by(Box::new(|_| Ok(1)));
        });
        let _ = compare(&stage.house);
        stage
    }

    /// A service that goes on with the library of the first backup, and with the pack that was published last.
    fn service_going_on(&self, pack: Vec<u8>) -> Stage {
        let library = self.library_set_back();
        patient(|house| {
            house.press = Press::open(&library, rules(), Box::new(|_| Ok(()))).unwrap();
            house.library = library;
            house.shelf.put(pack, Held::OfOthers).unwrap();
        })
    }

    fn library_set_back(&self) -> Library {
        let into = self.0.path().join("restored");
        restore(&self.backups(), Some(1), &into).unwrap();
        let secret = LibrarySecret::new(Zeroizing::new(*b"kanhe test library secret 000000"));
        Library::open(&into, &secret, Settings::default()).unwrap()
    }
}

fn rules() -> Rules {
    Rules { pack_key: Some("gd-root.example.cn".to_owned()), ..PublishAt::default().rules() }
}

/// Lets a house keep a copy of its checkpoint.
pub fn copying(house: &mut House, file: &Path) {
    let (from, to) = (file.to_owned(), file.to_owned());
    let unread = |error: std::io::Error| Cause { code: "file_io", detail: error.to_string() };
    let copy = Copy {
        read: Box::new(move || if from.exists() { fs::read_to_string(&from).map(Some).map_err(unread) } else { Ok(None) }),
        write: Box::new(move |note| fs::write(&to, note).map_err(unread)),
    };
    house.press = Press::open(&house.library, rules(), Box::new(|_| Ok(()))).unwrap().copying_to(copy);
}

fn verdict(stage: &Stage, certificate: &Certificate) -> String {
    stage.post("/v1/verify", &json!({ "text": certificate.text })).json()["code"].as_str().unwrap().to_owned()
}

fn part(stage: &Stage, name: &str) -> Value {
    let ready = stage.send("GET", "/readyz", &[("accept-language", "en")], b"");
    assert_eq!((ready.status, ready.json()["status"].as_str()), (200, Some("degraded")), "who verifies is still answered");
    ready.json()["parts"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap().clone()
}

#[test]
fn a_library_from_an_old_backup_signs_nothing_and_says_why_while_verification_goes_on() {
    let shelf = Shelf::new();
    let before = shelf.service();
    let first = issue(&before, 1);
    let key = before.key(Office::Housing, &[Role::Approver, Role::Clerk], None);
    let auditor = before.key(Office::Housing, &[Role::Auditor], None);
    publish(&before.house);
    back_up(&before.house.library, &shelf.backups()).unwrap();
    issue(&before, 2);
    revoke(&before, &first);
    let report = publish(&before.house);
    assert_eq!((report.checkpoint, report.failures().count()), (Ok(Some(4)), 0));
    before.stop();

    let stage = shelf.service_set_back();
    let refused = part(&stage, "checkpoint_copy");
    assert_eq!((refused["ok"].as_bool(), refused["code"].as_str()), (Some(false), Some("log_fork")));
    assert!(refused["hint"].as_str().unwrap().contains("restore a newer backup"), "{refused}");
    // Neither a list that calls the revoked one valid, nor a pack, nor a checkpoint.
    assert_eq!(publish(&stage.house).failures().map(|(_, code)| code).collect::<Vec<_>>(), ["log_fork"; 3]);
    assert_eq!(verdict(&stage, &first), "accepted", "the pack at hand is still believed");
    // Nor a certificate that would take the slot of another, nor a change that would be lost.
    let grounds = json!({ "basis": "《行政处罚法》", "reason": "责令整改" });
    let change = stage.call(&key, "POST", &format!("/v1/certificates/{}/suspend", first.identifier), Some(&grounds));
    assert_eq!((change.status, change.code().as_str()), (503, "log_fork"));
    let holder = resident(3);
    let application = json!({
        "request_id": "R-3", "number": "粤A022000000003", "holder_name": "张小明", "holder_code_type": "111", "holder_code": holder,
        "trade": "10", "first_issued_on": "2018-04-01", "sex": "男", "employer": "广州市万家建筑工程有限公司", "training": 47,
    });
    let asked = json!({ "type": "special-work-operator", "basis": "《行政许可法》", "reason": "符合条件", "application": application });
    let issued = stage.call(&key, "POST", "/v1/certificates", Some(&asked));
    assert_eq!((issued.status, issued.code().as_str()), (503, "log_fork"));
    assert_eq!(stage.call(&key, "GET", &format!("/v1/certificates/{}", first.identifier), None).status, 200);
    // A copy of it is whole in itself, and is not what was published.
    let check = stage.call(&auditor, "POST", "/v1/check", None);
    let found: Value = serde_json::from_str(String::from_utf8(check.bytes).unwrap().lines().last().unwrap()).unwrap();
    assert_eq!(
        found["findings"],
        json!([{
            "place": "the library", "identifier": null, "code": "log_fork", "certificates": null,
            "message": {
                "zh": "证照库：库中日志与已发布的日志（或所给检查点）不一致",
                "en": "the library: the library's log does not begin with what was published, or with the checkpoint that it is held against",
            },
            "hint": {
                "zh": "库比已发布的日志旧或不同：恢复更新的备份；切勿在此库上继续签发。",
                "en": "The library is older than its published log, or another: restore a newer backup, and issue nothing from this one.",
            },
        }])
    );
    assert!(stage.beside(Recorder::install().unwrap().router(&stage.house, None), "/metrics").contains("kanhe_log_astray 1"));
}

#[test]
fn a_library_that_goes_on_from_its_copy_goes_on_being_signed() {
    let shelf = Shelf::new();
    let stage = shelf.service();
    issue(&stage, 1);
    publish(&stage.house);
    let copied = fs::read(shelf.copy()).unwrap();
    assert_eq!(copied, stage.get("/v1/log/checkpoint").bytes);
    issue(&stage, 2);
    assert_eq!(publish(&stage.house).checkpoint, Ok(Some(3)));
    assert_ne!(fs::read(shelf.copy()).unwrap(), copied);
    // A copy that somebody took away is made again of what the library knows.
    fs::remove_file(shelf.copy()).unwrap();
    assert_eq!(compare(&stage.house), Ok(()));
    assert_eq!(fs::read(shelf.copy()).unwrap(), stage.get("/v1/log/checkpoint").bytes);
}

#[test]
fn a_checkpoint_that_cannot_be_copied_is_not_published() {
    let shelf = Shelf::new();
    let stage = shelf.service();
    issue(&stage, 1);
    fs::create_dir(shelf.copy()).unwrap();
    assert_eq!(publish(&stage.house).checkpoint, Err("file_io"));
    assert_eq!(stage.get("/v1/log/checkpoint").status, 404);
    assert_eq!(part(&stage, "checkpoint_copy")["code"], "file_io");
    fs::remove_dir(shelf.copy()).unwrap();
    assert_eq!(publish(&stage.house).checkpoint, Ok(Some(2)));
    assert_eq!(stage.get("/readyz").json()["status"], "ok");
}

#[test]
fn a_copy_of_another_log_is_no_copy() {
    let shelf = Shelf::new();
    let stage = shelf.service();
    issue(&stage, 1);
    for (copy, code) in [
        ("", "note_no_signatures"),
        ("another.example.cn/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAA=\n", "note_not_signed"),
    ] {
        fs::write(shelf.copy(), copy).unwrap();
        assert_eq!(publish(&stage.house).failures().map(|(_, code)| code).collect::<Vec<_>>(), [code; 3]);
    }
}
