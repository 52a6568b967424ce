//! The rows of a CSV table (RFC 4180).

use super::characters::Characters;
use super::error::TableError;
use super::fault::{Fault, FaultDefect};
use super::formula::unguarded;
use super::quotes::Quotes;
use super::table::{Application, LARGEST_ROW, Wanted, headings, unreadable};
use crate::catalogue::CertificateKind;
use csv_core::{ReadRecordResult, Reader};
use std::borrow::Cow;
use std::io::BufRead;

/// Rows read one at a time; nothing but the present one is kept.
pub(super) struct CsvRows<'a> {
    columns: Vec<&'a str>,
    characters: Characters<'a>,
    reader: Reader,
    row: Row,
}

/// The cells of a row, in memory that serves the next one too.
#[derive(Default)]
struct Row {
    line: u64,
    text: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
}

impl<'a> CsvRows<'a> {
    pub(super) fn read(characters: Characters<'a>, kind: &'a CertificateKind, wanted: Wanted) -> Result<Self, TableError> {
        let mut rows = Self { columns: Vec::new(), characters, reader: Reader::new(), row: Row::default() };
        let next = || Ok(rows.advance()?.then(|| rows.row.iter().map(Cow::into_owned).collect()));
        rows.columns = headings(next, kind, wanted)?;
        Ok(rows)
    }

    pub(super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        loop {
            match self.advance() {
                Err(error) => return Some(Err(error)),
                Ok(false) => return None,
                // Spreadsheets leave rows of commas behind where somebody cleared cells.
                Ok(true) if self.row.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => return Some(Ok(self.application())),
            }
        }
    }

    pub(super) const fn taken(&self) -> u64 {
        self.characters.taken()
    }

    /// Goes on to the next row; false at the end of the table.
    fn advance(&mut self) -> Result<bool, TableError> {
        let Self { characters, reader, row, .. } = self;
        characters.skip_while(|byte| matches!(byte, b'\r' | b'\n')).map_err(unreadable(row.line))?;
        (row.line, row.cells) = (characters.line(), 0);
        let (mut quotes, mut written) = (Quotes::default(), 0);
        loop {
            let input = characters.fill_buf().map_err(unreadable(row.line))?;
            let text = row.text.get_mut(written..).unwrap_or_default();
            let ends = row.ends.get_mut(row.cells..).unwrap_or_default();
            let (result, read, wrote, cells) = reader.read_record(input, text, ends);
            quotes.pass(input.get(..read).unwrap_or_default());
            characters.consume(read);
            written += wrote;
            row.cells += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => grow(&mut row.text, row.line)?,
                ReadRecordResult::OutputEndsFull => grow(&mut row.ends, row.line)?,
                ReadRecordResult::Record if quotes.have_swallowed() => return Err(TableError::QuoteOpen { line: row.line }),
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn application(&self) -> Application {
        let mut application = Application::new(self.row.line);
        if self.row.cells != self.columns.len() {
            let defect = FaultDefect::RowCells { found: self.row.cells, wanted: self.columns.len() };
            application.faults.push(Fault::new("row", defect));
            return application;
        }
        for (column, cell) in self.columns.iter().zip(self.row.iter()) {
            application.put(column, unguarded(&cell));
        }
        application
    }
}

impl Row {
    fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let ends = self.ends.get(..self.cells).unwrap_or_default();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| String::from_utf8_lossy(self.text.get(start..*end).unwrap_or_default()))
    }
}

/// Makes room for a longer row, up to the longest that there is.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, line: u64) -> Result<(), TableError> {
    if buffer.len() >= LARGEST_ROW {
        return Err(TableError::RowTooLong { line, most: LARGEST_ROW });
    }
    buffer.resize((buffer.len() * 2).clamp(1 << 10, LARGEST_ROW), T::default());
    Ok(())
}
