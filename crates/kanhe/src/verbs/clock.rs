//! The clock and the dice at the edge: the only place in the program that asks them.

use crate::failure::Failure;
use crate::words::Words;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::{end_of_day, parse_day, start_of_day};
use kanhe_issuer::question::in_order;
use kanhe_issuer::registrar::beginning_on;
use zeroize::Zeroizing;

/// The moment that a person names, or now: RFC 3339, or a day, whose noon in China is meant.
pub fn moment(named: Option<&str>) -> Result<Timestamp, Failure> {
    let noon = |day: Date| start_of_day(day) + jiff::SignedDuration::from_hours(12);
    named.map_or_else(|| Ok(Timestamp::now()), |named| parse(named, noon))
}

/// The moment that a person names, or what a day means behind what was done last: from then on something is to hold.
pub fn effective(named: &str, last: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Failure> {
    parse(named, |day| beginning_on(day, last, now))
}

/// The moment that a person names, or the beginning of a day in China.
pub fn beginning(named: &str) -> Result<Timestamp, Failure> {
    parse(named, start_of_day)
}

/// The moment that a person names, or the end of a day in China: what was known on it.
pub fn end(named: &str) -> Result<Timestamp, Failure> {
    parse(named, end_of_day)
}

/// The time between two moments or days, each as far as it is named. A day counts whole, and nothing lies in a time that ends before it begins.
pub fn time(since: Option<&str>, until: Option<&str>) -> Result<(Option<Timestamp>, Option<Timestamp>), Failure> {
    let days = |named: Option<&str>| named.and_then(parse_day);
    if let (Some(since), Some(until)) = (days(since), days(until)) {
        in_order(since, until)?;
    }
    let since = since.map(beginning).transpose()?;
    let until = until.map(|named| parse(named, end_of_day)).transpose()?;
    if let (Some(since), Some(until)) = (since, until) {
        in_order(since, until)?;
    }
    Ok((since, until))
}

fn parse(named: &str, of_day: impl Fn(Date) -> Timestamp) -> Result<Timestamp, Failure> {
    // A time without its zone is nobody's moment.
    named.parse().ok().or_else(|| parse_day(named).map(of_day)).ok_or_else(|| {
        Failure::new("usage", "TIME is neither a day nor RFC 3339 with its zone")
            .hint(Words::new("例如 2026-11-22 或 2026-11-22T09:00:00+08:00。", "For example 2026-11-22 or 2026-11-22T09:00:00+08:00."))
    })
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
