//! `kanhe status sign`: an agency's status lists, from reports of what was issued and a table of states.

use super::{Ended, Voice, clock, key, manifest};
use crate::cli::{LibraryArg, StatusVerb};
use crate::failure::Failure;
use crate::files;
use crate::words::{Language, Words, counted};
use kanhe_core::key::Signer as KeyHolder;
use kanhe_core::manifest::{Agency, Manifest};
use kanhe_core::status::{ENTRIES_PER_LIST, State, StatusError, Statuses};
use kanhe_issuer::publisher::{ListError, Term, list_of, listing_agency, sign_list};
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

/// A line of the table of states.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateLine {
    identifier: String,
    state: String,
}

/// Does what the verb asks for.
pub fn run(verb: StatusVerb, voice: Voice) -> Result<Ended, Failure> {
    let StatusVerb::Sign { manifest, report, library, library_lock, all, states, out, days, key, at } = verb;
    let key = key::open(&key)?;
    let issued = clock::moment(at.as_deref())?;
    let signer = Signer { key: key.key(), term: Term { issued, expires: clock::days_after(issued, days) }, out: &out };
    files::make_folder(&out)?;
    // A library may be named by the environment for all verbs; who names a manifest means none of it.
    let signed = match (manifest, library) {
        (Some(manifest), _) => signer.sign_reported(&manifest::read(&manifest)?, &report, states.as_deref())?,
        (None, Some(library)) => super::library::sign_lists(&LibraryArg { library, lock: library_lock }, all, &signer)?,
        (None, None) => return Err(Failure::new("usage", "without --library, --manifest is needed")),
    };
    let Signed { lists, certificates } = signed;
    voice.say(&serde_json::json!({ "lists": lists, "certificates": certificates, "out": out }), |language| match language {
        Language::Chinese => format!("已签名 {lists} 份状态清单（{certificates} 张证照）：{}", out.display()),
        Language::English => format!(
            "{} signed for {}: {}",
            counted(lists, "status list", "status lists"),
            counted(certificates, "certificate", "certificates"),
            out.display()
        ),
    });
    Ok(Ended::Well)
}

/// What was signed.
pub struct Signed {
    /// Lists.
    pub lists: usize,
    /// Certificates that they speak of.
    pub certificates: usize,
}

/// Signs lists, all as of one moment.
pub struct Signer<'a> {
    key: &'a dyn KeyHolder,
    term: Term,
    out: &'a Path,
}

impl Signer<'_> {
    /// The agency of a manifest whose lists the key signs.
    pub fn agency<'m>(&self, manifest: &'m Manifest) -> Result<&'m Agency, Failure> {
        listing_agency(manifest, &self.key.verifying_key()).map_err(|error| refused(&error))
    }

    /// Signs one list and writes its file.
    pub fn sign(&self, agency: &Agency, number: u32, statuses: Statuses) -> Result<(), Failure> {
        let signed = sign_list(agency, number, self.term, statuses, self.key).map_err(|error| refused(&error))?;
        files::write(&self.file(agency, number), &signed)
    }

    /// Whether a list was signed into this folder before.
    pub fn stands(&self, agency: &Agency, number: u32) -> bool {
        self.file(agency, number).exists()
    }

    /// The agency is in the name: several sign into one folder.
    fn file(&self, agency: &Agency, number: u32) -> PathBuf {
        self.out.join(format!("{}.{number}.status", agency.code))
    }

    fn sign_reported(&self, manifest: &Manifest, reports: &[PathBuf], states: Option<&Path>) -> Result<Signed, Failure> {
        let agency = self.agency(manifest)?;
        let slots = slots(reports)?;
        let lists = fill(&slots, states)?;
        let signed = Signed { lists: lists.len(), certificates: slots.len() };
        lists.into_iter().try_for_each(|(number, statuses)| self.sign(agency, number, statuses))?;
        Ok(signed)
    }
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
            let line: ReportLine = serde_json::from_slice(line)
                .map_err(|error| Failure::new("status_report_malformed", format!("{} line {}: {error}", path.display(), number + 1)))?;
            slots.extend(line.identifier.zip(line.slot));
        }
    }
    Ok(slots)
}

fn fill(slots: &HashMap<String, u32>, states: Option<&Path>) -> Result<BTreeMap<u32, Statuses>, Failure> {
    let mut lists = BTreeMap::new();
    for slot in slots.values() {
        if let std::collections::btree_map::Entry::Vacant(place) = lists.entry(slot / ENTRIES_PER_LIST) {
            place.insert(list_of([]).map_err(defect)?);
        }
    }
    let Some(path) = states else { return Ok(lists) };
    let bytes = files::read(path, LARGEST_TABLE)?;
    for (number, line) in csv::Reader::from_reader(bytes.as_slice()).into_deserialize::<StateLine>().enumerate() {
        let line =
            line.map_err(|error| Failure::new("status_table_malformed", format!("{} line {}: {error}", path.display(), number + 2)))?;
        let slot = slots.get(&line.identifier).ok_or_else(|| {
            let hint = Words::new(
                "检查标识，或用 --report 给出签发它的报告。",
                "Check the identifier, or give the report of its issue with --report.",
            );
            Failure::new(
                "status_identifier_unknown",
                format!("{} line {}: no report knows {}", path.display(), number + 2, line.identifier),
            )
            .hint(hint)
        })?;
        let state = State::parse(&line.state).map_err(defect)?;
        if let Some(list) = lists.get_mut(&(slot / ENTRIES_PER_LIST)) {
            list.set(slot % ENTRIES_PER_LIST, state.bits()).map_err(defect)?;
        }
    }
    Ok(lists)
}
