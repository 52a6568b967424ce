//! The work of an export: entry after entry, as it is read.

use super::super::log::{CHECKPOINT, unproved};
use super::super::stored;
use super::lines::{Sheet, event_line};
use super::tape::{Spool, Tape};
use super::{Counts, FORM, README, Scope, lodged};
use crate::failure::Failure;
use indicatif::ProgressBar;
use jiff::Timestamp;
use kanhe_core::code::ProjectCode;
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::publisher::{each_tile, prove_event};
use kanhe_store::find::LONGEST_PAGE;
use kanhe_store::{Library, Shelfmark, StoreError};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What an export is made from.
pub struct Work<'a> {
    /// The library.
    pub library: &'a Library,
    /// The types, for the labels of their fields.
    pub catalogue: &'a Catalogue,
    /// How much of it is exported.
    pub scope: Scope,
    /// The moment of the export.
    pub made: Timestamp,
}

impl Work<'_> {
    /// Writes the whole export, and tells how much of each there was, and the bytes of the file.
    pub fn write(&self, out: &Path, bar: &ProgressBar) -> Result<(Counts, u64), Failure> {
        let mut tape = Tape::begin(out, self.made)?;
        let mut counts = Counts::default();
        tape.put("README.md", README.as_bytes())?;
        tape.put("export.json", format!("{:#}\n", self.description()?).as_bytes())?;
        if let Some(manifest) = self.library.manifest().map_err(stored)? {
            let name = self.library.region().to_string();
            let line = PublicKeyLine::new(&name, manifest.root).map_err(|error| Failure::new(error.code(), error))?;
            tape.put("manifest.cose", &manifest.envelope)?;
            tape.put("root.pub", format!("{line}\n").as_bytes())?;
        }
        match &self.scope {
            Scope::Whole => {
                let (certificates, events) = (self.library.certificates().map_err(stored)?, self.library.log_size().map_err(stored)?);
                bar.set_length(certificates.saturating_add(events));
                self.certificates(self.library.shelfmarks().map_err(stored)?, &mut tape, &mut counts, bar)?;
                self.applications(&mut tape, &mut counts)?;
                self.events(0..events, &mut tape, &mut counts, bar)?;
                self.log(&mut tape)?;
            }
            Scope::Holder { marks, .. } => {
                bar.set_length(u64::try_from(marks.len()).unwrap_or(u64::MAX));
                let mut events = self.certificates(marks.iter().copied(), &mut tape, &mut counts, bar)?;
                events.extend(self.applications(&mut tape, &mut counts)?);
                self.proofs(&events, &mut tape, &mut counts)?;
                self.events(events, &mut tape, &mut counts, bar)?;
            }
        }
        self.aliases(&mut tape, &mut counts)?;
        bar.finish_and_clear();
        Ok((counts, tape.end()?))
    }

    fn description(&self) -> Result<Value, Failure> {
        let head = self.library.head().map_err(stored)?;
        let published = self.library.published().map_err(stored)?.map(|head| head.size);
        Ok(json!({
            "form": "kanhe export", "version": FORM, "made_at": self.made.to_string(), "made_by": concat!("kanhe ", env!("CARGO_PKG_VERSION")),
            "scope": match self.scope { Scope::Whole => "library", Scope::Holder { .. } => "holder" },
            "region": self.library.region().to_string(),
            "log": { "origin": self.library.origin(), "size": head.size, "root": head.root.to_string(), "published": published },
        }))
    }

    /// Writes every certificate, and the list of them; returns the events that they speak of, in their order, where only these are wanted.
    fn certificates(
        &self,
        marks: impl Iterator<Item = Shelfmark>,
        tape: &mut Tape,
        counts: &mut Counts,
        bar: &ProgressBar,
    ) -> Result<BTreeSet<u64>, Failure> {
        let mut list = Spool::begin(tape)?;
        let mut events = BTreeSet::new();
        let only = self.scope.holder();
        for mark in marks {
            let sheet = Sheet::read(self.library, mark, only)?;
            match sheet.file() {
                Some((name, bytes)) => tape.put(&name, bytes)?,
                None => counts.withheld += 1,
            }
            list.line(&sheet.line(self.library, self.catalogue)?)?;
            if only.is_some() {
                events.extend(sheet.events());
            }
            counts.certificates += 1;
            bar.inc(1);
        }
        tape.put_spool("certificates.jsonl", list)?;
        Ok(events)
    }

    /// Writes every application; returns its events, where only these are wanted.
    fn applications(&self, tape: &mut Tape, counts: &mut Counts) -> Result<Vec<u64>, Failure> {
        let (mut list, mut events) = (Spool::begin(tape)?, Vec::new());
        let mut put = |codes: &[ProjectCode]| -> Result<(), Failure> {
            for code in codes {
                let lost = || stored(StoreError::Malformed { family: "projects" });
                let project = self.library.project(code).map_err(stored)?.ok_or_else(lost)?;
                list.line(&lodged::line(self.library, &project, self.scope.holder())?)?;
                if self.scope.holder().is_some() {
                    events.extend(lodged::events(self.library, &project, true)?);
                }
                counts.applications += 1;
            }
            Ok(())
        };
        match &self.scope {
            Scope::Holder { projects, .. } => put(projects)?,
            Scope::Whole => {
                let mut after = None;
                loop {
                    let page = self.library.projects(None, None, None, after.as_ref(), LONGEST_PAGE).map_err(stored)?;
                    put(&page.codes)?;
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
            }
        }
        tape.put_spool("applications.jsonl", list)?;
        Ok(events)
    }

    fn events(
        &self,
        indexes: impl IntoIterator<Item = u64>,
        tape: &mut Tape,
        counts: &mut Counts,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let mut list = Spool::begin(tape)?;
        for index in indexes {
            let lost = || Failure::new("store_log", format!("event {index} is missing"));
            list.line(&event_line(index, &self.library.event(index).map_err(stored)?.ok_or_else(lost)?))?;
            counts.events += 1;
            bar.inc(1);
        }
        tape.put_spool("events.jsonl", list)
    }

    /// The whole log, as it would be published, and the checkpoint that was published last.
    fn log(&self, tape: &mut Tape) -> Result<(), Failure> {
        let size = self.library.log_size().map_err(stored)?;
        each_tile(self.library, size, |path, bytes| tape.put(&format!("log/{path}"), &bytes().map_err(stored)?))?;
        match self.library.checkpoint().map_err(stored)? {
            Some(note) => tape.put(&format!("log/{CHECKPOINT}"), note.as_bytes()),
            None => Ok(()),
        }
    }

    /// Of one holder the log would tell nothing but its size: the proofs that their events stand in it do.
    fn proofs(&self, events: &BTreeSet<u64>, tape: &mut Tape, counts: &mut Counts) -> Result<(), Failure> {
        let published = self.library.published().map_err(stored)?.map_or(0, |head| head.size);
        for index in events.range(..published) {
            let proven = prove_event(self.library, *index).map_err(|error| unproved(&error))?;
            tape.put(&format!("proofs/{index}.tlog-proof"), proven.bundle.to_string().as_bytes())?;
            counts.proofs += 1;
        }
        Ok(())
    }

    fn aliases(&self, tape: &mut Tape, counts: &mut Counts) -> Result<(), Failure> {
        let mut list = Spool::begin(tape)?;
        for alias in self.library.aliases().map_err(stored)? {
            let (scheme, value, mark) = alias.map_err(stored)?;
            if matches!(&self.scope, Scope::Holder { marks, .. } if !marks.contains(&mark)) {
                continue;
            }
            let identifier = self.library.card(mark).map_err(stored)?.identifier.to_string();
            list.line(&json!({ "identifier": identifier, "scheme": scheme, "value": value }))?;
            counts.aliases += 1;
        }
        tape.put_spool("aliases.jsonl", list)
    }
}
