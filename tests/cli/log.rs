//! The log of a service that runs as a process of its own.

use crate::silence::Handed;
use std::fs::{self, File};
use std::process::Stdio;
use tempfile::NamedTempFile;

/// What a process writes to its standard error, held against everybody when its test is over. It goes after the process.
pub struct Log {
    file: NamedTempFile,
    handed: Handed,
}

impl Log {
    /// A log without a line.
    pub fn new() -> Self {
        Self { file: NamedTempFile::new().unwrap(), handed: Handed::default() }
    }

    /// Where the process writes.
    pub fn pipe(&self) -> Stdio {
        // Behind what a process before it has written.
        File::options().append(true).open(self.file.path()).unwrap().into()
    }

    /// What it may not have, too.
    pub const fn handed(&self) -> &Handed {
        &self.handed
    }

    /// Its lines so far.
    pub fn text(&self) -> String {
        fs::read_to_string(self.file.path()).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.handed.hold_against(&self.text());
    }
}
