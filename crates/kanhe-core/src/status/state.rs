//! What has become of a certificate.

use super::StatusError;

/// What has become of a certificate; anything but `Valid` forbids its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 有效: in force, if its term says so.
    Valid,
    /// 吊销: taken as a punishment. `INVALID` in the draft.
    Revoked,
    /// 暂扣: held for a time. `SUSPENDED` in the draft.
    Suspended,
    /// 撤销: should never have been issued.
    Annulled,
    /// 注销: deregistered.
    Cancelled,
    /// 转出: moved to another region.
    Transferred,
    /// A newer version exists.
    Superseded,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Valid, Self::Revoked, Self::Suspended, Self::Annulled, Self::Cancelled, Self::Transferred, Self::Superseded];

    /// The four bits in a list: 0 to 2 as the draft registers them, 12 to 15 from its application-specific range.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Revoked => 1,
            Self::Suspended => 2,
            Self::Annulled => 12,
            Self::Cancelled => 13,
            Self::Transferred => 14,
            Self::Superseded => 15,
        }
    }

    /// The state that four bits stand for; none for the values that are reserved.
    pub fn of_bits(bits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.bits() == bits)
    }

    /// The word by which files and APIs name the state.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::Annulled => "annulled",
            Self::Cancelled => "cancelled",
            Self::Transferred => "transferred",
            Self::Superseded => "superseded",
        }
    }

    /// Reads the word of a state.
    pub fn parse(word: &str) -> Result<Self, StatusError> {
        Self::ALL
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| StatusError::UnknownState { word: word.chars().take(20).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_own_bits_and_word() {
        for state in State::ALL {
            assert_eq!(State::of_bits(state.bits()), Some(state));
            assert_eq!(State::parse(state.word()), Ok(state));
        }
        assert!((3..12).all(|bits| State::of_bits(bits).is_none()));
    }
}
