//! Folders that are there whole or not at all: each is made beside its place, and moved there when it is finished.

use crate::error::StoreError;
use crate::faults;
use crate::plot::Plot;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What follows the name of a folder that is still being made.
const UNFINISHED: &str = ".unfinished";

/// What follows the name of one that is still being restored: who founds a library must know it from one that was being founded.
const RESTORING: &str = ".restoring";

/// Makes a folder beside its place, and moves it there. What an earlier run has left unfinished is taken away first.
pub(crate) fn whole(plot: &Plot, make: impl FnOnce(&Path) -> Result<(), StoreError>) -> Result<(), StoreError> {
    made(plot, &named(plot.place(), UNFINISHED), make)
}

/// Makes a folder likewise, of a backup: it also takes away what a founding has left unfinished.
pub(crate) fn restored<T>(plot: &Plot, make: impl FnOnce(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
    take_away(&named(plot.place(), UNFINISHED))?;
    made(plot, &named(plot.place(), RESTORING), make)
}

/// Whether a restoration into a place was broken off.
pub(crate) fn is_half_restored(place: &Path) -> bool {
    named(place, RESTORING).exists()
}

fn take_away(beside: &Path) -> Result<(), StoreError> {
    if beside.exists() { fs::remove_dir_all(beside).map_err(failed) } else { Ok(()) }
}

fn made<T>(plot: &Plot, beside: &Path, make: impl FnOnce(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
    take_away(beside)?;
    fs::create_dir_all(beside).map_err(failed)?;
    // What was refused takes no room; only who was killed leaves it behind.
    let made = make(beside).inspect_err(|_| drop(fs::remove_dir_all(beside)))?;
    faults::pass(|| move_to(beside, plot.place()).map_err(failed)).map(|()| made)
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
        io::ErrorKind::PermissionDenied => StoreError::Permission { detail: error.to_string() },
        _ => StoreError::Database { detail: error.to_string() },
    }
}
