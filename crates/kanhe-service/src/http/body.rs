//! Bodies and queries as handlers want them; what is wrong with them is a [`Problem`], and never quotes what was sent.

mod parameters;
pub mod shape;

use super::problem::Problem;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_issuer::json::Unique;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shape::Misshapen;

/// A JSON body of a known shape.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        parse(&json_bytes(request, state).await?).map(Self)
    }
}

/// The bytes of a body that says that it is JSON.
pub async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    is_one_of(request.headers(), &["application/json"])?;
    is_utf_8(request.headers())?;
    whole(request, state).await
}

/// Reads JSON of a known shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Unique(value) = serde_json::from_slice(bytes).map_err(|error| no_json(bytes, &error))?;
    shape::read(value).map_err(malformed)
}

fn no_json(bytes: &[u8], error: &serde_json::Error) -> Problem {
    // What is JSON, and refused all the same, names a member twice: nobody could say which is meant.
    let twice = serde_json::from_slice::<Value>(bytes).is_ok();
    let what = if twice { "an object names a member twice" } else { "the body is not JSON in UTF-8" };
    malformed(format_args!("line {} column {}: {what}", error.line(), error.column()))
}

/// A request that has not the shape of the interface.
pub fn malformed(detail: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail)
}

/// Refuses a text of more characters than the interface has room for.
pub fn at_most(member: &str, text: &str, most: usize) -> Result<(), Problem> {
    let found = text.chars().count();
    if found <= most { Ok(()) } else { Err(malformed(format_args!("`{member}` has {found} characters, at most {most} are read"))) }
}

/// Reads the base64 of a member.
pub fn decoded(member: &str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| malformed(format_args!("`{member}` is no base64")))
}

/// Refuses a body that says that it is none of some media types.
pub fn is_one_of(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Problem> {
    let named = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // RFC 9110 §8.3.1: parameters after a semicolon, and either case.
    let named = named.split(';').next().unwrap_or_default().trim();
    if kinds.iter().any(|known| named.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(other_kind(format_args!("the body is to be {}", kinds.join(" or "))))
}

/// JSON is UTF-8 (RFC 8259 §8.1): of a body that says something else, every text could be another.
fn is_utf_8(headers: &HeaderMap) -> Result<(), Problem> {
    let named = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let parameters = named.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    if charsets.all(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")) {
        return Ok(());
    }
    Err(other_kind("JSON is UTF-8, and the body says another charset"))
}

fn other_kind(detail: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unknown", detail)
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|error| cut_short(&error))
}

/// The parameters behind the `?`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = axum::extract::Query::from_request_parts(parts, state).await;
        let axum::extract::Query(pairs) = pairs.map_err(|_| malformed("the query string is not a list of parameters"))?;
        parameters::read(pairs).map(Self).map_err(|wrong: Misshapen| malformed(wrong))
    }
}

/// A form of a known shape (`application/x-www-form-urlencoded`).
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        is_one_of(request.headers(), &["application/x-www-form-urlencoded"])?;
        let form = axum::extract::Form::from_request(request, state).await;
        let axum::extract::Form(pairs) = form.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => malformed("the body is no form"),
        })?;
        parameters::read(pairs).map(Self).map_err(malformed)
    }
}

/// The bytes of a PNG or JPEG picture.
pub struct Picture(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        is_one_of(request.headers(), &["image/png", "image/jpeg"])?;
        whole(request, state).await.map(Self)
    }
}

/// The bytes of a signed file.
pub struct CoseFile(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for CoseFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        // Who has the file from a stick or a letter knows nothing of its kind.
        is_one_of(request.headers(), &["application/cose", "application/octet-stream"])?;
        whole(request, state).await.map(Self)
    }
}

/// Whether a body was packed on its way (RFC 9110 §8.4): nothing is unpacked here, where a small body could become a large one.
pub fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// A body that was packed.
pub fn packed() -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "body_packed", "the body is packed, and the service takes `identity` alone")
}

/// A body that is larger than any but a job's may be.
pub fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is larger than the service takes")
}

fn cut_short(error: &BytesRejection) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => malformed("the body ended early"),
    }
}
