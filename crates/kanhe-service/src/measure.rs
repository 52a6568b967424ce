//! What the service tells its monitoring, in the words of Prometheus. No label names a person, a certificate or a caller.
//!
//! Nothing is kept unless [`Recorder::install`] was called: then what happens is counted as it happens, and what merely is, such as the age of
//! the oldest list, is looked at when somebody asks.

mod look;

use crate::accounts::alarm::Noticed;
use crate::house::Shared;
use crate::jobs;
use crate::serve::Tls;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use look::look;
use metrics::{Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, OnceLock};
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
const BROKEN: &str = "kanhe_library_broken";
const ASTRAY: &str = "kanhe_log_astray";
const BEHIND: &str = "kanhe_clock_behind";
const SILENT: &str = "kanhe_keys_silent";
const REFUSED: &str = "kanhe_file_refused";
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
const ALARMS: &str = "kanhe_alarms_total";
const LETTERS: &str = "kanhe_webhook_letters";
const LETTERS_DEAD: &str = "kanhe_webhook_letters_dead_total";
const TLS_LEFT: &str = "kanhe_tls_left_seconds";
const API_KEYS_ENDING: &str = "kanhe_api_keys_ending";

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
        begin_at_nought();
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
    pub fn router(self, house: &Shared, tls: Option<&Arc<Tls>>) -> Router {
        Router::new().route("/metrics", get(metrics)).with_state((self, house.clone(), tls.cloned()))
    }
}

async fn metrics(State((recorder, house, tls)): State<(Recorder, Shared, Option<Arc<Tls>>)>) -> Response {
    let rendered = tokio::task::spawn_blocking(move || {
        look(&house, tls.as_deref());
        recorder.0.render()
    });
    let text = rendered.await.unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// What happens seldom is told from the start: to Prometheus a series that begins with one has not grown.
fn begin_at_nought() {
    Noticed::ALL.into_iter().for_each(|noticed| counter!(ALARMS, "noticed" => noticed.word()).increment(0));
    jobs::RESULTS.into_iter().for_each(|result| job_rows(result, 0));
    letters_dead(0);
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
    metrics::describe_gauge!(BROKEN, "1 from a write that failed until the service is restarted: nothing more is written");
    metrics::describe_gauge!(ASTRAY, "1 while the library does not go on from the copy of its checkpoint, and nothing is signed");
    metrics::describe_gauge!(BEHIND, "1 while the clock lies behind what was recorded last, and nothing is recorded");
    metrics::describe_gauge!(SILENT, "Keys that did not sign when they were asked last");
    metrics::describe_gauge!(REFUSED, "1 while a file that changed is refused, and the one before stays in use, by file");
    metrics::describe_counter!(SPANS_LOST, "Spans that no collector has got");
    metrics::describe_gauge!(LIST_AGE, Unit::Seconds, "Age of the oldest signed status list");
    metrics::describe_gauge!(PACK_AGE, Unit::Seconds, "Age of the pack that the service verifies with");
    metrics::describe_gauge!(PACK_LEFT, Unit::Seconds, "Until the pack expires");
    metrics::describe_gauge!(MANIFEST_LEFT, Unit::Seconds, "Until the region's manifest expires");
    metrics::describe_gauge!(
        KEY_LEFT,
        Unit::Seconds,
        "Until the last day of an unlocked key, by key id; inf, where the manifest names none"
    );
    metrics::describe_gauge!(JOBS_WAITING, "Jobs that wait for their turn; from a thousand on it says a thousand");
    metrics::describe_gauge!(JOBS_RUNNING, "Jobs that are worked on: one or none");
    metrics::describe_counter!(JOB_ROWS, "Rows of jobs that were answered, by result");
    metrics::describe_counter!(ALARMS, "Callers who did far more than is usual, by what was noticed; GET /v1/audit/alarms lists them");
    metrics::describe_gauge!(LETTERS, "Letters of webhooks that wait or are dead; from a thousand on it says a thousand");
    metrics::describe_counter!(LETTERS_DEAD, "Letters of webhooks that were given up, and are not tried again by themselves");
    metrics::describe_gauge!(TLS_LEFT, Unit::Seconds, "Until the certificate ends that the service shows");
    metrics::describe_gauge!(API_KEYS_ENDING, "API keys in use that end within 30 days");
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

/// A caller did far more than is usual, as the auditors are told.
pub(crate) fn alarm(noticed: &'static str) {
    counter!(ALARMS, "noticed" => noticed).increment(1);
}

/// Rows of a job were answered.
pub(crate) fn job_rows(result: &'static str, count: u64) {
    counter!(JOB_ROWS, "result" => result).increment(count);
}

/// Letters were given up.
pub(crate) fn letters_dead(count: u64) {
    counter!(LETTERS_DEAD).increment(count);
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
