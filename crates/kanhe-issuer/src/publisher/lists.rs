//! Status lists, signed by the key to which the manifest gives that use.

use super::ListError;
use jiff::Timestamp;
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::key::{Signer, VerifyingKey};
use kanhe_core::manifest::{Agency, AgencyKey, Manifest};
use kanhe_core::status::{ENTRIES_PER_LIST, State, StatusError, StatusList, Statuses};

/// How long a verifier may keep a list before it should look for a new one: a day.
const TIME_TO_LIVE: u32 = 86_400;

/// From when to when a signed thing speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// When it is signed.
    pub issued: Timestamp,
    /// From when on it says nothing any more.
    pub expires: Timestamp,
}

/// The agency of a manifest whose status lists a key signs.
pub fn listing_agency<'m>(manifest: &'m Manifest, key: &VerifyingKey) -> Result<&'m Agency, ListError> {
    let of_key = |agency: &&Agency| agency.keys.iter().any(|known| known.key == *key && known.signs_lists());
    let stolen = |known: &AgencyKey| known.key == *key && known.counts_before.is_some();
    if manifest.agencies.iter().flat_map(|agency| &agency.keys).any(stolen) {
        return Err(ListError::Stolen { key_id: key.id() });
    }
    manifest.agencies.iter().find(of_key).ok_or(ListError::Unknown { key_id: key.id() })
}

/// A list of one page with a state for each entry that somebody holds, and another for all the others.
pub fn list_of(states: impl IntoIterator<Item = (u32, State)>, unheld: State) -> Result<Statuses, StatusError> {
    let mut list = Statuses::new(4, ENTRIES_PER_LIST)?;
    if unheld != State::Valid {
        (0..ENTRIES_PER_LIST).try_for_each(|entry| list.set(entry, unheld.bits()))?;
    }
    states.into_iter().try_for_each(|(entry, state)| list.set(entry, state.bits()))?;
    Ok(list)
}

/// Signs one of an agency's lists: the bytes of its envelope.
pub fn sign_list(agency: &Agency, number: u32, term: Term, statuses: Statuses, key: &dyn Signer) -> Result<Vec<u8>, ListError> {
    let list = StatusList::new(&agency.list_uri(number), term.issued, term.expires, TIME_TO_LIVE, statuses)?;
    Ok(sign_to_cose_by(key, StatusList::TYPE, &list.encode())?)
}
