//! The rows of a JSON table: an array of objects, or objects one after another.

use super::characters::Characters;
use super::columns::{FAULTS, resolve};
use super::error::TableError;
use super::fault::{Fault, FaultDefect};
use super::table::{Application, Cell, LARGEST_ROW, LONGEST_CELL, MOST_COLUMNS, Wanted, columns_named, unreadable};
use crate::catalogue::CertificateKind;
use crate::json::Unique;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};
use std::fmt;
use std::io::{BufRead, ErrorKind, Read};

/// A list in a cell has at most so many members; the longest code table has fewer.
const MOST_MEMBERS: usize = 256;

/// Rows read one at a time; nothing but the present one is kept.
pub(super) struct JsonRows<'a> {
    kind: &'a CertificateKind,
    characters: Characters<'a>,
    in_array: bool,
    first: bool,
    /// The first row, which stands for the headings of a table.
    ahead: Option<Object>,
}

/// An object, and the line on which it begins.
type Object = (u64, Map<String, Value>);

impl<'a> JsonRows<'a> {
    pub(super) fn read(characters: Characters<'a>, kind: &'a CertificateKind) -> Result<Self, TableError> {
        let mut rows = Self { kind, characters, in_array: false, first: true, ahead: None };
        rows.skip_spaces()?;
        rows.in_array = rows.skip_byte(b'[')?;
        rows.ahead = rows.object()?;
        // Of another type, a table would only be faults to its end.
        if let Some((_, row)) = &rows.ahead {
            columns_named(row.keys().map(String::as_str), kind, Wanted::Any)?;
        }
        Ok(rows)
    }

    pub(super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        let row = match self.ahead.take() {
            Some(row) => Ok(Some(row)),
            None => self.object(),
        };
        row.transpose().map(|row| row.map(|(line, object)| Columns(object).application(line, self.kind)))
    }

    pub(super) const fn taken(&self) -> u64 {
        self.characters.taken()
    }

    /// The next object and the line on which it begins, with the comma and bracket around it; none at the end.
    fn object(&mut self) -> Result<Option<Object>, TableError> {
        let broken = TableError::Json { line: self.characters.line() };
        self.skip_spaces()?;
        if self.in_array && self.skip_byte(b']')? {
            self.skip_spaces()?;
            self.in_array = false;
            return if self.peek()?.is_none() { Ok(None) } else { Err(broken) };
        }
        if self.peek()?.is_none() {
            return if self.in_array { Err(broken) } else { Ok(None) };
        }
        if self.in_array && !self.first {
            if !self.skip_byte(b',')? {
                return Err(broken);
            }
            self.skip_spaces()?;
        }
        self.first = false;
        let line = self.characters.line();
        match self.value(line)? {
            Value::Object(object) => Ok(Some((line, object))),
            _ => Err(TableError::NoObject { line }),
        }
    }

    /// The next value, read no further than to its end.
    fn value(&mut self, line: u64) -> Result<Value, TableError> {
        let mut room = (&mut self.characters).take(u64::try_from(LARGEST_ROW).unwrap_or(u64::MAX));
        let value = serde_json::Deserializer::from_reader(&mut room).into_iter::<Unique>().next();
        match value {
            Some(Ok(Unique(value))) => Ok(value),
            Some(Err(error)) if error.is_io() => {
                Err(TableError::Unreadable { line, kind: error.io_error_kind().unwrap_or(ErrorKind::Other) })
            }
            _ if room.limit() == 0 => Err(TableError::RowTooLong { line, most: LARGEST_ROW }),
            Some(Err(_)) | None => Err(TableError::Json { line }),
        }
    }

    fn skip_spaces(&mut self) -> Result<(), TableError> {
        let line = self.characters.line();
        self.characters.skip_while(|byte| byte.is_ascii_whitespace()).map_err(unreadable(line))
    }

    fn skip_byte(&mut self, byte: u8) -> Result<bool, TableError> {
        let found = self.peek()? == Some(byte);
        self.characters.consume(usize::from(found));
        Ok(found)
    }

    fn peek(&mut self) -> Result<Option<u8>, TableError> {
        let line = self.characters.line();
        self.characters.peek().map_err(unreadable(line))
    }
}

/// One application as a JSON object: its columns by their names in either language, no name twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Columns(Map<String, Value>);

impl Columns {
    /// The application that the columns are, for a type; `line` is what a report calls it.
    pub fn application(&self, line: u64, kind: &CertificateKind) -> Application {
        let Self(object) = self;
        let mut application = Application::new(line);
        if object.len() > MOST_COLUMNS {
            application.faults.push(Fault::new("row", FaultDefect::RowCells { found: object.len(), wanted: MOST_COLUMNS }));
            return application;
        }
        for (place, (heading, value)) in (1_usize..).zip(object) {
            match resolve(kind, heading) {
                None => {
                    let defect = FaultDefect::UnknownColumn { place, length: heading.chars().count() };
                    application.faults.push(Fault::new("row", defect));
                }
                Some(column) if application.cell(column).is_some() => {
                    application.leave(column, &value.to_string(), FaultDefect::ColumnTwice)
                }
                Some(column) => put(&mut application, column, value),
            }
        }
        application
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Unique::deserialize(deserializer)? {
            Unique(Value::Object(object)) => Ok(Self(object)),
            Unique(_) => Err(D::Error::custom("an application is an object")),
        }
    }
}

/// Columns are full of personal data: only how many there are is shown.
impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Columns({})", self.0.len())
    }
}

fn put(application: &mut Application, column: &str, value: &Value) {
    if column == FAULTS.name {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(flag) => application.put(column, if *flag { "true" } else { "false" }),
        Value::Number(number) => application.put(column, &number.to_string()),
        Value::String(text) => application.put(column, text),
        Value::Object(_) => application.leave(column, &value.to_string(), FaultDefect::NoCell),
        Value::Array(members) => match list(members) {
            Some(list) => application.cells.push((column.to_owned(), Cell::List(list))),
            None => application.leave(column, &value.to_string(), FaultDefect::NoCell),
        },
    }
}

fn list(members: &[Value]) -> Option<Vec<String>> {
    let within = members.len() <= MOST_MEMBERS;
    let texts = members.iter().map(|member| match member {
        Value::String(text) if text.len() <= LONGEST_CELL => Some(text.trim().to_owned()),
        _ => None,
    });
    if within { texts.collect() } else { None }
}
