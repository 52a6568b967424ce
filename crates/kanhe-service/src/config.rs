//! What a service is told: one TOML file. The doc comments here are its manual; the samples in `docs/operating/` are read by a test.

use crate::http::Rate;
use crate::publish::Rules;
use crate::sharing;
use jiff::SignedDuration;
use jiff::civil::Time;
use kanhe_core::qr::{LONGEST_PAGE, is_page};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use thiserror::Error;
use toml::Value;

/// A configuration has at most so many bytes.
pub const LARGEST_CONFIG: usize = 1 << 20;

/// What stands before the name of an environment variable that takes the place of a setting.
pub const PREFIX: &str = "KANHE_SERVE_";

/// The whole file. Paths that are not absolute begin at the folder of the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the service listens.
    pub listen: Listen,
    /// The library that it holds.
    pub library: LibraryAt,
    /// What it verifies with.
    pub counter: CounterWith,
    /// Keys that it signs with; each is unlocked at the start and stays in memory.
    #[serde(default)]
    pub keys: Vec<KeyAt>,
    /// What callers may take.
    #[serde(default)]
    pub limits: LimitsAt,
    /// Which web pages may call.
    #[serde(default)]
    pub cors: Cors,
    /// What it signs by itself while it runs.
    #[serde(default)]
    pub publish: PublishAt,
    /// How officers come in.
    #[serde(default)]
    pub accounts: AccountsWith,
    /// Copies of the library while it is open.
    pub backup: Option<BackupAt>,
    /// How often relying parties may ask.
    #[serde(default)]
    pub sharing: SharingAt,
    /// Types and dictionaries; the shipped ones, where this is left out.
    #[serde(default)]
    pub types: TypesAt,
    /// How QR codes are written and drawn.
    #[serde(default)]
    pub pictures: PicturesAt,
}

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
    /// Addresses of proxies that are believed when they say for whom they call (`X-Forwarded-For`, `X-Forwarded-Proto`).
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
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

/// `[[keys]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAt {
    /// The key file that `kanhe key new` made.
    pub file: PathBuf,
    /// The age identity that opens it …
    pub identity: Option<PathBuf>,
    /// … or a file whose first line is the passphrase.
    pub passphrase_file: Option<PathBuf>,
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
    /// Requests that are worked on at a time; the next ones are answered with 503.
    pub at_once: u32,
    /// Connections that are open at a time; the next ones wait.
    pub connections: u32,
}

impl Default for LimitsAt {
    fn default() -> Self {
        let Rate { per_second, burst, at_once } = Rate::default();
        Self { body_bytes: 16 << 20, seconds: 30, stop_seconds: 30, requests_per_second: per_second, burst, at_once, connections: 4_096 }
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
}

impl Default for PublishAt {
    fn default() -> Self {
        Self { seconds: 60, renew_hours: 3, list_days: 30, pack_days: 30, alarm_hours: 6, pack_key: None }
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
    /// Whether something in front of the service ends TLS: then the session's cookie is sent by TLS only, and to this host alone.
    #[serde(default)]
    pub behind_tls: bool,
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

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// It is no TOML, or a setting is missing, unknown or of another kind.
    #[error("{detail}")]
    Malformed {
        /// Where, and what was expected; no values.
        detail: String,
    },
    /// A variable names a setting in no way.
    #[error("{name} names no setting: write it as KANHE_SERVE_SECTION__SETTING")]
    Variable {
        /// The variable.
        name: String,
    },
    /// An origin that no browser sends.
    #[error("cors.origins has {found:?}, and an origin is scheme://host[:port]")]
    Origin {
        /// What stands there.
        found: String,
    },
    /// An address that no seal can stand behind.
    #[error("pictures.page is https, without #, of at most {most} characters")]
    Page {
        /// Characters that it may have.
        most: usize,
    },
    /// A certificate without its key, or a key without its certificate.
    #[error("listen.certificate and listen.key go together")]
    HalfTls,
    /// A limit that lets nothing through, or a term in which nothing is done.
    #[error("{name} is 0")]
    Nothing {
        /// The setting.
        name: &'static str,
    },
}

impl ConfigError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "config_malformed",
            Self::Variable { .. } => "config_variable",
            Self::Origin { .. } => "config_origin",
            Self::Page { .. } => "config_page",
            Self::HalfTls => "config_tls",
            Self::Nothing { .. } => "config_limit",
        }
    }
}

impl Config {
    /// Reads a configuration, with variables such as `KANHE_SERVE_LISTEN__ADDRESS` over it.
    pub fn parse(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let malformed = |error: &dyn std::fmt::Display| ConfigError::Malformed { detail: error.to_string().trim().to_owned() };
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| malformed(&error.message()))?;
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        for (name, value) in variables.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value))) {
            put(&mut table, name, value)?;
        }
        let config: Self = table.try_into().map_err(|error| malformed(&error))?;
        config.cors.origins.iter().try_for_each(|origin| is_origin(origin))?;
        if config.pictures.page.as_deref().is_some_and(|page| !is_page(page)) {
            return Err(ConfigError::Page { most: LONGEST_PAGE });
        }
        if config.listen.certificate.is_some() != config.listen.key.is_some() {
            return Err(ConfigError::HalfTls);
        }
        match config.terms().into_iter().find(|(_, term)| *term == 0) {
            Some((name, _)) => Err(ConfigError::Nothing { name }),
            None => Ok(config),
        }
    }

    /// Settings of which 0 would be nothing.
    fn terms(&self) -> [(&'static str, u32); 14] {
        let (limits, publish) = (&self.limits, &self.publish);
        [
            ("limits.requests_per_second", limits.requests_per_second),
            ("limits.burst", limits.burst),
            ("limits.at_once", limits.at_once),
            ("limits.connections", limits.connections),
            ("backup.keep", self.backup.as_ref().map_or(1, |backup| backup.keep)),
            ("limits.body_bytes", limits.body_bytes),
            ("limits.seconds", limits.seconds),
            ("publish.seconds", publish.seconds),
            ("publish.renew_hours", publish.renew_hours.into()),
            ("publish.list_days", publish.list_days.into()),
            ("publish.pack_days", publish.pack_days.into()),
            ("publish.alarm_hours", publish.alarm_hours.into()),
            ("sharing.calls_a_day", self.sharing.calls_a_day),
            ("sharing.alarm_from", self.sharing.alarm_from),
        ]
    }
}

/// Sets `SECTION__SETTING`; a value that TOML reads as number, flag or list is one, and any other is text.
fn put(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let unknown = || ConfigError::Variable { name: format!("{PREFIX}{name}") };
    let (section, setting) = name.split_once("__").ok_or_else(unknown)?;
    let read = format!("value = {value}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
    let value = read.unwrap_or_else(|| Value::String(value.to_owned()));
    let section = table.entry(section.to_ascii_lowercase()).or_insert_with(|| Value::Table(toml::Table::new()));
    section.as_table_mut().ok_or_else(unknown)?.insert(setting.to_ascii_lowercase(), value);
    Ok(())
}

fn is_origin(origin: &str) -> Result<(), ConfigError> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |host: &str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if host.is_some_and(plain) { Ok(()) } else { Err(ConfigError::Origin { found: origin.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[listen]\naddress = \"127.0.0.1:8470\"\n[library]\nfolder = \"gd\"\n[counter]\npack = \"gd.pack\"\n";

    fn read(more: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::parse(&format!("{LEAST}{more}"), variables)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let config = read("", &[]).unwrap();
        assert_eq!((config.library.cache_megabytes, config.limits.body_bytes, config.keys.len()), (64, 16 << 20, 0));
    }

    #[test]
    fn a_variable_takes_the_place_of_a_setting() {
        let variables = [
            ("KANHE_SERVE_LISTEN__ADDRESS", "0.0.0.0:80"),
            ("KANHE_SERVE_LIMITS__SECONDS", "5"),
            ("KANHE_SERVE_CORS__ORIGINS", "[\"https://app.example.cn\"]"),
            ("PATH", "/bin"),
        ];
        let config = read("", &variables).unwrap();
        assert_eq!((config.listen.address.port(), config.limits.seconds, config.cors.origins.len()), (80, 5, 1));
    }

    #[test]
    fn a_configuration_with_a_mistake_is_refused_by_its_code() {
        let rows = [
            ("[limits]\nsecond = 3\n", "config_malformed"),
            ("[limits]\nseconds = \"x\"\n", "config_malformed"),
            ("[limits\n", "config_malformed"),
            ("[limits]\nseconds = 0\n", "config_limit"),
            ("[backup]\nfolder = \"b\"\nat = \"25:00\"\n", "config_malformed"),
            ("[publish]\nlist_days = 0\n", "config_limit"),
            ("[cors]\norigins = [\"https://app.example.cn/page\"]\n", "config_origin"),
            ("[cors]\norigins = [\"*\"]\n", "config_origin"),
        ];
        for (more, code) in rows {
            assert_eq!(read(more, &[]).unwrap_err().code(), code, "{more}");
        }
        let tls = [("KANHE_SERVE_LISTEN__CERTIFICATE", "a.pem")];
        assert_eq!(read("", &tls).unwrap_err().code(), "config_tls");
        assert_eq!(read("", &[("KANHE_SERVE_LISTEN", "0.0.0.0:80")]).unwrap_err().code(), "config_variable");
    }
}
