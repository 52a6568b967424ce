//! A small office in a folder of its own: keys, a signed manifest, and tables of applications.

use crate::program::{Kanhe, Run, kanhe};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// The demo's table of food operation permits, as it ships.
pub const PERMITS: &str = include_str!("../../crates/kanhe/demo/food-operation-permit.csv");

const GUANGDONG: &str = include_str!("../../crates/kanhe/demo/guangdong.toml");

/// An issuing office, with everything that `kanhe issue` asks for.
pub struct Office {
    folder: TempDir,
}

impl Office {
    /// Makes keys and signs the manifest.
    pub fn open() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        let identity = office.path("identity.txt");
        let mut description = GUANGDONG.to_owned();
        for (place, name) in ["root", "gd-market", "gd-housing"].into_iter().enumerate() {
            let key = office.path(&format!("{name}.key"));
            let words = ["key", "new", "--name", name, "--out", &key, "--identity", &identity, "--new-identity"];
            kanhe(&words[..if place == 0 { 9 } else { 8 }]).ended(0);
            description = description.replace(&format!("@{name}@"), office.text(&format!("{name}.pub")).trim());
        }
        let input = office.write("guangdong.toml", description);
        kanhe(&[
            "manifest",
            "sign",
            "--in",
            &input,
            "--out",
            &office.path("manifest"),
            "--key",
            &office.path("root.key"),
            "--identity",
            &identity,
        ])
        .ended(0);
        office
    }

    /// Signs a manifest, `later.manifest`, by which the market's agency may issue one type more.
    pub fn allow(&self, code: &str) {
        let description = self.text("guangdong.toml").replace("[1, 2] # market", "[1, 2, 99] # market");
        self.sign_later(&description.replacen("types = [\n", &format!("types = [\n  {{ index = 99, code = \"{code}\" }},\n"), 1));
    }

    /// Signs a manifest likewise, in which the market's agency has another name.
    pub fn rename(&self) {
        let description = self.text("guangdong.toml");
        let renamed = description.replace("广东省市场监督管理局", "广东省市场监督管理委员会");
        assert_ne!(renamed, description);
        self.sign_later(&renamed);
    }

    fn sign_later(&self, description: &str) {
        let description = description.replace("edition = 1", "edition = 2");
        let (input, manifest) = (self.write("later.toml", description), self.path("later.manifest"));
        let (identity, key) = (self.path("identity.txt"), self.path("root.key"));
        kanhe(&["manifest", "sign", "--in", &input, "--out", &manifest, "--key", &key, "--identity", &identity]).ended(0);
    }

    /// A place in the office.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Puts a file there.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self.path(name)
    }

    /// A file's text.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// `kanhe issue` of food operation permits from a table's bytes into the folder `out`.
    pub fn issue(&self, table: impl AsRef<[u8]>) -> Run {
        self.issuing(table).run()
    }

    /// The same, not yet started.
    pub fn issuing(&self, table: impl AsRef<[u8]>) -> Kanhe {
        let (input, manifest, out) = (self.write("applications", table), self.path("manifest"), self.path("out"));
        let (key, identity) = (self.path("gd-market.key"), self.path("identity.txt"));
        let typed = ["issue", "--type", "food-operation-permit", "--in", &input, "--manifest", &manifest, "--out", &out];
        Kanhe::new(&[&typed[..], &["--key", &key, "--identity", &identity, "--json"]].concat())
    }

    /// The lines of the report, each of which must be whole.
    pub fn report(&self) -> Vec<Value> {
        self.text("out/report.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// The names of all that is in the folder `out`, in order.
    pub fn issued_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("out")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Signs status lists of what was issued, in these states, and builds the pack of an epoch.
    pub fn pack(&self, epoch: &str, states: &[&str]) -> String {
        let (identity, key, manifest, pack) =
            (self.path("identity.txt"), self.path("root.key"), self.path("manifest"), self.path(&format!("{epoch}.pack")));
        let (market, report, lists) = (self.path("gd-market.key"), self.path("out/report.jsonl"), self.path(&format!("status-{epoch}")));
        let sign =
            ["status", "sign", "--manifest", &manifest, "--report", &report, "--out", &lists, "--key", &market, "--identity", &identity];
        kanhe(&[&sign[..], states].concat()).ended(0);
        let root = format!("440000={}", self.path("root.pub"));
        let build = ["pack", "build", "--region", "440000", "--epoch", epoch, "--root", &root, "--manifest", &manifest, "--status", &lists];
        kanhe(&[&build[..], &["--out", &pack, "--key", &key, "--identity", &identity]].concat()).ended(0);
        pack
    }

    /// Every file of the office that bears this ending.
    pub fn issued_with(&self, ending: &str) -> Vec<PathBuf> {
        self.issued_files().iter().filter(|name| name.ends_with(ending)).map(|name| self.folder.path().join("out").join(name)).collect()
    }
}

/// The heading and the first rows of the demo's table of permits.
pub fn permits(rows: usize) -> String {
    PERMITS.split_inclusive('\n').take(rows + 1).collect()
}

/// So many permits of one holder, which differ in request and number.
pub fn many_permits(rows: usize) -> String {
    permits_of(0..rows)
}

/// The permits of some of those people.
pub fn permits_of(people: std::ops::Range<usize>) -> String {
    let (request, number) = ("GD-SPJY-2026-00001", "JY34405060031004");
    let table = permits(1);
    let (heading, row) = table.split_once('\n').unwrap();
    let one = |place: usize| row.replace(request, &format!("R-{place:05}")).replace(number, &format!("JY344050600{place:05}"));
    people.fold(format!("{heading}\n"), |table, place| table + &one(place))
}
