//! A key that was stolen, and what a manifest drops: what counters refuse is told wherever a library tells of it.

use crate::archive::{Archive, GROUNDS};
use crate::export::lines;
use crate::office::permits;
use crate::program::{kanhe, word};
use serde_json::{Value, json};
use std::fs;

/// The market's key was stolen, counts before index 3 alone, and has another beside it: that manifest is taken up. The new key's file.
fn counts_before_three(archive: &Archive) -> String {
    let (identity, new_key, root_key) = (archive.path("identity.txt"), archive.path("gd-market-2.key"), archive.path("root.key"));
    kanhe(&["key", "new", "--name", "gd-market-2", "--out", &new_key, "--identity", &identity]).ended(0);
    let public = archive.office.text("gd-market-2.pub");
    let keys = format!(
        ", counts_before = 3 }}, {{ public = \"{}\", uses = [\"seal\", \"certificate\", \"status\"], from = \"2015-01-01\" }}]",
        public.trim()
    );
    let description = archive.office.text("guangdong.toml").replace("edition = 1", "edition = 2").replacen(" }]", &keys, 1);
    let (input, manifest) = (archive.office.write("later.toml", description), archive.path("later.manifest"));
    kanhe(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &root_key, "--identity", &identity]).ended(0);
    archive.take_up("later.manifest");
    new_key
}

/// A pack without the list of survivors demands a proof of inclusion; one that travels with the certificate, or its file, is enough.
fn the_log_speaks_for_an_honest_certificate(archive: &Archive, pack: &str, [honest, forged]: [&str; 2]) {
    let (identifiers, proof, log_key) = (archive.identifiers(), archive.path("honest.proof"), archive.path("log.pub"));
    archive.publish();
    archive.told(&["log", "prove", &identifiers[0], "--out", &proof]);
    let ask = |input: &str, proof: &str, code: i32| {
        let words = ["verify", input.trim(), "--pack", pack, "--trust", &archive.path("root.pub"), "--proof", proof];
        kanhe(&[&words[..], &["--log-key", &log_key, "--json"]].concat()).ended(code).json()
    };
    let file = archive.path("honest.cose");
    archive.told(&["show", &identifiers[0], "--cose", &file]);
    for input in [honest, &file] {
        assert_eq!(word(&ask(input, &proof, 0), "/code"), "accepted");
    }
    let no_help = |told: &Value, code: &str| {
        assert_eq!((word(told, "/code"), word(told, "/proof/code"), &told["proof"]["helped"]), ("survivors_unknown", code, &json!(false)));
    };
    no_help(&ask(forged, &proof, 3), "log_other_certificate");
    let other = archive.path("other.proof");
    archive.told(&["log", "prove", &identifiers[1], "--out", &other]);
    no_help(&ask(honest, &other, 3), "log_other_certificate");
    no_help(&ask(&file, &other, 3), "log_other_certificate");
    // A later act is behind the cut-off: its proof saves nothing, and the issue is what is proved where nothing else is asked for.
    archive.change("suspend", &identifiers[0]).ended(0);
    archive.change("reinstate", &identifiers[0]).ended(0);
    archive.publish();
    let prove = |more: &[&str]| {
        fs::remove_file(&proof).unwrap();
        archive.told(&[&["log", "prove", &identifiers[0], "--out", &proof], more].concat())
    };
    assert_eq!(word(&prove(&["--last"]), "/act"), "reinstate");
    no_help(&ask(honest, &proof, 3), "log_later_act");
    assert_eq!(word(&prove(&[]), "/act"), "issue");
    assert_eq!(word(&ask(honest, &proof, 0), "/code"), "accepted");
}

#[test]
fn a_stolen_key_signs_no_more_and_its_honest_certificates_stay_good() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let honest = word(&archive.told(&["show", &archive.identifiers()[0]]), "/seal").to_owned();
    // The thief has the key, and signs without any library.
    archive.office.issue(permits(3).replace("GD-SPJY-2026-00003", "R-thief")).ended(0);
    let forged = archive.office.report().iter().find(|line| line["request_id"] == "R-thief").unwrap()["files"]["seal"].clone();
    let forged = archive.office.text(&format!("out/{}", forged.as_str().unwrap()));

    let (identity, root_key, survivors) = (archive.path("identity.txt"), archive.path("root.key"), archive.path("survivors"));
    let stolen =
        ["log", "survivors", "--stolen", &archive.path("gd-market.pub"), "--key", &root_key, "--identity", &identity, "--out", &survivors];
    let told = archive.told(&stolen);
    assert_eq!((told["survivors"].as_u64(), told["before"].as_u64()), (Some(2), Some(3)));
    let (new_key, manifest) = (counts_before_three(&archive), archive.path("later.manifest"));
    let lists = archive.path("lists");
    archive.told(&["status", "sign", "--key", &new_key, "--identity", &identity, "--out", &lists, "--all"]);

    let (root, trust) = (format!("440000={}", archive.path("root.pub")), archive.path("root.pub"));
    let pack = |name: &str, more: &[&str]| {
        let out = archive.path(name);
        let build = ["pack", "build", "--region", "440000", "--epoch", "2", "--root", &root, "--manifest", &manifest, "--status", &lists];
        kanhe(&[&build[..], &["--out", &out, "--key", &root_key, "--identity", &identity], more].concat()).ended(0);
        out
    };
    let ask = |seal: &str, pack: &str, code: i32| {
        let run = kanhe(&["verify", seal.trim(), "--pack", pack, "--trust", &trust, "--json"]).ended(code);
        word(&run.json(), "/code").to_owned()
    };
    let (whole, without) = (pack("whole.pack", &["--survivors", &survivors]), pack("without.pack", &[]));
    assert_eq!(ask(&honest, &whole, 0), "accepted");
    assert_eq!(ask(&forged, &whole, 1), "key_stolen");
    assert_eq!(ask(&honest, &without, 3), "survivors_unknown");
    the_log_speaks_for_an_honest_certificate(&archive, &without, [&honest, &forged]);
    let shown = |pack: &str| kanhe(&["pack", "show", pack, "--trust", &trust, "--json"]).ended(0).json();
    let theft = |pack: &str| word(&shown(pack), "/region").to_owned() + &shown(pack)["regions"][0]["thefts"][0].to_string();
    assert!(theft(&whole).contains("\"counts_before\":3") && theft(&whole).contains("\"survivors\":2"), "{}", theft(&whole));
    assert!(theft(&without).contains("\"survivors\":null"), "{}", theft(&without));
    let said = kanhe(&["pack", "show", &whole, "--trust", &trust, "--lang", "en"]).ended(0).out;
    assert!(said.contains("counts only before index 3 of the log, 2 survivors"), "{said}");
    // The thief's key was taken back to another index than the list is of: no counter would ever ask it.
    let earlier = archive.path("earlier.survivors");
    archive.told(&[&stolen[..stolen.len() - 1], &[&earlier, "--before", "2"]].concat());
    let build = ["pack", "build", "--region", "440000", "--epoch", "3", "--root", &root, "--manifest", &manifest, "--status", &lists];
    let more = ["--out", &archive.path("bad.pack"), "--key", &root_key, "--identity", &identity, "--survivors", &earlier, "--json"];
    let refused = kanhe(&[&build[..], &more].concat()).ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "pack_survivors_other");
    assert!(word(&refused, "/error/message/en").ends_with("before index 2; the manifest has counts_before = 3"), "{refused}");
    // The manifest of before the theft would make the forgery good again, in a pack that is younger and has a higher number.
    let earlier = ["--manifest", &archive.path("manifest"), "--out", &whole, "--key", &root_key, "--identity", &identity, "--json"];
    let refused = kanhe(&[&build[..8], &earlier].concat()).ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "pack_part_older");
    let named = |code: &str, part: &str| {
        let all = std::iter::once(&refused["error"]).chain(refused["error"]["also"].as_array().into_iter().flatten());
        all.filter(|error| error["code"] == code && word(error, "/message/en").contains(part)).count()
    };
    assert_eq!(named("pack_part_older", "the manifest of region 440000 is edition 1 ("), 1, "{refused}");
    assert_eq!(named("pack_part_gone", "counts without end, in the pack before only before index 3 of the log"), 1, "{refused}");
    assert_eq!(ask(&forged, &whole, 1), "key_stolen");
    archive.is_whole();
}

#[test]
fn what_a_manifest_drops_is_told_and_named_once_by_a_check() {
    let archive = Archive::open();
    archive.issuing(permits(3)).run().ended(0);
    let (identity, public) = (archive.path("identity.txt"), |name: &str| archive.office.text(&format!("{name}.pub")).trim().to_owned());
    for root in ["root-2", "gd-market-2"] {
        kanhe(&["key", "new", "--name", root, "--out", &archive.path(&format!("{root}.key")), "--identity", &identity]).ended(0);
    }
    let whole = archive.office.text("guangdong.toml");
    let take_up = |edition: u32, root: &str, description: &str| {
        let input = archive.office.write("next.toml", description.replace("edition = 1", &format!("edition = {edition}")));
        let (manifest, key) = (archive.path("next.manifest"), archive.path(&format!("{root}.key")));
        kanhe(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &key, "--identity", &identity]).ended(0);
        let root = archive.path(&format!("{root}.pub"));
        let told = archive.ask(&["agency", "add", "--manifest", &manifest, "--root", &root]).and(&GROUNDS).run().ended(0).json();
        let of = |notice: &Value| (word(notice, "/code").to_owned(), notice["certificates"].clone());
        told["notices"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let told = |code: &str, certificates: u64| (code.to_owned(), json!(certificates));
    let findings = || archive.ask(&["check"]).run().json()["findings"].as_array().unwrap().clone();

    // A slip of the hand in a rotation: the new key stands where the old one stood.
    let replaced = whole.replace(&public("gd-market"), &public("gd-market-2"));
    assert_eq!(take_up(2, "root", &replaced), [told("key_removed", 3)]);
    let [finding] = findings().try_into().unwrap();
    assert_eq!(word(&finding, "/code"), "check_key_unknown");
    assert!(word(&finding, "/place").starts_with("key ") && word(&finding, "/place").contains(" of agency "), "{finding}");
    assert_eq!(take_up(3, "root", &whole), [told("key_removed", 3)], "the other key is gone in its turn");
    assert_eq!(findings(), [] as [Value; 0]);

    let stolen = whole.replacen(" }]", ", counts_before = 4 }]", 1);
    take_up(4, "root", &stolen);
    assert_eq!(take_up(5, "root", &replaced), [told("key_removed", 3)]);
    assert_eq!(take_up(6, "root", &whole), [told("key_removed", 3)]);

    let [narrower, without_market] = [whole.replace("types = [1, 2] # market", "types = [1] # market"), without_first_agency(&whole)];
    assert_ne!(narrower, whole);
    assert_eq!(take_up(7, "root", &narrower), [told("type_taken_from_agency", 3)]);
    let found =
        || findings().iter().map(|finding| told(word(finding, "/code"), finding["certificates"].as_u64().unwrap())).collect::<Vec<_>>();
    assert_eq!(found(), [told("check_type_taken", 3)], "one line, and none for each certificate");
    let said = archive.ask(&["check", "--lang", "en"]).for_people().run().ended(1).out;
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with("check_type_taken  type 11100000MB0143028R002 of agency 114400000069410121: the agency may not issue"),
        "{said}"
    );
    assert!(lines[0].ends_with(" (certificates that are valid or suspended, whatever their term: 3)"), "{said}");
    assert!(lines.last().is_some_and(|last| last.starts_with("→ Take up a manifest that has the type")), "{said}");
    take_up(8, "root", &whole);
    assert_eq!(take_up(9, "root", &without_market), [told("agency_removed", 3)]);
    assert_eq!(found(), [told("check_agency_unknown", 3)]);
    take_up(10, "root", &whole);
    assert_eq!(take_up(11, "root-2", &whole), [told("root_changed", 3)]);
    let closed = whole.replacen(" }]", ", until = \"2015-12-31\" }]", 1);
    assert_eq!(take_up(12, "root-2", &closed), [told("key_window_narrowed", 3)]);
    assert_eq!(found(), [told("check_outside_window", 3)], "and not as if their signatures failed");
    take_up(13, "root-2", &whole);
    let lists_only = whole.replacen("uses = [\"seal\", \"certificate\", \"status\"]", "uses = [\"status\"]", 1);
    assert_eq!(take_up(14, "root-2", &lists_only), [told("key_use_taken", 3)]);
    assert_eq!(found(), [told("check_key_use", 3)]);
    take_up(15, "root-2", &whole);
    archive.is_whole();
}

#[test]
fn what_counters_refuse_is_marked_wherever_it_is_told() {
    let archive = Archive::open();
    archive.issuing(permits(3)).run().ended(0);
    let [good, revoked, behind] = archive.identifiers().try_into().unwrap();
    archive.change("revoke", &revoked).ended(0);
    let new_key = counts_before_three(&archive);
    let worth = |told: &Value| (told["condition"].as_str().map(str::to_owned), told["behind_cut_off"].as_bool());
    let wanted = [("in_force", false), ("revoked", false), ("in_force", true)].map(|(word, behind)| (Some(word.to_owned()), Some(behind)));

    let redo = || archive.issuing(permits(3)).but("--key", &new_key).and(&["--out", &archive.path("redo")]);
    let told = redo().run().ended(0).json();
    assert_eq!((&told["repeated"], &told["repeated_not_in_force"]), (&json!(3), &json!(2)));
    assert_eq!(archive.rows().iter().map(worth).collect::<Vec<_>>(), wanted);
    let said = redo().and(&["--lang", "en"]).for_people().run().ended(0).out;
    assert!(said.contains("counters do not accept 2 of those issued before"), "{said}");

    for (identifier, wanted) in [&good, &revoked, &behind].into_iter().zip(&wanted) {
        assert_eq!(&worth(&archive.told(&["draw", identifier, "--out", &archive.path("drawn")])), wanted);
    }
    let draw = |identifier: &str| {
        archive.ask(&["draw", identifier, "--out", &archive.path("drawn"), "--lang", "en"]).for_people().run().ended(0).out
    };
    assert!(draw(&revoked).contains("it is revoked: counters do not accept it"), "{}", draw(&revoked));
    assert!(draw(&behind).contains("stolen key behind the cut-off"), "{}", draw(&behind));
    assert!(!draw(&good).contains('!'), "{}", draw(&good));

    archive.change("suspend", &behind).ended(0);
    let back = archive.change("reinstate", &behind).ended(0).json();
    assert_eq!((word(&back, "/state"), worth(&back)), ("valid", wanted[2].clone()));
    let out = archive.path("library.tar");
    archive.told(&["export", "--out", &out]);
    assert_eq!(lines(&out, "certificates.jsonl").iter().map(worth).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_the_manifest_is_not_behind_is_marked_wherever_it_is_told() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let [first, second] = archive.identifiers().try_into().unwrap();
    let closed = archive.office.text("guangdong.toml").replace("edition = 1", "edition = 2");
    let input = archive.office.write("later.toml", closed.replacen(" }]", ", until = \"2015-12-31\" }]", 1));
    let (identity, manifest, root_key) = (archive.path("identity.txt"), archive.path("later.manifest"), archive.path("root.key"));
    let draw = ["draw", &first, "--out", &archive.path("drawn")];
    let marks = |told: &Value| (told["condition"].as_str().or(told["now"].as_str()).map(str::to_owned), told["refused_as"].clone());
    let told = || [archive.told(&["show", &first]), archive.told(&["history", &first]), archive.told(&draw)].map(|told| marks(&told));
    let in_force = |refused_as: Value| (Some("in_force".to_owned()), refused_as);
    assert_eq!(told(), [(); 3].map(|()| in_force(Value::Null)), "the manifest is behind it");

    kanhe(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &root_key, "--identity", &identity]).ended(0);
    archive.take_up("later.manifest");
    let outside = json!("outside_key_window");
    assert_eq!(told(), [(); 3].map(|()| in_force(outside.clone())));
    let rows = archive.told(&["find"])["certificates"].as_array().unwrap().clone();
    assert!(rows.len() == 2 && rows.iter().all(|row| row["refused_as"] == outside), "{rows:?}");
    archive.change("suspend", &second).ended(0);
    assert_eq!(marks(&archive.change("reinstate", &second).ended(0).json()), in_force(outside.clone()));
    let repeated = archive.issuing(permits(2)).and(&["--dry-run"]).run().ended(0).json();
    assert_eq!((&repeated["repeated"], &repeated["repeated_not_in_force"]), (&json!(2), &json!(2)));
    assert!(archive.rows().iter().all(|row| marks(row) == in_force(outside.clone())));
    let out = archive.path("library.tar");
    archive.told(&["export", "--out", &out]);
    assert!(lines(&out, "certificates.jsonl").iter().all(|line| marks(line) == in_force(outside.clone())));

    let say = |words: &[&str], language: &str| archive.ask(words).and(&["--lang", language]).for_people().run().ended(0).out;
    let [show, history] = [["show", &first], ["history", &first]].map(|words| say(&words, "en"));
    for said in [show, history, say(&draw, "en")] {
        assert!(said.contains("! its day of issue lies outside the window"), "{said}");
        assert!(said.contains("counters refuse it (outside_key_window)"), "{said}");
    }
    assert!(say(&["show", &first], "zh").contains("核验不予接受（outside_key_window）"));
    assert_eq!(say(&["find"], "en").matches("(refused: outside_key_window)").count(), 2);
}

/// The cut-off is the manifest's where nobody names one, only its root key signs the list, and the library keeps it.
fn the_list_is_taken_up_and_asked_for_no_more(archive: &Archive, list: &str) {
    let (identity, manifest, root) = (archive.path("identity.txt"), archive.path("later.manifest"), archive.path("root.pub"));
    let by = |key: &str| {
        let (stolen, key) = (archive.path("gd-market.pub"), archive.path(key));
        let words = ["log", "survivors", "--stolen", &stolen, "--key", &key, "--identity", &identity, "--out", list];
        archive.ask(&words).run()
    };
    assert_eq!(by("root.key").ended(0).json()["before"], json!(2));
    assert_eq!(word(&by("gd-housing.key").ended(2).json(), "/error/code"), "survivors_key_not_root");
    let add = ["agency", "add", "--manifest", &manifest, "--root", &root];
    let take = |list: &str| archive.ask(&add).and(&["--survivors", list]).and(&GROUNDS).run();
    assert_eq!(word(&take(&manifest).ended(2).json(), "/error/code"), "wrong_document");
    let told = take(list).ended(0).json();
    assert_eq!((&told["new"], &told["survivors"]), (&json!(false), &json!(1)));
    let codes: Vec<&str> = told["notices"].as_array().unwrap().iter().map(|notice| word(notice, "/code")).collect();
    assert_eq!(codes, ["theft_certificates_behind"], "and no survivors_missing");
}

/// A description without the agency that it names first.
fn without_first_agency(description: &str) -> String {
    let mut parts = description.split("[[agencies]]");
    let (head, rest) = (parts.next().unwrap(), parts.skip(1));
    rest.fold(head.to_owned(), |text, agency| text + "[[agencies]]" + agency)
}

#[test]
fn what_lies_behind_a_cut_off_is_counted_listed_and_marked() {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let [first, second] = archive.identifiers().try_into().unwrap();
    let (identity, root_key, root) = (archive.path("identity.txt"), archive.path("root.key"), archive.path("root.pub"));
    let take_up = |edition: u32, cut_off: &str| {
        let description = archive.office.text("guangdong.toml").replace("edition = 1", &format!("edition = {edition}"));
        let input = archive.office.write("later.toml", description.replacen(" }]", &format!("{cut_off} }}]"), 1));
        let manifest = archive.path("later.manifest");
        kanhe(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &root_key, "--identity", &identity]).ended(0);
        let told = archive.ask(&["agency", "add", "--manifest", &manifest, "--root", &root]).and(&GROUNDS).run().ended(0).json();
        let notices = told["notices"].as_array().unwrap().clone();
        notices.iter().map(|notice| (word(notice, "/code").to_owned(), notice["certificates"].clone())).collect::<Vec<_>>()
    };
    let told = |code: &str, certificates: Value| (code.to_owned(), certificates);
    let missing = told("survivors_missing", Value::Null);
    assert_eq!(take_up(2, ", counts_before = 2"), [told("theft_certificates_behind", json!(1)), missing.clone()]);
    for (identifier, behind) in [(&first, false), (&second, true)] {
        for verb in ["show", "history"] {
            assert_eq!(archive.told(&[verb, identifier])["behind_cut_off"], json!(behind), "{verb}");
        }
        assert_eq!(word(&archive.told(&["show", identifier]), "/condition"), "in_force", "the state is what acts made it");
    }
    let rows = archive.told(&["find"])["certificates"].as_array().unwrap().clone();
    let marked: Vec<&str> = rows.iter().filter(|row| row["behind_cut_off"] == json!(true)).map(|row| word(row, "/identifier")).collect();
    assert_eq!(marked, [second.as_str()]);
    let said = archive.ask(&["find", "--lang", "en"]).for_people().run().ended(0).out;
    assert_eq!(said.matches("stolen key, refused").count(), 1, "{said}");
    assert_eq!(archive.told(&["count"])["stolen_keys"], json!(1));
    let said = archive.ask(&["count", "--lang", "en"]).for_people().run().ended(0).out;
    assert!(said.contains("kanhe log lost lists it"), "{said}");
    let stolen = archive.path("gd-market.pub");
    let lost = archive.told(&["log", "lost", "--stolen", &stolen]);
    assert_eq!(lost["before"], json!(2));
    assert_eq!(lost["certificates"], json!([{ "index": 2, "act": "issue", "identifier": second, "state": "valid" }]));
    let key = |told: &Value| told["without_survivors"].as_array().unwrap().len();
    assert_eq!(key(&archive.is_whole()), 1, "the check tells of it too, as no finding");
    let list = archive.path("survivors");
    let sign = ["log", "survivors", "--stolen", &stolen, "--key", &root_key, "--identity", &identity, "--out", &list, "--before", "2"];
    let signed = archive.told(&sign);
    assert_eq!((&signed["survivors"], &signed["behind"]), (&json!(1), &json!(1)));
    the_list_is_taken_up_and_asked_for_no_more(&archive, &list);
    let whole = archive.is_whole();
    assert_eq!((&whole["behind_cut_off"], key(&whole)), (&json!(1), 0), "it is told, and no finding");
    // What was looked at and ended is nobody's worry any more, and stays on the list.
    archive.change("annul", &second).ended(0);
    assert_eq!(archive.told(&["log", "lost", "--stolen", &stolen])["certificates"][0]["state"], "annulled");
    assert_eq!(take_up(3, ", counts_before = 2"), [], "the library has the list");
    assert_eq!(take_up(4, ""), [told("theft_taken_back", Value::Null)]);
    assert_eq!(take_up(5, ", counts_before = 999"), [told("theft_cut_off_beyond_end", Value::Null), missing]);
    let unnamed = archive.ask(&["log", "lost", "--stolen", &archive.path("gd-housing.pub")]).run().ended(2);
    assert_eq!(word(&unnamed.json(), "/error/code"), "usage");
}
