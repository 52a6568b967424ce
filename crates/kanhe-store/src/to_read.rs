//! Libraries that were restored only to be read.
//!
//! Nothing is ever issued from one, so it gives no slots up, and nothing is written down about it beside the backups. That holds because it
//! says so of itself, in its own database, and whoever opens it writes nothing from then on.

use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::view::View;
use crate::writer;
use crate::writes::Writes;
use rocksdb::DB;

/// Where in `meta` a library says of itself that it is only to be read.
pub(crate) const TO_READ: &[u8] = b"to read";

/// Lets a library that a backup brought back say so of itself.
pub(crate) fn mark(db: &DB) -> Result<(), StoreError> {
    let mut writes = Writes::default();
    writes.put(Family::Meta, TO_READ.to_vec(), Some(Vec::new()));
    writer::write(db, &writes)
}

/// Whether a library says so of itself.
pub(crate) fn is_marked(db: &DB) -> Result<bool, StoreError> {
    Ok(View::of(db).get(Family::Meta, TO_READ)?.is_some())
}

impl Library {
    /// Refuses a library that was restored only to be read, where something is signed or copied without a commit, which would refuse it.
    pub const fn may_be_written(&self) -> Result<(), StoreError> {
        if self.to_read { Err(StoreError::ToRead) } else { Ok(()) }
    }
}
