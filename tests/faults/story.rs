//! The stories that faults break off: two that have every act, and as many others as there are seeds.

use crate::registry::OPERATOR;
use kanhe_core::status::State;
use kanhe_issuer::examiner::Closing;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_issuer::proposal::Deed;
use kanhe_issuer::registrar::Replacement;
use kanhe_store::Stage;
use std::collections::BTreeSet;
use std::ops::Range;

/// How the type that is reviewed is reviewed.
pub const REVIEW: &str = r#"{ "order": "serial", "departments": [{ "id": "fire", "zh": "消防", "en": "Fire" }] }"#;

/// What takes two people: something is taken up, or the first certificates of people are changed together.
#[derive(Clone, Debug)]
pub struct Matter {
    pub deed: Deed,
    pub people: Range<usize>,
}

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
    /// It ends without a certificate.
    Close { person: usize, closing: Closing, becomes: Stage },
    /// Somebody proposes what takes two people.
    Propose(Matter),
    /// Another approves it, and what it is about is done.
    Agree(Matter),
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
        let alone = match self {
            Self::TakeUp | Self::Change { .. } | Self::Alias { .. } => 1,
            Self::Apply { .. } | Self::Review { .. } | Self::Close { .. } => 1,
            Self::Agree(matter) => matter.deed.change().map_or(1, |_| matter.people.len()),
            _ => 0,
        };
        self.certificates() + alone
    }
}

/// A story that can be told again.
#[derive(Clone, Copy, Debug)]
pub enum Story {
    /// One of those that have every act between them, each of whose writes goes wrong.
    Chapter(usize),
    /// One of chance, by its seed.
    Chance(u64),
}

impl Story {
    /// The chapters. They are two, for every row of the table plays one from its beginning to its end.
    pub const CHAPTERS: [Self; 2] = [Self::Chapter(0), Self::Chapter(1)];

    pub fn acts(self) -> Vec<Act> {
        match self {
            Self::Chapter(0) => certificates(),
            Self::Chapter(_) => decisions(),
            Self::Chance(seed) => of_chance(&mut Dice(seed ^ 0xacc0)),
        }
    }

    /// The two words by which a child is told of it.
    pub fn words(self) -> String {
        match self {
            Self::Chapter(number) => format!("chapter {number}"),
            Self::Chance(seed) => format!("chance {seed}"),
        }
    }

    pub fn parse(words: &str) -> Option<Self> {
        let (kind, number) = words.split_once(' ')?;
        Some(if kind == "chapter" { Self::Chapter(number.parse().ok()?) } else { Self::Chance(number.parse().ok()?) })
    }
}

/// What becomes of certificates, and of the library that has them.
fn certificates() -> Vec<Act> {
    let change = |person, version, change, becomes| Act::Change { person, version, change, becomes };
    vec![
        Act::Found,
        Act::TakeUp,
        Act::Issue { kind: OPERATOR, person: 0 },
        Act::Replace { person: 0, version: 0, how: Replacement::Renew },
        Act::BackUp,
        Act::Replace { person: 0, version: 1, how: Replacement::Amend },
        change(0, 2, Change::Suspend, State::Suspended),
        change(0, 2, Change::Reinstate, State::Valid),
        change(0, 2, Change::TransferOut, State::Transferred),
        change(0, 2, Change::UndoTransfer, State::Valid),
        Act::Bulk(1..10),
        Act::Publish,
        Act::SignPages,
        Act::Together(10..16),
        Act::Alias { person: 3 },
        Act::TransferIn { person: 50 },
        change(0, 2, Change::Revoke, State::Revoked),
        change(0, 2, Change::Cancel, State::Cancelled),
        change(4, 0, Change::Annul, State::Annulled),
        Act::BackUp,
        Act::Restore,
        Act::Publish,
    ]
}

/// What is decided by others than those who asked for it: applications and proposals.
fn decisions() -> Vec<Act> {
    let close = |person, closing, becomes| Act::Close { person, closing, becomes };
    let matter = |deed, people| Matter { deed, people };
    vec![
        Act::Found,
        Act::TakeUp,
        Act::Apply { person: 40 },
        Act::Review { person: 40 },
        Act::Approve { person: 40 },
        Act::Apply { person: 41 },
        close(41, Closing::Reject, Stage::Rejected),
        Act::Apply { person: 42 },
        close(42, Closing::Withdraw, Stage::Withdrawn),
        Act::Propose(matter(Deed::Type, 0..0)),
        Act::Agree(matter(Deed::Type, 0..0)),
        Act::Propose(matter(Deed::Recognition, 0..0)),
        Act::Agree(matter(Deed::Recognition, 0..0)),
        Act::Bulk(1..4),
        Act::Propose(matter(Deed::Suspend, 1..4)),
        Act::Agree(matter(Deed::Suspend, 1..4)),
        Act::Publish,
    ]
}

/// A story of chance: the same for the same seed.
fn of_chance(dice: &mut Dice) -> Vec<Act> {
    let mut acts = vec![Act::Found, Act::TakeUp, Act::Issue { kind: OPERATOR, person: 0 }];
    // Of each person the version that is theirs now, and its state.
    let mut people = vec![(0, State::Valid)];
    let (mut backed_up, mut aliased, mut applicants) = (false, BTreeSet::new(), Applicants::default());
    for _ in 0..dice.below(20) + 5 {
        let (first, person) = (people.len(), dice.below(people.len()));
        let (version, state) = people[person];
        let condition = Condition::of(state, "2026-03-01".parse().unwrap(), None, "2026-03-02".parse().unwrap());
        let mut come = |many: usize| {
            people.extend((0..many).map(|_| (0, State::Valid)));
            first..first + many
        };
        acts.push(match dice.below(12) {
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
            9 => applicants.come(),
            10 if !applicants.waiting.is_empty() => applicants.go_on(dice),
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

/// Those who apply in a story of chance.
#[derive(Default)]
struct Applicants {
    came: usize,
    /// Who waits for a decision, and whether the department has agreed.
    waiting: Vec<(usize, bool)>,
}

impl Applicants {
    /// Other people than those who are issued something without a review.
    const FIRST: usize = 1_000;

    fn come(&mut self) -> Act {
        let person = Self::FIRST + self.came;
        self.came += 1;
        self.waiting.push((person, false));
        Act::Apply { person }
    }

    fn go_on(&mut self, dice: &mut Dice) -> Act {
        let place = dice.below(self.waiting.len());
        let (person, agreed) = &mut self.waiting[place];
        let person = *person;
        let act = match dice.below(4) {
            0 => Act::Close { person, closing: Closing::Reject, becomes: Stage::Rejected },
            1 => Act::Close { person, closing: Closing::Withdraw, becomes: Stage::Withdrawn },
            _ if *agreed => Act::Approve { person },
            _ => {
                *agreed = true;
                return Act::Review { person };
            }
        };
        self.waiting.remove(place);
        act
    }
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
