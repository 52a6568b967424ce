//! The life of a certificate: which act is allowed in which condition, and what it makes of it. The table stands here and nowhere else.

mod past;

pub(crate) use past::last_of;
pub use past::{Past, PastAsked, When, state_at};

use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::moment_in_china;
use kanhe_core::event::Act;
use kanhe_core::status::State;
use std::fmt;
use thiserror::Error;

/// What a certificate is on a day: its state, and while that is valid, where its term stands. An end of term is computed, never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Valid, and its term has not begun.
    NotYetInForce,
    /// Valid, within its term.
    InForce,
    /// 失效: valid, and its term has run out.
    Expired,
    /// 暂扣.
    Suspended,
    /// 吊销.
    Revoked,
    /// 撤销.
    Annulled,
    /// 注销.
    Cancelled,
    /// 转出.
    Transferred,
    /// A newer version took its place.
    Superseded,
}

impl Condition {
    /// Every condition, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::NotYetInForce,
        Self::InForce,
        Self::Expired,
        Self::Suspended,
        Self::Revoked,
        Self::Annulled,
        Self::Cancelled,
        Self::Transferred,
        Self::Superseded,
    ];

    /// The condition on a day, of a state and a term.
    pub fn of(state: State, from: Date, until: Option<Date>, day: Date) -> Self {
        match state {
            State::Valid if until.is_some_and(|until| until < day) => Self::Expired,
            State::Valid if day < from => Self::NotYetInForce,
            State::Valid => Self::InForce,
            State::Suspended => Self::Suspended,
            State::Revoked => Self::Revoked,
            State::Annulled => Self::Annulled,
            State::Cancelled => Self::Cancelled,
            State::Transferred => Self::Transferred,
            State::Superseded => Self::Superseded,
        }
    }

    /// The word by which files and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotYetInForce => "not_yet_in_force",
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Annulled => "annulled",
            Self::Cancelled => "cancelled",
            Self::Transferred => "transferred",
            Self::Superseded => "superseded",
        }
    }

    /// The acts that are allowed in it.
    pub fn allows(self) -> impl Iterator<Item = Change> {
        Change::ALL.into_iter().filter(move |change| self.after(*change).is_some())
    }

    /// What a change makes of a certificate in this condition; none where it is not allowed.
    ///
    /// | | renew | amend | suspend | reinstate | revoke | annul | cancel | transfer out | undo transfer |
    /// |---|---|---|---|---|---|---|---|---|---|
    /// | not yet in force | – | superseded | suspended | – | revoked | annulled | cancelled | – | – |
    /// | in force | superseded | superseded | suspended | – | revoked | annulled | cancelled | transferred | – |
    /// | expired | – | – | – | – | revoked | annulled | cancelled | – | – |
    /// | suspended | – | – | – | valid | revoked | annulled | cancelled | – | – |
    /// | revoked, annulled | – | – | – | – | – | – | cancelled | – | – |
    /// | transferred | – | – | – | – | – | – | – | – | valid |
    /// | cancelled, superseded | – | – | – | – | – | – | – | – | – |
    ///
    /// A renewal is asked for before the term ends (Administrative Licensing Law art. 50); what was revoked, annulled or has expired is
    /// deregistered afterwards (art. 70). What is superseded is dead: the act is for the version that took its place.
    pub const fn after(self, change: Change) -> Option<State> {
        use Change as C;
        match (self, change) {
            (Self::InForce, C::Renew) | (Self::InForce | Self::NotYetInForce, C::Amend) => Some(State::Superseded),
            (Self::InForce | Self::NotYetInForce, C::Suspend) => Some(State::Suspended),
            (Self::Suspended, C::Reinstate) | (Self::Transferred, C::UndoTransfer) => Some(State::Valid),
            (Self::NotYetInForce | Self::InForce | Self::Expired | Self::Suspended, C::Revoke) => Some(State::Revoked),
            (Self::NotYetInForce | Self::InForce | Self::Expired | Self::Suspended, C::Annul) => Some(State::Annulled),
            (Self::NotYetInForce | Self::InForce | Self::Expired | Self::Suspended | Self::Revoked | Self::Annulled, C::Cancel) => {
                Some(State::Cancelled)
            }
            (Self::InForce, C::TransferOut) => Some(State::Transferred),
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// An act upon a certificate that the library has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// 延续.
    Renew,
    /// 变更.
    Amend,
    /// 暂扣.
    Suspend,
    /// 暂扣发还.
    Reinstate,
    /// 吊销.
    Revoke,
    /// 撤销.
    Annul,
    /// 注销.
    Cancel,
    /// 转出.
    TransferOut,
    /// 取消转出.
    UndoTransfer,
}

impl Change {
    /// Every change, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::Renew,
        Self::Amend,
        Self::Suspend,
        Self::Reinstate,
        Self::Revoke,
        Self::Annul,
        Self::Cancel,
        Self::TransferOut,
        Self::UndoTransfer,
    ];

    /// The act that the log calls it.
    pub const fn act(self) -> Act {
        match self {
            Self::Renew => Act::Renew,
            Self::Amend => Act::Amend,
            Self::Suspend => Act::Suspend,
            Self::Reinstate => Act::Reinstate,
            Self::Revoke => Act::Revoke,
            Self::Annul => Act::Annul,
            Self::Cancel => Act::Cancel,
            Self::TransferOut => Act::TransferOut,
            Self::UndoTransfer => Act::UndoTransfer,
        }
    }

    /// The change that an act of the log was.
    pub fn of(act: Act) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.act() == act)
    }
}

/// Why an act is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LifecycleError {
    /// Not in this condition.
    #[error("a certificate that is {} cannot be the object of {}; allowed now: {}", spaced(&.found.to_string()), spaced(.change.act().word()), list(.allowed))]
    NotAllowed {
        /// What was asked for.
        change: Change,
        /// What the certificate is.
        found: Condition,
        /// What could be done with it.
        allowed: Vec<Change>,
    },
    /// Nothing can be done any more in this condition.
    #[error("a certificate that is {} cannot be the object of {}, nor of any other act", spaced(&.found.to_string()), spaced(.change.act().word()))]
    Ended {
        /// What was asked for.
        change: Change,
        /// What the certificate is.
        found: Condition,
    },
    /// What is superseded is dead, and what took its place is not.
    #[error("{} took its place: the act is for that version", .by.as_deref().unwrap_or("a newer version"))]
    Superseded {
        /// The last version, where it is known.
        by: Option<String>,
    },
    /// It would take effect before what was done last.
    #[error("it would take effect at {}, before what was done last did at {}", moment_in_china(*.effective), moment_in_china(*.last))]
    BeforeLast {
        /// When it would take effect.
        effective: Timestamp,
        /// When the last act did.
        last: Timestamp,
    },
    /// It would take effect later: then is the time to record it.
    #[error("it would take effect at {}, and now is {}", moment_in_china(*.effective), moment_in_china(*.now))]
    InFuture {
        /// When it would take effect.
        effective: Timestamp,
        /// Now.
        now: Timestamp,
    },
}

impl LifecycleError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed { .. } => "lifecycle_not_allowed",
            Self::Ended { .. } => "lifecycle_ended",
            Self::Superseded { .. } => "lifecycle_superseded",
            Self::BeforeLast { .. } => "lifecycle_before_last",
            Self::InFuture { .. } => "lifecycle_in_future",
        }
    }
}

/// A word of files and APIs, as people read it.
fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

fn list(changes: &[Change]) -> String {
    changes.iter().map(|change| spaced(change.act().word())).collect::<Vec<_>>().join(", ")
}

/// Asks the table.
pub fn allow(found: Condition, change: Change) -> Result<State, LifecycleError> {
    found.after(change).ok_or_else(|| match found.allows().collect::<Vec<_>>() {
        _ if found == Condition::Superseded => LifecycleError::Superseded { by: None },
        none if none.is_empty() => LifecycleError::Ended { change, found },
        allowed => LifecycleError::NotAllowed { change, found, allowed },
    })
}

/// Whether an act can take effect at a moment: not before the one before it, and not in the future. Behind one that lies in the future, for a
/// clock that was ahead had recorded it, an act takes effect now: which came first, the log says.
pub fn in_order(effective: Timestamp, last: Timestamp, now: Timestamp) -> Result<(), LifecycleError> {
    if effective < last.min(now) {
        Err(LifecycleError::BeforeLast { effective, last })
    } else if effective > now {
        Err(LifecycleError::InFuture { effective, now })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair, allowed and refused: rows as conditions, columns as changes, in the order of `ALL`.
    const TABLE: [(Condition, &str); 9] = [
        (Condition::NotYetInForce, "- S s - r a c - -"),
        (Condition::InForce, "S S s - r a c t -"),
        (Condition::Expired, "- - - - r a c - -"),
        (Condition::Suspended, "- - - v r a c - -"),
        (Condition::Revoked, "- - - - - - c - -"),
        (Condition::Annulled, "- - - - - - c - -"),
        (Condition::Cancelled, "- - - - - - - - -"),
        (Condition::Transferred, "- - - - - - - - v"),
        (Condition::Superseded, "- - - - - - - - -"),
    ];

    fn letter(state: Option<State>) -> &'static str {
        match state {
            None => "-",
            Some(State::Valid) => "v",
            Some(State::Suspended) => "s",
            Some(State::Revoked) => "r",
            Some(State::Annulled) => "a",
            Some(State::Cancelled) => "c",
            Some(State::Transferred) => "t",
            Some(State::Superseded) => "S",
        }
    }

    #[test]
    fn every_pair_of_condition_and_change_is_as_the_table_says() {
        assert_eq!(TABLE.map(|(condition, _)| condition), Condition::ALL);
        for (condition, row) in TABLE {
            let found: Vec<_> = Change::ALL.map(|change| letter(condition.after(change))).to_vec();
            assert_eq!(found.join(" "), row, "{condition}");
        }
    }

    #[test]
    fn a_refusal_names_the_change_the_condition_and_what_could_be_done() {
        let refused = allow(Condition::Suspended, Change::Renew).unwrap_err();
        assert_eq!(refused.code(), "lifecycle_not_allowed");
        assert_eq!(
            refused.to_string(),
            "a certificate that is suspended cannot be the object of renew; allowed now: reinstate, revoke, annul, cancel"
        );
        let in_force = allow(Condition::InForce, Change::UndoTransfer).unwrap_err().to_string();
        assert!(in_force.starts_with("a certificate that is in force cannot be the object of undo transfer; "), "{in_force}");
        let ended = allow(Condition::Cancelled, Change::Renew).unwrap_err();
        assert_eq!(ended.to_string(), "a certificate that is cancelled cannot be the object of renew, nor of any other act");
        let dead = allow(Condition::Superseded, Change::Cancel).unwrap_err();
        assert_eq!(
            (dead.code(), dead.to_string().as_str()),
            ("lifecycle_superseded", "a newer version took its place: the act is for that version")
        );
    }

    #[test]
    fn the_last_day_of_a_term_is_still_in_it() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let on = |today| Condition::of(State::Valid, day("2026-03-01"), Some(day("2026-03-31")), day(today));
        assert_eq!(on("2026-02-28"), Condition::NotYetInForce);
        assert_eq!(on("2026-03-01"), Condition::InForce);
        assert_eq!(on("2026-03-31"), Condition::InForce);
        assert_eq!(on("2026-04-01"), Condition::Expired);
        assert_eq!(Condition::of(State::Suspended, day("2026-03-01"), Some(day("2026-03-31")), day("2026-04-01")), Condition::Suspended);
    }
}
