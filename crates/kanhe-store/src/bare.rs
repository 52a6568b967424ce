//! What the disk can do for anybody: the batches of a library written bare, into a database without families and without an order of
//! their own. It is the bound that a library is measured by.

use crate::error::StoreError;
use crate::library::Library;
use crate::pen::Pen;
use crate::writes::Writes;
use rocksdb::{DB, Options, WaitForCompactOptions, WriteBatch, WriteOptions};
use std::path::Path;
use std::sync::OnceLock;

/// All bytes that a commit would write.
pub struct Batch(Writes);

impl Library {
    /// The batch that a plan would come to over the library as it stands; nothing is written.
    pub fn batch_of<E: From<StoreError>>(&self, plan: impl FnOnce(&mut Pen<'_>) -> Result<(), E>) -> Result<Batch, E> {
        let (next, size) = crate::writer::counters(&self.db)?;
        let (nothing, edition) = (Writes::default(), OnceLock::new());
        let mut pen = Pen::new(&self.db, &self.keys, [&nothing, &nothing], size, next, &edition);
        plan(&mut pen)?;
        Ok(Batch(pen.end().writes))
    }

    /// Waits until RocksDB has put everything that was written where it stays: after a large import this goes on beside all others.
    pub fn come_to_rest(&self) -> Result<(), StoreError> {
        Ok(self.db.wait_for_compact(&WaitForCompactOptions::default())?)
    }
}

/// A database that holds bytes and means nothing by them.
pub struct Bare(DB);

impl Bare {
    /// Makes one in a folder.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        let mut options = Options::default();
        options.create_if_missing(true);
        Ok(Self(DB::open(&options, folder)?))
    }

    /// Writes a batch under keys that no other has, and returns when it is on the disk.
    pub fn write(&self, number: u64, batch: &Batch) -> Result<(), StoreError> {
        let mut bare = WriteBatch::default();
        for (entry, (key, value)) in (0_u64..).zip(batch.0.by_family().flat_map(|(_, entries)| entries)) {
            // Scattered as the library's keys are: what comes sorted is written for less.
            let scattered = (number << 32 | entry).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            let key = [scattered.as_slice(), key.get(8..).unwrap_or_default()].concat();
            bare.put(key, value.unwrap_or_default());
        }
        let mut options = WriteOptions::default();
        options.set_sync(true);
        Ok(self.0.write_opt(bare, &options)?)
    }
}
