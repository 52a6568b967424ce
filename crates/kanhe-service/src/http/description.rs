//! What is true of many operations, written into the OpenAPI document once: who may call, what is sent beside a body, what can go wrong.

use super::doors::{Wants, wanted};
use super::examples::example;
use super::problem::MEDIA_TYPE;
use crate::accounts::{Right, Role};
use axum::http::Method;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HttpMethod, Object, OpenApi, PathItem, Paths, Ref, RefOr, Required, Response, ResponseBuilder,
    ResponsesBuilder, Type,
};

/// A problem that many operations can answer with.
struct Trouble {
    status: &'static str,
    name: &'static str,
    about: &'static str,
    headers: &'static [&'static str],
    /// Whether an operation can have it.
    of: fn(&Traits) -> bool,
}

/// What of an operation decides which troubles it can have.
struct Traits {
    names_one: bool,
    has_body: bool,
    has_query: bool,
    writes: bool,
    wants_somebody: bool,
    is_published: bool,
    signs_in: bool,
}

const TROUBLES: [Trouble; 12] = [
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
    ("Content-Language", "The language of the problem: `zh` or `en`"),
    ("Retry-After", "Seconds after which it is worth asking again"),
    ("WWW-Authenticate", "`Bearer`, and what is wrong with the key, if one was sent (RFC 6750)"),
    ("Accept-Encoding", "`identity`, where a packed body was sent: send it unpacked"),
    ("ETag", "The SHA-256 of the file, in quotes"),
    ("Cache-Control", "How long a cache may keep it"),
    ("Location", "The path of what was made"),
    ("Idempotent-Replayed", "`true` if this answer was given before to the same key and body"),
];

/// Headers of requests that many operations take, by the names of their components.
const BROUGHT: [(&str, &str, &str); 3] = [
    ("AcceptLanguage", "Accept-Language", "The language of sentences: `zh-CN` or `en`; Chinese, where none is named"),
    ("RequestId", "X-Request-Id", "By which the caller names the request: a UUID or a ULID; anything else is replaced"),
    ("IfNoneMatch", "If-None-Match", "The `ETag` of the file that the caller has: it is sent only if it is another"),
];

/// Operations that say where what they have made stands.
const MADE: [&str; 8] = [
    "certificates_issue",
    "certificates_renew",
    "certificates_amend",
    "certificates_take_over",
    "applications_lodge",
    "applications_approve",
    "jobs_add",
    "officers_add",
];

/// The document, with what is true of every operation, and with the rest of a path named as OpenAPI names any part of one: it has no word for
/// a part with slashes.
pub fn finished(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    let named = |(path, mut item): (String, PathItem)| {
        for (method, operation) in operations(&mut item) {
            complete(&path, &method, operation);
        }
        (path.replace("{*", "{"), item)
    };
    document.paths.paths = paths.into_iter().map(named).collect();
    document.webhooks = Some(letters());
    shared(document.components.get_or_insert_default());
    document
}

/// The operations of a path, by their methods.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let known =
        [(Method::GET, &mut item.get), (Method::PUT, &mut item.put), (Method::POST, &mut item.post), (Method::DELETE, &mut item.delete)];
    known.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// The name of an operation, by which programs that are made from the description call it: that of its room, and that of its handler.
pub fn name_of(operation: &Operation) -> String {
    let room = operation.tags.iter().flatten().next().map_or("", String::as_str).replace('-', "_");
    format!("{room}_{}", operation.operation_id.as_deref().unwrap_or_default())
}

fn complete(path: &str, method: &Method, operation: &mut Operation) {
    let name = name_of(operation);
    let wants = wanted(&name).unwrap_or(Wants::Person(&[]));
    let writes = *method != Method::GET;
    let traits = Traits {
        names_one: path.contains('{'),
        has_body: operation.request_body.is_some(),
        has_query: takes(operation, |parameter| parameter.parameter_in == ParameterIn::Query),
        writes,
        wants_somebody: wants != Wants::Nobody,
        is_published: name.starts_with("published_"),
        signs_in: name.starts_with("session_"),
    };
    let is_file = operation.responses.responses.contains_key("304");
    with_headers(operation, is_file);
    with_troubles(operation, &traits);
    let brought = BROUGHT.iter().filter(|(component, ..)| is_file || *component != "IfNoneMatch");
    let brought = brought.map(|(component, ..)| RefOr::Ref(Ref::new(format!("#/components/parameters/{component}"))));
    operation.parameters.get_or_insert_default().extend(brought);
    operation.security = Some(credentials(wants, writes));
    operation.extensions.get_or_insert_default().insert("x-rights".to_owned(), rights(wants).map(Right::word).collect());
    let about = operation.description.take().map(|about| format!("{about}\n\n")).unwrap_or_default();
    operation.description = Some(format!("{about}{}", in_words(wants)));
    show_example(operation, &name);
    operation.operation_id = Some(name);
}

fn takes(operation: &Operation, like: impl Fn(&Parameter) -> bool) -> bool {
    operation.parameters.iter().flatten().any(|parameter| matches!(parameter, RefOr::T(parameter) if like(parameter)))
}

/// Names the headers of answers that say that something was done.
fn with_headers(operation: &mut Operation, is_file: bool) {
    let is_kept = takes(operation, |parameter| parameter.name == "Idempotency-Key");
    let is_made = MADE.contains(&name_of(operation).as_str());
    let named =
        [("X-Request-Id", true), ("ETag", is_file), ("Cache-Control", is_file), ("Idempotent-Replayed", is_kept), ("Location", is_made)];
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.extend(named.iter().filter(|(_, has)| *has).map(|(name, _)| header_of(name)));
        }
    }
}

/// Names what can go wrong; what a handler says of a status itself stands.
fn with_troubles(operation: &mut Operation, traits: &Traits) {
    let responses = &mut operation.responses.responses;
    for trouble in TROUBLES.iter().filter(|trouble| (trouble.of)(traits)) {
        responses.entry(trouble.status.to_owned()).or_insert_with(|| Ref::from_response_name(trouble.name).into());
    }
    // Any request can fail in a way that is told nowhere else.
    for class in ["4XX", "5XX"] {
        responses.entry(class.to_owned()).or_insert_with(|| Ref::from_response_name("Problem").into());
    }
}

/// By what a caller of an operation is known: one of these. A browser says by a word of our own pages that it means what it asks.
fn credentials(wants: Wants, writes: bool) -> Vec<SecurityRequirement> {
    let none = Vec::<String>::new;
    let session = SecurityRequirement::new("session", none());
    let session = if writes { session.add("csrf", none()) } else { session };
    match wants {
        Wants::Nobody => Vec::new(),
        Wants::Session | Wants::Person(_) => vec![session],
        Wants::Anybody | Wants::Right(_) => {
            vec![SecurityRequirement::new("key", none()), session, SecurityRequirement::new("certificate", none())]
        }
    }
}

fn rights(wants: Wants) -> impl Iterator<Item = Right> {
    let rights = match wants {
        Wants::Nobody | Wants::Anybody | Wants::Session => &[],
        Wants::Right(rights) | Wants::Person(rights) => rights,
    };
    rights.iter().copied()
}

fn in_words(wants: Wants) -> String {
    let words: Vec<_> = rights(wants).map(|right| format!("`{}`", right.word())).collect();
    let roles = Role::ALL.into_iter().filter(|role| rights(wants).any(|right| role.rights().contains(&right)));
    let roles: Vec<_> = roles.map(|role| format!("`{}`", role.word())).collect();
    let (words, roles) = (words.join(" or "), roles.join(", "));
    match wants {
        Wants::Nobody => "Anybody may ask.".to_owned(),
        Wants::Anybody => "Wants a caller, whatever its roles are.".to_owned(),
        Wants::Session => "Wants an officer with a session.".to_owned(),
        Wants::Right(_) => format!("Wants the right {words}, which these roles have: {roles}."),
        Wants::Person(_) => format!("Wants a person with a session and the right {words}, which these roles have: {roles}."),
    }
}

fn show_example(operation: &mut Operation, name: &str) {
    let (Some(RefOr::T(body)), Some(shown)) = (operation.request_body.as_mut(), example(name)) else { return };
    if let Some(RefOr::T(content)) = body.content.get_mut("application/json") {
        content.example = Some(shown);
    }
}

/// What operations share, by name.
fn shared(components: &mut Components) {
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

fn header_of(name: &str) -> (String, RefOr<Header>) {
    (name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))))
}

fn text() -> Object {
    Object::with_type(Type::String)
}

/// What the service itself sends to the addresses that an administrator has named, as OpenAPI 3.1 has it.
fn letters() -> Paths {
    let sent = |name: &str, about: &str| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::True);
        parameter.description(Some(about)).schema(Some(text())).build()
    };
    let letter = ContentBuilder::new().schema(Some(Ref::from_schema_name("Letter"))).example(example("webhooks_letter")).build();
    let told = |about: &str| ResponseBuilder::new().description(about).build();
    let operation = OperationBuilder::new()
        .tag("webhooks")
        .operation_id(Some("webhooks_letter"))
        .summary(Some("Tells what was done to a certificate or an application."))
        .description(Some(
            "Signed as Standard Webhooks has it, with the secret of the hook. It may come more than once, with the same `webhook-id`, and says \
             nothing about a person: who wants more asks for it, with his own rights.",
        ))
        .parameter(sent("webhook-id", "The same each time that this letter is sent"))
        .parameter(sent("webhook-timestamp", "The second at which it is sent, since 1970"))
        .parameter(sent("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`"))
        .request_body(Some(RequestBodyBuilder::new().content("application/json", letter).required(Some(Required::True)).build()))
        .responses(
            ResponsesBuilder::new()
                .response("2XX", told("It has arrived"))
                .response("410", told("The receiver is gone for ever: nothing is tried again by itself"))
                .response("default", told("It is tried again, later each time"))
                .build(),
        );
    let mut paths = Paths::new();
    paths.paths.insert("event".to_owned(), PathItem::new(HttpMethod::Post, operation));
    paths
}
