//! Who is at work in a folder of backups: one process at a time adds to it, and nobody restores from it meanwhile.
//!
//! Two that add a backup at once would each hold it against the last one before the other's is there, and each takes the other's files for what
//! a killed one has left. The lock is a file in the folder, which stays; what locks it dies with its process. Where the disk knows no locks, or
//! the file cannot be opened, nobody is kept from a backup or a restoration.

use crate::beside::failed;
use crate::error::StoreError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The file that is locked.
const LOCK: &str = "lock";

/// Who adds to a folder of backups and takes away from it. As long as it is held nobody else does, and nobody restores from there.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    _lock: Option<File>,
}

impl Keeper {
    /// Takes a folder, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// Another process adds a backup there, or restores one from there.
    pub fn of(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), _lock: held(folder, File::try_lock)? })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Who restores from a folder of backups. As long as it is held nothing is added there or taken away; others may restore too.
#[derive(Debug)]
pub struct Restorer {
    folder: PathBuf,
    _lock: Option<File>,
}

impl Restorer {
    /// Takes a folder with backups.
    ///
    /// # Errors
    ///
    /// The folder has none; or another process adds one.
    pub fn of(folder: &Path) -> Result<Self, StoreError> {
        if !is_folder_of_backups(folder) {
            return Err(StoreError::NoBackup { folder: folder.display().to_string(), known: Vec::new() });
        }
        Ok(Self { folder: folder.to_owned(), _lock: held(folder, File::try_lock_shared)? })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Asked before anything is opened: RocksDB makes a folder of backups of any folder that it is given.
pub(crate) fn is_folder_of_backups(folder: &Path) -> bool {
    folder.join(crate::damage::CONTENTS).is_dir()
}

fn held(folder: &Path, lock: impl FnOnce(&File) -> Result<(), TryLockError>) -> Result<Option<File>, StoreError> {
    let Some(file) = open(&folder.join(LOCK)) else { return Ok(None) };
    match lock(&file) {
        Err(TryLockError::WouldBlock) => Err(StoreError::BackupBeingMade { folder: folder.display().to_string() }),
        Err(TryLockError::Error(_)) => Ok(None),
        Ok(()) => Ok(Some(file)),
    }
}

/// Network file systems lock what was opened to be written; another user's file, or one on a disk that is only read, can still be locked here.
fn open(place: &Path) -> Option<File> {
    let written = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(place);
    written.or_else(|_| File::open(place)).ok()
}
