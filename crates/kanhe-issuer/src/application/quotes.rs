//! The quotation marks of a row of CSV (RFC 4180 §2): whether one of them has swallowed the rows behind it.
//!
//! A cell that begins with a mark goes on until the mark is closed. One that is never closed takes in all the rest of the table, and one that is
//! forgotten all the rows up to the next cell that begins with a mark: there are fewer rows than were written, and nobody would miss them.

/// The marks of the row so far.
#[derive(Default)]
pub(super) struct Quotes {
    place: Place,
    /// Whether the marked cell goes on behind a line end.
    spans_lines: bool,
    /// Whether such a cell was closed where none ends.
    is_torn: bool,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    CellStart,
    /// In a cell that does not begin with a mark, or behind one that was closed too early.
    Bare,
    Marked,
    /// Behind a mark in a marked cell: it is closed, or the mark is doubled.
    Closed,
}

impl Quotes {
    /// Goes over bytes that the reader of the row has taken.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = self.behind(*byte);
        }
    }

    /// Whether rows were swallowed, now that the row has ended.
    pub(super) fn have_swallowed(&self) -> bool {
        self.is_torn || self.place == Place::Marked
    }

    fn behind(&mut self, byte: u8) -> Place {
        let ends_line = matches!(byte, b'\r' | b'\n');
        match self.place {
            Place::CellStart if byte == b'"' => {
                self.spans_lines = false;
                Place::Marked
            }
            Place::Marked if byte == b'"' => Place::Closed,
            Place::Marked => {
                self.spans_lines |= ends_line;
                Place::Marked
            }
            Place::Closed if byte == b'"' => Place::Marked,
            _ if ends_line || byte == b',' => Place::CellStart,
            // Within one line no row is lost, and spreadsheets read on too.
            Place::Closed => {
                self.is_torn |= self.spans_lines;
                Place::Bare
            }
            Place::CellStart | Place::Bare => Place::Bare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_takes_in_other_rows_is_known() {
        let rows = [
            ("a,b\n", false),
            ("\"a\",\"\"\n", false),
            ("\"a\nb\",\"say \"\"c\"\"\nd\"\n", false),
            ("a \"quoted\" word,b\n", false),
            ("\"a\"b,c\n", false),
            ("a,\"b\n", true),
            ("a,\"b\"\"\n", true),
            ("\"", true),
            ("a,\"b\nc,d\ne,\"f\"\n", true),
            ("a,\"b\r\nc,\"d,\"\r\n", true),
        ];
        for (row, swallowed) in rows {
            let mut quotes = Quotes::default();
            quotes.pass(row.as_bytes());
            assert_eq!(quotes.have_swallowed(), swallowed, "{row}");
        }
    }
}
