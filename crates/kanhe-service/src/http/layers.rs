//! What is done around every request.

use super::authenticate::authenticate;
use super::body::{is_packed, packed, too_large};
use super::doors::Doors;
use super::observe::Watch;
use super::origins::{Origins, preflight, show_to};
use super::problem::Problem;
use super::repeat::Takers;
use super::routes::JOBS;
use super::tongue::Tongue;
use super::turnstile::{Rate, Turnstile};
use crate::house::Shared;
use crate::serve::{Awaited, Transport};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::body::Body as _;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tracing::Instrument;

/// What a caller may take of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// How long a request may take, before it is answered with 503, or with 408 if its body has not come yet.
    pub time: Duration,
    /// How long the table of a job may take to arrive.
    pub upload_time: Duration,
    /// Origins of web pages that may call (`https://app.example.cn`); none: no page of another origin.
    pub origins: Vec<String>,
    /// How often they may ask.
    pub rate: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            time: Duration::from_secs(30),
            upload_time: Duration::from_secs(600),
            origins: Vec::new(),
            rate: Rate::default(),
        }
    }
}

/// What a page of ours may load and do: nothing from elsewhere.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The pages that describe the interface bring their own scripts, and write styles into themselves.
const POLICY_OF_DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// So many headers of ours an answer has, with those of its handler: room for them is made once.
const HEADERS: usize = 16;

/// Puts what is done around every request around the routes.
///
/// One layer: a router boxes each that it is given, and copies everything that stands inside of it for every request.
pub fn around(routes: Router<Shared>, doors: Doors, takers: Takers, house: &Shared, limits: &Limits) -> Router {
    let porch = Arc::new(Porch {
        house: house.clone(),
        turnstile: Turnstile::new(limits.rate),
        doors,
        origins: Origins::new(&limits.origins),
        takers,
        body: DefaultBodyLimit::max(limits.body_bytes),
        body_bytes: u64::try_from(limits.body_bytes).unwrap_or(u64::MAX),
        time: limits.time,
        upload_time: limits.upload_time,
    });
    let through = |State(porch): State<Arc<Porch>>, request: Request, next: Next| async move { porch.answer(request, next).await };
    routes.layer(from_fn_with_state(porch, through)).with_state(house.clone())
}

/// What stands between a connection and the routes. Each function goes one step further in.
struct Porch {
    house: Shared,
    turnstile: Turnstile,
    doors: Doors,
    origins: Origins,
    takers: Takers,
    body: DefaultBodyLimit,
    body_bytes: u64,
    time: Duration,
    upload_time: Duration,
}

impl Porch {
    /// Names a request, and says of its answer what is said of all.
    async fn answer(&self, mut request: Request, next: Next) -> Response {
        // One answer for what is said of TLS and for every cookie.
        let transport = self.house.door.transport(request.extensions().get());
        request.extensions_mut().insert(transport);
        let (watch, guard, tongue) = (Watch::begin(&self.house, &request), Guard::of(&request, transport), Tongue::of(request.headers()));
        let origin = self.origins.known(request.headers());
        let response = self.placed(request, next).instrument(watch.span()).await;
        let mut response = spoken(response, tongue);
        guard.protect(response.headers_mut());
        show_to(origin, response.headers_mut());
        watch.end(&mut response);
        response
    }

    /// Lets a request in if there is a place for it. What is sent bit by bit after the answer has begun takes no place.
    async fn placed(&self, request: Request, next: Next) -> Response {
        match self.turnstile.place(&request) {
            Ok(_place) if request.method() == Method::OPTIONS => preflight(),
            Ok(_place) => self.in_time(request, next).await,
            Err(problem) => problem.into_response(),
        }
    }

    /// Answers in the place of a request that takes too long, or panics.
    async fn in_time(&self, request: Request, next: Next) -> Response {
        let time = if is_upload(&request) { self.upload_time } else { self.time };
        let awaited = request.extensions().get::<Awaited>().cloned();
        match tokio::time::timeout(time, caught(self.let_in(request, next))).await {
            Ok(Ok(response)) => response,
            Ok(Err(Panicked)) => {
                tracing::error!("a request panicked");
                Problem::failed().into_response()
            }
            Err(_) => late(time, awaited.is_some_and(|awaited| awaited.now())).into_response(),
        }
    }

    /// Finds out who calls, counts it, asks whether it may, and hands the request to its route.
    async fn let_in(&self, mut request: Request, next: Next) -> Response {
        if let Err(problem) = authenticate(&self.house, &self.turnstile, &mut request).await {
            return problem.into_response();
        }
        // When it is known who calls: an account is counted as one, wherever it calls from.
        if let Err(problem) = self.turnstile.token(&self.house, &request) {
            return problem.into_response();
        }
        if let Err(problem) = self.doors.let_in(&request) {
            return problem.into_response();
        }
        if is_packed(request.headers()) {
            return packed().into_response();
        }
        if let Err(problem) = self.takers.admit(&request) {
            return problem.into_response();
        }
        if !is_upload(&request) && request.body().size_hint().lower() > self.body_bytes {
            return too_large().into_response();
        }
        self.body.apply(&mut request);
        next.run(request).await
    }
}

/// Whether it hands in the table of a job, which has bounds of its own.
fn is_upload(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == JOBS
}

/// What took too long: the caller's body, or what is done with it.
fn late(time: Duration, is_body: bool) -> Problem {
    let seconds = time.as_secs();
    if is_body {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", format!("the body has not come within {seconds} s"))
    } else {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_too_slow", format!("not done within {seconds} s")).retry_after(5)
    }
}

/// A panic: it ends one request, and says nothing of its reason to a stranger.
struct Panicked;

/// Does it, and lives on if it panics; what had been begun is dropped then, and not asked again.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}

/// Gives every failure a problem document in the caller's language, also those that the framework has answered with a line of text.
fn spoken(response: Response, tongue: Tongue) -> Response {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return problem.render(tongue);
    }
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    // The framework says what it refuses in a line of text, or not at all.
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return response;
    }
    let mut rendered = framework(status).render(tongue);
    if let Some(allowed) = response.headers().get(ALLOW) {
        rendered.headers_mut().insert(ALLOW, allowed.clone());
    }
    rendered
}

/// What the framework refuses before a handler sees it.
fn framework(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(status, "route_unknown", "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(status, "method_not_allowed", "this path does not take this method"),
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(status, "media_type_unknown", "this path does not take this media type"),
        _ if status.is_server_error() => Problem::failed(),
        _ => Problem::new(status, "request_malformed", "the request is not as the interface has it"),
    }
}

/// What keeps an answer where it belongs, as its request wants it.
struct Guard {
    policy: &'static str,
    over_tls: bool,
}

impl Guard {
    fn of(request: &Request, transport: Transport) -> Self {
        Self {
            policy: if request.uri().path().starts_with("/docs") { POLICY_OF_DOCS } else { POLICY },
            over_tls: transport == Transport::Tls,
        }
    }

    fn protect(&self, headers: &mut HeaderMap) {
        headers.reserve(HEADERS);
        if self.over_tls {
            // Two years (RFC 6797): who has come over TLS once does not come in the clear again.
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(self.policy));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        // What is the same in every language, and for pages of every origin but for one line, says so itself.
        headers.entry(VARY).or_insert(HeaderValue::from_static("accept-language, origin"));
        // What is not said to be for everybody is for nobody's cache.
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    #[test]
    fn a_panic_ends_what_panicked_and_nothing_else() {
        assert!(done(caught(async { 7 })).is_ok_and(|seven| seven == 7));
        let late = async {
            tokio::task::yield_now().await;
            panic!("not before it was asked twice");
        };
        assert!(done(caught::<()>(late)).is_err());
    }
}
