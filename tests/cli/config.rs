//! `kanhe config check`: everything that is wrong with a service's configuration at once, and who says so.

use crate::archive::Archive;
use crate::program::{Kanhe, Run, word};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;

fn check(archive: &Archive, config: &str) -> Kanhe {
    Kanhe::new(&["config", "check", "--config", &archive.office.write("kanhe.toml", config), "--json"])
}

/// The codes of everything that is wrong, with what is told of it; who reads it runs the service, and is told what to do.
fn told(run: &Run) -> Vec<(String, String)> {
    let error = &run.json()["error"];
    let also = error["also"].as_array().cloned().unwrap_or_default();
    let one = |error: &Value| {
        let hint = word(error, "/hint/en");
        assert!(!hint.contains("whoever runs the service") && !word(error, "/hint/zh").contains("运维人员"), "{error}");
        (word(error, "/code").to_owned(), word(error, "/message/en").to_owned())
    };
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
fn a_key_a_copy_and_a_certificate_that_will_not_do_are_told_with_what_to_write_instead() {
    let archive = Archive::open();
    archive.office.write("no.pem", "hello");
    let listen = "[listen]\naddress = \"127.0.0.1:8470\"\ncertificate = \"no.pem\"\nkey = \"no.pem\"\n";
    let library = "[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n[counter]\n";
    let key = "[[keys]]\nfile = \"log.key\"\nidentity = \"identity.txt\"\n";
    let wrong = |publish: &str| {
        let run = check(&archive, &format!("{listen}{library}[publish]\n{publish}\n{key}")).run().ended(2);
        told(&run).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(wrong("pack_key = \"zz\""), ["publish_key_not_held", "tls_certificate"]);
    assert_eq!(wrong("pack_key = \"gd.example.cn/log\""), ["service_no_pack", "tls_certificate"]);
    assert_eq!(wrong("checkpoint_copy = \"library/checkpoint\""), ["checkpoint_copy_inside", "tls_certificate"]);
}

#[test]
fn of_a_section_that_cannot_be_read_nothing_is_said_twice() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[library]\nfolders = \"library\"\n[counter]\npack = \"no.pack\"\n";
    let run = check(&archive, sections).run().ended(2);
    let codes: Vec<String> = told(&run).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["config_malformed", "file_not_found"], "{run:?}");
}

#[test]
fn what_does_not_open_is_named_by_its_section_its_file_and_what_was_to_open_it() {
    let archive = Archive::open();
    archive.office.write("none.txt", "hello");
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[counter]\n[library]\nfolder = \"library\"\nidentity = \"none.txt\"\n";
    let keys = ["gd-market.key", "log.key"].map(|file| format!("[[keys]]\nfile = \"{file}\"\nidentity = \"none.txt\"\n")).concat();
    let run = check(&archive, &format!("{sections}{keys}")).run().ended(2);
    let told = told(&run);
    assert!(told.len() == 3 && told.iter().all(|(code, _)| code == "identity_malformed"), "{run:?}");
    for (section, file) in [("[[keys]] 1", "gd-market.key"), ("[[keys]] 2", "log.key"), ("[library]", "library/secret.age")] {
        let start = format!("{section}: {}: {}: ", archive.path(file), archive.path("none.txt"));
        assert!(told.iter().any(|(_, detail)| detail.starts_with(&start)), "{start}: {told:?}");
    }
}

#[test]
fn a_key_for_packs_that_counters_do_not_trust_is_found_before_the_first_pack() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n";
    let key = "[publish]\npack_key = \"gd.example.cn/log\"\n[[keys]]\nfile = \"log.key\"\nidentity = \"identity.txt\"\n";
    let wrong = |trusted: &str| {
        let counter = format!("[counter]\npack = \"no.pack\"\ntrusted_files = [\"{trusted}\"]\n");
        told(&check(&archive, &format!("{sections}{counter}{key}")).run().ended(2)).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(wrong("root.pub"), ["publish_key_untrusted", "file_not_found"]);
    assert_eq!(wrong("log.pub"), ["file_not_found"], "only the pack is missing");
}

#[test]
fn of_two_things_that_are_to_open_one_lock_neither_is_chosen_silently() {
    let archive = Archive::open();
    archive.office.write("words.txt", "a passphrase of somebody");
    let lock = "identity = \"identity.txt\"\npassphrase_file = \"words.txt\"\n";
    let sections = format!("[listen]\naddress = \"127.0.0.1:8470\"\n[counter]\n[library]\nfolder = \"library\"\n{lock}");
    let told = told(&check(&archive, &format!("{sections}[[keys]]\nfile = \"log.key\"\n{lock}")).run().ended(2));
    assert!(told.iter().all(|(code, _)| code == "config_lock"), "{told:?}");
    let places: Vec<bool> =
        ["[library] has", "[[keys]] 1 has"].iter().map(|place| told.iter().any(|(_, detail)| detail.contains(place))).collect();
    assert_eq!((told.len(), places), (2, vec![true, true]), "{told:?}");
}

#[test]
fn a_folder_in_which_no_backup_could_be_laid_is_found_before_the_night() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[counter]\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n";
    let with = |folder: &str| check(&archive, &format!("{sections}[backup]\nfolder = \"{folder}\"\n")).run();
    let files = || fs::read_dir(archive.path("")).unwrap().count();
    with("backups").ended(0);
    let before = files();
    with("backups").ended(0);
    assert_eq!(files(), before, "nothing stays of the trial");
    for (folder, place) in [("/proc/nosuch", "backup.folder: /proc: "), ("/proc/self/net", "backup.folder: /proc/self/net: ")] {
        let told = told(&with(folder).ended(2));
        assert!(told.len() == 1 && told[0].1.starts_with(place), "{told:?}");
    }
    archive.office.write("a-file", "");
    assert_eq!(told(&with("a-file").ended(2))[0].0, "config_folder_missing");
}

#[test]
fn a_variable_with_a_word_where_a_list_is_wanted_is_shown_the_list() {
    let archive = Archive::open();
    let sections = "[listen]\naddress = \"127.0.0.1:8470\"\n[counter]\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n";
    let with = |value: &str| check(&archive, sections).with("KANHE_SERVE_ACCOUNTS__SECOND_FACTOR", value).run();
    let run = with("administrator").ended(2);
    let wanted = "KANHE_SERVE_ACCOUNTS__SECOND_FACTOR: accounts.second_factor is a list: write it as [\"administrator\"]";
    assert_eq!(told(&run), [("config_malformed".to_owned(), wanted.to_owned())]);
    with("[\"administrator\"]").ended(0);
    assert!(!told(&with("nobody").ended(2))[0].1.contains("[\"nobody\"]"), "no list of that would do either");
}

#[test]
fn an_address_that_another_process_has_is_named_with_its_setting() {
    let archive = Archive::open();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap();
    let rest = "[counter]\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n";
    for (setting, listen) in [
        ("listen.address", format!("address = \"{taken}\"")),
        ("listen.metrics", format!("address = \"127.0.0.1:0\"\nmetrics = \"{taken}\"")),
    ] {
        let config = archive.office.write("kanhe.toml", format!("[listen]\n{listen}\n{rest}"));
        let run = Kanhe::new(&["serve", "--config", &config, "--lang", "en"]).run().ended(2);
        let start = format!("error service_listen: {setting} = {taken}: ");
        let line = run.err.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{run:?}"));
        assert!(line.contains("another process"), "{line}");
    }
}
