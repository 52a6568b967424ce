//! The stories that faults break off: one that has every act, and as many others as there are seeds.

use crate::registry::OPERATOR;
use kanhe_core::status::State;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::registrar::Replacement;
use std::collections::BTreeSet;
use std::ops::Range;

/// How the type that is reviewed is reviewed.
pub const REVIEW: &str = r#"{ "order": "serial", "departments": [{ "id": "fire", "zh": "消防", "en": "Fire" }] }"#;

/// One act at the registry. Each may be asked for again when it was not answered, and has happened once then.
#[derive(Clone, Debug)]
pub enum Act {
    /// The library is founded.
    Found,
    /// It takes up the region's manifest.
    TakeUp,
    /// A person is issued a certificate.
    Issue { kind: &'static str, person: usize },
    /// A person's certificate of a version is replaced by the next.
    Replace { person: usize, version: usize, how: Replacement },
    /// Something becomes of a person's certificate of a version.
    Change { person: usize, version: usize, change: Change, becomes: State },
    /// Many are issued, batch by batch.
    Bulk(Range<usize>),
    /// Many are issued by clerks who work at the same time.
    Together(Range<usize>),
    /// A person's application for the type that is reviewed arrives: what another region gave away is to go on here.
    Apply { person: usize },
    /// The one department agrees to it.
    Review { person: usize },
    /// It is approved, and the certificate issued.
    Approve { person: usize },
    /// A person's certificate comes over from another region.
    TransferIn { person: usize },
    /// A person's certificate is known by another name too.
    Alias { person: usize },
    /// The head of the log is signed and remembered.
    Publish,
    /// The status lists are signed and remembered.
    SignPages,
    /// A backup is added.
    BackUp,
    /// The last backup is restored beside the library.
    Restore,
}

impl Act {
    /// Whether it writes to the library itself: where such a write fails, nothing more is written.
    pub const fn commits(&self) -> bool {
        !matches!(self, Self::Found | Self::BackUp | Self::Restore)
    }

    /// Certificates that come into the library.
    pub fn certificates(&self) -> usize {
        match self {
            Self::Issue { .. } | Self::Replace { .. } | Self::Approve { .. } | Self::TransferIn { .. } => 1,
            Self::Bulk(people) | Self::Together(people) => people.len(),
            _ => 0,
        }
    }

    /// Events that the log grows by.
    pub fn events(&self) -> usize {
        let alone = matches!(self, Self::TakeUp | Self::Change { .. } | Self::Alias { .. } | Self::Apply { .. } | Self::Review { .. });
        self.certificates() + usize::from(alone)
    }
}

/// The story with every act.
pub fn whole() -> Vec<Act> {
    let change = |change, becomes| Act::Change { person: 0, version: 1, change, becomes };
    vec![
        Act::Found,
        Act::TakeUp,
        Act::Issue { kind: OPERATOR, person: 0 },
        Act::Apply { person: 40 },
        Act::Review { person: 40 },
        Act::Approve { person: 40 },
        Act::Replace { person: 0, version: 0, how: Replacement::Renew },
        Act::BackUp,
        change(Change::Suspend, State::Suspended),
        change(Change::Reinstate, State::Valid),
        Act::Bulk(1..10),
        Act::Publish,
        Act::SignPages,
        Act::Together(10..16),
        Act::Alias { person: 3 },
        Act::TransferIn { person: 50 },
        change(Change::Revoke, State::Revoked),
        Act::BackUp,
        Act::Restore,
        Act::Publish,
    ]
}

/// A story of chance: the same for the same seed.
pub fn of_chance(dice: &mut Dice) -> Vec<Act> {
    let mut acts = vec![Act::Found, Act::TakeUp, Act::Issue { kind: OPERATOR, person: 0 }];
    // Of each person the version that is theirs now, and its state.
    let mut people = vec![(0, State::Valid)];
    let (mut backed_up, mut aliased) = (false, BTreeSet::new());
    for _ in 0..dice.below(20) + 5 {
        let (first, person) = (people.len(), dice.below(people.len()));
        let (version, state) = people[person];
        let condition = Condition::of(state, "2026-03-01".parse().unwrap(), None, "2026-03-02".parse().unwrap());
        let mut come = |many: usize| {
            people.extend((0..many).map(|_| (0, State::Valid)));
            first..first + many
        };
        acts.push(match dice.below(10) {
            0 => Act::Issue { kind: OPERATOR, person: come(1).start },
            1 => Act::Bulk(come(dice.below(12) + 1)),
            2 => Act::Together(come(dice.below(8) + 1)),
            3 if condition.after(Change::Amend).is_some() => {
                people[person] = (version + 1, State::Valid);
                Act::Replace { person, version, how: Replacement::Amend }
            }
            4 if aliased.insert(person) => Act::Alias { person },
            5 => Act::Publish,
            6 => Act::SignPages,
            7 => {
                backed_up = true;
                Act::BackUp
            }
            8 if backed_up => Act::Restore,
            _ => {
                let allowed: Vec<_> = condition.allows().filter(|change| !matches!(change, Change::Renew | Change::Amend)).collect();
                let Some(change) = allowed.get(dice.below(allowed.len().max(1))).copied() else { continue };
                let becomes = condition.after(change).unwrap();
                people[person].1 = becomes;
                Act::Change { person, version, change, becomes }
            }
        });
    }
    acts
}

/// Chance that is the same on every machine (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below another.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % limit.max(1) as u64) as usize
    }
}
