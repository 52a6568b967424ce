//! The one file of an export: a tar (POSIX ustar) that has its name only when it is whole.

use crate::failure::Failure;
use crate::files;
use jiff::Timestamp;
use serde_json::Value;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use tar::{Builder, Header};
use tempfile::NamedTempFile;

/// Everything stands in one folder, so that unpacking spills nothing.
const FOLDER: &str = "export";

/// As the file itself: for its owner only.
const MODE: u32 = 0o600;

/// A tar that is being written.
pub struct Tape {
    tar: Builder<BufWriter<NamedTempFile>>,
    path: PathBuf,
    made: u64,
}

impl Tape {
    /// Begins a tar that will stand at `path`; all its entries bear the moment of the export.
    pub fn begin(path: &Path, made: Timestamp) -> Result<Self, Failure> {
        let tar = Builder::new(BufWriter::new(files::begin(path)?));
        Ok(Self { tar, path: path.to_owned(), made: u64::try_from(made.as_second()).unwrap_or(0) })
    }

    /// Adds an entry.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.append(name, u64::try_from(bytes.len()).unwrap_or(u64::MAX), bytes)
    }

    /// Adds a list that was kept until its end.
    pub fn put_spool(&mut self, name: &str, spool: Spool) -> Result<(), Failure> {
        let path = self.path.clone();
        let failed = |error: std::io::Error| Failure::file(&path, &error);
        let mut file = spool.lines.into_inner().map_err(|error| failed(error.into_error()))?;
        let size = file.stream_position().map_err(failed)?;
        file.rewind().map_err(failed)?;
        self.append(name, size, BufReader::new(file))
    }

    fn append(&mut self, name: &str, size: u64, bytes: impl Read) -> Result<(), Failure> {
        let mut header = Header::new_ustar();
        header.set_size(size);
        header.set_mode(MODE);
        header.set_mtime(self.made);
        let appended = self.tar.append_data(&mut header, format!("{FOLDER}/{name}"), bytes);
        appended.map_err(|error| Failure::file(&self.path, &error))
    }

    /// Ends the tar and gives it its name. Returns its bytes.
    pub fn end(self) -> Result<u64, Failure> {
        let failed = |error: std::io::Error| Failure::file(&self.path, &error);
        let writer = self.tar.into_inner().map_err(failed)?;
        let mut file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        let bytes = file.stream_position().map_err(failed)?;
        files::finish(file, &self.path)?;
        Ok(bytes)
    }
}

/// A list of JSON lines whose length nobody knows before its end; a tar wants to know it first.
pub struct Spool {
    lines: BufWriter<File>,
    path: PathBuf,
}

impl Spool {
    /// Begins a list on the disk where the tar is.
    pub fn begin(tape: &Tape) -> Result<Self, Failure> {
        Ok(Self { lines: BufWriter::new(files::begin_beside(&tape.path)?), path: tape.path.clone() })
    }

    /// Adds a line.
    pub fn line(&mut self, line: &Value) -> Result<(), Failure> {
        writeln!(self.lines, "{line}").map_err(|error| Failure::file(&self.path, &error))
    }
}
