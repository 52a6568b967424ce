//! A copy of an open library that stands still, to look at the whole of it while others write.
//!
//! RocksDB makes it of hard links, in the folder beside the database's: it takes no room but what is written over meanwhile, and is gone
//! with its value. One that a killed process has left is taken away when the library is opened.

use crate::beside::{failed, named};
use crate::error::StoreError;
use crate::faults;
use crate::library::{Library, Settings};
use crate::open::Way;
use rocksdb::checkpoint::Checkpoint;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What follows the name of the database's folder, before a number.
const STILL: &str = ".still-";

/// The numbers of this process's copies.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Who reads everything once gains nothing by keeping much of it.
const SETTINGS: Settings = Settings { cache_bytes: 8 << 20, write_buffer_bytes: 1 << 20 };

/// A library as it stood at one moment.
pub struct Still {
    // Closed before its folder is taken away: fields are dropped in this order.
    library: Library,
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be taken away now is when the library is opened again.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Deref for Still {
    type Target = Library;

    fn deref(&self) -> &Library {
        &self.library
    }
}

impl Library {
    /// The library as it stands now; it goes on meanwhile.
    pub fn still(&self) -> Result<Still, StoreError> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = named(self.db.path(), &format!("{STILL}{number}"));
        let folder = Folder(path.clone());
        faults::pass(|| Ok(Checkpoint::new(&self.db)?.create_checkpoint(&path)?))?;
        Ok(Still { library: Self::open_with(&path, self.keys.clone(), SETTINGS, Way::Look)?, _folder: folder })
    }
}

/// Takes away what a killed process has left beside a database that is open here, and so nowhere else.
pub(crate) fn sweep(database: &Path) -> Result<(), StoreError> {
    let start = named(database, STILL);
    let start = start.file_name().unwrap_or_default().to_string_lossy();
    let above = database.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(above).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(&*start) {
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}
