//! What a reader sees: the database, and over it the writes that are on their way there.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use rocksdb::{ColumnFamily, DB, Direction, IteratorMode, ReadOptions};
use std::collections::BTreeMap;

/// Writes that belong together: at each place the value that will stand there, or none where one is taken away.
pub(crate) type Writes = BTreeMap<(Family, Vec<u8>), Option<Vec<u8>>>;

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
    pub(crate) layers: &'a [&'a Writes],
}

impl<'a> View<'a> {
    /// The database as it stands on the disk.
    pub(crate) const fn of(db: &'a DB) -> Self {
        Self { db, layers: &[] }
    }

    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let place = (family, key.to_vec());
        match self.layers.iter().find_map(|layer| layer.get(&place)) {
            Some(written) => Ok(written.clone()),
            None => Ok(self.db.get_cf(handle(self.db, family)?, key)?),
        }
    }

    /// All entries whose key begins with `prefix`, in their order; meant for short lists, for it holds them all.
    pub(crate) fn all(&self, family: Family, prefix: &[u8]) -> Result<Vec<Entry>, StoreError> {
        let mut found = self.scan(family, prefix, prefix)?.collect::<Result<BTreeMap<_, _>, _>>()?;
        for layer in self.layers.iter().rev() {
            let from = (family, prefix.to_vec());
            for ((_, key), value) in layer.range(from..).take_while(|((other, key), _)| *other == family && key.starts_with(prefix)) {
                match value {
                    Some(value) => found.insert(key.clone(), value.clone()),
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
        let mut options = ReadOptions::default();
        // Prefix filters answer only for whole prefixes; a bound on the keys is right for any.
        options.set_total_order_seek(true);
        if let Some(end) = layout::after(end) {
            options.set_iterate_upper_bound(end);
        }
        let rows = self.db.iterator_cf_opt(handle(self.db, family)?, options, IteratorMode::From(from, Direction::Forward));
        Ok(rows.map(|row| row.map(|(key, value)| (key.into_vec(), value.into_vec())).map_err(StoreError::from)))
    }
}
