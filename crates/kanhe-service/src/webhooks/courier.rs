//! The courier: looks at new events, sends what is due, and writes down what became of it.

use super::delivery::{Delivery, Fate, deliveries_of, look, settle};
use super::hook::{Hook, every_hook};
use super::letter::letter_of;
use super::miss::Miss;
use super::signature::signature;
use crate::house::{House, Shared};
use jiff::Timestamp;
use kanhe_store::StoreError;
use std::sync::Arc;
use std::time::Duration;

/// Sends a letter: address, headers and body; the status that came back, or why nobody answered.
pub type Post = dyn Fn(&str, &[(&str, String)], &[u8]) -> Result<u16, Miss> + Send + Sync;

/// So many letters are sent to one hook in one round: one that is slow does not keep the others waiting for ever.
const ROUND: usize = 100;

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

/// Makes its rounds until it is dropped.
pub async fn keep_up(house: Shared, post: Arc<Post>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let (house, post) = (Arc::clone(&house), Arc::clone(&post));
        match tokio::task::spawn_blocking(move || round(&house, &*post)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(code = error.code(), "letters could not be sent"),
            Err(_) => tracing::error!("the courier panicked"),
        }
    }
}

/// One round over all hooks of all agencies.
///
/// A letter may arrive twice, if the power is lost between its arrival and the note of it: it bears the same `webhook-id` then.
pub fn round(house: &House, post: &Post) -> Result<Round, StoreError> {
    let (mut round, mut page) = (Round::default(), None);
    // A library that was set back would tell again what was told, and forget that it has.
    if house.library.astray().is_some() {
        return Ok(round);
    }
    loop {
        let (hooks, next) = every_hook(&house.library, page.as_ref())?;
        for hook in hooks {
            look(&house.library, &hook, house.now())?;
            send(house, &hook, post, &mut round)?;
        }
        match next {
            Some(next) => page = Some(next),
            None => return Ok(round),
        }
    }
}

/// Sends what waits for one hook, if anything of it is due: the oldest first, so that what arrives arrives in the order of the log.
///
/// A receiver that does not take the oldest would not take the others either: all that were due have failed then, and one try was enough.
fn send(house: &House, hook: &Hook, post: &Post, round: &mut Round) -> Result<(), StoreError> {
    let (waiting, _) = deliveries_of(&house.library, &hook.id, Fate::Waiting, None, ROUND)?;
    if !waiting.iter().any(|delivery| delivery.due <= house.now()) {
        return Ok(());
    }
    for (place, delivery) in waiting.iter().enumerate() {
        let answer = one(house, hook, delivery, post)?;
        if !answer.is_ok_and(|status| (200..300).contains(&status)) {
            return fail(house, hook, waiting.get(place..).unwrap_or_default(), answer, round);
        }
        settle(&house.library, [(delivery, None)])?;
        round.arrived += 1;
    }
    Ok(())
}

fn fail(house: &House, hook: &Hook, waiting: &[Delivery], answer: Result<u16, Miss>, round: &mut Round) -> Result<(), StoreError> {
    let now = house.now();
    let due: Vec<_> = waiting.iter().filter(|delivery| delivery.due <= now).map(|before| (before, before.failed(answer, now))).collect();
    for (_, after) in &due {
        round.failed += 1;
        round.dead += u64::from(after.fate == Fate::Dead);
        tracing::warn!(
            hook = hook.name(),
            index = after.index,
            status = after.status,
            code = after.miss.map_or("", |miss| miss.code()),
            tries = after.tries,
            dead = after.fate == Fate::Dead,
            "a letter did not arrive"
        );
    }
    settle(&house.library, due.iter().map(|(before, after)| (*before, Some(after))))
}

/// The letter's signatures, with each secret that is good now (Standard Webhooks: separated by blanks).
fn signatures(hook: &Hook, id: &str, now: Timestamp, letter: &[u8]) -> String {
    hook.secrets(now).map(|secret| signature(secret, id, now.as_second(), letter)).collect::<Vec<_>>().join(" ")
}

fn one(house: &House, hook: &Hook, delivery: &Delivery, post: &Post) -> Result<Result<u16, Miss>, StoreError> {
    let Some(event) = house.library.event(delivery.index)? else { return Ok(Ok(410)) };
    let letter = serde_json::to_vec(&letter_of(delivery.index, &event)).unwrap_or_default();
    let (id, now) = (delivery.id(), house.now());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.clone()),
        ("webhook-timestamp", now.as_second().to_string()),
        ("webhook-signature", signatures(hook, &id, now, &letter)),
    ];
    Ok(post(&hook.address, &headers, &letter))
}
