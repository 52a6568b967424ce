//! Wrong tries to sign in, and how long nobody is heard after ten of them.
//!
//! They are counted for logins that nobody has as well, so that being locked out tells nobody who works here; and before a password is
//! looked at, so that who tries many at once is counted many times.

use super::officer::{OfficerId, TRIES};
use super::paper::{read, written};
use super::refusal::{AccountError, SignInError};
use jiff::{SignedDuration, Timestamp};
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// So many wrong tries are heard before a pause.
pub const TRIES_BEFORE_PAUSE: u32 = 10;

/// How long the first pause lasts; each next one twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// No pause is longer.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// After so long without a try all is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// So many forgotten tries are swept away with each new one.
const SWEPT: usize = 16;

/// What is remembered of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Tries {
    #[n(0)]
    count: u32,
    #[n(1)]
    #[cbor(with = "kanhe_core::wire::moment")]
    last: Timestamp,
}

impl Tries {
    fn heard_again(&self) -> Timestamp {
        let pauses = self.count / TRIES_BEFORE_PAUSE;
        if pauses == 0 || !self.count.is_multiple_of(TRIES_BEFORE_PAUSE) {
            return self.last;
        }
        // 2^7 × 15 minutes are more than a day.
        let pause = FIRST_PAUSE.checked_mul(1 << (pauses - 1).min(7)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        self.last.checked_add(pause).unwrap_or(Timestamp::MAX)
    }

    fn forgotten(&self, now: Timestamp) -> bool {
        now.duration_since(self.last) > FORGOTTEN_AFTER
    }
}

/// A try that is counted, and is to be looked at.
#[must_use = "a try that was wrong may have begun a pause, of which auditors are told"]
pub(super) struct Try {
    begins_pause: bool,
}

impl Try {
    /// Whether nobody is heard for a while, unless it was right.
    pub(super) const fn begins_pause(&self) -> bool {
        self.begins_pause
    }
}

/// Why a try is not looked at.
pub(super) enum Unheard {
    /// Nobody is heard for so many seconds.
    Paused { seconds: u64 },
    /// The library failed.
    Store(StoreError),
}

impl From<StoreError> for Unheard {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Unheard> for SignInError {
    fn from(unheard: Unheard) -> Self {
        match unheard {
            Unheard::Paused { seconds } => Self::Locked { seconds },
            Unheard::Store(error) => error.into(),
        }
    }
}

impl From<Unheard> for AccountError {
    fn from(unheard: Unheard) -> Self {
        match unheard {
            Unheard::Paused { seconds } => Self::Locked { seconds },
            Unheard::Store(error) => error.into(),
        }
    }
}

/// Counts a try before it is looked at, unless a pause lasts still.
pub(super) fn count(library: &Library, id: OfficerId, now: Timestamp) -> Result<Try, Unheard> {
    let swept = forgotten_after(library, id, now)?;
    library.commit_even_astray(|pen| {
        let before = pen.office(Drawer::Officers, &key(id))?.map(|paper| read::<Tries>(&paper)).transpose()?;
        let before = before.filter(|tries| !tries.forgotten(now)).unwrap_or(Tries { count: 0, last: now });
        let left = before.heard_again().duration_since(now).as_secs();
        if left > 0 {
            return Err(Unheard::Paused { seconds: left.unsigned_abs() });
        }
        let tries = Tries { count: before.count.saturating_add(1), last: now };
        pen.put_office(Drawer::Officers, &key(id), &written(&tries))?;
        for place in &swept {
            pen.take_office(Drawer::Officers, place);
        }
        Ok(Try { begins_pause: tries.count.is_multiple_of(TRIES_BEFORE_PAUSE) })
    })
}

/// Forgets the tries of a login: it was the right person, or an administrator says so.
pub(super) fn forget(pen: &mut Pen<'_>, id: OfficerId) {
    pen.take_office(Drawer::Officers, &key(id));
}

/// Some forgotten tries. Ids are as good as random, so the next ones are a fair sample.
fn forgotten_after(library: &Library, id: OfficerId, now: Timestamp) -> Result<Vec<Vec<u8>>, StoreError> {
    let page = library.office_between(Drawer::Officers, &key(id), &[TRIES], None, SWEPT)?;
    let old = |paper: &[u8]| read::<Tries>(paper).is_ok_and(|tries| tries.forgotten(now));
    Ok(page.papers.into_iter().filter(|(place, paper)| *place != key(id) && old(paper)).map(|(place, _)| place).collect())
}

fn key(id: OfficerId) -> Vec<u8> {
    [&[TRIES], id.bytes().as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ten_tries_the_pause_is_twice_as_long() {
        let last = Timestamp::UNIX_EPOCH;
        let minutes = |count| Tries { count, last }.heard_again().duration_since(last).as_mins();
        let rows = [(0, 0), (1, 0), (9, 0), (10, 15), (11, 0), (20, 30), (30, 60), (70, 960), (80, 1_440), (1_000, 1_440), (u32::MAX, 0)];
        for (count, pause) in rows {
            assert_eq!(minutes(count), pause, "{count}");
        }
    }
}
