//! What should be known before counters go by a manifest: of stolen keys that it tells of, and of what it drops.

use super::{Thefts, lost, usable};
use crate::dropped::{Dropped, dropped};
use crate::proposal::taken;
use kanhe_core::key::KeyId;
use kanhe_core::manifest::Manifest;
use kanhe_store::{Library, SignedManifest, StoreError};

/// Something about a manifest that nothing forbids, and that its region should have meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Certificates lie behind the cut-off that could still be used if counters took the key's word.
    Behind {
        /// The key.
        key: KeyId,
        /// The cut-off.
        before: u64,
        /// How many.
        usable: u64,
    },
    /// The cut-off lies beyond the end of the log: what the thief enters until it has grown so far counts.
    BeyondEnd {
        /// The key.
        key: KeyId,
        /// The cut-off.
        before: u64,
        /// How many events the log has.
        size: u64,
    },
    /// The manifest before called the key stolen, and this one gives it back: whatever the thief signed counts again.
    TakenBack {
        /// The key.
        key: KeyId,
    },
    /// The library holds no list of survivors for this cut-off: with a pack that has none nobody can tell of any certificate of the key.
    NoSurvivors {
        /// The key.
        key: KeyId,
        /// The cut-off.
        before: u64,
    },
    /// The manifest before had what this one has not.
    Dropped(Dropped),
}

impl Notice {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Behind { .. } => "theft_certificates_behind",
            Self::BeyondEnd { .. } => "theft_cut_off_beyond_end",
            Self::TakenBack { .. } => "theft_taken_back",
            Self::NoSurvivors { .. } => "survivors_missing",
            Self::Dropped(Dropped::Key { .. }) => "key_removed",
            Self::Dropped(Dropped::Use { .. }) => "key_use_taken",
            Self::Dropped(Dropped::Window { .. }) => "key_window_narrowed",
            Self::Dropped(Dropped::Dictionary { .. }) => "dictionary_removed",
            Self::Dropped(Dropped::Words { .. }) => "dictionary_replaced",
            Self::Dropped(Dropped::Type { .. }) => "type_taken_from_agency",
            Self::Dropped(Dropped::Agency { .. }) => "agency_removed",
            Self::Dropped(Dropped::Root { .. }) => "root_changed",
        }
    }

    /// The key that it is about.
    pub const fn key(&self) -> Option<KeyId> {
        match self {
            Self::Behind { key, .. } | Self::BeyondEnd { key, .. } | Self::TakenBack { key } | Self::NoSurvivors { key, .. } => Some(*key),
            Self::Dropped(
                Dropped::Key { key, .. } | Dropped::Use { key, .. } | Dropped::Window { key, .. } | Dropped::Root { next: key, .. },
            ) => Some(*key),
            Self::Dropped(Dropped::Type { .. } | Dropped::Agency { .. } | Dropped::Dictionary { .. } | Dropped::Words { .. }) => None,
        }
    }

    /// How many usable certificates it is about.
    pub const fn usable(&self) -> Option<u64> {
        match self {
            Self::Behind { usable, .. }
            | Self::Dropped(
                Dropped::Key { usable, .. }
                | Dropped::Use { usable, .. }
                | Dropped::Window { usable, .. }
                | Dropped::Dictionary { usable, .. }
                | Dropped::Words { usable, .. }
                | Dropped::Type { usable, .. }
                | Dropped::Agency { usable, .. }
                | Dropped::Root { usable, .. },
            ) => Some(*usable),
            Self::BeyondEnd { .. } | Self::TakenBack { .. } | Self::NoSurvivors { .. } => None,
        }
    }
}

/// What should be known of a manifest that takes the place of another, with these lists of survivors beside those of the library.
pub fn notices(
    library: &Library,
    before: Option<&SignedManifest>,
    next: &SignedManifest,
    lists: &[Vec<u8>],
) -> Result<Vec<Notice>, StoreError> {
    let opened = next.open().map_err(StoreError::Manifest)?;
    let mut notices = of_thefts(library, &opened, lists)?;
    let Some((signed, before)) =
        before.map(|signed| signed.open().map(|opened| (signed, opened))).transpose().map_err(StoreError::Manifest)?
    else {
        return Ok(notices);
    };
    let given_back = |stolen: &&(_, u64)| {
        let mut keys = opened.agencies.iter().flat_map(|agency| &agency.keys);
        keys.any(|key| key.key == stolen.0 && key.counts_before.is_none())
    };
    notices.extend(Thefts::of(&before).iter().filter(given_back).map(|(key, _)| Notice::TakenBack { key: key.id() }));
    notices.extend(dropped(library, (&before, &signed.root), (&opened, &next.root))?.into_iter().map(Notice::Dropped));
    Ok(notices)
}

fn of_thefts(library: &Library, next: &Manifest, lists: &[Vec<u8>]) -> Result<Vec<Notice>, StoreError> {
    let size = library.log_size()?;
    let mut notices = Vec::new();
    let thefts = Thefts::of(next);
    for (stolen, cut_off) in thefts.iter() {
        let (key, before) = (stolen.id(), *cut_off);
        if before > size {
            notices.push(Notice::BeyondEnd { key, before, size });
        }
        match usable(lost(library, stolen, before)?)? {
            0 => {}
            usable => notices.push(Notice::Behind { key, before, usable }),
        }
    }
    let lists = [taken::survivors(library)?.as_slice(), lists].concat();
    notices.extend(thefts.beside(&lists).map(|(stolen, before)| Notice::NoSurvivors { key: stolen.id(), before: *before }));
    Ok(notices)
}
