//! The place where a library is founded or restored: one process at a time works there.
//!
//! The lock is a file beside the place. It dies with the process that holds it, so what a killed one has left hinders nobody.

use crate::beside::{failed, named};
use crate::error::StoreError;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What follows the name of a place while somebody works there.
const LOCK: &str = ".lock";

/// A place that holds no library, and in which no other process makes one as long as this value is there.
#[derive(Debug)]
pub struct Plot {
    place: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Plot {
    /// Takes a place, and makes the folders above it.
    ///
    /// # Errors
    ///
    /// A library stands there, or another process is making one.
    pub fn take(place: &Path) -> Result<Self, StoreError> {
        // Where a library stands nothing is written, not even for a moment.
        vacant(place)?;
        let lock = named(place, LOCK);
        let plot = Self { place: place.to_owned(), _held: held(place, &lock)?, lock };
        // Another may have finished its own while this one came.
        vacant(place).map(|()| plot)
    }

    pub(crate) fn place(&self) -> &Path {
        &self.place
    }
}

impl Drop for Plot {
    /// Its name is taken away while it is still held: who opened it before finds out that it has none any more.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.lock);
    }
}

fn vacant(place: &Path) -> Result<(), StoreError> {
    if place.join("CURRENT").exists() { Err(StoreError::Exists { folder: place.display().to_string() }) } else { Ok(()) }
}

fn held(place: &Path, lock: &Path) -> Result<File, StoreError> {
    let other = || StoreError::BeingMade { folder: place.display().to_string() };
    loop {
        if let Some(above) = lock.parent() {
            fs::create_dir_all(above).map_err(failed)?;
        }
        let file = match File::create(lock) {
            // Another was refused, and took the folder away that it had made.
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(other()),
            made => made.map_err(failed)?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(other()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            // One without a name keeps nobody else out: whoever held it has ended since it was opened.
            Ok(()) if file.metadata().map_err(failed)?.nlink() == 0 => {}
            Ok(()) => return Ok(file),
        }
    }
}
