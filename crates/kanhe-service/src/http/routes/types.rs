//! The certificate types that the service knows.

use crate::house::Shared;
use crate::http::problem::Problem;
use crate::shown::Names;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kanhe_issuer::catalogue::{CertificateKind, CodeSet, StateCode};
use serde::Serialize;
use utoipa::ToSchema;

/// The types.
#[derive(Serialize, ToSchema)]
pub struct Kinds {
    /// In the order of their codes.
    types: Vec<KindLine>,
}

/// A type in short.
#[derive(Serialize, ToSchema)]
pub struct KindLine {
    /// Its code of 21 characters.
    code: String,
    /// Its name.
    name: Name,
    /// Whether an application is reviewed before anything is issued.
    reviewed: bool,
    /// The state codes of other systems: a certificate's `state_codes` has the code of each, and a search takes `SET:CODE`.
    state_codes: Vec<StateCodeSet>,
}

/// The state codes of another system.
#[derive(Serialize, ToSchema)]
pub struct StateCodeSet {
    /// The id by which it is named.
    id: String,
    /// What people call it.
    names: Names,
    /// Its codes.
    codes: Vec<StateCodeLine>,
}

/// A code of another system.
#[derive(Serialize, ToSchema)]
pub struct StateCodeLine {
    /// As that system writes it.
    code: String,
    /// What it means here: `valid`, a condition of a certificate, or `other`.
    state: &'static str,
}

/// A name in both languages.
#[derive(Serialize, ToSchema)]
pub struct Name {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// The types that the service knows.
#[utoipa::path(get, path = "/v1/types", tag = "types", responses((status = OK, body = Kinds)))]
pub async fn list(State(house): State<Shared>) -> Json<Kinds> {
    Json(Kinds { types: house.catalogue.kinds().into_iter().map(line).collect() })
}

/// One type, by its code.
#[utoipa::path(get, path = "/v1/types/{type}", tag = "types", params(("type" = String, Path, description = "The code of the type")),
    responses((status = OK, body = KindLine), (status = NOT_FOUND, body = crate::http::problem::Document, content_type = "application/problem+json")))]
pub async fn one(State(house): State<Shared>, Path(code): Path<String>) -> Result<Json<KindLine>, Problem> {
    let found = house.catalogue.find(&code);
    found.map(|kind| Json(line(kind))).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "type_unknown", "the service has no such type"))
}

fn line(kind: &CertificateKind) -> KindLine {
    let names = kind.names();
    KindLine {
        code: kind.code().to_string(),
        name: Name { zh: names.zh.clone(), en: names.en.clone() },
        reviewed: kind.review().is_some(),
        state_codes: kind.state_codes().iter().map(code_set).collect(),
    }
}

fn code_set(set: &CodeSet) -> StateCodeSet {
    let line = |code: &StateCode| StateCodeLine { code: code.code.clone(), state: code.meaning.word() };
    StateCodeSet { id: set.id.clone(), names: (&set.names).into(), codes: set.codes.iter().map(line).collect() }
}
