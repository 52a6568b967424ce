//! `kanhe recognition sign`: a region's table of recognition, from a TOML description.

use super::{Ended, Voice, clock, key};
use crate::cli::RecognitionVerb;
use crate::failure::Failure;
use crate::files;
use crate::words::{Language, counted};
use jiff::civil::Date;
use kanhe_core::code::{RegionCode, TypeCode};
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::recognition::{Contents, Recognition, Row};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// A description has at most so many bytes: ten thousand rows.
const LARGEST_DESCRIPTION: usize = 1 << 20;

/// What a region recognises of others, as its officers write it down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// The region that recognises: six digits of GB/T 2260.
    region: String,
    /// Rises with every change.
    edition: u32,
    /// Days after which the table must be signed again.
    valid_days: u16,
    /// What is recognised.
    #[serde(default)]
    rows: Vec<RowDescription>,
}

/// One line: a type of a region, in some scenes, for a time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowDescription {
    /// Whose certificates.
    region: String,
    /// Of which type: 21 characters.
    #[serde(rename = "type")]
    type_code: String,
    /// For which use scenes; none means all.
    #[serde(default)]
    scenes: Vec<String>,
    /// The first day.
    from: String,
    /// The last day; none means without end.
    until: Option<String>,
}

/// Does what the verb asks for.
pub fn run(verb: RecognitionVerb, voice: Voice) -> Result<Ended, Failure> {
    let RecognitionVerb::Sign { input, out, key, at } = verb;
    let text = files::read(&input, LARGEST_DESCRIPTION)?;
    let described: Description = read_toml(&input, &text)?;
    let issued = clock::moment(at.as_deref())?;
    let contents = Contents {
        region: region(&described.region).map_err(|failure| failure.within(input.display()))?,
        edition: described.edition,
        issued,
        expires: clock::days_after(issued, described.valid_days),
        rows: (1..)
            .zip(&described.rows)
            .map(|(place, described)| row(described).map_err(|failure| in_row(&input, place, failure)))
            .collect::<Result<_, _>>()?,
    };
    let rows = contents.rows.len();
    let recognition = Recognition::new(contents).map_err(|error| Failure::new(error.code(), error))?;
    let key = key::open(&key)?;
    files::write(&out, &sign_to_cose_by(key.key(), Recognition::TYPE, &recognition.encode()).map_err(key::unsigned)?)?;
    voice.say(&serde_json::json!({ "recognition": out, "rows": rows }), |language| match language {
        Language::Chinese => format!("互认目录已签名：{}（{rows} 条）", out.display()),
        Language::English => format!("recognition signed: {} ({})", out.display(), counted(rows, "row", "rows")),
    });
    Ok(Ended::Well)
}

fn in_row(input: &Path, place: usize, failure: Failure) -> Failure {
    failure.within(format!("{}: row {place}", input.display()))
}

/// Reads a description; what is wrong with it is told with its line.
pub fn read_toml<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, Failure> {
    toml::from_slice(bytes).map_err(|error| {
        let before = error.span().and_then(|span| bytes.get(..span.start)).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Failure::new("toml_malformed", error.message()).in_words_of_its_code().within(format_args!("{}:{line}", path.display()))
    })
}

/// Reads a region's code.
pub fn region(code: &str) -> Result<RegionCode, Failure> {
    RegionCode::parse(code).map_err(|error| Failure::new("toml_region", error))
}

/// Reads a day.
pub fn day(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| Failure::new("toml_day", format!("{text:?} is no day such as 2026-01-01")))
}

fn row(row: &RowDescription) -> Result<Row, Failure> {
    Ok(Row {
        region: region(&row.region)?,
        type_code: TypeCode::parse(&row.type_code).map_err(|error| Failure::new("toml_type", error))?,
        scenes: row.scenes.clone(),
        from: day(&row.from)?,
        until: row.until.as_deref().map(day).transpose()?,
    })
}
