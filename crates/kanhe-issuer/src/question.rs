//! What is asked of a library; a question that nothing could answer is told to be one, so that nobody takes it for an answer that nothing is found.

use jiff::Timestamp;
use kanhe_core::calendar::moment_in_china;
use kanhe_core::code::{HolderCode, TypeCode, Uscc};
use kanhe_core::event::{Act, Event};
use kanhe_store::find::{Only, Question};
use std::fmt::Display;
use thiserror::Error;

/// Why a question is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// The code of a holder of whom nothing is found fails its check.
    #[error("nothing is found by this code, and its check character does not fit the others: it may be mistyped")]
    Mistyped,
    /// The time that is asked for ends before it begins.
    #[error("the time begins at {from}, and ends before that, at {until}")]
    Reversed {
        /// Its beginning.
        from: String,
        /// Its end.
        until: String,
    },
    /// What held in the past is asked of a moment that has not come yet.
    #[error("it is asked what held at {}, and now is {}", moment_in_china(*.asked), moment_in_china(*.now))]
    InFuture {
        /// The moment asked of.
        asked: Timestamp,
        /// Now.
        now: Timestamp,
    },
}

impl QuestionError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Mistyped => "holder_code_check",
            Self::Reversed { .. } => "time_reversed",
            Self::InFuture { .. } => "time_in_future",
        }
    }
}

/// A printed number has at most so many characters.
const LONGEST_NUMBER: usize = 100;

/// A name has at most so many letters, as it is asked for.
const LONGEST_NAME: usize = 200;

/// A request id has at most so many characters.
const LONGEST_REQUEST: usize = 64;

/// Why nothing is found by some words, whatever stands in the library: nothing in it is so short or so long. Its code is that of whoever
/// reads the words: of a command line they are a wrong argument, of a request a member that is not as the interface has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoneSuch {
    /// A number.
    #[error("a printed number has at most {most} characters", most = LONGEST_NUMBER)]
    Number,
    /// A name.
    #[error("a name is found by 2 to {most} neighbouring letters of it", most = LONGEST_NAME)]
    Name,
    /// A request id.
    #[error("a request id has 1 to {most} characters", most = LONGEST_REQUEST)]
    Request,
}

/// Asks for a printed number, whole.
pub fn by_number(number: &str, only: Only) -> Result<Question, NoneSuch> {
    let one = || Question::Number { number: number.to_owned(), only };
    (number.chars().count() <= LONGEST_NUMBER).then(one).ok_or(NoneSuch::Number)
}

/// Asks for a holder's name, or neighbouring letters of it.
pub fn by_name(words: &str, only: Only) -> Result<Question, NoneSuch> {
    Question::named(words, only).filter(|_| words.chars().count() <= LONGEST_NAME).ok_or(NoneSuch::Name)
}

/// Asks for what was issued for a request.
pub fn by_request(request: &str, type_code: Option<TypeCode>, agency: Option<Uscc>) -> Result<Question, NoneSuch> {
    let one = || Question::Request { request: request.to_owned(), type_code, agency };
    (1..=LONGEST_REQUEST).contains(&request.len()).then(one).ok_or(NoneSuch::Request)
}

/// Which events of the log are asked for; what is none is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventsWanted<'a> {
    /// From the first on that was recorded at this moment or later: whoever asks goes by its place in the log
    /// ([`crate::recorded::Beginnings`]), so that nothing is hidden by a clock that was set back behind it.
    pub since: Option<Timestamp>,
    /// Recorded before this moment.
    pub until: Option<Timestamp>,
    /// This act.
    pub act: Option<Act>,
    /// Done by this officer or system.
    pub actor: Option<&'a str>,
}

impl EventsWanted<'_> {
    /// Whether an event that stands where they begin, or behind, is as it is wanted.
    pub fn are(&self, event: &Event) -> bool {
        self.until.is_none_or(|until| event.recorded < until)
            && self.act.is_none_or(|act| event.act == act)
            && self.actor.is_none_or(|actor| event.actor == actor)
    }
}

/// Refuses a code by which nothing was found, if it fails its check. One that somebody vouched for fails it too, and is found: so nobody is
/// refused before the library was asked.
pub fn nothing_is_found_by(code: &HolderCode) -> Result<(), QuestionError> {
    if code.fails_its_check() { Err(QuestionError::Mistyped) } else { Ok(()) }
}

/// Refuses a time that ends before it begins.
pub fn in_order<T: PartialOrd + Display>(from: T, until: T) -> Result<(), QuestionError> {
    if from <= until { Ok(()) } else { Err(QuestionError::Reversed { from: from.to_string(), until: until.to_string() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::code::HolderCodeType;

    #[test]
    fn only_a_code_that_has_a_check_can_fail_it() {
        let of = |kind, text: &str| nothing_is_found_by(&HolderCode::new_foreign(kind, text).unwrap().0);
        assert_eq!(of(HolderCodeType::ResidentId, "11010519491231002X"), Ok(()));
        assert_eq!(of(HolderCodeType::ResidentId, "110105194912310021"), Err(QuestionError::Mistyped));
        assert_eq!(of(HolderCodeType::Uscc, "91350100M000100Y43"), Ok(()));
        assert_eq!(of(HolderCodeType::Uscc, "91350100M000100Y44"), Err(QuestionError::Mistyped));
        let others = HolderCodeType::ALL.into_iter().filter(|kind| !matches!(kind, HolderCodeType::ResidentId | HolderCodeType::Uscc));
        for kind in others {
            assert_eq!(of(kind, "110105194912310021"), Ok(()), "{kind}");
        }
    }

    #[test]
    fn a_time_may_be_one_day_and_does_not_run_backwards() {
        assert_eq!(in_order(1, 1), Ok(()));
        assert_eq!(in_order(2, 1).map_err(|error| error.code()), Err("time_reversed"));
    }

    #[test]
    fn an_event_is_wanted_until_before_the_last_moment_and_from_a_place_on() {
        let event = Event {
            act: Act::Revoke,
            subject: "1.2".to_owned(),
            digest: [0; 32],
            seal: [0; 16],
            effective: Timestamp::UNIX_EPOCH,
            recorded: Timestamp::UNIX_EPOCH,
            basis: "law".to_owned(),
            reason: String::new(),
            actor: "zhang".to_owned(),
            approval: None,
            other: None,
            salt: [0; 16],
        };
        let (any, now, later) = (EventsWanted::default(), Some(event.recorded), Timestamp::from_second(1).ok());
        for (wanted, is) in [
            (any, true),
            (EventsWanted { since: now, until: later, act: Some(Act::Revoke), actor: Some("zhang") }, true),
            (EventsWanted { since: later, ..any }, true),
            (EventsWanted { until: now, ..any }, false),
            (EventsWanted { act: Some(Act::Issue), ..any }, false),
            (EventsWanted { actor: Some("li"), ..any }, false),
        ] {
            assert_eq!(wanted.are(&event), is, "{wanted:?}");
        }
    }
}
