//! A table of applications, read row by row: CSV as spreadsheets write it, the first sheet of a workbook, a JSON array, or JSON lines.

use super::admit::is_request_id;
use super::characters::{Characters, MARK, MARK_OF_GB18030};
use super::columns::{FAULTS, Reserved, columns_of, resolve};
use super::csv_rows::CsvRows;
use super::error::TableError;
use super::fault::{Fault, FaultDefect};
use super::holders::{IN_NUMBERS, numbers_of_people};
use super::json_rows::JsonRows;
use super::workbook::SheetRows;
use crate::catalogue::CertificateKind;
use crate::discretion::{tells_form_of_id, tells_in_clear};
use jiff::civil::Date;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

/// A table that is taken into memory before it is read has at most so many bytes; one that is read from a file may have any number.
pub const MOST_BYTES: usize = 128 << 20;

/// A cell has at most so many bytes: the longest text on any licence, a business scope, has 2,000 characters.
pub(super) const LONGEST_CELL: usize = 16_384;

/// A table has at most so many columns: the reserved ones and the most fields that a form may have.
pub(super) const MOST_COLUMNS: usize = 256;

/// A row has at most so many bytes: every column with its longest cell, and as much again for quotation marks. A quotation mark that
/// is never closed would make a row of all the rest of the table.
pub(super) const LARGEST_ROW: usize = 2 * MOST_COLUMNS * LONGEST_CELL;

/// One row of a table: its cells by column, and the faults that reading it found.
pub struct Application {
    pub(super) line: u64,
    pub(super) cells: Vec<(String, Cell)>,
    /// What stands in cells that could not be read, where people's numbers do.
    pub(super) unread: Vec<String>,
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

impl Cell {
    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::List(members) if members.is_empty())
    }
}

impl Application {
    pub(super) const fn new(line: u64) -> Self {
        Self { line, cells: Vec::new(), unread: Vec::new(), faults: Vec::new() }
    }

    /// The line of the table on which it begins, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The request that it belongs to, as it stands in the table. Of a row that was refused, [`Self::request_told`] is told.
    pub fn request_id(&self) -> Option<&str> {
        self.text(Reserved::RequestId.name())
    }

    /// The request as it is told of a row that was refused: none where it is no request id, for then it may be a name, and none where a
    /// person's number stands in it, or only its form.
    pub fn request_told(&self, today: Date) -> Option<&str> {
        let told = |request: &&str| is_request_id(request) && !tells_in_clear(request, numbers_of_people(self), today);
        self.request_id().filter(told).filter(|request| !tells_form_of_id(request, today))
    }

    /// The number that is to be printed, as it stands in the row.
    pub fn number(&self) -> Option<&str> {
        self.text(Reserved::Number.name())
    }

    /// Names the request that it belongs to, if it does not say so itself.
    pub fn belongs_to(&mut self, request: &str) {
        if self.cell(Reserved::RequestId.name()).is_none() {
            self.put(Reserved::RequestId.name(), request);
        }
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
        if column == FAULTS.name {
            return;
        }
        if text.contains(char::REPLACEMENT_CHARACTER) {
            self.leave(column, text, FaultDefect::Undecodable);
        } else if is_cut_short(text) {
            self.leave(column, text, FaultDefect::CutShort);
        } else if text.len() > LONGEST_CELL {
            self.leave(column, text, FaultDefect::CellLength { found: text.len(), most: LONGEST_CELL });
        } else if !text.is_empty() {
            self.cells.push((column.to_owned(), Cell::Text(text.to_owned())));
        }
    }

    /// Leaves a cell unread: nobody is to read it, but a number in it is to be told no more than one in another.
    pub(super) fn leave(&mut self, column: &str, text: &str, defect: FaultDefect) {
        self.faults.push(Fault::new(column, defect));
        if IN_NUMBERS.iter().any(|reserved| reserved.name() == column) {
            self.unread.push(text.to_owned());
        }
    }
}

/// Whether a spreadsheet has made `9.14402E+17` of a number of 18 digits. It writes the sign, so `3E12` may be the number of a door.
fn is_cut_short(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let (first, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let great = power.strip_prefix('+').is_some_and(|power| all_digits(power) && power.parse().is_ok_and(|power: u8| power >= LEAST_POWER));
    first.len() == 1 && all_digits(first) && all_digits(rest) && great
}

/// From so many digits on a spreadsheet shows a number by its power of ten.
const LEAST_POWER: u8 = 11;

/// An application is full of personal data: only where it stands is shown.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application(line {})", self.line)
    }
}

/// A table whose headings fit its type; iterating reads it, one row at a time, in memory that does not grow with it.
///
/// After an error there are no more rows: what follows a broken place cannot be told from it.
pub struct Table<'a> {
    rows: Rows<'a>,
    size: u64,
    ended: bool,
}

enum Rows<'a> {
    Csv(Box<CsvRows<'a>>),
    Json(Box<JsonRows<'a>>),
    Sheet(Box<SheetRows<'a>>),
}

/// Whether the rows of a table must name their requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requests {
    /// A column of the table does.
    Named,
    /// Whoever reads it names those of rows that do not ([`Application::belongs_to`]).
    MayBeMissing,
}

/// Which columns headings must name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Every column that the type wants.
    All,
    /// The same, without the request.
    AllButRequest,
    /// Any: what is missing is missing in a row.
    Any,
}

impl<'a> Table<'a> {
    /// Begins to read a table that is in memory.
    ///
    /// # Errors
    ///
    /// As [`Table::open`].
    pub fn read(bytes: &'a [u8], kind: &'a CertificateKind) -> Result<Self, TableError> {
        Self::open(Cursor::new(bytes), kind)
    }

    /// Begins to read a table of applications for certificates of one type, of any size.
    ///
    /// A workbook is read by its first sheet that is shown. CSV and JSON are UTF-8 (with or without BOM) or else GB18030; a table without BOM is read twice to tell them apart. The first line
    /// of CSV names the columns, in English or by their Chinese labels.
    ///
    /// # Errors
    ///
    /// No table at all, headings that are not those of this type, or a source that cannot be read.
    pub fn open(source: impl Read + Seek + 'a, kind: &'a CertificateKind) -> Result<Self, TableError> {
        Self::open_for(source, kind, Requests::Named)
    }

    /// The same, of a table whose rows may leave it to the reader to name their requests.
    ///
    /// # Errors
    ///
    /// As [`Table::open`].
    pub fn open_for(mut source: impl Read + Seek + 'a, kind: &'a CertificateKind, requests: Requests) -> Result<Self, TableError> {
        let wanted = match requests {
            Requests::Named => Wanted::All,
            Requests::MayBeMissing => Wanted::AllButRequest,
        };
        let size = source.seek(SeekFrom::End(0)).map_err(unreadable(1))?;
        if is_workbook(&mut source)? {
            let rows = SheetRows::read(Box::new(source), kind, wanted)?;
            return Ok(Self { rows: Rows::Sheet(Box::new(rows)), size, ended: false });
        }
        let first = first_of(&mut source)?.ok_or(TableError::Empty)?;
        let characters = Characters::begin(source).map_err(unreadable(1))?;
        let rows = match first {
            b'[' | b'{' => Rows::Json(Box::new(JsonRows::read(characters, kind)?)),
            _ => Rows::Csv(Box::new(CsvRows::read(characters, kind, wanted)?)),
        };
        Ok(Self { rows, size, ended: false })
    }

    /// How many bytes it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many of them were read so far.
    pub fn taken(&self) -> u64 {
        match &self.rows {
            Rows::Csv(rows) => rows.taken(),
            Rows::Json(rows) => rows.taken(),
            Rows::Sheet(rows) => rows.taken(),
        }
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
            Rows::Sheet(rows) => rows.next(),
        };
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

/// A source that failed while the row that begins on this line was read.
pub(super) fn unreadable(line: u64) -> impl Fn(io::Error) -> TableError {
    move |error| TableError::Unreadable { line, kind: error.kind() }
}

/// The first byte that says something: JSON begins with its bracket, and CSV with anything else.
fn first_of(source: &mut (impl Read + Seek)) -> Result<Option<u8>, TableError> {
    source.rewind().map_err(unreadable(1))?;
    let mut source = BufReader::new(source);
    let mut start = Vec::new();
    source.by_ref().take(LONGEST_START).read_to_end(&mut start).map_err(unreadable(1))?;
    refuse_other_files(&start)?;
    let unmarked = start.strip_prefix(MARK).or_else(|| start.strip_prefix(MARK_OF_GB18030));
    let mut rest = unmarked.unwrap_or(&start).chain(source).bytes();
    rest.find(|byte| !matches!(byte, Ok(byte) if byte.is_ascii_whitespace())).transpose().map_err(unreadable(1))
}

/// The longest of the starts by which other files are known.
const LONGEST_START: u64 = 4;

/// How a ZIP begins, and with it a workbook.
const PACKED: &[u8] = b"PK\x03\x04";

fn is_workbook(source: &mut (impl Read + Seek)) -> Result<bool, TableError> {
    source.rewind().map_err(unreadable(1))?;
    let mut start = Vec::new();
    source.by_ref().take(LONGEST_START).read_to_end(&mut start).map_err(unreadable(1))?;
    Ok(start == PACKED)
}

/// People hand in the workbook of an old program, or one that is locked; the answer should say so, and not speak of encodings.
fn refuse_other_files(bytes: &[u8]) -> Result<(), TableError> {
    let rows: [(&[u8], TableError); 3] =
        [(b"\xd0\xcf\x11\xe0", TableError::Workbook), (b"\xff\xfe", TableError::Utf16), (b"\xfe\xff", TableError::Utf16)];
    rows.into_iter().find(|(start, _)| bytes.starts_with(start)).map_or(Ok(()), |(_, error)| Err(error))
}

/// Matches headings with the columns of a type, in the order of the headings.
pub(super) fn columns_named<'k, 'h>(
    headings: impl IntoIterator<Item = &'h str>,
    kind: &'k CertificateKind,
    wanted: Wanted,
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
    let is_wanted = |column: &str| match wanted {
        Wanted::All => true,
        Wanted::AllButRequest => column != Reserved::RequestId.name(),
        Wanted::Any => false,
    };
    let missing = columns_of(kind).filter(|(column, required)| *required && is_wanted(column) && !columns.contains(column));
    let missing: Vec<String> = missing.map(|(column, _)| column.to_owned()).collect();
    if unknown.is_empty() && missing.is_empty() {
        return Ok(columns);
    }
    // An object has no headings that could stand further down.
    if columns.is_empty() && wanted != Wanted::Any {
        return Err(TableError::NoHeadings { kind: kind.file().to_owned(), missing });
    }
    Err(TableError::OtherType { kind: kind.file().to_owned(), missing, unknown })
}

/// A table may have so many lines above its headings: a title, a date, who has made it.
const MOST_TITLES: usize = 5;

/// Reads headings: the first of the first few rows that names a column.
pub(super) fn headings(
    mut next: impl FnMut() -> Result<Option<Vec<String>>, TableError>,
    kind: &CertificateKind,
    wanted: Wanted,
) -> Result<Vec<&str>, TableError> {
    let mut none = None;
    for _ in 0..=MOST_TITLES {
        let Some(row) = next()? else { break };
        match columns_named(row.iter().map(String::as_str), kind, wanted) {
            Err(error @ TableError::NoHeadings { .. }) => none = none.or(Some(error)),
            read => return read,
        }
    }
    Err(none.unwrap_or(TableError::Empty))
}

/// The longest column name has fewer characters.
const LONGEST_HEADING: usize = 40;

/// A heading that could be a column's name is shown; any other only by its place, for the first line may be somebody's row.
fn shown(heading: &str, place: usize) -> String {
    let like_a_name =
        !heading.is_empty() && heading.len() <= LONGEST_HEADING && heading.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if like_a_name { heading.to_owned() } else { format!("column {place}") }
}
