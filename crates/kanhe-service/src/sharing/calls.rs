//! How often a caller asks: at most so often on a day, and an alarm when a day is far above what it asks on others.
//!
//! Whoever may look into every agency's register can copy it, and so can a colleague his own agency's by searching it and looking at one
//! certificate after the other: an insider is seen by how much he asks. Each is counted by itself.

use super::refusal::ShareError;
use crate::accounts::Caller;
use crate::accounts::alarm::{Alarm, Noticed};
use crate::accounts::api_key::{quota, quota_in};
use crate::accounts::paper::{read, written};
use crate::house::House;
use crate::measure;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use kanhe_core::calendar::{day_in_china, start_of_day};
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

/// What is counted, each by itself.
#[derive(Clone, Copy)]
pub(crate) enum Counted {
    /// Questions for certificates of every agency.
    Sharing,
    /// Searches of the own agency's register.
    Searches,
    /// Looks at certificates and applications of it, one by one.
    Looks,
}

impl Counted {
    /// The first byte of its keys in the drawer.
    const fn place(self) -> u8 {
        match self {
            Self::Sharing => 0,
            Self::Searches => 3,
            Self::Looks => 4,
        }
    }

    const fn noticed(self) -> Noticed {
        match self {
            Self::Sharing => Noticed::Calls,
            Self::Searches => Noticed::Searches,
            Self::Looks => Noticed::Looks,
        }
    }
}

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

    /// What is kept of a caller, or nothing yet, as a commit finds it.
    fn of(pen: &Pen<'_>, house: &House, caller: &Caller, counted: Counted) -> Result<Self, StoreError> {
        Self::decode(pen.office(Drawer::Calls, &key_of(&house.library, caller, counted))?, caller)
    }

    fn decode(paper: Option<Vec<u8>>, caller: &Caller) -> Result<Self, StoreError> {
        let kept = paper.map(|paper| read(&paper)).transpose()?;
        Ok(kept.unwrap_or_else(|| Self { actor: caller.actor.clone(), days: Vec::new(), alarmed: None }))
    }

    /// Refuses one more call on the day of a moment, if there were as many as there may be.
    fn leave_one(&self, most: u32, now: Timestamp) -> Result<(), ShareError> {
        let spent = self.today(day_in_china(now)) >= most;
        if spent { Err(ShareError::QuotaSpent { calls: most, seconds: until_midnight(now) }) } else { Ok(()) }
    }

    /// Counts one more, and lays an alarm down where that is far above the caller's mean, once a day.
    fn one_more(
        mut self,
        pen: &mut Pen<'_>,
        house: &House,
        (caller, counted): (&Caller, Counted),
        now: Timestamp,
    ) -> Result<Option<Alarm>, StoreError> {
        let day = day_in_china(now);
        let (today, mean) = (self.more(day), self.mean(day));
        let unusual = today >= house.sharing.alarm_from && today > mean.saturating_mul(FAR_ABOVE) && self.alarmed != Some(day);
        let alarm = unusual.then(|| Alarm::new(counted.noticed(), now, caller.actor.clone(), today, mean));
        if let Some(alarm) = &alarm {
            self.alarmed = Some(day);
            alarm.put(pen, &caller.agency, house.chance())?;
        }
        pen.put_office(Drawer::Calls, &key_of(&house.library, caller, counted), &written(&self))?;
        Ok(alarm)
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

/// Refuses a question of sharing of a caller whose day is over, before anything is looked for: it is to cost no more than this look.
pub(super) fn may_ask(house: &House, caller: &Caller, now: Timestamp) -> Result<(), ShareError> {
    let most = quota(&house.library, &caller.actor)?.unwrap_or(house.sharing.calls_a_day);
    let paper = house.library.office(Drawer::Calls, &key_of(&house.library, caller, Counted::Sharing))?;
    Calls::decode(paper, caller)?.leave_one(most, now)
}

/// Counts a question of sharing in the commit that writes it down, where of many at once no more are heard than may be; an alarm is told
/// once a day.
pub(super) fn count(pen: &mut Pen<'_>, house: &House, caller: &Caller, now: Timestamp) -> Result<Option<Alarm>, ShareError> {
    let most = quota_in(pen, &caller.actor)?.unwrap_or(house.sharing.calls_a_day);
    let calls = Calls::of(pen, house, caller, Counted::Sharing)?;
    calls.leave_one(most, now)?;
    Ok(calls.one_more(pen, house, (caller, Counted::Sharing), now)?)
}

/// Counts a search or a look likewise: one search finds a thousand identifiers, and who goes through them is seen by his looks. There is no
/// quota for one's own work.
pub(crate) fn count_own(
    pen: &mut Pen<'_>,
    house: &House,
    (caller, counted): (&Caller, Counted),
    now: Timestamp,
) -> Result<Option<Alarm>, StoreError> {
    Calls::of(pen, house, caller, counted)?.one_more(pen, house, (caller, counted), now)
}

/// Writes the alarm into the log, and counts it: systems by the id of their key, and no login of a person.
pub(crate) fn tell(alarm: &Alarm, caller: &Caller) {
    let (key, noticed) = (caller.actor.strip_prefix("key:").unwrap_or_default(), alarm.noticed().word());
    measure::alarm(noticed);
    let (calls, mean) = (alarm.count, alarm.mean);
    tracing::warn!(agency = %caller.agency, key, noticed, calls, mean, "a caller asks far more than on other days");
}

fn key_of(library: &Library, caller: &Caller, counted: Counted) -> Vec<u8> {
    // A login is a person's; the key shows nobody's.
    [&[counted.place()], caller.agency.as_str().as_bytes(), &library.veil(caller.actor.as_bytes())].concat()
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
