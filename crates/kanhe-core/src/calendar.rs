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

/// The first moment of a day in China; an end of the calendar where the day has none.
pub fn start_of_day(day: Date) -> Timestamp {
    CHINA.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
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
    fn a_day_begins_at_midnight_in_china() {
        let before: Timestamp = "2026-03-01T15:59:59Z".parse().unwrap();
        let after: Timestamp = "2026-03-01T16:00:00Z".parse().unwrap();
        assert_eq!(day_in_china(before).to_string(), "2026-03-01");
        assert_eq!(day_in_china(after).to_string(), "2026-03-02");
        assert_eq!(start_of_day(day_in_china(after)), after);
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
