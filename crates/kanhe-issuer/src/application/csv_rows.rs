//! The rows of a CSV table (RFC 4180), in UTF-8 or GB18030.

use super::fault::{Fault, FaultDefect};
use super::table::{Application, TableError, columns_named};
use crate::catalogue::CertificateKind;
use csv::{Reader, ReaderBuilder, StringRecord};
use encoding_rs::{CoderResult, Decoder, GB18030};
use std::io::{self, BufRead, BufReader, Read};

/// Rows read one at a time; nothing but the present one is kept.
pub(super) struct CsvRows<'a> {
    columns: Vec<&'a str>,
    reader: Reader<Box<dyn Read + 'a>>,
    record: StringRecord,
    lines: Lines<'a>,
}

impl<'a> CsvRows<'a> {
    pub(super) fn read(bytes: &'a [u8], kind: &'a CertificateKind) -> Result<Self, TableError> {
        // GB18030 gives a meaning to almost any bytes, UTF-8 to almost none: what is UTF-8 was meant so.
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        let source = || -> Box<dyn Read + 'a> {
            if is_utf8 {
                return Box::new(bytes);
            }
            Box::new(Gb18030 { decoder: GB18030.new_decoder_without_bom_handling(), rest: bytes, ended: false })
        };
        let lines = Lines { source: BufReader::new(source()), read: 0, line: 1, after_return: false };
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(source());
        let headings = reader.headers().map_err(|_| TableError::Csv { line: 1 })?;
        let columns = columns_named(headings, kind, true)?;
        Ok(Self { columns, reader, record: StringRecord::new(), lines })
    }

    pub(super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        loop {
            let start = self.reader.position().byte();
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return None,
                Err(_) => return Some(Err(TableError::Csv { line: self.lines.line_of(start) })),
                // Spreadsheets leave rows of commas behind where somebody cleared cells.
                Ok(true) if self.record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => {
                    let line = self.lines.line_of(start);
                    return Some(Ok(self.application(line)));
                }
            }
        }
    }

    fn application(&self, line: u64) -> Application {
        let mut application = Application { line, cells: Vec::new(), faults: Vec::new() };
        if self.record.len() != self.columns.len() {
            let defect = FaultDefect::RowCells { found: self.record.len(), wanted: self.columns.len() };
            application.faults.push(Fault::new("row", defect));
            return application;
        }
        for (column, cell) in self.columns.iter().zip(&self.record) {
            application.put(column, cell);
        }
        application
    }
}

/// Counts the lines of a table as an editor does.
///
/// The reader's own count stands before the `\n` of CRLF and before empty lines, so it names another line than the one on which a row
/// begins. This is a second pass over the same characters, as far behind as the present row.
struct Lines<'a> {
    source: BufReader<Box<dyn Read + 'a>>,
    read: u64,
    line: u64,
    after_return: bool,
}

impl Lines<'_> {
    /// The line of the first character at or behind a place that ends no line.
    fn line_of(&mut self, start: u64) -> u64 {
        while let Some(byte) = self.peek().filter(|byte| self.read < start || matches!(byte, b'\r' | b'\n')) {
            let ends_line = byte == b'\r' || (byte == b'\n' && !self.after_return);
            self.line += u64::from(ends_line);
            self.after_return = byte == b'\r';
            self.source.consume(1);
            self.read += 1;
        }
        self.line
    }

    fn peek(&mut self) -> Option<u8> {
        // Both sources are in memory: reading from them cannot fail.
        self.source.fill_buf().ok()?.first().copied()
    }
}

/// GB18030 as UTF-8, without holding the whole in memory.
struct Gb18030<'a> {
    decoder: Decoder,
    rest: &'a [u8],
    /// A decoder that has said its last must not be asked again, and readers ask until they get nothing.
    ended: bool,
}

impl Read for Gb18030<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let (result, consumed, written, _) = self.decoder.decode_to_utf8(self.rest, buffer, true);
        self.rest = self.rest.get(consumed..).unwrap_or_default();
        self.ended = result == CoderResult::InputEmpty;
        Ok(written)
    }
}
