//! What has become of a job, and what somebody may do with it.

use minicbor::{Decode, Encode};

/// What has become of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Condition {
    /// It is worked on, or will be.
    #[n(0)]
    Waiting,
    /// Somebody has stopped it, and may let it go on.
    #[n(1)]
    Paused,
    /// Every row was answered.
    #[n(2)]
    Done,
    /// Somebody has ended it; what was issued stays.
    #[n(3)]
    Cancelled,
    /// Something that is no fault of a row stopped it; it may go on when that is mended.
    #[n(4)]
    Failed,
}

impl Condition {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing will ever be done for it again.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// What somebody does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Stop it between two rows.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Cancel,
}

impl Turn {
    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
        }
    }

    /// What becomes of a job in a condition, if that is possible; what is so already stays so.
    pub(super) const fn of(self, condition: Condition) -> Option<Condition> {
        match (self, condition) {
            (Self::Pause, Condition::Waiting | Condition::Paused) => Some(Condition::Paused),
            (Self::Resume, Condition::Waiting | Condition::Paused | Condition::Failed) => Some(Condition::Waiting),
            (Self::Cancel, Condition::Waiting | Condition::Paused | Condition::Failed | Condition::Cancelled) => Some(Condition::Cancelled),
            (Self::Pause, Condition::Done | Condition::Cancelled | Condition::Failed)
            | (Self::Resume, Condition::Done | Condition::Cancelled)
            | (Self::Cancel, Condition::Done) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_over() {
        use Condition::{Cancelled, Done, Failed, Paused, Waiting};
        let rows = [
            (Turn::Pause, [Some(Paused), Some(Paused), None, None, None]),
            (Turn::Resume, [Some(Waiting), Some(Waiting), None, None, Some(Waiting)]),
            (Turn::Cancel, [Some(Cancelled), Some(Cancelled), None, Some(Cancelled), Some(Cancelled)]),
        ];
        for (turn, wanted) in rows {
            assert_eq!([Waiting, Paused, Done, Cancelled, Failed].map(|condition| turn.of(condition)), wanted, "{turn:?}");
        }
    }
}
