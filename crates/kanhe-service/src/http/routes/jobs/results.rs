//! What came of a job's rows, and those that are to be mended.

use super::used;
use crate::accounts::Caller;
use crate::accounts::uses::{UseAct, commit_use, note_use};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::flow::sent;
use crate::http::problem::Problem;
use crate::http::tongue::Tongue;
use crate::jobs::{Handling, Job, RefusedRow, RowFault, refused_lines, result_lines};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use kanhe_issuer::application::{FAULTS, columns_of, fixed_columns, guarded};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_store::StoreError;
use kanhe_store::find::Cursor;
use kanhe_words::Language;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

/// What came of each row so far, one JSON object a line, in the order of the rows.
#[utoipa::path(get, path = "/v1/jobs/{id}/result", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, description = "JSON lines, each a `JobOutcome`", content_type = "application/jsonl", body = crate::jobs::Outcome)))]
pub async fn result(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = aside(&house, move |house| house.job_of(&caller, Handling::Run, &id)).await?;
    let name = format!("job-{}.jsonl", job.id);
    Ok(sent(&house, "application/jsonl", &name, move |house, out| {
        stretches(&out, |after| result_lines(&house.library, &job.id, after), |lines| Some(lines.into())).map_err(|error| error.code())
    }))
}

/// The rows with faults as a table, to be mended and handed in again; the last column says what is wrong, and is not read.
///
/// The rows are whole as they were handed in, codes of persons too: who fetches them is written down.
#[utoipa::path(get, path = "/v1/jobs/{id}/refused.csv", tag = "jobs", params(("id" = String, Path, description = "The job's id")),
    responses((status = OK, description = "CSV in UTF-8 with its mark, with headings in the caller's language", content_type = "text/csv")))]
pub async fn refused(State(house): State<Shared>, caller: Caller, Path(id): Path<String>, tongue: Tongue) -> Result<Response, Problem> {
    let job = aside(&house, move |house| {
        let job = house.job_of(&caller, Handling::Run, &id)?;
        house.kind_coded(&job.type_code)?;
        let noted = used(house, &caller, UseAct::JobRowsFetched, &job.id);
        commit_use(&house.library, noted.act, |pen| note_use(pen, &noted, house.chance()))?;
        Ok::<_, Problem>(job)
    })
    .await?;
    let name = format!("job-{}-refused.csv", job.id);
    Ok(sent(&house, "text/csv; charset=utf-8", &name, move |house, out| rows(house, &job, tongue.0, &out).map_err(|error| error.code())))
}

/// Sends stretch after stretch, as long as somebody reads.
fn stretches(
    out: &Sender<Bytes>,
    read: impl Fn(Option<&Cursor>) -> Result<(Vec<u8>, Option<Cursor>), StoreError>,
    made: impl Fn(Vec<u8>) -> Option<Bytes>,
) -> Result<(), StoreError> {
    let mut page = None;
    loop {
        let (lines, next) = read(page.as_ref())?;
        let made = made(lines).ok_or(StoreError::Malformed { family: "office" })?;
        if out.blocking_send(made).is_err() || next.is_none() {
            return Ok(());
        }
        page = next;
    }
}

fn rows(house: &House, job: &Job, language: Language, out: &Sender<Bytes>) -> Result<(), StoreError> {
    let Some(kind) = house.catalogue.find(job.type_code.as_str()) else { return Ok(()) };
    let columns: Vec<&str> = columns_of(kind).map(|(column, _)| column).collect();
    let headings = columns.iter().map(|column| heading(kind, column, language)).chain([of(language, FAULTS.label, FAULTS.name)]);
    // By its mark a spreadsheet knows that it is UTF-8.
    let head = format!("\u{feff}{}", csv_line(headings.map(str::to_owned)));
    if out.blocking_send(head.into()).is_err() {
        return Ok(());
    }
    let made = |lines: Vec<u8>| {
        let rows = serde_json::Deserializer::from_slice(&lines).into_iter::<RefusedRow>();
        let lines = rows.map(|row| row.ok().map(|row| csv_line(cells(&row, &columns, language)))).collect::<Option<Vec<_>>>()?;
        Some(lines.concat().into())
    };
    stretches(out, |after| refused_lines(&house.library, &job.id, after), made)
}

fn of<'w>(language: Language, zh: &'w str, en: &'w str) -> &'w str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

fn heading<'k>(kind: &'k CertificateKind, column: &'k str, language: Language) -> &'k str {
    let fixed = fixed_columns(kind).find(|fixed| fixed.name == column).map(|fixed| fixed.label);
    let field = || kind.form().iter().find(|field| field.name == column).map(|field| field.label.zh.as_str());
    of(language, fixed.or_else(field).unwrap_or(column), column)
}

/// The cells of a row in the order of the columns, and what is wrong with it.
fn cells(row: &RefusedRow, columns: &[&str], language: Language) -> Vec<String> {
    let cell = |column: &&str| match row.cells.get(*column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(members)) => members.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("^"),
        _ => String::new(),
    };
    let fault = |fault: &RowFault| format!("{} {} {}", fault.column, fault.code, of(language, &fault.message.zh, &fault.message.en));
    let faults: Vec<String> = row.faults.iter().map(fault).collect();
    columns.iter().map(cell).chain([faults.join(of(language, "；", "; "))]).collect()
}

/// A line of CSV (RFC 4180), of which no cell acts in a spreadsheet.
fn csv_line(cells: impl IntoIterator<Item = String>) -> String {
    let quoted = |cell: String| match guarded(&cell) {
        cell if cell.contains([',', '"', '\r', '\n']) => format!("\"{}\"", cell.replace('"', "\"\"")),
        cell => cell.into_owned(),
    };
    cells.into_iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_with_a_comma_or_a_quotation_mark_is_quoted() {
        let cells = ["a", "b,c", "say \"d\"", "e\nf", "", "=1+1", "-1,5"].map(str::to_owned);
        assert_eq!(csv_line(cells), "a,\"b,c\",\"say \"\"d\"\"\",\"e\nf\",,'=1+1,\"'-1,5\"\r\n");
    }
}
