//! Every entry of a family read, with the checksum of each block: also of those that newer ones lie over, which nobody would ask for.
//!
//! Who asks for what he knows never meets a damaged block that holds nothing but entries of before; RocksDB meets it when it puts files
//! together, in the middle of somebody's writing.

use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::view::handle;
use rocksdb::{IteratorMode, ReadOptions};

/// Entries between two that are also asked for by their key: so many have one part of a filter, and a filter is read by who asks.
const ASKED: u64 = 256;

impl Library {
    /// Reads every entry of a family, as far as possible from the disk; `read` is told of each.
    pub(crate) fn read_family<E: From<StoreError>>(&self, family: Family, mut read: impl FnMut() -> Result<(), E>) -> Result<(), E> {
        let mut options = ReadOptions::default();
        options.set_verify_checksums(true);
        options.fill_cache(false);
        options.set_total_order_seek(true);
        let rows = self.db.iterator_cf_opt(handle(&self.db, family)?, options, IteratorMode::Start);
        for (number, row) in (1_u64..).zip(rows) {
            let (key, _) = row.map_err(StoreError::from)?;
            if number.is_multiple_of(ASKED) && self.view().get(family, &key)?.is_none() {
                Err(StoreError::Corrupt { detail: format!("an entry of {} is not found by its key", family.name()) })?;
            }
            read()?;
        }
        Ok(())
    }
}
