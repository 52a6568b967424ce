//! Keeps the papers true: every stable code has its line in `docs/errors.md`, every link and path leads somewhere, and what
//! `docs/spec/seal.md`, `docs/spec/certificate.md` and `docs/spec/log.md` show is what the code writes.

#![allow(clippy::as_conversions, clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod applications;
mod example;
mod log_example;
mod log_lines;
mod maps;
mod paths;
mod sentences;
mod type_file;

use kanhe_core::status::State;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_code_has_a_line_and_every_line_a_code() {
    let mut spoken: BTreeSet<String> = sources().iter().flat_map(|source| codes_in(&fs::read_to_string(source).unwrap())).collect();
    // A state that forbids use is its own code.
    spoken.extend(State::ALL.into_iter().filter(|state| *state != State::Valid).map(|state| state.word().to_owned()));
    let listed: BTreeSet<String> = listed_codes().into_keys().collect();
    let (missing, stale): (Vec<_>, Vec<_>) = (spoken.difference(&listed).collect(), listed.difference(&spoken).collect());
    assert!(missing.is_empty() && stale.is_empty(), "docs/errors.md misses {missing:?}, and has codes that nothing says: {stale:?}");
}

#[test]
fn every_line_says_what_it_means_twice_and_what_to_do() {
    for (code, cells) in listed_codes() {
        assert!(
            cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty()),
            "{code}: code, English, Chinese, what to do; found {cells:?}"
        );
        assert!(!cells[2].is_ascii() && cells[1].is_ascii(), "{code}: English stands second, Chinese third");
    }
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let broken: Vec<String> = tracked("*.md").iter().flat_map(|page| broken_links(page)).collect();
    assert!(broken.is_empty(), "broken links: {broken:#?}");
}

/// The lines of the tables in `docs/errors.md`, by code.
fn listed_codes() -> BTreeMap<String, Vec<String>> {
    let mut listed = BTreeMap::new();
    for line in read("docs/errors.md").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let code = cells[0].trim_matches('`').to_owned();
        assert!(listed.insert(code.clone(), cells).is_none(), "docs/errors.md has {code} twice");
    }
    listed
}

/// The codes that a source file says: those of every `fn code(&self) -> &'static str`, of failures and problems, and those in reports.
fn codes_in(source: &str) -> BTreeSet<String> {
    let mut codes = said_by_failures(source);
    codes.extend(said_by_problems(source));
    for body in source.split("fn code(&self) -> &'static str {").skip(1) {
        codes.extend(words_in_quotes(block(body, ['{', '}'])));
    }
    codes.extend(after(source, "\"code\": \""));
    codes
}

fn said_by_failures(source: &str) -> BTreeSet<String> {
    let literals = source.split("Failure::new(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    let mut codes: BTreeSet<String> = literals.map(|(code, _)| code.to_owned()).collect();
    // `Failure::file` picks its code by the kind of the defect, and says its hint beside it.
    let by_kind = source.split_once("match error.kind() {").map_or("", |(_, body)| block(body, ['{', '}']));
    codes.extend(words_in_quotes(by_kind).filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    codes
}

/// A problem has its status first, and its code second.
fn said_by_problems(source: &str) -> impl Iterator<Item = String> {
    let literals =
        source.split("Problem::new(").skip(1).filter_map(|rest| rest.split_once(',')?.1.trim_start().strip_prefix('"')?.split_once('"'));
    literals.map(|(code, _)| code.to_owned())
}

/// What stands behind a mark, up to the next quotation mark.
fn after(source: &str, mark: &str) -> Vec<String> {
    source.split(mark).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// The text up to the brace or bracket that closes the one before it.
fn block(body: &str, [opens, closes]: [char; 2]) -> &str {
    let mut depth = 1;
    let end = body.find(|c| {
        depth += i32::from(c == opens) - i32::from(c == closes);
        depth == 0
    });
    &body[..end.expect("what closes it")]
}

fn words_in_quotes(body: &str) -> impl Iterator<Item = String> {
    body.split('"').skip(1).step_by(2).map(str::to_owned)
}

fn broken_links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let folder = root().join(page).parent().unwrap().to_owned();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    let relative = links.filter(|link| !link.contains("://") && !link.starts_with('#') && !link.starts_with("mailto:"));
    let broken = relative.filter(|link| !folder.join(link.split('#').next().unwrap_or(link)).exists());
    broken.map(|link| format!("{}: {link}", page.display())).collect()
}

/// The Rust sources of the crates, tests within them included.
fn sources() -> Vec<PathBuf> {
    tracked("crates/*/src/**.rs").into_iter().map(|file| root().join(file)).collect()
}

fn tracked(pattern: &str) -> Vec<PathBuf> {
    let listing = Command::new("git").args(["ls-files", "-z", pattern]).current_dir(root()).output().expect("git is installed");
    let names = String::from_utf8(listing.stdout).expect("file names are UTF-8");
    let files: Vec<PathBuf> = names.split_terminator('\0').map(PathBuf::from).filter(|file| root().join(file).exists()).collect();
    assert!(!files.is_empty(), "no file is like {pattern}");
    files
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
