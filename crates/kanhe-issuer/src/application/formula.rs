//! Cells that a spreadsheet would reckon instead of showing them.
//!
//! A cell of CSV that begins with `=` or its like is run as a formula by whoever opens it: what a stranger typed into an application would act
//! at the clerk's desk. In tables that we write such a cell has an apostrophe before it, the mark of spreadsheets for text, and in tables that
//! we read the mark is no part of the cell. So what is written is read as what it was.

use std::borrow::Cow;

/// The mark of a cell that is text whatever it looks like.
const MARK: char = '\'';

/// A cell as it is written into CSV.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if acts(cell) { Cow::Owned(format!("{MARK}{cell}")) } else { Cow::Borrowed(cell) }
}

/// A cell as it was before it was guarded.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(MARK).filter(|cell| acts(cell)).unwrap_or(cell)
}

/// Whether a spreadsheet would reckon a cell; also one that is marked already would lose its own mark.
fn acts(cell: &str) -> bool {
    cell.trim_start_matches(MARK).trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guarded_is_read_as_what_it_was() {
        for cell in ["=1+1", "+86 20", "-5", "@SUM(A1)", "'=1", "''-1", " =1", "＝1"] {
            assert!(guarded(cell).starts_with('\''), "{cell}");
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
    }

    #[test]
    fn other_cells_stay_as_they_are() {
        for cell in ["", "王伟", "a=b", "'s-Hertogenbosch", "4-1", "O'Neill"] {
            assert_eq!((guarded(cell).as_ref(), unguarded(cell)), (cell, cell));
        }
    }
}
