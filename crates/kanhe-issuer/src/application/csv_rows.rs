//! The rows of a CSV table (RFC 4180), in UTF-8 or GB18030.

use super::fault::{Fault, FaultDefect};
use super::table::{Application, TableError, columns_named};
use crate::catalogue::CertificateKind;
use csv::{Reader, ReaderBuilder, StringRecord};
use encoding_rs::{CoderResult, Decoder, GB18030};
use std::io::{self, Read};

/// Rows read one at a time; nothing but the present one is kept.
pub(super) struct CsvRows<'a> {
    columns: Vec<&'a str>,
    reader: Reader<Box<dyn Read + 'a>>,
    record: StringRecord,
}

impl<'a> CsvRows<'a> {
    pub(super) fn read(bytes: &'a [u8], kind: &'a CertificateKind) -> Result<Self, TableError> {
        // GB18030 gives a meaning to almost any bytes, UTF-8 to almost none: what is UTF-8 was meant so.
        let source: Box<dyn Read + 'a> = if std::str::from_utf8(bytes).is_ok() {
            Box::new(bytes)
        } else {
            Box::new(Gb18030 { decoder: GB18030.new_decoder_without_bom_handling(), rest: bytes, ended: false })
        };
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(source);
        let headings = reader.headers().map_err(|_| TableError::Csv { line: 1 })?;
        let columns = columns_named(headings, kind, true)?;
        Ok(Self { columns, reader, record: StringRecord::new() })
    }

    pub(super) fn next(&mut self) -> Option<Result<Application, TableError>> {
        loop {
            let line = self.reader.position().line();
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return None,
                Err(_) => return Some(Err(TableError::Csv { line })),
                // Spreadsheets leave rows of commas behind where somebody cleared cells.
                Ok(true) if self.record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => return Some(Ok(self.application(line))),
            }
        }
    }

    fn application(&self, before: u64) -> Application {
        let line = self.record.position().map_or(before, csv::Position::line);
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
