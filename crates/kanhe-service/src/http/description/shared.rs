//! What operations share, each part written once: the problems that many can answer with, headers, and how a caller is known.

use super::super::problem::MEDIA_TYPE;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Object, Ref, RefOr, Required, Response, ResponseBuilder, Type};

/// A problem that many operations can answer with.
pub(super) struct Trouble {
    pub(super) status: &'static str,
    pub(super) name: &'static str,
    about: &'static str,
    headers: &'static [&'static str],
    /// Whether an operation can have it.
    pub(super) of: fn(&Traits) -> bool,
}

/// What of an operation decides which troubles it can have.
pub(super) struct Traits {
    pub(super) names_one: bool,
    pub(super) has_body: bool,
    pub(super) has_query: bool,
    pub(super) writes: bool,
    pub(super) wants_somebody: bool,
    pub(super) is_published: bool,
    pub(super) signs_in: bool,
}

pub(super) const TROUBLES: [Trouble; 12] = [
    Trouble {
        status: "400",
        name: "Malformed",
        about: "The request is not as this document has it",
        headers: &[],
        of: |it| it.has_body || it.has_query || it.names_one,
    },
    Trouble {
        status: "401",
        name: "Unknown",
        about: "Nobody is known by what the request shows, or it shows nothing",
        headers: &["WWW-Authenticate"],
        of: |it| it.wants_somebody || it.signs_in,
    },
    Trouble {
        status: "403",
        name: "Forbidden",
        about: "The caller lacks the right, or may not act for the type",
        headers: &[],
        of: |it| it.wants_somebody,
    },
    Trouble {
        status: "404",
        name: "NotFound",
        about: "There is no such thing, or it is another agency's",
        headers: &[],
        of: |it| it.names_one || it.is_published,
    },
    Trouble { status: "408", name: "TooSlow", about: "The body has not come in time", headers: &[], of: |it| it.has_body },
    Trouble {
        status: "409",
        name: "Conflict",
        about: "It does not fit what stands in the library",
        headers: &[],
        of: |it| it.writes && it.wants_somebody,
    },
    Trouble { status: "413", name: "TooLarge", about: "The body is larger than the service takes", headers: &[], of: |it| it.has_body },
    Trouble {
        status: "415",
        name: "OtherMedia",
        about: "The body is of another media type, or packed",
        headers: &["Accept-Encoding"],
        of: |it| it.has_body,
    },
    Trouble {
        status: "422",
        name: "Refused",
        about: "What was handed in was read, and is refused: `faults` says everything that is wrong",
        headers: &[],
        of: |it| it.has_body,
    },
    Trouble { status: "429", name: "TooOften", about: "The caller asks too often", headers: &["Retry-After"], of: |_| true },
    Trouble { status: "500", name: "Failed", about: "The service failed, and its log says at what", headers: &[], of: |_| true },
    Trouble { status: "503", name: "Busy", about: "Not now: `code` says what is missing", headers: &["Retry-After"], of: |_| true },
];

/// Headers of answers.
const HEADERS: [(&str, &str); 9] = [
    ("X-Request-Id", "By which the log of the service names this request"),
    ("Content-Language", "The language of the problem: `zh-CN` or `en`"),
    ("Retry-After", "Seconds after which it is worth asking again"),
    ("WWW-Authenticate", "`Bearer`, and what is wrong with the key, if one was sent (RFC 6750)"),
    ("Accept-Encoding", "`identity`, where a packed body was sent: send it unpacked"),
    ("ETag", "The SHA-256 of the file, in quotes"),
    ("Cache-Control", "How long a cache may keep it"),
    ("Location", "The path of what was made"),
    ("Idempotent-Replayed", "`true` if this answer was given before to the same key and body"),
];

/// Headers of requests that many operations take, by the names of their components.
pub(super) const BROUGHT: [(&str, &str, &str); 3] = [
    ("AcceptLanguage", "Accept-Language", "The language of sentences: `zh-CN` or `en`; Chinese, where none is named"),
    ("RequestId", "X-Request-Id", "By which the caller names the request: a UUID or a ULID; anything else is replaced"),
    ("IfNoneMatch", "If-None-Match", "The `ETag` of the file that the caller has: it is sent only if it is another"),
];

/// What operations share, by name.
pub(super) fn share(components: &mut Components) {
    let described = |about: &str| HeaderBuilder::new().description(Some(about)).schema(Some(text())).build();
    components.headers.extend(HEADERS.map(|(name, about)| (name.to_owned(), RefOr::T(described(about)))));
    components.parameters.extend(BROUGHT.map(|(component, name, about)| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
        (component.to_owned(), RefOr::T(parameter.description(Some(about)).schema(Some(text())).build()))
    }));
    let troubles = TROUBLES.iter().map(|trouble| (trouble.name.to_owned(), RefOr::T(problem(trouble.about, trouble.headers))));
    components.responses.extend(troubles);
    components.responses.insert("Problem".to_owned(), RefOr::T(problem("A problem document (RFC 9457)", &[])));
    with_schemes(components);
}

fn with_schemes(components: &mut Components) {
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The API key of a system: `kanhe_…`"));
    components.add_security_scheme("key", SecurityScheme::Http(key.build()));
    let session = "What `POST /v1/session` sets; over TLS its name is `__Host-kanhe`. No script reads it";
    let session = ApiKeyValue::with_description("kanhe_session", session);
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let csrf = "The `csrf_token` of the session: a page of another origin does not know it";
    components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-CSRF-Token", csrf))));
    let certificate = "A client certificate that an API key was made for, where the service is told to ask for one";
    let certificate = SecurityScheme::MutualTls { description: Some(certificate.to_owned()), deprecated: None, extensions: None };
    components.add_security_scheme("certificate", certificate);
}

fn problem(about: &str, headers: &[&str]) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new().description(about).content(MEDIA_TYPE, content).build();
    response.headers.extend(["X-Request-Id", "Content-Language"].iter().chain(headers).map(|name| header_of(name)));
    response
}

pub(super) fn header_of(name: &str) -> (String, RefOr<Header>) {
    (name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))))
}

pub(super) fn text() -> Object {
    Object::with_type(Type::String)
}
