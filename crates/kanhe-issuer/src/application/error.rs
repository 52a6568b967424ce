//! Why a table cannot be read, or read further.

use std::io::ErrorKind;
use thiserror::Error;

/// Why a table cannot be read, or read further.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("the table is empty")]
    Empty,
    /// A spreadsheet program's own file, of a kind that is not read.
    #[error("this is a workbook of an old program, or one with a password: save the sheet as .xlsx without password, or as CSV")]
    Workbook,
    /// A workbook that breaks off, or is none.
    #[error("the workbook is broken: {part}")]
    WorkbookBroken {
        /// Which part of it.
        part: &'static str,
    },
    /// A workbook that unpacks to more than any table.
    #[error("the workbook unpacks to more than {most} bytes: {part}")]
    WorkbookTooLarge {
        /// Which part of it.
        part: &'static str,
        /// Bytes allowed.
        most: u64,
    },
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
    /// No headings where they are looked for.
    #[error("none of the first lines names a column of {kind}: wanted are {}", .missing.join(", "))]
    NoHeadings {
        /// The type, by the name of its file, which is the same in every language.
        kind: String,
        /// Columns that the type wants.
        missing: Vec<String>,
    },
    /// The headings are those of another type.
    #[error("not a table of {kind}: {}", differences(missing, unknown))]
    OtherType {
        /// The type wanted, by the name of its file.
        kind: String,
        /// Columns that the type wants and the table has not.
        missing: Vec<String>,
        /// Headings that the type does not know.
        unknown: Vec<String>,
    },
    /// A row longer than any.
    #[error("the row that begins on line {line} has more than {most} bytes: is a quotation mark missing?")]
    RowTooLong {
        /// Line, from 1.
        line: u64,
        /// Bytes allowed.
        most: usize,
    },
    /// A quotation mark that makes one cell of the rows behind it.
    #[error("a quotation mark in the row that begins on line {line} is never closed: the rows behind it cannot be told apart")]
    QuoteOpen {
        /// Line, from 1.
        line: u64,
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
    /// The file or stream failed.
    #[error("the table cannot be read on from line {line}: {kind}")]
    Unreadable {
        /// Line, from 1.
        line: u64,
        /// In which way it failed.
        kind: ErrorKind,
    },
}

impl TableError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "table_empty",
            Self::Workbook => "table_is_workbook",
            Self::WorkbookBroken { .. } => "table_workbook_broken",
            Self::WorkbookTooLarge { .. } => "table_workbook_too_large",
            Self::Utf16 => "table_utf16",
            Self::ColumnTwice { .. } => "table_column_twice",
            Self::TooManyColumns { .. } => "table_too_many_columns",
            Self::NoHeadings { .. } => "table_without_headings",
            Self::OtherType { .. } => "table_of_another_type",
            Self::RowTooLong { .. } => "table_row_too_long",
            Self::QuoteOpen { .. } => "table_quote_open",
            Self::Json { .. } => "table_json",
            Self::NoObject { .. } => "table_row_no_object",
            Self::Unreadable { .. } => "table_unreadable",
        }
    }
}

fn differences(missing: &[String], unknown: &[String]) -> String {
    let named = [("missing", missing), ("unknown", unknown)].into_iter().filter(|(_, columns)| !columns.is_empty());
    named.map(|(what, columns)| format!("{what} {}", columns.join(", "))).collect::<Vec<_>>().join(", ")
}
