//! The table of states: which certificates are not in force, by their identifiers.

use super::defect;
use crate::failure::Failure;
use crate::files;
use kanhe_core::status::State;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The columns of the table, as its heading names them.
const COLUMNS: [&str; 2] = ["identifier", "state"];

/// A line of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    identifier: String,
    state: String,
}

/// What a table says of one certificate.
pub struct Told {
    /// Its state.
    pub state: State,
    /// The line that says so, from 1.
    pub line: u64,
}

/// Reads a table of states; a certificate stands in it once.
pub fn read(path: &Path) -> Result<HashMap<String, Told>, Failure> {
    let bytes = files::read(path, super::LARGEST_TABLE)?;
    let malformed = |line: u64, detail: &dyn std::fmt::Display| {
        Failure::new("status_table_malformed", detail).within(format_args!("{} line {line}", path.display()))
    };
    let mut table = csv::Reader::from_reader(bytes.as_slice());
    let headings = table.headers().map_err(|error| malformed(1, &error))?.clone();
    let mut named: Vec<&str> = headings.iter().collect();
    named.sort_unstable();
    // Without its heading the first line would be taken for one, and what it says be lost.
    if named != COLUMNS {
        return Err(malformed(1, &format!("a table of states begins with its heading, {}", COLUMNS.join(","))));
    }
    let mut states: HashMap<String, Told> = HashMap::new();
    for record in table.records() {
        let line_of = |at: Option<&csv::Position>| at.map_or(0, csv::Position::line);
        let record = record.map_err(|error| malformed(line_of(error.position()), &error).in_words_of_its_code())?;
        let line = line_of(record.position());
        let Line { identifier, state } =
            record.deserialize(Some(&headings)).map_err(|error| malformed(line, &error).in_words_of_its_code())?;
        let state = State::parse(&state).map_err(|error| defect(error).within(format!("{} line {line}", path.display())))?;
        if let Some(earlier) = states.insert(identifier, Told { state, line }) {
            let detail = format!("{} lines {} and {line} speak of one certificate", path.display(), earlier.line);
            return Err(Failure::new("status_identifier_twice", detail));
        }
    }
    Ok(states)
}
