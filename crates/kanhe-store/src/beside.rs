//! Folders that are there whole or not at all: each is made beside its place, and moved there when it is finished.

use crate::error::StoreError;
use crate::faults;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What follows the name of a folder that is still being made.
const UNFINISHED: &str = ".unfinished";

/// Makes a folder beside its place, with those above it, and moves it there. What an earlier run has left unfinished is taken away first.
pub(crate) fn whole(place: &Path, make: impl FnOnce(&Path) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let beside = named(place, UNFINISHED);
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(failed)?;
    }
    fs::create_dir_all(&beside).map_err(failed)?;
    // What was refused takes no room; only who was killed leaves it behind.
    make(&beside).inspect_err(|_| drop(fs::remove_dir_all(&beside)))?;
    faults::pass(|| move_to(&beside, place).map_err(failed))
}

/// A place whose name has an ending more.
pub(crate) fn named(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    place.with_file_name(name)
}

/// Moves a folder over an empty one or none; a rename lasts when the folder above it is synced.
fn move_to(beside: &Path, place: &Path) -> io::Result<()> {
    fs::rename(beside, place)?;
    let above = place.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(above)?.sync_all()
}

pub(crate) fn failed(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => StoreError::DiskFull,
        _ => StoreError::Database { detail: error.to_string() },
    }
}
