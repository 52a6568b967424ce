//! What the service signs by itself: lists, checkpoint, pack.

use crate::office::{issue, issue_by, revoke};
use crate::stage::{ORIGIN, Stage, code_of, house_with, key_of};
use jiff::SignedDuration;
use kanhe_core::envelope::{DocumentType, Envelope, sign_to_cose};
use kanhe_core::key::{SIGNATURE_LENGTH, SignError, Signer, VerifyingKey};
use kanhe_core::pack::{Contents, Pack};
use kanhe_core::status::StatusList;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::publisher::sign_head;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::hash::{TreeHead, leaf_hash};
use kanhe_log::note::NoteSigner;
use kanhe_service::config::PublishAt;
use kanhe_service::counter::{Held, Shelf};
use kanhe_service::http::Limits;
use kanhe_service::publish::{Press, Report, Rules, publish};
use kanhe_store::StoreError;
use kanhe_store::check::Place;
use kanhe_tests::world::{test_key, trusted_key};
use kanhe_tests::{Office, PackPlan, Province, World};
use serde_json::json;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the counter says of a text, now.
fn verdict(stage: &Stage, text: &str) -> String {
    stage.post("/v1/verify", &json!({ "text": text })).json()["code"].as_str().unwrap().to_owned()
}

fn outcome(report: &Report) -> (Result<usize, &str>, Result<Option<u64>, &str>, Result<Option<u64>, &str>) {
    (report.lists, report.checkpoint, report.pack)
}

#[test]
fn a_revocation_is_seen_at_the_counter_as_soon_as_it_is_published() {
    let stage = Stage::new();
    let issued = issue(&stage, 1);
    // A genuine certificate is accepted by the list that the region made by hand.
    assert_eq!(verdict(&stage, &issued.text), "accepted");
    assert_eq!(outcome(&publish(&stage.house)), (Ok(1), Ok(Some(2)), Ok(Some(2))));
    revoke(&stage, &issued);
    assert_eq!(verdict(&stage, &issued.text), "accepted");
    assert_eq!(outcome(&publish(&stage.house)), (Ok(1), Ok(Some(3)), Ok(Some(3))));
    assert_eq!(verdict(&stage, &issued.text), "revoked");
    let pack = stage.get("/v1/pack").bytes;
    assert_eq!(Pack::open(&pack, &[Province::Guangdong.root_key().verifying_key()]).unwrap().epoch(), 3);
    assert_eq!(std::fs::read(stage.pack_file()).unwrap(), pack, "the next start finds what counters have");
}

/// A key in a token that was drawn out.
#[derive(Debug)]
struct Gone(VerifyingKey, &'static str);

impl Signer for Gone {
    fn verifying_key(&self) -> VerifyingKey {
        self.0
    }

    fn try_sign(&self, _: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
        Err(SignError::new(self.1, "as a story has it"))
    }

    fn secret_for(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

#[test]
fn of_several_agencies_whose_lists_fail_each_is_named() {
    let offices = [(Office::Guangzhou, "gz.example.cn", "token_absent"), (Office::Housing, "housing.example.cn", "token_failed")];
    let house = house_with(|house| {
        for (place, (office, name, code)) in offices.into_iter().enumerate() {
            house.keys[place] = NamedKey::elsewhere(name, Box::new(Gone(key_of(office).verifying_key(), code))).unwrap();
        }
    });
    let stage = Stage::of(house, Limits::default());
    issue(&stage, 1);
    issue_by(&stage, Office::Guangzhou, 2);
    assert!(publish(&stage.house).lists.is_err());
    let lines: Vec<_> = stage.log_lines().into_iter().map(|line| line["fields"].clone()).collect();
    let said = |office: Office, code: &str| {
        let told = |line: &&serde_json::Value| line["message"] == "the lists of an agency were not signed" && line["code"] == code;
        lines.iter().any(|line| told(&line) && line["agency"] == office.code().to_string())
    };
    assert!(offices.into_iter().all(|(office, _, code)| said(office, code)), "{lines:?}");
}

#[test]
fn nothing_is_signed_twice_and_nothing_grows_old() {
    let stage = Stage::new();
    issue(&stage, 1);
    publish(&stage.house);
    assert_eq!(outcome(&publish(&stage.house)), (Ok(0), Ok(None), Ok(None)));
    stage.later(HOUR * 2);
    assert_eq!(outcome(&publish(&stage.house)), (Ok(0), Ok(None), Ok(None)));
    stage.later(HOUR);
    assert_eq!(outcome(&publish(&stage.house)), (Ok(1), Ok(None), Ok(Some(3))));
    // A life that is half over counts for more than the hours.
    let rules = Rules { list_life: HOUR * 2, ..PublishAt::default().rules() };
    let press = Press::open(&stage.house.library, rules, Box::new(|_| Ok(()))).unwrap();
    assert_eq!(press.notices().len(), 1);
}

#[test]
fn signed_lists_outlive_a_restart() {
    let stage = Stage::new();
    issue(&stage, 1);
    publish(&stage.house);
    let path = format!("/v1/status/{}/0", code_of(Office::Housing));
    let served = stage.get(&path);
    let press = Press::open(&stage.house.library, PublishAt::default().rules(), Box::new(|_| Ok(()))).unwrap();
    assert_eq!(press.list(code_of(Office::Housing), 0).unwrap().file.bytes(), served.bytes);
}

#[test]
fn a_list_that_knows_nothing_of_a_revocation_is_not_served_because_the_number_of_changes_was_set_back() {
    let stage = Stage::new();
    let issued = issue(&stage, 1);
    publish(&stage.house);
    revoke(&stage, &issued);
    let stage = stage.restarted_with_pages_set_back();
    let found = || {
        let findings = stage.house.library.check(|_| Vec::new(), |_, _| {}).unwrap();
        findings.iter().map(|finding| (finding.place, finding.defect.code())).collect::<Vec<_>>()
    };
    assert_eq!(found(), [(Place::List(code_of(Office::Housing), 0), "check_list")]);
    assert_eq!(publish(&stage.house).lists, Ok(1), "it is signed anew");
    assert_eq!((found(), publish(&stage.house).lists), (Vec::new(), Ok(0)));
    let bytes = stage.get(&format!("/v1/status/{}/0", code_of(Office::Housing))).bytes;
    let list = Envelope::decode(&bytes).unwrap().authenticate::<StatusList>(&Office::Housing.key().verifying_key()).unwrap();
    assert_eq!((0..131_072).filter(|entry| list.state(*entry).unwrap().word() == "revoked").count(), 1);
}

#[test]
fn a_list_is_served_as_the_draft_has_it() {
    let stage = Stage::new();
    let issued = issue(&stage, 1);
    revoke(&stage, &issued);
    publish(&stage.house);
    let path = format!("/v1/status/{}/0", code_of(Office::Housing));
    let reply = stage.get(&path);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/statuslist+cwt"));
    assert_eq!(reply.header("cache-control"), "public, max-age=60, must-revalidate");
    let list = Envelope::decode(&reply.bytes).unwrap().authenticate::<StatusList>(&Office::Housing.key().verifying_key()).unwrap();
    assert_eq!(list.uri(), format!("https://gd.example.cn{path}"));
    assert_eq!((0..131_072).filter(|entry| list.state(*entry).unwrap().word() == "revoked").count(), 1);
    let again = stage.send("GET", &path, &[("if-none-match", reply.header("etag"))], b"");
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    for unknown in [format!("/v1/status/{}/1", code_of(Office::Housing)), "/v1/status/x/0".to_owned(), "/v1/status/x/-1".to_owned()] {
        let refused = stage.get(&unknown);
        assert_eq!((refused.status, refused.code().as_str()), (404, "status_list_not_published"), "{unknown}");
        assert!(refused.json()["hint"].as_str().unwrap().contains("从 0 起编号"), "{refused:?}");
    }
}

#[test]
fn the_log_is_served_up_to_its_checkpoint() {
    let stage = Stage::new();
    issue(&stage, 1);
    assert_eq!(stage.get("/v1/log/checkpoint").status, 404);
    publish(&stage.house);
    let note = String::from_utf8(stage.get("/v1/log/checkpoint").bytes).unwrap();
    let key = stage.house.keys.iter().find(|key| key.name() == ORIGIN).unwrap().public_line().unwrap();
    assert_eq!(Checkpoint::open(&note, &key).unwrap().head().size, 2);
    assert_eq!(stage.get("/v1/log/tile/0/000.p/2").bytes.len(), 64);
    issue(&stage, 2);
    assert_eq!(stage.get("/v1/log/tile/0/000.p/3").status, 404, "not before its checkpoint");
}

#[test]
fn a_log_that_was_published_longer_is_no_longer_signed_and_the_rest_goes_on() {
    let stage = Stage::new();
    issue(&stage, 1);
    let key = stage.house.keys.iter().find(|key| key.name() == ORIGIN).unwrap();
    let longer = Checkpoint::new(ORIGIN, TreeHead { size: 9, root: leaf_hash(b"elsewhere") }, &[]).unwrap();
    let note = longer.sign(&NoteSigner::new(ORIGIN, key.key()).unwrap()).unwrap();
    let lay = |pen: &mut kanhe_store::Pen<'_>| -> Result<(), StoreError> {
        pen.put_checkpoint(&note);
        Ok(())
    };
    stage.house.library.commit(lay).unwrap();
    assert_eq!(sign_head(&stage.house.library, key).unwrap_err().code(), "log_fork");
    assert_eq!(outcome(&publish(&stage.house)), (Ok(1), Err("log_fork"), Ok(Some(2))));
    let ready = stage.get("/readyz");
    assert_eq!((ready.status, ready.json()["status"].as_str().unwrap()), (200, "degraded"));
    let part = ready.json()["parts"].as_array().unwrap().iter().find(|part| part["ok"] == false).unwrap().clone();
    assert_eq!((part["name"].as_str(), part["code"].as_str()), (Some("publish_checkpoint"), Some("log_fork")));
}

#[test]
fn a_pack_that_cannot_be_kept_is_not_used_either() {
    let stage = Stage::new();
    let issued = issue(&stage, 1);
    revoke(&stage, &issued);
    std::fs::create_dir(stage.pack_file()).unwrap();
    assert_eq!(outcome(&publish(&stage.house)), (Ok(1), Ok(Some(3)), Err("file_io")));
    assert_eq!(stage.house.shelf.present().unwrap().pack().epoch(), 1);
    std::fs::remove_dir(stage.pack_file()).unwrap();
    assert_eq!(publish(&stage.house).pack, Ok(Some(2)));
    assert_eq!(verdict(&stage, &issued.text), "revoked");
}

#[test]
fn old_lists_are_named() {
    let stage = Stage::new();
    issue(&stage, 1);
    publish(&stage.house);
    assert_eq!(stage.get("/readyz").json()["status"], "ok");
    stage.later(HOUR * 7);
    let ready = stage.get("/readyz").json();
    assert!(ready["parts"].as_array().unwrap().iter().any(|part| part["name"] == "list_age" && part["code"] == "lists_old"), "{ready}");
}

#[test]
fn only_who_may_publish_is_obeyed() {
    let stage = Stage::new();
    assert_eq!(stage.post("/v1/publish", &json!({})).code(), "caller_unknown");
}

#[test]
fn a_list_of_a_page_that_changed_meanwhile_is_signed_the_next_time() {
    let stage = Stage::new();
    for person in 1..4 {
        issue(&stage, person);
        assert_eq!(publish(&stage.house).lists, Ok(1));
    }
    assert_eq!(test_key("log").verifying_key(), stage.house.keys[2].key().verifying_key());
}

#[test]
fn a_pack_that_is_laid_down_takes_nothing_back_that_nobody_renews() {
    let (shelf, world) = (Shelf::new(vec![trusted_key()]), World::new());
    let put = |epoch: u64, pack: PackPlan<'_>, held: Held| {
        let contents = Contents { epoch, ..pack.contents() };
        let pack = sign_to_cose(DocumentType::Pack, &contents.encode(), &Province::Guangdong.root_key());
        shelf.put(pack, held).map_err(|error| error.code())
    };
    assert_eq!(put(1, world.pack(), Held::OfOthers), Ok(true), "there is none before");
    let older = || world.pack().lists_made("2026-06-14T00:00:00Z");
    let of_own_region = || world.pack().without_list(Office::Guangzhou).without_recognition();
    for (pack, held, code) in [
        (older(), Held::OfOthers, "pack_part_older"),
        (world.pack().only(Province::Guangdong), Held::OfOthers, "pack_part_gone"),
        (world.pack().manifest(Province::Zhejiang, |manifest| manifest.edition -= 1), Held::OfOthers, "pack_part_older"),
        (of_own_region(), Held::All, "pack_part_gone"),
    ] {
        assert_eq!(put(2, pack, held), Err(code));
        assert_eq!(shelf.present().unwrap().pack().epoch(), 1, "the one before stays");
    }
    assert_eq!(put(2, of_own_region(), Held::OfOthers), Ok(true), "what the service renews itself is not held");
}
