//! `kanhe issue --library`: a table of applications becomes certificates in a library, in batches of one synced write each.
//!
//! The next batch is signed while the one before is on its way to the disk. A run that was broken off is simply run again: what was
//! issued for a request is followed, not issued again.

use super::{DATABASE, grounds, manifest, registered, settings, stored, unlock};
use crate::cli::IssueArgs;
use crate::failure::Failure;
use crate::verbs::issue::output::{Artist, Written};
use crate::verbs::issue::refused::Refused;
use crate::verbs::issue::{fault_json, progress};
use crate::verbs::{Ended, Voice, clock, key};
use crate::words::Language;
use crate::{files, shipped};
use indicatif::ProgressBar;
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::event::Grounds;
use kanhe_issuer::application::{Application, Draft, MOST_BYTES, Table};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::registrar::{Entered, Entry, Registrar, RegistrarError, Signed, effective_on};
use kanhe_store::Library;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

/// Rows of one batch: enough that a sync weighs little beside the signatures, few enough to stay in memory.
const BATCH: usize = 512;

/// How many rows came to what.
#[derive(Debug, Default)]
struct Counts {
    issued: usize,
    repeated: usize,
    refused: usize,
    faults: Refused,
}

/// Everything that one run works with.
struct Run<'a> {
    kind: &'a CertificateKind,
    desk: &'a Desk<'a>,
    registrar: Registrar<'a>,
    library: &'a Library,
    artist: Option<(&'a Artist, &'a Path)>,
    grounds: Grounds,
    now: Timestamp,
    dry: bool,
}

/// A row after signing: what it is called, and the certificate or its faults.
struct Row {
    line: u64,
    request: Option<String>,
    signed: Result<Box<Signed>, Value>,
}

/// Does what the verb asks for.
pub fn run(args: &IssueArgs, voice: Voice) -> Result<Ended, Failure> {
    let folder = args.library.as_deref().unwrap_or(Path::new("."));
    let missing = |name: &str| Failure::new("usage", format!("--library needs {name}"));
    let basis = args.basis.as_deref().ok_or_else(|| missing("--basis"))?;
    let actor = args.actor.as_deref().ok_or_else(|| missing("--actor"))?;
    let key = key::open(&args.key)?;
    let catalogue = shipped::catalogue(&args.types)?;
    let dictionaries = shipped::dictionaries(args.types.dictionaries.as_deref())?;
    let kind = crate::verbs::issue::kind(&catalogue, &args.kind)?;
    let bytes = files::read(&args.input, MOST_BYTES)?;
    let library =
        Library::open(&folder.join(DATABASE), &unlock(folder, &args.library_lock)?, settings(&args.library_lock)).map_err(stored)?;
    let manifest = manifest(&library)?;
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    let artist = args
        .out
        .as_deref()
        .map(|out| files::make_folder(out).and_then(|()| Artist::new(&args.picture, kind).map(|artist| (artist, out))))
        .transpose()?;
    let run = Run {
        kind,
        desk: &desk,
        registrar: Registrar::new(&library),
        library: &library,
        artist: artist.as_ref().map(|(artist, out)| (artist, *out)),
        grounds: grounds(basis, &args.reason, actor)?,
        now: clock::moment(args.at.as_deref())?,
        dry: args.dry_run,
    };
    let report = args.report.clone().unwrap_or_else(|| report_beside(args));
    let counts = run.all(&bytes, &report, &progress(&bytes, voice))?;
    let Counts { issued, repeated, refused, faults } = &counts;
    let summary = json!({
        "issued": issued, "repeated": repeated, "refused": refused, "report": report, "dry_run": run.dry, "faults": faults.faults(),
    });
    voice.say(&summary, |language| {
        let report = report.display();
        let mut lines = faults.lines(language);
        lines.push(match (language, run.dry) {
            (Language::Chinese, false) => format!("签发 {issued}，已签发过 {repeated}，未受理 {refused}；报告：{report}"),
            (Language::English, false) => format!("issued {issued}, issued before {repeated}, refused {refused}; report: {report}"),
            (Language::Chinese, true) => format!("试运行：可签发 {issued}，未受理 {refused}；报告：{report}"),
            (Language::English, true) => format!("dry run: {issued} could be issued, {refused} refused; report: {report}"),
        });
        lines.join("\n")
    });
    Ok(if counts.refused == 0 { Ended::Well } else { Ended::Refused })
}

fn report_beside(args: &IssueArgs) -> PathBuf {
    match &args.out {
        Some(out) => out.join("report.jsonl"),
        None => args.input.with_extension("report.jsonl"),
    }
}

impl Run<'_> {
    /// Reads and signs on this thread and all cores, and enters on another.
    fn all(&self, bytes: &[u8], report: &Path, progress: &ProgressBar) -> Result<Counts, Failure> {
        let mut rows = Table::read(bytes, self.kind).map_err(|error| Failure::new(error.code(), error))?;
        let file = File::create(report).map_err(|error| Failure::file(report, &error))?;
        std::thread::scope(|scope| {
            let (batches, signed) = sync_channel::<Vec<Row>>(1);
            let entering = scope.spawn(|| self.enter_all(signed, BufWriter::new(file), report, progress));
            let mut read_all = || -> Result<(), Failure> {
                loop {
                    let applications = rows.by_ref().take(BATCH).collect::<Result<Vec<_>, _>>();
                    let applications = applications.map_err(|error| Failure::new(error.code(), error))?;
                    let ended = applications.len() < BATCH;
                    let salts =
                        applications.iter().map(|_| Ok((*clock::chance()?, *clock::chance()?))).collect::<Result<Vec<_>, Failure>>()?;
                    let batch =
                        applications.into_par_iter().zip(salts).map(|(application, salts)| self.sign(&application, salts)).collect();
                    // A closed channel means that entering has failed, and will say why.
                    if batches.send(batch).is_err() || ended {
                        return Ok(());
                    }
                }
            };
            let read = read_all();
            drop(batches);
            let entered = entering.join().unwrap_or_else(|_| Err(Failure::new("store_broken", "entering stopped")));
            read.and(entered)
        })
    }

    fn sign(&self, application: &Application, (salt, event_salt): ([u8; 16], [u8; 16])) -> Row {
        let admitted = self.kind.admit(application, day_in_china(self.now));
        let signed = admitted.map_err(|faults| json!(faults.iter().map(fault_json).collect::<Vec<_>>()));
        let signed = signed.and_then(|draft| self.sign_draft(draft, salt, event_salt).map_err(|error| json!([row_fault(&error)])));
        Row { line: application.line(), request: application.request_id().map(str::to_owned), signed: signed.map(Box::new) }
    }

    fn sign_draft(&self, draft: Draft, salt: [u8; 16], event_salt: [u8; 16]) -> Result<Signed, RegistrarError> {
        let effective = effective_on(draft.issued(), self.now);
        let entry = Entry { grounds: self.grounds.clone(), effective, now: self.now, salt: event_salt };
        self.registrar.sign(self.desk, draft, entry, salt)
    }

    fn enter_all(
        &self,
        batches: Receiver<Vec<Row>>,
        mut report: BufWriter<File>,
        path: &Path,
        progress: &ProgressBar,
    ) -> Result<Counts, Failure> {
        let mut counts = Counts::default();
        let failed = |error: std::io::Error| Failure::file(path, &error);
        for batch in batches {
            let read = batch.len();
            for line in self.enter(batch, &mut counts)? {
                writeln!(report, "{line}").map_err(failed)?;
            }
            report.flush().map_err(failed)?;
            progress.inc(u64::try_from(read).unwrap_or(0));
        }
        report.get_ref().sync_data().map_err(failed)?;
        progress.finish_and_clear();
        Ok(counts)
    }

    /// Enters a batch in one write, and tells of each row what came of it.
    fn enter(&self, batch: Vec<Row>, counts: &mut Counts) -> Result<Vec<Value>, Failure> {
        let (mut lines, mut waiting, mut signed) = (Vec::with_capacity(batch.len()), Vec::new(), Vec::new());
        for row in batch {
            match row.signed {
                Ok(one) => {
                    waiting.push((row.line, row.request));
                    signed.push(*one);
                }
                Err(faults) => {
                    counts.refused += 1;
                    let told = json!({ "line": row.line, "request_id": row.request, "result": "refused", "faults": faults });
                    counts.faults.keep(&told);
                    lines.push(told);
                }
            }
        }
        let entered = if self.dry { self.registrar.rehearse(&signed) } else { self.registrar.enter(&signed) }.map_err(stored)?;
        for (((line, request), signed), entered) in waiting.into_iter().zip(&signed).zip(entered) {
            lines.push(self.line(line, request.as_deref(), signed, entered, counts)?);
        }
        if let Some((_, out)) = self.artist.filter(|_| !self.dry) {
            files::sync_all(out)?;
        }
        lines.sort_by_key(|line| line.get("line").and_then(Value::as_u64));
        Ok(lines)
    }

    fn line(
        &self,
        line: u64,
        request: Option<&str>,
        signed: &Signed,
        entered: Result<Entered, RegistrarError>,
        counts: &mut Counts,
    ) -> Result<Value, Failure> {
        match entered {
            Err(error) => {
                counts.refused += 1;
                let told = json!({ "line": line, "request_id": request, "result": "refused", "faults": [row_fault(&error)] });
                counts.faults.keep(&told);
                Ok(told)
            }
            Ok(Entered::Before(mark)) => {
                counts.repeated += 1;
                let identifier = self.library.card(mark).map_err(stored)?.identifier;
                Ok(json!({ "line": line, "request_id": request, "result": "before", "identifier": identifier.to_string() }))
            }
            Ok(Entered::New(_)) => {
                counts.issued += 1;
                let (issued, certificate) = (signed.issued(), signed.issued().certificate());
                let written = match self.artist.filter(|_| !self.dry) {
                    Some((artist, out)) => Some(draw(artist, out, signed)?),
                    None => None,
                };
                Ok(json!({
                    "line": line, "request_id": request, "result": if self.dry { "could_be_issued" } else { "issued" },
                    "identifier": certificate.identifier.to_string(), "number": certificate.number, "slot": certificate.slot,
                    "qr_version": issued.qr_version(), "files": written.as_ref().map(Written::names),
                }))
            }
        }
    }
}

fn draw(artist: &Artist, out: &Path, signed: &Signed) -> Result<Written, Failure> {
    let drawn = artist.draw(signed.issued()).map_err(|fault| Failure::new("draw_failed", fault))?;
    drawn.store(out)?;
    Ok(drawn)
}

fn row_fault(error: &RegistrarError) -> Value {
    let failure = registered(error);
    json!({ "column": "row", "code": error.code(), "message": error.to_string(), "hint": failure.json().pointer("/error/hint") })
}
