//! An office with a library: founded by the program itself, and asked through it.

use crate::office::Office;
use crate::program::{Kanhe, Run, kanhe};
use kanhe_issuer::keyring::Lock;
use kanhe_store::{Library, LibrarySecret, Settings};
use serde_json::Value;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// An office with a library and the key of its log.
pub struct Archive {
    pub office: Office,
}

/// Why anything is done, by an officer.
pub const GROUNDS: [&str; 6] = ["--basis", "《行政许可法》", "--reason", "按决定办理", "--actor", "officer-7"];

impl Archive {
    /// Founds a library under the office's manifest.
    pub fn open() -> Self {
        let archive = Self { office: Office::open() };
        let (identity, log) = (archive.path("identity.txt"), archive.path("log.key"));
        kanhe(&["key", "new", "--name", "gd.example.cn/log", "--out", &log, "--identity", &identity]).ended(0);
        let founding = ["init", &archive.path("library"), "--region", "440000", "--origin", "gd.example.cn/log"];
        kanhe(&[&founding[..], &["--library-identity", &identity]].concat()).ended(0);
        archive.take_up("manifest");
        archive
    }

    /// Takes up a manifest of the office.
    pub fn take_up(&self, manifest: &str) {
        let (manifest, root) = (self.path(manifest), self.path("root.pub"));
        self.ask(&["agency", "add", "--manifest", &manifest, "--root", &root]).and(&GROUNDS).run().ended(0);
    }

    /// A place in the office.
    pub fn path(&self, name: &str) -> String {
        self.office.path(name)
    }

    /// A verb on the library.
    pub fn ask(&self, words: &[&str]) -> Kanhe {
        let (library, identity) = (self.path("library"), self.path("identity.txt"));
        Kanhe::new(&[words, &["--library", &library, "--library-identity", &identity, "--json"]].concat())
    }

    /// A verb that must succeed, and what it says.
    pub fn told(&self, words: &[&str]) -> Value {
        self.ask(words).run().ended(0).json()
    }

    /// `kanhe issue` of food operation permits from a table's bytes into the library, not yet started.
    pub fn issuing(&self, table: impl AsRef<[u8]>) -> Kanhe {
        let (input, key, identity) = (self.office.write("applications", table), self.path("gd-market.key"), self.path("identity.txt"));
        self.ask(&["issue", "--type", "food-operation-permit", "--in", &input, "--key", &key, "--identity", &identity])
            .and(&GROUNDS)
            .and(&["--report", &self.path("rows.jsonl")])
    }

    /// The whole lines of the report.
    pub fn rows(&self) -> Vec<Value> {
        let text = self.office.text("rows.jsonl");
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The identifiers in the report.
    pub fn identifiers(&self) -> Vec<String> {
        self.rows().iter().filter_map(|row| row["identifier"].as_str()).map(str::to_owned).collect()
    }

    /// A change of state, by its verb.
    pub fn change(&self, verb: &str, identifier: &str) -> Run {
        self.ask(&[verb, identifier]).and(&GROUNDS).run()
    }

    /// Publishes the log.
    pub fn publish(&self) -> Value {
        let (key, identity, out) = (self.path("log.key"), self.path("identity.txt"), self.path("log"));
        self.told(&["log", "publish", "--key", &key, "--identity", &identity, "--out", &out])
    }

    /// The library itself, while no program has it open.
    pub fn opened(&self) -> Library {
        let lock = Lock::identity(&self.office.text("identity.txt")).unwrap();
        let secret = lock.open(&fs::read(self.path("library/secret.age")).unwrap()).unwrap();
        let secret = LibrarySecret::new(Zeroizing::new(secret.as_slice().try_into().unwrap()));
        Library::open(Path::new(&self.path("library/db")), &secret, Settings::default()).unwrap()
    }

    /// Holds the library against itself, and finds nothing.
    pub fn is_whole(&self) -> Value {
        let told = self.told(&["check"]);
        assert_eq!(told["findings"], serde_json::json!([]), "{told}");
        told
    }
}
