//! A table of any size into a library: read, signed and drawn on all cores, and entered in batches of one synced write each.
//!
//! Two batches are read and signed while the one before them is on its way to the disk. A run that was broken off is simply run again: what was
//! issued for a request is followed before anything is signed for it. A dry run signs nothing, and holds each row against those before it.

mod entering;

use super::moments::Moments;
use crate::failure::Failure;
use crate::pause::Pause;
use crate::verbs::clock;
use crate::verbs::issue::counts::Counts;
use crate::verbs::issue::fault_json;
use crate::verbs::issue::output::{Artist, Written, glyph_fault};
use crate::verbs::issue::progress::Progress;
use crate::verbs::issue::refused::{Place, fault_told};
use crate::verbs::report::{Report, Reported};
use entering::Entering;
use kanhe_core::code::CertificateId;
use kanhe_core::event::Grounds;
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::registrar::{Admission, Answer, Chances, Intake, Proof, Proved, Refusal, Registrar, RegistrarError, Signed};
use kanhe_render::MissingGlyph;
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
    /// The type of the certificates.
    pub kind: &'a CertificateKind,
    /// The other editions of the type: a row that was issued before may have been read by one of them.
    pub others: Vec<&'a CertificateKind>,
    /// Where they are signed.
    pub desk: &'a Desk<'a>,
    /// Where they come to stand.
    pub library: &'a Library,
    /// Why they are issued, and by whom.
    pub grounds: Grounds,
    /// When.
    pub moments: Moments<'a>,
    /// Who draws their pictures, and where these go.
    pub artist: Option<(&'a Artist, &'a Path)>,
    /// What the manifest says of certificates that were issued before.
    pub doubts: Doubts,
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

/// A row before it is entered: where it stands, and what it comes to.
struct Row {
    place: Place,
    outcome: Outcome,
}

enum Outcome {
    /// What is wrong with it.
    Refused(Value),
    /// Answered before; its files, if they are wanted and not there.
    Before(Shelfmark, Option<Written>),
    /// Signed, and drawn if pictures are wanted.
    New(Box<Signed>, Option<Written>),
    /// Only proved: it could be issued under this identifier and printed number.
    Could(CertificateId, String),
    /// Only proved: it repeats a row before it, which could be issued under this identifier.
    Repeated(CertificateId),
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
            let signed = signing.join().unwrap_or_else(|_| Err(stopped("signing stopped")));
            let entered = entering.join().unwrap_or_else(|_| Err(stopped("entering stopped")));
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
            let mut applications = Vec::with_capacity(rows);
            let read = table.take(rows).try_for_each(|row| row.map(|application| applications.push(application)));
            // A closed channel means that signing or entering has failed, and will say why.
            let ended = applications.is_empty() || to_sign.send(Read { applications, position: table.taken() }).is_err();
            // A line that cannot be read takes nothing away from the rows before it.
            read.map_err(|error| Failure::new(error.code(), error))?;
            if ended {
                return Ok(false);
            }
            rows = BATCH.min(rows * 2);
        }
        Ok(true)
    }

    /// How the rows of a batch are read and signed: what they share.
    fn intake(&self) -> Result<Intake<'_>, Failure> {
        let now = self.moments.now()?;
        Ok(Intake {
            kind: self.kind,
            others: self.others.clone(),
            desk: self.desk,
            registrar: self.registrar(),
            grounds: self.grounds.clone(),
            now,
            day: self.moments.day_of_issue(now),
        })
    }

    const fn registrar(&self) -> Registrar<'_> {
        Registrar::new(self.library)
    }

    fn sign_all(&self, unsigned: Receiver<Read>, to_enter: SyncSender<Batch>) -> Result<(), Failure> {
        let mut proof = self.dry.then(|| Proof::new(self.registrar()));
        for Read { applications, position } in unsigned {
            let intake = self.intake()?;
            let outcomes = match &mut proof {
                None => {
                    let chances = || Ok(Chances { certificate: *clock::chance()?, event: *clock::chance()? });
                    let chances = applications.iter().map(|_| chances()).collect::<Result<Vec<_>, Failure>>()?;
                    applications
                        .par_iter()
                        .zip(chances)
                        .map(|(application, chances)| self.signed(&intake, application, chances))
                        .collect::<Vec<_>>()
                }
                Some(proof) => {
                    let admit = |application| intake.admit(application, |number| self.undrawable(number));
                    let admitted: Vec<_> = applications.par_iter().map(admit).collect();
                    // Each is held against those before it, so they are proved one after the other.
                    applications.iter().zip(admitted).map(|(row, admission)| self.proved((&intake, proof), row, admission)).collect()
                }
            };
            let row = |(application, outcome): (&Application, Result<Outcome, Value>)| Row {
                place: Place::of(application, intake.day),
                outcome: outcome.unwrap_or_else(Outcome::Refused),
            };
            let rows = applications.iter().zip(outcomes).map(row).collect();
            if to_enter.send(Batch { rows, position }).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// What cannot be drawn is refused before it is entered: nobody gets a certificate that cannot be printed.
    fn undrawable(&self, number: &str) -> Option<MissingGlyph> {
        self.artist.and_then(|(artist, _)| artist.missing(number))
    }

    /// What a row would come to after those before it.
    fn proved(
        &self,
        (intake, proof): (&Intake<'_>, &mut Proof<'_>),
        row: &Application,
        admission: Result<Admission, Refusal<MissingGlyph>>,
    ) -> Result<Outcome, Value> {
        let draft = match admission.map_err(refused)? {
            Admission::Before(mark) => return Ok(Outcome::Before(mark, None)),
            Admission::Draft(draft) => *draft,
        };
        let number = draft.number().to_owned();
        match intake.prove(proof, row, draft).map_err(|error| json!([row_fault(&error)]))? {
            Proved::Before(mark) => Ok(Outcome::Before(mark, None)),
            Proved::Repeated(identifier) => Ok(Outcome::Repeated(identifier)),
            Proved::Could(identifier) => Ok(Outcome::Could(identifier, number)),
        }
    }

    /// What a row comes to before it is entered.
    fn signed(&self, intake: &Intake<'_>, application: &Application, chances: Chances) -> Result<Outcome, Value> {
        let answer = intake.sign(application, chances, |number| self.undrawable(number)).map_err(refused)?;
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
        let Some((artist, out)) = self.artist else { return Ok(None) };
        let fault = |error| row_fault(&RegistrarError::Store(error));
        if Written::standing(out, &self.library.card(mark).map_err(fault)?.identifier).is_some() {
            return Ok(None);
        }
        let record = self.library.record(mark).map_err(fault)?;
        let certificate = record.certificate().map_err(fault)?;
        // It was issued when it could be drawn, or for who wanted no pictures.
        if artist.missing(&certificate.number).is_some() {
            return Ok(None);
        }
        artist.draw_again(&certificate, &record.envelope, &record.digits()).map(Some)
    }

    fn enter_all(&self, batches: Receiver<Batch>, mut report: Report, mut progress: Progress) -> Result<(Counts, Reported), Failure> {
        let mut counts = Counts::default();
        for Batch { rows, position } in batches {
            let read = rows.len();
            let now = self.moments.now().map_err(|failure| self.after(&counts, failure))?;
            let (lines, entered) = Entering::new(self, &mut counts, now).enter(rows);
            let told = lines.iter().try_for_each(|line| report.add(line)).and_then(|()| report.flush());
            entered.and(told).map_err(|failure| self.after(&counts, failure))?;
            progress.advance(read, position);
        }
        let reported = report.finish().map_err(|failure| self.after(&counts, failure))?;
        Ok((counts, reported))
    }

    /// A failure with how far the table has come: what stands in the library by then stays there.
    fn after(&self, counts: &Counts, failure: Failure) -> Failure {
        if self.dry { failure } else { failure.after_issuing(counts.rows(), counts.issued) }
    }
}

fn refused(refusal: Refusal<MissingGlyph>) -> Value {
    match refusal {
        Refusal::Faults(faults) => json!(faults.iter().map(fault_json).collect::<Vec<_>>()),
        Refusal::Undrawable(glyph) => json!([glyph_fault(glyph)]),
        Refusal::Registrar(error) => json!([row_fault(&error)]),
    }
}

fn stopped(detail: &str) -> Failure {
    Failure::new("issue_stopped", detail)
}

fn row_fault(error: &RegistrarError) -> Value {
    fault_told("row", error.code(), &error.to_string())
}
