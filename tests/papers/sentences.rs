//! Every sentence that people can be answered has its Chinese twin, and no English word is left in one.
//!
//! The sources are read as text: what stops a verb or a request is an `#[error("…")]`, or a literal of `Failure::new` and `Problem::new`.

use super::{root, sources};
use kanhe_words::in_chinese;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where the reasons of verdicts stand: the answer of a counter has sentences of its own for each.
const TOLD_BY_VERDICTS: &str = "kanhe-core/src/verdict/reason.rs";

/// Sentences that are told in parts, each of which has its twin.
const IN_PARTS: [(&str, &str); 6] = [
    ("{column}: {defect}", "the column stands as it is, with the twin of the defect"),
    ("{file}: {member}: {defect}", "the file and the member stand as they are, with the twin of the defect"),
    ("not a table of {kind}: {}", "what is missing and what is unknown have a twin each, and one together"),
    ("a new version of {identifier} belongs to who holds it: {stranger}", "each stranger has a twin of the whole"),
    ("{} (and {} more)", "the first of several stands in it, as above"),
    ("{}{defect}", "the place in a JSON text stands before the defect"),
];

/// What can stand in a hole that is filled with words of ours: file, hole, words. A program has to send those of a hole without any.
const WORDS: [(&str, &str, &[&str]); 20] = [
    ("kanhe-core/src/event.rs", "name", &["basis", "reason", "actor"]),
    ("kanhe-core/src/pack/error.rs", "part", &["manifest", "recognition", "status list", "dictionary", "agency key", "survivors"]),
    (
        "kanhe-core/src/pack/error.rs",
        "parts",
        &["root keys", "manifests", "recognitions", "status lists", "dictionaries", "lists of survivors"],
    ),
    ("kanhe-issuer/src/application/error.rs", "part", &["directory", "relations", "workbook", "texts", "styles", "sheet"]),
    ("kanhe-issuer/src/application/fault.rs", "rule", &["open-ended", "a term"]),
    ("kanhe-issuer/src/application/fault.rs", "found", &[]),
    ("kanhe-issuer/src/application/fault.rs", "wanted", &[]),
    ("kanhe-issuer/src/catalogue/error.rs", "category", &["a person", "an organisation"]),
    ("kanhe-issuer/src/catalogue/error.rs", "wanted", &["1 to 40 of a-z, 0-9 and _", "1 to 40 of a-z, 0-9, _ and -, and no other set's"]),
    ("kanhe-issuer/src/catalogue/error.rs", "schema", &["text", "a day", "one of a table", "a whole number", "yes or no", "a list"]),
    (
        "kanhe-issuer/src/catalogue/error.rs",
        "form",
        &["text", "a code", "one of a table", "a list of a table", "a day", "a decimal fraction"],
    ),
    ("kanhe-issuer/src/examiner/error.rs", "what", &["speak for this department", "decide"]),
    ("kanhe-issuer/src/sharing/purpose.rs", "part", &[]),
    ("kanhe-render/src/error.rs", "format", &[]),
    ("kanhe-render/src/error.rs", "found", &[]),
    ("kanhe-service/src/accounts/caller.rs", "wanted", &[]),
    ("kanhe-service/src/accounts/refusal.rs", "name", &[]),
    ("kanhe-service/src/config/fault.rs", "name", &[]),
    ("kanhe-service/src/identity/error.rs", "part", &["its description", "its keys", "what the browser brings back"]),
    ("kanhe-service/src/identity/error.rs", "feature", &[]),
];

/// More of these, of which no sentence says more than a name.
const NAMES: [(&str, &str); 4] = [
    ("kanhe-service/src/jobs/error.rs", "turn"),
    ("kanhe-service/src/jobs/error.rs", "found"),
    ("kanhe-store/src/error.rs", "family"),
    ("kanhe-token/src/address.rs", "name"),
];

/// An `#[error("…", …)]`: its file, its sentence, and what is behind it.
struct Sentence {
    file: String,
    text: String,
    arguments: String,
}

#[test]
fn every_sentence_of_an_error_has_its_chinese_twin() {
    let sentences = sentences();
    assert!(sentences.len() > 600, "{}", sentences.len());
    let told: Vec<_> = sentences.iter().filter(|sentence| sentence.is_told_by_a_twin()).collect();
    let without: BTreeSet<String> = told.iter().flat_map(|sentence| sentence.filled()).filter(|text| in_chinese(text).is_none()).collect();
    assert!(without.is_empty(), "no Chinese for {without:#?}");
    let stale: Vec<_> = IN_PARTS.iter().filter(|(text, _)| !sentences.iter().any(|sentence| sentence.text == *text)).collect();
    assert!(stale.is_empty(), "no error says {stale:?}");
}

#[test]
fn no_word_of_ours_stays_english_in_a_chinese_sentence() {
    let mut left = Vec::new();
    for sentence in sentences().iter().filter(|sentence| sentence.is_told_by_a_twin()) {
        for (text, word) in sentence.with_words() {
            let chinese = in_chinese(&text).unwrap_or_else(|| panic!("no Chinese for: {text}"));
            // A name under which something is sent may stand behind its Chinese word.
            left.extend(chinese.replace(&format!("（{word}）"), "").contains(&word).then_some((text, chinese)));
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn every_hole_for_words_of_ours_is_listed_with_them() {
    let mut found = BTreeSet::new();
    for (file, source) in texts() {
        for error in source.split("Error)]\n").skip(1).filter_map(|rest| rest.split_once("\n}")) {
            let members = error.0.lines().flat_map(|line| line.split(['{', ',']));
            let ours = members.filter_map(|member| member.trim().split_once(": ")).filter(|(_, kind)| kind.contains("&'static str"));
            found.extend(ours.map(|(name, _)| (file.clone(), name.to_owned())).filter(|(_, name)| name != "code"));
        }
    }
    let listed = WORDS.iter().map(|(file, name, _)| (*file, *name)).chain(NAMES);
    let listed: BTreeSet<_> = listed.map(|(file, name)| (file.to_owned(), name.to_owned())).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(missing.is_empty(), "with which words are these filled? {missing:?}");
    let said = |(file, name): &&(String, String)| texts().iter().any(|(path, text)| path == file && text.contains(&format!("{name}: ")));
    assert!(listed.iter().all(|hole| said(&hole)), "{:?}", listed.iter().filter(|hole| !said(hole)).collect::<Vec<_>>());
}

#[test]
fn what_stops_a_verb_or_a_request_in_words_of_its_own_has_its_chinese_twin() {
    let mut all = 0;
    let mut without = BTreeSet::new();
    for (file, source) in texts().iter().filter(|(file, _)| file.starts_with("kanhe/") || file.starts_with("kanhe-service/")) {
        let product = source.split("#[cfg(test)]").next().unwrap();
        for call in ["Failure::new(", "Problem::new(", "malformed(", "unexpected(", "wrong("] {
            for rest in product.split(call).skip(1) {
                let Some(text) = said(rest) else { continue };
                all += 1;
                if in_chinese(&emptied(&text)).is_none() {
                    without.insert(format!("{file}: {text}"));
                }
            }
        }
    }
    assert!(all > 150, "{all}");
    assert!(without.is_empty(), "no Chinese for {without:#?}");
}

impl Sentence {
    fn is_told_by_a_twin(&self) -> bool {
        self.file != TOLD_BY_VERDICTS && !is_hole(&self.text) && IN_PARTS.iter().all(|(text, _)| *text != self.text)
    }

    /// With a number in every hole, or with words of ours where the sentence is told for each by itself.
    fn filled(&self) -> Vec<String> {
        let words: Vec<String> = self.with_words().into_iter().map(|(text, _)| text).collect();
        if words.is_empty() { vec![emptied(&self.text)] } else { words }
    }

    /// The sentence with each word of ours that can stand in it, and that word.
    fn with_words(&self) -> Vec<(String, String)> {
        let listed = WORDS.iter().filter(|(file, ..)| *file == self.file);
        let named = listed.flat_map(|(_, name, words)| words.iter().map(move |word| (format!("{{{name}}}"), (*word).to_owned())));
        let named = named.filter(|(hole, _)| self.text.contains(hole)).map(|(hole, word)| (self.text.replace(&hole, &word), word));
        let made = quoted(&self.arguments).into_iter().filter(|word| word.chars().filter(char::is_ascii_alphabetic).count() > 2);
        let made = made.filter(|word| !word.contains('{')).map(|word| (self.text.replacen("{}", &word, 1), word));
        named.chain(made).map(|(text, word)| (emptied(&text), word)).collect()
    }
}

/// Every sentence of an error in the sources.
fn sentences() -> Vec<Sentence> {
    let of = |(file, source): (String, String)| {
        let attributes = source.split("#[error(").skip(1).filter_map(|rest| literal(rest.trim_start()));
        let sentence = |(text, rest): (String, &str)| {
            let arguments = rest.split_once(")]").map_or("", |(arguments, _)| arguments);
            let helpers: String = source.split("\nfn ").skip(1).filter(|helper| is_called(helper, arguments)).map(until_closed).collect();
            Sentence { file: file.clone(), text, arguments: format!("{arguments}{helpers}") }
        };
        attributes.map(sentence).collect::<Vec<_>>()
    };
    texts().into_iter().flat_map(of).collect()
}

/// Whether a function that stands here is called there.
fn is_called(function: &str, arguments: &str) -> bool {
    let name = function.split(['(', '<']).next().unwrap();
    arguments.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name)
}

fn until_closed(function: &str) -> &str {
    function.split_once("\n}").map_or(function, |(body, _)| body)
}

/// The sources of the crates, by their paths under `crates`.
fn texts() -> Vec<(String, String)> {
    let crates = root().join("crates");
    let name = |path: &Path| path.strip_prefix(&crates).unwrap().to_string_lossy().into_owned();
    sources().iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The sentence that a call says: its first literal with blanks in it, if nothing but a status, a code and `format!` stands before it.
fn said(rest: &str) -> Option<String> {
    let mut rest = rest;
    for _ in 0..3 {
        let before = rest.split_once('"')?.0;
        let plain = |letter: char| letter.is_alphanumeric() || " \n:_,&!(".contains(letter);
        if !before.chars().all(plain) {
            return None;
        }
        let (text, behind) = literal(&rest[before.len()..])?;
        if text.contains(' ') {
            return Some(text);
        }
        rest = behind;
    }
    None
}

/// The literal with which a text begins, and what is behind it.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut read = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((read, &text[at + 1..])),
            '\\' => read.extend(letters.next().map(|(_, letter)| letter)),
            letter => read.push(letter),
        }
    }
    None
}

/// Every literal in a text.
fn quoted(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let Some((word, behind)) = literal(&rest[at..]) else { break };
        words.push(word);
        rest = behind;
    }
    words
}

/// A sentence with a number in each of its holes; what is shown as a literal has its quotation marks.
fn emptied(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |told, part| {
        let (hole, rest) = part.split_once('}').unwrap();
        told + if hole.ends_with(":?") { "\"7\"" } else { "7" } + rest
    })
}

fn is_hole(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}') && text.matches('{').count() == 1
}
