//! `kanhe apply`: the applications of a table arrive, row by row, each under a code of its own.
//!
//! A run that was broken off is simply run again: what was lodged before is answered with its code.

use super::super::change::{elsewhere, oddities};
use super::super::door::{After, Arrived, Arriving, Door, Elsewhere, door};
use crate::cli::{ApplyArgs, GroundsArg};
use crate::failure::Failure;
use crate::files;
use crate::pause::Pause;
use crate::verbs::issue::progress::{self, Progress};
use crate::verbs::issue::refused::{Place, Refused};
use crate::verbs::issue::{ended, kind, paused};
use crate::verbs::report::{Report, Reported, with};
use crate::verbs::{Ended, Voice, clock};
use crate::words::{Language, stage_word};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::registrar::Replacement;
use kanhe_store::Stage;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// So many codes are said on the terminal.
const MOST_SAID: usize = 20;

/// So many codes stand in the JSON object; the report has them all.
const MOST_KEPT: usize = 10_000;

/// How many rows came to what.
#[derive(Default)]
struct Counts {
    lodged: usize,
    before: usize,
    refused: usize,
    paused: bool,
    codes: Vec<Value>,
    faults: Refused,
}

impl Counts {
    fn count(&mut self, line: &Value) {
        let count = match line.get("result").and_then(Value::as_str) {
            Some("lodged") => &mut self.lodged,
            Some("before") => &mut self.before,
            _ => &mut self.refused,
        };
        *count += 1;
        if line.get("faults").is_some() {
            self.faults.keep(line);
        } else if self.codes.len() < MOST_KEPT {
            self.codes.push(line.clone());
        }
    }

    fn rows(&self) -> usize {
        self.lodged + self.before + self.refused
    }
}

/// Takes the applications of a table in.
pub fn apply(args: &ApplyArgs, voice: Voice) -> Result<Ended, Failure> {
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    let kind = kind(&catalogue, &args.kind)?;
    let after = after(args)?;
    let there = match &after {
        Some(After::Elsewhere(there)) => Some(there),
        Some(After::Version(..)) | None => None,
    };
    there.map_or(Ok(()), |there| there.is_said_in(&catalogue, kind))?;
    let report = report_of(args)?;
    let broken = |error: kanhe_issuer::application::TableError| Failure::new(error.code(), error);
    let table = progress::open(files::open_twice(&args.input)?, kind, voice)?;
    if after.is_some() && Table::open(files::open_twice(&args.input)?, kind).map_err(broken)?.take(2).count() != 1 {
        return Err(Failure::new("usage", "to renew, amend or take over, the table has exactly one application"));
    }
    let agency = door.decider(kind, args.agency.as_deref())?;
    let counter = Counter { door: &*door, kind, agency, after: after.as_ref(), grounds: args.grounds.grounds() };
    let (counts, report) = counter.take_in(table, Report::begin(&report, &args.input)?, voice)?;
    told(&counts, &report, there, voice);
    Ok(ended(counts.paused, counts.refused))
}

/// Where applications arrive.
struct Counter<'a> {
    door: &'a dyn Door,
    kind: &'a CertificateKind,
    agency: Option<Uscc>,
    after: Option<&'a After>,
    grounds: GroundsArg,
}

impl Counter<'_> {
    fn take_in(&self, mut table: Table<'_>, mut report: Report, voice: Voice) -> Result<(Counts, Reported), Failure> {
        let (mut counts, mut progress, pause) = (Counts::default(), Progress::new(table.size(), voice), Pause::listen()?);
        while let Some(row) = table.next().filter(|_| !pause.asked()) {
            let application = row.map_err(|error| Failure::new(error.code(), error));
            let lodged = application.and_then(|application| self.told(&application));
            let line = lodged.map_err(|failure| failure.after_rows(counts.rows()))?;
            counts.count(&line);
            report.add(&line).map_err(|failure| failure.after_rows(counts.rows()))?;
            progress.advance(1, table.taken());
        }
        counts.paused = pause.asked();
        let reported = report.finish().map_err(|failure| failure.after_rows(counts.rows()))?;
        Ok((counts, reported))
    }

    fn told(&self, row: &Application) -> Result<Value, Failure> {
        let arrived = self.lodge(row)?;
        Ok(line(&Place::of(row, day_in_china(clock::moment(None)?)), arrived))
    }

    fn lodge(&self, row: &Application) -> Result<Arrived, Failure> {
        self.door.lodge(&Arriving { kind: self.kind, agency: self.agency, after: self.after, row }, &self.grounds)
    }
}

fn told(counts: &Counts, report: &Reported, there: Option<&Elsewhere>, voice: Voice) {
    let Counts { lodged, before, refused, paused: stopped, codes, faults } = counts;
    let summary = json!({
        "lodged": lodged, "before": before, "refused": refused, "applications": codes, "report": report.path, "report_before": report.before, "paused": stopped,
        "faults": faults.faults(), "warnings": there.map(Elsewhere::warnings).unwrap_or_default(),
    });
    voice.say(&summary, |language| {
        let text = |line: &Value, member: &str| line.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        // Who hands in again what was refused or withdrawn must not take it for lodged.
        let stage = |line: &Value| match Stage::ALL.into_iter().find(|stage| stage.word() == text(line, "stage")) {
            Some(stage) => format!("  {}", stage_word(stage).of(language)),
            None => String::new(),
        };
        let one = |line: &Value| format!("{}  {}{}", text(line, "code"), text(line, "request_id"), stage(line));
        let mut said = codes.iter().take(MOST_SAID).map(one).collect::<Vec<_>>();
        said.extend(faults.lines(language));
        said.push(match language {
            Language::Chinese => format!("受理 {lodged}，已受理过 {before}，未受理 {refused}；报告：{}", report.path.display()),
            Language::English => format!("lodged {lodged}, lodged before {before}, refused {refused}; report: {}", report.path.display()),
        });
        let odd = there.and_then(|there| oddities(&there.identifier, language));
        said.extend(odd.map(|odd| format!("⚠ {odd}")));
        said.extend(report.line(language));
        said.extend(stopped.then(|| paused(counts.rows(), language)));
        said.join("\n")
    });
}

fn report_of(args: &ApplyArgs) -> Result<PathBuf, Failure> {
    match &args.report {
        Some(report) => Ok(report.clone()),
        None if args.input == Path::new("-") => {
            Err(Failure::new("usage", "a table on standard input has no name: say with --report where the report goes"))
        }
        None => Ok(args.input.with_extension("report.jsonl")),
    }
}

/// The line of the report about a row.
fn line(row: &Place, arrived: Arrived) -> Value {
    match arrived {
        Arrived::New(code) => with(row.named(), json!({ "result": "lodged", "code": code })),
        Arrived::Before(code, stage) => with(row.named(), json!({ "result": "before", "code": code, "stage": stage.word() })),
        Arrived::Refused(faults) => row.refused(&json!(faults)),
    }
}

/// Where the certificate goes on that is applied for.
fn after(args: &ApplyArgs) -> Result<Option<After>, Failure> {
    if let (Some(from), Some(origin)) = (&args.from, &args.origin) {
        return elsewhere(from, origin, args.said.as_deref()).map(After::Elsewhere).map(Some);
    }
    let named = args.renews.as_deref().map(|identifier| (Replacement::Renew, identifier));
    let named = named.or_else(|| args.amends.as_deref().map(|identifier| (Replacement::Amend, identifier)));
    named
        .map(|(replacement, identifier)| {
            let identifier = CertificateId::parse(identifier).map_err(|error| Failure::new(error.code(), error))?;
            Ok(After::Version(replacement, identifier))
        })
        .transpose()
}
