//! A dry run through a service: a job there proofreads the table, and what came of its rows is told here as a library of one's own tells it.
//!
//! A job holds each row against those before it, which no request for one row could.

use crate::failure::Failure;
use crate::pause::Pause;
use crate::verbs::issue::counts::{Counts, WorthNow};
use crate::verbs::issue::fault_json;
use crate::verbs::issue::output::Written;
use crate::verbs::issue::progress::{self, Progress};
use crate::verbs::issue::refused::{Place, fault_told};
use crate::verbs::library::door::{Job, RowTold, Service, broken_off, unexpected};
use crate::verbs::report::{Report, Reported, with};
use crate::verbs::{Voice, clock};
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::CertificateId;
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::registrar::RegistrarError;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;
use std::time::Duration;

/// How long to wait before a job is asked for again: a small table is done at once, and a large one is not asked after all the time.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Everything that one dry run works with.
pub(super) struct DryRun<'a> {
    pub(super) service: &'a Service,
    pub(super) kind: &'a CertificateKind,
    pub(super) table: &'a File,
    /// Where the files of certificates would be, if they are wanted.
    pub(super) out: Option<&'a Path>,
    pub(super) voice: Voice,
}

impl DryRun<'_> {
    /// Hands the table in, follows it to its end, and reports what came of its rows.
    pub(super) fn all(&self, grounds: (&str, &str), mut report: Report) -> Result<(Counts, Reported), Failure> {
        if self.kind.review().is_some() {
            // A job would proofread its rows as applications that are taken in.
            return Err(Failure::new(RegistrarError::NeedsReview.code(), RegistrarError::NeedsReview));
        }
        let (pause, mut counts) = (Pause::listen()?, Counts::default());
        if progress::open(self.table()?, self.kind, self.voice)?.next().is_none() {
            return Ok((counts, report.finish()?));
        }
        let (job, failure) = self.followed(self.service.proofread(self.kind, self.table, grounds)?, &pause)?;
        self.told(&job, &mut counts, &mut report)?;
        counts.paused = !job.is_done();
        let reported = report.finish()?;
        match failure {
            None => Ok((counts, reported)),
            Some(code) => Err(stopped(&code)),
        }
    }

    /// The table from its first byte on.
    fn table(&self) -> Result<File, Failure> {
        let again = || -> io::Result<File> {
            let mut table = self.table.try_clone()?;
            table.rewind().map(|()| table)
        };
        again().map_err(|error| Failure::file(Path::new("-"), &error))
    }

    /// A job that comes no further, and why it has failed if it has. One that is not over is ended: it would keep the room that its table takes.
    fn followed(&self, job: Job, pause: &Pause) -> Result<(Job, Option<String>), Failure> {
        let size = self.table.metadata().map_or(0, |table| table.len());
        let (mut job, mut wait, mut progress) = (job, FIRST_WAIT, Progress::new(size, self.voice));
        while job.goes_on() && !pause.asked() {
            std::thread::sleep(wait);
            wait = LONGEST_WAIT.min(wait * 2);
            let now = self.service.job(&job.id)?;
            let rows = usize::try_from(now.done.saturating_sub(job.done)).unwrap_or(usize::MAX);
            progress.advance(rows, size.saturating_mul(now.done) / now.rows.max(1));
            job = now;
        }
        let failure = job.failure.take();
        if job.is_done() { Ok((job, failure)) } else { Ok((self.service.cancel(&job.id)?, failure)) }
    }

    /// Reports what came of the rows of a job, beside the table in which they stand.
    fn told(&self, job: &Job, counts: &mut Counts, report: &mut Report) -> Result<(), Failure> {
        let today = day_in_china(clock::moment(None)?);
        let failed = |error: kanhe_issuer::application::TableError| Failure::new(error.code(), error);
        let mut table = Table::open(self.table()?, self.kind).map_err(failed)?;
        let mut rows = 0;
        for told in self.service.rows_of(&job.id)? {
            let told = told?;
            let row = table.next().ok_or_else(|| unexpected("there are more rows than in the table"))?.map_err(failed)?;
            report.add(&self.line(&row, &told, today, counts)?)?;
            rows += 1;
        }
        if rows < job.done { Err(broken_off(format!("{rows} rows of {}", job.done))) } else { Ok(()) }
    }

    fn line(&self, row: &Application, told: &RowTold, today: Date, counts: &mut Counts) -> Result<Value, Failure> {
        let place = Place::of(row, today);
        let admitted = self.kind.admit(row, today);
        // A job names a request that has no name; a certificate is issued for none from here.
        if let (Err(faults), None) = (&admitted, row.request_id()) {
            return Ok(counts.refused(&place, &faults.iter().map(fault_json).collect()));
        }
        let identifier = told.identifier.as_deref();
        match told.result.as_str() {
            "could_be_issued" => {
                counts.issued += 1;
                let number = admitted.ok().map(|draft| draft.number().to_owned());
                Ok(with(place.named(), json!({ "result": "could_be_issued", "identifier": identifier, "number": number })))
            }
            "before" => {
                let named = identifier.and_then(|identifier| CertificateId::parse(identifier).ok());
                let files = self.out.zip(named).and_then(|(out, identifier)| Written::standing(out, &identifier));
                Ok(counts.before(&place, identifier, worth(told), files.as_ref()))
            }
            "refused" => {
                let faults = told.faults.iter().map(|fault| fault_told(&fault.column, &fault.code, &fault.message.en));
                Ok(counts.refused(&place, &faults.collect()))
            }
            _ => Err(unexpected("what came of a row has another name")),
        }
    }
}

/// What a certificate is worth that stands in the library; nobody knows it of one that a row before would be issued.
fn worth(told: &RowTold) -> Option<WorthNow<'_>> {
    let condition = told.condition.as_deref()?;
    Some(WorthNow { condition, behind_cut_off: told.behind_cut_off, refused_as: told.refused_as.as_deref() })
}

/// Why a job went no further.
fn stopped(code: &str) -> Failure {
    match kanhe_words::known_code(code) {
        Some(code) => Failure::new(code, "the job that proofreads the table was stopped").in_words_of_its_code(),
        None => unexpected("the job has failed for an unknown reason"),
    }
}
