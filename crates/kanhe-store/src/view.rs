//! What a reader sees: the database, and over it the writes that are on their way there.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use crate::writes::Writes;
use rocksdb::{ColumnFamily, DB, DBRawIterator, Direction, IteratorMode, ReadOptions, ReadTier};
use std::collections::BTreeMap;

/// An entry of a family.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

/// The handle of a family; every family is made with the database.
pub(crate) fn handle(db: &DB, family: Family) -> Result<&ColumnFamily, StoreError> {
    db.cf_handle(family.name()).ok_or(StoreError::Foreign)
}

/// A database with layers of writes over it, the newest first.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) db: &'a DB,
    pub(crate) layers: [Option<&'a Writes>; 3],
}

impl<'a> View<'a> {
    /// The database as it stands on the disk.
    pub(crate) const fn of(db: &'a DB) -> Self {
        Self { db, layers: [None; 3] }
    }

    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.layers.iter().flatten().find_map(|layer| layer.get(family, key)) {
            Some(written) => Ok(written.map(<[u8]>::to_vec)),
            None => Ok(self.db.get_cf(handle(self.db, family)?, key)?),
        }
    }

    /// What stands at a place of the database, if its block is in memory.
    pub(crate) fn at_hand(&self, family: Family, key: &[u8]) -> Option<Vec<u8>> {
        let mut options = ReadOptions::default();
        options.set_read_tier(ReadTier::BlockCache);
        self.db.get_cf_opt(handle(self.db, family).ok()?, key, &options).ok()?
    }

    /// All entries whose key begins with `prefix`, in their order; meant for short lists, for it holds them all.
    pub(crate) fn all(&self, family: Family, prefix: &[u8]) -> Result<Vec<Entry>, StoreError> {
        let mut found = self.scan(family, prefix, prefix)?.collect::<Result<BTreeMap<_, _>, _>>()?;
        for layer in self.layers.iter().rev().flatten() {
            for (key, value) in layer.beginning_with(family, prefix) {
                match value {
                    Some(value) => found.insert(key.to_vec(), value.to_vec()),
                    None => found.remove(key),
                };
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The entries on the disk whose key begins with `prefix`, from `from` on.
    pub(crate) fn scan(
        &self,
        family: Family,
        prefix: &[u8],
        from: &[u8],
    ) -> Result<impl Iterator<Item = Result<Entry, StoreError>> + use<'a>, StoreError> {
        self.between(family, from, prefix)
    }

    /// The entries on the disk from `from` on, up to the last whose key begins with `end`.
    pub(crate) fn between(
        &self,
        family: Family,
        from: &[u8],
        end: &[u8],
    ) -> Result<impl Iterator<Item = Result<Entry, StoreError>> + use<'a>, StoreError> {
        let options = range(family, from, end);
        let rows = self.db.iterator_cf_opt(handle(self.db, family)?, options, IteratorMode::From(from, Direction::Forward));
        Ok(rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).map_err(StoreError::from)))
    }

    /// Somebody who leaps among the keys on the disk from `from` on, up to the last that begins with `end`.
    pub(crate) fn seeker(&self, family: Family, from: &[u8], end: &[u8]) -> Result<Seeker<'a>, StoreError> {
        Ok(Seeker(self.db.raw_iterator_cf_opt(handle(self.db, family)?, range(family, from, end))))
    }
}

/// One iterator for many seeks: making one costs more than a seek.
pub(crate) struct Seeker<'a>(DBRawIterator<'a>);

impl Seeker<'_> {
    /// The first key from `key` on; no key is asked for that lies before an earlier one.
    pub(crate) fn seek(&mut self, key: &[u8]) -> Result<Option<&[u8]>, StoreError> {
        // Often the neighbour is the one that is wanted, and a step costs a tenth of a seek.
        let stands_before = |iterator: &DBRawIterator<'_>| iterator.key().is_none_or(|standing| standing < key);
        if self.0.valid() && stands_before(&self.0) {
            self.0.next();
        }
        if stands_before(&self.0) {
            self.0.seek(key);
        }
        self.0.status()?;
        Ok(self.0.key())
    }

    /// The value of the key that was found last.
    pub(crate) fn value(&self) -> &[u8] {
        self.0.value().unwrap_or_default()
    }
}

/// How to read the keys of a family up to the last that begins with `end`.
fn range(family: Family, from: &[u8], end: &[u8]) -> ReadOptions {
    let mut options = ReadOptions::default();
    // A prefix filter spares the files that do not have a prefix, and answers only for whole ones; a bound on the keys is right for any.
    let filtered = family.prefix_of(from).is_some_and(|prefix| family.prefix_of(end) == Some(prefix));
    options.set_total_order_seek(!filtered);
    options.set_prefix_same_as_start(filtered);
    if let Some(end) = layout::after(end) {
        options.set_iterate_upper_bound(end);
    }
    options
}
