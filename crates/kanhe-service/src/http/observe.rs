//! One line in the log for each request: what was asked by route, never by path, and nothing that a caller sent.

use super::journey::{Journey, known};
use super::problem::Problem;
use crate::house::House;
use crate::measure;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use kanhe_core::hex::Hex;
use std::time::Instant;
use tracing::Span;

/// By which a caller and the log name one request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
    is_drawn(id.as_bytes()).then(|| id.clone())
}

/// Whether an id is of a form in which ids are drawn: a UUID (RFC 9562 §4), the same without hyphens, or a ULID. Anything else could be the
/// number of a person or of a licence, and would stand in the log.
fn is_drawn(id: &[u8]) -> bool {
    let hyphens = [8, 13, 18, 23];
    match id.len() {
        36 => id.iter().enumerate().all(|(place, byte)| if hyphens.contains(&place) { *byte == b'-' } else { byte.is_ascii_hexdigit() }),
        32 => id.iter().all(u8::is_ascii_hexdigit),
        26 => id.iter().all(|byte| byte.is_ascii_alphanumeric() && !b"ILOUilou".contains(byte)),
        _ => false,
    }
}

fn drawn(house: &House) -> HeaderValue {
    HeaderValue::try_from(Hex(&house.chance::<8>()).to_string()).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_were_drawn_are_taken_and_words_and_numbers_are_not() {
        let rows = [
            ("0b5f3c7e-0000-7000-8000-00805f9b34fb", true),
            ("0B5F3C7E000070008000-00805F9B34FB", false),
            ("4bf92f3577b34da6a3ce929d0e0e4736", true),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", true),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAU", false),
            ("440524188001010014", false),
            ("zhangxiaoming", false),
            ("JY34401060000001", false),
            ("", false),
        ];
        for (id, taken) in rows {
            assert_eq!(is_drawn(id.as_bytes()), taken, "{id}");
        }
    }
}
