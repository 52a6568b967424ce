//! A key that is changed by two people, and one that was stolen.

use super::{all_uses, housing, is_sound, signer_of, text_of, verdict, with_spare_key};
use crate::agencies::{WANG, ZHOU, grounds, operator};
use crate::proposals::{a_file, approved, next_manifest, path_of, propose, refused};
use crate::stage::{Stage, catalogue, code_of, dictionary, key_of, manifest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::{Agency, Contents, Uses};
use kanhe_core::survivors::Survivors;
use kanhe_issuer::registrar::Registrar;
use kanhe_issuer::survivors::honest_seals;
use kanhe_service::accounts::Role;
use kanhe_service::shown::{Beside, Checked, Hearer};
use kanhe_store::{Drawer, Pen, StoreError, taken};
use kanhe_tests::world::{day, hex};
use kanhe_tests::{Office, Province};
use kanhe_words::hint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
    the_check_tells_of_a_list_that_is_gone(stage);
    let size = stage.house.library.log_size().unwrap();
    let beyond = propose(tang, "/v1/manifest", &a_file(&moved(3, Some(size + 9))));
    let codes: Vec<String> = told(&beyond).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["theft_cut_off_beyond_end", "survivors_missing"]);
    let given_back = propose(tang, "/v1/manifest", &a_file(&moved(3, None)));
    assert_eq!(told(&given_back), [("theft_taken_back".to_owned(), Value::Null)]);
    let without = next_manifest(3, |contents| {
        *housing(contents) = vec![all_uses(Office::Housing.old_key().verifying_key(), "2020-01-01")];
    });
    let gone = propose(tang, "/v1/manifest", &a_file(&without));
    assert_eq!(told(&gone), [("key_removed".to_owned(), json!(3))], "of a key that is left out the approver hears as well");
    let earlier = propose(tang, "/v1/manifest", &a_file(&moved(3, Some(before - 1))));
    assert_eq!(told(&earlier), [("theft_certificates_behind".to_owned(), json!(2)), ("survivors_missing".to_owned(), Value::Null)]);
    assert_eq!(told(&song.get(path_of(&earlier, "").trim_end_matches('/')).json()), told(&earlier), "who approves is told as well");
    approved(song, &earlier);
    assert_eq!(survivors(), Some((json!("degraded"), json!("survivors_missing"), json!([key_id]))));
}

fn the_check_tells_of_a_list_that_is_gone(stage: &Stage) {
    let (library, stolen) = (&stage.house.library, key_of(Office::Housing).verifying_key());
    let manifest = Registrar::new(library).manifest().unwrap();
    let hearer = Hearer { cure: hint, within: None };
    let told = || {
        Checked::default().over(library, &[], hearer, Beside::of(library, Some(&manifest), stage.house.now())).unwrap().without_survivors
    };
    assert_eq!(told(), Some(vec![]));
    let (place, list) = (taken::survivors(&stolen), taken::SURVIVORS);
    let kept = library.office_page(Drawer::Taken, list, None, 1).unwrap().papers.pop().unwrap();
    assert_eq!(kept.0, place);
    let lies = |act: &dyn Fn(&mut Pen<'_>) -> Result<(), StoreError>| library.commit(|pen| act(pen)).unwrap();
    lies(&|pen| {
        pen.take_office(Drawer::Taken, &place);
        Ok(())
    });
    assert_eq!(told(), Some(vec![stolen.id().to_string()]));
    lies(&|pen| pen.put_office(Drawer::Taken, &place, &kept.1));
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
    let act = |act: &str| stage.post_as(ZHOU, &format!("/v1/certificates/{forged}/{act}"), &grounds()).json();
    act("suspend");
    let back = act("reinstate");
    assert_eq!((&back["state"], &back["condition"], &back["behind_cut_off"]), (&json!("valid"), &json!("in_force"), &json!(true)));
}

#[test]
fn what_the_manifest_is_not_behind_is_in_force_for_nobody_who_asks() {
    let lost: [(&str, fn(&mut Contents)); 6] = [
        ("outside_key_window", |contents| housing(contents)[0].until = Some(day("2026-03-01"))),
        ("key_not_for_seals", |contents| housing(contents)[0].uses = Uses::CERTIFICATE.and(Uses::STATUS)),
        ("out_of_scope", |contents| agency_of(contents).kinds.clear()),
        ("issuer_unknown", |contents| drop(housing(contents).splice(..1, []))),
        ("issuer_unknown", |contents| contents.agencies.retain(|agency| agency.code != code_of(Office::Housing))),
        ("", |_| {}),
    ];
    let stage = with_spare_key();
    let people = ["tang.keys", "song.keys"].map(|login| stage.officer(Office::Guangzhou, login, &[Role::KeyHolder]));
    let identifier = stage.operator(WANG, 1);
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let (purpose, text) =
        (json!({ "matter": "440100-SP-01", "case": "A-1", "duty": { "law": "《行政许可法》第三十四条" } }), text_of(&stage, &identifier));
    let holder = json!({ "code_type": "111", "code": operator(1)["holder_code"] });
    let ask = |path: &str, mut asked: Value| {
        asked["purpose"] = purpose.clone();
        stage.call(&key, "POST", &format!("/v1/sharing/{path}"), Some(&asked)).json()
    };
    for (edition, (code, change)) in (2..).zip(lost) {
        let file = next_manifest(edition, |contents| {
            housing(contents).push(all_uses(Office::Housing.old_key().verifying_key(), "2026-03-02"));
            change(contents);
        });
        approved(&people[1], &propose(&people[0], "/v1/manifest", &a_file(&file)));
        let stands = code.is_empty();
        assert_eq!(verdict(&stage, &text), if stands { "accepted" } else { code });
        let by_code = ask("qr", json!({ "text": text }));
        assert_eq!(by_code["code"].as_str(), Some(code).filter(|_| !stands), "{by_code}");
        let stated = json!({ "identifier": identifier, "holder_name": operator(1)["holder_name"] });
        let answer = ask("verify-information", stated);
        assert_eq!(answer["result"], json!(if stands { 0 } else { 2 }), "{code}: {answer}");
        let condition = if stands { "in_force" } else { "suspended" };
        let one = ask("identifier", json!({ "identifier": identifier }));
        let all = ask("holder", json!({ "holder": holder }));
        for shown in [&one, &all["certificates"][0]] {
            assert_eq!((&shown["condition"], shown["refused_as"].as_str()), (&json!(condition), Some(code).filter(|_| !stands)), "{shown}");
        }
    }
}

fn agency_of(contents: &mut Contents) -> &mut Agency {
    contents.agencies.iter_mut().find(|agency| agency.code == code_of(Office::Housing)).unwrap()
}
