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

use clap::ValueEnum;
use std::borrow::Cow;
use std::ffi::OsString;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
    fn of_locale(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// The language that the environment is set to, as POSIX ranks its variables.
    pub fn of_setting(setting: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(setting).find(|locale| !locale.is_empty());
        Self::of_locale(&locale.unwrap_or_default())
    }

    /// The language of a command line that clap could not read, or that asks clap for help.
    ///
    /// `--lang` comes before `KANHE_LANG`, and that before the locale; a value that is no language is passed over, for clap says so.
    pub fn of_words(words: &[OsString], setting: impl Fn(&str) -> Option<String>) -> Self {
        let mut words = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
        let mut asked = None;
        while let Some(word) = words.next() {
            asked = if word == "--lang" { words.next() } else { word.strip_prefix("--lang=").or(asked) };
        }
        let named = |name: &str| Self::from_str(name, false).ok();
        asked.and_then(named).or_else(|| setting("KANHE_LANG").as_deref().and_then(named)).unwrap_or_else(|| Self::of_setting(setting))
    }
}

/// A label and its value, the values in one column: a Chinese character is as wide as two others.
pub fn row(label: &str, value: &str) -> String {
    let room = LABEL_WIDTH.saturating_sub(label.width());
    format!("  {label}{:room$} {value}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_option_then_of_kanhe_lang_then_of_the_locale() {
        use Language::{Chinese, English};
        let rows = [
            ("kanhe --help", "", English),
            ("kanhe --help", "LANG=zh_CN.UTF-8", Chinese),
            ("kanhe --help", "LANG=zh_CN.UTF-8 LC_ALL=C", English),
            ("kanhe --help", "LANG=zh_CN.UTF-8 LC_ALL=", Chinese),
            ("kanhe --help", "LC_ALL=zh_CN.UTF-8 KANHE_LANG=en", English),
            ("kanhe --help", "KANHE_LANG=zh", Chinese),
            ("kanhe --lang zh --help", "KANHE_LANG=en", Chinese),
            ("kanhe type --lang=zh shwo", "", Chinese),
            ("kanhe --lang=en", "LANG=zh_CN.UTF-8", English),
            ("kanhe --lang fr", "LANG=zh_CN.UTF-8", Chinese),
            ("kanhe --lang", "KANHE_LANG=zh", Chinese),
            ("kanhe verify -- --lang zh", "", English),
        ];
        for (words, settings, language) in rows {
            let typed: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            let setting = |name: &str| settings.split(' ').find_map(|set| Some(set.strip_prefix(name)?.strip_prefix('=')?.to_owned()));
            assert_eq!(Language::of_words(&typed, setting), language, "{words} {settings}");
        }
    }
}
