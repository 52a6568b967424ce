//! Who calls: what the layer `authenticate` found out, for handlers that want to know.

use super::authenticate::Refused;
use super::problem::Problem;
use crate::accounts::session::SignedIn;
use crate::accounts::{Caller, Forbidden};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, StatusCode};

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unknown(&parts.extensions))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unknown(&parts.extensions))
    }
}

/// Why nobody is known: what was sent is not believed, or nothing was sent.
pub fn unknown(shown: &Extensions) -> Problem {
    let nothing = || Problem::new(StatusCode::UNAUTHORIZED, "caller_unknown", "this path wants an API key or a session");
    shown.get::<Refused>().map_or_else(nothing, |refused| refused.0.clone())
}

impl From<Forbidden> for Problem {
    fn from(error: Forbidden) -> Self {
        Self::new(StatusCode::FORBIDDEN, error.code(), error)
    }
}
