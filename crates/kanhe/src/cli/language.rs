//! The reader's language, as a command line and its environment name it.

use crate::words::Language;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::ffi::OsString;

/// A language as `--lang` and `KANHE_LANG` name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tongue(pub Language);

impl ValueEnum for Tongue {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Language::Chinese), Self(Language::English)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let own_name = match self.0 {
            Language::Chinese => "中文",
            Language::English => "English",
        };
        Some(PossibleValue::new(self.0.tag()).help(own_name))
    }
}

/// The language that the environment is set to, as POSIX ranks its variables.
pub fn language_of_setting(setting: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(setting).find(|locale| !locale.is_empty());
    language_of_locale(&locale.unwrap_or_default())
}

/// The language of a command line that clap could not read, or that asks clap for help.
///
/// `--lang` comes before `KANHE_LANG`, and that before the locale; a value that is no language is passed over, for clap says so.
pub fn language_of_words(words: &[OsString], setting: impl Fn(&str) -> Option<String>) -> Language {
    let mut words = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let mut asked = None;
    while let Some(word) = words.next() {
        asked = if word == "--lang" { words.next() } else { word.strip_prefix("--lang=").or(asked) };
    }
    let named = |name: &str| Tongue::from_str(name, false).ok().map(|Tongue(language)| language);
    asked.and_then(named).or_else(|| setting("KANHE_LANG").as_deref().and_then(named)).unwrap_or_else(|| language_of_setting(setting))
}

/// The language of a POSIX locale such as `zh_CN.UTF-8`.
fn language_of_locale(locale: &str) -> Language {
    if locale.starts_with("zh") { Language::Chinese } else { Language::English }
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
            assert_eq!(language_of_words(&typed, setting), language, "{words} {settings}");
        }
    }
}
