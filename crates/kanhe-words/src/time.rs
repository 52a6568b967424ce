//! Moments and ages for people: the clock of China, whatever the machine's is.

use crate::Sentence;
use jiff::{SignedDuration, Timestamp};

/// A moment for people, with the clock that it is read on.
pub fn moment(at: Timestamp) -> Sentence {
    let at = on_the_clock(at);
    Sentence::new(format!("北京时间 {at}"), format!("{at} Beijing time"))
}

/// A moment as a clock in China shows it: `2026-06-15 12:00`.
pub fn on_the_clock(at: Timestamp) -> String {
    jiff::tz::Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// How long something lasted, in whole hours, and from two days on in whole days.
pub fn age(age: SignedDuration) -> Sentence {
    let (hours, days) = (age.as_hours(), age.as_hours() / 24);
    match (hours, days) {
        (1, _) => Sentence::new("1 小时", "1 hour"),
        (..48, _) => Sentence::new(format!("{hours} 小时"), format!("{hours} hours")),
        _ => Sentence::new(format!("{days} 天"), format!("{days} days")),
    }
}
