//! What the README tells people to type does what it says.

use crate::office::permits;
use crate::program::{Kanhe, kanhe, word};
use crate::stage::Stage;
use std::fs;
use std::path::Path;

const ENGLISH: &str = include_str!("../../README.md");
const CHINESE: &str = include_str!("../../README.zh.md");
const PERMIT: &str = include_str!("../../crates/kanhe/demo/construction-permit.csv");
const GUANGDONG: &str = include_str!("../../crates/kanhe/demo/guangdong.toml");
const RECOGNITION: &str = include_str!("../../crates/kanhe/demo/recognition.toml");

/// The words of every line that calls the program by this name, without the comments.
fn commands<'r>(readme: &'r str, program: &str) -> Vec<Vec<&'r str>> {
    let lines = readme.lines().filter_map(|line| line.strip_prefix("$ ")?.strip_prefix(program)?.strip_prefix(' '));
    lines.map(|line| line.split(" #").next().unwrap_or(line).split_whitespace().collect()).collect()
}

#[test]
fn both_languages_type_the_same() {
    for program in ["make", "target/release/kanhe"] {
        assert_eq!(commands(ENGLISH, program), commands(CHINESE, program));
    }
    let without_language = |readme: &'static str| -> Vec<Vec<&str>> {
        let lines = commands(readme, "kanhe");
        lines.into_iter().map(|words| words.into_iter().filter(|word| !["--lang", "zh"].contains(word)).collect()).collect()
    };
    assert_eq!(without_language(ENGLISH), without_language(CHINESE));
}

#[test]
fn after_the_demo_the_first_block_verifies_a_licence() {
    let stage = Stage::get();
    let typed = commands(ENGLISH, "target/release/kanhe");
    let [words] = typed.as_slice() else { panic!("{typed:?}") };
    let staged: Vec<String> =
        words.iter().map(|word| word.strip_prefix("demo/").map_or_else(|| (*word).to_owned(), |file| stage.path(file))).collect();
    let run = kanhe(&staged.iter().map(String::as_str).collect::<Vec<_>>()).ended(0);
    assert!(run.out.starts_with("✔ GENUINE, IN FORCE"), "{run:?}");
}

#[test]
fn the_commands_of_the_agency_make_a_pack_that_knows_what_was_issued() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("recognition.toml", RECOGNITION);
    put("applications.csv", &permits(3));
    put("states.csv", "identifier,state\n");
    let agency = section("## At the agency");
    for words in commands(agency, "kanhe") {
        if words.starts_with(&["manifest"]) {
            put("guangdong.toml", &description(folder.path()));
        }
        typed(folder.path(), &words);
    }
    let issued = fs::read_to_string(folder.path().join("issued/report.jsonl")).unwrap();
    let line: serde_json::Value = serde_json::from_str(issued.lines().next().unwrap()).unwrap();
    let picture = format!("issued/{}", word(&line, "/files/png"));
    Kanhe::new(&["verify", &picture, "--pack", "guangdong.pack", "--trust", "root.pub"]).in_folder(folder.path()).run().ended(0);
}

/// The README from a heading to the next.
fn section(heading: &str) -> &'static str {
    let from = ENGLISH.split_once(heading).unwrap().1;
    from.split("\n## ").next().unwrap()
}

#[test]
fn the_commands_of_the_library_run_as_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("applications.csv", &permits(3));
    for name in ["root", "market"] {
        let key = format!("{name}.key");
        typed(folder.path(), &["key", "new", "--name", "gd.example.cn", "--out", &key]);
    }
    put("guangdong.toml", &description(folder.path()));
    typed(folder.path(), &["manifest", "sign", "--in", "guangdong.toml", "--key", "root.key", "--out", "guangdong.manifest"]);
    let mut identifier = String::new();
    let lines = section("## The library").lines().filter_map(|line| line.strip_prefix("$ "));
    for command in lines.flat_map(|line| line.split(" #").next().unwrap().split(" && ")) {
        let Some(words) = command.strip_prefix("kanhe ") else { continue };
        let words = words.replace("IDENTIFIER", &identifier).replace('\'', "");
        let words: Vec<&str> = words.split_whitespace().collect();
        let lock: &[&str] = if words.contains(&"--key") || words.starts_with(&["key"]) { &["--identity", "identity.txt"] } else { &[] };
        let settings = [("KANHE_LIBRARY", "library"), ("KANHE_LIBRARY_IDENTITY", "library.txt"), ("KANHE_ACTOR", "officer-7")];
        let command = Kanhe::new(&[&words, lock, &["--json"]].concat()).in_folder(folder.path());
        let run = settings.into_iter().fold(command, |command, (name, value)| command.with(name, value)).run().ended(0);
        if words.starts_with(&["find"]) {
            identifier = word(&run.json(), "/certificates/0/identifier").to_owned();
        }
    }
    assert!(folder.path().join("log/checkpoint").exists() && folder.path().join("proof").exists());
    review_as_it_stands(folder.path());
}

/// Types the commands of the section on reviews, in the folder of the library.
fn review_as_it_stands(folder: &Path) {
    fs::write(folder.join("permits.csv"), PERMIT.lines().take(2).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let (mut code, mut stages) = (String::new(), Vec::new());
    for words in commands(section("## Applications under review"), "kanhe") {
        let words = words.join(" ").replace("CODE", &code).replace('\'', "");
        let words: Vec<&str> = words.split_whitespace().collect();
        let lock: &[&str] = if words.contains(&"--key") { &["--identity", "identity.txt"] } else { &[] };
        let command = Kanhe::new(&[&words, lock, &["--json"]].concat()).in_folder(folder);
        let run = command.with("KANHE_LIBRARY", "library").with("KANHE_LIBRARY_IDENTITY", "library.txt").run().ended(0).json();
        if words.starts_with(&["apply"]) {
            code = word(&run, "/applications/0/code").to_owned();
        }
        stages.extend(run["stage"].as_str().map(str::to_owned));
    }
    assert_eq!(stages, ["in_review", "in_review", "for_decision", "approved"]);
}

/// Types a command of the README, with an identity where a person would be asked for a passphrase.
fn typed(folder: &Path, words: &[&str]) {
    let new: &[&str] = if words.contains(&"root.key") && words.starts_with(&["key"]) { &["--new-identity"] } else { &[] };
    Kanhe::new(&[words, &["--identity", "identity.txt"], new].concat()).in_folder(folder).run().ended(0);
}

/// The demo's description with the agency's line in it; its other agency gets a key of its own.
fn description(folder: &Path) -> String {
    typed(folder, &["key", "new", "--name", "housing.gd.example.cn", "--out", "housing.key"]);
    let line = |name: &str| fs::read_to_string(folder.join(name)).unwrap().trim().to_owned();
    GUANGDONG.replace("@gd-market@", &line("market.pub")).replace("@gd-housing@", &line("housing.pub"))
}
