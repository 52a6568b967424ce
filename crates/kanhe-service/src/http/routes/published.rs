//! Signed files that anybody may have and keep: the pack, status lists, the manifest, the log.
//!
//! They prove themselves, so any cache may hold them: each bears its SHA-256 as entity tag, and what never changes says so.

use crate::house::Shared;
use crate::http::flow::{Disposition, name_file};
use crate::http::problem::Problem;
use crate::signed_file::SignedFile;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use kanhe_core::code::Uscc;
use kanhe_issuer::proposal::taken;
use kanhe_log::entries::EntryBundle;
use kanhe_log::path::TilePath;
use kanhe_log::tile::FULL_WIDTH;
use kanhe_store::StoreError;
use std::convert::Infallible;

/// May be kept for ever: its name will never have other bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// May be kept, and must be asked for again: its name will have other bytes.
pub const FOR_A_MINUTE: &str = "public, max-age=60, must-revalidate";

/// The media type of a signed file.
pub const COSE: &str = "application/cose; cose-type=\"cose-sign1\"";

/// The pack with which the service verifies: copy it to a stick for counters without a network.
#[utoipa::path(get, path = "/v1/pack", tag = "published",
    responses((status = OK, description = "A signed pack (docs/spec/pack.md)", content_type = "application/cose"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn pack(State(house): State<Shared>, held: Held) -> Result<Response, Problem> {
    let shelved = house.shelf.present().ok_or_else(|| absent("the service has no pack yet"))?;
    Ok(named(file(&held, COSE, FOR_A_MINUTE, shelved.file()), &format!("{}.pack", house.library.region())))
}

/// A status list of an agency, by the number of its page.
#[utoipa::path(get, path = "/v1/status/{agency}/{number}", tag = "published",
    params(("agency" = String, Path, description = "The agency's USCC"), ("number" = u32, Path, description = "The number of the list")),
    responses((status = OK, description = "A Token Status List in CWT form (docs/spec/pack.md)", content_type = "application/statuslist+cwt"),
        (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn list(State(house): State<Shared>, Path((agency, number)): Path<(String, String)>, held: Held) -> Result<Response, Problem> {
    let place = Uscc::parse(&agency).ok().zip(number.parse().ok());
    let notice = place.and_then(|(agency, number)| house.press.list(agency, number));
    let unsigned = || Problem::new(StatusCode::NOT_FOUND, "status_list_not_published", "no such status list was signed here");
    let notice = notice.ok_or_else(unsigned)?;
    Ok(file(&held, "application/statuslist+cwt", FOR_A_MINUTE, &notice.file))
}

/// The manifest that the library works under: its agencies, their keys and types.
#[utoipa::path(get, path = "/v1/manifest", tag = "published",
    responses((status = OK, description = "A signed manifest (docs/spec/pack.md)", content_type = "application/cose"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn manifest(State(house): State<Shared>, held: Held) -> Result<Response, Problem> {
    let manifest = house.library.manifest()?.ok_or_else(|| absent("the library has no manifest yet"))?;
    Ok(named(file(&held, COSE, FOR_A_MINUTE, &SignedFile::new(manifest.envelope)), &format!("{}.manifest", house.library.region())))
}

/// The recognition that two people have taken up, or else the one in the pack: which certificates of other regions are accepted.
#[utoipa::path(get, path = "/v1/recognition", tag = "published",
    responses((status = OK, description = "A signed recognition (docs/spec/pack.md)", content_type = "application/cose"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn recognition(State(house): State<Shared>, held: Held) -> Result<Response, Problem> {
    let taken_up = taken::recognition(&house.library)?.map(SignedFile::new);
    let recognition = taken_up.or_else(|| house.shelf.present()?.recognition().cloned());
    let recognition = recognition.ok_or_else(|| absent("no recognition was taken up here, and the pack has none"))?;
    Ok(named(file(&held, COSE, FOR_A_MINUTE, &recognition), &format!("{}.recognition", house.library.region())))
}

/// The log's last published checkpoint (c2sp.org/tlog-checkpoint).
#[utoipa::path(get, path = "/v1/log/checkpoint", tag = "published",
    responses((status = OK, description = "A signed note", content_type = "text/plain"), (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn checkpoint(State(house): State<Shared>, held: Held) -> Result<Response, Problem> {
    let note = house.library.checkpoint()?.ok_or_else(|| absent("no checkpoint was published yet"))?;
    Ok(file(&held, "text/plain; charset=utf-8", "no-cache", &SignedFile::new(note.into_bytes())))
}

/// A tile of the log, or a bundle of its entries (c2sp.org/tlog-tiles).
#[utoipa::path(get, path = "/v1/log/tile/{*path}", tag = "published",
    params(("path" = String, Path, description = "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, as c2sp.org/tlog-tiles has it")),
    responses((status = OK, description = "Hashes of 32 bytes, or entries behind their lengths", content_type = "application/octet-stream"),
        (status = NOT_MODIFIED, description = "The caller has it")))]
pub async fn tile(State(house): State<Shared>, Path(path): Path<String>, held: Held) -> Result<Response, Problem> {
    let unknown = || absent("the published log has no such tile");
    let path = TilePath::parse(&format!("tile/{path}")).map_err(|_| unknown())?;
    // Only what the checkpoint vouches for: entries behind it may still be lost with the power.
    let published = house.library.published()?.map_or(0, |head| head.size);
    let full = u64::from(FULL_WIDTH);
    let (level, index, width) = match path {
        TilePath::Hashes { tile, width } => (tile.level(), tile.index(), width),
        TilePath::Entries { index, width } => (0, index, width),
    };
    let hashes = published.checked_shr(8 * u32::from(level)).unwrap_or(0);
    let end = index.checked_mul(full).and_then(|start| start.checked_add(u64::from(width.get())));
    if end.is_none_or(|end| end > hashes) {
        return Err(unknown());
    }
    let bytes = match path {
        TilePath::Hashes { tile, width } => {
            let mut bytes = house.library.tile(tile)?;
            bytes.truncate(width.bytes());
            bytes
        }
        TilePath::Entries { index, width } => {
            let entries = house.library.entries(index * full, u64::from(width.get()))?;
            let bundle = EntryBundle::new(entries.iter().map(<[u8; 32]>::as_slice).collect());
            bundle.map_err(|error| StoreError::Log { detail: error.to_string() })?.encode()
        }
    };
    Ok(file(&held, "application/octet-stream", FOR_EVER, &SignedFile::new(bytes)))
}

/// What a caller says that it has of a file: its `If-None-Match` (RFC 9110 §13.1.2).
pub struct Held(Option<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for Held {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(IF_NONE_MATCH).cloned()))
    }
}

impl Held {
    fn is(&self, file: &SignedFile) -> bool {
        let asked = self.0.as_ref().and_then(|asked| asked.to_str().ok()).unwrap_or_default();
        asked == "*" || asked.split(',').any(|asked| asked.trim().trim_start_matches("W/") == file.tag())
    }
}

/// A file, or word that the caller has it.
pub fn file(held: &Held, kind: &'static str, keep: &'static str, file: &SignedFile) -> Response {
    let mut response = Response::default();
    if held.is(file) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(file.bytes());
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(ETAG, file.tag().clone());
    // It speaks no language: a cache holds it once.
    headers.insert(VARY, HeaderValue::from_static("origin"));
    response
}

/// A file that people keep, under a name by which they know it again.
fn named(mut response: Response, name: &str) -> Response {
    name_file(&mut response, Disposition::Attachment, name);
    response
}

fn absent(detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "file_not_published", detail)
}
