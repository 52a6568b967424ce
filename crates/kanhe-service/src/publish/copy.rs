//! The last checkpoint once more, where no restore of the library reaches it.
//!
//! A library that was restored from an old backup knows nothing of what was issued since, and its own last checkpoint went back with it. It
//! would sign another history under the same name, give slots twice, and call revoked certificates valid. The copy remembers: a log that does
//! not go on from it is no longer this log, and nothing is signed until it is.

use super::PublishError;
use crate::cause::Cause;
use crate::house::House;
use kanhe_issuer::publisher::continues;

/// Reads the copy, or says why not; none where nothing was copied yet.
pub type Read = dyn Fn() -> Result<Option<String>, Cause> + Send + Sync;

/// Brings a copy to the disk, and returns when it would outlive a power cut.
pub type Write = dyn Fn(&str) -> Result<(), Cause> + Send + Sync;

/// Where the last checkpoint is kept a second time.
pub struct Copy {
    /// Reads it.
    pub read: Box<Read>,
    /// Replaces it, whole or not at all.
    pub write: Box<Write>,
}

impl Copy {
    /// Replaces the copy. What was promised to others is remembered before they can hear of it.
    pub(super) fn keep(&self, note: &str) -> Result<(), PublishError> {
        (self.write)(note).map_err(PublishError::Copy)
    }
}

/// Holds the library's log against the copy: at the start, and before anything is signed. What it finds stands until it is asked again.
///
/// A library that was published before it had a copy gets one.
pub fn compare(house: &House) -> Result<(), &'static str> {
    let found = agrees(house).map_err(|error| {
        let code = error.code();
        tracing::error!(code, detail = %error, "the library does not go on from the copy of its checkpoint: nothing is signed");
        code
    });
    house.library.hold_astray(found.err());
    found
}

fn agrees(house: &House) -> Result<(), PublishError> {
    let Some(copy) = &house.press.copy else { return Ok(()) };
    let library = &house.library;
    let origin = || PublishError::KeyNotHeld { name: library.origin().to_owned() };
    let key = house.keys.iter().find(|key| key.name() == library.origin()).ok_or_else(origin)?;
    match (copy.read)().map_err(PublishError::Copy)? {
        Some(note) => Ok(continues(library, key, &note)?),
        None => library.checkpoint()?.map_or(Ok(()), |note| copy.keep(&note)),
    }
}
