//! Why a configuration is refused, and by whose word: that of the file, or of variables over it.

use std::net::SocketAddr;
use thiserror::Error;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// What is wrong.
    pub error: ConfigError,
    /// The variables that say so; none where the file does.
    pub variables: Vec<String>,
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// It is no TOML, or a setting is missing, unknown or of another kind.
    #[error("{detail}")]
    Malformed {
        /// The setting, or the section, if it is known which.
        setting: String,
        /// Where, and what was expected; no values.
        detail: String,
    },
    /// One word where a list is wanted.
    #[error("{setting} is a list: write it as {wanted}")]
    List {
        /// The setting.
        setting: String,
        /// The list of that word alone.
        wanted: String,
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
    #[error("key {number} under [[keys]] has a file, or a token with a label or serial, and not both")]
    Key {
        /// Which of them, from 1.
        number: usize,
    },
    /// One key under two numbers.
    #[error("keys {first} and {second} under [[keys]] are in one place")]
    KeyTwice {
        /// The one, from 1.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Two things that are to open one lock, of which only the first would be tried.
    #[error("{place} has an identity and a passphrase_file, and one of them opens it")]
    TwoLocks {
        /// The section, and of a key its number.
        place: String,
    },
    /// Monitoring that would have to share its address.
    #[error("listen.metrics is {metrics}, where the service itself listens ({address})")]
    Metrics {
        /// Where monitoring is to ask.
        metrics: SocketAddr,
        /// Where callers do.
        address: SocketAddr,
    },
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
            Self::Malformed { .. } | Self::List { .. } => "config_malformed",
            Self::Variable { .. } => "config_variable",
            Self::Origin { .. } => "config_origin",
            Self::Page { .. } => "config_page",
            Self::HalfTls => "config_tls",
            Self::Endpoint => "config_endpoint",
            Self::Key { .. } => "config_key",
            Self::KeyTwice { .. } => "config_key_twice",
            Self::TwoLocks { .. } => "config_lock",
            Self::Metrics { .. } => "config_metrics",
            Self::Identity { .. } => "config_identity",
            Self::Uploads { .. } => "config_uploads",
            Self::Nothing { .. } => "config_limit",
        }
    }

    /// The settings that it speaks of, as `section.setting`.
    pub fn settings(&self) -> Vec<&str> {
        match self {
            Self::Malformed { setting, .. } | Self::List { setting, .. } => vec![setting],
            Self::Variable { .. } | Self::Key { .. } | Self::KeyTwice { .. } => Vec::new(),
            Self::TwoLocks { place } if place == "[library]" => vec!["library.identity", "library.passphrase_file"],
            Self::TwoLocks { .. } => Vec::new(),
            Self::Origin { .. } => vec!["cors.origins"],
            Self::Page { .. } => vec!["pictures.page"],
            Self::HalfTls => vec!["listen.certificate", "listen.key", "listen.client_authorities"],
            Self::Endpoint => vec!["traces.endpoint"],
            Self::Metrics { .. } => vec!["listen.metrics", "listen.address"],
            Self::Identity { name } | Self::Nothing { name } => vec![name],
            Self::Uploads { .. } => vec!["jobs.uploads", "limits.at_once"],
        }
    }
}
