//! What came of a row, as the report tells it: one JSON object a line, and nothing of a person but in the rows that are to be mended.

use super::job::{Job, Task};
use crate::http::problem::{Fault, Problem};
use crate::json::bytes_of;
use crate::measure;
use crate::shown::Worth;
use jiff::civil::Date;
use kanhe_issuer::application::Application;
use kanhe_store::StoreError;
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
    /// The request that it belongs to, if it has one; null also where it tells a person's number.
    #[schema(required)]
    pub request_id: Option<String>,
    /// `issued` or `lodged`, `before`, `refused`; `could_be_issued` or `could_be_lodged` if rows were only proofread.
    pub result: &'static str,
    /// The certificate.
    #[schema(required)]
    pub identifier: Option<String>,
    /// The state of a certificate that was issued before, and where its term stands today.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub condition: Option<&'static str>,
    /// Whether a stolen key signed one that was issued before, behind the cut-off that the manifest names: counters refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub behind_cut_off: Option<bool>,
    /// The code with which counters refuse one that was issued before, because the manifest is not behind it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub refused_as: Option<&'static str>,
    /// The code of the application, of a type that is reviewed.
    #[schema(required)]
    pub code: Option<String>,
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
    /// How it ended; none, where that is known when it is entered.
    pub(super) end: Option<End>,
}

/// How a row ended, and what that is called which came of it.
pub(super) enum End {
    /// As something new.
    New(Option<String>),
    /// As what was there before, for the same request; of a certificate that stands in the library with what it is worth today.
    Before(Option<String>, Option<Worth>),
    /// With faults.
    Refused(Vec<RowFault>),
}

impl End {
    /// A row that a rule forbids as a whole.
    pub(super) fn refused(problem: Problem) -> Self {
        Self::Refused(vec![problem.of_row("row").into()])
    }
}

/// What came of the rows of a batch.
#[derive(Default)]
pub(super) struct Told {
    pub(super) results: Vec<u8>,
    pub(super) refused: Vec<u8>,
    pub(super) counts: Counts,
}

/// What comes of rows: every word that `Counts::measure` has.
pub const RESULTS: [&str; 6] = ["before", "refused", "issued", "could_be_issued", "lodged", "could_be_lodged"];

#[derive(Default)]
pub(super) struct Counts {
    pub(super) new: u64,
    pub(super) before: u64,
    pub(super) refused: u64,
}

impl Counts {
    pub(super) fn measure(&self, job: &Job) {
        for (result, count) in [(word(job), self.new), ("before", self.before), ("refused", self.refused)] {
            measure::job_rows(result, count);
        }
    }
}

/// What a row of a job is that came to something new.
const fn word(job: &Job) -> &'static str {
    match (job.task, job.dry) {
        (Task::Issue, false) => "issued",
        (Task::Issue, true) => "could_be_issued",
        (Task::Lodge, false) => "lodged",
        (Task::Lodge, true) => "could_be_lodged",
    }
}

/// Tells what came of the rows of a batch, by how those ended that were entered.
pub(super) fn tell((job, today): (&Job, Date), rows: Vec<Row>, entered: Vec<End>) -> Result<Told, StoreError> {
    let (mut told, mut entered) = (Told::default(), entered.into_iter());
    for Row { row, application, end } in rows {
        let end = end.or_else(|| entered.next()).ok_or(StoreError::Malformed { family: "office" })?;
        let (result, name, worth, faults) = match end {
            End::New(name) => (word(job), name, None, Vec::new()),
            End::Before(name, worth) => ("before", name, worth, Vec::new()),
            End::Refused(faults) => ("refused", None, None, faults),
        };
        let (condition, doubt) = worth.map(|worth| (worth.condition.word(), worth.doubt)).unzip();
        let (behind_cut_off, refused_as) = (doubt.map(|doubt| doubt.behind_cut_off), doubt.and_then(|doubt| doubt.refused_as));
        match result {
            "refused" => told.counts.refused += 1,
            "before" => told.counts.before += 1,
            _ => told.counts.new += 1,
        }
        if result == "refused" {
            let cells = serde_json::from_slice(&application.to_json()).unwrap_or_default();
            told.refused.extend(line(&RefusedRow { cells, faults: faults.clone() }));
        }
        let (identifier, code) = if job.task == Task::Issue { (name, None) } else { (None, name) };
        let request_id = if result == "refused" { application.request_told(today) } else { application.request_id() };
        let request_id = request_id.map(str::to_owned);
        let line_of = application.line();
        told.results.extend(line(&Outcome {
            row,
            line: line_of,
            request_id,
            result,
            identifier,
            condition,
            behind_cut_off,
            refused_as,
            code,
            faults,
        }));
    }
    Ok(told)
}

/// A value as one line.
fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = bytes_of(value);
    line.push(b'\n');
    line
}
