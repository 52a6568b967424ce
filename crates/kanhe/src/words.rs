//! Words for people, in Chinese and English: those of `kanhe-words`, and those of what only this crate's other rooms know.

mod library;

pub use kanhe_words::{
    Answer, Clock, Language, Sentence, Words, act_word, counted, in_chinese, label, meaning, moment, on_the_clock, remedy,
    remedy_of_finding, row, state_word,
};
pub use library::{change_word, condition_word, said_act, said_condition, said_moment, said_opinion, said_stage, said_state, stage_word};
