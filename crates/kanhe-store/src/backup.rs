//! Backups: taken while the library is open, each holding only what the one before does not.
//!
//! A backup is called verified when the library was read whole, with the checksum of every block, and the copies were read back with
//! those of the files. Of a damaged library none is made, and those that there are stay as they were. Beside each stands of which library
//! it is (`docket.rs`), so that one folder never has the backups of two, or two histories of one unless somebody wants it.

use crate::beside::{failed, restored};
pub use crate::closing::{ASSUMED, Closed, Lost};
use crate::damage::{self, contents_of, numbers};
use crate::docket::{self, Docket};
use crate::error::StoreError;
use crate::family::Family;
use crate::faults;
use crate::keeper::{Keeper, Restorer, is_folder_of_backups};
use crate::library::Library;
use crate::open::{mark_restored, mark_to_read};
use crate::plot::Plot;
use crate::restorations::RESTORATIONS;
use crate::view::handle;
use rocksdb::backup::{BackupEngine, BackupEngineOptions, RestoreOptions};
use rocksdb::{Env, properties};
use std::fs;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often somebody looks how much of a copy is there.
const GLANCE: Duration = Duration::from_millis(200);

/// The folders among the backups: those of the database, and ours beside them.
pub const FOLDERS: [&str; 5] = [damage::CONTENTS, "private", "shared_checksum", docket::DOCKETS, RESTORATIONS];

/// Entries between two words of how far the reading has come.
const TOLD: u64 = 256;

/// Is told how many bytes of how many are done; of work that is not measured in bytes, as much as its share.
pub type Progress<'p> = dyn FnMut(u64, u64) + Send + 'p;

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

/// What the last backup of a folder may be, where another is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// A beginning of this library: its log begins with the log of the backup.
    Begun,
    /// Also one of another history of this library, for who knows what happened.
    Forked,
}

impl Library {
    /// Refuses a folder with backups of another library, as far as its dockets tell, before anything is written to it.
    pub fn owns(&self, folder: &Path) -> Result<(), StoreError> {
        if !is_folder_of_backups(folder) {
            return Ok(());
        }
        docket::newest(folder, numbers(folder).into_iter())?.map_or(Ok(()), |(_, docket)| docket.is_of(self, folder))
    }

    /// Reads the library whole, adds a backup to a folder of them, and reads that back: files that are there already are not copied again.
    ///
    /// # Errors
    ///
    /// The library or what was copied is damaged; the folder has the backups of another library, of another history unless `earlier` allows it,
    /// or nobody can read of which; or the folder cannot be written. Earlier backups stay as they were.
    pub fn back_up(&self, keeper: &Keeper, earlier: Earlier, progress: &mut Progress<'_>) -> Result<Backup, StoreError> {
        let folder = keeper.folder();
        self.owns(folder)?;
        let size = self.still()?.read_whole(progress)?;
        let docket = Docket::of(self)?;
        let all = size.saturating_mul(3);
        let last = docket::newest(folder, numbers(folder).into_iter())?;
        if let Some((number, before)) = last.as_ref().filter(|_| earlier == Earlier::Begun) {
            before.goes_on_in(self, *number)?;
        }
        settle(folder, last.map(|(number, _)| number))?;
        let mut engine = engine(folder)?;
        let before = bytes_in(folder);
        watched(
            || size.saturating_add(bytes_in(folder).saturating_sub(before).min(size)),
            |done| progress(done, all),
            || faults::pass(|| Ok(engine.create_new_backup_flush(&self.db, true)?)),
        )
        .map_err(|error| damage::of_shared(folder, error))?;
        let made = list(&engine).pop().ok_or(StoreError::NoBackup { folder: folder.display().to_string(), known: Vec::new() })?;
        let read = |read: u64| progress(size.saturating_mul(2).saturating_add(read.min(size)), all);
        let verified = verify(&engine, folder, made.number, read).and_then(|()| docket.write(folder, made.number));
        verified.map_err(|error| {
            // A backup that nobody would want restored is none: without this file the next one takes its files away.
            let _ = fs::remove_file(contents_of(folder, made.number));
            let _ = docket::forget(folder, made.number);
            damage::of_earlier(folder, made.number, error)
        })?;
        progress(all, all);
        Ok(made)
    }

    /// Reads every entry from the disk, past all that is in memory, and says how many bytes of files there are.
    fn read_whole(&self, progress: &mut Progress<'_>) -> Result<u64, StoreError> {
        let sum = |property| -> Result<u64, StoreError> {
            Family::ALL.iter().try_fold(0_u64, |sum, family| {
                let found = self.db.property_int_value_cf(handle(&self.db, *family)?, property)?;
                Ok(sum.saturating_add(found.unwrap_or(0)))
            })
        };
        let (size, rows) = (sum(properties::TOTAL_SST_FILES_SIZE)?, sum(properties::ESTIMATE_NUM_KEYS)?.max(1));
        let mut read = 0_u64;
        for family in Family::ALL {
            self.read_family(family, || -> Result<(), StoreError> {
                read += 1;
                if read.is_multiple_of(TOLD) {
                    progress(read.min(rows).saturating_mul(size / rows), size.saturating_mul(3));
                }
                Ok(())
            })?;
        }
        Ok(size)
    }
}

/// Takes away all backups of a folder but the newest.
pub fn thin(keeper: &Keeper, keep: u32) -> Result<(), StoreError> {
    let folder = keeper.folder();
    let keep = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    let mut engine = engine(folder)?;
    let (before, ()) = (list(&engine), engine.purge_old_backups(keep)?);
    let after = list(&engine);
    before.iter().filter(|backup| !after.contains(backup)).try_for_each(|gone| docket::forget(folder, gone.number))
}

/// The backups of a folder, the oldest first.
pub fn backups(folder: &Path) -> Result<Vec<Backup>, StoreError> {
    if !is_folder_of_backups(folder) {
        return Err(StoreError::NoBackup { folder: folder.display().to_string(), known: Vec::new() });
    }
    Ok(list(&engine(folder)?))
}

/// The backup of a folder with a number, the last unless one is named, if all its files are there.
///
/// # Errors
///
/// The folder has no such backup; or it is damaged: nobody gets an older one who has not asked for it.
pub fn chosen(restorer: &Restorer, number: Option<u32>) -> Result<Backup, StoreError> {
    let folder = restorer.folder();
    let known = backups(folder)?;
    let there = numbers(folder);
    let wanted = number.or(there.last().copied()).filter(|wanted| there.contains(wanted));
    if let Some(lost) = wanted.filter(|wanted| known.iter().all(|backup| backup.number != *wanted)) {
        return Err(damage::unknown(folder, lost));
    }
    let found = number.map_or(known.last(), |number| known.iter().find(|backup| backup.number == number));
    let missing = || StoreError::NoBackup { folder: folder.display().to_string(), known: known.iter().map(|it| it.number).collect() };
    let backup = *found.ok_or_else(missing)?;
    let verified = engine(folder)?.verify_backup(backup.number).map_err(StoreError::from);
    verified.map(|()| backup).map_err(|error| damage::named(folder, backup.number, error))
}

/// Restores a backup of a folder to a place that holds no library. The sum of each file is compared on the way.
///
/// It is written down among the backups (`restorations.rs`), so that the next one that is restored from there gives out no slot of this one; where
/// that cannot be done it is restored all the same, and what it says has no number.
///
/// # Errors
///
/// The backup is damaged, and the file is named; or what is said to be lost cannot have been. Nothing is left then.
pub fn restore(
    restorer: &Restorer,
    backup: &Backup,
    plot: &Plot,
    lost: Lost<'_>,
    progress: &mut Progress<'_>,
) -> Result<Closed, StoreError> {
    // Before it comes to its place: no library that was restored gives out slots as if nothing had been issued since, and none that was not
    // written down can issue. One that is broken off in between counts as one that may have issued.
    let backups = restorer.folder();
    bring_back(backups, backup, plot, progress, |into| mark_restored(into, backups, lost))
}

/// Restores a backup likewise, only to be read: nothing is ever written into it, so it gives up no slots and nobody needs to know of it.
///
/// # Errors
///
/// The backup is damaged, and the file is named. Nothing is left then.
pub fn restore_to_read(restorer: &Restorer, backup: &Backup, plot: &Plot, progress: &mut Progress<'_>) -> Result<(), StoreError> {
    bring_back(restorer.folder(), backup, plot, progress, mark_to_read)
}

/// Brings a backup to its place, marked for what it is to be.
fn bring_back<T>(
    backups: &Path,
    backup: &Backup,
    plot: &Plot,
    progress: &mut Progress<'_>,
    mark: impl FnOnce(&Path) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    restored(plot, |into| {
        // Its threads go on copying after the first file is refused, and are waited for when it is dropped: before the folder is taken away.
        let mut engine = engine(backups)?;
        watched(
            || bytes_in(into).min(backup.bytes),
            |done| progress(done, backup.bytes),
            || faults::pass(|| Ok(engine.restore_from_backup(into, into, &RestoreOptions::default(), backup.number)?)),
        )?;
        mark(into)
    })
    .map_err(|error| damage::named(backups, backup.number, error))
}

/// Reads the backups back of which nobody has said that they are verified, and takes away what is damaged: a process that is killed before it
/// has read its own back leaves one, and it is the last, which is restored where none is named.
fn settle(folder: &Path, last: Option<u32>) -> Result<(), StoreError> {
    let engine = engine(folder)?;
    for backup in list(&engine).iter().filter(|backup| last.is_none_or(|last| backup.number > last)) {
        match verify(&engine, folder, backup.number, |_| {}) {
            Err(StoreError::Corrupt { .. } | StoreError::BackupDamaged { .. }) => {
                fs::remove_file(contents_of(folder, backup.number)).map_err(failed)?
            }
            verified => verified?,
        }
    }
    Ok(())
}

fn verify(engine: &BackupEngine, folder: &Path, number: u32, progress: impl FnMut(u64)) -> Result<(), StoreError> {
    engine.verify_backup(number).map_err(|error| damage::named(folder, number, error.into()))?;
    damage::read_back(folder, number, progress)
}

/// Works, and lets another thread tell how far that has come.
fn watched<T>(done: impl Fn() -> u64 + Send, mut tell: impl FnMut(u64) + Send, work: impl FnOnce() -> T) -> T {
    let (over, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // Nothing is ever sent: the other end is gone when the work is done.
            while ended.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
                tell(done());
            }
        });
        let worked = work();
        drop(over);
        worked
    })
}

/// The bytes of all files in a folder, as far as they can be seen.
fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_in(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.fold(0, u64::saturating_add)
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
