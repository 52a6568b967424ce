//! `kanhe issue`: a table of applications becomes certificates, row by row; a bad row is reported whole, and the rest go on.

pub mod counts;
mod ledger;
pub mod output;
pub mod progress;
pub mod refused;

use super::report::Reported;
use super::{Ended, Voice, clock, key, manifest};
use crate::cli::IssueArgs;
use crate::failure::Failure;
use crate::pause::Pause;
use crate::verbs::report::with;
use crate::words::{Language, Words};
use crate::{files, shipped};
use counts::Counts;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::CertificateId;
use kanhe_core::hex::Hex;
use kanhe_issuer::application::{Application, Draft, Fault, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::{Desk, IssueError};
use kanhe_issuer::registrar::RegistrarError;
use ledger::{Known, Ledger, REPORT};
use output::{Artist, Written};
use progress::Progress;
use rayon::prelude::*;
use refused::{Place, fault_told};
use serde_json::{Value, json};
use std::path::Path;

/// Rows that are worked on at a time: enough to keep every core busy, few enough to stay in memory.
const CHUNK: usize = 256;

/// A row that was admitted, with everything drawn that minting needs.
struct Ready {
    place: Place,
    draft: Draft,
    fingerprint: String,
    slot: u32,
    salt: [u8; 16],
}

/// Does what the verb asks for.
pub fn run(args: &IssueArgs, voice: Voice) -> Result<Ended, Failure> {
    let missing = |name: &str| Failure::new("usage", format!("without --library, {name} is needed"));
    let out = args.out.as_deref().ok_or_else(|| missing("--out"))?;
    let manifest = args.manifest.as_deref().ok_or_else(|| missing("--manifest"))?;
    let key = key::open(&args.key.of_ones_own()?)?;
    let manifest = manifest::read(manifest)?;
    let catalogue = shipped::catalogue(&args.types)?;
    let dictionaries = shipped::dictionaries(args.types.dictionaries.as_deref())?;
    let kind = kind(&catalogue, &args.kind)?;
    let desk = Desk::open(&manifest, key.key(), kind, &dictionaries).map_err(|error| Failure::new(error.code(), error))?;
    if desk.needs_review() {
        // A folder knows of no application, and of nobody's opinion.
        let error = RegistrarError::NeedsReview;
        return Err(Failure::new(error.code(), error));
    }
    let desk = desk.with(key.multiples());
    let input = files::open_twice(&args.input)?;
    let artist = Artist::new(&args.picture, kind)?;
    files::is_other(&out.join(REPORT), &args.input)?;
    let mut ledger = Ledger::open(out)?;
    let table = progress::open(input, kind, voice)?;
    let counts = issue_all(args, table, kind, &desk, &artist, &mut ledger, voice)?;
    Ok(counts.told(&Reported { path: ledger.path().to_owned(), before: None }, false, voice))
}

/// What a paused run says: how far it came, and how it goes on.
pub fn paused(rows: usize, language: Language) -> String {
    match language {
        Language::Chinese => format!("已暂停，完成 {rows} 行；重新运行同一命令即从此处继续。"),
        Language::English => format!("paused after {rows} rows; the same command goes on from there."),
    }
}

/// What a paused dry run says: it has kept nothing to go on from.
pub fn paused_dry(rows: usize, language: Language) -> String {
    match language {
        Language::Chinese => format!("已暂停，检查了 {rows} 行；试运行不留记录，重新运行同一命令从第一行起重新检查。"),
        Language::English => format!("paused after {rows} rows; a dry run keeps nothing: the same command starts again at the first row."),
    }
}

/// How a run ended.
pub const fn ended(paused: bool, refused: usize) -> Ended {
    match (paused, refused) {
        (true, _) => Ended::Paused,
        (false, 0) => Ended::Well,
        (false, _) => Ended::Refused,
    }
}

fn issue_all(
    args: &IssueArgs,
    mut table: Table<'_>,
    kind: &CertificateKind,
    desk: &Desk<'_>,
    artist: &Artist,
    ledger: &mut Ledger,
    voice: Voice,
) -> Result<Counts, Failure> {
    let mut progress = Progress::new(table.size(), voice);
    let (ready, counts) = (Vec::with_capacity(CHUNK), Counts::default());
    let mut run = Run { kind, desk, artist, today: today(args)?, ledger, ready, counts, kept: (0, 0) };
    let pause = Pause::listen()?;
    while !pause.asked() {
        let read = run.chunk(&mut table).map_err(|failure| failure.after_issuing(run.kept.0, run.kept.1))?;
        progress.advance(read, table.taken());
        if read < CHUNK {
            return Ok(run.counts);
        }
        run.today = today(args)?;
    }
    run.counts.paused = true;
    Ok(run.counts)
}

/// The day of issue of rows that name none; a run may go on past midnight.
fn today(args: &IssueArgs) -> Result<Date, Failure> {
    clock::moment(args.at.as_deref()).map(day_in_china)
}

/// A table on its way, and what every row is held against.
struct Run<'a> {
    kind: &'a CertificateKind,
    desk: &'a Desk<'a>,
    artist: &'a Artist,
    today: Date,
    ledger: &'a mut Ledger,
    ready: Vec<Ready>,
    counts: Counts,
    /// Rows whose lines are on the disk, and certificates issued for them: what a run that fails can promise.
    kept: (usize, usize),
}

impl Run<'_> {
    /// Reads some rows and finishes them; how many there were.
    fn chunk(&mut self, table: &mut Table<'_>) -> Result<usize, Failure> {
        let mut read = 0_usize;
        let admitted = table.take(CHUNK).try_for_each(|row| {
            let application = row.map_err(|error| Failure::new(error.code(), error))?;
            read += 1;
            self.admit(&application)
        });
        // What ends the run takes nothing away from the rows before it.
        let finished = self.finish_all();
        admitted.and(finished).map(|()| read)
    }

    /// Admits a row, and draws all that minting needs.
    fn admit(&mut self, application: &Application) -> Result<(), Failure> {
        let fingerprint = Hex(&self.desk.fingerprint(&application.asked(self.kind))).to_string();
        let draft = match self.kind.admit(application, self.today) {
            Ok(draft) => draft,
            // What was issued is not refused for faults that a later edition of the form finds.
            Err(_) if application.is_read() && self.has_issued(application.request_id(), &fingerprint) => {
                self.counts.repeated += 1;
                return Ok(());
            }
            Err(faults) => return self.refuse(application, faults.iter().map(fault_json).collect()),
        };
        let identifier = match self.desk.identifier(&draft) {
            Ok(identifier) => identifier,
            Err(error) => return self.refuse(application, vec![issue_fault_json(&error)]),
        };
        match self.known(&draft, &fingerprint, &identifier.to_string())? {
            Known::New | Known::UnderWay => {}
            Known::Same => {
                self.counts.repeated += 1;
                return Ok(());
            }
            Known::OtherRequest => return self.refuse(application, vec![request_reused()]),
            Known::NumberTaken => return self.refuse(application, vec![number_taken(&identifier)]),
        }
        if let Some(glyph) = self.artist.missing(draft.number()) {
            return self.refuse(application, vec![output::glyph_fault(glyph)]);
        }
        let slot = self.ledger.draw_slot(draft.request_id(), &identifier.to_string())?;
        let place = Place::of(application, self.today);
        self.ready.push(Ready { place, draft, fingerprint, slot, salt: *clock::chance()? });
        Ok(())
    }

    /// What is known of a request. One that is under way is waited for: if nothing comes of it, this row is the first that asks for it.
    fn known(&mut self, draft: &Draft, fingerprint: &str, identifier: &str) -> Result<Known, Failure> {
        let request = draft.request_id();
        let mut known = self.ledger.known(request, fingerprint, identifier);
        if matches!(known, Known::UnderWay) {
            self.finish_all()?;
            known = self.ledger.known(request, fingerprint, identifier);
        }
        Ok(if matches!(known, Known::OtherRequest) && self.has_issued_contents(draft) { Known::Same } else { known })
    }

    fn has_issued(&self, request: Option<&str>, fingerprint: &str) -> bool {
        request.is_some_and(|request| self.ledger.has_issued(request, fingerprint))
    }

    /// Whether the report has the contents of a draft: reports that are older than what they keep now kept a fingerprint of these.
    fn has_issued_contents(&self, draft: &Draft) -> bool {
        let contents = self.desk.fingerprint_of_contents(draft);
        contents.is_ok_and(|contents| self.ledger.has_issued(draft.request_id(), &Hex(&contents).to_string()))
    }

    fn refuse(&mut self, application: &Application, faults: Vec<Value>) -> Result<(), Failure> {
        self.ledger.report(&self.counts.refused(&Place::of(application, self.today), &json!(faults)))
    }

    /// Finishes what is ready on all cores, and reports what came of it.
    fn finish_all(&mut self) -> Result<(), Failure> {
        let (desk, artist, folder) = (self.desk, self.artist, self.ledger.folder().to_owned());
        let ready = std::mem::take(&mut self.ready);
        let finished = ready.into_par_iter().map(|ready| finish(ready, desk, artist, &folder)).collect::<Result<Vec<_>, _>>()?;
        // Files first, then the lines that say they are there: a line never promises what is not.
        files::sync_all(&folder)?;
        for (ready, outcome) in &finished {
            if let Ok(written) = outcome {
                self.ledger.issued(ready.draft.request_id(), &ready.fingerprint, &written.identifier);
            }
            let line = line_of(ready, outcome, &mut self.counts);
            self.ledger.report(&line)?;
        }
        self.ledger.settle();
        self.ledger.sync()?;
        self.kept = (self.counts.rows(), self.counts.issued);
        Ok(())
    }
}

/// Mints, signs, draws and writes one certificate; the inner error is a fault of the row, the outer one of our surroundings.
fn finish(ready: Ready, desk: &Desk<'_>, artist: &Artist, folder: &Path) -> Result<(Ready, Result<Written, Value>), Failure> {
    let issued = desk.issue(ready.draft.clone(), ready.slot, ready.salt).map_err(|error| issue_fault_json(&error));
    let written = issued.and_then(|issued| artist.draw(&issued));
    if let Ok(written) = &written {
        written.store(folder)?;
    }
    Ok((ready, written))
}

fn line_of(ready: &Ready, outcome: &Result<Written, Value>, counts: &mut Counts) -> Value {
    match outcome {
        Ok(written) => {
            counts.issued += 1;
            let told = json!({
                "result": "issued", "identifier": written.identifier,
                "number": written.number, "slot": ready.slot, "qr_version": written.qr_version, "fingerprint": ready.fingerprint,
                "files": written.names(), "warnings": ready.draft.warnings().iter().map(|warning| warning.code()).collect::<Vec<_>>(),
            });
            with(ready.place.named(), told)
        }
        Err(fault) => counts.refused(&ready.place, &json!([fault])),
    }
}

/// A fault of a row, for its report.
pub fn fault_json(fault: &Fault) -> Value {
    fault_told(fault.column(), fault.code(), &fault.defect().to_string())
}

fn issue_fault_json(error: &IssueError) -> Value {
    fault_told("row", error.code(), &error.to_string())
}

fn request_reused() -> Value {
    fault_told("request_id", "request_reused", "the request was issued before with other content")
}

fn number_taken(identifier: &CertificateId) -> Value {
    let (code, detail) = ("identifier_taken", format!("identifier {identifier} was issued before for another request"));
    fault_told("number", code, &detail)
}

/// The type that the command line names.
pub fn kind<'c>(catalogue: &'c Catalogue, name: &str) -> Result<&'c CertificateKind, Failure> {
    let hint = Words::new("kanhe type list 列出可用的类型。", "`kanhe type list` lists the types there are.");
    catalogue.find(name).ok_or_else(|| Failure::new("type_unknown", format!("there is no type {name}")).hint(hint))
}
