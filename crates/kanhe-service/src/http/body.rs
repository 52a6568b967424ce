//! Bodies and queries as handlers want them; what is wrong with them is a [`Problem`], and never quotes what was sent.

use super::problem::Problem;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

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
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // RFC 9110 §8.3.1: parameters after a semicolon, and either case.
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unknown", "the body is to be application/json"));
    }
    Bytes::from_request(request, state).await.map_err(|error| cut_short(&error))
}

/// Reads JSON of a known shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("line {} column {}: {}", error.line(), error.column(), shape(&error));
        Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail)
    })
}

/// The parameters behind the `?`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let malformed =
            |_| Problem::new(StatusCode::BAD_REQUEST, "request_malformed", "a parameter is missing, unknown or of another kind");
        read.map(|axum::extract::Query(value)| Self(value)).map_err(malformed)
    }
}

/// The bytes of a PNG or JPEG picture.
pub struct Picture(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !matches!(kind, "image/png" | "image/jpeg") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type_unknown",
                "the body is to be image/png or image/jpeg",
            ));
        }
        Bytes::from_request(request, state).await.map(Self).map_err(|error| cut_short(&error))
    }
}

/// The bytes of a signed file.
pub struct CoseFile(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for CoseFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        // Who has the file from a stick or a letter knows nothing of its kind.
        if !["application/cose", "application/octet-stream"].iter().any(|known| kind.eq_ignore_ascii_case(known)) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type_unknown",
                "the body is to be application/cose or application/octet-stream",
            ));
        }
        Bytes::from_request(request, state).await.map(Self).map_err(|error| cut_short(&error))
    }
}

/// A body that is larger than any but a job's may be.
pub fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is larger than the service takes")
}

fn cut_short(error: &BytesRejection) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::new(StatusCode::BAD_REQUEST, "request_malformed", "the body ended early"),
    }
}

/// What is wrong with a shape, in words of ours alone: serde's own quote what was sent.
fn shape(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    match said.rsplit_once(", expected ") {
        _ if error.is_syntax() || error.is_eof() => "this is no JSON".to_owned(),
        Some((_, expected)) => format!("expected {expected}"),
        // These two name members that the interface has.
        None if said.starts_with("missing field") || said.starts_with("duplicate field") => said.to_owned(),
        None => "the value is not one that the interface has".to_owned(),
    }
}
