//! The way of a request through several services, as W3C Trace Context names it; nothing is drawn or written where nobody follows it.
//!
//! ```text
//! traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//!              version, trace, the caller's span, flags (1: recorded)
//! ```
//!
//! A span says the route, never the path; the method if it is one of HTTP's; the status; the stable code of a problem. Of what a caller sent,
//! only the ids of its trace are passed on, and only as the hexadecimal digits that they must be; `tracestate` is not read.

use crate::house::House;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use kanhe_core::hex::Hex;
use tracing::{Span, field::Empty};

/// The target of every span that is made to be exported; whatever writes the log leaves it out.
pub const TARGET: &str = "kanhe_trace";

/// From which trace a request comes.
const TRACEPARENT: &str = "traceparent";

/// To which span a caller may point: the answer's side of `traceparent` (W3C Trace Context, *traceresponse*).
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// One request on its way.
pub struct Journey {
    span: Span,
    answer: Option<HeaderValue>,
}

impl Journey {
    /// Begins to follow a request, if somebody listens and the caller has not said that it is not recorded.
    pub fn begin(house: &House, headers: &HeaderMap, method: &str, route: &str) -> Self {
        let come = headers.get(TRACEPARENT).and_then(|value| Come::parse(value.to_str().ok()?));
        if come.as_ref().is_some_and(|come| !come.recorded) {
            return Self { span: Span::none(), answer: None };
        }
        let span = tracing::trace_span!(target: TARGET, "request",
            http.request.method = method, http.route = route, http.response.status_code = Empty, kanhe.code = Empty,
            trace.id = Empty, span.id = Empty, parent.id = Empty);
        if span.is_disabled() {
            return Self { span, answer: None };
        }
        let trace = come.as_ref().map_or_else(|| Hex(&house.chance::<16>()).to_string(), |come| come.trace.clone());
        let id = Hex(&house.chance::<8>()).to_string();
        span.record("trace.id", trace.as_str()).record("span.id", id.as_str());
        if let Some(come) = come {
            span.record("parent.id", come.span.as_str());
        }
        let answer = HeaderValue::from_str(&format!("00-{trace}-{id}-01")).ok();
        Self { span, answer }
    }

    /// The span in which the request is done.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Says how it ended, to whoever listens and to the caller.
    pub fn end(self, status: u16, code: &str, headers: &mut HeaderMap) {
        self.span.record("http.response.status_code", status);
        if !code.is_empty() {
            self.span.record("kanhe.code", code);
        }
        if let Some(answer) = self.answer {
            headers.insert(TRACERESPONSE, answer);
        }
    }
}

/// Where a request says that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Come {
    trace: String,
    span: String,
    recorded: bool,
}

impl Come {
    /// Reads a `traceparent`; one that is not exactly as the recommendation has it is none (W3C Trace Context §3.2).
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let told = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let named = |text: &str, digits: usize| told(text, digits) && text.bytes().any(|byte| byte != b'0');
        // Later versions may say more; the first has four parts, and ff is none.
        let whole = told(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        let right = whole && named(trace, 32) && named(span, 16) && told(flags, 2);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        right.then(|| Self { trace: trace.to_owned(), span: span.to_owned(), recorded: flags & 1 == 1 })
    }
}

/// The methods of HTTP; any other is a word that a caller has made up (OpenTelemetry: `_OTHER`).
pub fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn a_traceparent_is_read_as_the_recommendation_has_it() {
        let come = |recorded| Some(Come { trace: TRACE.to_owned(), span: SPAN.to_owned(), recorded });
        let rows = [
            (format!("00-{TRACE}-{SPAN}-01"), come(true)),
            (format!("00-{TRACE}-{SPAN}-00"), come(false)),
            (format!("00-{TRACE}-{SPAN}-03"), come(true)),
            (format!("cc-{TRACE}-{SPAN}-01-what-the-future-says"), come(true)),
            (format!("00-{TRACE}-{SPAN}-01-more"), None),
            (format!("ff-{TRACE}-{SPAN}-01"), None),
            (format!("00-{}-{SPAN}-01", "0".repeat(32)), None),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
            (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), None),
            (format!("00-{TRACE}-{SPAN}"), None),
            ("张小明".to_owned(), None),
            (String::new(), None),
        ];
        for (text, wanted) in rows {
            assert_eq!(Come::parse(&text), wanted, "{text}");
        }
    }

    #[test]
    fn a_method_that_a_caller_made_up_is_not_repeated() {
        assert_eq!((known(&Method::POST), known(&Method::from_bytes(b"LISI").unwrap())), ("POST", "_OTHER"));
    }
}
