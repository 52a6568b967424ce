//! A library that a service holds, and the same library beside it that nobody does.

use super::MARKET;
use crate::archive::{Archive, GROUNDS};
use crate::log::Log;
use crate::office::permits;
use crate::program::{Kanhe, word};
use crate::service::{listening, serving};
use serde_json::{Value, json};
use std::process::Child;

/// A library that a real `kanhe serve` holds.
pub struct Held {
    pub archive: Archive,
    pub process: Child,
    pub url: String,
    pub log: Log,
}

impl Held {
    /// Makes keys of accounts, each named by a word, and starts the service.
    pub fn open(accounts: &[(&str, &str, &[&str])]) -> Self {
        Self::open_with(accounts, |_| String::new())
    }

    /// The same, with more in the configuration.
    pub fn open_with(accounts: &[(&str, &str, &[&str])], more: impl FnOnce(&Archive) -> String) -> Self {
        let (archive, log) = (Archive::open(), Log::new());
        for (name, agency, roles) in accounts {
            let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
            let add = ["api-key", "add", "--agency", agency, "--name", name, "--actor", "root"];
            let made = archive.told(&[&add[..], &roles].concat());
            log.handed().hand(word(&made, "/key"));
            archive.office.write(name, format!("{}\n", word(&made, "/key")));
        }
        let keys = ["gd-market", "gd-housing", "log"];
        let keys: String = keys.map(|key| format!("\n[[keys]]\nfile = \"{key}.key\"\nidentity = \"identity.txt\"\n")).concat();
        let config = format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n\n\
             [counter]\n\n[publish]\nseconds = 1\n{keys}{}",
            more(&archive)
        );
        let config = archive.office.write("service.toml", config);
        let (process, url) = serve(&config, &log);
        Self { archive, process, url, log }
    }

    /// A verb on the library, by an account, as it is found on this machine.
    pub fn ask(&self, account: &str, words: &[&str]) -> Kanhe {
        self.archive.ask(words).and(&["--key-file", &self.archive.path(account)])
    }

    /// The same over the network.
    pub fn ask_at(&self, url: &str, account: &str, words: &[&str]) -> Kanhe {
        Kanhe::new(&[words, &["--service", url, "--key-file", &self.archive.path(account), "--json"]].concat())
    }

    pub fn socket(&self) -> String {
        self.archive.path("library/service.sock")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn serve(config: &str, log: &Log) -> (Child, String) {
    let (process, address) = listening(&mut serving(config), log);
    (process, format!("http://{address}"))
}

/// What differs between two libraries that were told the same: moments, chance, keys, who is called what, and who is to do something.
pub const OWN: [&str; 14] = [
    "effective",
    "recorded",
    "actor",
    "seal",
    "slot",
    "lodged",
    "decided",
    "moment",
    "known",
    "code",
    "report",
    "days",
    "approver",
    "hint",
];

pub fn alike(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| {
                let masked = OWN.contains(&name.as_str()) && !value.is_null() && !(name == "code" && is_of_an_error(value));
                // A cursor is good in its own library alone; an index of the log where its page goes on is a number.
                let masked = masked || (name == "next" && value.is_string());
                (name.clone(), if masked { json!("…") } else { alike(value) })
            };
            members.iter().map(one).collect()
        }
        Value::Array(members) => members.iter().map(alike).collect(),
        other => other.clone(),
    }
}

/// Codes of errors and holders stay; those of applications are drawn.
pub fn is_of_an_error(code: &Value) -> bool {
    !code.as_str().unwrap_or_default().starts_with("440000-")
}

/// A verb on both, which must end in the same way and say the same; what the service's said.
pub struct Twins {
    pub own: Archive,
    pub held: Held,
}

impl Twins {
    pub fn open() -> Self {
        let everything: &[&str] = &["clerk", "approver", "auditor"];
        Self { own: Archive::open(), held: Held::open(&[("market", MARKET, everything)]) }
    }

    pub fn both(&self, code: i32, words: &[&str]) -> Value {
        let own = self.own.ask(words).run().ended(code);
        let held = self.held.ask("market", words).run().ended(code);
        let (mut ours, mut theirs) = (alike(&own.json()), alike(&held.json()));
        if code == 2 {
            // The code is the same; what the service says of it may be less.
            (ours, theirs) = (ours["error"]["code"].take(), theirs["error"]["code"].take());
        }
        assert_eq!(ours, theirs, "{words:?}");
        held.json()
    }

    /// What each says where it refuses.
    pub fn refused(&self, words: &[&str]) -> [Value; 2] {
        [self.own.ask(words), self.held.ask("market", words)].map(|ask| ask.run().ended(2).json()["error"].take())
    }

    /// The second page of a verb, of each by its own cursor.
    pub fn both_go_on(&self, words: &[&str]) {
        let second = |ask: &dyn Fn(&[&str]) -> Kanhe| {
            let first = ask(words).run().ended(0).json();
            alike(&ask(&[words, &["--after", word(&first, "/next")]].concat()).run().ended(0).json())
        };
        assert_eq!(second(&|words| self.own.ask(words)), second(&|words| self.held.ask("market", words)), "{words:?}");
    }

    pub fn both_done(&self, words: &[&str]) -> Value {
        self.both(0, &[words, &GROUNDS].concat())
    }

    /// For people: the same lines, whatever the clock shows.
    pub fn both_for_people(&self, words: &[&str]) {
        let said = |run: Kanhe| {
            let run = run.for_people().and(&["--lang", "zh"]).run().ended(0);
            let who = |word: &str| if word.starts_with("key:") || word == "officer-7" { "…" } else { word }.to_owned();
            let out = run.out.split(' ').map(who).collect::<Vec<_>>().join(" ");
            let mut letters: Vec<char> = out.chars().collect();
            for place in 0..letters.len().saturating_sub(4) {
                if letters[place + 2] == ':' && letters[place].is_ascii_digit() && letters[place + 4].is_ascii_digit() {
                    letters[place..place + 5].fill('·');
                }
            }
            letters.into_iter().collect::<String>()
        };
        assert_eq!(said(self.own.ask(words)), said(self.held.ask("market", words)), "{words:?}");
    }

    /// Issues permits from a table into both, with a row that is refused; the identifiers.
    pub fn issued(&self) -> Vec<String> {
        let table = format!("{}GD-X,,,,\n", permits(3));
        let (own, held) = (self.own.issuing(&table), self.held.archive.issuing(&table));
        let (out, key) = (self.held.archive.path("drawn"), self.held.archive.path("market"));
        let own = own.and(&["--out", &self.own.path("drawn")]).run().ended(1);
        let held = held.and(&["--out", &out, "--key-file", &key]).run().ended(1);
        assert_eq!(alike(&own.json()), alike(&held.json()));
        let rows = |archive: &Archive| archive.rows().iter().map(alike).collect::<Vec<_>>();
        assert_eq!(rows(&self.own), rows(&self.held.archive));
        let files = |archive: &Archive| {
            let names = std::fs::read_dir(archive.path("drawn")).unwrap().map(|entry| entry.unwrap().file_name());
            names.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!((files(&self.own), files(&self.own).len()), (files(&self.held.archive), 12));
        self.held.archive.identifiers()
    }
}
