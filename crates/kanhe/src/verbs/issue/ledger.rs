//! What a folder has issued, as its report tells: so the same request is issued once, and no slot is given twice.
//!
//! One folder serves one agency; a second folder of the same agency must draw its slots from other lists. A library keeps all
//! this in one place, and needs no report.

use crate::failure::Failure;
use crate::files;
use crate::verbs::clock;
use crate::words::Words;
use kanhe_core::status::ENTRIES_PER_LIST;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A list is left for the next when so many of its entries are taken: drawing by chance gets slow after.
const FULL: u32 = ENTRIES_PER_LIST / 10 * 9;

/// The name of the report in its folder.
pub const REPORT: &str = "report.jsonl";

/// The lines of a report, and what they know.
pub struct Ledger {
    path: PathBuf,
    report: BufWriter<File>,
    requests: HashMap<String, String>,
    identifiers: HashSet<String>,
    /// Requests and identifiers that are being signed and drawn: what will become of them is not known yet.
    under_way: HashSet<String>,
    slots: HashSet<u32>,
    /// Held for as long as the folder is written to: two runs into one folder would draw the same slots.
    _lock: File,
}

/// What the ledger knows of a request.
pub enum Known {
    /// Nothing.
    New,
    /// It was issued, with the same content.
    Same,
    /// It was issued, with other content.
    OtherRequest,
    /// Another request was issued under this identifier.
    NumberTaken,
    /// It, or another under this identifier, is being issued.
    UnderWay,
}

/// What of a line the ledger remembers.
#[derive(Deserialize)]
struct Line {
    result: String,
    request_id: Option<String>,
    identifier: Option<String>,
    fingerprint: Option<String>,
    slot: Option<u32>,
}

impl Ledger {
    /// Opens the folder's report, or begins one.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        files::make_private_folder(folder)?;
        let lock = lock(folder)?;
        files::sweep(folder)?;
        let path = folder.join(REPORT);
        let failed = |error: std::io::Error| Failure::file(&path, &error);
        mend_torn_end(&path)?;
        let file = files::open_private(&path, File::options().append(true).read(true)).map_err(failed)?;
        let (mut requests, mut identifiers, mut slots) = (HashMap::new(), HashSet::new(), HashSet::new());
        for (number, line) in BufReader::new(File::open(&path).map_err(failed)?).lines().enumerate() {
            let line: Line = serde_json::from_str(&line.map_err(failed)?).map_err(|error| {
                let hint =
                    Words::new("报告被改动过；请恢复备份或换一个目录。", "The report was changed; restore it, or use another folder.");
                let failure = Failure::new("report_malformed", error).in_words_of_its_code();
                failure.within(format_args!("{} line {}", path.display(), number + 1)).hint(hint)
            })?;
            if line.result == "issued" {
                requests.extend(line.request_id.zip(line.fingerprint));
                identifiers.extend(line.identifier);
                slots.extend(line.slot);
            }
        }
        Ok(Self { path, report: BufWriter::new(file), requests, identifiers, under_way: HashSet::new(), slots, _lock: lock })
    }

    /// The folder that certificates go to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Where the report is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of a request.
    pub fn known(&self, request: &str, fingerprint: &str, identifier: &str) -> Known {
        match self.requests.get(request) {
            Some(_) if self.has_issued(request, fingerprint) => Known::Same,
            Some(_) => Known::OtherRequest,
            None if self.under_way.contains(request) || self.under_way.contains(identifier) => Known::UnderWay,
            None if self.identifiers.contains(identifier) => Known::NumberTaken,
            None => Known::New,
        }
    }

    /// Whether a request was issued, with the content of this fingerprint.
    pub fn has_issued(&self, request: &str, fingerprint: &str) -> bool {
        self.requests.get(request).is_some_and(|before| before == fingerprint)
    }

    /// Draws a free slot by chance, so that a slot tells nothing about when or what was issued; the request is under way from now on.
    pub fn draw_slot(&mut self, request: &str, identifier: &str) -> Result<u32, Failure> {
        self.under_way.extend([request.to_owned(), identifier.to_owned()]);
        let taken = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let list = taken / FULL;
        loop {
            let entry = u32::from_le_bytes(*clock::chance::<4>()?) % ENTRIES_PER_LIST;
            let slot = list * ENTRIES_PER_LIST + entry;
            if self.slots.insert(slot) {
                return Ok(slot);
            }
        }
    }

    /// Remembers a request that was issued.
    pub fn issued(&mut self, request: &str, fingerprint: &str, identifier: &str) {
        self.requests.insert(request.to_owned(), fingerprint.to_owned());
        self.identifiers.insert(identifier.to_owned());
    }

    /// Nothing is under way any more: what was not issued was never asked for.
    pub fn settle(&mut self) {
        self.under_way.clear();
    }

    /// Adds a line.
    pub fn report(&mut self, line: &Value) -> Result<(), Failure> {
        writeln!(self.report, "{line}").map_err(|error| Failure::file(&self.path, &error))
    }

    /// Makes the lines so far outlive a power cut.
    pub fn sync(&mut self) -> Result<(), Failure> {
        let synced = self.report.flush().and_then(|()| self.report.get_ref().sync_data());
        synced.map_err(|error| Failure::file(&self.path, &error))
    }
}

fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(".lock");
    let file = File::create(&path).map_err(|error| Failure::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => {
            let hint = Words::new("等待另一个 kanhe issue 结束。", "Wait for the other `kanhe issue` to end.");
            Err(Failure::new("folder_in_use", format!("another run is issuing into {}", folder.display())).hint(hint))
        }
    }
}

/// A power cut can leave the last line half written; what it would have said was never acknowledged.
fn mend_torn_end(path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else { return Ok(()) };
    let mut whole = 0_u64;
    let mut reader = BufReader::new(&file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        if line.last() == Some(&b'\n') {
            whole += u64::try_from(line.len()).unwrap_or(0);
        }
        line.clear();
    }
    file.set_len(whole).map_err(failed)
}
