//! The first sheet of a workbook (ECMA-376, `.xlsx`), read row by row as it is unpacked.
//!
//! * `archive`: the ZIP around it, and the ceiling under which every part is unpacked;
//! * `xml`: the elements and texts of a part;
//! * `parts`: which part is what, the shared texts, and which numbers are days;
//! * `digits`: which numbers have more of them than a spreadsheet keeps;
//! * `sheet`: the rows.

mod archive;
mod digits;
mod parts;
mod sheet;
mod xml;

#[cfg(test)]
mod tests;

pub(super) use sheet::SheetRows;

use super::error::TableError;
use std::io::{self, ErrorKind};

/// What a part of a workbook is called in a refusal.
type Part = &'static str;

/// What came of reading: most failures are the workbook's, and some the disk's.
fn failed(part: Part) -> impl Fn(io::Error) -> TableError {
    move |error| match error.kind() {
        ErrorKind::FileTooLarge => TableError::WorkbookTooLarge { part, most: archive::LARGEST_PART },
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => TableError::WorkbookBroken { part },
        kind => TableError::Unreadable { line: 1, kind },
    }
}
