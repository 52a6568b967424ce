//! What is to be told, to whom, and how far that has come.

use super::hook::{Hook, ID_LENGTH, every_hook, hook_in, put_hook, read};
use super::letter::addressee;
use super::miss::Miss;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::hex::Hex;
use kanhe_core::wire;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, StoreError};
use minicbor::{Decode, Encode};

/// After how many seconds each try follows the one before: the schedule of the Standard Webhooks specification, three days in all.
const TRIES: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Events are looked at in stretches of so many: one commit for each.
const STRETCH: u64 = 512;

/// Nobody wants to know how many more there are.
const MOST_COUNTED: usize = 1_000;

/// What has become of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Fate {
    /// It will be sent, or sent again.
    #[n(0)]
    Waiting,
    /// It was tried as often as is tried, and has not arrived.
    #[n(1)]
    Dead,
}

/// One event that is to be told to one hook.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Delivery {
    /// The hook.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub hook: [u8; ID_LENGTH],
    /// The event's index in the log.
    #[n(1)]
    pub index: u64,
    /// How often it was tried.
    #[n(2)]
    pub tries: u32,
    /// When it is tried next.
    #[n(3)]
    #[cbor(with = "wire::moment")]
    pub due: Timestamp,
    /// What has become of it.
    #[n(4)]
    pub fate: Fate,
    /// What the receiver said last: a status of HTTP, or 0 where nobody answered.
    #[n(5)]
    pub status: u16,
    /// Why nobody answered the last time.
    #[n(6)]
    pub miss: Option<Miss>,
}

impl Delivery {
    /// By which the receiver knows a letter that comes twice.
    pub fn id(&self) -> String {
        format!("msg_{}_{}", Hex(&self.hook), self.index)
    }

    /// The same, after a try that did not arrive.
    pub fn failed(&self, answer: Result<u16, Miss>, now: Timestamp) -> Self {
        let (status, miss) = (answer.unwrap_or_default(), answer.err());
        let tries = self.tries.saturating_add(1);
        let wait = usize::try_from(tries).ok().and_then(|tries| TRIES.get(tries));
        // A receiver that says 410 Gone wants no more of it, and what is not in the library never comes.
        match wait.filter(|_| status != 410 && miss != Some(Miss::NoEvent)) {
            Some(wait) => Self { tries, status, miss, due: later(now, *wait), ..self.clone() },
            None => Self { tries, status, miss, fate: Fate::Dead, ..self.clone() },
        }
    }
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Looks at the events that a hook has not looked at, and lays a delivery for each that it wants. How many were laid.
pub fn look(library: &Library, hook: &Hook, now: Timestamp) -> Result<u64, StoreError> {
    let mut laid = 0;
    let mut hook = hook.clone();
    loop {
        let end = library.log_size()?.min(hook.next.saturating_add(STRETCH));
        if hook.next >= end {
            return Ok(laid);
        }
        let mut due = Vec::new();
        for index in hook.next..end {
            let delivery = Delivery { hook: hook.id, index, tries: 0, due: now, fate: Fate::Waiting, status: 0, miss: None };
            let Some(event) = library.event(index)? else {
                // Nobody can say whom it concerned: each receiver is told of the gap, and none waits for what never comes.
                due.push(Delivery { fate: Fate::Dead, miss: Some(Miss::NoEvent), ..delivery });
                continue;
            };
            let concerned = addressee(library, &event)?;
            if concerned.is_some_and(|concerned| concerned.agency == hook.agency && hook.wants(event.act, &concerned.type_code)) {
                due.push(delivery);
            }
        }
        hook.next = end;
        let stands = library.commit(|pen| -> Result<bool, StoreError> {
            // It may have been taken away since, or have got another secret.
            let Some(present) = hook_in(pen, &hook)? else { return Ok(false) };
            due.iter().try_for_each(|delivery| pen.put_office(Drawer::Deliveries, &place(delivery), &wire::to_vec(delivery)))?;
            put_hook(pen, &Hook { next: end, ..present }).map(|()| true)
        })?;
        if !stands {
            return Ok(laid);
        }
        laid += u64::try_from(due.len()).unwrap_or(u64::MAX);
    }
}

/// Writes down how deliveries to a hook went: one that arrived is taken away, and so is each of a hook that was taken away meanwhile.
pub fn settle<'d>(
    library: &Library,
    hook: &Hook,
    went: impl IntoIterator<Item = (&'d Delivery, Option<&'d Delivery>)>,
) -> Result<(), StoreError> {
    library.commit(|pen| {
        let stands = hook_in(pen, hook)?.is_some();
        went.into_iter().try_for_each(|(before, after)| {
            pen.take_office(Drawer::Deliveries, &place(before));
            let after = after.filter(|_| stands);
            after.map_or(Ok(()), |after| pen.put_office(Drawer::Deliveries, &place(after), &wire::to_vec(after)))
        })
    })
}

/// Takes away what was still to be told to a hook that was taken away, stretch by stretch.
pub fn forget(library: &Library, hook: &Hook) -> Result<(), StoreError> {
    for fate in [Fate::Waiting, Fate::Dead] {
        loop {
            let (left, next) = deliveries_of(library, &hook.id, fate, None, MOST_COUNTED)?;
            library.commit_even_astray(|pen| -> Result<(), StoreError> {
                left.iter().for_each(|delivery| pen.take_office(Drawer::Deliveries, &place(delivery)));
                Ok(())
            })?;
            if next.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// A page of what waits to be told to a hook, or could not be told, in the order of the log.
pub fn deliveries_of(
    library: &Library,
    hook: &[u8; ID_LENGTH],
    fate: Fate,
    after: Option<&Cursor>,
    most: usize,
) -> Result<(Vec<Delivery>, Option<Cursor>), StoreError> {
    let found = library.office_page(Drawer::Deliveries, &shelf(hook, fate), after, most)?;
    let deliveries = found.papers.iter().map(|(_, paper)| read(paper)).collect::<Result<_, _>>()?;
    Ok((deliveries, found.next))
}

/// How many letters of all hooks have a fate; from a thousand on it says a thousand.
pub fn letters(library: &Library, fate: Fate) -> Result<u16, StoreError> {
    let (mut count, mut after) = (0, None);
    loop {
        let (hooks, next) = every_hook(library, after.as_ref())?;
        for hook in &hooks {
            let more = library.office_page(Drawer::Deliveries, &shelf(&hook.id, fate), None, MOST_COUNTED.saturating_sub(count))?;
            count += more.papers.len();
        }
        after = next;
        if after.is_none() || count >= MOST_COUNTED {
            return Ok(u16::try_from(count).unwrap_or(u16::MAX));
        }
    }
}

/// Lets a letter be sent at once and from the first try, whether it is dead or waits; and before it the one behind which it waits, for none
/// overtakes another. Whether there is such a letter.
pub fn replay(library: &Library, hook: &Hook, index: u64, now: Timestamp) -> Result<bool, StoreError> {
    let at = |fate| library.office(Drawer::Deliveries, &[shelf(&hook.id, fate).as_slice(), &index.to_be_bytes()].concat());
    let paper = at(Fate::Dead)?.map_or_else(|| at(Fate::Waiting), |dead| Ok(Some(dead)))?;
    let Some(paper) = paper else { return Ok(false) };
    let found: Delivery = read(&paper)?;
    let again = Delivery { tries: 0, due: now, fate: Fate::Waiting, ..found.clone() };
    let (waiting, _) = deliveries_of(library, &hook.id, Fate::Waiting, None, 1)?;
    let head = waiting.into_iter().find(|head| head.index < index).map(|head| (Delivery { due: now, ..head.clone() }, head));
    let head = head.iter().map(|(after, before)| (before, Some(after)));
    settle(library, hook, head.chain([(&found, Some(&again))]))?;
    Ok(true)
}

/// The dead lie apart: those that wait are found without going through them.
fn shelf(hook: &[u8; ID_LENGTH], fate: Fate) -> Vec<u8> {
    let fate = match fate {
        Fate::Waiting => 0,
        Fate::Dead => 1,
    };
    [hook.as_slice(), &[fate]].concat()
}

fn place(delivery: &Delivery) -> Vec<u8> {
    [shelf(&delivery.hook, delivery.fate).as_slice(), &delivery.index.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_tried_for_three_days_and_is_dead_then() {
        let now: Timestamp = "2026-06-15T04:00:00Z".parse().unwrap();
        let mut delivery = Delivery { hook: [1; 8], index: 7, tries: 0, due: now, fate: Fate::Waiting, status: 0, miss: None };
        let mut at = now;
        while delivery.fate == Fate::Waiting {
            at = delivery.due;
            delivery = delivery.failed(Ok(503), at);
        }
        assert_eq!((delivery.tries, delivery.status), (10, 503));
        assert_eq!(at.duration_since(now).as_hours(), 75);
        assert_eq!(delivery.id(), "msg_0101010101010101_7");
    }

    #[test]
    fn a_receiver_that_is_gone_is_not_asked_again() {
        let now: Timestamp = "2026-06-15T04:00:00Z".parse().unwrap();
        let delivery = Delivery { hook: [1; 8], index: 7, tries: 0, due: now, fate: Fate::Waiting, status: 0, miss: None };
        assert_eq!(delivery.failed(Ok(410), now).fate, Fate::Dead);
        let lost = delivery.failed(Err(Miss::NoEvent), now);
        assert_eq!((lost.fate, lost.status), (Fate::Dead, 0), "nobody has said 410");
    }

    #[test]
    fn a_delivery_from_before_there_were_reasons_is_read_still() {
        let old = [&[0x86, 0x48][..], &[1; 8], &[7, 1, 0x00, 0, 0]].concat();
        let now = Timestamp::from_second(0).unwrap();
        let delivery = Delivery { hook: [1; 8], index: 7, tries: 1, due: now, fate: Fate::Waiting, status: 0, miss: None };
        let written = wire::to_vec(&delivery);
        assert_eq!(read::<Delivery>(&written).unwrap(), delivery);
        assert!(written.len() >= old.len());
        let missed = delivery.failed(Err(Miss::Tls), now);
        assert_eq!((missed.status, missed.miss), (0, Some(Miss::Tls)));
        assert_eq!(missed.failed(Ok(500), now).miss, None);
    }
}
