//! The sentences, in Chinese and English: what every door of kanhe says to people. Pure: no I/O, no clock, no dice.
//!
//! Below this crate there are only codes; what is done with a sentence, a terminal, a problem document or a page decides.
//!
//! * [`Words`], [`Sentence`], [`Language`]: a sentence is there in both languages, and the reader's is chosen last;
//! * [`Answer`]: a verdict as one JSON object and as lines, the same at the counter, over HTTP and in the browser;
//! * [`meaning()`], [`remedy()`], [`remedy_of_finding`], [`hint()`]: what a code of `docs/errors.md` says, and what to do about it, at the machine and over HTTP;
//! * [`in_chinese`]: the details of the libraries, which are English, with everything that stands in them;
//! * [`state_word`], [`act_word`]: the life of a certificate;
//! * [`moment`], [`on_the_clock`], [`age`]: times, by the clock of China;
//! * [`label`], [`counted`], [`row`]: the pieces of which lines are made.

mod accept_language;
mod answer;
mod detail;
mod hint;
mod language;
mod life;
mod meaning;
mod remedy;
mod sentence;
mod time;
mod verdict;

pub use accept_language::LONGEST_ACCEPT_LANGUAGE;
pub use answer::Answer;
pub use detail::in_chinese;
pub use hint::{hint, hint_in_sharing};
pub use language::Language;
pub use life::{act_word, state_word};
pub use meaning::{known_code, meaning};
pub use remedy::{remedy, remedy_of_finding};
pub use sentence::{Sentence, Words, counted, label, row};
pub use time::{age, moment, on_the_clock};
pub use verdict::Clock;
