//! The field `Accept-Language` of HTTP.
//!
//! ```text
//! Accept-Language = range [ weight ] *( "," range [ weight ] )     RFC 9110 §12.5.4
//! range           = "*" / 1*8ALPHA *( "-" ( 1*8ALPHANUM / "*" ) )  RFC 4647 §2
//! weight          = ";q=" ( "0" [ "." *3DIGIT ] / "1" [ "." *3"0" ] )
//! ```

use crate::Language;
use std::cmp::Ordering;

/// A longer field, in bytes, is read as none: browsers name a dozen languages in two hundred.
pub const LONGEST_ACCEPT_LANGUAGE: usize = 4096;

/// The weight of a range without one, in thousandths.
const FULL: u16 = 1000;

/// What a range of the field is about. Languages that we do not speak are passed over with what is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    Named(Language),
    Any,
}

/// The language that the field gives the most weight.
pub(crate) fn liked_best(field: &str) -> Language {
    if field.len() > LONGEST_ACCEPT_LANGUAGE {
        return Language::Chinese;
    }
    let ranges: Vec<(Range, u16)> = field.split(',').filter_map(weighted_range).collect();
    let heaviest = |about: Range| ranges.iter().filter(|(range, _)| *range == about).map(|(_, weight)| *weight).max();
    let weight = |language| heaviest(Range::Named(language)).or_else(|| heaviest(Range::Any)).unwrap_or(0);
    let (chinese, english) = (weight(Language::Chinese), weight(Language::English));
    match chinese.cmp(&english) {
        Ordering::Greater => Language::Chinese,
        Ordering::Less => Language::English,
        Ordering::Equal => first_named(&ranges, chinese).unwrap_or(Language::Chinese),
    }
}

/// The first language that is named with this weight; a weight of nothing names none.
fn first_named(ranges: &[(Range, u16)], wanted: u16) -> Option<Language> {
    ranges.iter().filter(|(_, weight)| *weight == wanted && wanted > 0).find_map(|(range, _)| match range {
        Range::Named(language) => Some(*language),
        Range::Any => None,
    })
}

/// A range with its weight in thousandths.
fn weighted_range(element: &str) -> Option<(Range, u16)> {
    let (range, weight) = match element.split_once(';') {
        None => (element, FULL),
        Some((range, weight)) => (range, thousandths(trimmed(weight))?),
    };
    Some((parse_range(trimmed(range))?, weight))
}

fn parse_range(text: &str) -> Option<Range> {
    if text == "*" {
        return Some(Range::Any);
    }
    let mut subtags = text.split('-');
    let primary = subtags.next()?;
    let is_subtag =
        |subtag: &str| subtag == "*" || (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !subtags.all(is_subtag) {
        return None;
    }
    [Language::Chinese, Language::English].into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary)).map(Range::Named)
}

fn thousandths(weight: &str) -> Option<u16> {
    let value = weight.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, places) = value.split_once('.').unwrap_or((value, ""));
    if places.len() > 3 || !places.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (whole, format!("{places:0<3}").parse().ok()?) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(FULL),
        _ => None,
    }
}

/// Without the white space that HTTP allows around the parts of a field.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Chinese, English};
    use proptest::prelude::*;

    #[test]
    fn the_language_is_the_one_with_the_most_weight() {
        let rows = [
            ("what browsers send in China", "zh-CN,zh;q=0.9,en;q=0.8,en-GB;q=0.7,en-US;q=0.6", Chinese),
            ("what browsers send in England", "en-GB,en;q=0.9", English),
            ("the example of RFC 9110", "da, en-gb;q=0.8, en;q=0.7", English),
            ("the later one weighs more", "zh;q=0.3, en;q=0.301", English),
            ("a script and a region", "zh-Hant-TW, en;q=0.5", Chinese),
            ("any region", "zh-*;q=0.4, en-*;q=0.5", English),
            ("capitals", "EN-us;Q=0.9, ZH;Q=0.1", English),
            ("white space", " \ten \t; \tq=0.9 , zh;q=0.1", English),
            ("no white space is needed, nor full weight", "en;q=1.000,zh;q=1.", English),
            ("empty elements", ",, en ,,", English),
            ("the heaviest range of a language", "zh;q=0.1, en;q=0.5, zh-HK;q=0.9", Chinese),
        ];
        for (why, field, language) in rows {
            assert_eq!(Language::of_accept_language(field), language, "{why}: {field}");
        }
    }

    #[test]
    fn of_equal_weights_the_one_named_first_is_taken() {
        let rows = [
            ("en, zh", English),
            ("zh, en", Chinese),
            ("zh;q=0.5, en, zh", English),
            ("*, en", English),
            ("*;q=0.5, en;q=0.5", English),
            ("*, zh", Chinese),
        ];
        for (field, language) in rows {
            assert_eq!(Language::of_accept_language(field), language, "{field}");
        }
    }

    #[test]
    fn a_star_speaks_for_what_is_not_named() {
        let rows = [
            ("*", Chinese),
            ("de, *;q=0.1", Chinese),
            ("*, zh;q=0", English),
            ("zh;q=0.2, *;q=0.3", English),
            ("*;q=0.9, en;q=0.1", Chinese),
        ];
        for (field, language) in rows {
            assert_eq!(Language::of_accept_language(field), language, "{field}");
        }
    }

    #[test]
    fn who_likes_neither_language_or_names_none_reads_chinese() {
        let endless = format!("{}en", "de,".repeat(LONGEST_ACCEPT_LANGUAGE / 3));
        for field in ["", " ", "de", "fr-CH, fr;q=0.9, ja;q=0.8", "en;q=0", "zh;q=0, en;q=0.000", "*;q=0", &endless] {
            assert_eq!(Language::of_accept_language(field), Chinese, "{field}");
        }
    }

    #[test]
    fn what_is_against_the_grammar_is_passed_over() {
        for wrong in [
            "en;q=1.001",
            "en;q=2",
            "en;q=-1",
            "en;q=0.1234",
            "en;q=.5",
            "en;q=",
            "en;q",
            "en;",
            "en;q =1",
            "en;q=1;q=1",
            "en;level=1",
            "en_GB",
            "en-",
            "en--GB",
            "en-toolongforatag",
            "english",
            "eng",
            "*-en",
            "en zh",
            "en\u{a0}",
            "ｅｎ",
        ] {
            assert_eq!(Language::of_accept_language(&format!("{wrong}, zh;q=0.001")), Chinese, "{wrong}");
        }
    }

    /// A weight in thousandths, as text.
    fn weight(thousandths: u16) -> String {
        if thousandths == FULL { "1".to_owned() } else { format!("0.{thousandths:03}") }
    }

    prop_compose! {
        /// Ranges of languages that we do not speak, each with a weight.
        fn strangers()(ranges in prop::collection::vec(("(de|fr|ja|yue)(-[A-Z]{2})?", 0..=FULL), 0..6)) -> Vec<String> {
            ranges.into_iter().map(|(range, thousandths)| format!("{range};q={}", weight(thousandths))).collect()
        }
    }

    proptest! {
        #[test]
        fn the_heavier_language_is_taken_wherever_it_stands(
            (chinese, english) in (0..=FULL, 0..=FULL).prop_filter("one is heavier", |(chinese, english)| chinese != english),
            among in strangers(),
            places in any::<[prop::sample::Index; 2]>(),
        ) {
            let mut ranges = among;
            for (range, place) in [format!("zh-Hans;q={}", weight(chinese)), format!("en;q={}", weight(english))].into_iter().zip(places) {
                ranges.insert(place.index(ranges.len() + 1), range);
            }
            let heavier = if chinese > english { Chinese } else { English };
            prop_assert_eq!(Language::of_accept_language(&ranges.join(", ")), heavier);
        }

        #[test]
        fn any_text_names_a_language_and_strangers_change_nothing(text in "[enzhENZH*;,=q01. \t-]{0,40}|\\PC{0,40}", others in strangers()) {
            let language = Language::of_accept_language(&text);
            prop_assert_eq!(Language::of_accept_language(&text.to_ascii_uppercase()), language);
            prop_assert_eq!(Language::of_accept_language(&[&[text], &others[..]].concat().join(",")), language);
        }
    }
}
