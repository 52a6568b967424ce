//! The one file of an export: a tar (POSIX ustar), written from its beginning to its end into whatever takes bytes.

use super::ExportError;
use jiff::Timestamp;
use serde_json::Value;
use std::io::{self, Write};
use tar::Header;

/// Everything stands in one folder, so that unpacking spills nothing.
const FOLDER: &str = "export";

/// For its owner only, as the register.
const MODE: u32 = 0o600;

/// A tar is made of blocks of so many bytes, and ends with two that are empty.
const BLOCK: u64 = 512;

/// A tar that is being written.
pub struct Tape<W> {
    out: W,
    made: u64,
}

/// Told a line of a list.
pub type Line<'l> = dyn FnMut(&Value) -> Result<(), ExportError> + 'l;

impl<W: Write> Tape<W> {
    /// Begins a tar; all its entries bear the moment of the export.
    pub fn begin(out: W, made: Timestamp) -> Self {
        Self { out, made: u64::try_from(made.as_second()).unwrap_or(0) }
    }

    /// Adds an entry.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.head(name, size)?;
        self.out.write_all(bytes)?;
        self.fill(size)
    }

    /// Adds a list of JSON lines, of a length that was measured before.
    pub fn list(
        &mut self,
        name: &str,
        wanted: Length,
        tell: impl FnOnce(&mut Line<'_>) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        self.head(name, wanted.0)?;
        let (out, mut found) = (&mut self.out, Length::default());
        tell(&mut |line| {
            found.add(line);
            Ok(writeln!(out, "{line}")?)
        })?;
        if found.0 != wanted.0 {
            return Err(ExportError::Moved { entry: name.to_owned(), wanted: wanted.0, found: found.0 });
        }
        Ok(self.fill(wanted.0)?)
    }

    /// Ends the tar.
    pub fn end(mut self) -> io::Result<W> {
        let end = [0; 2 * 512];
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn head(&mut self, name: &str, size: u64) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_path(format!("{FOLDER}/{name}"))?;
        header.set_size(size);
        header.set_mode(MODE);
        header.set_mtime(self.made);
        header.set_cksum();
        self.out.write_all(header.as_bytes())
    }

    /// Fills the last block of an entry.
    fn fill(&mut self, size: u64) -> io::Result<()> {
        let missing = usize::try_from(size.next_multiple_of(BLOCK) - size).unwrap_or(0);
        self.out.write_all([0; 512].get(..missing).unwrap_or_default())
    }
}

/// The length of a list of JSON lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length(u64);

impl Length {
    /// Adds a line.
    pub fn add(&mut self, line: &Value) {
        let mut counted = Counted(0);
        // Counting does not fail.
        let _ = writeln!(counted, "{line}");
        self.0 = self.0.saturating_add(counted.0);
    }
}

/// Counts bytes.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tape() -> Tape<Vec<u8>> {
        Tape::begin(Vec::new(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn every_entry_fills_its_blocks_and_two_empty_ones_end_the_tar() {
        for length in [0, 1, 511, 512, 513] {
            let mut tape = tape();
            tape.put("a", &vec![7; length]).unwrap();
            let bytes = tape.end().unwrap();
            assert_eq!(bytes.len(), 512 + length.next_multiple_of(512) + 1_024, "{length}");
            assert!(bytes[512 + length..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_list_that_is_told_otherwise_the_second_time_is_no_export() {
        let (one, other) = (json!({ "a": "甲" }), json!({ "a": "甲乙" }));
        let mut length = Length::default();
        length.add(&one);
        tape().list("a.jsonl", length, |line| line(&one)).unwrap();
        let refused = tape().list("a.jsonl", length, |line| line(&other)).unwrap_err();
        assert_eq!((refused.code(), refused.to_string()), ("export_moved", "a.jsonl was to have 12 bytes, and has 15".to_owned()));
    }
}
