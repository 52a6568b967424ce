//! Numbers and names as people type them: in half or full width, in either case, with spaces around.
//!
//! ```text
//! 粤建安B（2025）0010300     as it is printed
//! 粤建安b(2025)0010300       as it is typed
//! ```

use crate::code::HolderCodeType;
use jiff::civil::Date;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// A text without what an input method makes of it: widths (Unicode form NFKC), the case of Latin letters, and outer spaces. Two that are
/// the same so are the same number, or the same name. What is folded stays as it is when it is folded once more.
pub fn folded(text: &str) -> String {
    // Most words and numbers come in the widths that they are kept in: there is nothing to fold but the case.
    match text.trim() {
        plain if is_nfkc_quick(plain.chars()) == IsNormalized::Yes => plain.to_ascii_uppercase(),
        other => folded_through(other),
    }
}

/// NFKC makes spaces (`´` is one with an accent), and a capital may take an accent in that its small letter could not (`İ`): so the spaces are
/// taken away last, and the capitals are composed.
fn folded_through(text: &str) -> String {
    of_one_width(&folded_once(text)).trim().to_owned()
}

/// As texts were folded before: spaces that NFKC makes were left. Identifiers of other schemes stand so that were entered then.
pub fn folded_once(text: &str) -> String {
    of_one_width(text.trim()).to_ascii_uppercase()
}

/// A text in letters of the widths in which they are kept (Unicode form NFKC).
pub fn of_one_width(text: &str) -> String {
    text.nfkc().collect()
}

/// How a number that was typed may be printed: as it was typed, and in capitals with brackets of half or full width.
pub fn spellings(number: &str) -> [String; 3] {
    let narrow = folded(number);
    let wide = narrow.replace('(', "（").replace(')', "）");
    [number.trim().to_owned(), wide, narrow]
}

/// A holder's code as it is kept, where a typed one can mean no other: those of organisations and residents, and of papers to travel with
/// (ICAO Doc 9303), have capitals and half-width digits alone.
pub fn holder_code(kind: HolderCodeType, code: &str) -> String {
    match kind {
        HolderCodeType::Uscc | HolderCodeType::ResidentId => folded(code),
        kind if kind.is_travel_paper() => folded(code),
        _ => code.trim().to_owned(),
    }
}

/// A day as people write it, with the year first, in half or full width: `20260301`, `2026-03-01`, `2026/3/1`, `2026.3.1` or `2026年3月1日`.
/// A time beside it makes it none: it could be another day in China.
pub fn day(text: &str) -> Option<Date> {
    let text = folded(text);
    match text.strip_suffix('日') {
        Some(chinese) => in_parts(chinese, '年', '月'),
        None if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) => compact(&text),
        None => ['-', '/', '.'].into_iter().find_map(|between| in_parts(&text, between, between)),
    }
}

fn compact(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    date(digits(year, 4..=4)?, digits(month, 2..=2)?, digits(day, 2..=2)?)
}

fn in_parts(text: &str, behind_year: char, behind_month: char) -> Option<Date> {
    let (year, rest) = text.split_once(behind_year)?;
    let (month, day) = rest.split_once(behind_month)?;
    date(digits(year, 4..=4)?, digits(month, 1..=2)?, digits(day, 1..=2)?)
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let right = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| right)
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_is_one_however_it_is_typed() {
        let printed = "粤建安B（2025）0010300";
        for typed in
            [printed, "粤建安B(2025)0010300", "粤建安b（2025）0010300", "粤建安Ｂ（２０２５）0010300", " 粤建安B（2025）0010300\u{3000}"]
        {
            assert_eq!(folded(typed), folded(printed), "{typed}");
            assert!(spellings(typed).contains(&printed.to_owned()), "{typed}");
        }
        for other in ["粤建安B（2025）0010301", "粤建安C（2025）0010300", "粤建安B2025 0010300"] {
            assert_ne!(folded(other), folded(printed), "{other}");
        }
        assert_eq!(holder_code(HolderCodeType::Uscc, " ９１３５０１００m000100y43"), "91350100M000100Y43");
        assert_eq!(holder_code(HolderCodeType::OrdinaryPassport, " ｅ12345678"), "E12345678");
        assert_eq!(holder_code(HolderCodeType::OtherPerson, " Ａ－ab "), "Ａ－ab", "another code may be spelt in its own way");
        assert!(spellings(" jy-a ").contains(&"jy-a".to_owned()), "a number in small letters is found as it is printed");
    }

    #[test]
    fn a_day_is_one_however_it_is_written() {
        let written =
            ["20260301", "2026-03-01", "2026-3-1", "2026/3/1", "2026/03/01", "2026.3.1", "2026.03.01", "2026年3月1日", "2026年03月01日"];
        let wide = ["２０２６０３０１", "２０２６．３．１", "2026-03-0１", "２０２６／３／１", "２０２６年３月１日", " 2026－3－1\u{3000}"];
        for text in written.into_iter().chain(wide) {
            assert_eq!(day(text), Some(Date::constant(2026, 3, 1)), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        let rows = [
            "",
            "2026-02-30",
            "20260230",
            "3/1/2026",
            "26.3.1",
            "2026.3",
            "2026-3/1",
            "2026.3.1.",
            "2026/13/1",
            "2026/3/",
            "46082",
            "2026年13月1日",
            "2026年3月",
            "2026-03-01T00:00:00",
            "+2026030",
            "1772294400000",
            "9999999999999999",
            "-0000-0-0-",
            "日",
            "年月日",
        ];
        for text in rows {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_folded_has_no_outer_spaces_and_all_its_accents() {
        let rows = [
            ("´1", "\u{301}1"),
            ("1\u{37a}", "1 \u{345}"),
            ("1\u{fe4d}\u{a0}", "1_"),
            ("\u{2000}a", "A"),
            ("i\u{307}", "\u{130}"),
            ("ⅳ", "IV"),
        ];
        for (text, once) in rows {
            assert_eq!(folded(text), once, "{text}");
            assert_eq!(folded(&folded(text)), folded(text), "{text}");
            assert_eq!(folded(&folded_once(text)), folded(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in "[ -~´¨｡-ﾟ\u{a0}\u{300}-\u{345}\u{37a}\u{3000}\u{ff01}-\u{ff5e}]{0,6}|\\PC{0,8}|(?s:.{0,8})") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
            prop_assert_eq!(folded(&folded_once(&text)), once);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,16}|[-0-9年月日]{0,16}") {
            let _ = day(&text);
        }
    }
}
