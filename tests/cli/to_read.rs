//! A backup that is restored only to be read: it answers as the library does, and issues, records and publishes nothing.

use crate::archive::{Archive, GROUNDS};
use crate::office::permits;
use crate::program::{Kanhe, kanhe, word};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A verb on the library that is only to be read.
fn of_the_copy(archive: &Archive, words: &[&str]) -> Kanhe {
    let (copy, identity) = (archive.path("copy"), archive.path("identity.txt"));
    Kanhe::new(&[words, &["--library", &copy, "--library-identity", &identity, "--json"]].concat())
}

/// A library of two certificates that was backed up, and its backup restored to be read.
fn copied() -> Archive {
    let archive = Archive::open();
    archive.issuing(permits(2)).run().ended(0);
    let backups = archive.path("backups");
    archive.told(&["backup", "--to", &backups]);
    let restore = ["restore", "--from", &backups, "--into", &archive.path("copy"), "--to-read"];
    let told = kanhe(&[&restore[..], &["--json"]].concat()).ended(0).json();
    assert_eq!((&told["to_read"], &told["lost"], &told["restoration"]), (&json!(true), &Value::Null, &Value::Null));
    archive
}

#[test]
fn it_answers_every_question_as_the_library_does() {
    let archive = copied();
    let one = archive.identifiers()[0].clone();
    for words in [
        &["show", &one][..],
        &["find", "--name", "餐饮"],
        &["history", &one],
        &["count"],
        &["log", "events"],
        &["log", "verify"],
        &["check"],
        &["application", "list"],
        &["agency", "list"],
    ] {
        assert_eq!(of_the_copy(&archive, words).run().ended(0).json(), archive.told(words), "{words:?}");
    }
    let [whole, again] = ["whole.tar", "copy.tar"].map(|name| archive.path(name));
    let told = |run: Kanhe| run.run().ended(0).json()["certificates"].as_u64();
    let of_both = [told(archive.ask(&["export", "--out", &whole])), told(of_the_copy(&archive, &["export", "--out", &again]))];
    assert_eq!(of_both, [Some(2), Some(2)]);
    let [stolen, root, identity, out] = ["gd-market.pub", "root.key", "identity.txt", "survivors"].map(|name| archive.path(name));
    let list = ["log", "survivors", "--stolen", &stolen, "--key", &root, "--identity", &identity, "--out", &out];
    let told = of_the_copy(&archive, &list).run().ended(0).json();
    assert_eq!((told["survivors"].as_u64(), told["before"].as_u64()), (Some(2), Some(3)));
}

#[test]
fn it_issues_records_and_publishes_nothing() {
    let archive = copied();
    let (one, identity) = (archive.identifiers()[0].clone(), archive.path("identity.txt"));
    let [market, log, lists, tiles] = ["gd-market.key", "log.key", "lists-of-copy", "tiles-of-copy"].map(|name| archive.path(name));
    let [manifest, root, elsewhere, table] = ["manifest", "root.pub", "elsewhere", "more.csv"].map(|name| archive.path(name));
    fs::write(&table, permits(3)).unwrap();
    let with = |words: &[&str], more: &[&str]| [words, more].concat().iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let signing = ["--key", &market, "--identity", &identity];
    for words in [
        with(&["suspend", &one], &GROUNDS),
        with(&[&["issue", "--type", "food-operation-permit", "--in", &table], &signing[..]].concat(), &GROUNDS),
        with(&["agency", "add", "--manifest", &manifest, "--root", &root], &GROUNDS),
        with(&["status", "sign", "--out", &lists], &signing),
        with(&["log", "publish", "--out", &tiles, "--key", &log, "--identity", &identity], &[]),
        with(&["backup", "--to", &elsewhere], &[]),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let refused = of_the_copy(&archive, &words).run().ended(2).json();
        assert_eq!(word(&refused, "/error/code"), "store_to_read", "{words:?}: {refused}");
        assert_eq!(refused["error"]["rows"], Value::Null, "nothing was done before it: {refused}");
    }
    for made in [&lists, &tiles, &elsewhere] {
        assert_eq!(fs::read_dir(made).map_or(0, Iterator::count), 0, "{made}");
    }
    assert_eq!(of_the_copy(&archive, &["count"]).run().ended(0).json(), archive.told(&["count"]));
}

#[test]
fn it_leaves_the_next_restoration_as_it_would_be() {
    let archive = copied();
    assert!(!Path::new(&archive.path("backups/restorations")).exists());
    let restore = ["restore", "--from", &archive.path("backups"), "--into", &archive.path("restored"), "--json"];
    let told = kanhe(&restore).ended(0).json();
    assert_eq!((&told["to_read"], &told["restoration"]["earlier"], &told["restoration"]["number"]), (&json!(false), &json!(0), &json!(1)));
    let lost = ["restore", "--from", &archive.path("backups"), "--into", &archive.path("no"), "--to-read", "--lost", "5"];
    kanhe(&lost).ended(2);
}

#[test]
fn no_service_holds_it() {
    let archive = copied();
    let config = "[listen]\naddress = \"127.0.0.1:0\"\n\n[library]\nfolder = \"copy\"\nidentity = \"identity.txt\"\n\n[counter]\n";
    let refused = kanhe(&["serve", "--config", &archive.office.write("service.toml", config), "--json"]).ended(2).json();
    assert_eq!(word(&refused, "/error/code"), "store_to_read");
}
