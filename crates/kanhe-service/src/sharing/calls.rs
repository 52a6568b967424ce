//! How often a caller asks: at most so often on a day, and an alarm when a day is far above what it asks on others.
//!
//! Whoever may look into every agency's register can copy it: an insider is seen by how much he asks.

use super::refusal::ShareError;
use crate::accounts::Caller;
use crate::accounts::paper::{Papers, Span, papers_of, place_of_one, read, written};
use crate::house::House;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use kanhe_core::calendar::{day_in_china, start_of_day};
use kanhe_core::code::Uscc;
use kanhe_core::wire;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// What a caller asks is compared with so many of its days before.
const DAYS_KEPT: usize = 14;

/// So many times its mean is far above it.
const FAR_ABOVE: u32 = 5;

/// How often a caller may ask on a day, and from when on that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Calls of one caller on one day in China.
    pub calls_a_day: u32,
    /// No alarm is raised for fewer calls on a day: a new system has no mean yet.
    pub alarm_from: u32,
}

/// What is kept of a caller.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Calls {
    #[n(0)]
    actor: String,
    /// The days on which it asked, the last at the end.
    #[n(1)]
    days: Vec<DayOfCalls>,
    /// The day of its last alarm.
    #[n(2)]
    #[cbor(with = "wire::day_or_never")]
    alarmed: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct DayOfCalls {
    #[n(0)]
    #[cbor(with = "wire::day")]
    day: Date,
    #[n(1)]
    count: u32,
}

/// A caller asked far more than on other days.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Alarm {
    /// When it was noticed.
    #[n(0)]
    #[cbor(with = "wire::moment")]
    pub at: Timestamp,
    /// Who asked.
    #[n(1)]
    pub actor: String,
    /// How often it had asked that day.
    #[n(2)]
    pub calls: u32,
    /// How often it asks on a day, by the mean of those on which it asked.
    #[n(3)]
    pub mean: u32,
}

/// The first byte of a key in the drawer.
const COUNTS: u8 = 0;
const ALARMS: u8 = 1;

impl Calls {
    /// One more call on a day.
    fn more(&mut self, day: Date) -> u32 {
        match self.days.last_mut().filter(|last| last.day == day) {
            Some(last) => {
                last.count = last.count.saturating_add(1);
                last.count
            }
            None => {
                self.days.push(DayOfCalls { day, count: 1 });
                let too_many = self.days.len().saturating_sub(DAYS_KEPT + 1);
                self.days.drain(..too_many);
                1
            }
        }
    }

    fn today(&self, day: Date) -> u32 {
        self.days.last().filter(|last| last.day == day).map_or(0, |last| last.count)
    }

    /// The mean of the days before, of those on which it asked.
    fn mean(&self, day: Date) -> u32 {
        let before = || self.days.iter().filter(|other| other.day < day).map(|other| u64::from(other.count));
        let days = u64::try_from(before().count()).unwrap_or(u64::MAX);
        u32::try_from(before().sum::<u64>().checked_div(days).unwrap_or(0)).unwrap_or(u32::MAX)
    }
}

/// Counts a call in the commit that writes it down; an alarm is told once a day.
pub(super) fn count(pen: &mut Pen<'_>, house: &House, caller: &Caller, now: Timestamp) -> Result<Option<Alarm>, ShareError> {
    let (key, day, rules) = (key_of(&house.library, caller), day_in_china(now), house.sharing);
    let kept = pen.office(Drawer::Calls, &key)?.map(|paper| read::<Calls>(&paper)).transpose()?;
    let mut calls = kept.unwrap_or_else(|| Calls { actor: caller.actor.clone(), days: Vec::new(), alarmed: None });
    if calls.today(day) >= rules.calls_a_day {
        return Err(ShareError::QuotaSpent { calls: rules.calls_a_day, seconds: until_midnight(now) });
    }
    let (today, mean) = (calls.more(day), calls.mean(day));
    let unusual = today >= rules.alarm_from && today > mean.saturating_mul(FAR_ABOVE) && calls.alarmed != Some(day);
    let alarm = unusual.then(|| Alarm { at: now, actor: caller.actor.clone(), calls: today, mean });
    if let Some(alarm) = &alarm {
        calls.alarmed = Some(day);
        let key = [&[ALARMS], place_of_one(&caller.agency, now, house.chance()).as_slice()].concat();
        pen.put_office(Drawer::Calls, &key, &written(alarm))?;
    }
    pen.put_office(Drawer::Calls, &key, &written(&calls))?;
    Ok(alarm)
}

/// Writes the alarm into the log: systems by the id of their key, and no login of a person.
pub(super) fn tell(alarm: &Alarm, caller: &Caller) {
    let key = caller.actor.strip_prefix("key:").unwrap_or_default();
    tracing::warn!(agency = %caller.agency, key, calls = alarm.calls, mean = alarm.mean, "a caller asks far more than on other days");
}

/// The alarms about callers of an agency in a time.
pub fn alarms_of(library: &Library, agency: &Uscc, span: &Span) -> Result<Papers<Alarm>, StoreError> {
    papers_of(library, (Drawer::Calls, &[ALARMS]), agency, span)
}

fn key_of(library: &Library, caller: &Caller) -> Vec<u8> {
    // A login is a person's; the key shows nobody's.
    [&[COUNTS], caller.agency.as_str().as_bytes(), &library.veil(caller.actor.as_bytes())].concat()
}

fn until_midnight(now: Timestamp) -> u64 {
    let midnight = start_of_day(day_in_china(now).saturating_add(1.day()));
    midnight.duration_since(now).as_secs().unsigned_abs().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Date {
        kanhe_core::calendar::day_of_number(number).unwrap()
    }

    #[test]
    fn a_day_is_held_against_those_before_it_on_which_something_was_asked() {
        let mut calls = Calls { actor: "key:a".to_owned(), days: Vec::new(), alarmed: None };
        for (number, times) in [(1, 10), (2, 20), (5, 30)] {
            assert_eq!((0..times).map(|_| calls.more(day(number))).last(), Some(times));
        }
        assert_eq!((calls.mean(day(6)), calls.mean(day(5)), calls.mean(day(1))), (20, 15, 0));
        assert_eq!((calls.today(day(5)), calls.today(day(6))), (30, 0));
        for number in 10..60 {
            calls.more(day(number));
        }
        assert_eq!((calls.days.len(), calls.mean(day(60))), (DAYS_KEPT + 1, 1));
    }

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        let seconds = |text: &str| until_midnight(text.parse().unwrap());
        assert_eq!(seconds("2026-06-15T15:59:30Z"), 30);
        assert_eq!(seconds("2026-06-15T16:00:00Z"), 86_400);
        assert_eq!(seconds("2026-06-15T04:00:00Z"), 12 * 3_600);
    }
}
