//! The rows of a sheet.

use super::super::error::TableError;
use super::super::fault::{Fault, FaultDefect};
use super::super::formula::unguarded;
use super::super::table::{Application, LARGEST_ROW, MOST_COLUMNS, Wanted, headings};
use super::archive::Unpacked;
use super::digits;
use super::parts::Book;
use super::xml::{Node, Tag, Xml};
use crate::catalogue::CertificateKind;
use std::cell::Cell;
use std::io::{Read, Seek};
use std::rc::Rc;

const PART: super::Part = "sheet";

/// A source that can be read and wound.
pub(in super::super) trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// Rows read one at a time; nothing but the present one and the shared texts is kept.
pub(in super::super) struct SheetRows<'a> {
    columns: Vec<&'a str>,
    book: Book,
    xml: Xml<Unpacked<Box<dyn Source + 'a>>>,
    taken: Rc<Cell<u64>>,
    line: u64,
}

/// What stands in a cell.
enum Value {
    Text(String),
    /// A number whose last digits the spreadsheet has not kept.
    CutShort,
    /// The spreadsheet could not reckon it.
    Failed,
}

/// A row: cells by their place, and where it stands.
struct Row {
    line: u64,
    cells: Vec<Option<Value>>,
}

/// How the value of a cell is written (`ST_CellType`).
#[derive(Clone, Copy)]
enum Written {
    Shared,
    Plain,
    Flag,
    Failed,
    Day,
    Number(Option<usize>),
}

impl<'a> SheetRows<'a> {
    pub(in super::super) fn read(mut source: Box<dyn Source + 'a>, kind: &'a CertificateKind, wanted: Wanted) -> Result<Self, TableError> {
        let book = Book::read(&mut source)?;
        let taken = Rc::default();
        let xml = Xml::new(book.sheet.open(source, PART, Rc::clone(&taken))?, PART);
        let mut rows = Self { columns: Vec::new(), book, xml, taken, line: 0 };
        let text = |cell: Option<Value>| match cell {
            Some(Value::Text(text)) => text,
            Some(Value::CutShort | Value::Failed) | None => String::new(),
        };
        let next = || Ok(rows.row()?.map(|row| row.cells.into_iter().map(text).collect()));
        rows.columns = headings(next, kind, wanted)?;
        Ok(rows)
    }

    pub(in super::super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        self.row().map(|row| row.map(|row| self.application(row))).transpose()
    }

    pub(in super::super) fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// The next row in which anything stands.
    fn row(&mut self) -> Result<Option<Row>, TableError> {
        loop {
            match self.xml.next()? {
                Node::Open(tag) if tag.name == "row" => {
                    let row = self.cells(&tag)?;
                    if !row.cells.is_empty() {
                        return Ok(Some(row));
                    }
                }
                Node::Close(name) if name == "sheetData" => {
                    self.xml.finish()?;
                    return Ok(None);
                }
                Node::End => return Ok(None),
                Node::Open(_) | Node::Close(_) | Node::Text(_) => {}
            }
        }
    }

    /// The cells of a row up to the last in which anything stands.
    fn cells(&mut self, row: &Tag) -> Result<Row, TableError> {
        self.line = row.get("r").and_then(|line| line.parse().ok()).unwrap_or(self.line.saturating_add(1));
        let (mut cells, mut next, mut length) = (Vec::new(), 0, 0);
        loop {
            match self.xml.next()? {
                Node::Open(tag) if tag.name == "c" => {
                    let place = tag.get("r").and_then(column_of).unwrap_or(next);
                    next = place.saturating_add(1);
                    let Some(value) = self.value(&tag)? else { continue };
                    length += if let Value::Text(text) = &value { text.len() } else { 0 };
                    if length > LARGEST_ROW {
                        return Err(TableError::RowTooLong { line: self.line, most: LARGEST_ROW });
                    }
                    // Beyond the most columns it is enough to know that there is something.
                    put(&mut cells, place.min(MOST_COLUMNS), value);
                }
                Node::Close(name) if name == "row" => return Ok(Row { line: self.line, cells }),
                Node::End => return Err(TableError::WorkbookBroken { part: PART }),
                Node::Open(_) | Node::Close(_) | Node::Text(_) => {}
            }
        }
    }

    /// What stands in a cell, if anything does.
    fn value(&mut self, cell: &Tag) -> Result<Option<Value>, TableError> {
        let written = match cell.get("t") {
            Some("s") => Written::Shared,
            Some("str" | "inlineStr") => Written::Plain,
            Some("b") => Written::Flag,
            Some("e") => Written::Failed,
            Some("d") => Written::Day,
            _ => Written::Number(cell.get("s").and_then(|format| format.parse().ok())),
        };
        let (mut text, mut shown, mut spelt) = (String::new(), false, false);
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match tag.name.as_str() {
                    "v" | "t" => shown = true,
                    "rPh" => spelt = true,
                    _ => {}
                },
                Node::Text(more) if shown && !spelt => {
                    text.push_str(&more);
                    if text.len() > LARGEST_ROW {
                        return Err(TableError::RowTooLong { line: self.line, most: LARGEST_ROW });
                    }
                }
                Node::Close(name) => match name.as_str() {
                    "v" | "t" => shown = false,
                    "rPh" => spelt = false,
                    "c" => return self.read_value(written, text),
                    _ => {}
                },
                Node::Text(_) => {}
                Node::End => return Err(TableError::WorkbookBroken { part: PART }),
            }
        }
    }

    fn read_value(&self, written: Written, text: String) -> Result<Option<Value>, TableError> {
        if let Written::Failed = written {
            return Ok(Some(Value::Failed));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        let text = match written {
            Written::Shared => {
                let shared = text.trim().parse().ok().and_then(|place| self.book.text(place));
                unescaped(shared.ok_or(TableError::WorkbookBroken { part: "texts" })?)
            }
            Written::Flag => if text.trim() == "1" { "true" } else { "false" }.to_owned(),
            Written::Day => text.split('T').next().unwrap_or_default().to_owned(),
            Written::Number(format) => match self.book.day(format, text.trim()) {
                Some(day) => day.to_string(),
                None if digits::are_lost(text.trim()) => return Ok(Some(Value::CutShort)),
                None => text.trim().to_owned(),
            },
            Written::Plain | Written::Failed => unescaped(&text),
        };
        Ok(if text.trim().is_empty() { None } else { Some(Value::Text(text)) })
    }

    fn application(&self, row: Row) -> Application {
        let mut application = Application::new(row.line);
        if row.cells.len() > self.columns.len() {
            let defect = FaultDefect::RowCells { found: row.cells.len(), wanted: self.columns.len() };
            application.faults.push(Fault::new("row", defect));
            return application;
        }
        for (column, cell) in self.columns.iter().zip(row.cells) {
            match cell {
                Some(Value::Text(text)) => application.put(column, unguarded(&text)),
                Some(Value::CutShort) => application.faults.push(Fault::new(column, FaultDefect::CutShort)),
                Some(Value::Failed) => application.faults.push(Fault::new(column, FaultDefect::NoCell)),
                None => {}
            }
        }
        application
    }
}

fn put(cells: &mut Vec<Option<Value>>, place: usize, value: Value) {
    if cells.len() <= place {
        cells.resize_with(place + 1, || None);
    }
    if let Some(cell) = cells.get_mut(place) {
        *cell = Some(value);
    }
}

/// The place of a column from 0, by a reference such as `AB12`.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters
        .fold(0_usize, |number, letter| number.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1));
    number.checked_sub(1)
}

/// A text with the characters that XML cannot hold, which spreadsheets write as `_x000D_`.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        plain.push_str(before);
        let code = after.get(..4).filter(|_| after.as_bytes().get(4) == Some(&b'_')).and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = after.get(5..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_column() {
        for (reference, column) in [("A1", Some(0)), ("Z9", Some(25)), ("AA10", Some(26)), ("XFD1", Some(16_383)), ("7", None), ("", None)]
        {
            assert_eq!(column_of(reference), column, "{reference}");
        }
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_themselves_again() {
        for (text, plain) in [("a_x000D_b", "a\rb"), ("_x005F_x000D_", "_x000D_"), ("_xyz_", "_xyz_"), ("a_x00", "a_x00"), ("照_x", "照_x")]
        {
            assert_eq!(unescaped(text), plain, "{text}");
        }
    }
}
