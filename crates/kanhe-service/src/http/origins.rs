//! Pages of other origins, as the CORS protocol has it (Fetch standard, §3.3): a browser lets them read our answers if we say so.
//!
//! ```text
//! OPTIONS /v1/verify                         what may be sent, asked before it is sent (preflight)
//! Origin: https://app.example.cn
//! ```
//!
//! An origin is known if the configuration names it, to the letter. None is ever told that it may send our cookies: who calls from elsewhere
//! shows a key.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// What may be sent.
const METHODS: &str = "GET,POST,PUT,DELETE";
const HEADERS: &str = "content-type,authorization,accept-language,idempotency-key,if-none-match,last-event-id,x-csrf-token,x-request-id";

/// What may be read beside the body.
const EXPOSED: &str = "x-request-id,etag,retry-after,content-disposition,location,idempotent-replayed";

/// A browser asks again after ten minutes.
const SECONDS: &str = "600";

/// Origins whose pages may call.
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Those that the configuration names; what no browser could send is none.
    pub fn new(named: &[String]) -> Self {
        Self(named.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect())
    }

    /// The origin of the page that has sent a request, if it is a known one.
    pub fn known(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        self.0.iter().find(|known| *known == origin).cloned()
    }
}

/// What may be sent, whoever asks.
pub fn preflight() -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(SECONDS));
    response
}

/// Lets the page of a known origin read an answer, a problem as much as any other.
pub fn show_to(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}
