//! The acts that take two people, each to its end: keys, types, partners, many certificates.

use crate::agencies::{ACCOUNTING, LI, OPERATOR, WANG, accountant, grounds, issue, operator};
use crate::people::PASSWORD;
use crate::proposals::{a_file, approved, condition, next_manifest, of_all, path_of, propose, refused};
use crate::stage::{Stage, catalogue, code_of, dictionary, house_with, key_of, manifest, shipped};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::envelope::{Document, Envelope, sign_to_cose};
use kanhe_core::manifest::{AgencyKey, Contents, Uses};
use kanhe_core::recognition::{self, Recognition, Row};
use kanhe_core::survivors::Survivors;
use kanhe_issuer::audit::judge;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::proposal::Step;
use kanhe_issuer::registrar::Registrar;
use kanhe_issuer::survivors::honest_seals;
use kanhe_service::accounts::Role;
use kanhe_service::http::Limits;
use kanhe_service::proposals::{keep_up, work};
use kanhe_tests::world::{day, hex, moment};
use kanhe_tests::{Office, Province};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::time::Duration;
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

#[test]
fn a_key_is_changed_by_two_people_and_the_new_one_signs_from_then_on() {
    let stage = with_spare_key();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let before = stage.operator(WANG, 1);
    assert_eq!(signer_of(&stage, &before), key_of(Office::Housing).verifying_key().id());
    let file = next_manifest(2, |contents| {
        housing(contents)[0].until = Some(day("2026-06-15"));
        housing(contents).push(all_uses(Office::Housing.old_key().verifying_key(), "2026-06-15"));
    });
    let proposal = propose(&tang, "/v1/manifest", &a_file(&file));
    assert_eq!((&proposal["deed"], &proposal["number"], &proposal["subject"]), (&json!("manifest"), &json!(2), &json!("440000")));
    assert_eq!(proposal["digest"], json!(hex(&Sha256::digest(&file))));
    assert_eq!((&proposal["phase"], &proposal["expires"]), (&json!("open"), &json!("2026-06-22T04:00:00Z")));
    assert_ne!(stage.get("/v1/manifest").bytes, file, "nothing is done before somebody else has approved");
    let done = approved(&song, &proposal);
    assert_eq!(
        (&done["phase"], &done["decision"]["by"], &done["decision"]["reason"]),
        (&json!("approved"), &json!("song.keys"), &json!("核对无误"))
    );
    assert_eq!(stage.get("/v1/manifest").bytes, file);
    let shelved = stage.house.shelf.present().unwrap();
    assert_eq!(shelved.pack().regions()[0].manifest().edition, 2, "the counter goes by it at once");
    let after = stage.operator(WANG, 2);
    assert_eq!(signer_of(&stage, &after), Office::Housing.old_key().verifying_key().id());
    assert_eq!(
        (verdict(&stage, &text_of(&stage, &before)), verdict(&stage, &text_of(&stage, &after))),
        ("accepted".into(), "accepted".into())
    );
    let event = stage.house.library.event(2).unwrap().unwrap();
    assert_eq!((event.act.word(), event.actor.as_str()), ("manifest", "tang.keys"));
    let approval = event.approval.unwrap();
    assert_eq!((json!(approval.project.as_str()), approval.approver.as_str()), (proposal["code"].clone(), "song.keys"));
    is_sound(&stage);
}

#[test]
fn a_manifest_that_no_pack_could_carry_is_not_proposed() {
    let stage = Stage::new();
    let tang = stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]);
    stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]);
    let same_key = |contents: &mut Contents| {
        let key = contents.agencies[0].keys[0];
        contents.agencies[1].keys.push(key);
    };
    let no_dictionary = |contents: &mut Contents| {
        let other = contents.dictionaries[0];
        contents.dictionaries.push(kanhe_core::manifest::DictionaryDigest { id: 77, ..other });
    };
    let zhejiang = sign_to_cose(
        kanhe_core::envelope::DocumentType::Manifest,
        &kanhe_core::manifest::Manifest::new(Contents { edition: 2, ..manifest(&catalogue(), &dictionary()) }).unwrap().encode(),
        &Province::Zhejiang.root_key(),
    );
    let rows = [
        (next_manifest(2, same_key), 422, "pack_part_repeated"),
        (next_manifest(2, no_dictionary), 422, "pack_no_dictionary"),
        (next_manifest(2, |contents| contents.region = RegionCode::parse("330000").unwrap()), 422, "library_other_region"),
        (next_manifest(1, |_| {}), 409, "manifest_not_newer"),
        (b"no envelope".to_vec(), 422, "envelope_not_cose_sign1"),
        (zhejiang, 422, "signature_invalid"),
    ];
    for (file, status, code) in rows {
        assert_eq!(refused(&tang.post("/v1/manifest", &a_file(&file))), (status, code.to_owned()));
    }
    assert_eq!(tang.get("/v1/proposals").json()["proposals"], json!([]));
}

#[test]
fn a_stolen_key_counts_no_more_and_what_it_signed_before_stays_good() {
    let stage = with_spare_key();
    let (tang, song) =
        (stage.officer(Office::Housing, "tang.keys", &[Role::KeyHolder]), stage.officer(Office::Housing, "song.keys", &[Role::KeyHolder]));
    let honest = stage.operator(WANG, 1);
    let (stolen, before) = (key_of(Office::Housing).verifying_key(), stage.house.library.log_size().unwrap());
    let forged = stage.operator(WANG, 2);
    let file = next_manifest(2, |contents| {
        housing(contents)[0].counts_before = Some(before);
        housing(contents).push(all_uses(Office::Housing.old_key().verifying_key(), "2020-01-01"));
    });
    let hashes = honest_seals(&stage.house.library, &stolen, before).unwrap();
    let of = |before| {
        let list = Survivors::of(Province::Guangdong.code(), stolen, before, stage.house.now(), hashes.clone()).unwrap();
        STANDARD.encode(sign_to_cose(Survivors::TYPE, &list.encode(), &Province::Guangdong.root_key()))
    };
    let mut body = a_file(&file);
    body["survivors"] = json!([of(before + 1)]);
    assert_eq!(refused(&tang.post("/v1/manifest", &body)), (422, "survivors_of_no_stolen_key".to_owned()));
    body["survivors"] = json!([of(before)]);
    let proposal = propose(&tang, "/v1/manifest", &body);
    approved(&song, &proposal);
    assert_eq!(verdict(&stage, &text_of(&stage, &honest)), "accepted");
    assert_eq!(verdict(&stage, &text_of(&stage, &forged)), "key_stolen");
    let lists = stage.house.press.notices();
    let new = Office::Housing.old_key().verifying_key().id();
    assert_eq!(lists[&(code_of(Office::Housing), 0)].key_id, new, "lists are signed anew by the key that counts");
    let after = stage.operator(WANG, 3);
    assert_eq!((signer_of(&stage, &after), verdict(&stage, &text_of(&stage, &after))), (new, "accepted".to_owned()));
    nobody_is_told_that_the_thiefs_is_in_force(&stage, [&honest, &forged]);
    let stage = stage.restarted();
    assert_eq!(verdict(&stage, &text_of(&stage, &honest)), "accepted", "the next start goes by it too");
    a_cut_off_without_its_list_is_named(&stage, before);
}

/// The region moves the cut-off, and forgets the list: no certificate of the key can be told, which approver and operator are told.
fn a_cut_off_without_its_list_is_named(stage: &Stage, before: u64) {
    let people = ["tang.later", "song.later"].map(|login| stage.officer(Office::Housing, login, &[Role::KeyHolder]));
    let [tang, song] = &people;
    let key_id = key_of(Office::Housing).verifying_key().id().to_string();
    let moved = |edition, counts_before| {
        next_manifest(edition, |contents| {
            housing(contents)[0].counts_before = counts_before;
            housing(contents).push(all_uses(Office::Housing.old_key().verifying_key(), "2020-01-01"));
        })
    };
    let told = |proposal: &Value| -> Vec<(String, Value)> {
        let notices = proposal["notices"].as_array().unwrap();
        notices.iter().map(|notice| (notice["code"].as_str().unwrap().to_owned(), notice["certificates"].clone())).collect()
    };
    let survivors = || {
        let ready = stage.get("/readyz").json();
        let part = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == "survivors").cloned();
        part.map(|part| (ready["status"].clone(), part["code"].clone(), part["key_ids"].clone()))
    };
    assert_eq!(survivors(), None, "the list is of the cut-off");
    let size = stage.house.library.log_size().unwrap();
    let beyond = propose(tang, "/v1/manifest", &a_file(&moved(3, Some(size + 9))));
    let codes: Vec<String> = told(&beyond).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["theft_cut_off_beyond_end", "survivors_missing"]);
    let given_back = propose(tang, "/v1/manifest", &a_file(&moved(3, None)));
    assert_eq!(told(&given_back), [("theft_taken_back".to_owned(), Value::Null)]);
    let earlier = propose(tang, "/v1/manifest", &a_file(&moved(3, Some(before - 1))));
    assert_eq!(told(&earlier), [("theft_certificates_behind".to_owned(), json!(2)), ("survivors_missing".to_owned(), Value::Null)]);
    assert_eq!(told(&song.get(path_of(&earlier, "").trim_end_matches('/')).json()), told(&earlier), "who approves is told as well");
    approved(song, &earlier);
    assert_eq!(survivors(), Some((json!("degraded"), json!("survivors_missing"), json!([key_id]))));
}

/// What counters refuse is marked in one's own register, and to others it is not in force.
fn nobody_is_told_that_the_thiefs_is_in_force(stage: &Stage, [honest, forged]: [&str; 2]) {
    let rows = [(honest, 1, false), (forged, 2, true)];
    let found = stage.post_as(WANG, "/v1/certificates/search", &json!({ "by": { "shelf": { "state": "valid" } } })).json();
    let line =
        |identifier: &str| found["certificates"].as_array().unwrap().iter().find(|line| line["identifier"] == identifier).cloned().unwrap();
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let purpose = json!({ "matter": "440100-SP-01", "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } });
    for (identifier, number, behind) in rows {
        for path in ["", "/history"] {
            let shown = stage.get_as(WANG, &format!("/v1/certificates/{identifier}{path}")).json();
            assert_eq!(shown["behind_cut_off"], json!(behind), "{shown}");
        }
        assert_eq!((&line(identifier)["behind_cut_off"], &line(identifier)["condition"]), (&json!(behind), &json!("in_force")));
        let name = operator(number)["holder_name"].clone();
        let stated = json!({ "purpose": purpose, "identifier": identifier, "holder_name": name });
        let answer = stage.call(&key, "POST", "/v1/sharing/verify-information", Some(&stated)).json();
        assert_eq!(answer["result"], json!(if behind { 2 } else { 0 }), "{answer}");
        let asked = json!({ "purpose": purpose, "identifier": identifier });
        let shared = stage.call(&key, "POST", "/v1/sharing/identifier", Some(&asked)).json();
        let condition = if behind { "suspended" } else { "in_force" };
        assert_eq!((&shared["behind_cut_off"], &shared["condition"]), (&json!(behind), &json!(condition)));
        let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
        let file = stage.house.library.record(mark).unwrap().envelope;
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/cose")];
        let answer = stage.send("POST", "/v1/sharing/verify-file?matter=440100-SP-01&case=A-1&law=law", &headers, &file).json();
        assert_eq!(answer["result"], json!(u8::from(behind)), "{answer}");
        let judged = stage.send("POST", "/v1/verify/file", &[("content-type", "application/cose")], &file).json();
        let code = if behind { "file_not_among_survivors" } else { "accepted" };
        assert_eq!(judged["code"], json!(code), "no newer pack helps the file, and its QR code tells: {judged}");
    }
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
}

#[test]
fn many_certificates_are_revoked_by_two_people_and_each_event_names_the_proposal() {
    let stage = Stage::new();
    let (chen, zhou) =
        (stage.officer(Office::Housing, "chen.head", &[Role::Approver]), stage.officer(Office::Housing, "zhou.head", &[Role::Approver]));
    let ids: Vec<String> = (1..=5).map(|number| stage.operator(WANG, number)).collect();
    let revoked = &ids[4];
    assert_eq!(chen.post(&format!("/v1/certificates/{revoked}/revoke"), &grounds()).status, 200);
    stage.operator(LI, 6);
    let proposal = propose(&chen, "/v1/certificates/changes", &of_all("revoke"));
    assert_eq!(
        (&proposal["number"], &proposal["progress"]),
        (&json!(4), &Value::Null),
        "neither what is revoked already nor another agency's"
    );
    let list = String::from_utf8(zhou.get(&path_of(&proposal, "content")).bytes).unwrap();
    assert_eq!((list.lines().next(), list.lines().count()), (Some("revoke"), 5));
    let done = approved(&zhou, &proposal);
    assert_eq!(done["progress"], json!({ "done": 0, "of": 4, "left_out": [], "stopped": null }));
    while work(&stage.house).unwrap() {}
    let shown = zhou.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    assert_eq!(shown["progress"], json!({ "done": 4, "of": 4, "left_out": [], "stopped": null }));
    for identifier in &ids[..4] {
        let history = zhou.get(&format!("/v1/certificates/{identifier}/history")).json();
        let last = history["events"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["act"], &last["actor"], &last["reason"]), (&json!("revoke"), &json!("chen.head"), &grounds()["reason"]));
        assert_eq!((&last["approval"]["project"], &last["approval"]["approver"]), (&proposal["code"], &json!("zhou.head")));
    }
    is_sound(&stage);
}

#[test]
fn a_service_that_is_killed_while_it_revokes_goes_on_where_it_was() {
    let stage = Stage::new();
    let (chen, zhou) =
        (stage.officer(Office::Housing, "chen.head", &[Role::Approver]), stage.officer(Office::Housing, "zhou.head", &[Role::Approver]));
    let ids: Vec<String> = (1..=7).map(|number| stage.operator(WANG, number)).collect();
    let mut body = of_all("suspend");
    body.as_object_mut().unwrap().remove("search");
    body["identifiers"] = json!(ids);
    let proposal = propose(&chen, "/v1/certificates/changes", &body);
    approved(&zhou, &proposal);
    // What was changed by somebody else between the approval and its turn is left as it is.
    let last = ids.iter().max().unwrap();
    assert_eq!(chen.post(&format!("/v1/certificates/{last}/revoke"), &grounds()).status, 200);
    let code = stage.house.all_proposals().at_work().unwrap()[0];
    let some = Step { most: 3, now: stage.house.now(), salt: &|| stage.house.chance() };
    let begun = stage.house.all_proposals().go_on(&code, &some).unwrap();
    assert_eq!(begun.progress.unwrap().done, 3);
    let stage = stage.restarted();
    assert_eq!(ids.iter().filter(|identifier| condition(&stage, identifier) == "suspended").count(), 3);
    let going_on = async { tokio::time::timeout(Duration::from_secs(20), keep_up(stage.house.clone(), Duration::from_millis(1))).await };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let until_done = async {
        while !stage.house.all_proposals().at_work().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    runtime.block_on(async {
        tokio::select! { _ = going_on => panic!("it takes too long"), () = until_done => {} }
    });
    for identifier in &ids {
        assert_eq!(condition(&stage, identifier), if identifier == last { "revoked" } else { "suspended" });
        let mark = stage.house.library.find(&CertificateId::parse(identifier).unwrap()).unwrap().unwrap();
        assert_eq!(stage.house.library.history(mark).unwrap().len(), 2, "nothing was done twice");
    }
    let zhou = stage.sign_in("zhou.head", PASSWORD, None);
    let shown = zhou.get(&format!("/v1/proposals/{}", proposal["code"].as_str().unwrap())).json();
    assert_eq!(shown["progress"], json!({ "done": 7, "of": 7, "left_out": [last], "stopped": null }));
    is_sound(&stage);
}

#[test]
fn a_list_with_certificates_that_the_act_is_not_allowed_for_is_refused_by_name() {
    let stage = Stage::new();
    let chen = stage.officer(Office::Housing, "chen.head", &[Role::Approver]);
    stage.officer(Office::Housing, "zhou.head", &[Role::Approver]);
    let (one, other, theirs) = (stage.operator(WANG, 1), stage.operator(WANG, 2), stage.operator(LI, 3));
    assert_eq!(chen.post(&format!("/v1/certificates/{one}/cancel"), &grounds()).status, 200);
    let named = |identifiers: &[&String]| {
        let mut body = of_all("revoke");
        body.as_object_mut().unwrap().remove("search");
        body["identifiers"] = json!(identifiers);
        chen.post("/v1/certificates/changes", &body)
    };
    let reply = named(&[&one, &other]);
    assert_eq!(refused(&reply), (422, "proposal_not_allowed".to_owned()));
    assert_eq!((&reply.json()["faults"][0]["place"], &reply.json()["faults"][0]["code"]), (&json!(one), &json!("lifecycle_not_allowed")));
    assert_eq!(refused(&named(&[&other, &theirs])), (404, "certificate_not_found".to_owned()));
    assert_eq!(refused(&named(&[])), (422, "proposal_length".to_owned()));
    let mut both = of_all("revoke");
    both["identifiers"] = json!([other]);
    assert_eq!(refused(&chen.post("/v1/certificates/changes", &both)), (400, "request_malformed".to_owned()));
    assert_eq!(refused(&chen.post("/v1/certificates/changes", &of_all("renew"))), (400, "request_malformed".to_owned()));
}
