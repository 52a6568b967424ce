//! A file and the variables over it: what they say together, and who said what.

use super::{Config, ConfigError, ConfigFault, PREFIX};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Sections that every configuration has, with as little in them as can be.
const LEAST: &str = "listen = { address = '127.0.0.1:1' }\nlibrary = { folder = '.' }\ncounter = {}\n";

/// Sections that may be left out, and what they must have if they are not.
const LEAST_OF_OTHERS: &str = "backup = { folder = '.' }\ntraces = { endpoint = 'http://a/' }\n";

/// A file with variables over it.
pub(super) struct Layers {
    file: Table,
    table: Table,
    /// Variables by the setting whose place they take, as `section.setting` or `section.section.setting`.
    said: BTreeMap<String, String>,
    errors: Vec<ConfigError>,
}

impl Layers {
    /// Reads the file, and puts the variables over it; those that name no setting are kept as faults.
    pub(super) fn read(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigFault> {
        let file: Table = text.parse().map_err(|error| ConfigFault { error: no_toml(text, &error), variables: Vec::new() })?;
        let mut layers = Self { table: file.clone(), file, said: BTreeMap::new(), errors: Vec::new() };
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        for (name, value) in variables {
            if let Some(setting) = name.strip_prefix(PREFIX) {
                layers.put(&name, setting, &value);
            }
        }
        Ok(layers)
    }

    /// Sets `SECTION__SETTING`, or `SECTION__SECTION__SETTING` in a section within another; a value that TOML reads as number, flag or list is one, and any other is text.
    fn put(&mut self, variable: &str, name: &str, value: &str) {
        let read = format!("value = {value}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
        let value = read.unwrap_or_else(|| Value::String(value.to_owned()));
        let path: Vec<String> = name.split("__").map(str::to_ascii_lowercase).collect();
        let settings = match path.split_last() {
            Some((setting, sections)) if !sections.is_empty() => within_sections(&mut self.table, sections).zip(Some(setting)),
            Some(_) | None => None,
        };
        match settings {
            Some((settings, setting)) => {
                settings.insert(setting.clone(), value);
                self.said.insert(path.join("."), variable.to_owned());
            }
            None => self.errors.push(ConfigError::Variable { name: variable.to_owned() }),
        }
    }

    /// The configuration, with what is malformed left out of it and kept as faults: so the rest can be judged all the same. And the sections
    /// that were left out, or are missing.
    pub(super) fn config(&mut self) -> (Option<Config>, Vec<String>) {
        let (mut sound, mut left_out, least) = (self.table.clone(), Vec::new(), constant(LEAST));
        for (section, value) in &self.table {
            if error_of(section, value).is_some() {
                self.errors.extend(malformed(section, value));
                sound.remove(section);
                left_out.push(section.clone());
            }
        }
        for (section, value) in least {
            if !self.table.contains_key(&section) {
                let detail = format!("[{section}] is missing");
                self.errors.push(ConfigError::Malformed { setting: section.clone(), detail });
                left_out.push(section.clone());
            }
            sound.entry(section).or_insert(value);
        }
        (sound.try_into().ok(), left_out)
    }

    /// Every fault, with the variables that are to blame.
    pub(super) fn faults(mut self, more: Vec<ConfigError>) -> Vec<ConfigFault> {
        let errors = std::mem::take(&mut self.errors).into_iter().chain(more);
        errors.map(|error| ConfigFault { variables: self.blamed(&error), error }).collect()
    }

    fn blamed(&self, error: &ConfigError) -> Vec<String> {
        let settings = error.settings();
        let speaks_of = |said: &str| {
            settings.iter().any(|setting| {
                let within = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
                // A section that the file does not have is what its variables make of it.
                *setting == said || within(said, setting) || (within(setting, said) && !has(&self.file, setting))
            })
        };
        self.said.iter().filter(|(setting, _)| speaks_of(setting)).map(|(_, variable)| variable.clone()).collect()
    }
}

/// The settings of a section within others, made where they are not there; none, where something else has such a name.
fn within_sections<'t>(table: &'t mut Table, sections: &[String]) -> Option<&'t mut Table> {
    sections
        .iter()
        .try_fold(table, |table, section| table.entry(section.clone()).or_insert_with(|| Value::Table(Table::new())).as_table_mut())
}

/// Whether a file has a section or setting, named as `section.setting`.
fn has(file: &Table, named: &str) -> bool {
    let mut path = named.split('.');
    let first = path.next().and_then(|section| file.get(section));
    path.try_fold(first, |value, name| value.map(|value| value.get(name))).flatten().is_some()
}

/// Where a text ceases to be TOML; what stands there may be a secret, and is not repeated.
fn no_toml(text: &str, error: &toml::de::Error) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    ConfigError::Malformed { setting: String::new(), detail: format!("line {line}: {}", error.message()) }
}

/// What is wrong with a section, setting by setting where each can be looked at by itself.
fn malformed(section: &str, value: &Value) -> Vec<ConfigError> {
    let wrong = |setting: String, value: &Value| {
        let detail = error_of(section, value)?;
        Some(ConfigError::Malformed { setting, detail })
    };
    let of_setting = |(setting, value): (&String, &Value)| {
        let said = wrong(format!("{section}.{setting}"), &with(section, Some((setting, value))))?;
        // A variable with one word where a list is wanted: what serde says of it has no example.
        let listed = Value::Array(vec![value.clone()]);
        let would_do = value.is_str() && error_of(section, &with(section, Some((setting, &listed)))).is_none();
        let setting = format!("{section}.{setting}");
        Some(if would_do { ConfigError::List { wanted: listed.to_string(), setting } } else { said })
    };
    let each: Vec<ConfigError> = match value {
        Value::Table(settings) if error_of(section, &with(section, None)).is_none() => settings.iter().filter_map(of_setting).collect(),
        Value::Array(members) => {
            members.iter().filter_map(|member| wrong(section.to_owned(), &Value::Array(vec![member.clone()]))).collect()
        }
        _ => Vec::new(),
    };
    if each.is_empty() { wrong(section.to_owned(), value).into_iter().collect() } else { each }
}

/// A section with as little in it as can be, and one setting more.
fn with(section: &str, setting: Option<(&String, &Value)>) -> Value {
    let mut least = constant(LEAST);
    least.extend(constant(LEAST_OF_OTHERS));
    let mut settings = least.remove(section).and_then(|value| value.try_into::<Table>().ok()).unwrap_or_default();
    settings.extend(setting.map(|(name, value)| (name.clone(), value.clone())));
    Value::Table(settings)
}

/// What is wrong with a configuration that has this section, and nothing else that could be wrong.
fn error_of(section: &str, value: &Value) -> Option<String> {
    let mut table = constant(LEAST);
    table.insert(section.to_owned(), value.clone());
    table.try_into::<Config>().err().map(|error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn constant(text: &str) -> Table {
    text.parse().expect("TOML") // safe: a constant of this file, which every test of it reads
}
