//! Days as people and systems write them.

use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::spelling::{self, folded};

/// The spellings that [`parse`] knows, for messages.
pub(super) const SPELLINGS: &str = "20260301, 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日 or milliseconds since 1970";

/// No licence in force was issued, and nobody alive was born, before this year.
const FIRST_YEAR: i16 = 1850;

/// Reads a day as people write it, or in milliseconds: these are a moment, and their day is the day in China.
pub(super) fn parse(text: &str) -> Option<Date> {
    spelling::day(text).or_else(|| milliseconds(&folded(text))).filter(|day| day.year() >= FIRST_YEAR)
}

fn milliseconds(text: &str) -> Option<Date> {
    if !(9..=15).contains(&text.len()) {
        return None;
    }
    let plain = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
    let at = Timestamp::from_millisecond(text.parse().ok().filter(|_| plain)?).ok()?;
    Some(day_in_china(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_moment_in_milliseconds_is_its_day_in_china() {
        // The first and last moments of 1 March 2026 in China.
        for text in ["1772294400000", "1772380799999", "１７７２２９４４０００００", "2026年3月1日"] {
            assert_eq!(parse(text), Some(Date::constant(2026, 3, 1)), "{text}");
        }
        assert_eq!(parse("-631180800000"), Some(Date::constant(1950, 1, 1)));
        assert_eq!(parse("946656000000"), Some(Date::constant(2000, 1, 1)));
    }

    #[test]
    fn what_is_no_moment_and_what_lies_before_all_licences_is_none() {
        for text in ["46082", "+177229440000", "9999999999999999", "-0000-0-0-", "00010101", "1849-12-31"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,16}|[-0-9年月日]{0,16}") {
            let _ = parse(&text);
        }
    }
}
