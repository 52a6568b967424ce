//! Backups: taken while the library is open, each holding only what the one before does not, and verified before they are trusted.

use crate::beside::whole;
use crate::error::StoreError;
use crate::faults;
use crate::library::Library;
use rocksdb::Env;
use rocksdb::backup::{BackupEngine, BackupEngineOptions, RestoreOptions};
use std::path::Path;

/// One backup of several in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its number, from 1.
    pub number: u32,
    /// When it was taken, in seconds since 1970.
    pub taken: i64,
    /// Bytes that it restores to.
    pub bytes: u64,
}

impl Library {
    /// Adds a backup to a folder of them: files that are there already are not copied again.
    pub fn back_up(&self, folder: &Path) -> Result<Backup, StoreError> {
        let mut engine = engine(folder)?;
        faults::pass(|| Ok(engine.create_new_backup_flush(&self.db, true)?))?;
        let last = engine.get_backup_info().into_iter().max_by_key(|backup| backup.backup_id);
        let last = last.map(|backup| backup.backup_id).unwrap_or_default();
        engine.verify_backup(last)?;
        self::list(&engine)
            .into_iter()
            .find(|backup| backup.number == last)
            .ok_or(StoreError::NoLibrary { folder: folder.display().to_string() })
    }
}

/// Takes away all backups of a folder but the newest.
pub fn thin(folder: &Path, keep: u32) -> Result<(), StoreError> {
    let keep = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    Ok(engine(folder)?.purge_old_backups(keep)?)
}

/// The backups of a folder, the oldest first.
pub fn backups(folder: &Path) -> Result<Vec<Backup>, StoreError> {
    if !folder.join("meta").is_dir() {
        return Err(StoreError::NoBackup { folder: folder.display().to_string(), known: Vec::new() });
    }
    Ok(list(&engine(folder)?))
}

/// Restores a backup, the last unless one is named, into a folder that holds no library.
pub fn restore(backups: &Path, number: Option<u32>, into: &Path) -> Result<(), StoreError> {
    if into.join("CURRENT").exists() {
        return Err(StoreError::Exists { folder: into.display().to_string() });
    }
    // Asked before anything is opened: RocksDB makes a folder of backups of any folder that it is given.
    let known: Vec<u32> = self::backups(backups)?.iter().map(|backup| backup.number).collect();
    let missing = || StoreError::NoBackup { folder: backups.display().to_string(), known: known.clone() };
    let number = number.or_else(|| known.last().copied()).filter(|number| known.contains(number)).ok_or_else(missing)?;
    let mut engine = engine(backups)?;
    engine.verify_backup(number)?;
    whole(into, |into| faults::pass(|| Ok(engine.restore_from_backup(into, into, &RestoreOptions::default(), number)?)))
}

fn list(engine: &BackupEngine) -> Vec<Backup> {
    let mut backups: Vec<_> = engine
        .get_backup_info()
        .into_iter()
        .map(|backup| Backup { number: backup.backup_id, taken: backup.timestamp, bytes: backup.size })
        .collect();
    backups.sort_by_key(|backup| backup.number);
    backups
}

fn engine(folder: &Path) -> Result<BackupEngine, StoreError> {
    let mut options = BackupEngineOptions::new(folder)?;
    options.set_sync(true);
    Ok(BackupEngine::open(&options, &Env::new()?)?)
}
