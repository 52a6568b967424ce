//! The rows of a JSON table: an array of objects, or objects one after another.

use super::columns::resolve;
use super::fault::{Fault, FaultDefect};
use super::table::{Application, Cell, LONGEST_CELL, MOST_COLUMNS, TableError, columns_named};
use crate::catalogue::CertificateKind;
use crate::json::Unique;
use serde_json::{Deserializer, Map, Value};

/// A list in a cell has at most so many members; the longest code table has fewer.
const MOST_MEMBERS: usize = 256;

/// Rows read one at a time; nothing but the present one is kept.
pub(super) struct JsonRows<'a> {
    kind: &'a CertificateKind,
    rest: &'a [u8],
    line: u64,
    in_array: bool,
    first: bool,
}

/// An object, and the line on which it begins.
type Object = (u64, Map<String, Value>);

impl<'a> JsonRows<'a> {
    pub(super) fn read(bytes: &'a [u8], kind: &'a CertificateKind) -> Result<Self, TableError> {
        let mut rows = Self { kind, rest: bytes, line: 1, in_array: false, first: true };
        rows.skip_spaces();
        rows.in_array = rows.skip_byte(b'[');
        let mut ahead = Self { ..rows };
        // The first row stands for the headings of a table: of another type, it would only be faults to the end.
        match ahead.object() {
            Some(row) => columns_named(row?.1.keys().map(String::as_str), kind, false).map(|_| rows),
            None => Ok(rows),
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        let row = self.object()?;
        Some(row.map(|(line, object)| self.application(line, object)))
    }

    /// The next object and the line on which it begins, with the comma and bracket around it.
    fn object(&mut self) -> Option<Result<Object, TableError>> {
        let broken = TableError::Json { line: self.line };
        self.skip_spaces();
        if self.in_array && self.skip_byte(b']') {
            self.skip_spaces();
            return if self.rest.is_empty() {
                self.in_array = false;
                None
            } else {
                Some(Err(broken))
            };
        }
        if self.rest.is_empty() {
            return if self.in_array { Some(Err(broken)) } else { None };
        }
        if self.in_array && !self.first {
            if !self.skip_byte(b',') {
                return Some(Err(broken));
            }
            self.skip_spaces();
        }
        self.first = false;
        let line = self.line;
        let mut stream = Deserializer::from_slice(self.rest).into_iter::<Unique>();
        let value = stream.next();
        let consumed = stream.byte_offset();
        self.skip(consumed);
        match value {
            Some(Ok(Unique(Value::Object(object)))) => Some(Ok((line, object))),
            Some(Ok(Unique(_))) => Some(Err(TableError::NoObject { line })),
            Some(Err(_)) | None => Some(Err(TableError::Json { line })),
        }
    }

    fn application(&self, line: u64, object: Map<String, Value>) -> Application {
        let mut application = Application { line, cells: Vec::new(), faults: Vec::new() };
        if object.len() > MOST_COLUMNS {
            application.faults.push(Fault::new("row", FaultDefect::RowCells { found: object.len(), wanted: MOST_COLUMNS }));
            return application;
        }
        for (heading, value) in object {
            match resolve(self.kind, &heading) {
                None => application.faults.push(Fault::new("row", FaultDefect::UnknownColumn { length: heading.chars().count() })),
                Some(column) if application.cell(column).is_some() => application.faults.push(Fault::new(column, FaultDefect::ColumnTwice)),
                Some(column) => put(&mut application, column, value),
            }
        }
        application
    }

    fn skip_spaces(&mut self) {
        let spaces = self.rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.skip(spaces);
    }

    fn skip_byte(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        self.skip(usize::from(found));
        found
    }

    fn skip(&mut self, count: usize) {
        let (skipped, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        let lines = skipped.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        self.rest = rest;
    }
}

fn put(application: &mut Application, column: &str, value: Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => application.put(column, if flag { "true" } else { "false" }),
        Value::Number(number) => application.put(column, &number.to_string()),
        Value::String(text) => application.put(column, &text),
        Value::Object(_) => application.faults.push(Fault::new(column, FaultDefect::NoCell)),
        Value::Array(members) => match list(members) {
            Some(list) => application.cells.push((column.to_owned(), Cell::List(list))),
            None => application.faults.push(Fault::new(column, FaultDefect::NoCell)),
        },
    }
}

fn list(members: Vec<Value>) -> Option<Vec<String>> {
    let within = members.len() <= MOST_MEMBERS;
    let texts = members.into_iter().map(|member| match member {
        Value::String(text) if text.len() <= LONGEST_CELL => Some(text.trim().to_owned()),
        _ => None,
    });
    if within { texts.collect() } else { None }
}
