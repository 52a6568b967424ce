//! Webhooks: who is told what happens, what has not arrived, and sending it again.

use crate::accounts::api_key::LONGEST_OVERLAP;
use crate::accounts::uses::{Use, UseAct, commit_use, note_use};
use crate::accounts::{Caller, Right};
use crate::house::{House, Shared};
use crate::http::act::Act;
use crate::http::aside::aside;
use crate::http::body::{Query, malformed};
use crate::http::problem::Problem;
use crate::http::repeat::Once;
use crate::shown::Names;
use crate::webhooks::{
    Delivery, Fate, Hook, HookError, Miss, Secret, add_hook, deliveries_of, forget, hook_in, hooks_of, put_hook, remove_hook, replay,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::event::Act as EventAct;
use kanhe_store::find::Cursor;
use kanhe_words::{Language, meaning};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A hook names at most so many types; more is every type.
const MOST_TYPES: usize = 100;

/// A page has at most so many deliveries.
const PAGE: usize = 100;

/// An address that is to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHook {
    /// Where letters go: `https://host[:port][/path]`.
    #[schema(max_length = 500)]
    address: String,
    /// Only these acts, such as `issue`, `suspend`, `revoke`; all, where none is named.
    #[serde(default)]
    #[schema(max_items = 19)]
    acts: Vec<String>,
    /// Only certificates of these types, by their codes or the names of their files; all, where none is named.
    #[serde(default)]
    #[schema(max_items = 100)]
    types: Vec<String>,
}

/// A hook, and once, when it is made, its secret.
#[derive(Serialize, ToSchema)]
pub struct HookShown {
    /// Its id.
    id: String,
    /// Where letters go.
    address: String,
    /// Only these acts; all, where there is none.
    acts: Vec<&'static str>,
    /// Only certificates of these types; all, where there is none.
    types: Vec<String>,
    /// The index of the next event of the log that it has not looked at.
    next: u64,
    /// The secret of Standard Webhooks, `whsec_…`: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A new secret for a hook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HookRotation {
    /// For how many days more letters are signed with the old secrets as well, at most: 0 to 90; a week, where this is left out.
    #[serde(default = "a_week")]
    #[schema(minimum = 0, maximum = 90)]
    overlap_days: u32,
}

const fn a_week() -> u32 {
    7
}

/// The hooks of the caller's agency.
#[derive(Serialize, ToSchema)]
pub struct Hooks {
    /// At most 50.
    webhooks: Vec<HookShown>,
}

/// Which deliveries, and from where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesWanted {
    /// `waiting`, or `dead`: those that will not be tried again by themselves.
    #[param(pattern = "^(waiting|dead)$")]
    state: String,
    /// Where the page before ended.
    after: Option<String>,
}

/// What waits to be told, or could not be told.
#[derive(Serialize, ToSchema)]
pub struct Deliveries {
    /// In the order of the log.
    deliveries: Vec<DeliveryShown>,
    /// Where the next page begins, if there may be one.
    #[schema(required)]
    next: Option<String>,
}

/// One delivery.
#[derive(Serialize, ToSchema)]
pub struct DeliveryShown {
    /// The `webhook-id` of its letter.
    id: String,
    /// The event's index in the log.
    index: u64,
    /// How often it was tried.
    tries: u32,
    /// When it is tried next (RFC 3339); later, while an earlier letter waits.
    #[schema(format = DateTime)]
    due: String,
    /// What the receiver answered last: a status of HTTP, or 0 where nobody answered.
    status: u16,
    /// Why nobody answered the last time: its stable code, and what it means; null where somebody did, or nobody was asked yet.
    #[schema(required)]
    reason: Option<MissShown>,
}

/// Why nobody answered.
#[derive(Serialize, ToSchema)]
pub struct MissShown {
    /// The stable code, as `docs/errors.md` lists it, such as `hook_tls`.
    code: &'static str,
    /// What it means.
    meaning: Names,
}

/// Names an address that is told what happens to the agency's certificates and applications from now on.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = NewHook,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again name it no second time, for a day: 409")),
    responses((status = CREATED, body = HookShown)))]
pub async fn add(act: Act<NewHook>) -> Result<(StatusCode, Once), Problem> {
    act.caller.may(Right::Administer)?;
    let added = act.done(|act| {
        let Act { house, caller, body, .. } = &act;
        act.once(|answer| {
            let hook = new_hook(house, caller, body)?;
            house.library.commit(|pen| -> Result<(), Problem> {
                add_hook(pen, &hook)?;
                answer.keep_made(pen, &format!("the webhook {}", hook.name()))?;
                Ok(note_use(pen, &used(house, caller, UseAct::HookAdded, &hook), house.chance())?)
            })?;
            answer.show(&HookShown { secret: Some(hook.secret.to_text().to_string()), ..shown(&hook) });
            Ok(())
        })
    });
    Ok((StatusCode::CREATED, added.await?))
}

/// The hooks of the caller's agency.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks",
    responses((status = OK, body = Hooks)))]
pub async fn list(State(house): State<Shared>, caller: Caller) -> Result<Json<Hooks>, Problem> {
    caller.may(Right::Administer)?;
    let hooks = aside(&house, move |house| hooks_of(&house.library, &caller.agency)).await?;
    Ok(Json(Hooks { webhooks: hooks.iter().map(shown).collect() }))
}

/// Tells an address nothing more; what was still to be told goes with it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path, description = "The hook's id")),
    responses((status = NO_CONTENT, description = "It is told nothing more")))]
pub async fn remove(State(house): State<Shared>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.may(Right::Administer)?;
    aside(&house, move |house| {
        let hook = managed_hook(house, &caller, &id)?;
        commit_use(&house.library, UseAct::HookRemoved, |pen| -> Result<(), Problem> {
            remove_hook(pen, &hook);
            Ok(note_use(pen, &used(house, &caller, UseAct::HookRemoved, &hook), house.chance())?)
        })?;
        Ok::<_, Problem>(forget(&house.library, &hook)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a hook a new secret; letters are signed with those from before as well for some days more, so that no receiver misses one meanwhile.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotation", tag = "webhooks", request_body = HookRotation,
    params(("id" = String, Path, description = "The hook's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body again change nothing, for a day; a secret is not shown again: 409")),
    responses((status = OK, body = HookShown)))]
pub async fn rotate(act: Act<HookRotation>) -> Result<Once, Problem> {
    act.caller.may(Right::Administer)?;
    act.done(|act| {
        let Act { house, caller, subject, body, .. } = &act;
        if body.overlap_days > LONGEST_OVERLAP {
            return Err(malformed(format_args!("`overlap_days` is {LONGEST_OVERLAP} at most")));
        }
        act.once(|answer| {
            let (hook, now) = (managed_hook(house, caller, subject)?, house.now());
            let hook = house.library.commit(|pen| -> Result<Hook, Problem> {
                // As it stands in the commit: it has looked at more of the log since.
                let hook = hook_in(pen, &hook)?.ok_or_else(unknown_hook)?;
                let hook = hook.with(Secret::new(house.chance()), later(now, body.overlap_days), now)?;
                put_hook(pen, &hook)?;
                answer.keep_made(pen, &format!("the webhook {}", hook.name()))?;
                note_use(pen, &used(house, caller, UseAct::HookRotated, &hook), house.chance())?;
                Ok(hook)
            })?;
            answer.show(&HookShown { secret: Some(hook.secret.to_text().to_string()), ..shown(&hook) });
            Ok(())
        })
    })
    .await
}

fn later(now: Timestamp, days: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

/// What waits to be told to a hook, or could not be told to it.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = String, Path, description = "The hook's id"), DeliveriesWanted),
    responses((status = OK, body = Deliveries)))]
pub async fn deliveries(
    State(house): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Query(wanted): Query<DeliveriesWanted>,
) -> Result<Json<Deliveries>, Problem> {
    caller.may(Right::Administer)?;
    let fate = match wanted.state.as_str() {
        "waiting" => Fate::Waiting,
        "dead" => Fate::Dead,
        _ => return Err(malformed("`state` is waiting or dead")),
    };
    let (found, next) = aside(&house, move |house| -> Result<_, Problem> {
        let after = wanted.after.as_deref().map(Cursor::parse).transpose()?;
        let hook = own_hook(house, &caller, &id)?;
        Ok(deliveries_of(&house.library, &hook.id, fate, after.as_ref(), PAGE)?)
    })
    .await?;
    Ok(Json(Deliveries { deliveries: found.iter().map(delivery_shown).collect(), next: next.as_ref().map(Cursor::to_text) }))
}

/// Lets a letter be sent at once: one that is dead, or one that waits for its next try or behind another, which is sent before it.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{index}/replay", tag = "webhooks",
    params(("id" = String, Path, description = "The hook's id"), ("index" = u64, Path, description = "The event's index in the log")),
    responses((status = ACCEPTED, description = "It will be sent")))]
pub async fn send_again(
    State(house): State<Shared>,
    caller: Caller,
    Path((id, index)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.may(Right::Administer)?;
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "delivery_unknown", "no letter about this event is dead or waiting");
    let index: u64 = index.parse().map_err(|_| unknown())?;
    let found = aside(&house, move |house| -> Result<_, Problem> {
        let hook = managed_hook(house, &caller, &id)?;
        Ok(replay(&house.library, &hook, index, house.now())?)
    });
    if found.await? { Ok(StatusCode::ACCEPTED) } else { Err(unknown()) }
}

fn new_hook(house: &House, caller: &Caller, asked: &NewHook) -> Result<Hook, Problem> {
    Hook::check_address(&asked.address)?;
    for (member, found, most) in [("acts", asked.acts.len(), EventAct::ALL.len()), ("types", asked.types.len(), MOST_TYPES)] {
        if found > most {
            return Err(malformed(format_args!("`{member}` has {found} items, at most {most} are taken")));
        }
    }
    let unknown = || malformed("`acts` has a word that is no act");
    let act = |word: &String| EventAct::ALL.into_iter().find(|act| act.word() == word).ok_or_else(unknown);
    let kinds = asked.types.iter().map(|name| house.type_code(name)).collect::<Result<Vec<_>, _>>()?;
    caller.may_for_all(Right::Administer, &kinds)?;
    Ok(Hook {
        id: house.chance(),
        agency: caller.agency,
        address: asked.address.clone(),
        secret: Secret::new(house.chance()),
        acts: asked.acts.iter().map(act).collect::<Result<_, _>>()?,
        types: kinds,
        next: house.library.log_size()?,
        older: None,
        oldest: None,
    })
}

fn own_hook(house: &House, caller: &Caller, id: &str) -> Result<Hook, Problem> {
    hooks_of(&house.library, &caller.agency)?.into_iter().find(|hook| hook.name() == id).ok_or_else(unknown_hook)
}

/// A hook that a caller changes: one that hears of no type but its own.
fn managed_hook(house: &House, caller: &Caller, id: &str) -> Result<Hook, Problem> {
    let hook = own_hook(house, caller, id)?;
    caller.may_for_all(Right::Administer, &hook.types)?;
    Ok(hook)
}

fn unknown_hook() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "hook_unknown", "your agency has no such webhook")
}

fn used(house: &House, caller: &Caller, act: UseAct, hook: &Hook) -> Use {
    Use { at: house.now(), agency: caller.agency, actor: caller.actor.clone(), act, subject: hook.name(), until: None }
}

fn shown(hook: &Hook) -> HookShown {
    HookShown {
        id: hook.name(),
        address: hook.address.clone(),
        acts: hook.acts.iter().map(|act| act.word()).collect(),
        types: hook.types.iter().map(ToString::to_string).collect(),
        next: hook.next,
        secret: None,
    }
}

fn delivery_shown(delivery: &Delivery) -> DeliveryShown {
    DeliveryShown {
        id: delivery.id(),
        index: delivery.index,
        tries: delivery.tries,
        due: delivery.due.to_string(),
        status: delivery.status,
        reason: delivery.miss.map(missed),
    }
}

fn missed(miss: Miss) -> MissShown {
    let said = |language| meaning(miss.code()).map_or_else(|| miss.code().to_owned(), |meaning| meaning.of(language).to_owned());
    MissShown { code: miss.code(), meaning: Names { zh: said(Language::Chinese), en: said(Language::English) } }
}

impl From<HookError> for Problem {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Store(error) => error.into(),
            HookError::Address { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error),
            HookError::TooMany { .. } | HookError::TooManyOlder { .. } => Self::new(StatusCode::CONFLICT, error.code(), error),
        }
    }
}
