//! The certificate types that the service knows.

use super::published::{self, FOR_A_MINUTE};
use crate::house::Shared;
use crate::http::problem::Problem;
use crate::shown::{KindLine, Kinds, Name, StateCodeLine, StateCodeSet};
use crate::signed_file::SignedFile;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kanhe_core::hex::Hex;
use kanhe_issuer::catalogue::{CertificateKind, CodeSet, StateCode};

/// The types that the service knows.
#[utoipa::path(get, path = "/v1/types", tag = "types", responses((status = OK, body = Kinds)))]
pub async fn list(State(house): State<Shared>) -> Json<Kinds> {
    Json(Kinds { types: house.catalogue.kinds().into_iter().map(line).collect() })
}

/// One type, by its code.
#[utoipa::path(get, path = "/v1/types/{type}", tag = "types", params(("type" = String, Path, description = "The code of the type")),
    responses((status = OK, body = KindLine), (status = NOT_FOUND, description = "There is no such type", body = crate::http::problem::Document, content_type = "application/problem+json")))]
pub async fn one(State(house): State<Shared>, Path(code): Path<String>) -> Result<Json<KindLine>, Problem> {
    let found = house.catalogue.find(&code);
    found.map(|kind| Json(line(kind))).ok_or_else(unknown)
}

/// The file of one type (docs/spec/type-file.md), of the edition in force: its form, its rules, and how its seals are packed.
#[utoipa::path(get, path = "/v1/types/{type}/file", tag = "types", params(("type" = String, Path, description = "The code of the type")),
    responses((status = OK, description = "A type file", content_type = "application/json", body = serde_json::Value), (status = NOT_MODIFIED, description = "The caller has it"),
        (status = NOT_FOUND, description = "There is no such type", body = crate::http::problem::Document, content_type = "application/problem+json")))]
pub async fn file(State(house): State<Shared>, Path(code): Path<String>, held: published::Held) -> Result<Response, Problem> {
    let kind = house.catalogue.find(&code).ok_or_else(unknown)?;
    Ok(published::file(&held, "application/json", FOR_A_MINUTE, &SignedFile::new(kind.source().to_vec())))
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "type_unknown", "the service has no such type")
}

fn line(kind: &CertificateKind) -> KindLine {
    let names = kind.names();
    KindLine {
        code: kind.code().to_string(),
        file: kind.file().to_owned(),
        edition: kind.edition(),
        sha256: Hex(kind.file_digest()).to_string(),
        name: Name { zh: names.zh.clone(), en: names.en.clone() },
        reviewed: kind.review().is_some(),
        state_codes: kind.state_codes().iter().map(code_set).collect(),
    }
}

fn code_set(set: &CodeSet) -> StateCodeSet {
    let line = |code: &StateCode| StateCodeLine { code: code.code.clone(), state: code.meaning.word().into() };
    StateCodeSet { id: set.id.clone(), names: (&set.names).into(), codes: set.codes.iter().map(line).collect() }
}
