//! The acts that take two people, each to its end: types and partners here, keys and many certificates in their rooms.

mod keys;
mod mass;

use crate::agencies::{ACCOUNTING, LI, OPERATOR, accountant, issue};
use crate::proposals::{a_file, approved, next_manifest, path_of, propose, refused};
use crate::stage::{Stage, catalogue, code_of, dictionary, house_with, shipped};
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::envelope::{Document, Envelope, sign_to_cose};
use kanhe_core::manifest::{AgencyKey, Contents, Uses};
use kanhe_core::recognition::{self, Recognition, Row};
use kanhe_issuer::audit::judge;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::registrar::Registrar;
use kanhe_service::accounts::Role;
use kanhe_service::http::Limits;
use kanhe_store::check::Place;
use kanhe_store::{Drawer, StoreError, taken};
use kanhe_tests::world::{day, hex, moment};
use kanhe_tests::{Office, Province};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use zeroize::Zeroizing;

/// A house of which Housing has a second key unlocked.
fn with_spare_key() -> Stage {
    with_spare_key_and(Limits::default())
}

/// The same for callers who may take so much.
pub fn with_spare_key_and(limits: Limits) -> Stage {
    let key = Office::Housing.old_key();
    let spare = NamedKey::new("housing.2027.example.cn", &Zeroizing::new(*key.expose_seed())).unwrap();
    Stage::of(house_with(|house| house.keys.push(spare)), limits)
}

pub fn all_uses(key: kanhe_core::key::VerifyingKey, from: &str) -> AgencyKey {
    let uses = Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS);
    AgencyKey { key, uses, from: day(from), until: None, counts_before: None }
}

pub fn housing(contents: &mut Contents) -> &mut Vec<AgencyKey> {
    let agency = contents.agencies.iter_mut().find(|agency| agency.code == code_of(Office::Housing)).unwrap();
    &mut agency.keys
}

/// Which key has signed a certificate.
pub fn signer_of(stage: &Stage, identifier: &str) -> kanhe_core::key::KeyId {
    let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
    Envelope::decode(&stage.house.library.record(mark).unwrap().envelope).unwrap().key_id()
}

pub fn text_of(stage: &Stage, identifier: &str) -> String {
    let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
    stage.house.library.record(mark).unwrap().digits()
}

pub fn verdict(stage: &Stage, text: &str) -> String {
    stage.post("/v1/verify", &json!({ "text": text })).json()["code"].as_str().unwrap().to_owned()
}

pub fn is_sound(stage: &Stage) {
    let manifest = Registrar::new(&stage.house.library).manifest().unwrap();
    assert_eq!(stage.house.library.check(|whole| judge(whole, &manifest), |_, _| {}).unwrap(), []);
}

/// The file of a type, with another edition.
fn type_file(name: &str, edition: u32) -> Vec<u8> {
    let mut file: Value = serde_json::from_slice(&fs::read(shipped(&format!("types/{name}.json"))).unwrap()).unwrap();
    file["edition"] = json!(edition);
    serde_json::to_vec_pretty(&file).unwrap()
}

#[test]
fn a_new_type_is_served_and_issued_with_from_then_on_and_after_a_restart() {
    let stage = Stage::new();
    let (tang, song) = (
        stage.officer(Office::Guangzhou, "tang.keys", &[Role::KeyHolder]),
        stage.officer(Office::Guangzhou, "song.keys", &[Role::KeyHolder]),
    );
    let file = type_file("birth-service", 1);
    let kind = Catalogue::check("birth-service", &file, &[&dictionary()]).unwrap();
    let code = kind.code().to_string();
    assert_eq!(stage.get(&format!("/v1/types/{code}")).status, 404);
    let proposal = propose(&tang, "/v1/types", &a_file(&file));
    assert_eq!((&proposal["deed"], &proposal["subject"]), (&json!("type"), &json!(code)));
    assert_eq!(song.get(&path_of(&proposal, "content")).bytes, file, "what is read is what was proposed, to the byte");
    approved(&song, &proposal);
    let line = stage.get(&format!("/v1/types/{code}")).json();
    assert_eq!((&line["code"], &line["edition"], &line["sha256"]), (&json!(code), &json!(1), &json!(hex(&Sha256::digest(&file)))));
    let served = stage.get(&format!("/v1/types/{code}/file"));
    assert_eq!((&served.bytes, served.header("content-type")), (&file, "application/json"), "who has the file has the type");
    assert_eq!(refused(&stage.get("/v1/types/none/file")), (404, "type_unknown".to_owned()));
    assert_eq!(refused(&tang.post("/v1/types", &a_file(&file))), (409, "type_not_newer".to_owned()));
    let named = next_manifest(2, |contents| {
        contents.kinds.push(kind.to_kind(4));
        contents.agencies.iter_mut().for_each(|agency| agency.kinds.push(4));
    });
    approved(&song, &propose(&tang, "/v1/manifest", &a_file(&named)));
    let stage = stage.restarted();
    assert_eq!(stage.get(&format!("/v1/types/{code}/fields")).json()["edition"], json!(1));
    let row = json!({ "request_id": "B-1" });
    let faulty = stage.post_as(LI, "/v1/certificates", &issue(&code, row));
    assert_eq!(refused(&faulty), (422, "rows_refused".to_owned()), "the type is known, and its form asks for more");
    is_sound(&stage);
}

#[test]
fn a_new_edition_comes_into_force_with_the_manifest_that_names_it() {
    let stage = Stage::new();
    let (tang, song) = (
        stage.officer(Office::Guangzhou, "tang.keys", &[Role::KeyHolder]),
        stage.officer(Office::Guangzhou, "song.keys", &[Role::KeyHolder]),
    );
    let file = type_file(ACCOUNTING, 2);
    let kind = Catalogue::check(ACCOUNTING, &file, &[&dictionary()]).unwrap();
    let edition = |stage: &Stage| stage.get(&format!("/v1/types/{}/fields", kind.code())).json()["edition"].clone();
    approved(&song, &propose(&tang, "/v1/types", &a_file(&file)));
    assert_eq!(edition(&stage), json!(1));
    let issued = |number| stage.post_as(LI, "/v1/certificates", &issue(ACCOUNTING, accountant(number))).status;
    assert_eq!(issued(1), 201, "the edition that the region's manifest names is issued with");
    let named = next_manifest(2, |contents| contents.kinds[0] = kind.to_kind(1));
    approved(&song, &propose(&tang, "/v1/manifest", &a_file(&named)));
    assert_eq!((edition(&stage), issued(2)), (json!(2), 201));
    assert_eq!(stage.house.catalogue.find(ACCOUNTING).unwrap().edition(), 2, "it keeps the name that people call it by");
}

#[test]
fn a_type_file_is_checked_as_the_command_line_does() {
    let stage = Stage::new();
    let tang = stage.officer(Office::Guangzhou, "tang.keys", &[Role::KeyHolder]);
    let mut file: Value = serde_json::from_slice(&type_file("birth-service", 1)).unwrap();
    file["seal"]["budget"]["version"] = json!(2);
    let check = |file: &Value| {
        let reply = tang.post("/v1/types", &a_file(&serde_json::to_vec(file).unwrap()));
        assert_eq!(reply.status, 422);
        let faults = reply.json()["faults"].clone();
        faults.as_array().unwrap().iter().map(|fault| fault["place"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(check(&file), ["seal.budget.version"]);
    file["holder"]["most"] = json!(0);
    file["edition"] = json!(0);
    assert_eq!(check(&file), ["edition", "holder.most"]);
    assert_eq!(tang.post("/v1/types", &a_file(b"no JSON")).status, 422);
    assert_eq!(
        refused(&tang.post("/v1/types", &json!({ "file": "*", "basis": "a", "reason": "b" }))),
        (400, "request_malformed".to_owned())
    );
}

#[test]
fn a_type_file_that_is_gone_or_was_put_back_at_its_place_is_found() {
    let stage = Stage::new();
    let (tang, song) = (
        stage.officer(Office::Guangzhou, "tang.keys", &[Role::KeyHolder]),
        stage.officer(Office::Guangzhou, "song.keys", &[Role::KeyHolder]),
    );
    let files = [2, 3].map(|edition| type_file(ACCOUNTING, edition));
    files.iter().for_each(|file| drop(approved(&song, &propose(&tang, "/v1/types", &a_file(file)))));
    is_sound(&stage);
    let library = &stage.house.library;
    let code = Catalogue::check(ACCOUNTING, &files[0], &[&dictionary()]).unwrap().code().to_string();
    let lays = |place: &[u8], file: Option<&Vec<u8>>| -> Result<(), StoreError> {
        library.commit(|pen| match file {
            Some(file) => pen.put_office(Drawer::Taken, place, file),
            None => {
                pen.take_office(Drawer::Taken, place);
                Ok(())
            }
        })
    };
    let (newest, second, third) = (taken::newest_type(&code), taken::type_file(&code, 2), taken::type_file(&code, 3));
    // What lies at a place, what is to lie there, and the index of the event that tells of it.
    for (place, now, event) in
        [(&second, None, 1), (&third, None, 2), (&newest, None, 2), (&newest, Some(&files[0]), 2), (&third, Some(&files[0]), 2)]
    {
        lays(place, now).unwrap();
        let findings = library.check(|_| Vec::new(), |_, _| {}).unwrap();
        let told: Vec<_> = findings.iter().map(|finding| (finding.place, finding.defect.code())).collect();
        assert_eq!(told, [(Place::Event(event), "check_manifest")]);
        lays(place, Some(if event == 1 { &files[0] } else { &files[1] })).unwrap();
    }
    is_sound(&stage);
}

/// A recognition of Zhejiang's operators.
pub fn recognition(edition: u32, key: &kanhe_core::key::SigningKey) -> Vec<u8> {
    let row = Row {
        region: RegionCode::parse("330000").unwrap(),
        type_code: *catalogue().find(OPERATOR).unwrap().code(),
        scenes: Vec::new(),
        from: day("2026-06-15"),
        until: None,
    };
    let (issued, expires) = (moment("2026-06-15T00:00:00Z"), moment("2027-06-15T00:00:00Z"));
    let contents = recognition::Contents { region: Province::Guangdong.code(), edition, issued, expires, rows: vec![row] };
    sign_to_cose(Recognition::TYPE, &Recognition::new(contents).unwrap().encode(), key)
}

#[test]
fn a_new_partner_is_recognised_when_two_people_say_so() {
    let stage = Stage::new();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let root = Province::Guangdong.root_key();
    assert_eq!(refused(&stage.get("/v1/recognition")), (404, "file_not_published".to_owned()));
    let foreign = tang.post("/v1/recognition", &a_file(&recognition(1, &Province::Zhejiang.root_key())));
    assert_eq!(foreign.status, 422, "no key but the region's own speaks for it");
    let file = recognition(1, &root);
    approved(&song, &propose(&tang, "/v1/recognition", &a_file(&file)));
    assert_eq!(stage.get("/v1/recognition").bytes, file);
    let pack = stage.house.shelf.present().unwrap();
    assert_eq!(pack.pack().recognition().unwrap().rows.len(), 1, "it stands in the counter's pack at once");
    assert_eq!(refused(&tang.post("/v1/recognition", &a_file(&file))), (409, "recognition_not_newer".to_owned()));
    let event = stage.house.library.event(1).unwrap().unwrap();
    assert_eq!((event.act.word(), event.subject.as_str()), ("recognition", "recognition 440000 edition 1"));
    is_sound(&stage);
    // An older one that somebody puts back is found by what the log tells.
    approved(&song, &propose(&tang, "/v1/recognition", &a_file(&recognition(2, &root))));
    is_sound(&stage);
    let library = &stage.house.library;
    let put = library.commit(|pen| pen.put_office(Drawer::Taken, &taken::recognition(), &file));
    assert_eq!(put, Ok::<(), StoreError>(()));
    let findings = library.check(|_| Vec::new(), |_, _| {}).unwrap();
    let told: Vec<_> = findings.iter().map(|finding| (finding.place, finding.defect.code())).collect();
    assert_eq!(told, [(Place::Event(2), "check_manifest")]);
}
