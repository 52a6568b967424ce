//! The stage: keys, manifests, two libraries with their certificates, a stolen key and a pack, made in one folder by the public verbs.

mod libraries;
mod regions;
mod tables;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Voice, clock, run_as};
use crate::words::Words;
use clap::Parser;
use jiff::Timestamp;
use libraries::folder_of;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Marks a folder as the demo's own, which may be emptied.
const MARK: &str = ".kanhe-demo";

/// A description or report of the demo has at most so many bytes.
const LARGEST: usize = 8 << 20;

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
        stage.found_libraries()?;
        stage.issue_tables()?;
        stage.review_application()?;
        stage.change_states()?;
        stage.be_robbed()?;
        stage.sign_lists()?;
        stage.build_packs()?;
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
    fn kanhe(&self, words: &[&str]) -> Result<(), Failure> {
        if !self.voice.json {
            self.voice.print(format_args!("$ kanhe {}", words.join(" ")));
        }
        let cli = Cli::try_parse_from(["kanhe"].iter().chain(words)).map_err(|error| Failure::new("usage", error))?;
        run_as(cli, Voice { quiet: true, ..self.voice }).map(drop)
    }

    /// Runs a verb that signs, with a key of the demo.
    fn kanhe_with(&self, key: &str, words: &[&str]) -> Result<(), Failure> {
        let (key, identity) = (self.key(key), self.identity());
        self.kanhe(&[words, &["--key", &key, "--identity", &identity]].concat())
    }

    fn key(&self, name: &str) -> String {
        self.path(&format!("keys/{name}.key"))
    }

    /// What opens every key and both libraries; nobody keeps real ones like that.
    fn identity(&self) -> String {
        self.path("keys/identity.txt")
    }

    fn library(&self, region: &str) -> String {
        self.path(&format!("{region}-library"))
    }

    fn identifiers(&self, report: &str) -> Result<Vec<String>, Failure> {
        let bytes = files::read(Path::new(report), LARGEST)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| serde_json::from_slice::<ReportLine>(line).ok()?.identifier).collect())
    }

    /// The identifier of the nth certificate of a table.
    pub fn identifier(&self, table: &str, place: usize) -> Result<&str, Failure> {
        let found = self.issued.get(table).and_then(|issued| issued.get(place)).map(String::as_str);
        found.ok_or_else(|| Failure::new("demo_differs", format!("table {table} did not come to {} certificates", place + 1)))
    }
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
