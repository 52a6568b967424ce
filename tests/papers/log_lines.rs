//! `docs/LOGGING.md` has each message of the log with the fields that it is said with: whoever reads it knows all that a line can tell.

use super::{block, read, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The fields of each message; a message may be said in several places.
type Lines = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_message_of_the_log_stands_in_its_page_and_no_other() {
    let (said, told) = (said(), told());
    assert!(said.len() > 25, "{said:?}");
    let listed: BTreeSet<&String> = told.iter().flat_map(|(messages, _)| messages).collect();
    let missing: Vec<_> = said.keys().filter(|message| !listed.contains(message)).collect();
    // The page's other tables have what the screen and the folders show.
    let stale: Vec<_> = listed.iter().filter(|message| message.contains(' ') && !said.contains_key(**message)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "docs/LOGGING.md misses {missing:?}, and has messages that nothing says: {stale:?}");
}

#[test]
fn every_field_of_a_message_stands_in_its_row_and_no_other() {
    let said = said();
    assert!(said.values().map(BTreeSet::len).sum::<usize>() > 40, "{said:?}");
    for (messages, told) in told() {
        let said: Vec<_> = messages.iter().filter_map(|message| said.get(message)).collect();
        // The page's other tables have what the screen and the folders show.
        if !said.is_empty() {
            let said: BTreeSet<String> = said.into_iter().flatten().cloned().collect();
            assert_eq!(said, told, "the fields of {messages:?} in docs/LOGGING.md, beside those that they are said with");
        }
    }
}

/// What the sources give to the log.
fn said() -> Lines {
    let mut lines = Lines::new();
    for source in sources() {
        for (message, fields) in lines_in(&fs::read_to_string(source).unwrap()) {
            lines.entry(message).or_default().extend(fields);
        }
    }
    lines
}

/// The rows of the page's tables: the messages in the first cell, the fields in the second.
fn told() -> Vec<(Vec<String>, BTreeSet<String>)> {
    let page = read("docs/LOGGING.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(marked);
        (cells.next().unwrap_or_default(), cells.next().unwrap_or_default().into_iter().collect())
    };
    rows.map(row).collect()
}

fn marked(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The messages that a source file gives to the log, the last text of each call, with the fields before it.
fn lines_in(source: &str) -> Vec<(String, Vec<String>)> {
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    let calls = ["tracing::info!(", "tracing::warn!(", "tracing::error!("].into_iter();
    let calls = calls.flat_map(|call| product.split(call).skip(1)).map(|rest| block(rest, ['(', ')']));
    calls.filter_map(|call| Some((call.rsplit('"').nth(1)?.to_owned(), fields_of(call)))).collect()
}

/// The names of a call's fields: what stands before `=`, or the whole of an argument that is its own name.
fn fields_of(call: &str) -> Vec<String> {
    let names = arguments(call).into_iter().filter(|argument| !argument.starts_with('"'));
    names.map(|field| field.split('=').next().unwrap_or_default().trim_matches(['%', '?', ' ']).to_owned()).collect()
}

/// The arguments of a call, without those of calls within it.
fn arguments(call: &str) -> Vec<&str> {
    let (mut depth, mut quoted) = (0, false);
    let between = |character: char| {
        quoted ^= character == '"';
        depth += i32::from("([{".contains(character) && !quoted) - i32::from(")]}".contains(character) && !quoted);
        character == ',' && depth == 0 && !quoted
    };
    call.split(between).map(str::trim).filter(|argument| !argument.is_empty()).collect()
}

#[test]
fn the_fields_of_a_call_are_found_among_what_it_asks_for() {
    let source =
        "tracing::warn!(job = %id, code, duration_ms = of(a, \"b, c\"), why = miss.map_or(\"\", |miss| miss.code()), \"it broke, again\")";
    let fields = ["job", "code", "duration_ms", "why"].map(str::to_owned).to_vec();
    assert_eq!(lines_in(source), [("it broke, again".to_owned(), fields)]);
}
