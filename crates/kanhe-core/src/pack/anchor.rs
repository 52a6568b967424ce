//! An anchor: one key of one agency, with all that the pack knows about what the agency may say and has taken back.

use super::Region;
use crate::envelope::Authentic;
use crate::kind::{Freshness, Kind};
use crate::manifest::{Agency, AgencyKey};
use crate::seal::{Seal, seal_hash};
use crate::status::{ENTRIES_PER_LIST, State, StatusList};
use jiff::Timestamp;

/// One key that may have signed, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Anchor<'p> {
    pub(super) region: &'p Region,
    pub(super) agency: &'p Agency,
    pub(super) key: &'p AgencyKey,
    pub(super) lists: &'p [Option<Authentic<StatusList>>],
}

/// What the pack knows of a certificate's status, and as of when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The list says so, as of its making.
    Known {
        /// What it says.
        state: State,
        /// When the list was made.
        as_of: Timestamp,
        /// From when on the answer is amber.
        amber_from: Timestamp,
        /// From when on the list no longer answers.
        unknown_from: Timestamp,
    },
    /// The pack cannot say.
    Unknown(Unknown),
}

/// Whether a key may be believed about one seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The key was never stolen, or the seal is older than the theft.
    Whole,
    /// The key was stolen, and the seal is none of those signed before.
    None,
    /// The key was stolen, and the pack does not say what it signed before.
    Unknown,
    /// The key was stolen, and the seal that a file would have is none of those signed before: the type may have changed since.
    File,
}

/// Why a pack knows no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The pack does not carry the list.
    NoList {
        /// The list's number.
        list: u32,
    },
    /// The list has no such entry, or a code there that is not known here.
    NoEntry {
        /// The list's number.
        list: u32,
        /// The entry in it.
        entry: u32,
    },
}

impl<'p> Anchor<'p> {
    /// The region that the agency belongs to.
    pub const fn region(&self) -> &'p Region {
        self.region
    }

    /// The agency.
    pub const fn agency(&self) -> &'p Agency {
        self.agency
    }

    /// The key, with its uses and window.
    pub const fn key(&self) -> &'p AgencyKey {
        self.key
    }

    /// The type of a seal, as the region's manifest has it.
    pub fn kind(&self, seal: &Seal<'_>) -> Option<&'p Kind> {
        self.region.manifest.kind(seal.kind())
    }

    /// Whether the key may be believed about a seal with these bytes in its QR code.
    pub(crate) fn trust_in(&self, seal: &[u8]) -> Trust {
        let Some(before) = self.key.counts_before else { return Trust::Whole };
        let lists = self.region.survivors().iter().filter(|list| list.is_of(&self.key.key, before));
        lists.map(|list| if list.include(&seal_hash(seal)) { Trust::Whole } else { Trust::None }).next().unwrap_or(Trust::Unknown)
    }

    /// What the agency's lists say of a seal.
    pub fn standing_of(&self, seal: &Seal<'_>, freshness: Freshness) -> Standing {
        let (list, entry) = (seal.slot() / ENTRIES_PER_LIST, seal.slot() % ENTRIES_PER_LIST);
        let carried = usize::try_from(list).ok().and_then(|list| self.lists.get(list)).and_then(Option::as_ref);
        let Some(carried) = carried else { return Standing::Unknown(Unknown::NoList { list }) };
        let Some(state) = carried.state(entry) else { return Standing::Unknown(Unknown::NoEntry { list, entry }) };
        let as_of = carried.issued();
        Standing::Known {
            state,
            as_of,
            amber_from: later(as_of, freshness.amber),
            unknown_from: later(as_of, freshness.unknown).min(carried.expires()),
        }
    }
}

/// So many seconds later; the end of time where there is no such moment.
fn later(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}
