//! What the manifest before had and the next one has not: whatever went by it, counters refuse or cannot tell of.

use crate::backing::dictionary_of;
use crate::survivors::{Thefts, signer_of};
use jiff::civil::Date;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::key::{KeyId, VerifyingKey};
use kanhe_core::manifest::{Agency, AgencyKey, DictionaryDigest, Manifest, Uses};
use kanhe_core::status::State;
use kanhe_store::{Count, Library, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// The uses that make certificates.
const MAKE: [Uses; 2] = [Uses::SEAL, Uses::CERTIFICATE];

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
    /// A key's right to sign seals or certificates: counters refuse the QR codes, or the files, that it signed.
    Use {
        /// The key.
        key: KeyId,
        /// Its agency.
        agency: Uscc,
        /// What it may not sign any more.
        uses: Uses,
        /// As of a key that is gone.
        usable: u64,
    },
    /// Days of a key's window on which it had signed: counters refuse what was issued on them.
    Window {
        /// The key.
        key: KeyId,
        /// Its agency.
        agency: Uscc,
        /// The first day of the next window.
        from: Date,
        /// Its last.
        until: Option<Date>,
        /// Signed by the key for those days, each counted by its seal.
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
    /// A dictionary that seals are packed with: counters cannot read them.
    Dictionary {
        /// Its id in the seals.
        dictionary: u32,
        /// Each counted by its seal.
        usable: u64,
    },
    /// The words of a dictionary that seals are packed with: another has its id, and counters read other words.
    Words {
        /// Its id in the seals.
        dictionary: u32,
        /// Each counted by its seal.
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
    let mut counts = library.counts(None)?;
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
        for key in was.keys.iter().filter(|key| MAKE.into_iter().any(|one| key.uses.include(one))) {
            let in_its_time = || usable(&|count| count.agency == agency && is_of_window(count, key));
            let Some(kept) = is.keys.iter().find(|other| other.key == key.key) else {
                dropped.push(Dropped::Key { key: key.key.id(), agency, before: key.counts_before, usable: in_its_time() });
                continue;
            };
            dropped.extend(lost_uses(key, kept).map(|uses| Dropped::Use { key: key.key.id(), agency, uses, usable: in_its_time() }));
            dropped.extend(lost_days(library, &counts, (agency, key), kept)?);
        }
        // A seal names its type by the index: one that means another type now is as good as taken away.
        let types: Vec<(u16, TypeCode)> = types_of(is, next).collect();
        for (_, type_code) in types_of(was, before).filter(|had| !types.contains(had)) {
            let usable = usable(&|count| count.agency == agency && count.type_code == type_code);
            dropped.push(Dropped::Type { type_code, agency, usable });
        }
    }
    dropped.extend(lost_words(library, before, next)?);
    Ok(dropped)
}

fn lost_uses(key: &AgencyKey, kept: &AgencyKey) -> Option<Uses> {
    let lost = MAKE.into_iter().filter(|one| key.uses.include(*one) && !kept.uses.include(*one));
    lost.reduce(Uses::and)
}

/// What a key has signed for days that its next window has not. To close a key behind the last day that it signed for is how keys end, and
/// nothing is told of that: so it is not enough to count by months.
fn lost_days(
    library: &Library,
    counts: &[Count],
    (agency, key): (Uscc, &AgencyKey),
    kept: &AgencyKey,
) -> Result<Option<Dropped>, StoreError> {
    let touched = |count: &&Count| count.agency == agency && is_of_window(count, key) && !is_whole_in(count, kept);
    let months: BTreeSet<_> = counts.iter().filter(touched).map(|count| (count.year, count.month)).collect();
    let mut left: u64 = counts.iter().filter(touched).map(|count| count.count).sum();
    // What lies behind the next cut-off is refused for that, and told of there.
    let (thefts, id, mut usable) = (Thefts::of_key(kept), key.key.id(), 0);
    // The latest first: a window mostly loses its end, and the counts say how many are to be looked at.
    for mark in library.shelfmarks()?.rev() {
        if left == 0 {
            break;
        }
        let card = library.card(mark)?;
        if !card.can_be_used() || *card.agency() != agency || !months.contains(&(card.issued.year(), card.issued.month())) {
            continue;
        }
        left -= 1;
        if key.covers(card.issued) && !kept.covers(card.issued) {
            let record = library.record(mark)?;
            usable += u64::from(signer_of(&record) == Some(id) && !thefts.reach(library, mark, &record)?);
        }
    }
    let (from, until) = (kept.from, kept.until);
    Ok((usable > 0).then_some(Dropped::Window { key: id, agency, from, until, usable }))
}

/// The dictionaries that are gone or have other words, if usable certificates are sealed with them. No index knows: every seal is asked.
fn lost_words(library: &Library, before: &Manifest, next: &Manifest) -> Result<Vec<Dropped>, StoreError> {
    let changed = |was: &&DictionaryDigest| !next.dictionaries.contains(was);
    let mut lost: BTreeMap<u32, u64> = before.dictionaries.iter().filter(changed).map(|was| (was.id, 0)).collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    for mark in library.shelfmarks()? {
        if library.card(mark)?.can_be_used() {
            let dictionary = dictionary_of(&library.record(mark)?);
            if let Some(usable) = dictionary.and_then(|dictionary| lost.get_mut(&dictionary)) {
                *usable += 1;
            }
        }
    }
    let stays = |dictionary| next.dictionaries.iter().any(|is| is.id == dictionary);
    let told = lost.into_iter().filter(|(_, usable)| *usable > 0).map(|(dictionary, usable)| match stays(dictionary) {
        true => Dropped::Words { dictionary, usable },
        false => Dropped::Dictionary { dictionary, usable },
    });
    Ok(told.collect())
}

fn types_of<'m>(agency: &'m Agency, manifest: &'m Manifest) -> impl Iterator<Item = (u16, TypeCode)> {
    agency.kinds.iter().filter_map(|index| manifest.kind(*index)).map(|kind| (kind.index, kind.code))
}

fn is_of_window(count: &Count, key: &AgencyKey) -> bool {
    let month = (count.year, count.month);
    (key.from.year(), key.from.month()) <= month && key.until.is_none_or(|until| month <= (until.year(), until.month()))
}

fn is_whole_in(count: &Count, key: &AgencyKey) -> bool {
    let first = Date::new(count.year, count.month, 1);
    first.is_ok_and(|first| key.covers(first) && key.covers(first.last_of_month()))
}
