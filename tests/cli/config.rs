//! `kanhe config check`: everything that is wrong with a service's configuration at once, and who says so.

use crate::archive::Archive;
use crate::program::{Kanhe, Run, word};
use serde_json::Value;

fn check(archive: &Archive, config: &str) -> Kanhe {
    Kanhe::new(&["config", "check", "--config", &archive.office.write("kanhe.toml", config), "--json"])
}

/// The codes of everything that is wrong, with what is told of it.
fn told(run: &Run) -> Vec<(String, String)> {
    let error = &run.json()["error"];
    let also = error["also"].as_array().cloned().unwrap_or_default();
    let one = |error: &Value| (word(error, "/code").to_owned(), word(error, "/message/en").to_owned());
    std::iter::once(error).chain(&also).map(one).collect()
}

#[test]
fn everything_that_is_wrong_with_a_configuration_is_said_at_once() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\nmetrics = \"0.0.0.0:8470\"\n[library]\nfolder = \"library\"\n[counter]\n";
    let wrong = format!("{sections}[limits]\nseconds = 0\nburst = \"x\"\n[cors]\norigins = [\"*\"]\n");
    let run = check(&archive, &wrong).with("KANHE_SERVE_JOBS__MOST_ROWS", "0").with("KANHE_SERVE_PATH", "x").run().ended(2);
    let codes: Vec<String> = told(&run).into_iter().map(|(code, _)| code).collect();
    let wanted = ["config_variable", "config_malformed", "config_origin", "config_metrics", "config_limit", "key_wants_identity"];
    assert_eq!(codes, wanted, "{run:?}");
    let places: Vec<bool> = told(&run).iter().map(|(_, detail)| detail.contains("kanhe.toml")).collect();
    assert_eq!(places, [true, true, true, true, false, false], "{run:?}");
    assert!(told(&run)[4].1.starts_with("KANHE_SERVE_JOBS__MOST_ROWS: jobs.most_rows is 0"), "{run:?}");
}

#[test]
fn what_a_configuration_names_is_looked_at_whole() {
    let archive = Archive::open();
    let keys = "[[keys]]\nfile = \"gd-market.key\"\nidentity = \"identity.txt\"\n[[keys]]\nfile = \"./gd-market.key\"\nidentity = \"identity.txt\"\n";
    let sections =
        "[listen]\naddress = \"127.0.0.1:8470\"\n[counter]\npack = \"no.pack\"\n[backup]\nfolder = \"library/../library/backups\"\n";
    let library = "[library]\nfolder = \"library\"\n";
    let run = check(&archive, &format!("{sections}{library}{keys}")).run().ended(2);
    let codes: Vec<String> = told(&run).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["config_backup_inside", "config_key_twice", "key_wants_identity", "file_not_found"], "{run:?}");
    let words = Kanhe::new(&["config", "check", "--config", &archive.office.path("kanhe.toml"), "--lang", "zh"]).run().ended(2);
    assert_eq!(words.err.lines().count(), 4, "{words:?}");
    assert!(words.err.contains("--library-identity") && !words.err.contains("（"), "{words:?}");
}

#[test]
fn faults_of_values_and_of_files_are_said_together() {
    let archive = Archive::open();
    let listen = "[listen]\naddress = \"127.0.0.1:8470\"\ncertificate = \"no.pem\"\nkey = \"no.key\"\n";
    let rest = "[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n[counter]\npack = \"no.pack\"\n[limits]\nburst = 0\n";
    let keys = "[[keys]]\nfile = \"nobodys.key\"\nidentity = \"identity.txt\"\n";
    let nowhere = "[publish]\ncheckpoint_copy = \"gone/checkpoint\"\n[backup]\nfolder = \"gone/backups\"\n";
    let run = check(&archive, &format!("{listen}{rest}{keys}{nowhere}")).run().ended(2);
    let told = told(&run);
    let codes: Vec<&str> = told.iter().map(|(code, _)| code.as_str()).collect();
    let files = ["file_not_found"; 4];
    assert_eq!(codes, [&["config_limit", "config_folder_missing", "config_folder_missing"][..], &files].concat(), "{run:?}");
    for name in ["nobodys.key", "no.pem", "no.key", "no.pack"] {
        assert!(told.iter().any(|(_, detail)| detail.contains(name)), "{name}: {told:?}");
    }
}

#[test]
fn of_a_section_that_cannot_be_read_nothing_is_said_twice() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[library]\nfolders = \"library\"\n[counter]\npack = \"no.pack\"\n";
    let run = check(&archive, sections).run().ended(2);
    let codes: Vec<String> = told(&run).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["config_malformed", "file_not_found"], "{run:?}");
}
