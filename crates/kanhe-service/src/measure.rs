//! What the service tells its monitoring, in the words of Prometheus. No label names a person, a certificate or a caller.
//!
//! Nothing is kept unless [`Recorder::install`] was called: then what happens is counted as it happens, and what merely is, such as the age of
//! the oldest list, is looked at when somebody asks.

use crate::house::{House, Shared};
use crate::jobs::queue_depth;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::start_of_day;
use kanhe_core::envelope::Envelope;
use kanhe_core::manifest::Manifest;
use metrics::{Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;

const REQUESTS: &str = "kanhe_http_request_seconds";
const ISSUES: &str = "kanhe_issue_seconds";
const VERDICTS: &str = "kanhe_verdicts_total";
const FAILURES: &str = "kanhe_publish_failures_total";
const CONNECTIONS: &str = "kanhe_connections_open";
const CERTIFICATES: &str = "kanhe_certificates";
const EVENTS: &str = "kanhe_log_events";
const PUBLISHED: &str = "kanhe_log_events_published";
const CHECKPOINT_AGE: &str = "kanhe_checkpoint_age_seconds";
const ASTRAY: &str = "kanhe_log_astray";
const SILENT: &str = "kanhe_keys_silent";
const SPANS_LOST: &str = "kanhe_spans_lost_total";
const LIST_AGE: &str = "kanhe_status_list_age_seconds";
const PACK_AGE: &str = "kanhe_pack_age_seconds";
const PACK_LEFT: &str = "kanhe_pack_left_seconds";
const MANIFEST_LEFT: &str = "kanhe_manifest_left_seconds";
const KEY_LEFT: &str = "kanhe_key_left_seconds";
const BACKUP_AGE: &str = "kanhe_backup_age_seconds";
const JOBS_WAITING: &str = "kanhe_jobs_waiting";
const JOBS_RUNNING: &str = "kanhe_jobs_running";
const JOB_ROWS: &str = "kanhe_job_rows_total";

/// Bounds of the buckets, in seconds: from a file in memory to the time limit of a request.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// How often what was counted is put in order, whether somebody asks or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// What has counted since the process began.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

static INSTALLED: OnceLock<Recorder> = OnceLock::new();

impl Recorder {
    /// Begins to count; a second call in one process gives the first recorder.
    pub fn install() -> Result<Self, BuildError> {
        if let Some(installed) = INSTALLED.get() {
            return Ok(installed.clone());
        }
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let handle = PrometheusBuilder::new().set_buckets_for_metric(seconds, &BUCKETS)?.install_recorder()?;
        describe();
        Ok(INSTALLED.get_or_init(|| Self(handle)).clone())
    }

    /// Keeps what was counted in order until it is dropped: otherwise it would grow until somebody asks.
    pub async fn keep(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }

    /// `GET /metrics`, for a listener that strangers cannot reach.
    pub fn router(self, house: &Shared) -> Router {
        Router::new().route("/metrics", get(metrics)).with_state((self, house.clone()))
    }
}

async fn metrics(State((recorder, house)): State<(Recorder, Shared)>) -> Response {
    let rendered = tokio::task::spawn_blocking(move || {
        look(&house);
        recorder.0.render()
    });
    let text = rendered.await.unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn describe() {
    metrics::describe_histogram!(REQUESTS, Unit::Seconds, "How long requests took, by route, method and status");
    metrics::describe_histogram!(ISSUES, Unit::Seconds, "How long it took to issue a certificate");
    metrics::describe_counter!(VERDICTS, "Verdicts of POST /v1/verify, by code");
    metrics::describe_counter!(FAILURES, "Parts that were not published, by part and code");
    metrics::describe_gauge!(CONNECTIONS, "Connections that are open");
    metrics::describe_gauge!(CERTIFICATES, "Certificates in the library");
    metrics::describe_gauge!(EVENTS, "Events in the log");
    metrics::describe_gauge!(PUBLISHED, "Events that the last checkpoint vouches for");
    metrics::describe_gauge!(CHECKPOINT_AGE, Unit::Seconds, "Since the last checkpoint was the whole log");
    metrics::describe_gauge!(ASTRAY, "1 while the library does not go on from the copy of its checkpoint, and nothing is signed");
    metrics::describe_gauge!(SILENT, "Keys that did not sign when they were asked last");
    metrics::describe_counter!(SPANS_LOST, "Spans that no collector has got");
    metrics::describe_gauge!(LIST_AGE, Unit::Seconds, "Age of the oldest signed status list");
    metrics::describe_gauge!(PACK_AGE, Unit::Seconds, "Age of the pack that the service verifies with");
    metrics::describe_gauge!(PACK_LEFT, Unit::Seconds, "Until the pack expires");
    metrics::describe_gauge!(MANIFEST_LEFT, Unit::Seconds, "Until the region's manifest expires");
    metrics::describe_gauge!(KEY_LEFT, Unit::Seconds, "Until the last day of an unlocked key, by key id");
    metrics::describe_gauge!(JOBS_WAITING, "Jobs that wait for their turn; from a thousand on it says a thousand");
    metrics::describe_gauge!(JOBS_RUNNING, "Jobs that are worked on: one or none");
    metrics::describe_counter!(JOB_ROWS, "Rows of jobs that were answered, by result");
    metrics::describe_gauge!(BACKUP_AGE, Unit::Seconds, "Since the last backup");
}

/// A request was answered.
pub(crate) fn request(method: &'static str, route: &str, status: u16, took: Duration) {
    // Its labels would be made though nobody counts.
    if INSTALLED.get().is_none() {
        return;
    }
    histogram!(REQUESTS, "method" => method, "route" => route.to_owned(), "status" => status.to_string()).record(took);
    // What stands for a request that came again was issued long ago, and is answered with 200.
    if (method, route, status) == ("POST", "/v1/certificates", 201) {
        histogram!(ISSUES).record(took);
    }
}

/// Spans that no collector has got.
pub fn spans_lost(count: u64) {
    counter!(SPANS_LOST).increment(count);
}

/// A counter was told something.
pub(crate) fn verdict(code: &'static str) {
    counter!(VERDICTS, "code" => code).increment(1);
}

/// A part was not published.
pub(crate) fn publish_failed(part: &'static str, code: &'static str) {
    counter!(FAILURES, "part" => part, "code" => code).increment(1);
}

/// Rows of a job were answered.
pub(crate) fn job_rows(result: &'static str, count: u64) {
    counter!(JOB_ROWS, "result" => result).increment(count);
}

/// A connection, counted as long as it is open.
pub(crate) struct Connection;

impl Connection {
    pub(crate) fn begin() -> Self {
        gauge!(CONNECTIONS).increment(1.0);
        Self
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        gauge!(CONNECTIONS).decrement(1.0);
    }
}

/// Looks at what merely is. What the library does not tell now keeps its last value; `/readyz` says why.
fn look(house: &House) {
    let (now, library) = (house.now(), &house.library);
    set(CERTIFICATES, library.certificates().ok());
    set(EVENTS, library.log_size().ok());
    set(PUBLISHED, library.published().ok().flatten().map(|head| head.size));
    set(ASTRAY, Some(house.library.astray().is_some().into()));
    set(SILENT, u64::try_from(house.keys.iter().filter(|key| key.key().trouble().is_some()).count()).ok());
    since(CHECKPOINT_AGE, house.press.log_known(), now);
    since(LIST_AGE, house.press.oldest(), now);
    since(BACKUP_AGE, house.backups.good(), now);
    let running = u64::from(house.jobs.at_work().is_some());
    set(JOBS_RUNNING, Some(running));
    set(JOBS_WAITING, queue_depth(library).ok().map(|queued| queued.saturating_sub(running)));
    if let Some(shelved) = house.shelf.present() {
        since(PACK_AGE, Some(shelved.pack().issued()), now);
        until(PACK_LEFT, shelved.pack().expires(), now);
    }
    if let Ok(Some(signed)) = library.manifest()
        && let Ok(manifest) = Envelope::decode(&signed.envelope).and_then(|envelope| envelope.authenticate::<Manifest>(&signed.root))
    {
        until(MANIFEST_LEFT, manifest.expires, now);
        keys(house, &manifest, now);
    }
}

/// Keys whose last day the manifest names.
fn keys(house: &House, manifest: &Manifest, now: Timestamp) {
    let ends = manifest.agencies.iter().flat_map(|agency| &agency.keys).filter_map(|key| Some((key.key, key.until?.tomorrow().ok()?)));
    for (key, end) in ends.filter(|(key, _)| house.keys.iter().any(|held| held.key().verifying_key() == *key)) {
        gauge!(KEY_LEFT, "key_id" => key.id().to_string()).set(seconds(now.duration_until(start_of_day(end))));
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
