//! What bodies are, where a handler names only the type of an answer, or only the media type of a file.

use super::shared::text;
use std::collections::BTreeMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, KnownFormat, Object, ObjectBuilder, RefOr, Response, Schema, SchemaFormat, Type};

/// Says of an answer what its body is, where the handler says nothing: OpenAPI wants a description of every answer.
pub(super) fn describe_answers(operation: &mut Operation, schemas: &BTreeMap<String, RefOr<Schema>>) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        if let Some(about) = about_body(response, schemas).filter(|_| response.description.is_empty()) {
            response.description = about;
        }
    }
}

/// The first line that describes the type of an answer's body.
fn about_body(response: &Response, schemas: &BTreeMap<String, RefOr<Schema>>) -> Option<String> {
    let RefOr::T(content) = response.content.values().next()? else { return None };
    let RefOr::Ref(named) = content.schema.as_ref()? else { return None };
    let RefOr::T(schema) = schemas.get(named.ref_location.rsplit('/').next()?)? else { return None };
    let about = match schema {
        Schema::Object(object) => &object.description,
        Schema::AllOf(all) => &all.description,
        Schema::OneOf(one) => &one.description,
        Schema::AnyOf(any) => &any.description,
        _ => return None,
    };
    Some(about.as_ref()?.lines().next()?.trim_end_matches('.').to_owned())
}

/// Types files, in both directions: programs that are made from the description leave out a body without a type.
pub(super) fn type_files(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(type_file);
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.content.iter_mut().for_each(type_file);
        }
    }
}

fn type_file((media_type, content): (&String, &mut RefOr<Content>)) {
    if let RefOr::T(content @ Content { schema: None, .. }) = content {
        content.schema = Some(file(media_type).into());
    }
}

fn file(media_type: &str) -> Object {
    let is_text = media_type.starts_with("text/") || ["image/svg+xml", "application/jsonl", "application/x-ndjson"].contains(&media_type);
    let bytes = || ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    if is_text { text() } else { bytes().build() }
}
