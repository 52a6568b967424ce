//! What came of a row, as the report tells it: one JSON object a line, and nothing of a person but in the rows that are to be mended.

use crate::http::problem::{Fault, Problem};
use crate::measure;
use kanhe_issuer::application::Application;
use kanhe_issuer::registrar::{Entered, Proved, RegistrarError};
use kanhe_store::{Pen, Shelfmark, StoreError};
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

/// A row before it is settled.
pub(super) struct Row {
    pub(super) row: u64,
    pub(super) application: Application,
    pub(super) came: Came,
}

/// What a row comes to.
pub(super) enum Came {
    Refused(Vec<RowFault>),
    Before(Shelfmark),
    /// It has a certificate, the next of those that are signed.
    Signed,
    Proved(Proved),
}

/// What came of the rows of a batch.
#[derive(Default)]
pub(super) struct Told {
    pub(super) results: Vec<u8>,
    pub(super) refused: Vec<u8>,
    pub(super) counts: Counts,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) issued: u64,
    pub(super) before: u64,
    pub(super) refused: u64,
}

impl Counts {
    pub(super) fn measure(&self, dry: bool) {
        let issued = if dry { "could_be_issued" } else { "issued" };
        for (result, count) in [(issued, self.issued), ("before", self.before), ("refused", self.refused)] {
            measure::job_rows(result, count);
        }
    }
}

/// Tells what came of the rows of a batch, by what its signed certificates came to.
pub(super) fn tell(pen: &Pen<'_>, rows: Vec<Row>, entered: Vec<Result<Entered, RegistrarError>>) -> Result<Told, StoreError> {
    let (mut told, mut entered) = (Told::default(), entered.into_iter());
    for row in rows {
        let (result, identifier, faults) = match row.came {
            Came::Refused(faults) => ("refused", None, faults),
            Came::Before(mark) => ("before", Some(pen.card(mark)?.identifier), Vec::new()),
            Came::Proved(Proved::Before(mark)) => ("before", Some(pen.card(mark)?.identifier), Vec::new()),
            Came::Proved(Proved::Repeated(identifier)) => ("before", Some(identifier), Vec::new()),
            Came::Proved(Proved::Could(identifier)) => ("could_be_issued", Some(identifier), Vec::new()),
            Came::Signed => match entered.next() {
                Some(Ok(Entered::New(mark))) => ("issued", Some(pen.card(mark)?.identifier), Vec::new()),
                Some(Ok(Entered::Before(mark))) => ("before", Some(pen.card(mark)?.identifier), Vec::new()),
                Some(Err(RegistrarError::Store(error))) => return Err(error),
                Some(Err(error)) => ("refused", None, vec![Problem::from(error).of_row("row").into()]),
                None => return Err(StoreError::Malformed { family: "office" }),
            },
        };
        match result {
            "refused" => told.counts.refused += 1,
            "before" => told.counts.before += 1,
            _ => told.counts.issued += 1,
        }
        if result == "refused" {
            let cells = serde_json::from_slice(&row.application.to_json()).unwrap_or_default();
            told.refused.extend(line(&RefusedRow { cells, faults: faults.clone() }));
        }
        let (identifier, request_id) =
            (identifier.map(|identifier| identifier.to_string()), row.application.request_id().map(str::to_owned));
        told.results.extend(line(&Outcome { row: row.row, line: row.application.line(), request_id, result, identifier, faults }));
    }
    Ok(told)
}

/// A value as one line.
fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}
