//! `kanhe pack`: what a verifier carries, and what changed since the last one.

use crate::office::{Office, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use crate::stage::Stage;
use serde_json::Value;

#[test]
fn a_pack_shows_whom_and_what_it_vouches_for() {
    let stage = Stage::get();
    let shown =
        kanhe(&["pack", "show", &stage.path("guangdong.pack"), "--trust", &stage.path("keys/gd-root.pub"), "--json"]).ended(0).json();
    assert_eq!((word(&shown, "/region"), shown["epoch"].as_u64()), ("440000", Some(1)));
    let counted = |region: &Value| {
        (word(region, "/region").to_owned(), ["agencies", "types", "status_lists"].map(|part| region[part].as_array().unwrap().len()))
    };
    let mut regions: Vec<_> = shown["regions"].as_array().unwrap().iter().map(counted).collect();
    regions.sort();
    assert_eq!(regions, [("330000".to_owned(), [1, 1, 1]), ("440000".to_owned(), [2, 5, 2])]);
    let guangdong = shown["regions"].as_array().unwrap().iter().find(|region| region["region"] == "440000").unwrap();
    let states = |agency: &str| {
        let lists = guangdong["status_lists"].as_array().unwrap();
        lists.iter().find(|list| word(list, "/uri").contains(agency)).unwrap()["states"].clone()
    };
    assert_eq!(states("market"), serde_json::json!({ "revoked": 1, "suspended": 1, "superseded": 1 }));
    assert_eq!(states("housing"), serde_json::json!({}), "each list has its own states");
    assert_eq!(shown["recognition"][0]["scenes"], serde_json::json!(["freight-market", "passenger-market"]));
}

#[test]
fn a_pack_shows_itself_in_words_of_both_languages() {
    let stage = Stage::get();
    let show = |language: &str| {
        kanhe(&["pack", "show", &stage.path("guangdong.pack"), "--trust", &stage.path("keys/gd-root.pub"), "--lang", language]).ended(0).out
    };
    for (language, words) in [
        ("zh", ["广东省市场监督管理局", "道路运输经营许可证", "互认 330000"]),
        ("en", ["Guangdong Administration for Market Regulation", "Beijing time", "recognised 330000"]),
    ] {
        let shown = show(language);
        assert!(words.iter().all(|word| shown.contains(word)), "{language}: {shown}");
    }
}

#[test]
fn a_newer_pack_says_what_changed() {
    let office = Office::open();
    office.issue(permits(2)).ended(0);
    let identifier = word(&office.report()[0], "/identifier").to_owned();
    let states = office.write("states.csv", format!("identifier,state\n{identifier},revoked\n"));
    let (older, newer) = (office.pack("1", &[]), office.pack("2", &["--states", &states]));
    let show = |more: &[&str]| {
        Kanhe::new(&[&["pack", "show", &newer, "--since", &older, "--trust", &office.path("root.pub")], more].concat()).run().ended(0)
    };
    let said = show(&[]).out;
    assert!(said.lines().any(|line| line == "~ epoch 1 → 2"), "{said}");
    assert!(said.lines().any(|line| line.starts_with("+ status list ") && line.ends_with("certificates revoked 1")), "{said}");
    let told = show(&["--json"]).json();
    assert_eq!((told["from"].as_u64(), told["to"].as_u64()), (Some(1), Some(2)));
    assert_eq!(told["changes"].as_array().unwrap().len(), said.lines().count());
    let same = kanhe(&["pack", "show", &newer, "--since", &newer, "--trust", &office.path("root.pub"), "--json"]).ended(0).json();
    assert_eq!(same["changes"], serde_json::json!([]));
}

#[test]
fn a_certificate_is_revoked_for_those_who_have_the_newer_pack() {
    let office = Office::open();
    office.issue(permits(2)).ended(0);
    let report = office.report();
    let states = office.write("states.csv", format!("identifier,state\n{},revoked\n", word(&report[0], "/identifier")));
    let (older, newer) = (office.pack("1", &[]), office.pack("2", &["--states", &states]));
    for (pack, line, exit) in [(&older, &report[0], 0), (&newer, &report[0], 1), (&newer, &report[1], 0)] {
        let picture = office.path(&format!("out/{}", word(line, "/files/png")));
        kanhe(&["verify", &picture, "--pack", pack, "--trust", &office.path("root.pub")]).ended(exit);
    }
}

/// `kanhe pack build` of an office's manifest, without status lists.
fn building(office: &Office) -> Kanhe {
    let (root, manifest, out) = (format!("440000={}", office.path("root.pub")), office.path("manifest"), office.path("pack"));
    let (key, identity) = (office.path("root.key"), office.path("identity.txt"));
    let build = ["pack", "build", "--region", "440000", "--epoch", "1", "--root", &root, "--manifest", &manifest, "--out", &out];
    Kanhe::new(&[&build[..], &["--key", &key, "--identity", &identity]].concat())
}

#[test]
fn a_pack_that_would_not_open_is_never_written() {
    let office = Office::open();
    // The manifest is of the root's key, and the pack names another for the region.
    let run = building(&office).but("--root", &format!("440000={}", office.path("gd-market.pub"))).run();
    let said = format!("error pack_part_not_trusted: {}: ", office.path("manifest"));
    assert!(run.ended(2).err.starts_with(&said), "the file is named");
    assert!(!std::path::Path::new(&office.path("pack")).exists());
}

#[test]
fn a_folder_without_status_lists_is_no_folder_of_status_lists() {
    let office = Office::open();
    let run = building(&office).and(&["--status", &office.path("")]).run().ended(2);
    assert!(run.err.starts_with("error pack_no_lists: "), "{run:?}");
    assert!(!std::path::Path::new(&office.path("pack")).exists());
}

#[test]
fn agencies_of_whose_certificates_nothing_is_known_are_named() {
    let office = Office::open();
    let told = building(&office).and(&["--json"]).run().ended(0).json();
    assert_eq!((told["manifests"].as_u64(), told["recognitions"].as_u64(), told["status_lists"].as_u64()), (Some(1), Some(0), Some(0)));
    assert_eq!(told["agencies_without_status_lists"], serde_json::json!(["114400000069410121", "11440000006942023C"]));
    let said = building(&office).but("--epoch", "2").run().ended(0).out;
    assert!(said.contains("1 manifest, 0 rows of recognition, 0 status lists"), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("! agency ") && line.contains("no status list")).count(), 2, "{said}");
}

#[test]
fn a_pack_is_not_written_over_one_with_the_same_or_a_higher_number() {
    let office = Office::open();
    let build = |epoch: &str| building(&office).but("--epoch", epoch).and(&["--json"]).run();
    build("5").ended(0);
    let first = std::fs::read(office.path("pack")).unwrap();
    for epoch in ["5", "4"] {
        let refused = build(epoch).ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "pack_epoch_not_higher");
        assert!(word(&refused, "/error/message/en").ends_with(&format!("has epoch 5, this is epoch {epoch}, wanted is 6 or higher")));
    }
    assert_eq!(std::fs::read(office.path("pack")).unwrap(), first);
    build("6").ended(0);
}

/// The list of an office's certificates, signed at a moment; the folder of it.
fn listed(office: &Office, name: &str, at: &str) -> String {
    let (manifest, report, out) = (office.path("manifest"), office.path("out/report.jsonl"), office.path(name));
    let (key, identity) = (office.path("gd-market.key"), office.path("identity.txt"));
    let sign = ["status", "sign", "--manifest", &manifest, "--report", &report, "--out", &out, "--at", at];
    kanhe(&[&sign[..], &["--key", &key, "--identity", &identity]].concat()).ended(0);
    out
}

#[test]
fn a_pack_takes_nothing_back_unless_somebody_means_it() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let (older, newer) = (listed(&office, "older", "2026-03-01T04:23:00Z"), listed(&office, "newer", "2026-03-01T04:32:00Z"));
    building(&office).and(&["--status", &newer]).run().ended(0);
    let before = std::fs::read(office.path("pack")).unwrap();
    let again = || building(&office).but("--epoch", "2").and(&["--json"]);
    let code = |run: Run| word(&run.ended(2).json(), "/error/code").to_owned();
    let refused = again().and(&["--status", &older]).run().ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "pack_part_older");
    for (language, said) in [
        ("en", "of region 440000 is as of 2026-03-01T12:23:00+08:00, in the pack before as of 2026-03-01T12:32:00+08:00"),
        ("zh", "（地区 440000）截至 2026-03-01T12:23:00+08:00，上一份证照包中截至 2026-03-01T12:32:00+08:00"),
    ] {
        let message = word(&refused, &format!("/error/message/{language}")).to_owned();
        assert!(message.contains("/0") && message.ends_with(said), "{message}");
    }
    assert_eq!(code(again().run()), "pack_part_gone", "nor without the list");
    assert_eq!(code(again().and(&["--status", &older, "--clock-was-ahead"]).run()), "pack_part_older", "no clock was ahead of now");
    assert_eq!(std::fs::read(office.path("pack")).unwrap(), before, "nothing is written");
    // A name of its own lets nothing slip through where the pack before is named.
    let elsewhere = || again().but("--out", &office.path("new.pack")).and(&["--since", &office.path("pack")]);
    assert_eq!(code(elsewhere().and(&["--status", &older]).run()), "pack_part_older");
    assert_eq!(code(elsewhere().but("--epoch", "1").and(&["--status", &newer]).run()), "pack_epoch_not_higher");
    assert!(!std::path::Path::new(&office.path("new.pack")).exists());
    elsewhere().and(&["--status", &newer]).run().ended(0);
    let told = again().and(&["--status", &older, "--anyway"]).run().ended(0).json();
    assert_eq!((told["taken_back"].as_array().unwrap().len(), word(&told, "/taken_back/0/code")), (1, "pack_part_older"));
    let said = building(&office).but("--epoch", "3").and(&["--anyway"]).run().ended(0).out;
    assert!(said.lines().any(|line| line.starts_with("! taken back, as --anyway says: the status list ")), "{said}");
}

#[test]
fn what_two_packs_before_have_alike_is_taken_back_once() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let list = listed(&office, "list", "2026-03-01T04:23:00Z");
    let (first, second) = (office.path("first"), office.path("second"));
    building(&office).but("--out", &first).and(&["--status", &list]).run().ended(0);
    building(&office).but("--out", &second).but("--epoch", "2").and(&["--status", &list]).run().ended(0);
    let third = || building(&office).but("--out", &second).but("--epoch", "3").and(&["--since", &first]);
    let refused = third().and(&["--json"]).run().ended(2).json();
    assert_eq!((word(&refused, "/error/code"), &refused["error"]["also"]), ("pack_part_gone", &Value::Null));
    let said = third().and(&["--anyway"]).run().ended(0).out;
    assert_eq!(said.lines().filter(|line| line.starts_with("! taken back, ")).count(), 1, "{said}");
    building(&office).but("--out", &second).but("--epoch", "4").and(&["--status", &list]).run().ended(0);
    let told = third().but("--epoch", "5").and(&["--anyway", "--json"]).run().ended(0).json();
    assert_eq!(told["taken_back"].as_array().unwrap().len(), 1, "{told}");
}

#[test]
fn a_pack_before_that_does_not_open_is_not_passed_over_in_silence() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let list = listed(&office, "list", "2026-03-01T04:23:00Z");
    building(&office).and(&["--status", &list]).run().ended(0);
    let (pack, whole) = (office.path("pack"), std::fs::read(office.path("pack")).unwrap());
    let part = std::fs::read(format!("{list}/114400000069410121.0.status")).unwrap();
    let place = whole.windows(part.len()).position(|bytes| bytes == part).unwrap();
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        bytes
    };
    // One bit of the signature of its list, one of its own head, and a file that is no pack at all.
    let damaged =
        [(flipped(place + part.len() - 1), "pack_part_"), (flipped(0), "pack_unreadable"), (b"no pack".to_vec(), "pack_unreadable")];
    for (bytes, code) in damaged {
        std::fs::write(&pack, &bytes).unwrap();
        let next = || building(&office).but("--epoch", "2").and(&["--json"]);
        let refused = |build: Kanhe, wanted: &str| {
            let told = build.run().ended(2).json();
            assert!(word(&told, "/error/code").starts_with(code), "{told}");
            assert!(word(&told, "/error/message/en").starts_with(&pack) && word(&told, "/error/hint/en").contains(wanted), "{told}");
        };
        let since = || next().but("--out", &office.path("next")).and(&["--since", &pack]);
        refused(since(), "Name a sound copy of the last pack with --since.");
        refused(since().and(&["--anyway"]), "Name a sound copy of the last pack with --since.");
        assert!(!std::path::Path::new(&office.path("next")).exists());
        refused(next(), "say --anyway");
        assert_eq!(std::fs::read(&pack).unwrap(), bytes, "nothing is written over it");
        let told = next().and(&["--anyway"]).run().ended(0).json();
        assert_eq!((word(&told, "/not_compared/0/pack"), told["taken_back"].as_array().unwrap().len()), (pack.as_str(), 0));
        assert!(word(&told, "/not_compared/0/code").starts_with(code), "{told}");
        std::fs::write(&pack, &bytes).unwrap();
        for (language, words) in [("en", "the pack is not held against it, as --anyway says"), ("zh", "已按 --anyway 不与其比较")] {
            let said = building(&office).but("--epoch", "2").and(&["--anyway", "--lang", language]).run().ended(0).out;
            assert!(said.contains(words), "{said}");
            std::fs::write(&pack, &bytes).unwrap();
        }
    }
    // A sound copy does: it is held against that.
    std::fs::remove_file(&pack).unwrap();
    let copy = office.write("copy", &whole);
    let told = building(&office).but("--epoch", "2").and(&["--since", &copy, "--json"]).run().ended(2).json();
    assert_eq!(word(&told, "/error/code"), "pack_part_gone");
    let built = building(&office).but("--epoch", "2").and(&["--since", &copy, "--status", &list, "--json"]).run().ended(0).json();
    assert_eq!(built["not_compared"], serde_json::json!([]));
}

#[test]
fn a_list_that_lies_ahead_by_a_wrong_clock_is_replaced_by_who_says_so() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let (right, ahead) = (listed(&office, "right", "2026-01-10"), listed(&office, "ahead", "2026-03-01"));
    building(&office).and(&["--status", &ahead, "--at", "2026-01-20"]).run().ended(0);
    let again = || building(&office).but("--epoch", "2").and(&["--status", &right, "--at", "2026-01-21", "--json"]);
    assert_eq!(word(&again().run().ended(2).json(), "/error/code"), "pack_part_older");
    let told = again().and(&["--clock-was-ahead"]).run().ended(0).json();
    assert_eq!(told["taken_back"], serde_json::json!([]), "a clock took it ahead, and nobody takes it back");
}
