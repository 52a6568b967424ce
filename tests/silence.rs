//! A log holds nobody: what services have logged is held against every person of the samples, every number of a person, every code and every
//! secret that a test has handed out or was handed.
//!
//! Both test programs that start services bring this file in by its path.

use kanhe_core::code::ResidentId;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

const TABLES: [&str; 3] = [
    include_str!("../crates/kanhe/demo/special-work-operator.csv"),
    include_str!("../crates/kanhe/demo/safety-staff.csv"),
    include_str!("../crates/kanhe/demo/food-operation-permit.csv"),
];

/// Members of requests and answers that are nobody's but the caller's, or a holder's.
const MEMBERS: [&str; 18] = [
    "password",
    "old",
    "new",
    "key",
    "secret",
    "uri",
    "url",
    "one_time_password",
    "csrf_token",
    "text",
    "seal",
    "file",
    "number",
    "holder_name",
    "holder_code",
    "login",
    "case",
    "reference",
];

/// A shorter word may stand in a log by chance.
const SHORTEST: usize = 6;

/// The shortest code of a seal has far more digits, and nothing else of a log has as many.
const DIGITS_OF_A_SEAL: usize = 40;

/// Every name of a person or an organisation in the demo's tables, and every number of a person.
pub fn personal() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for table in TABLES {
        let mut rows = table.trim_start_matches('\u{feff}').lines().map(cells);
        let headings = rows.next().unwrap();
        for row in rows {
            let cells = headings.iter().zip(row).filter(|(heading, cell)| {
                let person = ["holder_name", "legal_representative", "employer"].contains(&heading.as_str());
                let number = *heading == "holder_code" && cell.len() == 18 && cell.starts_with(|first: char| first != '9');
                person || number
            });
            found.extend(cells.map(|(_, cell)| cell));
        }
    }
    found.retain(|cell| !cell.is_empty());
    assert!(found.len() > 200 && found.iter().any(|cell| cell.starts_with("44")), "{}", found.len());
    found
}

/// The cells of a line; those in quotes may have commas in them.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.trim_end().chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

/// The first personal thing that a text holds, which must not be printed where it is not allowed: only in a failed test.
pub fn leak(text: &str, personal: &BTreeSet<String>) -> Option<String> {
    personal.iter().find(|cell| text.contains(cell.as_str())).cloned()
}

/// What was handed out or in while a service ran.
#[derive(Default)]
pub struct Handed(Mutex<BTreeSet<String>>);

impl Handed {
    /// Remembers a secret.
    pub fn hand(&self, secret: &str) {
        // Of a key, a cookie or a link that stands in a log, the last part would be the secret.
        let last = secret.rsplit(['_', '/', '.', '#', '=', ' ']).next().unwrap_or_default();
        let mut handed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handed.extend([secret, last].into_iter().filter(|part| part.len() >= SHORTEST).map(str::to_owned));
    }

    /// Remembers what is nobody else's in the JSON of a request or an answer; of what is no JSON nothing.
    pub fn hand_json(&self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice(body) {
            self.hand_members(&value);
        }
    }

    fn hand_members(&self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        // A login without a dot is a word that messages have too.
                        Value::String(login) if name == "login" && !login.contains('.') => {}
                        Value::String(text) if MEMBERS.contains(&name.as_str()) => self.hand(text),
                        other => self.hand_members(other),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.hand_members(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Holds a log against everybody. A test that has failed already has said why.
    pub fn hold_against(&self, log: &str) {
        if !std::thread::panicking() {
            assert_eq!(self.found_in(log), None, "it stands in the log");
        }
    }

    /// The first thing in a log that is somebody's.
    fn found_in(&self, log: &str) -> Option<String> {
        let handed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        leak(log, &handed).or_else(|| leak(log, &personal())).or_else(|| foreign(log)).or_else(|| number(log))
    }
}

/// The first line that is not written in ASCII: our messages are, and names, numbers of licences and reasons are not.
fn foreign(log: &str) -> Option<String> {
    log.lines().find(|line| !line.is_ascii()).map(str::to_owned)
}

/// A number of a resident, whoever it is, or the digits of a seal.
fn number(log: &str) -> Option<String> {
    let words = log.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '-');
    let is_one = |word: &&str| {
        let all_digits = word.bytes().all(|byte| byte.is_ascii_digit());
        word.len() == 18 && ResidentId::parse(word).is_ok() || all_digits && word.len() >= DIGITS_OF_A_SEAL
    };
    words.into_iter().find(is_one).map(str::to_owned)
}

#[test]
fn whoever_stands_in_a_log_is_found() {
    let handed = Handed::default();
    handed.hand_json(br#"{"key":"kanhe_abcd_TheSecretOfAKey","rows":[{"holder_name":"Zhang Xiaoming"}],"login":"ming"}"#);
    let person = personal().into_iter().find(|cell| !cell.is_ascii()).unwrap();
    let lines = [
        "a key TheSecretOfAKey was shown",
        "of Zhang Xiaoming",
        &format!("{{\"message\":\"{person}\"}}"),
        "actor=\"\u{738b}\u{4f1f}\"",
        "for 440599198411210190, today",
        &format!("text={}", "0123456789".repeat(5)),
    ];
    for line in lines {
        assert!(handed.found_in(line).is_some(), "{line}");
    }
    let quiet = "a request of key abcd for 1.2.156.3005.2.11100000000013338W032.114400000069410121.440524188001010014.001.N, coming";
    assert_eq!(handed.found_in(quiet), None);
}
