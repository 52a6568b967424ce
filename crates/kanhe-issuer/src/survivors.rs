//! The honest seals of a stolen key: those of certificates whose issue the log has from before the theft.

use kanhe_core::event::{Act, Event};
use kanhe_core::key::VerifyingKey;
use kanhe_core::qr::Scanned;
use kanhe_store::{Library, StoreError};

/// The hashes of all seals that the key signed and whose issue stands in the log before an index.
pub fn honest_seals(library: &Library, key: &VerifyingKey, before: u64) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut hashes = Vec::new();
    for shelfmark in library.shelfmarks()? {
        let Some((index, event)) = library.history(shelfmark)?.into_iter().find(|(_, event)| issues(event)) else { continue };
        let signed_by_key = || -> Result<bool, StoreError> {
            let digits = library.record(shelfmark)?.digits();
            Ok(Scanned::parse(&digits).is_ok_and(|scanned| scanned.envelope().key_id() == key.id()))
        };
        // The first event of a version is its issue: its index says on which side of the theft it lies.
        if index < before && signed_by_key()? {
            hashes.push(event.seal);
        }
    }
    Ok(hashes)
}

const fn issues(event: &Event) -> bool {
    matches!(event.act, Act::Issue | Act::Renew | Act::Amend | Act::TransferIn)
}
