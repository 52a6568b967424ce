//! `kanhe status sign`: an agency's status lists, from reports of what was issued and a table of states.

mod signed;
mod states;

pub use signed::Signed;

use super::{Ended, Voice, clock, key, manifest};
use crate::cli::{ClockArg, LibraryArg, StatusVerb};
use crate::failure::Failure;
use crate::files;
use crate::words::Words;
use jiff::Timestamp;
use kanhe_core::envelope::{Authentic, Envelope, LARGEST_ENVELOPE};
use kanhe_core::key::Signer as KeyHolder;
use kanhe_core::manifest::{Agency, Manifest};
use kanhe_core::status::{ENTRIES_PER_LIST, State, StatusError, StatusList, Statuses};
use kanhe_issuer::publisher::{ListError, Term, list_of, listing_agency, sign_list};
use kanhe_issuer::recorded::{self, RecordingError};
use kanhe_store::Library;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// A report or table of states has at most so many bytes: some million lines.
const LARGEST_TABLE: usize = 1 << 30;

/// The columns of a line of `report.jsonl` that a status list needs.
#[derive(Debug, Deserialize)]
struct ReportLine {
    identifier: Option<String>,
    slot: Option<u32>,
}

/// Does what the verb asks for.
pub fn run(verb: StatusVerb, voice: Voice) -> Result<Ended, Failure> {
    let StatusVerb::Sign { manifest, report, library, library_lock, all, states, out, days, key, at, clock } = verb;
    // A list says what is known already.
    let issued = clock::moment_up_to(clock::moment(None)?, at.as_deref())?;
    let key = key::open(&key)?;
    let signer = Signer { key: key.key(), issued, days, out: &out, clock, at: at.as_deref() };
    files::make_folder(&out)?;
    // A library may be named by the environment for all verbs; who names a manifest means none of it.
    let signed = match (manifest, library) {
        (Some(manifest), _) => signer.sign_reported(&manifest::read(&manifest)?, &report, states.as_deref())?,
        (None, Some(library)) => {
            let library = LibraryArg { library, lock: library_lock };
            super::library::sign_lists(&library, all, &signer)?
        }
        (None, None) => return Err(Failure::new("usage", "without --library, --manifest is needed")),
    };
    voice.say(&signed.json(&out), |language| signed.words(&out, language));
    Ok(Ended::Well)
}

/// Signs lists, all as of one moment, and none before the one whose place it takes.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    key: &'a dyn KeyHolder,
    issued: Timestamp,
    /// How long lists speak.
    days: u16,
    out: &'a Path,
    clock: ClockArg,
    /// The moment of signing, where it was named.
    at: Option<&'a str>,
}

impl Signer<'_> {
    /// The agency of a manifest whose lists the key signs.
    pub fn agency<'m>(&self, manifest: &'m Manifest) -> Result<&'m Agency, Failure> {
        listing_agency(manifest, &self.key.verifying_key()).map_err(|error| refused(&error))
    }

    /// Signs one list and writes its file; it is said to be signed when a power cut would leave it there.
    pub fn sign(&self, agency: &Agency, number: u32, statuses: Statuses) -> Result<(), Failure> {
        let issued = self.moment_of(agency, number)?;
        let term = Term { issued, expires: clock::days_after(issued, self.days) };
        let signed = sign_list(agency, number, term, statuses, self.key).map_err(|error| refused(&error))?;
        files::write_through(&self.file(agency, number), &signed)
    }

    /// Signs what tells of a library: as of no moment before its last event, and by no clock that lies behind it. Who names the moment of
    /// signing goes by no clock.
    pub fn telling_of(self, library: &Library) -> Result<Self, Failure> {
        if self.at.is_some() {
            return Ok(self);
        }
        let moment = recorded::moment(library, self.issued, self.clock.excused());
        moment.map(|issued| Self { issued, ..self }).map_err(|error| behind(&error))
    }

    /// The moment that a list bears: not before the one whose place it takes, and none takes the place of a newer one.
    fn moment_of(&self, agency: &Agency, number: u32) -> Result<Timestamp, Failure> {
        let standing = self.standing(agency, number).map(|list| list.issued());
        let after = recorded::after(standing, self.issued, self.clock.excused());
        after.map_err(|error| behind(&error).within(self.file(agency, number).display()))
    }

    /// The list by this key that this folder has.
    fn standing(&self, agency: &Agency, number: u32) -> Option<Authentic<StatusList>> {
        let signed = files::read(&self.file(agency, number), LARGEST_ENVELOPE).ok()?;
        Envelope::decode(&signed).and_then(|envelope| envelope.authenticate::<StatusList>(&self.key.verifying_key())).ok()
    }

    /// Whether this folder has a list by this key that says the same, and is in the first half of its term at the moment of signing.
    pub fn holds(&self, agency: &Agency, number: u32, statuses: &Statuses) -> bool {
        self.standing(agency, number).is_some_and(|list| {
            let half = list.issued().duration_until(list.expires()) / 2;
            let young = self.issued < list.issued() + half && !recorded::is_ahead(list.issued(), self.issued);
            young && list.uri() == agency.list_uri(number) && list.statuses() == statuses
        })
    }

    /// The agency is in the name: several sign into one folder.
    fn file(&self, agency: &Agency, number: u32) -> PathBuf {
        self.out.join(format!("{}.{number}.status", agency.code))
    }

    fn sign_reported(&self, manifest: &Manifest, reports: &[PathBuf], states: Option<&Path>) -> Result<Signed, Failure> {
        let agency = self.agency(manifest)?;
        let mut signed = Signed::default();
        for (number, states) in lists_of(&slots(reports)?, states)? {
            signed.count(states.values().copied());
            self.sign(agency, number, list_of(states, State::Valid).map_err(defect)?)?;
        }
        Ok(signed)
    }
}

fn behind(error: &RecordingError) -> Failure {
    Failure::new(error.code(), error)
}

/// A list that cannot be made.
pub fn defect(error: StatusError) -> Failure {
    Failure::new(error.code(), error)
}

fn refused(error: &ListError) -> Failure {
    let failure = Failure::new(error.code(), error);
    match error {
        ListError::Unknown { .. } => {
            failure.hint(Words::new("在机构名录中给该密钥加上用途 status。", "Give the key the use `status` in the region's manifest."))
        }
        ListError::Stolen { .. } | ListError::List(_) | ListError::Sign(_) | ListError::Store(_) => failure,
    }
}

/// Which slot each issued certificate has.
fn slots(reports: &[PathBuf]) -> Result<HashMap<String, u32>, Failure> {
    let mut slots = HashMap::new();
    for path in reports {
        let bytes = files::read(path, LARGEST_TABLE)?;
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let line: ReportLine = serde_json::from_slice(line).map_err(|error| {
                let failure = Failure::new("status_report_malformed", error).in_words_of_its_code();
                failure.within(format_args!("{} line {}", path.display(), number + 1))
            })?;
            slots.extend(line.identifier.zip(line.slot));
        }
    }
    Ok(slots)
}

/// The states of each list's entries, by their places in it; who stands in no table is in force.
fn lists_of(slots: &HashMap<String, u32>, table: Option<&Path>) -> Result<BTreeMap<u32, BTreeMap<u32, State>>, Failure> {
    let mut told = table.map(states::read).transpose()?.unwrap_or_default();
    let mut lists: BTreeMap<u32, BTreeMap<u32, State>> = BTreeMap::new();
    for (identifier, slot) in slots {
        let state = lists.entry(slot / ENTRIES_PER_LIST).or_default().entry(slot % ENTRIES_PER_LIST).or_insert(State::Valid);
        if let Some(told) = told.remove(identifier) {
            *state = told.state;
        }
    }
    let unknown = told.into_iter().min_by_key(|(_, told)| told.line);
    unknown.map_or(Ok(lists), |(identifier, told)| Err(unreported(&identifier, told.line)))
}

fn unreported(identifier: &str, line: u64) -> Failure {
    let hint =
        Words::new("检查标识，或用 --report 给出签发它的报告。", "Check the identifier, or give the report of its issue with --report.");
    Failure::new("status_identifier_unknown", format!("the table of states, line {line}: no report knows {identifier}")).hint(hint)
}
