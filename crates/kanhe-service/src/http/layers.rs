//! What is done around every request.

use super::authenticate::authenticate;
use super::observe;
use super::problem::Problem;
use super::routes::JOBS;
use super::tongue::Tongue;
use super::turnstile::{Rate, Turnstile};
use crate::house::Shared;
use crate::serve::Transport;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What a caller may take of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// How long a request may take, before it is answered with 503.
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

/// Puts the layers around the routes; the first named is the outermost.
///
/// All in one, for a router boxes each layer that it is given, and copies the boxes for every request.
pub fn around(routes: Router<Shared>, house: &Shared, limits: &Limits) -> Router {
    let (time, upload_time, turnstile) = (limits.time, limits.upload_time, Turnstile::new(limits.rate));
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(limits.origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            CONTENT_TYPE,
            axum::http::header::AUTHORIZATION,
            axum::http::header::ACCEPT_LANGUAGE,
            HeaderName::from_static("idempotency-key"),
            observe::REQUEST_ID,
        ])
        .expose_headers([observe::REQUEST_ID, axum::http::header::ETAG, axum::http::header::RETRY_AFTER])
        .max_age(Duration::from_secs(600));
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(house.clone(), |State(house): State<Shared>, request: Request, next: Next| async move {
            observe::request(&house, request, next).await
        }))
        .layer(from_fn_with_state(house.clone(), protect))
        .layer(from_fn(speak))
        .layer(from_fn_with_state(turnstile.clone(), |State(turnstile): State<Arc<Turnstile>>, request: Request, next: Next| async move {
            turnstile.place(request, next).await
        }))
        .layer(cors)
        .layer(from_fn(move |request: Request, next| {
            let is_upload = request.method() == Method::POST && request.uri().path() == JOBS;
            in_time(if is_upload { upload_time } else { time }, request, next)
        }))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state((house.clone(), turnstile.clone()), find_out))
        // Inside of whatever finds out who calls: an account is counted as one, wherever it calls from.
        .layer(from_fn_with_state((house.clone(), turnstile), count))
        .layer(DefaultBodyLimit::max(limits.body_bytes));
    routes.layer(around).with_state(house.clone())
}

async fn count(State((house, turnstile)): State<(Shared, Arc<Turnstile>)>, request: Request, next: Next) -> Response {
    turnstile.token(&house, request, next).await
}

async fn find_out(State((house, turnstile)): State<(Shared, Arc<Turnstile>)>, request: Request, next: Next) -> Response {
    authenticate(&house, &turnstile, request, next).await
}

/// A panic ends one request, and says nothing of its reason to a stranger.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    axum::response::IntoResponse::into_response(Problem::failed())
}

async fn in_time(time: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let late = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_too_slow", format!("not done within {} s", time.as_secs()));
            axum::response::IntoResponse::into_response(late.retry_after(5))
        }
    }
}

/// Gives every failure a problem document in the caller's language, also those that the framework has answered with a line of text.
async fn speak(request: Request, next: Next) -> Response {
    let tongue = Tongue::of(request.headers());
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        return problem.render(tongue);
    }
    // The framework says what it refuses in a line of text, or not at all.
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let told = kind.is_some_and(|kind| !kind.starts_with("text/plain"));
    let status = response.status();
    if told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut rendered = framework(status).render(tongue);
    if let Some(allowed) = response.headers().get(axum::http::header::ALLOW) {
        rendered.headers_mut().insert(axum::http::header::ALLOW, allowed.clone());
    }
    rendered
}

/// What the framework refuses before a handler sees it.
fn framework(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(status, "route_unknown", "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(status, "method_not_allowed", "this path does not take this method"),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "body_too_large", "the body is larger than the service takes"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(status, "media_type_unknown", "this path does not take this media type"),
        _ if status.is_server_error() => Problem::failed(),
        _ => Problem::new(status, "request_malformed", "the request is not as the interface has it"),
    }
}

/// Headers that keep an answer where it belongs.
async fn protect(State(house): State<Shared>, mut request: Request, next: Next) -> Response {
    let policy = if request.uri().path().starts_with("/docs") { POLICY_OF_DOCS } else { POLICY };
    // One answer for this header and for every cookie.
    let transport = house.door.transport(request.extensions().get());
    request.extensions_mut().insert(transport);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if transport == Transport::Tls {
        // Two years (RFC 6797): who has come over TLS once does not come in the clear again.
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY"));
    headers.append(VARY, HeaderValue::from_static("accept-language"));
    // What is not said to be for everybody is for nobody's cache.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
