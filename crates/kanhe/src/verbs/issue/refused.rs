//! The rows that were not issued, for whoever ran the command: the report has them too, among all the others.

use crate::failure::Failure;
use crate::verbs::report::with;
use crate::words::{Language, Sentence, Words, in_chinese, meaning, remedy};
use jiff::civil::Date;
use kanhe_issuer::application::Application;
use serde_json::{Value, json};

/// So many rows are said on the terminal; more would scroll the counts away.
const MOST_SAID: usize = 20;

/// So many rows are kept for the JSON object: a table of the wrong year is refused to its last row, and the report has them all.
const MOST_KEPT: usize = 10_000;

/// One thing that is wrong with a row, as a report tells it: in both languages, with what was found and what is wanted, and with what to
/// do about it where something can be said.
pub fn fault_told(column: &str, code: &str, detail: &str) -> Value {
    let zh = in_chinese(detail).or_else(|| meaning(code).map(|meaning| meaning.zh.to_owned()));
    let fault = json!({ "column": column, "code": code, "message": { "zh": zh.as_deref().unwrap_or(detail), "en": detail } });
    match remedy(code) {
        Some(Words { zh, en }) => with(fault, json!({ "hint": { "zh": zh, "en": en } })),
        None => fault,
    }
}

/// Where a row stands in its table, and what it asks for.
#[derive(Debug)]
pub struct Place {
    line: u64,
    request: Option<String>,
    /// The request as it is told where the row is refused.
    told: Option<String>,
}

impl Place {
    /// The place of a row; `today` is the day on which it is told.
    pub fn of(row: &Application, today: Date) -> Self {
        Self { line: row.line(), request: row.request_id().map(str::to_owned), told: row.request_told(today).map(str::to_owned) }
    }

    /// How the line of a report begins about a row that came to something.
    pub fn named(&self) -> Value {
        json!({ "line": self.line, "request_id": self.request })
    }

    /// The line of a report about a row that was refused, whose request is not told where it tells a person's number.
    pub fn refused(&self, faults: &Value) -> Value {
        json!({ "line": self.line, "request_id": self.told, "result": "refused", "faults": faults })
    }
}

/// What stops a verb whose one application has faults: each as a report tells it, one behind the other, and for machines by itself.
pub fn refused_alone(code: &'static str, faults: &[Value]) -> Failure {
    let all = |language: Language, colon: &str, between: &str| {
        let told = |fault: &Value| format!("{}{colon}{}", text(fault, "column"), said(fault, language));
        faults.iter().map(told).collect::<Vec<_>>().join(between)
    };
    let detail = Sentence::new(all(Language::Chinese, "：", "；"), all(Language::English, ": ", "; "));
    Failure::in_both(code, &detail).after(&json!({ "faults": faults }))
}

/// The lines of the report about refused rows.
#[derive(Debug, Default)]
pub struct Refused {
    rows: Vec<Value>,
    left_out: usize,
}

impl Refused {
    /// Keeps a line of the report.
    pub fn keep(&mut self, line: &Value) {
        if self.rows.len() < MOST_KEPT {
            self.rows.push(line.clone());
        } else {
            self.left_out += 1;
        }
    }

    /// Every fault by itself, with its line and request.
    pub fn faults(&self) -> Vec<Value> {
        let of_row = |row: &Value| -> Vec<Value> {
            let place = json!({ "line": row.get("line"), "request_id": row.get("request_id") });
            let fault = |fault: &Value| with(place.clone(), fault.clone());
            faults_of(row).iter().map(fault).collect()
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// One line for each row, up to a bound, and what to do about them, once for all that it helps.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let mut lines: Vec<String> = self.rows.iter().take(MOST_SAID).map(|row| row_line(row, language)).collect();
        let more = (self.rows.len() + self.left_out).saturating_sub(MOST_SAID);
        if more > 0 {
            lines.push(match language {
                Language::Chinese => format!("另有 {more} 行，见报告"),
                Language::English => format!("and {more} more, see the report"),
            });
        }
        lines.extend(self.advice(language));
        lines
    }

    fn advice(&self, language: Language) -> Vec<String> {
        let faults = self.rows.iter().take(MOST_SAID).flat_map(faults_of);
        let mut advice = Vec::new();
        for hint in faults.filter_map(|fault| fault.get("hint")).map(|hint| format!("  {}", text(hint, language.tag()))) {
            if hint.trim() != "" && !advice.contains(&hint) {
                advice.push(hint);
            }
        }
        advice
    }
}

fn row_line(row: &Value, language: Language) -> String {
    let line = row.get("line").and_then(Value::as_u64).unwrap_or_default();
    let request = row.get("request_id").and_then(Value::as_str).unwrap_or("–");
    let fault = |fault: &Value| format!("{} {} {}", text(fault, "column"), text(fault, "code"), said(fault, language));
    let faults = faults_of(row).iter().map(fault).collect::<Vec<_>>();
    match language {
        Language::Chinese => format!("第 {line} 行，{request}：{}", faults.join("；")),
        Language::English => format!("line {line}, {request}: {}", faults.join("; ")),
    }
}

fn said(fault: &Value, language: Language) -> &str {
    fault.get("message").map(|message| text(message, language.tag())).unwrap_or_default()
}

fn faults_of(row: &Value) -> &[Value] {
    row.get("faults").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
