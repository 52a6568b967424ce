//! A batch on its way into the library: entered in one write, and told row by row.

use super::{Outcome, Row, Run, row_fault};
use crate::failure::Failure;
use crate::files;
use crate::verbs::issue::counts::{Counts, WorthNow};
use crate::verbs::issue::output::Written;
use crate::verbs::issue::refused::Place;
use crate::verbs::library::stored;
use crate::verbs::report::{kept, with, without_files};
use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::doubt::Doubt;
use kanhe_issuer::registrar::{Entered, RegistrarError, Signed};
use kanhe_service::shown::Worth;
use kanhe_store::Shelfmark;
use serde_json::{Value, json};

/// A batch that is entered now.
pub(super) struct Entering<'r> {
    run: &'r Run<'r>,
    counts: &'r mut Counts,
    /// When that is: what is entered is recorded then, however long ago it was signed.
    now: Timestamp,
    lines: Vec<Value>,
    /// The first failure, until all is told that stands.
    ended: Result<(), Failure>,
}

/// A certificate that waits to be entered: the row it is for, and its files.
struct Waiting {
    place: Place,
    signed: Signed,
    written: Option<Written>,
}

impl<'r> Entering<'r> {
    pub(super) const fn new(run: &'r Run<'r>, counts: &'r mut Counts, now: Timestamp) -> Self {
        Self { run, counts, now, lines: Vec::new(), ended: Ok(()) }
    }

    /// Enters the rows in one write, and tells of each what came of it: also of what stands where the rest has failed.
    pub(super) fn enter(mut self, rows: Vec<Row>) -> (Vec<Value>, Result<(), Failure>) {
        let waiting = rows.into_iter().filter_map(|row| self.sorted(row)).collect();
        // A dry run commits nothing, not even what is empty.
        if !self.run.dry {
            self.commit(waiting);
            self.sync();
        }
        self.lines.sort_by_key(|line| line.get("line").and_then(Value::as_u64));
        (self.lines, self.ended)
    }

    /// Tells of a row that is answered already, or gives back what is to be entered for it.
    fn sorted(&mut self, Row { place, outcome }: Row) -> Option<Waiting> {
        let told = match outcome {
            Outcome::Refused(faults) => self.counts.refused(&place, &faults),
            Outcome::Before(mark, written) => self.before(&place, mark, written.as_ref()),
            Outcome::Repeated(identifier) => self.counts.before(&place, Some(&identifier.to_string()), None, None),
            Outcome::Could(identifier, number) => {
                self.counts.issued += 1;
                with(place.named(), json!({ "result": "could_be_issued", "identifier": identifier.to_string(), "number": number }))
            }
            Outcome::New(signed, written) => return Some(Waiting { place, signed: signed.recorded_at(self.now), written }),
        };
        self.lines.push(told);
        None
    }

    fn commit(&mut self, waiting: Vec<Waiting>) {
        let (signed, rows): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|Waiting { place, signed, written }| (signed, (place, written))).unzip();
        let entered = kept(self.run.registrar().enter(&signed).map_err(stored), &mut self.ended).unwrap_or_default();
        for (((place, written), signed), entered) in rows.into_iter().zip(&signed).zip(entered) {
            let told = self.entered(&place, signed, written.as_ref(), entered);
            self.lines.push(told);
        }
    }

    fn entered(&mut self, row: &Place, signed: &Signed, written: Option<&Written>, entered: Result<Entered, RegistrarError>) -> Value {
        match entered {
            Err(error) => self.counts.refused(row, &json!([row_fault(&error)])),
            Ok(Entered::Before(mark)) => self.before(row, mark, None),
            Ok(Entered::New(_)) => self.issued(row, signed, written),
        }
    }

    fn before(&mut self, row: &Place, mark: Shelfmark, written: Option<&Written>) -> Value {
        let library = self.run.library;
        let worth = Worth::of(library, mark, &self.run.doubts, day_in_china(self.now));
        let known = library.card(mark).and_then(|card| Ok((card.identifier, worth?)));
        let (identifier, worth) = kept(known.map_err(stored), &mut self.ended).unzip();
        let standing = || Written::standing(self.run.artist?.1, identifier.as_ref()?);
        let files = self.store(written).or_else(standing);
        let now = |Worth { condition, doubt: Doubt { behind_cut_off, refused_as } }: Worth| WorthNow {
            condition: condition.word(),
            behind_cut_off,
            refused_as,
        };
        let identifier = identifier.as_ref().map(ToString::to_string);
        self.counts.before(row, identifier.as_deref(), worth.map(now), files.as_ref())
    }

    fn issued(&mut self, row: &Place, signed: &Signed, written: Option<&Written>) -> Value {
        self.counts.issued += 1;
        let (issued, certificate) = (signed.issued(), signed.issued().certificate());
        let told = json!({
            "result": "issued", "identifier": certificate.identifier.to_string(), "number": certificate.number, "slot": certificate.slot,
            "qr_version": issued.qr_version(), "files": self.store(written),
        });
        with(row.named(), told)
    }

    /// Writes the files of a certificate that stands in the library by now, and tells their names. Behind a failure none is tried: the same
    /// command draws what is missing.
    fn store(&mut self, written: Option<&Written>) -> Option<Value> {
        let (written, (_, out)) = written.zip(self.run.artist).filter(|_| self.ended.is_ok())?;
        kept(written.store(out), &mut self.ended).map(|()| written.names())
    }

    /// Brings the files to the disk: a line never promises what may not be there.
    fn sync(&mut self) {
        if let Some((_, out)) = self.run.artist
            && kept(files::sync_all(out), &mut self.ended).is_none()
        {
            self.lines.iter_mut().for_each(without_files);
        }
    }
}
