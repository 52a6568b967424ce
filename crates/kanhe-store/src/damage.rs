//! What is wrong with a backup: which of its files is not what was copied, and which backups of its folder do without it.
//!
//! RocksDB says that a sum differs and not of which file, so the files are held against the sums that stand in `meta/N`.

use crate::beside::failed;
use crate::crc::crc32c_of;
use crate::docket::DOCKETS;
use crate::error::StoreError;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where the files of a backup are told.
pub(crate) const CONTENTS: &str = "meta";

/// Says of a backup that cannot be read which of its files is damaged; what went wrong, where each is what was copied.
pub(crate) fn named(folder: &Path, number: u32, error: StoreError) -> StoreError {
    let wrong = matches!(error, StoreError::Corrupt { .. } | StoreError::Database { .. });
    let found = if wrong { damaged_of(folder, number, |_| {}) } else { Ok(None) };
    found.ok().flatten().map_or(error, |file| of_file(folder, number, file))
}

/// Refuses a backup of which a file is not what was copied.
pub(crate) fn read_back(folder: &Path, number: u32, progress: impl FnMut(u64)) -> Result<(), StoreError> {
    damaged_of(folder, number, progress)?.map_or(Ok(()), |file| Err(of_file(folder, number, file)))
}

/// Says of a backup that could not be added to others, in which of those a file is damaged that it would share; what went wrong, where none is.
pub(crate) fn of_shared(folder: &Path, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Corrupt { .. } | StoreError::Database { .. }) {
        return error;
    }
    let found = |number: u32| Some(of_file(folder, number, damaged_of(folder, number, |_| {}).ok()??));
    numbers(folder).into_iter().rev().find_map(found).unwrap_or(error)
}

/// Says of a backup that was just made, and is none for its damaged file, to which earlier one the file belongs: that one is damaged too.
pub(crate) fn of_earlier(folder: &Path, made: u32, error: StoreError) -> StoreError {
    let StoreError::BackupDamaged { number, file, .. } = &error else { return error };
    let earlier = numbers(folder).into_iter().filter(|number| *number < made && needs(folder, *number, file)).max();
    earlier.filter(|_| *number == made).map_or_else(|| error.clone(), |earlier| of_file(folder, earlier, file.clone()))
}

fn of_file(folder: &Path, number: u32, file: String) -> StoreError {
    let others = numbers(folder).into_iter().filter(|other| *other != number && contents_of(folder, *other).exists());
    let mut without: Vec<_> = others.filter(|other| !needs(folder, *other, &file)).collect();
    without.sort_unstable();
    StoreError::BackupDamaged { number, file, without }
}

/// Says that a backup was in the folder which RocksDB does not know, and which of its files is at fault.
pub(crate) fn unknown(folder: &Path, number: u32) -> StoreError {
    let found = damaged_of(folder, number, |_| {}).ok().flatten();
    of_file(folder, number, found.unwrap_or_else(|| format!("{CONTENTS}/{number}")))
}

/// The numbers of all backups that a folder has or had and nobody took away: also of those that RocksDB does not name because a file is
/// gone. Whichever has its docket was verified.
pub(crate) fn numbers(folder: &Path) -> Vec<u32> {
    let entries = [CONTENTS, DOCKETS].into_iter().filter_map(|part| fs::read_dir(folder.join(part)).ok()).flatten().flatten();
    let mut numbers: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The file that says which files a backup has.
pub(crate) fn contents_of(folder: &Path, number: u32) -> PathBuf {
    folder.join(CONTENTS).join(number.to_string())
}

fn needs(folder: &Path, number: u32, file: &str) -> bool {
    let contents = fs::read(contents_of(folder, number)).unwrap_or_default();
    String::from_utf8_lossy(&contents).lines().any(|line| line.split(' ').next() == Some(file))
}

/// Reads every file of a backup, and compares it with the sum that was taken of it when it was copied: the first that has another, or is gone.
fn damaged_of(folder: &Path, number: u32, mut progress: impl FnMut(u64)) -> Result<Option<String>, StoreError> {
    let contents = fs::read(contents_of(folder, number)).map_err(failed)?;
    let mut read = 0_u64;
    for line in String::from_utf8_lossy(&contents).lines() {
        let mut words = line.split(' ');
        let (Some(name), Some("crc32"), Some(sum)) = (words.next(), words.next(), words.next()) else { continue };
        let file = match File::open(folder.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(name.to_owned())),
            opened => opened.map_err(failed)?,
        };
        let found = crc32c_of(file, |bytes| {
            read = read.saturating_add(bytes);
            progress(read);
        });
        let found = found.map_err(failed)?;
        if sum.parse() != Ok(found) {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}
