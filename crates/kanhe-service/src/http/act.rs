//! An act on something that a path names: who acts, on what, and whether the same was asked before.

use super::aside::aside;
use super::body::json_bytes;
use super::problem::Problem;
use super::repeat::{KEY, Repeat};
use crate::accounts::Caller;
use crate::house::{House, Shared};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use kanhe_core::event::Grounds;
use kanhe_issuer::registrar::Entry;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A request that changes something.
pub struct Act<B> {
    /// What the service holds.
    pub house: Shared,
    /// Who acts.
    pub caller: Caller,
    /// What the path names; empty where it names nothing.
    pub subject: String,
    /// The request's `Idempotency-Key`, and what was asked with it.
    pub repeat: Option<Repeat>,
    /// The body.
    pub body: B,
}

impl<B: DeserializeOwned> FromRequest<Shared> for Act<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, house: &Shared) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, house).await?;
        let named = Path::<BTreeMap<String, String>>::from_request_parts(&mut parts, house).await;
        let subject = named.ok().and_then(|Path(named)| named.into_values().next()).unwrap_or_default();
        let (path, key) = (parts.uri.path().to_owned(), parts.headers.get(KEY).cloned());
        let bytes = json_bytes(Request::from_parts(parts, body), house).await?;
        let repeat = key.map(|key| Repeat::new(&key, &caller, &path, &bytes)).transpose()?;
        Ok(Self { house: house.clone(), caller, subject, repeat, body: super::body::parse(&bytes)? })
    }
}

impl<B: Send + 'static> Act<B> {
    /// Does the act where waiting for the disk and signing keep nobody else waiting.
    pub async fn done<T: Send + 'static>(self, act: impl FnOnce(Self) -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let house = self.house.clone();
        aside(&house, move |_| act(self)).await
    }
}

/// Why something is done. Who does it is who calls.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Grounds)]
pub struct GroundsBody {
    /// The legal basis (法律依据).
    #[schema(min_length = 1, max_length = 200)]
    pub basis: String,
    /// The reason.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
    /// From when on it holds (RFC 3339), at most now; now, where nothing is said.
    #[schema(format = DateTime)]
    pub effective: Option<String>,
}

impl GroundsBody {
    /// What goes into the log.
    pub fn entry(&self, house: &House, caller: &Caller) -> Result<Entry, Problem> {
        entry(house, caller, (&self.basis, &self.reason), self.effective.as_deref())
    }
}

/// What goes into the log about an act: the actor is the caller, never a member of a body, and the moment is the house's own.
pub fn entry(house: &House, caller: &Caller, (basis, reason): (&str, &str), effective: Option<&str>) -> Result<Entry, Problem> {
    let now = house.now();
    let effective = effective.map(|text| moment("effective", text)).transpose()?.unwrap_or(now);
    Ok(Entry { grounds: Grounds::new(basis, reason, &caller.actor)?, effective, now, salt: house.chance() })
}

/// A moment of RFC 3339.
pub fn moment(member: &str, text: &str) -> Result<jiff::Timestamp, Problem> {
    let wrong = |_| {
        Problem::new(StatusCode::BAD_REQUEST, "request_malformed", format!("`{member}` is no moment such as 2026-11-22T09:00:00+08:00"))
    };
    text.parse().map_err(wrong)
}
