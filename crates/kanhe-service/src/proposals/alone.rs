//! What one person may take away alone within an hour; beyond that it takes two.
//!
//! One revocation is an officer's work of every day. Hundreds within minutes are a session that somebody has stolen, or somebody who leaves in
//! anger, and what is revoked stays revoked. People are counted: what a system's key does is counted for the key and for everybody whose hands
//! it went through, so that several keys get nobody further. The count stands in the commit of the change itself: a restart forgets nothing,
//! and no two changes pass it side by side.

use crate::accounts::Caller;
use crate::accounts::alarm::{Alarm, Noticed};
use crate::accounts::api_key::behind;
use crate::accounts::paper::{read, written};
use crate::house::House;
use crate::measure;
use jiff::Timestamp;
use kanhe_issuer::lifecycle::Change;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// Minutes that are looked back.
const WINDOW: i64 = 60;

/// The first byte of a key in the drawer.
const TAKEN: u8 = 2;

/// Why a certificate is not taken away.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AloneError {
    /// The library cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The caller has taken away as many alone as one person may.
    #[error("{most} certificates are what one person takes away alone within an hour: more are proposed by POST /v1/certificates/changes")]
    NeedTwo {
        /// How many one person may.
        most: u32,
    },
}

impl AloneError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::NeedTwo { .. } => "changes_need_two",
        }
    }
}

/// Whether an act takes a certificate away for good.
pub const fn takes_away(change: Change) -> bool {
    match change {
        Change::Revoke | Change::Annul | Change::Cancel => true,
        Change::Suspend | Change::Reinstate | Change::Renew | Change::Amend | Change::TransferOut | Change::UndoTransfer => false,
    }
}

/// What a person has taken away lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Taken {
    /// By minutes, the last at the end; at most as many as are looked back.
    #[n(0)]
    minutes: Vec<Minute>,
    /// The minute of the last alarm, since 1970.
    #[n(1)]
    alarmed: Option<i64>,
}

/// What was taken away in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Minute {
    /// Since 1970.
    #[n(0)]
    number: i64,
    #[n(1)]
    count: u32,
}

impl Taken {
    /// One more, if one person may take so many away. Returns how many it are now.
    fn more(&mut self, now: i64, most: u32) -> Result<u32, AloneError> {
        self.minutes.retain(|minute| now - minute.number < WINDOW);
        let before = self.minutes.iter().fold(0_u32, |sum, minute| sum.saturating_add(minute.count));
        if before >= most {
            return Err(AloneError::NeedTwo { most });
        }
        match self.minutes.last_mut().filter(|last| last.number == now) {
            Some(last) => last.count = last.count.saturating_add(1),
            None => self.minutes.push(Minute { number: now, count: 1 }),
        }
        Ok(before.saturating_add(1))
    }

    /// Whether an alarm is due: once in a window, however often its end is reached.
    fn alarms(&mut self, now: i64) -> bool {
        let due = self.alarmed.is_none_or(|last| now - last >= WINDOW);
        if due {
            self.alarmed = Some(now);
        }
        due
    }
}

/// Counts a certificate that a caller takes away, in the commit in which it does; refuses one more than one person may. The last that it may
/// raises an alarm.
pub fn count(pen: &mut Pen<'_>, house: &House, caller: &Caller) -> Result<Option<Alarm>, AloneError> {
    let (now, most) = (house.now(), house.proposals.alone_an_hour);
    let minute = now.as_second().div_euclid(60);
    let (mut reached, mut alarm) = (0, false);
    for person in people(pen, caller)? {
        let key = key_of(&house.library, caller, &person);
        let mut taken = pen.office(Drawer::Calls, &key)?.map(|paper| read::<Taken>(&paper)).transpose()?.unwrap_or_default();
        let count = taken.more(minute, most)?;
        reached = reached.max(count);
        alarm |= count >= most && taken.alarms(minute);
        pen.put_office(Drawer::Calls, &key, &written(&taken))?;
    }
    alarm.then(|| raise(pen, house, caller, now, reached)).transpose()
}

fn raise(pen: &mut Pen<'_>, house: &House, caller: &Caller, now: Timestamp, count: u32) -> Result<Alarm, AloneError> {
    let alarm = Alarm::new(Noticed::TakenAlone, now, caller.actor.clone(), count, 0);
    alarm.put(pen, &caller.agency, house.chance())?;
    Ok(alarm)
}

/// Writes the alarm into the log: systems by the id of their key, and no login of a person.
pub fn tell(alarm: &Alarm, caller: &Caller) {
    let key = caller.actor.strip_prefix("key:").unwrap_or_default();
    measure::alarm(alarm.noticed().word());
    tracing::warn!(agency = %caller.agency, key, count = alarm.count, "a caller has taken away as many certificates as it may alone");
}

/// Who acts: the caller itself, and whoever had its key in his hands.
fn people(pen: &Pen<'_>, caller: &Caller) -> Result<Vec<String>, StoreError> {
    let mut people = behind(pen, &caller.actor)?;
    people.push(caller.actor.clone());
    people.sort();
    people.dedup();
    Ok(people)
}

fn key_of(library: &Library, caller: &Caller, person: &str) -> Vec<u8> {
    // A login is a person's; the key shows nobody's.
    [&[TAKEN], caller.agency.as_str().as_bytes(), &library.veil(person.as_bytes())].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_slides_and_is_full_at_its_number() {
        let mut taken = Taken::default();
        let counts: Vec<_> = [0, 0, 30, 59].into_iter().map(|minute| taken.more(minute, 4).unwrap()).collect();
        assert_eq!(counts, [1, 2, 3, 4]);
        assert_eq!(taken.more(59, 4), Err(AloneError::NeedTwo { most: 4 }));
        assert_eq!((taken.more(60, 4), taken.more(60, 4)), (Ok(3), Ok(4)));
        assert!(taken.more(60, 4).is_err() && taken.more(0, 0).is_err());
        for minute in 100..400 {
            assert!(taken.more(minute, u32::MAX).is_ok() && taken.minutes.len() <= 60, "{minute}");
        }
    }

    #[test]
    fn the_end_of_an_hour_raises_one_alarm() {
        let mut taken = Taken::default();
        assert_eq!([5, 6, 64, 65, 70].map(|minute| taken.alarms(minute)), [true, false, false, true, false]);
    }
}
