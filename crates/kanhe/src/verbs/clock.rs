//! The clock and the dice at the edge: the only place in the program that asks them.

use crate::failure::Failure;
use crate::words::Words;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::{end_of_day, moment_in_china, noon_of_day, start_of_day};
use kanhe_core::spelling;
use kanhe_issuer::lifecycle::When;
use kanhe_issuer::question::in_order;
use kanhe_issuer::registrar::beginning_on;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// The moment that a person names by `--at`, or now: RFC 3339, or a day, whose noon in China is meant.
pub fn moment(named: Option<&str>) -> Result<Timestamp, Failure> {
    named.map_or_else(|| shown(SystemTime::now()), |named| Ok(on(when("--at", named)?, noon_of_day)))
}

/// The moment that the machine's clock shows. One past the year 9999 is wrong, and no certificate could bear its date.
fn shown(clock: SystemTime) -> Result<Timestamp, Failure> {
    Timestamp::try_from(clock).map_err(|_| Failure::new("clock_beyond_years", "the clock of this machine shows no day up to the year 9999"))
}

/// The moment that a person names by `--at`, or now; today is now, and nothing is dated ahead of it.
pub fn moment_up_to(now: Timestamp, named: Option<&str>) -> Result<Timestamp, Failure> {
    let at = named.map(|named| when("--at", named)).transpose()?.map_or(now, |at| at.moment(noon_of_day, now));
    let ahead = || Failure::new("dated_ahead", format!("it would be dated {}, and now is {}", moment_in_china(at), moment_in_china(now)));
    if at <= now { Ok(at) } else { Err(ahead()) }
}

/// The moment that a person names, or what a day means behind what was done last: from then on something is to hold.
pub fn effective(named: &str, last: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Failure> {
    Ok(on(when("--effective", named)?, |day| beginning_on(day, last, now)))
}

/// The time between two moments or days, each as far as it is named. A day counts whole, and nothing lies in a time that ends before it begins.
pub fn time(since: Option<&str>, until: Option<&str>) -> Result<(Option<Timestamp>, Option<Timestamp>), Failure> {
    let since = since.map(|named| when("--since", named)).transpose()?;
    let until = until.map(|named| when("--until", named)).transpose()?;
    if let (Some(When::Day(since)), Some(When::Day(until))) = (since, until) {
        in_order(since, until)?;
    }
    let (since, until) = (since.map(|since| on(since, start_of_day)), until.map(|until| on(until, end_of_day)));
    if let (Some(since), Some(until)) = (since, until) {
        in_order(since, until)?;
    }
    Ok((since, until))
}

/// Reads the moment or the day that an option names, as people write it.
pub fn when(option: &'static str, text: &str) -> Result<When, Failure> {
    // A time without its zone is nobody's moment.
    let moment = || text.trim().parse().ok().map(When::Moment);
    spelling::day(text).map(When::Day).or_else(moment).ok_or_else(|| {
        Failure::new("usage", format!("{option} is neither a day nor RFC 3339 with its zone"))
            .hint(Words::new("例如 2026-11-22 或 2026-11-22T09:00:00+08:00。", "For example 2026-11-22 or 2026-11-22T09:00:00+08:00."))
    })
}

/// Reads the day that an option names, as people write it.
pub fn day(option: &'static str, text: &str) -> Result<Date, Failure> {
    spelling::day(text).ok_or_else(|| Failure::new("usage", format!("{option} is no day such as 2026-12-31")))
}

fn on(when: When, of_day: impl Fn(Date) -> Timestamp) -> Timestamp {
    match when {
        When::Moment(moment) => moment,
        When::Day(day) => of_day(day),
    }
}

/// So many days later.
pub fn days_after(at: Timestamp, days: u16) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

/// Bytes from the system's dice.
pub fn chance<const N: usize>() -> Result<Zeroizing<[u8; N]>, Failure> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| Failure::new("no_chance", error))?;
    Ok(bytes)
}

/// Fills bytes from the system's dice, for who cannot go on without them.
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the kernel gives chance"); // safe: it does not fail once it was seeded, and a service without chance must not go on
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn today_is_now_from_its_first_minute_on_and_nothing_is_dated_ahead() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (early, noon) = (at("2026-11-24T00:30:00+08:00"), at("2026-11-23T12:00:00+08:00"));
        let read = |named| moment_up_to(early, named).map_err(|failure| failure.json()["error"].clone());
        for (named, moment) in
            [(None, early), (Some("2026-11-24"), early), (Some("2026-11-23"), noon), (Some("2026-11-23T12:00:00+08:00"), noon)]
        {
            assert_eq!(read(named), Ok(moment), "{named:?}");
        }
        for ahead in ["2026-11-25", "2026-11-24T12:00:00+08:00"] {
            let refused = read(Some(ahead)).unwrap_err();
            assert_eq!(refused["code"], "dated_ahead");
            for (language, now) in [("en", "now is 2026-11-24T00:30"), ("zh", "现在是 2026-11-24T00:30")] {
                let message = refused["message"][language].as_str().unwrap();
                assert!(message.contains(now) && message.contains("T12:00"), "{message}");
                assert!(refused["hint"][language].as_str().unwrap().contains("--at"), "{refused}");
            }
        }
    }

    #[test]
    fn a_clock_past_the_last_year_is_told_and_not_believed() {
        let year_10000 = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(shown(year_10000).unwrap_err().code(), "clock_beyond_years");
        assert_eq!(shown(SystemTime::UNIX_EPOCH).unwrap(), Timestamp::UNIX_EPOCH);
    }
}
