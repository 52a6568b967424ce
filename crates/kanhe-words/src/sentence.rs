//! Sentences, and the pieces of which lines are made.

use crate::Language;
use kanhe_core::kind::Label;
use serde::{Deserialize, Serialize};
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

    /// The sentence in one language.
    pub const fn of(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A sentence in both languages, with names, days and moments in it; for machines `{"zh": "…", "en": "…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// The sentence in one language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }

    /// Both languages for machines: `{"zh": "…", "en": "…"}`.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "zh": self.zh, "en": self.en })
    }
}

impl From<Words> for Sentence {
    fn from(words: Words) -> Self {
        Self::new(words.zh, words.en)
    }
}

/// What people call a thing, as a sentence.
pub fn label(label: &Label) -> Sentence {
    Sentence::new(label.zh.clone(), label.en.clone())
}

/// So many things, in English: Chinese has no plural.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
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
    fn values_stand_in_one_column_in_both_languages() {
        let column = |line: &str| line.split_once('→').unwrap().0.width();
        for label in ["", "type", "证照类型", "issued by", "统一社会信用代码"] {
            assert_eq!(column(&row(label, "→")), 19, "{label}");
        }
        assert_eq!(row("a label of more than its columns", "→"), "  a label of more than its columns →");
    }
}
