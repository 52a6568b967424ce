//! The checkpoint of the log, signed when the log has grown by the key that bears the log's name.

use super::PublishError;
use crate::house::House;
use kanhe_issuer::publisher::sign_head;
use kanhe_store::StoreError;
use std::sync::Arc;

/// Signs the head of the log, if that is due. Returns its size.
pub(super) fn renew(house: &House) -> Result<Option<u64>, PublishError> {
    let library = &house.library;
    let Some(key) = house.keys.iter().find(|key| key.name() == library.origin()) else { return Ok(None) };
    let size = library.log_size()?;
    let known = || house.press.log_known.store(Some(Arc::new(house.now())));
    if library.published()?.is_some_and(|published| published.size == size) {
        known();
        return Ok(None);
    }
    let signed = sign_head(library, key)?;
    // The copy first: a checkpoint that anybody could have seen is never known to the library alone.
    house.press.copy.as_ref().map_or(Ok(()), |copy| copy.keep(&signed.note))?;
    library.commit(|pen| -> Result<(), StoreError> {
        pen.put_checkpoint(&signed.note);
        Ok(())
    })?;
    known();
    Ok(Some(signed.head.size))
}
