//! What a service is told: one TOML file. The doc comments here are its manual; the samples in `docs/operating/` are read by a test.

mod oidc;
mod sections;

pub use oidc::OidcAt;
pub use sections::{
    AccountsWith, BackupAt, Cors, CounterWith, JobsAt, KeyAt, LevelAt, LibraryAt, LimitsAt, Listen, PicturesAt, ProposalsWith, PublishAt,
    SharingAt, TokenAt, TracesAt, TypesAt,
};

use kanhe_core::qr::{LONGEST_PAGE, is_page};
use serde::Deserialize;
use std::collections::BTreeMap;
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
    /// Tables that are handed in as a whole.
    #[serde(default)]
    pub jobs: JobsAt,
    /// Acts that take two people.
    #[serde(default)]
    pub proposals: ProposalsWith,
    /// Types and dictionaries; the shipped ones, where this is left out.
    #[serde(default)]
    pub types: TypesAt,
    /// How QR codes are written and drawn.
    #[serde(default)]
    pub pictures: PicturesAt,
    /// Where traces go; nowhere, where this is left out.
    pub traces: Option<TracesAt>,
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
    #[error("listen.certificate and listen.key go together, and listen.client_authorities wants both")]
    HalfTls,
    /// An address to which no traces can be sent.
    #[error("traces.endpoint is http:// or https:// with a host and a path, without user and password")]
    Endpoint,
    /// A key that is nowhere, or in two places.
    #[error("a key under [[keys]] has a file, or a token with a label or serial, and not both")]
    Key,
    /// A setting by which the identity service would sign nobody in.
    #[error("{name} is not such that an identity service could sign anybody in by it")]
    Identity {
        /// The setting.
        name: &'static str,
    },
    /// Tables on their way that would leave no place for anything else.
    #[error("jobs.uploads is {uploads}, and must be less than limits.at_once, which is {at_once}")]
    Uploads {
        /// What the one says.
        uploads: u32,
        /// What the other says.
        at_once: u32,
    },
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
            Self::Endpoint => "config_endpoint",
            Self::Key => "config_key",
            Self::Identity { .. } => "config_identity",
            Self::Uploads { .. } => "config_uploads",
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
        config
            .cors
            .origins
            .iter()
            .try_for_each(|origin| if is_origin(origin) { Ok(()) } else { Err(ConfigError::Origin { found: origin.clone() }) })?;
        if config.pictures.page.as_deref().is_some_and(|page| !is_page(page)) {
            return Err(ConfigError::Page { most: LONGEST_PAGE });
        }
        let (tls, both) = (config.listen.certificate.is_some(), config.listen.certificate.is_some() == config.listen.key.is_some());
        if !both || (config.listen.client_authorities.is_some() && !tls) {
            return Err(ConfigError::HalfTls);
        }
        if config.traces.as_ref().is_some_and(|traces| !is_endpoint(&traces.endpoint)) {
            return Err(ConfigError::Endpoint);
        }
        if !config.keys.iter().all(is_somewhere) {
            return Err(ConfigError::Key);
        }
        if let Some(name) = config.accounts.oidc.as_ref().and_then(OidcAt::wrong) {
            return Err(ConfigError::Identity { name });
        }
        let (uploads, at_once) = (config.jobs.uploads, config.limits.at_once);
        if uploads >= at_once && at_once > 0 {
            return Err(ConfigError::Uploads { uploads, at_once });
        }
        match config.terms().into_iter().find(|(_, term)| *term == 0) {
            Some((name, _)) => Err(ConfigError::Nothing { name }),
            None => Ok(config),
        }
    }

    /// Settings of which 0 would be nothing.
    fn terms(&self) -> [(&'static str, u32); 26] {
        let (limits, publish) = (&self.limits, &self.publish);
        [
            ("limits.requests_per_second", limits.requests_per_second),
            ("limits.burst", limits.burst),
            ("limits.at_once", limits.at_once),
            ("limits.pictures", limits.pictures),
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
            ("jobs.upload_bytes", self.jobs.upload_bytes),
            ("jobs.upload_seconds", self.jobs.upload_seconds),
            ("jobs.upload_pace", self.jobs.upload_pace),
            ("jobs.uploads", self.jobs.uploads),
            ("jobs.uploads_of_agency", self.jobs.uploads_of_agency),
            ("jobs.most_rows", self.jobs.most_rows),
            ("jobs.most_jobs", self.jobs.most_jobs),
            ("jobs.most_megabytes", self.jobs.most_megabytes),
            ("jobs.upload_days", self.jobs.upload_days.into()),
            ("jobs.result_days", self.jobs.result_days.into()),
            ("proposals.days", self.proposals.days.into()),
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

/// A key is in a file, with what opens it, or in a token that has a name.
fn is_somewhere(key: &KeyAt) -> bool {
    match &key.token {
        Some(token) => {
            key.file.is_none()
                && key.identity.is_none()
                && key.passphrase_file.is_none()
                && (token.label.is_some() || token.serial.is_some())
        }
        None => key.file.is_some(),
    }
}

/// An address of HTTP; what stands before an `@` would be a password in a file that is not for passwords.
fn is_endpoint(endpoint: &str) -> bool {
    let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    let printable = endpoint.bytes().all(|byte| byte.is_ascii_graphic());
    let named = rest.and_then(|rest| rest.split_once('/')).is_some_and(|(host, _)| !host.is_empty() && !host.contains('@'));
    printable && named
}

/// Whether it is `scheme://host[:port]`, as browsers send it.
fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |host: &str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    host.is_some_and(plain)
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
            ("[limits]\nat_once = 16\n", "config_uploads"),
            ("[backup]\nfolder = \"b\"\nat = \"25:00\"\n", "config_malformed"),
            ("[publish]\nlist_days = 0\n", "config_limit"),
            ("[cors]\norigins = [\"https://app.example.cn/page\"]\n", "config_origin"),
            ("[cors]\norigins = [\"*\"]\n", "config_origin"),
            ("[traces]\nendpoint = \"collector:4317\"\n", "config_endpoint"),
            ("[traces]\nendpoint = \"http://user:word@collector:4318/v1/traces\"\n", "config_endpoint"),
            ("[[keys]]\nidentity = \"i\"\n", "config_key"),
            ("[[keys]]\nfile = \"k\"\ntoken = { module = \"m\", label = \"t\", key = \"k\", pin_file = \"p\" }\n", "config_key"),
            ("[[keys]]\ntoken = { module = \"m\", key = \"k\", pin_file = \"p\" }\n", "config_key"),
            ("[[keys]]\ntoken = { module = \"m\", label = \"t\", key = \"k\", pin = \"1234\" }\n", "config_malformed"),
            ("[accounts.oidc]\nissuer = \"https://id.cn\"\n", "config_malformed"),
        ];
        for (more, code) in rows {
            assert_eq!(read(more, &[]).unwrap_err().code(), code, "{more}");
        }
        let oidc = |name: &'static str, value: &'static str| {
            let mut settings =
                BTreeMap::from([("issuer", "'https://id.cn/a'"), ("client_id", "'kanhe'"), ("address", "'https://kanhe.cn'")]);
            settings.insert(name, value);
            let lines: String = settings.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
            read(&format!("[accounts.oidc]\n{lines}"), &[]).map_err(|error| error.code())
        };
        assert!(oidc("claim", "'employee'").is_ok());
        let rows = [
            ("issuer", "'http://id.cn'"),
            ("issuer", "'https://id.cn?a'"),
            ("address", "'https://kanhe.cn/'"),
            ("address", "'http://kanhe.cn'"),
            ("client_id", "''"),
            ("scopes", "['profile']"),
            ("landing", "'//evil.cn'"),
            ("landing", "'/\"><'"),
        ];
        for (name, value) in rows {
            assert_eq!(oidc(name, value).err(), Some("config_identity"), "{name} = {value}");
        }
        let tls = [("KANHE_SERVE_LISTEN__CERTIFICATE", "a.pem")];
        assert_eq!(read("", &tls).unwrap_err().code(), "config_tls");
        let authorities = [("KANHE_SERVE_LISTEN__CLIENT_AUTHORITIES", "a.pem")];
        assert_eq!(read("", &authorities).unwrap_err().code(), "config_tls");
        assert_eq!(read("", &[("KANHE_SERVE_LISTEN", "0.0.0.0:80")]).unwrap_err().code(), "config_variable");
    }
}
