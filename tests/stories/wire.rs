//! The CDDL above our types and in the specifications is that of `schemas/wire`, where other programs read it.

use kanhe_core::envelope::DocumentType;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Rules = BTreeMap<String, BTreeSet<String>>;

/// The seal's specification names the one `typ` that a seal has.
const NARROWER: [(&str, &str); 1] = [("docs/spec/seal.md", "header")];

#[test]
fn every_rule_in_a_comment_or_specification_is_one_of_the_schemas() {
    let schemas = schemas();
    let mut compared = 0;
    for file in files("crates/kanhe-core/src", "rs").into_iter().chain(files("docs/spec", "md")) {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        for (rule, meanings) in rules(&blocks(&fs::read_to_string(&file).unwrap())) {
            if NARROWER.contains(&(name.as_str(), rule.as_str())) {
                continue;
            }
            let known = schemas.get(&rule).unwrap_or_else(|| panic!("{name}: schemas/wire has no rule {rule}"));
            assert!(meanings.is_subset(known), "{name}: {rule} is {meanings:?}, in schemas/wire {known:?}");
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} rules were found: are the blocks still called cddl?");
}

#[test]
fn every_rule_of_the_schemas_but_the_common_words_is_explained_somewhere() {
    let explained: BTreeSet<String> = files("crates/kanhe-core/src", "rs")
        .iter()
        .flat_map(|file| rules(&blocks(&fs::read_to_string(file).unwrap())).into_keys())
        .collect();
    let unexplained: Vec<_> = files("schemas/wire", "cddl")
        .iter()
        .filter(|file| !file.ends_with("common.cddl"))
        .flat_map(|file| rules(&fs::read_to_string(file).unwrap()).into_keys())
        .filter(|rule| !explained.contains(rule))
        .collect();
    assert_eq!(unexplained, ["typ"], "`typ` is a function of DocumentType");
}

#[test]
fn the_schema_of_the_envelope_knows_every_document() {
    let typ = schemas().remove("typ").unwrap().pop_first().unwrap();
    let known: BTreeSet<&str> = typ.split('"').skip(1).step_by(2).collect();
    assert_eq!(known, DocumentType::ALL.into_iter().map(DocumentType::typ).collect());
}

/// Every meaning that a rule has in `schemas/wire`: two documents may use one word in two ways.
fn schemas() -> Rules {
    let mut all = Rules::new();
    for file in files("schemas/wire", "cddl") {
        for (rule, meanings) in rules(&fs::read_to_string(file).unwrap()) {
            all.entry(rule).or_default().extend(meanings);
        }
    }
    all
}

/// The lines between ```` ```cddl ```` and its end, without the marks of a Rust comment.
fn blocks(text: &str) -> String {
    let mut inside = false;
    let mut found = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches("//!").trim_start_matches("///");
        match (inside, line.trim()) {
            (false, "```cddl") => inside = true,
            (true, "```") => inside = false,
            (true, _) => found.extend([line.strip_prefix(' ').unwrap_or(line), "\n"]),
            (false, _) => {}
        }
    }
    found
}

/// Each rule and what it stands for, without comments and with single spaces.
fn rules(cddl: &str) -> Rules {
    let mut all = Rules::new();
    let mut rule: Option<(String, String)> = None;
    for line in cddl.lines().map(|line| line.split(';').next().unwrap_or_default()).filter(|line| !line.trim().is_empty()) {
        match line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            Some((name, meaning)) => {
                rule.replace((name.trim().to_owned(), meaning.to_owned())).into_iter().for_each(|done| keep(&mut all, done));
            }
            None => rule.as_mut().expect("a rule begins in the first column").1.push_str(line),
        }
    }
    rule.into_iter().for_each(|done| keep(&mut all, done));
    all
}

fn keep(all: &mut Rules, (name, meaning): (String, String)) {
    all.entry(name).or_default().insert(meaning.split_whitespace().collect::<Vec<_>>().join(" "));
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository")
}
