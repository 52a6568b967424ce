//! The description of the interface, and the pages on which one reads it: none of them asks another host for anything.

use super::problem::Problem;
use super::routes::openapi;
use super::routes::published::{FOR_A_MINUTE, Held, file};
use crate::house::Shared;
use crate::signed_file::SignedFile;
use axum::Router;
use axum::extract::Path;
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Redirect, Response};
use axum::routing::get;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::{Config, serve};

/// Where the pages stand.
const DOCS: &str = "/docs/";

/// Where the description stands.
const DESCRIPTION: &str = "/v1/openapi.json";

/// The files of which the pages are made; the first is the page itself.
const FILES: [&str; 8] = [
    "index.html",
    "index.css",
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-initializer.js",
    "favicon-16x16.png",
    "favicon-32x32.png",
];

/// A file of the pages, as it is handed out.
struct Sheet {
    name: &'static str,
    kind: String,
    is_packed: bool,
    file: SignedFile,
}

static DESCRIBED: LazyLock<SignedFile> = LazyLock::new(|| SignedFile::new(serde_json::to_vec(&openapi()).unwrap_or_default()));

static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(|| {
    // Without this the page shows every description to a validator on the internet.
    let config = Arc::new(Config::from(DESCRIPTION).validator_url("none"));
    let sheet = |name| {
        let found = serve(name, Arc::clone(&config)).ok().flatten()?;
        Some(Sheet { name, kind: found.content_type, is_packed: found.gzpipped, file: SignedFile::new(found.bytes.into_owned()) })
    };
    FILES.into_iter().filter_map(sheet).collect()
});

/// The description and its pages; who opens the service in a browser is led there.
pub fn routes() -> Router<Shared> {
    let onward = || async { Redirect::to(DOCS) };
    Router::new()
        .route(DESCRIPTION, get(|held: Held| async move { file(&held, "application/json", FOR_A_MINUTE, &DESCRIBED) }))
        .route("/", get(onward))
        .route("/docs", get(onward))
        .route(DOCS, get(|held: Held| async move { sheet(&held, "index.html") }))
        .route("/docs/{*name}", get(|Path(name): Path<String>, held: Held| async move { sheet(&held, &name) }))
}

fn sheet(held: &Held, name: &str) -> Result<Response, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "route_unknown", "there is nothing at this path");
    let sheet = SHEETS.iter().find(|sheet| sheet.name == name).ok_or_else(unknown)?;
    let mut response = file(held, &sheet.kind, FOR_A_MINUTE, &sheet.file);
    if sheet.is_packed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
