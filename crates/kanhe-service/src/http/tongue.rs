//! In which language a caller is answered.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use kanhe_words::Language;
use std::convert::Infallible;

/// The language that a request asks for: Chinese, where it does not say.
#[derive(Clone, Copy, Debug)]
pub struct Tongue(pub Language);

impl Tongue {
    /// The language of a request's headers.
    pub fn of(headers: &axum::http::HeaderMap) -> Self {
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self(Language::of_accept_language(asked))
    }

    /// As `Content-Language` says it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self.0 {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Tongue {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}
