//! What is true of many operations, written into the OpenAPI document once: who may call, what is sent beside a body, what can go wrong.

mod bodies;
mod letters;
mod shared;

use super::doors::{Wants, wanted};
use super::examples::{example, note};
use crate::accounts::{Right, Role};
use axum::http::Method;
use bodies::{describe_answers, type_files};
use letters::letters;
use shared::{BROUGHT, TROUBLES, Traits, header_of, share};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr};

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
    let schemas = document.components.get_or_insert_default().schemas.clone();
    let named = |(path, mut item): (String, PathItem)| {
        for (method, operation) in operations(&mut item) {
            complete(&path, &method, operation);
            describe_answers(operation, &schemas);
            type_files(operation);
        }
        (path.replace("{*", "{"), item)
    };
    document.paths.paths = paths.into_iter().map(named).collect();
    document.webhooks = Some(letters());
    share(document.components.get_or_insert_default());
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
        body.description = note(name).map(str::to_owned).or_else(|| body.description.take());
    }
}
