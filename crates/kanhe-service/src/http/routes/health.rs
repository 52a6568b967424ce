//! Whether the service lives, and whether it can do its work.

use crate::house::{House, Shared};
use crate::http::tongue::Tongue;
use crate::reread::Reread;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kanhe_core::manifest::AgencyKey;
use kanhe_issuer::registrar::Registrar;
use kanhe_store::StoreError;
use kanhe_words::hint;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the process lives.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// `ok`.
    status: &'static str,
}

/// Whether the service can do its work, and what is wrong where it cannot.
#[derive(Serialize, ToSchema)]
pub struct Ready {
    /// `ok`; `degraded` if nothing new can be published, or the service would not start again as it is, though every question is answered;
    /// `failing` if questions are not, or nothing is written any more: then nobody signs in, issues or looks.
    status: &'static str,
    /// Every part that was looked at.
    parts: Vec<Part>,
}

/// One part of the service.
#[derive(Serialize, ToSchema)]
pub struct Part {
    /// `library`, `manifest` or `pack`; `keys` where one does not sign; `pack_file` and `tls_files` where what changed is refused, and what was read before stays in use; `checkpoint_copy` where the library is not the one that was published; `clock` where it lies behind what was recorded last, or a setting lets it though nothing needs it; `publish_lists`, `publish_checkpoint`, `publish_pack` and `list_age` where the service publishes; `backup` where it takes them; `survivors` where the pack has no list of survivors for the cut-off of a stolen key of the region.
    name: &'static str,
    /// Whether it can be worked with.
    ok: bool,
    /// What is wrong with it, by its stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What to do about it, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
    /// The ids of the keys that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_ids: Vec<String>,
}

/// Whether the process lives: asked often, and never of a disk.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = OK, body = Alive)))]
pub async fn healthz() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the service can do its work; what is wrong is named.
#[utoipa::path(get, path = "/readyz", tag = "service",
    responses((status = OK, body = Ready), (status = SERVICE_UNAVAILABLE, description = "A part is failing", body = Ready)))]
pub async fn readyz(State(house): State<Shared>, tongue: Tongue) -> (StatusCode, Json<Ready>) {
    let broken = || house.library.is_broken().then_some(StoreError::Broken);
    let library = house.library.log_size().err().or_else(broken).map(|error| error.code());
    let manifest = match Registrar::new(&house.library).manifest() {
        Ok(manifest) if manifest.expires <= house.now() => Some("manifest_stale"),
        Ok(_) => None,
        Err(error) => Some(error.code()),
    };
    let pack = match house.shelf.present() {
        None => Some("service_no_pack"),
        Some(shelved) if shelved.pack().expires() <= house.now() => Some("pack_stale"),
        Some(_) => None,
    };
    let needed = [("library", library), ("manifest", manifest), ("pack", pack)];
    let part = |(name, code): (&'static str, Option<&'static str>)| {
        let hint = code.and_then(hint).map(|words| words.of(tongue.0));
        Part { name, ok: code.is_none(), code, hint, key_ids: Vec::new() }
    };
    let mut parts: Vec<Part> = needed.into_iter().chain(published(&house)).map(part).collect();
    let key_ids = without_survivors(&house);
    if !key_ids.is_empty() {
        parts.push(Part { key_ids, ..part(("survivors", Some("survivors_missing"))) });
    }
    let answers = needed.iter().all(|(_, code)| code.is_none());
    // A service that cannot publish still answers for the counters in front of it: to take it out of service would make them blind too.
    let (status, word) = match (answers, parts.iter().all(|part| part.ok)) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
        (true, false) => (StatusCode::OK, "degraded"),
        (true, true) => (StatusCode::OK, "ok"),
    };
    (status, Json(Ready { status: word, parts }))
}

/// The stolen keys of our region of whose certificates the pack can tell nothing: it has no list of survivors for their cut-off.
fn without_survivors(house: &House) -> Vec<String> {
    let Some(shelved) = house.shelf.present() else { return Vec::new() };
    let own = shelved.pack().regions().iter().filter(|region| region.manifest().region == *house.library.region());
    let missing = own.flat_map(|region| {
        let listed = |key: &AgencyKey, before| region.survivors().iter().any(|list| list.is_of(&key.key, before));
        let keys = region.manifest().agencies.iter().flat_map(|agency| &agency.keys);
        keys.filter(move |key| key.counts_before.is_some_and(|before| !listed(key, before)))
    });
    missing.map(|key| key.key.id().to_string()).collect()
}

/// How publishing and backups go, once they were tried, and which files would not be taken again.
fn published(house: &House) -> Vec<(&'static str, Option<&'static str>)> {
    let backup = house.backups.last().map(|taken| ("backup", taken.number.err()));
    let trouble = house.keys.iter().find_map(|key| key.key().trouble());
    let backup = backup.into_iter().chain(trouble.map(|code| ("keys", Some(code))));
    let refused = Reread::ALL.into_iter().filter_map(|file| Some((file.part(), Some(house.refused.why(file)?))));
    let backup = backup.chain(refused).chain(house.library.astray().map(|code| ("checkpoint_copy", Some(code))));
    let backup = backup.chain(house.library.misses_open_projects().map(|error| ("applications", Some(error.code()))));
    let backup = backup.chain(house.clock_trouble().map(|trouble| ("clock", Some(trouble.code()))));
    let Some(last) = house.press.last() else { return backup.collect() };
    let stale = house.press.freshness(house.now()).err();
    let parts = [
        ("publish_lists", last.lists.err()),
        ("publish_checkpoint", last.checkpoint.err()),
        ("publish_pack", last.pack.err()),
        ("list_age", stale.map(|stale| stale.code())),
    ];
    parts.into_iter().chain(backup).collect()
}
