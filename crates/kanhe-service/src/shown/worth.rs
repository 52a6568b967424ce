//! What a certificate is worth at a counter.

use jiff::civil::Date;
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::lifecycle::Condition;
use kanhe_store::{Card, Library, Shelfmark, StoreError};

/// What a certificate is worth at a counter on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// The state, and where its term stands.
    pub condition: Condition,
    /// Why counters would refuse it, whatever its condition.
    pub doubt: Doubt,
}

impl Worth {
    /// What a certificate of the library is worth.
    pub fn of(library: &Library, mark: Shelfmark, doubts: &Doubts, today: Date) -> Result<Self, StoreError> {
        let card = library.card(mark)?;
        Ok(Self { condition: condition_of(&card, today), doubt: doubts.at(library, mark, &card)? })
    }

    /// What one is worth that was entered a moment ago, under the manifest that stands.
    pub fn of_new(card: &Card, today: Date) -> Self {
        Self { condition: condition_of(card, today), doubt: Doubt::default() }
    }
}

pub(super) fn condition_of(card: &Card, today: Date) -> Condition {
    Condition::of(card.state, card.from, card.until, today)
}
