//! The field dictionary of a type (GB/T 36906): what stands on its face, for who reads its certificates.

use crate::house::Shared;
use crate::http::problem::Problem;
use crate::shown::Names;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kanhe_core::kind::{Choice, Form, Label, Mask};
use kanhe_issuer::catalogue::{CertificateKind, FormField, Shape};
use serde::Serialize;
use utoipa::ToSchema;

/// The fields of a type.
#[derive(Serialize, ToSchema)]
pub struct FieldDictionary {
    /// The code of the type.
    r#type: String,
    /// What it is called.
    names: Names,
    /// The edition of the type.
    edition: u32,
    /// In the order of the form.
    fields: Vec<FieldLine>,
}

/// One field.
#[derive(Serialize, ToSchema)]
pub struct FieldLine {
    /// Its name, as `fields` of a certificate has it.
    name: String,
    /// What people read.
    label: Names,
    /// Its type in JSON: a day is a string such as `2026-06-15`.
    #[schema(pattern = "^(string|integer|boolean|array)$")]
    r#type: &'static str,
    /// `date`, where the string is a day.
    #[schema(required)]
    format: Option<&'static str>,
    /// Whether every certificate has it.
    required: bool,
    /// Characters that are shown where the whole is not; null where all are.
    #[schema(required)]
    mask: Option<MaskLine>,
    /// What it can say, where there is a table; null otherwise.
    #[schema(required)]
    choices: Option<Vec<ChoiceLine>>,
}

/// What of a value is shown.
#[derive(Serialize, ToSchema)]
pub struct MaskLine {
    /// Characters at the start.
    first: u8,
    /// Characters at the end.
    last: u8,
}

/// An entry of a code table.
#[derive(Serialize, ToSchema)]
pub struct ChoiceLine {
    /// What certificates say.
    code: String,
    /// What people read; the code itself where the table has no words.
    label: Names,
}

/// The fields of a type: names, labels, kinds of value, masks and code tables.
#[utoipa::path(get, path = "/v1/types/{type}/fields", tag = "types", params(("type" = String, Path, description = "The code of the type")),
    responses((status = OK, body = FieldDictionary)))]
pub async fn fields(State(house): State<Shared>, Path(code): Path<String>) -> Result<Json<FieldDictionary>, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "type_unknown", "the service has no such type");
    let kind = house.catalogue.find(&code).ok_or_else(unknown)?;
    Ok(Json(FieldDictionary {
        r#type: kind.code().to_string(),
        names: kind.names().into(),
        edition: kind.edition(),
        fields: kind.form().iter().map(|field| line(kind, field)).collect(),
    }))
}

fn line(kind: &CertificateKind, field: &FormField) -> FieldLine {
    let (json, format) = match &field.shape {
        Shape::Text { .. } | Shape::OneOf(_) => ("string", None),
        Shape::Day => ("string", Some("date")),
        Shape::Count { .. } => ("integer", None),
        Shape::Flag => ("boolean", None),
        Shape::List(_) => ("array", None),
    };
    FieldLine {
        name: field.name.clone(),
        label: (&field.label).into(),
        r#type: json,
        format,
        required: field.required,
        mask: mask(field.mask),
        choices: choices(kind, field),
    }
}

fn mask(mask: Mask) -> Option<MaskLine> {
    match mask {
        Mask::Open => None,
        Mask::Keep { first, last } => Some(MaskLine { first, last }),
        Mask::Check => Some(MaskLine { first: 0, last: 0 }),
    }
}

/// The words of a table stand with the seal's form; a field that is in no seal has the codes alone.
fn choices(kind: &CertificateKind, field: &FormField) -> Option<Vec<ChoiceLine>> {
    let sealed = kind.seal().iter().find(|sealed| sealed.name == field.name).map(|sealed| &sealed.form);
    if let Some(Form::Choice(table) | Form::Choices(table)) = sealed {
        return Some(table.iter().map(|Choice { code, label }| choice(code, label)).collect());
    }
    let (Shape::OneOf(codes) | Shape::List(Some(codes))) = &field.shape else { return None };
    Some(codes.iter().map(|code| choice(code, &Label { zh: code.clone(), en: code.clone() })).collect())
}

fn choice(code: &str, label: &Label) -> ChoiceLine {
    ChoiceLine { code: code.to_owned(), label: label.into() }
}
