//! The work of an export: entry after entry, as it is read.

use super::lines::{Sheet, event_line};
use super::tape::{Length, Line, Tape};
use super::{Bounds, Counts, ExportError, FORM, Part, README, lodged};
use crate::webhooks::addressee;
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{ProjectCode, TypeCode};
use kanhe_core::event::{Act, Event};
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::publisher::{each_tile, prove_event};
use kanhe_store::find::{LONGEST_PAGE, Question};
use kanhe_store::{Library, Shelfmark, StoreError, Within};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// What an export is made from.
pub struct Export<'a> {
    /// The library, which stands still.
    pub library: &'a Library,
    /// The types, for the labels of their fields.
    pub catalogue: &'a Catalogue,
    /// How much of it is exported.
    pub part: &'a Part,
    /// The moment of the export.
    pub made: Timestamp,
}

impl Export<'_> {
    /// How many steps [`Export::write`] takes, at most: it looks twice at each certificate and event.
    pub fn steps(&self) -> Result<u64, StoreError> {
        let looked_at = match self.part {
            Part::Whole | Part::Agency(_) => self.library.certificates()?.saturating_add(self.library.log_size()?),
            Part::Holder { marks, .. } => u64::try_from(marks.len()).unwrap_or(u64::MAX),
        };
        Ok(looked_at.saturating_mul(2))
    }

    /// Writes the whole export, and tells how much of each there was. `step` hears of each step.
    pub fn write<W: Write>(&self, out: W, step: &dyn Fn()) -> Result<(Counts, W), ExportError> {
        let mut tape = Tape::begin(out, self.made);
        let mut counts = Counts::default();
        tape.put("README.md", README.as_bytes())?;
        tape.put("export.json", format!("{:#}\n", self.description()?).as_bytes())?;
        if let Some(manifest) = self.library.manifest()? {
            let line = PublicKeyLine::new(self.library.region().as_str(), manifest.root)?;
            tape.put("manifest.cose", &manifest.envelope)?;
            tape.put("root.pub", format!("{line}\n").as_bytes())?;
        }
        let events = self.certificates(&mut tape, &mut counts, step)?;
        let of_projects = self.applications(&mut tape, &mut counts)?;
        if self.part.holder().is_some() {
            let events = events.into_iter().chain(of_projects).collect();
            self.proofs(&events, &mut tape, &mut counts)?;
            counts.events = twice(&mut tape, "events.jsonl", |line| self.told(&events, line))?;
        } else {
            counts.events = twice(&mut tape, "events.jsonl", |line| self.every_event(step, line))?;
            self.log(&mut tape)?;
        }
        counts.aliases = twice(&mut tape, "aliases.jsonl", |line| self.aliases(line))?;
        tape.put("counts.json", format!("{}\n", json!(counts)).as_bytes())?;
        Ok((counts, tape.end()?))
    }

    fn description(&self) -> Result<Value, StoreError> {
        let head = self.library.head()?;
        let published = self.library.published()?.map(|head| head.size);
        let bounds = self.part.bounds();
        let types = bounds.and_then(|bounds| bounds.types.as_ref());
        Ok(json!({
            "form": "kanhe export", "version": FORM, "made_at": self.made.to_string(), "made_by": concat!("kanhe ", env!("CARGO_PKG_VERSION")),
            "scope": self.part.word(), "agency": bounds.map(|bounds| bounds.agency.as_str()),
            "types": types.map(|types| types.iter().map(TypeCode::as_str).collect::<Vec<_>>()),
            "region": self.library.region().to_string(),
            "log": { "origin": self.library.origin(), "size": head.size, "root": head.root.to_string(), "published": published },
        }))
    }

    /// Writes every certificate, and the list of them; of a holder's, returns the events that they speak of.
    fn certificates<W: Write>(&self, tape: &mut Tape<W>, counts: &mut Counts, step: &dyn Fn()) -> Result<BTreeSet<u64>, ExportError> {
        let (mut length, mut events) = (Length::default(), BTreeSet::new());
        self.each_sheet(|sheet| {
            match sheet.file() {
                Some((name, bytes)) => tape.put(&name, bytes)?,
                None => counts.withheld += 1,
            }
            length.add(&sheet.line(self.library, self.catalogue)?);
            if self.part.holder().is_some() {
                events.extend(sheet.events());
            }
            counts.certificates += 1;
            step();
            Ok(())
        })?;
        tape.list("certificates.jsonl", length, |line| {
            self.each_sheet(|sheet| {
                step();
                line(&sheet.line(self.library, self.catalogue)?)
            })
        })?;
        Ok(events)
    }

    fn each_sheet(&self, mut see: impl FnMut(&Sheet<'_>) -> Result<(), ExportError>) -> Result<(), ExportError> {
        let (doubts, today) = (Doubts::known_to(self.library)?, day_in_china(self.made));
        let mut one = |mark| see(&Sheet::read(self.library, mark, (&doubts, today), self.part.holder())?);
        match self.part {
            Part::Whole => self.library.shelfmarks()?.try_for_each(one),
            Part::Holder { marks, .. } => marks.iter().copied().try_for_each(one),
            Part::Agency(bounds) => {
                let question = Question::Shelf { type_code: None, agency: Some(bounds.agency), state: None };
                let mut after = None;
                loop {
                    let page = self.library.ask_within(bounds.within(), &question, after.as_ref(), LONGEST_PAGE)?;
                    page.shelfmarks.into_iter().try_for_each(&mut one)?;
                    after = page.next;
                    if after.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// The bounds of the part.
    fn within(&self) -> Option<Within<'_>> {
        self.part.bounds().map(Bounds::within)
    }

    /// Writes every application; of a holder's, returns the events.
    fn applications<W: Write>(&self, tape: &mut Tape<W>, counts: &mut Counts) -> Result<Vec<u64>, ExportError> {
        counts.applications = twice(tape, "applications.jsonl", |line| {
            self.each_project(|project| line(&lodged::line(self.library, project, self.part.holder())?))
        })?;
        let mut events = Vec::new();
        if self.part.holder().is_some() {
            self.each_project(|project| {
                events.extend(lodged::events(self.library, project, true)?);
                Ok(())
            })?;
        }
        Ok(events)
    }

    fn each_project(&self, mut see: impl FnMut(&kanhe_store::Project) -> Result<(), ExportError>) -> Result<(), ExportError> {
        let mut one = |code: &ProjectCode| {
            let lost = StoreError::Malformed { family: "projects" };
            see(&self.library.project(code)?.ok_or(lost)?)
        };
        if let Part::Holder { projects, .. } = self.part {
            return projects.iter().try_for_each(one);
        }
        let mut after = None;
        loop {
            let page = match self.within() {
                Some(within) => self.library.projects_within(within, None, None, after.as_ref(), LONGEST_PAGE)?,
                None => self.library.projects(None, None, None, after.as_ref(), LONGEST_PAGE)?,
            };
            page.codes.iter().try_for_each(&mut one)?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn every_event(&self, step: &dyn Fn(), line: &mut Line<'_>) -> Result<(), ExportError> {
        for index in 0..self.library.log_size()? {
            let event = self.library.event_at(index)?;
            if self.concerns(&event)? {
                line(&event_line(index, &event))?;
            }
            step();
        }
        Ok(())
    }

    fn told(&self, indexes: &BTreeSet<u64>, line: &mut Line<'_>) -> Result<(), ExportError> {
        indexes.iter().try_for_each(|index| line(&event_line(*index, &self.library.event_at(*index)?)))
    }

    /// Whether an event belongs to the part: what the region says of itself is everybody's.
    fn concerns(&self, event: &Event) -> Result<bool, StoreError> {
        let Some(within) = self.within() else { return Ok(true) };
        if matches!(event.act, Act::Manifest | Act::Type | Act::Recognition) {
            return Ok(true);
        }
        Ok(addressee(self.library, event)?.is_some_and(|of| within.has(&of.type_code, &of.agency)))
    }

    /// The whole log, as it would be published, and the checkpoint that was published last.
    fn log<W: Write>(&self, tape: &mut Tape<W>) -> Result<(), ExportError> {
        let size = self.library.log_size()?;
        each_tile(self.library, size, |path, bytes| Ok::<_, ExportError>(tape.put(&format!("log/{path}"), &bytes()?)?))?;
        match self.library.checkpoint()? {
            Some(note) => Ok(tape.put("log/checkpoint", note.as_bytes())?),
            None => Ok(()),
        }
    }

    /// Of one holder the log would tell nothing but its size: the proofs that their events stand in it do.
    fn proofs<W: Write>(&self, events: &BTreeSet<u64>, tape: &mut Tape<W>, counts: &mut Counts) -> Result<(), ExportError> {
        let published = self.library.published()?.map_or(0, |head| head.size);
        for index in events.range(..published) {
            let proven = prove_event(self.library, *index)?;
            tape.put(&format!("proofs/{index}.tlog-proof"), proven.bundle.to_string().as_bytes())?;
            counts.proofs += 1;
        }
        Ok(())
    }

    fn aliases(&self, line: &mut Line<'_>) -> Result<(), ExportError> {
        for alias in self.library.aliases()? {
            let (scheme, value, mark) = alias?;
            if self.has(mark)? {
                let identifier = self.library.card(mark)?.identifier.to_string();
                line(&json!({ "identifier": identifier, "scheme": scheme, "value": value }))?;
            }
        }
        Ok(())
    }

    fn has(&self, mark: Shelfmark) -> Result<bool, StoreError> {
        match (self.part, self.within()) {
            (Part::Holder { marks, .. }, _) => Ok(marks.contains(&mark)),
            (_, Some(within)) => self.library.card(mark).map(|card| within.has(card.type_code(), card.agency())),
            (_, None) => Ok(true),
        }
    }
}

/// Writes a list, which is told twice; returns how many lines it has.
fn twice<W: Write>(tape: &mut Tape<W>, name: &str, tell: impl Fn(&mut Line<'_>) -> Result<(), ExportError>) -> Result<u64, ExportError> {
    let (mut length, mut lines) = (Length::default(), 0);
    tell(&mut |line| {
        length.add(line);
        lines += 1;
        Ok(())
    })?;
    tape.list(name, length, |line| tell(line))?;
    Ok(lines)
}
