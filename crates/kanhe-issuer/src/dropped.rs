//! What the manifest before had and the next one has not: whatever went by it, counters refuse or cannot tell of.

use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::key::{KeyId, VerifyingKey};
use kanhe_core::manifest::{Agency, AgencyKey, Manifest, Uses};
use kanhe_core::status::State;
use kanhe_store::{Count, Library, StoreError};

/// Something that a manifest drops, each with how many usable certificates of the library went by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// A key with which its agency could sign seals or certificates: nobody can tell of what it signed.
    Key {
        /// The key.
        key: KeyId,
        /// Its agency.
        agency: Uscc,
        /// Of a stolen key: the cut-off, which is forgotten with it.
        before: Option<u64>,
        /// Of the agency, issued in the months of the key's window: which of them it signed only their seals tell.
        usable: u64,
    },
    /// A type that an agency could issue, or the index by which its seals name it: counters refuse what it has issued of it.
    Type {
        /// The type.
        type_code: TypeCode,
        /// The agency.
        agency: Uscc,
        /// Of the agency and type.
        usable: u64,
    },
    /// An agency with all its keys: nobody can tell of what it issued.
    Agency {
        /// The agency.
        agency: Uscc,
        /// Of the agency.
        usable: u64,
    },
    /// The root key: who trusts only that one believes nothing that goes by the next manifest.
    Root {
        /// The key that signed the manifest before.
        before: KeyId,
        /// The key that signed the next.
        next: KeyId,
        /// Of the region.
        usable: u64,
    },
}

/// What `next` drops of the manifest before it, each with the root key that signed it.
pub fn dropped(
    library: &Library,
    (before, root): (&Manifest, &VerifyingKey),
    (next, next_root): (&Manifest, &VerifyingKey),
) -> Result<Vec<Dropped>, StoreError> {
    let mut counts = library.counts()?;
    counts.retain(|count| matches!(count.state, State::Valid | State::Suspended));
    let usable = |fits: &dyn Fn(&Count) -> bool| counts.iter().filter(|count| fits(count)).map(|count| count.count).sum();
    let mut dropped = Vec::new();
    if root != next_root {
        dropped.push(Dropped::Root { before: root.id(), next: next_root.id(), usable: usable(&|_| true) });
    }
    for was in &before.agencies {
        let agency = was.code;
        let Some(is) = next.agencies.iter().find(|is| is.code == agency) else {
            dropped.push(Dropped::Agency { agency, usable: usable(&|count| count.agency == agency) });
            continue;
        };
        let signs = |key: &&AgencyKey| key.uses.include(Uses::SEAL) || key.uses.include(Uses::CERTIFICATE);
        for key in was.keys.iter().filter(signs).filter(|key| !is.keys.iter().any(|other| other.key == key.key)) {
            let usable = usable(&|count| count.agency == agency && is_of_window(count, key));
            dropped.push(Dropped::Key { key: key.key.id(), agency, before: key.counts_before, usable });
        }
        // A seal names its type by the index: one that means another type now is as good as taken away.
        let types: Vec<(u16, TypeCode)> = types_of(is, next).collect();
        for (_, type_code) in types_of(was, before).filter(|had| !types.contains(had)) {
            let usable = usable(&|count| count.agency == agency && count.type_code == type_code);
            dropped.push(Dropped::Type { type_code, agency, usable });
        }
    }
    Ok(dropped)
}

fn types_of<'m>(agency: &'m Agency, manifest: &'m Manifest) -> impl Iterator<Item = (u16, TypeCode)> {
    agency.kinds.iter().filter_map(|index| manifest.kind(*index)).map(|kind| (kind.index, kind.code))
}

fn is_of_window(count: &Count, key: &AgencyKey) -> bool {
    let month = (count.year, count.month);
    (key.from.year(), key.from.month()) <= month && key.until.is_none_or(|until| month <= (until.year(), until.month()))
}
