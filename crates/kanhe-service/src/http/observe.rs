//! One line in the log for each request: what was asked by route, never by path, and nothing that a caller sent.

use super::journey::{Journey, hex, known};
use super::problem::Problem;
use crate::house::House;
use crate::measure;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use std::time::Instant;
use tracing::Span;

/// By which a caller and the log name one request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id that a caller brings has at most so many characters, letters, digits and hyphens.
const LONGEST_ID: usize = 64;

/// One request, from its first byte to its answer.
pub struct Watch {
    begun: Instant,
    id: HeaderValue,
    method: &'static str,
    route: Option<MatchedPath>,
    journey: Journey,
}

impl Watch {
    /// Names a request.
    pub fn begin(house: &House, request: &Request) -> Self {
        // A word that a caller has made up would stand in the log, and be one series more in the metrics each time.
        let method = known(request.method());
        // The path itself may bear an identifier that somebody typed wrong: a number of a person, say.
        let route = request.extensions().get::<MatchedPath>().cloned();
        let journey = Journey::begin(house, request.headers(), method, route.as_ref().map_or("", MatchedPath::as_str));
        Self { begun: Instant::now(), id: brought(request).unwrap_or_else(|| drawn(house)), method, route, journey }
    }

    /// The span in which it is done.
    pub fn span(&self) -> Span {
        self.journey.span()
    }

    /// Writes its line, and names it to the caller.
    pub fn end(self, response: &mut Response) {
        let Self { begun, id, method, route, journey } = self;
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        let status = response.status().as_u16();
        let code = response.extensions().get::<Problem>().map_or("", Problem::code);
        let took = begun.elapsed();
        measure::request(method, route, status, took);
        let duration_ms = took.as_secs_f64() * 1e3;
        tracing::info!(request.id = id.to_str().unwrap_or_default(), method, route, status, code, duration_ms, "request");
        journey.end(status, code, response.headers_mut());
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

fn brought(request: &Request) -> Option<HeaderValue> {
    let id = request.headers().get(REQUEST_ID)?;
    let text = id.to_str().ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && (1..=LONGEST_ID).contains(&text.len())).then(|| id.clone())
}

fn drawn(house: &House) -> HeaderValue {
    HeaderValue::try_from(hex(&house.chance::<8>())).unwrap_or(HeaderValue::from_static("none"))
}
