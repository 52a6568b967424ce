//! A table of any size into a library: read, signed and drawn on all cores, and entered in batches of one synced write each.
//!
//! Two batches are read and signed while the one before them is on its way to the disk. A run that was broken off is simply run again: what was
//! issued for a request is followed before anything is signed for it.

use super::{registered, stored};
use crate::failure::Failure;
use crate::files;
use crate::pause::Pause;
use crate::verbs::clock;
use crate::verbs::issue::counts::Counts;
use crate::verbs::issue::fault_json;
use crate::verbs::issue::output::{Artist, Written, glyph_fault};
use crate::verbs::issue::progress::Progress;
use crate::verbs::issue::refused::fault_told;
use crate::verbs::report::{Report, Reported, with};
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::registrar::{Answer, Chances, Entered, Intake, Refusal, RegistrarError, Signed};
use kanhe_issuer::survivors::Thefts;
use kanhe_render::MissingGlyph;
use kanhe_service::shown::Worth;
use kanhe_store::{Library, Shelfmark};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows of one batch: enough that a sync weighs little beside the signatures, few enough to stay in memory.
const BATCH: usize = 512;

/// Rows of the first one: something is answered at once, and each batch is twice the one before until they are large.
const FIRST_BATCH: usize = 16;

/// Everything that one run works with.
pub struct Run<'a> {
    /// How a row is read and signed.
    pub intake: Intake<'a>,
    /// Where they come to stand.
    pub library: &'a Library,
    /// Who draws their pictures, and where these go.
    pub artist: Option<(&'a Artist, &'a Path)>,
    /// The stolen keys that the library knows of.
    pub thefts: Thefts,
    /// Whether nothing is to be written.
    pub dry: bool,
    /// Whether somebody asks for a pause.
    pub pause: Pause,
}

/// Rows that are signed together, and the byte of the table up to which they reach.
struct Read {
    applications: Vec<Application>,
    position: u64,
}

/// Rows that are entered together, and the byte of the table up to which they reach.
struct Batch {
    rows: Vec<Row>,
    position: u64,
}

/// A row before it is entered: what it is called, and what it comes to.
struct Row {
    line: u64,
    request: Option<String>,
    outcome: Outcome,
}

enum Outcome {
    /// What is wrong with it.
    Refused(Value),
    /// Answered before; its files, if they are wanted and not there.
    Before(Shelfmark, Option<Written>),
    /// Signed, and drawn if pictures are wanted.
    New(Box<Signed>, Option<Written>),
}

impl Run<'_> {
    /// Reads on this thread, signs and draws on all cores, and enters on another.
    pub fn all(&self, mut table: Table<'_>, report: Report, progress: Progress) -> Result<(Counts, Reported), Failure> {
        std::thread::scope(|scope| {
            let (to_sign, unsigned) = sync_channel::<Read>(1);
            let (to_enter, signed) = sync_channel::<Batch>(1);
            let signing = scope.spawn(|| self.sign_all(unsigned, to_enter));
            let entering = scope.spawn(|| self.enter_all(signed, report, progress));
            let read = self.read_all(&mut table, to_sign);
            let signed = signing.join().unwrap_or_else(|_| Err(stopped("signing")));
            let entered = entering.join().unwrap_or_else(|_| Err(stopped("entering")));
            let (mut counts, reported) = entered?;
            // What was entered before the table could be read no further stands.
            counts.paused = read.and_then(|paused| signed.map(|()| paused)).map_err(|failure| self.after(&counts, failure))?;
            Ok((counts, reported))
        })
    }

    /// Sends rows on their way to be signed; whether a pause was asked for before the last.
    fn read_all(&self, table: &mut Table<'_>, to_sign: SyncSender<Read>) -> Result<bool, Failure> {
        let mut rows = FIRST_BATCH;
        while !self.pause.asked() {
            let applications = table.take(rows).collect::<Result<Vec<_>, _>>().map_err(|error| Failure::new(error.code(), error))?;
            let read = Read { applications, position: table.taken() };
            // A closed channel means that signing or entering has failed, and will say why.
            if read.applications.is_empty() || to_sign.send(read).is_err() {
                return Ok(false);
            }
            rows = BATCH.min(rows * 2);
        }
        Ok(true)
    }

    fn sign_all(&self, unsigned: Receiver<Read>, to_enter: SyncSender<Batch>) -> Result<(), Failure> {
        for Read { applications, position } in unsigned {
            let chances = || Ok(Chances { certificate: *clock::chance()?, event: *clock::chance()? });
            let chances = applications.iter().map(|_| chances()).collect::<Result<Vec<_>, Failure>>()?;
            let rows = applications.par_iter().zip(chances).map(|(application, chances)| self.row(application, chances)).collect();
            if to_enter.send(Batch { rows, position }).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// What a row comes to. What cannot be drawn is refused before it is entered: nobody gets a certificate that cannot be printed.
    fn row(&self, application: &Application, chances: Chances) -> Row {
        let undrawable = |number: &str| self.artist.and_then(|(artist, _)| artist.missing(number));
        let answer = self.intake.sign(application, chances, undrawable);
        Row {
            line: application.line(),
            request: application.request_id().map(str::to_owned),
            outcome: self.outcome(answer).unwrap_or_else(Outcome::Refused),
        }
    }

    fn outcome(&self, answer: Result<Answer, Refusal<MissingGlyph>>) -> Result<Outcome, Value> {
        let answer = answer.map_err(|refusal| match refusal {
            Refusal::Faults(faults) => json!(faults.iter().map(fault_json).collect::<Vec<_>>()),
            Refusal::Undrawable(glyph) => json!([glyph_fault(glyph)]),
            Refusal::Registrar(error) => json!([row_fault(&error)]),
        })?;
        let one = |fault: Value| json!([fault]);
        match answer {
            Answer::Before(mark) => self.missing(mark).map(|written| Outcome::Before(mark, written)).map_err(one),
            Answer::New(signed) => {
                let written = self.artist.map(|(artist, _)| artist.draw(signed.issued())).transpose().map_err(one)?;
                Ok(Outcome::New(signed, written))
            }
        }
    }

    /// The files of a certificate that was issued before, where a run was broken off before it wrote them.
    fn missing(&self, mark: Shelfmark) -> Result<Option<Written>, Value> {
        let Some((artist, out)) = self.artist.filter(|_| !self.dry) else { return Ok(None) };
        let fault = |error| row_fault(&RegistrarError::Store(error));
        if Written::stand(out, &self.library.card(mark).map_err(fault)?.identifier) {
            return Ok(None);
        }
        let record = self.library.record(mark).map_err(fault)?;
        artist.draw_again(&record.certificate().map_err(fault)?, &record.envelope, &record.digits()).map(Some)
    }

    fn enter_all(&self, batches: Receiver<Batch>, mut report: Report, mut progress: Progress) -> Result<(Counts, Reported), Failure> {
        let mut counts = Counts::default();
        for Batch { rows, position } in batches {
            let read = rows.len();
            let told = self.enter(rows, &mut counts).and_then(|lines| {
                lines.iter().try_for_each(|line| report.add(line))?;
                report.flush()
            });
            told.map_err(|failure| self.after(&counts, failure))?;
            progress.advance(read, position);
        }
        let reported = report.finish().map_err(|failure| self.after(&counts, failure))?;
        Ok((counts, reported))
    }

    /// A failure with how far the table has come: what stands in the library by then stays there.
    fn after(&self, counts: &Counts, failure: Failure) -> Failure {
        if self.dry { failure } else { failure.after_issuing(counts.rows(), counts.issued) }
    }

    /// Enters a batch in one write, and tells of each row what came of it.
    fn enter(&self, rows: Vec<Row>, counts: &mut Counts) -> Result<Vec<Value>, Failure> {
        let (mut lines, mut waiting, mut signed) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        for Row { line, request, outcome } in rows {
            let row = json!({ "line": line, "request_id": request });
            match outcome {
                Outcome::Refused(faults) => lines.push(counts.refused(row, faults)),
                Outcome::Before(mark, written) => lines.push(self.before(row, mark, written.as_ref(), counts)?),
                Outcome::New(one, written) => {
                    waiting.push((row, written));
                    signed.push(*one);
                }
            }
        }
        let entered =
            if self.dry { self.intake.registrar.rehearse(&signed) } else { self.intake.registrar.enter(&signed) }.map_err(stored)?;
        // Before their files are written: where that fails, they are issued all the same.
        counts.issued += entered.iter().filter(|entered| matches!(entered, Ok(Entered::New(_)))).count();
        for (((row, written), signed), entered) in waiting.into_iter().zip(&signed).zip(entered) {
            lines.push(match entered {
                Err(error) => counts.refused(row, json!([row_fault(&error)])),
                Ok(Entered::Before(mark)) => self.before(row, mark, None, counts)?,
                Ok(Entered::New(_)) => self.issued(row, signed, written.as_ref())?,
            });
        }
        if let Some((_, out)) = self.artist.filter(|_| !self.dry) {
            files::sync_all(out)?;
        }
        lines.sort_by_key(|line| line.get("line").and_then(Value::as_u64));
        Ok(lines)
    }

    fn before(&self, row: Value, mark: Shelfmark, written: Option<&Written>, counts: &mut Counts) -> Result<Value, Failure> {
        // A row that repeats one of the same rehearsal repeats what was never written.
        let (identifier, worth) = match self.library.card(mark) {
            Ok(card) => {
                let worth = Worth::of(self.library, mark, &self.thefts, day_in_china(self.intake.now)).map_err(stored)?;
                (Some(card.identifier.to_string()), Some((worth.condition.word(), worth.behind_cut_off)))
            }
            Err(_) if self.dry => (None, None),
            Err(error) => return Err(stored(error)),
        };
        let files = self.store(written)?;
        Ok(counts.before(row, identifier.as_deref(), worth, files.as_ref()))
    }

    fn issued(&self, row: Value, signed: &Signed, written: Option<&Written>) -> Result<Value, Failure> {
        let (issued, certificate) = (signed.issued(), signed.issued().certificate());
        let files = self.store(written)?;
        let result = if self.dry { "could_be_issued" } else { "issued" };
        Ok(with(
            row,
            json!({
                "result": result, "identifier": certificate.identifier.to_string(), "number": certificate.number, "slot": certificate.slot,
                "qr_version": issued.qr_version(), "files": files,
            }),
        ))
    }

    /// Writes the files of a certificate that stands in the library by now, and tells their names.
    fn store(&self, written: Option<&Written>) -> Result<Option<Value>, Failure> {
        let Some((written, (_, out))) = written.zip(self.artist.filter(|_| !self.dry)) else { return Ok(None) };
        written.store(out)?;
        Ok(Some(written.names()))
    }
}

fn stopped(what: &str) -> Failure {
    Failure::new("issue_stopped", format!("{what} stopped"))
}

fn row_fault(error: &RegistrarError) -> Value {
    let failure = registered(error);
    with(fault_told("row", error.code(), &error.to_string()), json!({ "hint": failure.json().pointer("/error/hint") }))
}
