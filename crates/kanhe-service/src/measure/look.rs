//! What merely is, looked at when somebody asks.

use super::{
    API_KEYS_ENDING, ASTRAY, BACKUP_AGE, BEHIND, BROKEN, CERTIFICATES, CHECKPOINT_AGE, EVENTS, JOBS_RUNNING, JOBS_WAITING, KEY_LEFT,
    LETTERS, LIST_AGE, MANIFEST_LEFT, PACK_AGE, PACK_LEFT, PUBLISHED, REFUSED, SILENT, TLS_LEFT,
};
use crate::accounts::api_key::ending;
use crate::house::House;
use crate::jobs::queue_depth;
use crate::reread::Reread;
use crate::serve::Tls;
use crate::webhooks::{Fate, letters};
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::start_of_day;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::registrar::Registrar;
use metrics::gauge;

/// Looks at what merely is. What the library does not tell now keeps its last value; `/readyz` says why.
pub(super) fn look(house: &House, tls: Option<&Tls>) {
    let (now, library) = (house.now(), &house.library);
    set(CERTIFICATES, library.certificates().ok());
    set(EVENTS, library.log_size().ok());
    set(PUBLISHED, library.published().ok().flatten().map(|head| head.size));
    set(BROKEN, Some(library.is_broken().into()));
    set(ASTRAY, Some(house.library.astray().is_some().into()));
    set(BEHIND, Some(house.is_behind().into()));
    set(SILENT, u64::try_from(house.keys.iter().filter(|key| key.key().trouble().is_some()).count()).ok());
    for file in Reread::ALL {
        gauge!(REFUSED, "file" => file.word()).set(f64::from(u8::from(house.refused.why(file).is_some())));
    }
    since(CHECKPOINT_AGE, house.press.log_known(), now);
    since(LIST_AGE, house.press.oldest(), now);
    since(BACKUP_AGE, house.backups.good(), now);
    let running = u64::from(house.jobs.at_work().is_some());
    set(JOBS_RUNNING, Some(running));
    set(JOBS_WAITING, queue_depth(library).ok().map(|queued| queued.saturating_sub(running)));
    for (word, fate) in [("waiting", Fate::Waiting), ("dead", Fate::Dead)] {
        if let Ok(count) = letters(library, fate) {
            gauge!(LETTERS, "fate" => word).set(f64::from(count));
        }
    }
    set(API_KEYS_ENDING, ending(library, now).ok());
    if let Some(end) = tls.and_then(Tls::ends) {
        until(TLS_LEFT, end, now);
    }
    if let Some(shelved) = house.shelf.present() {
        since(PACK_AGE, Some(shelved.pack().issued()), now);
        until(PACK_LEFT, shelved.pack().expires(), now);
    }
    if let Ok(manifest) = Registrar::new(library).manifest() {
        until(MANIFEST_LEFT, manifest.expires, now);
        keys(house, &manifest, now);
    }
}

/// How long the unlocked keys may still sign: without end, where the manifest names no last day, and no longer than the manifest.
fn keys(house: &House, manifest: &Manifest, now: Timestamp) {
    let known = manifest.agencies.iter().flat_map(|agency| &agency.keys);
    for key in known.filter(|key| house.keys.iter().any(|held| held.key().verifying_key() == key.key)) {
        let end = key.until.and_then(|last| last.tomorrow().ok()).map(start_of_day);
        let left = end.map_or(f64::INFINITY, |end| seconds(now.duration_until(end)));
        gauge!(KEY_LEFT, "key_id" => key.key.id().to_string()).set(left);
    }
}

fn set(name: &'static str, count: Option<u64>) {
    // Prometheus has no other numbers than fractions; four thousand million certificates are more than one library is for.
    if let Some(count) = count.and_then(|count| u32::try_from(count).ok()) {
        gauge!(name).set(f64::from(count));
    }
}

fn since(name: &'static str, then: Option<Timestamp>, now: Timestamp) {
    if let Some(then) = then {
        gauge!(name).set(seconds(then.duration_until(now)));
    }
}

fn until(name: &'static str, end: Timestamp, now: Timestamp) {
    gauge!(name).set(seconds(now.duration_until(end)));
}

fn seconds(duration: SignedDuration) -> f64 {
    duration.as_secs_f64()
}
