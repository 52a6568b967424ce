//! A table into a library that a service holds: row by row, signed by the service, drawn here.
//!
//! Each row is a request of its own, known by its request id: a run that was broken off is simply run again.

mod dry_run;

use super::door::{Issued, Kept, Reply, Service, unexpected};
use super::issue::report_of;
use crate::cli::IssueArgs;
use crate::failure::Failure;
use crate::files;
use crate::pause::Pause;
use crate::verbs::issue::counts::{Counts, WorthNow};
use crate::verbs::issue::output::{Artist, Written, glyph_fault};
use crate::verbs::issue::progress::{self, Progress};
use crate::verbs::issue::refused::Place;
use crate::verbs::issue::{fault_json, kind};
use crate::verbs::report::{Report, Reported, kept, with, without_files};
use crate::verbs::{Ended, Voice, clock};
use dry_run::DryRun;
use kanhe_core::calendar::day_in_china;
use kanhe_core::qr::Scanned;
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::catalogue::{CertificateKind, qr_version_of};
use serde_json::{Value, json};
use std::path::Path;

/// Rows whose files are synced together: a disk syncs some hundred times a second, and few enough rows wait to be told.
const BATCH: usize = 32;

/// Everything that one run works with.
struct Run<'a> {
    service: &'a Service,
    kind: &'a CertificateKind,
    artist: Option<(Artist, &'a Path)>,
    basis: &'a str,
    reason: &'a str,
}

/// Does what the verb asks for.
pub fn run(service: &Service, args: &IssueArgs, voice: Voice) -> Result<Ended, Failure> {
    if args.at.is_some() {
        return Err(Failure::new("not_through_service", "--at"));
    }
    let basis = args.basis.as_deref().ok_or_else(|| Failure::new("usage", "a library needs --basis"))?;
    let (report, catalogue) = (report_of(args)?, service.types(&args.types)?);
    let kind = kind(&catalogue, &args.kind)?;
    let input = files::open_twice(&args.input)?;
    let out = args.out.as_deref();
    out.map_or(Ok(()), files::make_private_folder)?;
    if args.dry_run {
        let run = DryRun { service, kind, table: &input, out, voice };
        let (counts, report) = run.all((basis, &args.reason), Report::begin(&report, &args.input)?)?;
        return Ok(counts.told(&report, true, voice));
    }
    let artist = out.map(|out| Ok::<_, Failure>((Artist::new(&args.picture, kind)?, out))).transpose()?;
    let run = Run { service, kind, artist, basis, reason: &args.reason };
    let table = progress::open(input, kind, voice)?;
    let (counts, report) = run.all(table, Report::begin(&report, &args.input)?, voice)?;
    Ok(counts.told(&report, false, voice))
}

impl Run<'_> {
    fn all(&self, mut table: Table<'_>, mut report: Report, voice: Voice) -> Result<(Counts, Reported), Failure> {
        let (mut counts, mut progress, pause) = (Counts::default(), Progress::new(table.size(), voice), Pause::listen()?);
        let mut lines = Vec::with_capacity(BATCH);
        while let Some(row) = table.next().filter(|_| !pause.asked()) {
            let application = row.map_err(|error| Failure::new(error.code(), error));
            let mut ended = Ok(());
            let line = application.and_then(|application| self.row(&application, &mut counts, &mut ended));
            lines.extend(kept(line, &mut ended));
            if let Err(failure) = ended {
                // What ends the run takes nothing away from the rows before it.
                return self.report(&mut lines, &mut report).and(Err(after(&counts, failure)));
            }
            progress.advance(1, table.taken());
            if lines.len() == BATCH {
                self.report(&mut lines, &mut report).map_err(|failure| after(&counts, failure))?;
            }
        }
        self.report(&mut lines, &mut report).map_err(|failure| after(&counts, failure))?;
        counts.paused = pause.asked();
        let reported = report.finish().map_err(|failure| after(&counts, failure))?;
        Ok((counts, reported))
    }

    /// Files first, then the lines that say they are there: a line never promises what is not.
    fn report(&self, lines: &mut Vec<Value>, report: &mut Report) -> Result<(), Failure> {
        let mut ended = Ok(());
        if let Some((_, out)) = &self.artist
            && kept(files::sync_all(out), &mut ended).is_none()
        {
            lines.iter_mut().for_each(without_files);
        }
        lines.drain(..).try_for_each(|line| report.add(&line))?;
        report.flush()?;
        ended
    }

    /// Hands a row in that could be issued, and draws what came of it; where that fails, the run ends with this row, which stands.
    fn row(&self, application: &Application, counts: &mut Counts, ended: &mut Result<(), Failure>) -> Result<Value, Failure> {
        let today = day_in_china(clock::moment(None)?);
        let row = Place::of(application, today);
        match self.kind.admit(application, today) {
            Ok(draft) => {
                if let Some(glyph) = self.artist.as_ref().and_then(|(artist, _)| artist.missing(draft.number())) {
                    return Ok(counts.refused(&row, &json!([glyph_fault(glyph)])));
                }
            }
            // Whether it was issued before a later form found faults with it, the service knows.
            Err(_) if application.is_read() && application.request_id().is_some() => {}
            Err(faults) => return Ok(counts.refused(&row, &faults.iter().map(fault_json).collect())),
        }
        let told = match self.service.issue_row(self.kind, application, (self.basis, self.reason))? {
            Reply::Told(told) => {
                let faults = told.of_row().ok_or_else(|| told.failure())?;
                return Ok(counts.refused(&row, &json!(faults)));
            }
            Reply::Done(told) => told,
        };
        let certificate = &told.certificate;
        let (slot, behind_cut_off) = (certificate.slot, certificate.behind_cut_off);
        let (condition, refused_as, number) = (certificate.condition.clone(), certificate.refused_as.clone(), certificate.number.clone());
        let issued = Issued::try_from(told)?;
        let drawn = issued.kept.ok_or_else(|| unexpected("`file` is not there"))?;
        let files = kept(self.files(&drawn), ended).flatten();
        if issued.before {
            let worth = WorthNow { condition: &condition, behind_cut_off, refused_as: refused_as.as_deref() };
            return Ok(counts.before(&row, Some(&issued.identifier), Some(worth), files.as_ref()));
        }
        counts.issued += 1;
        let version = Scanned::parse(&drawn.digits).ok().and_then(|scanned| qr_version_of(scanned.bytes().len()));
        Ok(with(
            row.named(),
            json!({
                "result": "issued", "identifier": issued.identifier, "number": number, "slot": slot,
                "qr_version": version, "files": files,
            }),
        ))
    }

    /// The files of a certificate, where they are wanted; those that are not there yet are written.
    fn files(&self, kept: &Kept) -> Result<Option<Value>, Failure> {
        let Some((artist, out)) = &self.artist else { return Ok(None) };
        let certificate = kept.certificate()?;
        if let Some(standing) = Written::standing(out, &certificate.identifier) {
            return Ok(Some(standing));
        }
        let drawn = artist.draw_again(&certificate, &kept.envelope, &kept.digits);
        let drawn = drawn.map_err(|fault| Failure::new("draw_failed", fault))?;
        drawn.store(out)?;
        Ok(Some(drawn.names()))
    }
}

/// A failure with how far the table has come.
fn after(counts: &Counts, failure: Failure) -> Failure {
    failure.after_issuing(counts.rows(), counts.issued)
}
