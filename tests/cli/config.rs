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
    let wanted = ["config_variable", "config_malformed", "config_origin", "config_metrics", "config_limit"];
    assert_eq!(codes, wanted, "{run:?}");
    let places: Vec<bool> = told(&run).iter().map(|(_, detail)| detail.contains("kanhe.toml")).collect();
    assert_eq!(places, [true, true, true, true, false], "{run:?}");
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
