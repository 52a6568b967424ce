//! A library as an officer works with it: founded, filled, asked, changed and published.

mod stolen;

use crate::archive::{Archive, GROUNDS};
use crate::office::{many_permits, permits};
use crate::program::{kanhe, word};
use crate::readers::python;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What a run says of its rows.
pub fn counts(told: &Value) -> (u64, u64, u64) {
    let count = |name: &str| told[name].as_u64().unwrap_or_else(|| panic!("{name} in {told}"));
    (count("issued"), count("repeated"), count("refused"))
}

#[test]
fn a_licence_lives_from_its_application_to_its_end_and_every_counter_knows() {
    let archive = Archive::open();
    assert_eq!(counts(&archive.issuing(permits(3)).run().ended(0).json()), (3, 0, 0));
    assert_eq!(counts(&archive.issuing(permits(3)).run().ended(0).json()), (0, 3, 0));
    let identifiers = archive.identifiers();
    let first = &identifiers[0];
    let shown = archive.told(&["show", first]);
    assert_eq!((word(&shown, "/condition"), word(&shown, "/holders/0/name")), ("in_force", "汕头市众和餐饮有限公司"));
    assert_eq!(archive.told(&["find", "--name", "众和餐饮"])["certificates"][0]["identifier"], **first);
    let found = archive.told(&["find", "--number", "JY34405060031004"]);
    assert_eq!(found["certificates"][0]["identifier"], **first);
    assert_eq!(found["certificates"][0]["holders"], serde_json::json!(["汕头市众和餐饮有限公司"]));
    let said = |words: &[&str]| archive.ask(words).for_people().run().ended(0).out;
    let found = |asked: &[&str]| archive.told(&[&["find"], asked].concat())["certificates"].as_array().unwrap().len();
    assert_eq!(archive.told(&["find", "--request-id", "GD-SPJY-2026-00001"])["certificates"][0]["identifier"], **first);
    assert_eq!((found(&["--state", "expired"]), found(&["--request-id", "GD-SPJY-2026-00001", "--type", "birth-service"])), (0, 0));
    assert!(said(&["find"]).contains("汕头市众和餐饮有限公司"));
    assert!(said(&["show", first, "--lang", "zh"]).contains("3 集中用餐单位食堂"), "{}", said(&["show", first, "--lang", "zh"]));
    assert!(said(&["show", first, "--lang", "en"]).contains("A1 Pre-packaged food"));

    archive.told(&[&["alias", first, "gd:4401-0001"], &GROUNDS[..]].concat());
    assert_eq!(archive.told(&["find", "--alias", "gd:4401-0001"])["certificates"][0]["identifier"], **first);
    let taken = archive.ask(&["alias", &identifiers[1], "gd:4401-0001"]).and(&GROUNDS).run().ended(2);
    assert_eq!(word(&taken.json(), "/error/code"), "alias_taken");

    for (verb, state) in [("suspend", "suspended"), ("reinstate", "valid"), ("revoke", "revoked")] {
        assert_eq!(word(&archive.change(verb, first).ended(0).json(), "/state"), state);
    }
    let refused = archive.change("suspend", first).ended(2);
    assert_eq!(word(&refused.json(), "/error/code"), "lifecycle_not_allowed");
    assert!(refused.err.contains("revoked") && refused.err.contains("cancel"), "{}", refused.err);
    let history = archive.told(&["history", first]);
    let acts: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| word(event, "/act").to_owned()).collect();
    assert_eq!(acts, ["issue", "alias", "suspend", "reinstate", "revoke"]);

    let (identity, root_key) = (archive.path("identity.txt"), archive.path("root.key"));
    let (lists, market) = (archive.path("lists"), archive.path("gd-market.key"));
    let sign = ["status", "sign", "--key", &market, "--identity", &identity, "--out", &lists];
    assert_eq!(archive.told(&sign)["lists"], 1);
    assert_eq!(archive.told(&sign)["lists"], 0, "what has not changed is not signed again");
    let (root, manifest, pack) = (format!("440000={}", archive.path("root.pub")), archive.path("manifest"), archive.path("pack"));
    let build = ["pack", "build", "--region", "440000", "--epoch", "1", "--root", &root, "--manifest", &manifest, "--status", &lists];
    kanhe(&[&build[..], &["--out", &pack, "--key", &root_key, "--identity", &identity]].concat()).ended(0);
    for (identifier, verdict) in [(first, 1), (&identifiers[1], 0)] {
        let seal = word(&archive.told(&["show", identifier]), "/seal").to_owned();
        kanhe(&["verify", &seal, "--pack", &pack, "--trust", &archive.path("root.pub")]).ended(verdict);
    }
    // A proof that nobody needs is of this certificate all the same, or it is told.
    archive.publish();
    let seal = word(&archive.told(&["show", &identifiers[1]]), "/seal").to_owned();
    let (proof, root, log_key) = (archive.path("proof"), archive.path("root.pub"), archive.path("log.pub"));
    for (proved, code) in [(&identifiers[1], Value::Null), (&identifiers[2], json!("log_other_certificate"))] {
        let proof = format!("{proof}.{}", code.is_null());
        archive.told(&["log", "prove", proved, "--out", &proof]);
        let words = ["verify", &seal, "--pack", &pack, "--trust", &root, "--proof", &proof, "--log-key", &log_key, "--json"];
        assert_eq!(kanhe(&words).ended(0).json()["proof"]["code"], code);
    }
    archive.is_whole();
}

#[test]
fn who_suspends_reads_when_the_term_ends_and_who_gives_back_that_it_has() {
    let archive = Archive::open();
    archive.issuing(permits(2).replacen("20250816", "20180816", 1)).run().ended(0);
    let identifiers = archive.identifiers();
    let [old, new] = identifiers.as_slice() else { panic!("{identifiers:?}") };
    let until = archive.told(&["show", new])["until"].clone();
    let held = archive.change("suspend", new).ended(0).json();
    assert_eq!((&held["until"], &held["warnings"]), (&until, &json!(["term_goes_on"])));
    let held = archive.ask(&["suspend", old, "--effective", "2020-01-01"]).and(&GROUNDS).run().ended(0).json();
    assert_eq!(
        (&held["until"], &held["warnings"], word(&held, "/condition")),
        (&json!("2023-08-15"), &json!(["term_is_over"]), "suspended")
    );
    let said = |words: &[&str]| archive.ask(words).for_people().run().ended(0).out;
    let shown = ["en", "zh"].map(|language| said(&["show", old, "--lang", language]));
    assert!(shown[0].contains("its term ended on 2023-08-15") && shown[1].contains("有效期已于 2023-08-15 在暂扣期间届满"), "{shown:?}");
    assert!(!said(&["show", new, "--lang", "en"]).contains("its term ended"));
    let counted = said(&["count", "--lang", "en"]);
    assert!(counted.contains("the latest twelve in which any were issued:") && counted.contains("2018-08"), "{counted}");
    let act = |verb: &str, identifier: &str| said(&[&[verb, identifier, "--lang", "en"], &GROUNDS[..]].concat());
    assert!(!act("reinstate", new).contains("Its term"));
    let back = act("reinstate", old);
    assert!(back.contains("Its term ended on 2023-08-15. Of a type under review"), "{back}");
    assert!(back.contains("can be approved now") && !back.contains("once the certificate is given back"), "{back}");
}

#[test]
fn a_renewal_that_begins_behind_the_day_of_the_act_is_refused_with_both_days() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let row = archive.office.write("renewal.csv", permits(1).replace("00001,", "00009,").replace("20250816", ""));
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    let renewing = ["renew", &archive.identifiers()[0], "--in", &row, "--key", &key, "--identity", &identity, "--effective", "2025-09-01"];
    let refused = archive.ask(&renewing).and(&GROUNDS).run().ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "version_gap");
    for language in ["en", "zh"] {
        assert!(word(&refused, &format!("/error/message/{language}")).contains("2025-09-01"), "{refused}");
        assert!(word(&refused, &format!("/error/hint/{language}")).contains("--effective"), "{refused}");
    }
    // Where the first day lies ahead, no `--effective` would help: what does is that it begins today.
    let today = kanhe_core::calendar::day_in_china(jiff::Timestamp::now());
    let beginning = |day: jiff::civil::Date| {
        let row = permits(1).replace("issued,", "issued,valid_from,").replace("00001,", "00009,").replace("20250816", &format!(",{day}"));
        let row = archive.office.write("renewal.csv", row);
        archive.next("renew", &archive.identifiers()[0], &[]).but("--in", &row).run()
    };
    let ahead = beginning(today.tomorrow().unwrap()).ended(2).json();
    assert_eq!(word(&ahead, "/error/code"), "version_gap");
    let hints = ["/error/hint/en", "/error/hint/zh"].map(|hint| word(&ahead, hint));
    assert!(hints[0].contains("let it begin today") && hints[1].contains("改为今天"), "{hints:?}");
    let renewed = beginning(today).ended(0).json();
    let shown = archive.ask(&["show", word(&renewed, "/identifier"), "--lang", "en"]).for_people().run().ended(0).out;
    assert!(
        shown.lines().any(|line| line.trim_start().starts_with("replaces ") && line.ends_with(word(&renewed, "/predecessor"))),
        "{shown}"
    );
}

#[test]
fn the_files_of_a_certificate_are_drawn_again_as_they_were() {
    let archive = Archive::open();
    let (first, again) = (archive.path("first"), archive.path("again"));
    archive.issuing(permits(1)).and(&["--out", &first, "--page", "https://kanhe.example.cn/"]).run().ended(0);
    let told = archive.told(&["draw", &archive.identifiers()[0], "--out", &again, "--page", "https://kanhe.example.cn/"]);
    for kind in ["certificate", "seal", "png", "svg"] {
        let name = word(&told, &format!("/files/{kind}"));
        assert_eq!(fs::read(format!("{again}/{name}")).unwrap(), fs::read(format!("{first}/{name}")).unwrap(), "{kind}");
    }
}

#[test]
fn nothing_is_issued_where_its_files_cannot_be_written_and_what_fails_later_is_told_beside_it() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let old = archive.identifiers().remove(0);
    let row = permits(1).replace("GD-SPJY-2026-00001", "R-amended").replace("584号", "585号").replace("20250816", "");
    let input = archive.office.write("amended.csv", row);
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    let amend = |out: &str| {
        let words = ["amend", &old, "--in", &input, "--key", &key, "--identity", &identity, "--out", out];
        archive.ask(&words).and(&GROUNDS).run().ended(2).json()
    };
    assert_eq!(word(&amend("/proc/nowhere"), "/error/code"), "file_not_found");
    assert_eq!(word(&archive.told(&["show", &old]), "/state"), "valid", "nothing was signed");
    // The disk fails when the certificate stands: here by folders that have the picture's name, with whatever check character.
    let out = archive.path("out");
    let drawn = archive.told(&["draw", &old, "--out", &archive.path("drawn")]);
    let stem = word(&drawn, "/files/png").replace(".001.", ".002.").rsplitn(3, '.').last().unwrap().to_owned();
    for check in ('0'..='9').chain('A'..='Z').chain(['*']) {
        fs::create_dir_all(format!("{out}/{stem}.{check}.png")).unwrap();
    }
    let told = amend(&out);
    assert!(word(&told, "/identifier").contains(&stem), "{told}");
    assert!(word(&told, "/error/hint/en").contains("kanhe draw"), "{told}");
    assert_eq!(word(&archive.told(&["show", &old]), "/state"), "superseded");
}

#[test]
fn whole_certificates_are_for_their_owner_alone() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let cose = archive.path("whole.cose");
    archive.told(&["show", &archive.identifiers()[0], "--cose", &cose]);
    assert_eq!(fs::metadata(&cose).unwrap().permissions().mode() & 0o777, 0o600);
    let again = archive.path("again.cose");
    kanhe(&["inspect", &cose, "--cose", &again]).ended(0);
    let (shown, exported) = (["show", &archive.identifiers()[0], "--cose", &cose], ["export", "--out", &cose]);
    for refused in [archive.ask(&shown).run(), archive.ask(&exported).run(), kanhe(&["inspect", &cose, "--cose", &again, "--json"])] {
        let refused = refused.ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "file_exists");
        assert!(word(&refused, "/error/hint/zh").contains("移走原文件"), "{refused}");
    }
    assert_eq!(fs::read(&cose).unwrap(), fs::read(&again).unwrap(), "nothing is written over");
    assert_eq!(fs::metadata(&again).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let old = archive.identifiers().remove(0);
    let input = archive.office.write(
        "amended.csv",
        permits(1).replace("GD-SPJY-2026-00001", "R-amended").replace("584号", "585号").replace("20250816", "2026-01-05"),
    );
    let term = |shown: &Value| (word(shown, "/from").to_owned(), word(shown, "/until").to_owned());
    let (key, identity) = (archive.path("gd-market.key"), archive.path("identity.txt"));
    let amend = ["amend", &old, "--in", &input, "--key", &key, "--identity", &identity, "--effective", "2026-01-05"];
    let told = archive.ask(&amend).and(&GROUNDS).run().ended(0).json();
    let new = word(&told, "/identifier").to_owned();
    assert!(new.contains(".002."), "{new}");
    let shown = archive.told(&["show", &old]);
    assert_eq!((word(&shown, "/state"), word(&shown, "/successor")), ("superseded", new.as_str()));
    let amended = archive.told(&["show", &new]);
    assert_eq!((word(&amended, "/predecessor"), word(&amended, "/issued")), (old.as_str(), "2026-01-05"));
    assert_eq!(term(&amended), term(&shown), "an amendment moves no day");
    let dead = archive.change("revoke", &old).ended(2);
    assert_eq!(word(&dead.json(), "/error/code"), "lifecycle_superseded");
    assert!(dead.err.contains(&format!("{new} took its place")), "{}", dead.err);
    let annulled = archive.change("annul", &new).ended(0).json();
    assert_eq!((word(&annulled, "/state"), word(&annulled, "/warnings/0")), ("annulled", "predecessor_stays_superseded"));
    assert_eq!(word(&archive.told(&["show", &old]), "/state"), "superseded");
    archive.is_whole();
}

#[test]
fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let archive = Archive::open();
    let bad = permits(2).replace("JY24401060031130", "JY2440106");
    let told = archive.issuing(&bad).and(&["--dry-run"]).run().ended(1).json();
    assert_eq!(counts(&told), (1, 0, 1));
    assert_eq!((told["faults"][0]["line"].as_u64(), word(&told, "/faults/0/column")), (Some(3), "number"));
    assert!(archive.rows().iter().any(|row| row["result"] == "could_be_issued"));
    assert_eq!(archive.told(&["find"])["certificates"], serde_json::json!([]));
    assert_eq!(counts(&archive.issuing(&bad).run().ended(1).json()), (1, 0, 1));
}

#[test]
fn what_a_rule_forbids_is_said_with_what_it_found_and_what_to_do() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let table = permits(2).replace("GD-SPJY-2026-", "GD-AGAIN-");
    let told = archive.issuing(&table).run().ended(1).json();
    let fault = &told["faults"][0];
    assert_eq!(word(fault, "/code"), "identifier_taken");
    let said = |language: &str| word(fault, &format!("/message/{language}")).to_owned();
    assert!(said("en").contains("stands in the library already, with ") && said("en").ends_with(" as its last day: valid"), "{fault}");
    assert!(said("zh").contains("，有效期至 ") && said("zh").ends_with("，现为有效"), "{fault}");
    assert!(word(fault, "/hint/en").starts_with("Use another number."), "{fault}");
    let run = archive.issuing(&table).and(&["--lang", "en"]).for_people().run().ended(1);
    assert_eq!(run.out.matches("Use another number.").count(), 1, "once for both: {run:?}");
}

#[test]
fn a_proof_convinces_without_library_and_network_and_a_rewritten_log_is_found_out() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let first = archive.identifiers().remove(0);
    let (proof, cose, log_key) = (archive.path("proof"), archive.path("certificate.cose"), archive.path("log.pub"));
    let unpublished = archive.ask(&["log", "prove", &first, "--out", &proof]).run().ended(2);
    assert_eq!(word(&unpublished.json(), "/error/code"), "log_unpublished");
    archive.publish();
    let old = archive.office.write("old.checkpoint", archive.office.text("log/checkpoint"));
    archive.told(&["log", "prove", &first, "--out", &proof]);
    assert_eq!(fs::metadata(&proof).unwrap().permissions().mode() & 0o777, 0o600, "the event in it is confidential");
    archive.told(&["show", &first, "--cose", &cose]);
    let check = ["log", "check", &proof, "--log-key", &log_key, "--json"];
    let proved = kanhe(&[&check[..], &["--cose", &cose]].concat()).ended(0).json();
    assert_eq!((word(&proved, "/act"), word(&proved, "/subject")), ("issue", first.as_str()));
    let other = archive.office.write("other.cose", b"another certificate");
    let of_another = kanhe(&[&check[..], &["--cose", &other]].concat()).ended(1).json();
    assert_eq!(word(&of_another, "/code"), "log_other_certificate");
    assert!(word(&of_another, "/next/en").contains("kanhe log prove"), "{of_another}");
    let forged = archive.office.write("forged", archive.office.text("proof").replacen("index 1", "index 2", 1));
    kanhe(&["log", "check", &forged, "--log-key", &log_key]).ended(1);
    kanhe(&["log", "check", &proof, "--log-key", &archive.path("root.pub")]).ended(1);

    archive.change("suspend", &first).ended(0);
    archive.publish();
    let (new, tiles) = (archive.path("log/checkpoint"), archive.path("log"));
    let audit = |old: &str, new: &str| kanhe(&["log", "audit", old, new, "--log-key", &log_key, "--tiles", &tiles, "--json"]);
    assert_eq!(audit(&old, &new).ended(0).json()["consistent"], true);
    let tile = archive.path("log/tile/0/000.p/4");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    fs::write(&tile, bytes).unwrap();
    assert_eq!(audit(&old, &new).ended(1).json()["consistent"], false);
}

#[test]
fn another_hand_computes_the_root_of_a_published_log_from_its_entries() {
    let archive = Archive::open();
    archive.issuing(many_permits(300)).run().ended(0);
    let size = archive.publish()["size"].as_u64().unwrap();
    let (log, key) = (archive.path("log"), archive.office.text("log.pub"));
    let read = |key: &str| python("verify_log.py", &[log.clone(), key.trim().to_owned()]);
    let whole = read(&key);
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    assert!(String::from_utf8_lossy(&whole.stdout).starts_with(&format!("{size} ")), "{whole:?}");
    assert_eq!(read(&archive.office.text("root.pub")).status.code(), Some(1), "the log's own key alone vouches for it");

    let last = format!("log/tile/entries/001.p/{}", size - 256);
    let kept = archive.office.write("kept.checkpoint", archive.office.text("log/checkpoint"));
    let audit = || kanhe(&["log", "audit", &kept, &kept, "--log-key", &archive.path("log.pub"), "--tiles", &log, "--json"]);
    for file in ["log/tile/entries/000", &last, "log/tile/0/000", "log/checkpoint"] {
        let before = fs::read(archive.path(file)).unwrap();
        let mut bytes = before.clone();
        // In the second entry, hash or line: lengths and signatures stand elsewhere.
        bytes[40] ^= 1;
        fs::write(archive.path(file), bytes).unwrap();
        assert_eq!(read(&key).status.code(), Some(1), "{file} was altered");
        // Our own audit finds it too, though no proof between the heads would read that file.
        if file != "log/checkpoint" {
            let told = audit().ended(1).json();
            assert_eq!(word(&told, "/code"), "log_file_altered", "{file}");
            let name = file.strip_prefix("log/").unwrap();
            assert_eq!(word(&told, "/detail"), format!("{name} is not what the entries of the log give"), "and no other is blamed");
        }
        fs::write(archive.path(file), before).unwrap();
    }
    audit().ended(0);
    // A power cut before the sync leaves names without a byte, or without all.
    let halved = ["log/tile/0/000", "log/tile/entries/000", "log/tile/1/000.p/1", &last];
    for (left, file) in halved.into_iter().enumerate() {
        let whole = fs::read(archive.path(file)).unwrap();
        fs::write(archive.path(file), &whole[..left * 10]).unwrap();
        assert_eq!(archive.publish()["files"], 1, "{file}");
        assert_eq!(fs::read(archive.path(file)).unwrap(), whole, "{file} stands again");
    }
    audit().ended(0);
    // What has the length and other bytes would make every auditor accuse us.
    for file in halved {
        let whole = fs::read(archive.path(file)).unwrap();
        let mut bytes = whole.clone();
        bytes[20] ^= 1;
        fs::write(archive.path(file), bytes).unwrap();
        let told = archive.publish();
        assert_eq!((&told["files"], &told["replaced"]), (&json!(1), &json!([file.strip_prefix("log/").unwrap()])));
        assert_eq!(fs::read(archive.path(file)).unwrap(), whole, "{file} stands again");
    }
    audit().ended(0);
    let note = archive.office.text("log/checkpoint");
    fs::write(archive.path("log/checkpoint"), note.replacen('1', "2", 1)).unwrap();
    let (key, identity) = (archive.path("log.key"), archive.path("identity.txt"));
    let refused = archive.ask(&["log", "publish", "--key", &key, "--identity", &identity, "--out", &log]).run().ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "note_signature_invalid");
    assert!(word(&refused, "/error/message/en").contains("log/checkpoint: "), "{refused}");
    assert!(word(&refused, "/error/hint/en").contains("The checkpoint in the folder is damaged"), "{refused}");
    fs::remove_file(archive.path("log/checkpoint")).unwrap();
    assert_eq!(archive.publish()["files"], 0, "the library's own is enough");
    fs::remove_file(archive.path(&last)).unwrap();
    assert_eq!(word(&audit().ended(2).json(), "/error/code"), "log_tile_missing");
    assert_eq!(read(&key).status.code(), Some(2), "what is missing is said");
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let archive = Archive::open();
    archive.issuing(permits(1)).run().ended(0);
    let first = archive.identifiers().remove(0);
    let unknown = first.replace("JY34405060031004", "JY34405060031005");
    let refusals: [(&[&str], &str); 18] = [
        (&["show", "1.2.3"], "certificate_id_parts"),
        (&["show", &first[..first.len() - 1]], "certificate_id_"),
        (&["find", "--name", "王"], "usage"),
        (&["find", "--number", "1", "--ending-from", "2026-01-01"], "usage"),
        (&["find", "--state", "valid", "--ending-from", "2026-01-01"], "usage"),
        (&["find", "--number", "1", "--holder-type", "414"], "usage"),
        (&["find", "--ending-by", "2026-01-01", "--holder-type", "414"], "usage"),
        (&["find", "--after", "zz"], "store_cursor"),
        (&["find", "--holder", "110105194912310021"], "holder_code_check"),
        (&["find", "--holder-type", "001", "--holder", "91440101MA59PLHX3T"], "holder_code_check"),
        (&["find", "--ending-from", "2027-01-02", "--ending-by", "2027-01-01"], "time_reversed"),
        (&["find", "--ending-by", "2020-01-01"], "time_reversed"),
        (&["log", "events", "--since", "2027-01-02", "--until", "2027-01-01"], "time_reversed"),
        (&["find", "--state", "gone"], "status_unknown_state"),
        (&["find", "--state", "safety-staff:98"], "state_code_unknown"),
        (&["find", "--state", "safety-staff:99"], "state_code_other"),
        (&["find", "--type", "nothing"], "type_unknown"),
        (&["history", &unknown, "--at", "yesterday"], ""),
    ];
    for (words, code) in refusals {
        let refused = archive.ask(words).run().ended(2);
        assert!(word(&refused.json(), "/error/code").starts_with(code), "{words:?}: {refused:?}");
    }
    // What has no check cannot fail it.
    let passport = archive.ask(&["find", "--holder-type", "414", "--holder", "110105194912310021"]).run().ended(0);
    assert_eq!(passport.json()["certificates"], json!([]));
    let future = archive.ask(&["suspend", &first]).and(&GROUNDS).and(&["--effective", "2999-01-01"]).run().ended(2);
    assert_eq!(word(&future.json(), "/error/code"), "lifecycle_in_future");
    archive.office.allow("11100000MB03271699001");
    let (manifest, root) = (archive.path("later.manifest"), archive.path("root.pub"));
    for (effective, code) in [("2999-01-01", "lifecycle_in_future"), ("1990-01-01", "lifecycle_before_last")] {
        for words in [&["alias", &first, "gd:1"][..], &["agency", "add", "--manifest", &manifest, "--root", &root]] {
            let refused = archive.ask(words).and(&GROUNDS).and(&["--effective", effective]).run().ended(2);
            assert_eq!(word(&refused.json(), "/error/code"), code, "{words:?}");
        }
    }
    let wordless = archive.ask(&["suspend", &first, "--basis", "", "--reason", "x", "--actor", "y"]).run().ended(2);
    assert_eq!(word(&wordless.json(), "/error/code"), "grounds_length");
    let elsewhere = archive.ask(&["check"]).but("--library", &archive.path("nowhere")).run().ended(2);
    assert_eq!(word(&elsewhere.json(), "/error/code"), "store_no_library");
    let wrong = archive.ask(&["check"]).but("--library-identity", &archive.path("root.pub")).run().ended(2);
    assert_eq!(word(&wrong.json(), "/error/code"), "identity_malformed");
    assert_eq!(archive.is_whole()["events"], 2);
}
