//! The reader's language.

use crate::accept_language;

/// A language that kanhe speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// The tag by which options, HTTP and HTML name the language (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The language that a reader on the web likes best, by the value of the field `Accept-Language` (RFC 9110 §12.5.4).
    ///
    /// ```
    /// use kanhe_words::Language;
    ///
    /// assert_eq!(Language::of_accept_language("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese);
    /// assert_eq!(Language::of_accept_language("da, en-gb;q=0.8, zh;q=0.7"), Language::English);
    /// ```
    ///
    /// A range counts for its language whatever script and region it names, and `*` for a language that no range names. Of two languages
    /// with one weight the one named first is taken. Ranges against the grammar are passed over. A reader who likes neither language,
    /// or names none, reads Chinese: an answer in the wrong language is better than none. Several fields are one, joined with commas.
    pub fn of_accept_language(field: &str) -> Self {
        accept_language::liked_best(field)
    }
}
