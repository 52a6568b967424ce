//! Moments and days as callers write them.
//!
//! Where a time between two moments is asked for, a day in China may stand for either: it counts whole at both ends.

use super::body::malformed;
use super::problem::Problem;
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::{end_of_day, parse_day, start_of_day};
use kanhe_issuer::lifecycle::When;
use kanhe_issuer::question::in_order;
use kanhe_issuer::registrar::beginning_on;

/// Reads a moment (RFC 3339).
pub fn moment(member: &str, text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| malformed(format_args!("`{member}` is no moment such as 2026-11-22T09:00:00+08:00")))
}

/// Reads from when on something is to hold: a moment, or what a day means behind what was done last.
pub fn effective(text: &str, last: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Problem> {
    parse_day(text).map_or_else(|| moment("effective", text), |day| Ok(beginning_on(day, last, now)))
}

/// Reads a moment, or a day.
pub fn when(member: &str, text: &str) -> Result<When, Problem> {
    parse_day(text).map_or_else(|| moment(member, text).map(When::Moment), |day| Ok(When::Day(day)))
}

/// Reads a time, as far as it is named: nothing lies in one that ends before it begins.
pub fn time(from: Option<&str>, until: Option<&str>) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
    let days = |text: Option<&str>| text.and_then(parse_day);
    if let (Some(from), Some(until)) = (days(from), days(until)) {
        in_order(from, until)?;
    }
    let from = from.map(|text| beginning("from", text)).transpose()?;
    let until = until.map(|text| ending("until", text)).transpose()?;
    if let (Some(from), Some(until)) = (from, until) {
        in_order(from, until)?;
    }
    Ok((from, until))
}

/// Reads a day.
pub fn day(member: &str, text: &str) -> Result<Date, Problem> {
    parse_day(text).ok_or_else(|| malformed(format_args!("`{member}` is no day such as 2026-12-31")))
}

/// Reads the first moment of a time: a moment, or the beginning of a day.
fn beginning(member: &str, text: &str) -> Result<Timestamp, Problem> {
    parse_day(text).map_or_else(|| moment(member, text), |day| Ok(start_of_day(day)))
}

/// Reads the moment before which a time ends: a moment, or the end of a day.
fn ending(member: &str, text: &str) -> Result<Timestamp, Problem> {
    parse_day(text).map_or_else(|| moment(member, text), |day| Ok(end_of_day(day)))
}
