//! What stops a request, as RFC 9457 has it: a stable code, a sentence in the caller's language, and what to do.
//!
//! A handler returns a [`Problem`]; it becomes bytes in the outermost layer, where the caller's language is known.

use super::tongue::Tongue;
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_core::code::{ResidentId, TypeCode, Uscc};
use kanhe_store::Within;
use kanhe_words::{Language, Sentence, hint, hint_in_sharing, in_chinese, meaning};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use utoipa::ToSchema;

/// The media type of a problem document (RFC 9457 §6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after: Option<u64>,
    next: Option<Box<Sentence>>,
    rival: Option<Box<Rival>>,
    faults: Vec<Fault>,
}

/// A certificate or an application that stands in the way of what was asked, and how that is told: its own agency hears which it is, any
/// other only where it lies.
#[derive(Clone, Debug)]
pub struct Rival {
    /// Its type, and its agency.
    pub of: (TypeCode, Uscc),
    /// What its own agency is told, who acts for its type.
    pub own: String,
    /// What another agency is told.
    pub elsewhere: &'static str,
    /// What another agency can do.
    pub next: Sentence,
}

/// One thing that is wrong with what was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// Where: the column of the application, or the member of the request.
    pub place: String,
    /// The stable code.
    pub code: String,
    /// What is wrong, in the caller's language.
    pub detail: String,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// A URI that names the kind of problem: `urn:kanhe:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status code once more.
    pub status: u16,
    /// What the code means, in the caller's language.
    pub title: String,
    /// The stable code, as `docs/errors.md` lists it.
    pub code: &'static str,
    /// The defect, with both sides; in the caller's language, or English where the sentence is not known in it.
    pub detail: String,
    /// What to do about it, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Everything that is wrong, where there can be several things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl Fault {
    /// The same in a language: what a room below says is English, and has a twin, or at least a code, that is known in both.
    pub fn of(&self, language: Language) -> Self {
        let meant = || meaning(&self.code).map(|meaning| meaning.of(language).to_owned());
        Self { detail: twin(&self.detail, language).or_else(meant).unwrap_or_else(|| self.detail.clone()), ..self.clone() }
    }
}

/// A detail, which is English, in a language; none where nobody knows it.
fn twin(detail: &str, language: Language) -> Option<String> {
    match language {
        Language::Chinese => in_chinese(detail),
        Language::English => Some(detail.to_owned()),
    }
}

/// A detail in a language, or as it is: the title, which is always in the language, stands above it.
fn in_language(detail: &str, language: Language) -> String {
    twin(detail, language).unwrap_or_else(|| detail.to_owned())
}

impl Problem {
    /// A problem with its status and stable code; the detail names the defect and both sides, and nothing personal: of a word that came in the
    /// wrong place, no person's number is said again.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Display) -> Self {
        Self {
            status,
            code,
            detail: ResidentId::left_out(&detail.to_string()).into_owned(),
            retry_after: None,
            next: None,
            rival: None,
            faults: Vec::new(),
        }
    }

    /// A failure of ours, of which a stranger learns nothing.
    pub fn failed() -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "service_failed", "the service failed")
    }

    /// Says in how many seconds it is worth asking again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says what to do, where that is another thing here than what the code alone would have people do.
    #[must_use]
    pub fn next(mut self, next: Sentence) -> Self {
        self.next = Some(Box::new(next));
        self
    }

    /// Keeps what stands in the way, until it is known who asks.
    #[must_use]
    pub fn rival(mut self, rival: Rival) -> Self {
        self.rival = Some(Box::new(rival));
        self
    }

    /// Tells who asks of what stands in the way, as far as he may hear of it.
    #[must_use]
    pub fn told_to(mut self, within: Within<'_>) -> Self {
        let Some(rival) = self.rival.take() else { return self };
        let (type_code, agency) = &rival.of;
        if within.has(type_code, agency) {
            self.detail = rival.own;
        } else if within.agency != agency {
            self.detail = rival.elsewhere.to_owned();
            self.next = Some(Box::new(rival.next));
        }
        self
    }

    /// Says what a relying party can do.
    #[must_use]
    pub fn in_sharing(mut self) -> Self {
        self.next = self.next.or_else(|| hint_in_sharing(self.code).map(|hint| Box::new(hint.into())));
        self
    }

    /// Says everything that is wrong.
    #[must_use]
    pub fn faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    /// The problem as what is wrong with one row of several.
    pub fn of_row(self, place: &str) -> Fault {
        Fault { place: place.to_owned(), code: self.code.to_owned(), detail: self.detail }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The document in a language.
    pub fn document(&self, language: Language) -> Document {
        let title = meaning(self.code).map_or_else(|| in_language(&self.detail, language), |meaning| meaning.of(language).to_owned());
        Document {
            kind: format!("urn:kanhe:problem:{}", self.code),
            status: self.status.as_u16(),
            title,
            code: self.code,
            detail: in_language(&self.detail, language),
            hint: self.hint(language),
            faults: self.faults.iter().map(|fault| fault.of(language)).collect(),
        }
    }

    fn hint(&self, language: Language) -> Option<String> {
        let own = self.next.as_ref().map(|next| next.of(language));
        own.or_else(|| hint(self.code).map(|hint| hint.of(language))).map(str::to_owned)
    }

    /// The response in a language.
    pub(super) fn render(&self, tongue: Tongue) -> Response {
        let body = serde_json::to_vec(&self.document(tongue.0)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(tongue.tag()));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6750 §3.1: whoever has sent a key is told that it is the key.
            let named =
                if self.code.starts_with("api_key") { r#"Bearer realm="kanhe", error="invalid_token""# } else { r#"Bearer realm="kanhe""# };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(named));
        }
        if self.code == "body_packed" {
            // RFC 9110 §15.5.16: whoever has packed a body is told how it would be taken.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        // The log, further out, names the code.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl IntoResponse for Problem {
    /// An empty response that carries the problem to the outermost layer.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
