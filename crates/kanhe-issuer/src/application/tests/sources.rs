//! Where tables are read from: slowly, brokenly, and never whole in memory.

use super::super::*;
use super::{csv_of, kind, right};
use encoding_rs::GB18030;
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom};

/// A source that gives its bytes one at a time, and fails at a place.
struct Trickle<'b> {
    bytes: Cursor<&'b [u8]>,
    fails_at: Option<u64>,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.fails_at == Some(self.bytes.position()) {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let one = buffer.len().min(1);
        self.bytes.read(&mut buffer[..one])
    }
}

impl Seek for Trickle<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn rows_of(source: impl Read + Seek) -> Vec<Result<(u64, Option<String>), TableError>> {
    let rows = Table::open(source, kind("food-operation-permit")).unwrap();
    rows.map(|row| row.map(|row| (row.line(), row.request_id().map(str::to_owned)))).collect()
}

#[test]
fn a_source_that_gives_its_bytes_one_by_one_is_the_same_table() {
    let csv = csv_of(&right("food-operation-permit"));
    let (_, row) = csv.split_once('\n').unwrap();
    let csv = format!("{csv}{}\n{row}", row.replace("GD-1", "GD-\r\n2"));
    let json = serde_json::json!([{ "request_id": "GD-1" }, { "request_id": "照" }]).to_string();
    for text in [csv.clone(), csv.replace('\n', "\r\n"), json] {
        for bytes in [text.clone().into_bytes(), GB18030.encode(&text).0.into_owned(), format!("\u{feff}{text}").into_bytes()] {
            let trickled = rows_of(Trickle { bytes: Cursor::new(&bytes), fails_at: None });
            assert_eq!(trickled, rows_of(Cursor::new(&bytes)), "{text}");
            assert!(trickled.len() > 1 && trickled.iter().all(Result::is_ok), "{trickled:?}");
        }
    }
}

#[test]
fn a_source_that_fails_is_said_with_the_line() {
    let csv = csv_of(&right("food-operation-permit"));
    let (_, row) = csv.split_once('\n').unwrap();
    // Only the second reading comes so far: with its mark, a table is read once.
    let table = format!("\u{feff}{csv}{}", row.repeat(1_000));
    let read = rows_of(Trickle { bytes: Cursor::new(table.as_bytes()), fails_at: Some(200_000) });
    let error = read.last().unwrap().clone().unwrap_err();
    assert!(matches!(error, TableError::Unreadable { line: 100.., kind: ErrorKind::ConnectionReset }), "{error:?}");
    assert_eq!(read.iter().filter(|row| row.is_err()).count(), 1);
}

#[test]
fn a_quotation_mark_that_is_never_closed_does_not_fill_the_memory() {
    let csv = csv_of(&right("food-operation-permit"));
    let (headings, row) = csv.split_once('\n').unwrap();
    let rest = row.replace('"', "").repeat(60_000);
    let rows = rows_of(Cursor::new(format!("{headings}\n{row}\"{rest}").into_bytes()));
    let [Ok((2, _)), Err(error)] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    assert_eq!((error.code(), error), ("table_row_too_long", &TableError::RowTooLong { line: 3, most: 8 << 20 }));
    let object = format!("{{\"request_id\":\"{}\"}}", "1".repeat(9 << 20));
    let rows = rows_of(Cursor::new(format!("[{{\"request_id\":\"1\"}},\n{object}]").into_bytes()));
    assert_eq!(rows.last().unwrap().as_ref().unwrap_err(), &TableError::RowTooLong { line: 2, most: 8 << 20 });
}

#[test]
fn a_table_knows_how_much_of_it_was_read() {
    let csv = csv_of(&right("food-operation-permit"));
    let mut table = Table::read(csv.as_bytes(), kind("food-operation-permit")).unwrap();
    assert_eq!(usize::try_from(table.size()), Ok(csv.len()));
    assert!(table.by_ref().all(|row| row.is_ok()));
    assert_eq!(table.taken(), table.size());
}
