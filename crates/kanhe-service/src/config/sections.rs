//! The sections of the file, one type each: their doc comments are the manual.

use super::{ConfigError, OidcAt};
use crate::accounts::Role;
use crate::http::Rate;
use crate::jobs;
use crate::proposals;
use crate::publish::Rules;
use crate::sharing;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

/// `[listen]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Address and port, such as `127.0.0.1:8470`.
    pub address: SocketAddr,
    /// Another address, for monitoring alone (`GET /metrics`), such as `127.0.0.1:9470`. Left out: nothing is counted.
    pub metrics: Option<SocketAddr>,
    /// The chain of certificates that the service shows, PEM. It is read again when the file changes. Left out, with `key`: no TLS.
    pub certificate: Option<PathBuf>,
    /// The private key of the first certificate, PEM.
    pub key: Option<PathBuf>,
    /// Authorities whose client certificates systems may show, PEM: nobody is let in by one before an administrator has linked it. Read again
    /// when the file changes. Left out: nobody is asked for a certificate.
    pub client_authorities: Option<PathBuf>,
    /// Addresses of proxies that are believed when they say for whom they call (`X-Forwarded-For`, `X-Forwarded-Proto`).
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
}

impl Listen {
    /// What of it does not go together.
    pub(super) fn error(&self) -> impl Iterator<Item = ConfigError> {
        let (tls, both) = (self.certificate.is_some(), self.certificate.is_some() == self.key.is_some());
        let half = (!both || (self.client_authorities.is_some() && !tls)).then_some(ConfigError::HalfTls);
        let address = self.address;
        let metrics = self.metrics.filter(|metrics| {
            let everywhere = metrics.ip().is_unspecified() || address.ip().is_unspecified();
            metrics.port() == address.port() && address.port() != 0 && (everywhere || metrics.ip() == address.ip())
        });
        half.into_iter().chain(metrics.map(|metrics| ConfigError::Metrics { metrics, address }))
    }
}

/// `[library]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryAt {
    /// The folder that `kanhe init` made.
    pub folder: PathBuf,
    /// The age identity that opens its secret …
    pub identity: Option<PathBuf>,
    /// … or a file whose first line is the passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// Megabytes of blocks kept in memory.
    #[serde(default = "default_cache")]
    pub cache_megabytes: u32,
    /// Up to when a clock that was ahead, and is right by now, has recorded something (RFC 3339, as `clock_set_back` names it): it keeps nothing back.
    /// It counts for acts until the last event is right, and for lists and packs until those that are signed here are, and then excuses nothing
    /// more: to be taken out as soon as `/readyz` says so.
    #[serde(default, deserialize_with = "moment")]
    pub clock_was_ahead: Option<Timestamp>,
}

/// A moment, written as text.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom("it is no moment such as \"2026-11-22T09:00:00+08:00\""))
}

/// `[counter]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterWith {
    /// The pack; it is read again when the file changes, and an older one is refused.
    pub pack: Option<PathBuf>,
    /// Public keys that may sign packs: their lines.
    #[serde(default)]
    pub trusted: Vec<String>,
    /// Files with such lines.
    #[serde(default)]
    pub trusted_files: Vec<PathBuf>,
}

/// `[[keys]]`: a file, or a token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAt {
    /// The key file that `kanhe key new` made.
    pub file: Option<PathBuf>,
    /// The age identity that opens it …
    pub identity: Option<PathBuf>,
    /// … or a file whose first line is the passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// Or the PKCS#11 token that keeps the key.
    pub token: Option<TokenAt>,
}

/// `[[keys]] token = { … }`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenAt {
    /// The PKCS#11 module that came with the token, such as `/usr/lib/softhsm/libsofthsm2.so`. It is loaded into the service, and trusted as
    /// the service is.
    pub module: PathBuf,
    /// The token by its label …
    pub label: Option<String>,
    /// … or by its serial number, or by both.
    pub serial: Option<String>,
    /// The key's label in the token, which is the name of its owner: that of its public line.
    pub key: String,
    /// A file whose first line is the PIN. It is said once at the start and once after a session was lost, and never again if it is wrong.
    pub pin_file: PathBuf,
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsAt {
    /// Bytes of a request's body. A photograph has some megabytes.
    pub body_bytes: u32,
    /// Seconds that a request may take.
    pub seconds: u32,
    /// Seconds that requests have to end when the service is told to stop.
    pub stop_seconds: u32,
    /// Requests that one caller may send in a second, in the long run: an account, or an address where nobody has signed in.
    pub requests_per_second: u32,
    /// Requests that it may send at once.
    pub burst: u32,
    /// Requests that are worked on at a time; the next ones are answered with 503. One network has a quarter of them at most: then 429.
    pub at_once: u32,
    /// Pictures that are read at a time; the next ones wait a moment, and are answered with 503. Left out: as many as there are cores.
    pub pictures: u32,
    /// Connections that are open at a time; the next ones wait. One network has a quarter of them at most: more are closed.
    pub connections: u32,
}

impl Default for LimitsAt {
    fn default() -> Self {
        let Rate { per_second, burst, at_once } = Rate::default();
        let pictures = available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
        Self {
            body_bytes: 16 << 20,
            seconds: 30,
            stop_seconds: 30,
            requests_per_second: per_second,
            burst,
            at_once,
            pictures,
            connections: 4_096,
        }
    }
}

/// `[cors]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// Origins of pages that may call, such as `https://app.example.cn`.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// `[backup]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupAt {
    /// The folder to which each backup adds what the one before does not hold; best on another disk.
    pub folder: PathBuf,
    /// The time of the day, by the clock of China, such as `"03:00"`. Left out: only when the process gets `SIGUSR1`.
    pub at: Option<Time>,
    /// How many are kept.
    #[serde(default = "default_backups")]
    pub keep: u32,
}

/// `[publish]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishAt {
    /// Seconds from one look at what has changed to the next: so long a revocation may take to reach `POST /v1/verify` and the lists.
    pub seconds: u32,
    /// Hours after which a list is signed again though nothing in it changed: half of what the shortest-lived type waits before it turns amber.
    pub renew_hours: u16,
    /// Days that a list speaks.
    pub list_days: u16,
    /// Days that a pack speaks.
    pub pack_days: u16,
    /// Hours after which a list that was not signed again is named in `/readyz`.
    pub alarm_hours: u16,
    /// The name of one of the keys, which then makes the next pack out of the present one whenever a list or the manifest is a new one. Its
    /// public line must be among the trusted ones. Left out: packs are made elsewhere, and taken from the file.
    pub pack_key: Option<String>,
    /// A file in which every checkpoint is kept a second time, before anybody can hear of it; its folder is not in the library, and no backup
    /// of the library brings it back. A library that does not go on from it was restored from an old backup: then nothing is signed.
    pub checkpoint_copy: Option<PathBuf>,
}

impl Default for PublishAt {
    fn default() -> Self {
        Self { seconds: 60, renew_hours: 3, list_days: 30, pack_days: 30, alarm_hours: 6, pack_key: None, checkpoint_copy: None }
    }
}

impl PublishAt {
    /// The same, as the press goes by it.
    pub fn rules(&self) -> Rules {
        let hours = |hours: u16| SignedDuration::from_hours(i64::from(hours));
        Rules {
            renew_after: hours(self.renew_hours),
            list_life: hours(24) * i32::from(self.list_days),
            pack_life: hours(24) * i32::from(self.pack_days),
            alarm_after: hours(self.alarm_hours),
            pack_key: self.pack_key.clone(),
        }
    }
}

/// `[accounts]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsWith {
    /// Whether something in front of the service ends TLS for all: then cookies are sent by TLS only, and to this host alone, and browsers are
    /// told to come back by TLS only. Where this is left out, a proxy of `listen.proxies` may say so of each request.
    #[serde(default)]
    pub behind_tls: bool,
    /// Roles for which a second factor is demanded, such as `["key_holder", "approver", "administrator"]`: an officer who has one of them
    /// and no second factor can do nothing but set one up. Left out: it is everybody's own choice.
    #[serde(default)]
    pub second_factor: Vec<Role>,
    /// An identity service that says who officers are, by OpenID Connect. Left out: they sign in by their passwords alone.
    pub oidc: Option<OidcAt>,
}

/// `[proposals]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProposalsWith {
    /// Days in which somebody else may decide what was proposed; then it has expired, and is proposed anew.
    pub days: u16,
    /// Certificates that one person may revoke, annul or cancel alone within an hour, by all keys that went through his hands together; more
    /// take two people. 0: each does.
    pub alone_an_hour: u32,
}

impl Default for ProposalsWith {
    fn default() -> Self {
        Self { days: 7, alone_an_hour: 50 }
    }
}

impl ProposalsWith {
    /// The same, as proposals go by it.
    pub fn rules(&self) -> proposals::Rules {
        proposals::Rules { term: SignedDuration::from_hours(24 * i64::from(self.days)), alone_an_hour: self.alone_an_hour }
    }
}

/// `[sharing]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SharingAt {
    /// Calls of one caller on one day; then it is answered with 429 until midnight in China.
    pub calls_a_day: u32,
    /// From so many calls on a day on, a day far above the caller's mean of the days before raises an alarm.
    pub alarm_from: u32,
}

impl Default for SharingAt {
    fn default() -> Self {
        Self { calls_a_day: 10_000, alarm_from: 100 }
    }
}

impl SharingAt {
    /// The same, as sharing goes by it.
    pub const fn rules(&self) -> sharing::Rules {
        sharing::Rules { calls_a_day: self.calls_a_day, alarm_from: self.alarm_from }
    }
}

/// `[traces]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracesAt {
    /// Where a collector takes spans by OTLP over HTTP in JSON, such as `http://127.0.0.1:4318/v1/traces`.
    pub endpoint: String,
}

/// `[jobs]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobsAt {
    /// Bytes of a table that is handed in as a job; it lies in the library until the job is over.
    pub upload_bytes: u32,
    /// Seconds that handing it in may take.
    pub upload_seconds: u32,
    /// Bytes of it that must come in a second, on the mean of twenty: a line that drips keeps a place from others, and is cut.
    pub upload_pace: u32,
    /// Tables that are handed in at a time; the next are told to come again. Fewer than `limits.at_once`, of which each takes one.
    pub uploads: u32,
    /// The same, of one agency: its slow lines keep no other agency out.
    pub uploads_of_agency: u32,
    /// Rows of it.
    pub most_rows: u32,
    /// Jobs of one agency that wait, are worked on, are paused or have failed.
    pub most_jobs: u32,
    /// Megabytes of their tables together.
    pub most_megabytes: u32,
    /// Days after which a job that was paused, or has failed, is cancelled, and its table deleted.
    pub upload_days: u16,
    /// Days for which a job that is over, and what came of its rows, can be asked for.
    pub result_days: u16,
}

/// Seconds over which the pace of a table is looked at: so long a line may stand still, as one does that finds another way.
const MEAN_OF: u64 = 20;

impl Default for JobsAt {
    fn default() -> Self {
        Self {
            upload_bytes: 64 << 20,
            upload_seconds: 600,
            upload_pace: 1_024,
            uploads: 16,
            uploads_of_agency: 4,
            most_rows: 100_000,
            most_jobs: 100,
            most_megabytes: 1_024,
            upload_days: 7,
            result_days: 30,
        }
    }
}

impl JobsAt {
    /// The same, as jobs go by it.
    pub fn rules(&self) -> jobs::Rules {
        let days = |days: u16| SignedDuration::from_hours(24 * i64::from(days));
        jobs::Rules {
            upload_bytes: self.upload_bytes.into(),
            most_rows: self.most_rows.into(),
            most_jobs: self.most_jobs.into(),
            most_bytes: u64::from(self.most_megabytes) << 20,
            uploads: usize::try_from(self.uploads).unwrap_or(usize::MAX),
            uploads_of_agency: usize::try_from(self.uploads_of_agency).unwrap_or(usize::MAX),
            pace: jobs::Pace { least: u64::from(self.upload_pace).saturating_mul(MEAN_OF), within: Duration::from_secs(MEAN_OF) },
            upload_life: days(self.upload_days),
            result_life: days(self.result_days),
        }
    }
}

/// `[types]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypesAt {
    /// A folder of type files.
    pub folder: Option<PathBuf>,
    /// A folder of published dictionaries.
    pub dictionaries: Option<PathBuf>,
}

/// `[pictures]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PicturesAt {
    /// The address of the page behind a QR code, up to the `#`, such as `https://kanhe.example.cn/`; the bare digits, where it is left out.
    pub page: Option<String>,
    /// Whether name and number stand below a code.
    pub caption: bool,
    /// Error correction: `m` (15 %) or `q` (25 %).
    pub level: LevelAt,
}

/// Error correction of a QR code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelAt {
    /// 15 %.
    #[default]
    M,
    /// 25 %.
    Q,
}

const fn default_backups() -> u32 {
    30
}

const fn default_cache() -> u32 {
    64
}
