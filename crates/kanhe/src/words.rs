//! Words for people, in Chinese and English. Below this crate there are only codes.

mod failure;
mod library;
mod meaning;
mod time;
mod verdict;

pub use failure::remedy;
pub use library::{act_word, change_word, condition_word, opinion_word, stage_word, state_word};
pub use meaning::meaning;
pub use time::{age, moment, on_the_clock};
pub use verdict::{Clock, advice, label, next, reason, step};

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// Columns of a terminal that a label fills.
const LABEL_WIDTH: usize = 16;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    /// The same sentence twice.
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// In one language.
    pub const fn of(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A sentence in both languages, with names, days and moments in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Sentence {
    /// The same sentence twice.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// In one language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }

    /// Both, for machines.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "zh": self.zh, "en": self.en })
    }
}

impl From<Words> for Sentence {
    fn from(words: Words) -> Self {
        Self::new(words.zh, words.en)
    }
}

/// So many things, in English.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// 中文
    #[value(name = "zh")]
    Chinese,
    /// English
    #[value(name = "en")]
    English,
}

impl Language {
    /// The language of a POSIX locale such as `zh_CN.UTF-8`.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Chinese } else { Self::English }
    }
}

/// A label and its value, the values in one column: a Chinese character is as wide as two others.
pub fn row(label: &str, value: &str) -> String {
    let room = LABEL_WIDTH.saturating_sub(label.width());
    format!("  {label}{:room$} {value}", "")
}
