//! What had become of a certificate at a moment, as its events tell: the past that is asked of, and the answer.

use crate::question::QuestionError;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::{day_in_china, end_of_day, noon_of_day};
use kanhe_core::code::CertificateId;
use kanhe_core::event::{Act, Event};
use kanhe_core::status::State;

/// Which of the past an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// What held at this moment.
    pub at: Timestamp,
    /// As far as the library knew it at this one.
    pub known: Timestamp,
}

/// A time as somebody names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A moment.
    Moment(Timestamp),
    /// A day in China.
    Day(Date),
}

impl When {
    /// The moment that is meant. Today is now.
    pub fn moment(self, of_day: impl Fn(Date) -> Timestamp, now: Timestamp) -> Timestamp {
        match self {
            Self::Day(day) if day == day_in_china(now) => now,
            Self::Day(day) => of_day(day),
            Self::Moment(moment) => moment,
        }
    }

    /// The same; what has not come yet nobody can be asked of.
    fn moment_of_the_past(self, of_day: impl Fn(Date) -> Timestamp, now: Timestamp) -> Result<Timestamp, QuestionError> {
        let moment = self.moment(of_day, now);
        if moment <= now { Ok(moment) } else { Err(QuestionError::InFuture { asked: moment, now }) }
    }
}

/// What is asked of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastAsked {
    /// What held then: a day is asked of at its noon …
    pub at: When,
    /// … as far as the library knew it then, on a day by its end; now, where nothing is said.
    pub known: Option<When>,
}

impl PastAsked {
    /// The two moments. Neither lies in the future: what will hold is not known, and an answer of today would be taken for a promise.
    pub fn by(self, now: Timestamp) -> Result<Past, QuestionError> {
        let known = self.known.map_or(Ok(now), |known| known.moment_of_the_past(end_of_day, now))?;
        Ok(Past { at: self.at.moment_of_the_past(noon_of_day, now)?, known })
    }
}

/// What had become of a certificate at a moment, as far as the library knew at another; none before it was issued.
///
/// The log's order holds, whatever a clock said: all of it was recorded by a moment that is known (now, or that of an event behind the last), and
/// each before whatever stands behind it.
pub fn state_at<'e>(
    identifier: &CertificateId,
    history: impl DoubleEndedIterator<Item = &'e Event>,
    past: Past,
    mut by: Timestamp,
) -> Option<State> {
    let own = identifier.to_string();
    // Acts take effect in the order in which they were recorded, so the last that is told is the one that holds.
    history.rev().find_map(|event| {
        by = by.min(event.recorded);
        let is_told = by <= past.known && event.effective.min(by) <= past.at;
        made_by(event, &own).filter(|_| is_told)
    })
}

/// What has become of a certificate by all that is told: its state, since when that holds, and since when it is known.
pub(crate) fn last_of<'e>(
    identifier: &CertificateId,
    history: impl IntoIterator<Item = &'e Event>,
) -> Option<(State, Timestamp, Timestamp)> {
    let own = identifier.to_string();
    history.into_iter().filter_map(|event| Some((made_by(event, &own)?, event.effective, event.recorded))).last()
}

/// What an event makes of a certificate that it is about; nothing where it is about none.
fn made_by(event: &Event, own: &str) -> Option<State> {
    match event.act {
        // One event tells of both versions: it is the new one's first and the old one's last.
        Act::Renew | Act::Amend if event.subject != own => Some(State::Superseded),
        Act::Issue | Act::Renew | Act::Amend | Act::TransferIn | Act::Reinstate | Act::UndoTransfer => Some(State::Valid),
        Act::Suspend => Some(State::Suspended),
        Act::Revoke => Some(State::Revoked),
        Act::Annul => Some(State::Annulled),
        Act::Cancel => Some(State::Cancelled),
        Act::TransferOut => Some(State::Transferred),
        Act::Manifest | Act::Type | Act::Recognition | Act::Lodge | Act::Review | Act::Reject | Act::Withdraw | Act::Alias => None,
    }
}
