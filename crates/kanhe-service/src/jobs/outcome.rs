//! What came of a row, as the report tells it: one JSON object a line, and nothing of a person but in the rows that are to be mended.

use crate::http::problem::Fault;
use kanhe_words::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What came of one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Outcome {
    /// Which row it is, from 1; headings do not count.
    pub row: u64,
    /// The line of the table on which it begins, from 1; of a workbook the number of its row.
    pub line: u64,
    /// The request that it belongs to, if it has one.
    #[schema(required)]
    pub request_id: Option<String>,
    /// `issued`, `before`, `refused`, or `could_be_issued` if rows were only proofread.
    pub result: &'static str,
    /// The certificate.
    #[schema(required)]
    pub identifier: Option<String>,
    /// Everything that is wrong with it.
    pub faults: Vec<RowFault>,
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RowFault {
    /// The column, by its English name; `row` for the whole.
    pub column: String,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub message: BothLanguages,
}

/// A sentence in both languages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FaultMessage)]
pub struct BothLanguages {
    /// Chinese.
    pub zh: String,
    /// English, with both sides: what was found, and what is wanted.
    pub en: String,
}

/// A row with faults, as it was handed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Its cells by column.
    pub cells: Map<String, Value>,
    /// Everything that is wrong with it.
    pub faults: Vec<RowFault>,
}

impl From<Fault> for RowFault {
    fn from(fault: Fault) -> Self {
        let zh = fault.of(Language::Chinese).detail;
        Self { column: fault.place, code: fault.code, message: BothLanguages { zh, en: fault.detail } }
    }
}

/// A value as one line.
pub(super) fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}
