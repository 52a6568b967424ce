//! What a service is told: one TOML file. The doc comments here are its manual; the samples in `docs/operating/` are read by a test.

mod fault;
mod layers;
mod oidc;
mod sections;

pub use fault::{ConfigError, ConfigFault};
pub use oidc::OidcAt;
pub use sections::{
    AccountsWith, BackupAt, Cors, CounterWith, JobsAt, KeyAt, LevelAt, LibraryAt, LimitsAt, Listen, PicturesAt, ProposalsWith, PublishAt,
    SharingAt, TokenAt, TracesAt, TypesAt,
};

use kanhe_core::qr::{LONGEST_PAGE, is_page};
use layers::Layers;
use serde::Deserialize;

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

/// A configuration with everything that is wrong with its settings.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What could be read. In the place of a section that could not stands one that says nothing.
    pub config: Config,
    /// What is wrong.
    pub faults: Vec<ConfigFault>,
    left_out: Vec<String>,
}

impl Draft {
    /// Whether a section stands as it was written.
    pub fn has(&self, section: &str) -> bool {
        self.left_out.iter().all(|left_out| left_out != section)
    }
}

impl Config {
    /// Reads a configuration, with variables such as `KANHE_SERVE_LISTEN__ADDRESS` over it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong at once; of a text that is no TOML only the first thing.
    pub fn parse(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<ConfigFault>> {
        let Draft { config, faults, .. } = Self::draft(text, variables)?;
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Reads as much of a configuration as can be read, for who wants to hear of the files that it names as well.
    ///
    /// # Errors
    ///
    /// What is wrong with a text of which nothing can be read.
    pub fn draft(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Draft, Vec<ConfigFault>> {
        let mut layers = Layers::read(text, variables).map_err(|fault| vec![fault])?;
        let (config, left_out) = layers.config();
        let faults = layers.faults(config.iter().flat_map(Self::errors).collect());
        match config {
            Some(config) => Ok(Draft { config, faults, left_out }),
            None => Err(faults),
        }
    }

    /// What is wrong with settings that are each of the right kind.
    fn errors(&self) -> Vec<ConfigError> {
        let mut errors: Vec<ConfigError> = Vec::new();
        let origins = self.cors.origins.iter().filter(|origin| !is_origin(origin));
        errors.extend(origins.map(|origin| ConfigError::Origin { found: origin.clone() }));
        errors.extend(self.pictures.page.as_deref().filter(|page| !is_page(page)).map(|_| ConfigError::Page { most: LONGEST_PAGE }));
        errors.extend(self.listen.error());
        errors.extend(self.traces.as_ref().filter(|traces| !is_endpoint(&traces.endpoint)).map(|_| ConfigError::Endpoint));
        let nowhere = (1..).zip(&self.keys).filter(|(_, key)| !is_somewhere(key));
        errors.extend(nowhere.map(|(number, _)| ConfigError::Key { number }));
        let twice = (1..).zip(&self.keys).filter_map(|(second, key)| {
            let first = 1 + self.keys.iter().position(|other| is_one(other, key)).filter(|first| first + 1 < second)?;
            Some(ConfigError::KeyTwice { first, second })
        });
        errors.extend(twice);
        let library = &self.library;
        let locks = (1..).zip(&self.keys).map(|(number, key)| (format!("[[keys]] {number}"), &key.identity, &key.passphrase_file));
        let locks = std::iter::once(("[library]".to_owned(), &library.identity, &library.passphrase_file)).chain(locks);
        let twofold = locks.filter(|(_, identity, passphrase)| identity.is_some() && passphrase.is_some());
        errors.extend(twofold.map(|(place, ..)| ConfigError::TwoLocks { place }));
        let identity = self.accounts.oidc.iter().flat_map(OidcAt::wrong);
        errors.extend(identity.map(|name| ConfigError::Identity { name }));
        let (uploads, at_once) = (self.jobs.uploads, self.limits.at_once);
        errors.extend((uploads >= at_once && at_once > 0).then_some(ConfigError::Uploads { uploads, at_once }));
        errors.extend(self.terms().into_iter().filter(|(_, term)| *term == 0).map(|(name, _)| ConfigError::Nothing { name }));
        errors
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

/// A key is in a file, with what opens it, or in a token that has a name.
pub fn is_somewhere(key: &KeyAt) -> bool {
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

/// Whether two keys are one, as far as their places tell.
fn is_one(one: &KeyAt, other: &KeyAt) -> bool {
    let place = |key: &KeyAt| {
        let token = key.token.as_ref().map(|token| (token.module.clone(), token.label.clone(), token.serial.clone(), token.key.clone()));
        (key.file.clone(), token)
    };
    place(one) == place(other) && is_somewhere(one)
}

/// An address of HTTP; what stands before an `@` would be a password in a file that is not for passwords.
fn is_endpoint(endpoint: &str) -> bool {
    let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    let printable = endpoint.bytes().all(|byte| byte.is_ascii_graphic());
    let named = rest.and_then(|rest| rest.split_once('/')).is_some_and(|(host, _)| !host.is_empty() && !host.contains('@'));
    printable && named
}

/// Whether it is `scheme://host[:port]`, as browsers send it: in small letters, and without the port that goes without saying.
fn is_origin(origin: &str) -> bool {
    let host = |scheme: &str, port: &str| origin.strip_prefix(scheme).filter(|host| !host.ends_with(port));
    let plain = |host: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(plain)
    };
    host("https://", ":443").or_else(|| host("http://", ":80")).is_some_and(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[listen]\naddress = \"127.0.0.1:8470\"\n[library]\nfolder = \"gd\"\n[counter]\npack = \"gd.pack\"\n";

    fn faults(more: &str, variables: &[(&str, &str)]) -> Vec<ConfigFault> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::parse(&format!("{LEAST}{more}"), variables).err().unwrap_or_default()
    }

    /// The configuration, or what is wrong with it, which is one thing.
    fn read(more: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let named = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::parse(&format!("{LEAST}{more}"), named).map_err(|faults| {
            assert_eq!(faults.len(), 1, "{faults:?}");
            faults[0].error.clone()
        })
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let more = "[limits]\nseconds = 0\nburst = \"x\"\nsecond = 3\n[cors]\norigins = [\"*\", \"a\"]\n[lists]\nx = 1\n[backup]\nat = \"25:00\"\n";
        let codes: Vec<&str> = faults(more, &[]).iter().map(|fault| fault.error.code()).collect();
        let malformed = ["backup.at", "limits.burst", "limits.second", "lists"].map(|_| "config_malformed");
        assert_eq!(codes, [&malformed[..], &["config_origin", "config_origin"]].concat(), "{:?}", faults(more, &[]));
        let zero = faults("[limits]\nseconds = 0\nburst = 0\n", &[]);
        assert_eq!(zero.len(), 2, "{zero:?}");
        let none = Config::parse("", []).unwrap_err();
        assert_eq!(
            none.iter().map(|fault| fault.error.to_string()).collect::<Vec<_>>().join("; "),
            "[counter] is missing; [library] is missing; [listen] is missing"
        );
    }

    #[test]
    fn who_says_what_is_wrong_is_named() {
        let blamed = |more: &str, variables: &[(&str, &str)]| -> Vec<Vec<String>> {
            faults(more, variables).into_iter().map(|fault| fault.variables).collect()
        };
        let (origins, seconds) = (("KANHE_SERVE_CORS__ORIGINS", "[\"*\"]"), ("KANHE_SERVE_LIMITS__SECONDS", "x"));
        assert_eq!(blamed("", &[origins]), [["KANHE_SERVE_CORS__ORIGINS"]]);
        assert_eq!(blamed("[limits]\nburst = \"x\"\n", &[seconds]), [vec![], vec!["KANHE_SERVE_LIMITS__SECONDS".to_owned()]]);
        assert_eq!(blamed("[cors]\norigins = [\"*\"]\n", &[("KANHE_SERVE_LIMITS__SECONDS", "5")]), [Vec::<String>::new()]);
        assert_eq!(blamed("", &[("KANHE_SERVE_NOWHERE__X", "5")]), [["KANHE_SERVE_NOWHERE__X"]]);
        assert_eq!(blamed("", &[("KANHE_SERVE_BACKUP__KEEP", "5")]), [["KANHE_SERVE_BACKUP__KEEP"]], "half a section");
        let through = ("KANHE_SERVE_LISTEN__ADDRESS__PORT", "80");
        assert_eq!(read("", &[through]).unwrap_err().code(), "config_variable", "an address has no settings");
        let [issuer, client] = ["ISSUER", "CLIENT_ID"].map(|name| format!("KANHE_SERVE_ACCOUNTS__OIDC__{name}"));
        let half = blamed("", &[(&issuer, "https://id.example.cn"), (&client, "5")]);
        assert_eq!(half, [[client, issuer]], "a section within another, of which more is missing");
    }

    #[test]
    fn what_would_not_go_together_is_refused() {
        let rows =
            [("127.0.0.1:8470", true), ("0.0.0.0:8470", true), ("127.0.0.2:8470", false), ("127.0.0.1:9470", false), ("[::]:8470", true)];
        for (metrics, refused) in rows {
            let found = read("", &[("KANHE_SERVE_LISTEN__METRICS", metrics)]).err().map(|error| error.code());
            assert_eq!(found, refused.then_some("config_metrics"), "{metrics}");
        }
        assert_eq!(
            read("[[keys]]\nfile = \"k\"\n[[keys]]\nfile = \"k\"\n", &[]).unwrap_err(),
            ConfigError::KeyTwice { first: 1, second: 2 }
        );
        assert!(read("[[keys]]\nfile = \"k\"\n[[keys]]\nfile = \"l\"\n", &[]).is_ok());
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
        let file = "[accounts.oidc]\nissuer = \"https://a.example.cn\"\nclient_id = \"kanhe\"\naddress = \"https://b.example.cn\"\n";
        let config = read(file, &[("KANHE_SERVE_ACCOUNTS__OIDC__ISSUER", "https://id.example.cn")]).unwrap();
        let oidc = config.accounts.oidc.unwrap();
        assert_eq!((oidc.issuer.as_str(), oidc.client_id.as_str()), ("https://id.example.cn", "kanhe"), "a section within another");
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
            ("[cors]\norigins = [\"https://App.example.cn\"]\n", "config_origin"),
            ("[cors]\norigins = [\"https://app.example.cn:443\"]\n", "config_origin"),
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
            let mut settings = std::collections::BTreeMap::from([
                ("issuer", "'https://id.cn/a'"),
                ("client_id", "'kanhe'"),
                ("address", "'https://kanhe.cn'"),
            ]);
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
