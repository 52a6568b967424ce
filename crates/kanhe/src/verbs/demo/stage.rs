//! The stage: keys, manifests, certificates, states and packs of two regions, made in one folder by the public verbs.

use crate::cli::Cli;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Voice, clock, run_as};
use crate::words::Words;
use clap::Parser;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::day_in_china;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Marks a folder as the demo's own, which may be emptied.
const MARK: &str = ".kanhe-demo";

/// A description or report of the demo has at most so many bytes.
const LARGEST: usize = 8 << 20;

/// A permit of five years that was issued on this day has ended.
const EXPIRED_SINCE: Date = Date::constant(2015, 6, 1);

const GUANGDONG: &str = include_str!("../../../demo/guangdong.toml");
const ZHEJIANG: &str = include_str!("../../../demo/zhejiang.toml");
const RECOGNITION: &str = include_str!("../../../demo/recognition.toml");

/// Who issues what from which table: agency, type, file name, table.
const TABLES: &[(&str, &str, &str, &[u8])] = &[
    ("gd-market", "business-licence", "business-licence.csv", include_bytes!("../../../demo/business-licence.csv")),
    ("gd-market", "food-operation-permit", "food-operation-permit.csv", include_bytes!("../../../demo/food-operation-permit.csv")),
    ("gd-housing", "special-work-operator", "special-work-operator.csv", include_bytes!("../../../demo/special-work-operator.csv")),
    ("gd-housing", "safety-staff", "safety-staff.csv", include_bytes!("../../../demo/safety-staff.csv")),
    ("zj-transport", "road-transport-permit", "road-transport-permit.csv", include_bytes!("../../../demo/road-transport-permit.csv")),
];

/// The page behind the demo's QR codes.
const PAGE: &str = "https://kanhe.example.cn/";

/// A set stage.
pub struct Stage {
    folder: PathBuf,
    now: Timestamp,
    voice: Voice,
    /// Identifiers of what each table came to, in the order of its rows.
    issued: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct ReportLine {
    identifier: Option<String>,
}

impl Stage {
    /// Sets the stage in an empty folder, or one that an earlier demo left.
    pub fn set(folder: &Path, voice: Voice) -> Result<Self, Failure> {
        clear(folder)?;
        let mut stage = Self { folder: folder.to_owned(), now: clock::moment(None)?, voice, issued: HashMap::new() };
        stage.make_keys()?;
        stage.sign_manifests()?;
        stage.issue_tables()?;
        stage.issue_odd_ones()?;
        stage.sign_states()?;
        stage.build_pack()?;
        Ok(stage)
    }

    /// The moment at which the demo plays.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A file on the stage.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// How many certificates there are.
    pub fn issued(&self) -> usize {
        self.issued.values().map(Vec::len).sum()
    }

    /// A file of the nth certificate of a table.
    pub fn file_of(&self, table: &str, place: usize, ending: &str) -> Result<String, Failure> {
        let identifier = self.identifier(table, place)?;
        let stem = identifier.strip_prefix("1.2.156.3005.2.").unwrap_or(identifier);
        Ok(self.path(&format!("{}/{stem}.{ending}", folder_of(table))))
    }

    /// The QR text of a genuine certificate.
    pub fn genuine_text(&self) -> Result<String, Failure> {
        self.text_of("food-operation-permit", 0)
    }

    /// The QR text of the nth certificate of a table.
    pub fn text_of(&self, table: &str, place: usize) -> Result<String, Failure> {
        let bytes = files::read(Path::new(&self.file_of(table, place, "txt")?), LARGEST)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// A command line that a curious person can copy.
    pub fn try_it(&self) -> String {
        let picture = self.file_of("food-operation-permit", 0, "png").unwrap_or_default();
        format!("kanhe verify {picture} --pack {} --trust {}", self.path("guangdong.pack"), self.path("keys/gd-root.pub"))
    }

    /// Runs a verb as if it were typed, after showing it.
    pub fn kanhe(&self, words: &[&str]) -> Result<(), Failure> {
        if !self.voice.json {
            self.voice.print(format_args!("$ kanhe {}", words.join(" ")));
        }
        let cli = Cli::try_parse_from(["kanhe"].iter().chain(words)).map_err(|error| Failure::new("usage", error))?;
        run_as(cli, Voice { quiet: true, ..self.voice }).map(drop)
    }

    fn make_keys(&self) -> Result<(), Failure> {
        files::make_folder(&self.folder.join("keys"))?;
        let identity = self.path("keys/identity.txt");
        let names = ["gd-root", "zj-root", "gd-market", "gd-housing", "zj-transport", "stranger-root", "stranger"];
        for (place, name) in names.into_iter().enumerate() {
            let (owner, out) = (format!("{name}.example.cn"), self.path(&format!("keys/{name}.key")));
            let new = ["key", "new", "--name", &owner, "--out", &out, "--identity", &identity, "--new-identity"];
            let kept = if place == 0 { new.len() } else { new.len() - 1 };
            self.kanhe(new.get(..kept).unwrap_or_default())?;
        }
        Ok(())
    }

    fn sign_manifests(&self) -> Result<(), Failure> {
        let market = [("@gd-market@", "gd-market"), ("@gd-housing@", "gd-housing"), ("@zj-transport@", "zj-transport")];
        self.sign_manifest("guangdong", GUANGDONG, &market, "gd-root")?;
        self.sign_manifest("zhejiang", ZHEJIANG, &market, "zj-root")?;
        // What no region ever signed: an agency that gives itself a right, and a stranger who takes an agency's name.
        let widened = GUANGDONG.replace("types = [3, 4, 5] # housing", "types = [1, 2, 3, 4] # widened");
        self.sign_manifest("widened", &widened, &market, "stranger-root")?;
        self.sign_manifest("stranger", GUANGDONG, &[("@gd-market@", "stranger"), ("@gd-housing@", "gd-housing")], "stranger-root")
    }

    fn sign_manifest(&self, name: &str, template: &str, keys: &[(&str, &str)], root: &str) -> Result<(), Failure> {
        let mut text = template.to_owned();
        for (place, key) in keys {
            let line = files::read(Path::new(&self.path(&format!("keys/{key}.pub"))), LARGEST)?;
            text = text.replace(place, String::from_utf8_lossy(&line).trim());
        }
        let (description, manifest, key) =
            (self.path(&format!("{name}.toml")), self.path(&format!("{name}.manifest")), self.path(&format!("keys/{root}.key")));
        files::write(Path::new(&description), text.as_bytes())?;
        self.kanhe(&[
            "manifest",
            "sign",
            "--in",
            &description,
            "--out",
            &manifest,
            "--key",
            &key,
            "--identity",
            &self.path("keys/identity.txt"),
        ])
    }

    fn issue_tables(&mut self) -> Result<(), Failure> {
        for (agency, kind, file, table) in TABLES {
            let (kept, odd) = if *kind == "food-operation-permit" { split_off(table, 4) } else { (table.to_vec(), Vec::new()) };
            files::write(&self.folder.join(file), &kept)?;
            let today = day_in_china(self.now);
            let days = [EXPIRED_SINCE, self.future_day(), today, today];
            for ((row, name), issued) in odd.iter().zip(["expired", "future", "widened", "stranger"]).zip(days) {
                files::write(&self.folder.join(format!("{name}.csv")), &issued_on(row, issued)?)?;
            }
            let manifest = if agency.starts_with("gd") { "guangdong" } else { "zhejiang" };
            self.issue(kind, kind, file, manifest, agency, None)?;
        }
        Ok(())
    }

    fn issue_odd_ones(&mut self) -> Result<(), Failure> {
        let (past, future) = (EXPIRED_SINCE.to_string(), self.future_day().to_string());
        self.issue("expired", "food-operation-permit", "expired.csv", "guangdong", "gd-market", Some(&past))?;
        self.issue("future", "food-operation-permit", "future.csv", "guangdong", "gd-market", Some(&future))?;
        self.issue("widened", "food-operation-permit", "widened.csv", "widened", "gd-housing", None)?;
        self.issue("stranger", "food-operation-permit", "stranger.csv", "stranger", "stranger", None)
    }

    fn future_day(&self) -> Date {
        day_in_china(self.now + SignedDuration::from_hours(24 * 30))
    }

    fn issue(&mut self, table: &str, kind: &str, file: &str, manifest: &str, agency: &str, at: Option<&str>) -> Result<(), Failure> {
        let (input, manifest, out) = (self.path(file), self.path(&format!("{manifest}.manifest")), self.path(folder_of(table)));
        let (key, identity) = (self.path(&format!("keys/{agency}.key")), self.path("keys/identity.txt"));
        let mut words = vec![
            "issue",
            "--type",
            kind,
            "--in",
            &input,
            "--manifest",
            &manifest,
            "--out",
            &out,
            "--url",
            PAGE,
            "--key",
            &key,
            "--identity",
            &identity,
        ];
        words.extend(at.into_iter().flat_map(|at| ["--at", at]));
        let before = self.identifiers(folder_of(table))?.len();
        self.kanhe(&words)?;
        let all = self.identifiers(folder_of(table))?;
        self.issued.insert(table.to_owned(), all.into_iter().skip(before).collect());
        Ok(())
    }

    fn identifiers(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let path = self.folder.join(folder).join("report.jsonl");
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = files::read(&path, LARGEST)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| serde_json::from_slice::<ReportLine>(line).ok()?.identifier).collect())
    }

    fn identifier(&self, table: &str, place: usize) -> Result<&str, Failure> {
        let found = self.issued.get(table).and_then(|issued| issued.get(place)).map(String::as_str);
        found.ok_or_else(|| Failure::new("demo_differs", format!("table {table} did not come to {} certificates", place + 1)))
    }

    fn sign_states(&self) -> Result<(), Failure> {
        let rows = [(1, "suspended"), (2, "revoked"), (3, "superseded")];
        let mut states = "identifier,state\n".to_owned();
        for (place, state) in rows {
            states.push_str(&format!("{},{state}\n", self.identifier("food-operation-permit", place)?));
        }
        let table = self.path("states.csv");
        files::write(Path::new(&table), states.as_bytes())?;
        for (agency, manifest) in [("gd-market", "guangdong"), ("gd-housing", "guangdong"), ("zj-transport", "zhejiang")] {
            let (manifest, report) = (self.path(&format!("{manifest}.manifest")), self.path(&format!("{agency}/report.jsonl")));
            let (out, key) = (self.path(&format!("status/{agency}")), self.path(&format!("keys/{agency}.key")));
            let identity = self.path("keys/identity.txt");
            let mut words =
                vec!["status", "sign", "--manifest", &manifest, "--report", &report, "--out", &out, "--key", &key, "--identity", &identity];
            if agency == "gd-market" {
                words.extend(["--states", table.as_str()]);
            }
            self.kanhe(&words)?;
        }
        Ok(())
    }

    fn build_pack(&self) -> Result<(), Failure> {
        files::write(&self.folder.join("recognition.toml"), RECOGNITION.as_bytes())?;
        let (identity, key, recognition) =
            (self.path("keys/identity.txt"), self.path("keys/gd-root.key"), self.path("guangdong.recognition"));
        self.kanhe(&[
            "recognition",
            "sign",
            "--in",
            &self.path("recognition.toml"),
            "--out",
            &recognition,
            "--key",
            &key,
            "--identity",
            &identity,
        ])?;
        let roots = [format!("440000={}", self.path("keys/gd-root.pub")), format!("330000={}", self.path("keys/zj-root.pub"))];
        let manifests = [self.path("guangdong.manifest"), self.path("zhejiang.manifest")];
        let lists = ["gd-market", "gd-housing", "zj-transport"].map(|agency| self.path(&format!("status/{agency}")));
        let out = self.path("guangdong.pack");
        let mut words = vec![
            "pack",
            "build",
            "--region",
            "440000",
            "--epoch",
            "1",
            "--out",
            &out,
            "--key",
            &key,
            "--identity",
            &identity,
            "--recognition",
            &recognition,
        ];
        words.extend(roots.iter().flat_map(|root| ["--root", root.as_str()]));
        words.extend(manifests.iter().flat_map(|manifest| ["--manifest", manifest.as_str()]));
        words.extend(lists.iter().flat_map(|list| ["--status", list.as_str()]));
        self.kanhe(&words)
    }
}

/// The folder that a table's certificates go to: one for each agency, and one for each that pretends to be one.
fn folder_of(table: &str) -> &str {
    match table {
        "business-licence" | "food-operation-permit" | "expired" | "future" => "gd-market",
        "special-work-operator" | "safety-staff" => "gd-housing",
        "road-transport-permit" => "zj-transport",
        other => other,
    }
}

/// Takes the last rows of a table away, each into a table of its own.
fn split_off(table: &[u8], rows: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let lines: Vec<&[u8]> = table.split_inclusive(|byte| *byte == b'\n').collect();
    let (kept, odd) = lines.split_at(lines.len().saturating_sub(rows));
    let heading = lines.first().copied().unwrap_or_default();
    (kept.concat(), odd.iter().map(|row| [heading, row].concat()).collect())
}

/// The same table with another day of issue in every row.
fn issued_on(table: &[u8], day: Date) -> Result<Vec<u8>, Failure> {
    let broken = |error: csv::Error| Failure::new("demo_differs", error);
    let mut reader = csv::Reader::from_reader(table);
    let headings = reader.headers().map_err(broken)?.clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).map_err(broken)?;
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let day = day.to_string();
        writer
            .write_record(headings.iter().zip(&row).map(|(heading, cell)| if heading == "issued" { day.as_str() } else { cell }))
            .map_err(broken)?;
    }
    writer.into_inner().map_err(|error| Failure::new("demo_differs", error))
}

fn clear(folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    if folder.is_dir() {
        let empty = std::fs::read_dir(folder).map_err(failed)?.next().is_none();
        if !empty && !folder.join(MARK).exists() {
            let hint = Words::new("用 --out 指定一个空目录。", "Name an empty folder with --out.");
            return Err(Failure::new("file_exists", format!("{} is not empty and not a demo's", folder.display())).hint(hint));
        }
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    files::make_folder(folder)?;
    files::write(&folder.join(MARK), b"made by kanhe demo; may be emptied by it\n")
}
