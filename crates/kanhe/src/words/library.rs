//! The words of a certificate's life that name what the library and the agency know.
//!
//! What begins with `said_` takes the word of the interface: one that a later service says is told as it came.

use super::{Language, Words, act_word, on_the_clock, state_word};
use jiff::Timestamp;
use kanhe_core::event::Act;
use kanhe_core::status::State;
use kanhe_issuer::examiner::Opinion;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_store::Stage;

/// A condition.
pub const fn condition_word(condition: Condition) -> Words {
    match condition {
        Condition::NotYetInForce => Words::new("尚未生效", "not yet in force"),
        Condition::InForce => Words::new("有效", "in force"),
        Condition::Expired => Words::new("失效", "expired"),
        Condition::Suspended => state_word(State::Suspended),
        Condition::Revoked => state_word(State::Revoked),
        Condition::Annulled => state_word(State::Annulled),
        Condition::Cancelled => state_word(State::Cancelled),
        Condition::Transferred => state_word(State::Transferred),
        Condition::Superseded => state_word(State::Superseded),
    }
}

/// A change, as something that was done.
pub const fn change_word(change: Change) -> Words {
    act_word(change.act())
}

/// A stage of an application.
pub const fn stage_word(stage: Stage) -> Words {
    match stage {
        Stage::InReview => Words::new("审查中", "in review"),
        Stage::ForDecision => Words::new("待决定", "waiting for the decision"),
        Stage::Approved => Words::new("准予许可", "approved"),
        Stage::Rejected => Words::new("不予许可", "refused"),
        Stage::Withdrawn => Words::new("已撤回", "withdrawn"),
    }
}

/// What a department says.
const fn opinion_word(opinion: Opinion) -> Words {
    match opinion {
        Opinion::Agrees => Words::new("同意", "agrees"),
        Opinion::Objects => Words::new("不同意", "objects"),
    }
}

/// A condition, by its word.
pub fn said_condition(word: &str, language: Language) -> String {
    told(Condition::ALL.into_iter().find(|condition| condition.word() == word).map(condition_word), word, language)
}

/// A state, by its word.
pub fn said_state(word: &str, language: Language) -> String {
    told(State::parse(word).ok().map(state_word), word, language)
}

/// A stage, by its word.
pub fn said_stage(word: &str, language: Language) -> String {
    told(Stage::ALL.into_iter().find(|stage| stage.word() == word).map(stage_word), word, language)
}

/// What a department says, by its word.
pub fn said_opinion(word: &str, language: Language) -> String {
    told(Opinion::parse(word).map(opinion_word), word, language)
}

/// An act, by its word.
pub fn said_act(word: &str, language: Language) -> String {
    told(Act::ALL.into_iter().find(|act| act.word() == word).map(act_word), word, language)
}

/// A moment of RFC 3339, on the clock of China.
pub fn said_moment(moment: &str) -> String {
    moment.parse::<Timestamp>().map_or_else(|_| moment.to_owned(), on_the_clock)
}

fn told(words: Option<Words>, word: &str, language: Language) -> String {
    words.map_or(word, |words| words.of(language)).to_owned()
}
