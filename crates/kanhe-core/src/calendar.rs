//! Days and moments: what a certificate says is a day in China, what a machine says is a moment.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// China has kept one offset without summer time since 1991; licences are dated by it (GB/T 7408).
const CHINA: Offset = Offset::constant(8);

/// The day on which RFC 8943 §1 starts to count.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The calendar day in China at a moment.
pub fn day_in_china(at: Timestamp) -> Date {
    CHINA.to_datetime(at).date()
}

/// A moment as RFC 3339 writes it by the clock of China, in whole seconds: `2026-06-15T12:00:00+08:00`.
pub fn moment_in_china(at: Timestamp) -> String {
    CHINA.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}

/// The first moment of a day in China; an end of the calendar where the day has none.
pub fn start_of_day(day: Date) -> Timestamp {
    CHINA.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

/// Noon of a day in China: the moment that stands for the day.
pub fn noon_of_day(day: Date) -> Timestamp {
    CHINA.to_timestamp(day.at(12, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

/// The first moment after a day in China: what counts the day whole ends before it.
pub fn end_of_day(day: Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, start_of_day)
}

/// Reads a day such as `2026-12-31` or `20261231`, and nothing beside it: a time that was dropped could make it another day in China.
pub fn parse_day(text: &str) -> Option<Date> {
    let is_day = matches!(text.len(), 8 | 10) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_day.then(|| text.parse().ok()).flatten()
}

/// The number of a day, counted from 1970-01-01 as in RFC 8943.
pub fn day_number(day: Date) -> i32 {
    EPOCH.until(day).map_or(0, |span| span.get_days())
}

/// The day with a number, or none beyond the calendar (years -9999 to 9999).
pub fn day_of_number(number: i32) -> Option<Date> {
    Span::new().try_days(number).ok().and_then(|days| EPOCH.checked_add(days).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_by_the_clock_of_china() {
        assert_eq!(moment_in_china("2098-12-31T16:00:00.123456789Z".parse().unwrap()), "2099-01-01T00:00:00+08:00");
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let before: Timestamp = "2026-03-01T15:59:59Z".parse().unwrap();
        let after: Timestamp = "2026-03-01T16:00:00Z".parse().unwrap();
        assert_eq!(day_in_china(before).to_string(), "2026-03-01");
        assert_eq!(day_in_china(after).to_string(), "2026-03-02");
        assert_eq!(start_of_day(day_in_china(after)), after);
    }

    #[test]
    fn a_day_counts_whole() {
        let day = Date::constant(2026, 6, 15);
        let last: Timestamp = "2026-06-15T15:59:59.999999999Z".parse().unwrap();
        assert!(day_in_china(last) == day && last < end_of_day(day));
        assert_eq!(day_in_china(end_of_day(day)), Date::constant(2026, 6, 16));
        assert_eq!(end_of_day(Date::MAX), Timestamp::MAX);
    }

    #[test]
    fn a_day_is_read_without_a_time_beside_it() {
        for text in ["2026-12-31", "20261231"] {
            assert_eq!(parse_day(text), Some(Date::constant(2026, 12, 31)), "{text}");
        }
        // In China it is the 1st of January by then.
        for text in ["2026-12-31T23:00:00Z", "2026-12-31 23:00", "2026-02-30", "2026-1-31", "12-31-2026", ""] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn day_numbers_follow_rfc_8943() {
        assert_eq!(day_number(Date::constant(1940, 10, 9)), -10676);
        assert_eq!(day_of_number(3_973), Some(Date::constant(1980, 11, 17)));
        for number in [-30_000, -1, 0, 1, 20_000, 47_482] {
            assert_eq!(day_of_number(number).map(day_number), Some(number));
        }
        assert_eq!(day_of_number(i32::MAX), None);
    }
}
