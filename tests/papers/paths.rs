//! Every path that a source or a page names leads somewhere: a page that is cited in the interface and was never written is found here.

use super::{root, tracked};
use std::fs;
use std::path::Path;

/// The folders whose files are cited by their whole path.
const FOLDERS: [&str; 4] = ["docs/", "schemas/", "tests/", "crates/"];

#[test]
fn every_path_that_a_file_names_is_there() {
    let (mut named, mut missing) = (0, Vec::new());
    for file in tracked("*") {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        for path in paths_in(&text).into_iter().filter(|path| !is_number(path)) {
            named += 1;
            if !stands(&file, path) {
                missing.push(format!("{}: {path}", file.display()));
            }
        }
    }
    assert!(named > 300, "only {named} paths were found: are they still written as they were?");
    assert!(missing.is_empty(), "nothing stands at {missing:#?}");
}

#[test]
fn every_source_that_a_page_names_is_in_some_room() {
    let sources = tracked("*.rs");
    let there = |name: &str| sources.iter().any(|source| source.ends_with(name));
    let (mut named, mut missing) = (0, Vec::new());
    for page in tracked("docs/**.md") {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        // Fences would turn the marks around.
        for name in text.replace("```", "").split('`').skip(1).step_by(2).filter(|word| word.ends_with(".rs") && !word.contains('*')) {
            named += 1;
            if !there(name) {
                missing.push(format!("{}: {name}", page.display()));
            }
        }
    }
    assert!(named > 25, "only {named} sources are named");
    assert!(missing.is_empty(), "no source is called {missing:#?}");
}

#[test]
fn every_decision_that_is_cited_was_written_down() {
    let decisions: Vec<String> =
        tracked("docs/decisions/*.md").iter().map(|page| page.file_name().unwrap().display().to_string()).collect();
    let mut missing = Vec::new();
    for file in tracked("*") {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        let cited =
            text.split("decisions/").skip(1).filter_map(|rest| rest.get(..4)).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let unwritten = cited.filter(|number| !decisions.iter().any(|decision| decision.starts_with(number)));
        missing.extend(unwritten.map(|number| format!("{}: {number}", file.display())));
    }
    assert!(missing.is_empty(), "no decision has these numbers: {missing:#?}");
}

#[test]
fn a_path_ends_where_its_sentence_goes_on() {
    let text = "see docs/spec/seal.md, `schemas/wire/c*.cddl` and [tests](tests/papers/main.rs). Not /docs/page.js or a/docs/page.md.";
    assert_eq!(paths_in(text), ["docs/spec/seal.md", "schemas/wire", "tests/papers/main.rs"]);
}

/// The paths in a text, without the marks that follow them.
fn paths_in(text: &str) -> Vec<&str> {
    let starts = FOLDERS.iter().flat_map(|folder| text.match_indices(folder));
    let mut starts: Vec<usize> = starts.map(|(at, _)| at).filter(|at| !text[..*at].ends_with(in_a_path)).collect();
    starts.sort_unstable();
    let path = |at: usize| {
        let path = text[at..].split(|character| !in_a_path(character)).next().unwrap_or_default();
        // A pattern names the folder in which it looks.
        let is_pattern = text[at + path.len()..].starts_with(['*', '{', '<']);
        if is_pattern { path.rsplit_once('/').map_or(path, |(folder, _)| folder) } else { path }
    };
    starts.into_iter().map(|at| path(at).trim_end_matches(['.', '/', '-'])).collect()
}

fn in_a_path(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_./-".contains(character)
}

/// A decision is cited by its number alone, which another test looks for.
fn is_number(path: &str) -> bool {
    path.strip_prefix("docs/decisions/").is_some_and(|name| name.len() == 4)
}

/// From the top of the repository, or from the file that names it.
fn stands(file: &Path, path: &str) -> bool {
    root().join(path).exists() || root().join(file).with_file_name(path).exists()
}
