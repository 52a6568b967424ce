//! A table of applications, read row by row from bytes: CSV as spreadsheets write it, a JSON array, or JSON lines.

use super::columns::{Reserved, columns_of, resolve};
use super::csv_rows::CsvRows;
use super::fault::{Fault, FaultDefect};
use super::json_rows::JsonRows;
use crate::catalogue::CertificateKind;
use std::fmt;
use thiserror::Error;

/// A table has at most so many bytes: a hundred thousand applications with their long texts have about half.
pub const MOST_BYTES: usize = 128 << 20;

/// A table has at most so many rows; a province issues fewer certificates of one type on any day.
pub const MOST_ROWS: u64 = 500_000;

/// A cell has at most so many bytes: the longest text on any licence, a business scope, has 2,000 characters.
pub(super) const LONGEST_CELL: usize = 16_384;

/// A table has at most so many columns: the reserved ones and the most fields that a form may have.
pub(super) const MOST_COLUMNS: usize = 256;

/// One row of a table: its cells by column, and the faults that reading it found.
pub struct Application {
    pub(super) line: u64,
    pub(super) cells: Vec<(String, Cell)>,
    pub(super) faults: Vec<Fault>,
}

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Characters, without spaces around them; not empty.
    Text(String),
    /// A JSON array of such characters.
    List(Vec<String>),
}

impl Application {
    /// The line of the table on which it begins, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The request that it belongs to, as it stands in the table, for the report of a row with faults.
    pub fn request_id(&self) -> Option<&str> {
        self.text(Reserved::RequestId.name())
    }

    pub(super) fn cell(&self, column: &str) -> Option<&Cell> {
        self.cells.iter().find_map(|(name, cell)| (name == column).then_some(cell))
    }

    pub(super) fn text(&self, column: &str) -> Option<&str> {
        match self.cell(column)? {
            Cell::Text(text) => Some(text),
            Cell::List(_) => None,
        }
    }

    /// Puts a cell into its column; an empty one counts as not there.
    pub(super) fn put(&mut self, column: &str, text: &str) {
        let text = text.trim();
        if text.contains(char::REPLACEMENT_CHARACTER) {
            self.faults.push(Fault::new(column, FaultDefect::Undecodable));
        } else if text.len() > LONGEST_CELL {
            self.faults.push(Fault::new(column, FaultDefect::CellLength { found: text.len(), most: LONGEST_CELL }));
        } else if !text.is_empty() {
            self.cells.push((column.to_owned(), Cell::Text(text.to_owned())));
        }
    }
}

/// An application is full of personal data: only where it stands is shown.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application(line {})", self.line)
    }
}

/// A table whose headings fit its type; iterating reads it, one row at a time.
///
/// After an error there are no more rows: what follows a broken place cannot be told from it.
pub struct Table<'a> {
    rows: Rows<'a>,
    count: u64,
    ended: bool,
}

enum Rows<'a> {
    Csv(Box<CsvRows<'a>>),
    Json(JsonRows<'a>),
}

impl<'a> Table<'a> {
    /// Begins to read a table of applications for certificates of one type.
    ///
    /// CSV is UTF-8 (with or without BOM) or else GB18030; its first line names the columns, in English or by their Chinese labels.
    ///
    /// # Errors
    ///
    /// Too many bytes, no table at all, or headings that are not those of this type.
    pub fn read(bytes: &'a [u8], kind: &'a CertificateKind) -> Result<Self, TableError> {
        if bytes.len() > MOST_BYTES {
            return Err(TableError::TooLarge { found: bytes.len(), most: MOST_BYTES });
        }
        refuse_other_files(bytes)?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let rows = match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => return Err(TableError::Empty),
            Some(b'[' | b'{') => Rows::Json(JsonRows::read(text, kind)?),
            Some(_) => Rows::Csv(Box::new(CsvRows::read(text, kind)?)),
        };
        Ok(Self { rows, count: 0, ended: false })
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Application, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match &mut self.rows {
            Rows::Csv(rows) => rows.next(),
            Rows::Json(rows) => rows.next(),
        };
        self.count += u64::from(row.is_some());
        let row = if self.count > MOST_ROWS { Some(Err(TableError::TooManyRows { most: MOST_ROWS })) } else { row };
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

/// People hand in the workbook instead of its CSV; the answer should say so, and not speak of encodings.
fn refuse_other_files(bytes: &[u8]) -> Result<(), TableError> {
    let rows: [(&[u8], TableError); 4] = [
        (b"PK\x03\x04", TableError::Workbook),
        (b"\xd0\xcf\x11\xe0", TableError::Workbook),
        (b"\xff\xfe", TableError::Utf16),
        (b"\xfe\xff", TableError::Utf16),
    ];
    rows.into_iter().find(|(start, _)| bytes.starts_with(start)).map_or(Ok(()), |(_, error)| Err(error))
}

/// Matches headings with the columns of a type, in the order of the headings.
pub(super) fn columns_named<'k, 'h>(
    headings: impl IntoIterator<Item = &'h str>,
    kind: &'k CertificateKind,
    all_required: bool,
) -> Result<Vec<&'k str>, TableError> {
    let (mut columns, mut unknown) = (Vec::new(), Vec::new());
    for (place, heading) in (1_usize..).zip(headings) {
        match resolve(kind, heading.trim()) {
            Some(column) if columns.contains(&column) => return Err(TableError::ColumnTwice { column: column.to_owned() }),
            Some(column) => columns.push(column),
            None => unknown.push(shown(heading.trim(), place)),
        }
        if columns.len() + unknown.len() > MOST_COLUMNS {
            return Err(TableError::TooManyColumns { most: MOST_COLUMNS });
        }
    }
    let missing = columns_of(kind).filter(|(column, required)| all_required && *required && !columns.contains(column));
    let missing: Vec<String> = missing.map(|(column, _)| column.to_owned()).collect();
    if unknown.is_empty() && missing.is_empty() {
        return Ok(columns);
    }
    if columns.is_empty() {
        return Err(TableError::NoHeadings { kind: kind.names().en.clone(), missing });
    }
    Err(TableError::OtherType { kind: kind.names().en.clone(), missing, unknown })
}

/// The longest column name has fewer characters.
const LONGEST_HEADING: usize = 40;

/// A heading that could be a column's name is shown; any other only by its place, for the first line may be somebody's row.
fn shown(heading: &str, place: usize) -> String {
    let like_a_name = heading.len() <= LONGEST_HEADING && heading.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if like_a_name { heading.to_owned() } else { format!("column {place}") }
}

fn differences(missing: &[String], unknown: &[String]) -> String {
    let named = [("missing", missing), ("unknown", unknown)].into_iter().filter(|(_, columns)| !columns.is_empty());
    named.map(|(what, columns)| format!("{what} {}", columns.join(", "))).collect::<Vec<_>>().join(", ")
}

/// Why a table cannot be read, or read further.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// Too many bytes.
    #[error("a table has at most {most} bytes, this one {found}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Nothing in it.
    #[error("the table is empty")]
    Empty,
    /// A spreadsheet program's own file.
    #[error("this is a workbook: save the sheet as CSV first")]
    Workbook,
    /// UTF-16, which spreadsheets call Unicode text.
    #[error("this is UTF-16 (\"Unicode text\"): save the sheet as CSV first")]
    Utf16,
    /// A heading stands twice, or in both languages.
    #[error("column {column} stands twice")]
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// Too many columns.
    #[error("a table has at most {most} columns")]
    TooManyColumns {
        /// Columns allowed.
        most: usize,
    },
    /// No heading in the first line.
    #[error("the first line names no column of {kind}: wanted are {}", .missing.join(", "))]
    NoHeadings {
        /// The type.
        kind: String,
        /// Columns that the type wants.
        missing: Vec<String>,
    },
    /// The headings are those of another type.
    #[error("not a table of {kind}: {}", differences(missing, unknown))]
    OtherType {
        /// The type wanted.
        kind: String,
        /// Columns that the type wants and the table has not.
        missing: Vec<String>,
        /// Headings that the type does not know.
        unknown: Vec<String>,
    },
    /// Too many rows.
    #[error("a table has at most {most} rows")]
    TooManyRows {
        /// Rows allowed.
        most: u64,
    },
    /// The JSON breaks off or is none; the place is that of the row.
    #[error("the JSON is broken in the row that begins on line {line}")]
    Json {
        /// Line, from 1.
        line: u64,
    },
    /// A row of a JSON table is no object.
    #[error("the row on line {line} is no JSON object")]
    NoObject {
        /// Line, from 1.
        line: u64,
    },
    /// The CSV cannot be read on.
    #[error("the table cannot be read after line {line}")]
    Csv {
        /// Line, from 1.
        line: u64,
    },
}

impl TableError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "table_too_large",
            Self::Empty => "table_empty",
            Self::Workbook => "table_is_workbook",
            Self::Utf16 => "table_utf16",
            Self::ColumnTwice { .. } => "table_column_twice",
            Self::TooManyColumns { .. } => "table_too_many_columns",
            Self::NoHeadings { .. } => "table_without_headings",
            Self::OtherType { .. } => "table_of_another_type",
            Self::TooManyRows { .. } => "table_too_many_rows",
            Self::Json { .. } => "table_json",
            Self::NoObject { .. } => "table_row_no_object",
            Self::Csv { .. } => "table_csv",
        }
    }
}
