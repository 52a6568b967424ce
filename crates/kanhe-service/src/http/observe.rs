//! One line in the log for each request: what was asked by route, never by path, and nothing that a caller sent.

use super::journey::{Journey, known};
use crate::house::House;
use crate::measure;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt::Write;
use std::time::Instant;
use tracing::Instrument;

/// By which a caller and the log name one request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id that a caller brings has at most so many characters, letters, digits and hyphens.
const LONGEST_ID: usize = 64;

/// Names a request, lets it run, and writes its line.
pub async fn request(house: &House, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = brought(&request).unwrap_or_else(|| drawn(house));
    // A word that a caller has made up would stand in the log, and be one series more in the metrics each time.
    let method = known(request.method());
    // The path itself may bear an identifier that somebody typed wrong: a number of a person, say.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let journey = Journey::begin(house, request.headers(), method, &route);
    let mut response = next.run(request).instrument(journey.span()).await;
    let status = response.status().as_u16();
    let code = response.extensions().get::<super::problem::Problem>().map_or("", super::problem::Problem::code);
    let took = begun.elapsed();
    measure::request(method, &route, status, took);
    let duration_ms = took.as_secs_f64() * 1e3;
    tracing::info!(request.id = %id.to_str().unwrap_or_default(), method, route, status, code, duration_ms, "request");
    journey.end(status, code, response.headers_mut());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn brought(request: &Request) -> Option<HeaderValue> {
    let id = request.headers().get(REQUEST_ID)?;
    let text = id.to_str().ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && (1..=LONGEST_ID).contains(&text.len())).then(|| id.clone())
}

fn drawn(house: &House) -> HeaderValue {
    let mut text = String::with_capacity(16);
    for byte in house.chance::<8>() {
        let _ = write!(text, "{byte:02x}");
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("none"))
}
