//! Who calls: what the layer `authenticate` found out, for handlers that want to know.

use super::authenticate::Refused;
use super::problem::Problem;
use crate::accounts::session::SignedIn;
use crate::accounts::{Caller, Forbidden};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unknown(parts))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unknown(parts))
    }
}

/// A person: an officer with a session of its own.
pub struct Person;

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if parts.extensions.get::<SignedIn>().is_some_and(|signed_in| signed_in.officer.login == caller.actor) {
            return Ok(Self);
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "proposal_needs_person", "a system's key proposes, and a person with a session decides"))
    }
}

/// Why nobody is known: what was sent is not believed, or nothing was sent.
fn unknown(parts: &Parts) -> Problem {
    let nothing = || Problem::new(StatusCode::UNAUTHORIZED, "caller_unknown", "this path wants an API key or a session");
    parts.extensions.get::<Refused>().map_or_else(nothing, |refused| refused.0.clone())
}

impl From<Forbidden> for Problem {
    fn from(error: Forbidden) -> Self {
        Self::new(StatusCode::FORBIDDEN, error.code(), error)
    }
}
