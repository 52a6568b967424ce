//! The courier: looks at new events, sends what is due, and writes down what became of it.

use super::delivery::{Delivery, Fate, deliveries_of, look, settle};
use super::hook::{Hook, ID_LENGTH, every_hook, hook_now};
use super::letter::letter_of;
use super::miss::Miss;
use super::signature::signature;
use crate::house::{House, Shared};
use crate::measure;
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::StoreError;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Sends a letter: address, headers and body; the status that came back, or why nobody answered.
pub type Post = dyn Fn(&str, &[(&str, String)], &[u8]) -> Result<u16, Miss> + Send + Sync;

/// So many letters are sent to one hook in one round: others wait for its place.
const ROUND: usize = 100;

/// And after so long no other letter is begun, for the same reason.
const ROUND_LASTS: Duration = Duration::from_secs(10);

/// Rounds that are made at a time: each keeps a thread, which mostly waits for somebody else's server.
const ROUNDS: usize = 64;

/// The same, of one agency: its slow receivers keep no other agency's letters back.
const ROUNDS_OF_AGENCY: usize = 4;

/// What a round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Letters that arrived.
    pub arrived: u64,
    /// Letters that did not.
    pub failed: u64,
    /// Of these, such as will not be tried again.
    pub dead: u64,
}

/// Looks now and then for what is due, and makes a round for each hook that has such letters, until it is dropped: then each round ends with
/// the letter that is on its way.
pub async fn keep_up(house: Shared, post: Arc<Post>, every: Duration) {
    let mut rounds = Rounds::new();
    loop {
        tokio::time::sleep(every).await;
        let looking = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || due(&looking)).await {
            Ok(Ok(hooks)) => rounds.begin(&house, &post, hooks),
            Ok(Err(error)) => not_sent("", &error),
            Err(_) => tracing::error!("the courier panicked"),
        }
    }
}

/// Tells the log that the library failed over the letters of a hook, or of all.
fn not_sent(hook: &str, error: &StoreError) {
    tracing::error!(hook, code = error.code(), "letters could not be sent");
}

/// Looks at new events for the hooks of all agencies. The hooks for which something is due.
pub fn due(house: &House) -> Result<Vec<Hook>, StoreError> {
    let (mut found, mut page) = (Vec::new(), None);
    // A library that was set back would tell again what was told, and forget that it has.
    if house.library.astray().is_some() {
        return Ok(found);
    }
    loop {
        let (hooks, next) = every_hook(&house.library, page.as_ref())?;
        for hook in hooks {
            match look(&house.library, &hook, house.now()).and_then(|_| waiting(house, &hook)) {
                Ok(waiting) => found.extend((!waiting.is_empty()).then_some(hook)),
                // One hook's trouble does not keep the letters of another back.
                Err(error) => not_sent(&hook.name(), &error),
            }
        }
        match next {
            Some(next) => page = Some(next),
            None => return Ok(found),
        }
    }
}

/// One round of a hook for which something is due: the oldest first, so that what arrives arrives in the order of the log, and while it may
/// go on.
///
/// A letter that does not arrive ends the round: what came after it waits behind it, untried, for it has not been sent.
/// A letter may arrive twice, if the power is lost between its arrival and the note of it: it bears the same `webhook-id` then.
pub fn round(house: &House, hook: &Hook, post: &Post, goes_on: &dyn Fn() -> bool) -> Result<Round, StoreError> {
    let mut round = Round::default();
    // It may have waited for its round, and have been taken away, got another secret or been tried meanwhile.
    let Some(hook) = hook_now(&house.library, hook)? else { return Ok(round) };
    for delivery in &waiting(house, &hook)? {
        if !goes_on() || house.library.astray().is_some() {
            break;
        }
        let answer = one(house, &hook, delivery, post)?;
        // Nobody was asked, who would not take the others either.
        if answer == Err(Miss::NoEvent) {
            fail(house, &hook, delivery, answer, &mut round)?;
            continue;
        }
        if !answer.is_ok_and(|status| (200..300).contains(&status)) {
            fail(house, &hook, delivery, answer, &mut round)?;
            break;
        }
        settle(&house.library, &hook, [(delivery, None)])?;
        round.arrived += 1;
    }
    Ok(round)
}

/// What is due for a hook, the oldest first: nothing that came after a letter that waits for its next try.
fn waiting(house: &House, hook: &Hook) -> Result<Vec<Delivery>, StoreError> {
    let (waiting, _) = deliveries_of(&house.library, &hook.id, Fate::Waiting, None, ROUND)?;
    let now = house.now();
    Ok(waiting.into_iter().take_while(|delivery| delivery.due <= now).collect())
}

/// The rounds that are under way: of a hook one at a time, so that its letters stay in their order.
struct Rounds {
    under_way: JoinSet<[u8; ID_LENGTH]>,
    hooks: HashSet<[u8; ID_LENGTH]>,
    places: Arc<Semaphore>,
    of_agency: HashMap<Uscc, Arc<Semaphore>>,
    ended: Arc<AtomicBool>,
}

impl Rounds {
    fn new() -> Self {
        let (places, ended) = (Arc::new(Semaphore::new(ROUNDS)), Arc::new(AtomicBool::new(false)));
        Self { under_way: JoinSet::new(), hooks: HashSet::new(), places, of_agency: HashMap::new(), ended }
    }

    /// Begins the rounds of those hooks that have none. Who finds no place waits for one, behind those that came before.
    fn begin(&mut self, house: &Shared, post: &Arc<Post>, hooks: Vec<Hook>) {
        while let Some(done) = self.under_way.try_join_next() {
            self.hooks.retain(|hook| !done.as_ref().is_ok_and(|done| done == hook));
        }
        for hook in hooks {
            if !self.hooks.insert(hook.id) {
                continue;
            }
            let of_agency = self.of_agency.entry(hook.agency).or_insert_with(|| Arc::new(Semaphore::new(ROUNDS_OF_AGENCY)));
            let places = [Arc::clone(of_agency), Arc::clone(&self.places)];
            let (house, post, ended) = (Arc::clone(house), Arc::clone(post), Arc::clone(&self.ended));
            self.under_way.spawn(placed(house, post, hook, places, ended));
        }
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// A round, once its agency and the machine have a place for it. Whose it was.
async fn placed(house: Shared, post: Arc<Post>, hook: Hook, places: [Arc<Semaphore>; 2], ended: Arc<AtomicBool>) -> [u8; ID_LENGTH] {
    let (id, name) = (hook.id, hook.name());
    let [of_agency, of_all] = places;
    let (Ok(of_agency), Ok(of_all)) = (of_agency.acquire_owned().await, of_all.acquire_owned().await) else { return id };
    let made = tokio::task::spawn_blocking(move || {
        let (begun, _places) = (Instant::now(), (of_agency, of_all));
        round(&house, &hook, &*post, &|| begun.elapsed() < ROUND_LASTS && !ended.load(Ordering::Relaxed))
    });
    match made.await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => not_sent(&name, &error),
        Err(_) => tracing::error!("the courier panicked"),
    }
    id
}

fn fail(house: &House, hook: &Hook, before: &Delivery, answer: Result<u16, Miss>, round: &mut Round) -> Result<(), StoreError> {
    let after = before.failed(answer, house.now());
    let dead = u64::from(after.fate == Fate::Dead);
    tracing::warn!(
        hook = hook.name(),
        index = after.index,
        status = after.status,
        code = after.miss.map_or("", |miss| miss.code()),
        tries = after.tries,
        dead = after.fate == Fate::Dead,
        "a letter did not arrive"
    );
    settle(&house.library, hook, [(before, Some(&after))])?;
    round.failed += 1;
    round.dead += dead;
    measure::letters_dead(dead);
    Ok(())
}

/// The letter's signatures, with each secret that is good now (Standard Webhooks: separated by blanks).
fn signatures(hook: &Hook, id: &str, now: Timestamp, letter: &[u8]) -> String {
    hook.secrets(now).map(|secret| signature(secret, id, now.as_second(), letter)).collect::<Vec<_>>().join(" ")
}

fn one(house: &House, hook: &Hook, delivery: &Delivery, post: &Post) -> Result<Result<u16, Miss>, StoreError> {
    let Some(event) = house.library.event(delivery.index)? else { return Ok(Err(Miss::NoEvent)) };
    let letter = crate::json::bytes_of(&letter_of(delivery.index, &event));
    let (id, now) = (delivery.id(), house.now());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.clone()),
        ("webhook-timestamp", now.as_second().to_string()),
        ("webhook-signature", signatures(hook, &id, now, &letter)),
    ];
    Ok(post(&hook.address, &headers, &letter))
}
