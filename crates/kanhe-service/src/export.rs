//! An export: a whole library, an agency's part of it, or all that it keeps of one holder, in a form that other programs read and verify
//! without us.
//!
//! `docs/spec/export.md` describes the form. Nothing is kept on the way: a list is told twice, once for its length, which a tar wants to know
//! before it, and once into it. So the library must stand still meanwhile, as one does that nobody else has open, and a
//! [`Still`](kanhe_store::Still).

mod lines;
mod lodged;
mod tape;
mod work;

pub use work::Export;

use kanhe_core::code::{HolderCode, ProjectCode, TypeCode, Uscc};
use kanhe_core::key::KeyError;
use kanhe_issuer::publisher::EventProofError;
use kanhe_store::find::{LONGEST_PAGE, Only, Question};
use kanhe_store::{Library, Shelfmark, StoreError, Within};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// The form that this kanhe writes; `docs/spec/export.md` says when it is raised.
const FORM: u32 = 1;

/// What an export is, for whoever opens it.
const README: &str = include_str!("export/README.md");

/// The entry that says what an export is.
pub const ABOUT: &str = "export/export.json";

/// The entry that is written last: an export without it is not whole.
pub const COUNTS: &str = "export/counts.json";

/// What goes into an export.
pub enum Part {
    /// All of it.
    Whole,
    /// What one agency has issued and decided.
    Agency(Bounds),
    /// What is kept of one holder.
    Holder {
        /// The holder.
        code: HolderCode,
        /// Whose part of that it is; none, where it is all that the library keeps.
        bounds: Option<Bounds>,
        /// Every certificate that the holder has or had.
        marks: BTreeSet<Shelfmark>,
        /// Every application of the holder.
        projects: Vec<ProjectCode>,
    },
}

/// What is left of a library for who hears of a part of it only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of this agency.
    pub agency: Uscc,
    /// Of these types; none for all.
    pub types: Option<Vec<TypeCode>>,
}

impl Bounds {
    /// The same as the library is asked by.
    pub fn within(&self) -> Within<'_> {
        Within { agency: &self.agency, types: self.types.as_deref() }
    }
}

impl From<Within<'_>> for Bounds {
    fn from(within: Within<'_>) -> Self {
        Self { agency: *within.agency, types: within.types.map(<[TypeCode]>::to_vec) }
    }
}

impl Part {
    /// What a library keeps of a holder; within bounds, where somebody hears of a part only.
    pub fn of_holder(library: &Library, code: HolderCode, within: Option<Within<'_>>) -> Result<Self, StoreError> {
        let question = Question::Holder { code: code.clone(), only: Only::default() };
        let (mut marks, mut after) = (BTreeSet::new(), None);
        loop {
            let page = match within {
                Some(within) => library.ask_within(within, &question, after.as_ref(), LONGEST_PAGE)?,
                None => library.ask(&question, after.as_ref(), LONGEST_PAGE)?,
            };
            marks.extend(page.shelfmarks);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut projects = library.projects_of(&code)?;
        if let Some(within) = within {
            let mut own = Vec::with_capacity(projects.len());
            for code in projects {
                let project = library.project(&code)?;
                own.extend(project.filter(|project| within.has(&project.type_code, &project.agency)).map(|project| project.code));
            }
            projects = own;
        }
        Ok(Self::Holder { code, bounds: within.map(Bounds::from), marks, projects })
    }

    /// Whether nothing is kept of the holder.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Holder { marks, projects, .. } if marks.is_empty() && projects.is_empty())
    }

    /// What is taken out with it, by identifiers and codes: the agency, or each certificate and application of the holder.
    pub fn subjects(&self, library: &Library) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Whole => Ok(vec![library.region().to_string()]),
            Self::Agency(bounds) => Ok(vec![bounds.agency.to_string()]),
            Self::Holder { marks, projects, .. } => {
                let certificates = marks.iter().map(|mark| library.card(*mark).map(|card| card.identifier.to_string()));
                certificates.chain(projects.iter().map(|code| Ok(code.to_string()))).collect()
            }
        }
    }

    /// The holder of whom something is kept, if it is about one.
    pub const fn holder(&self) -> Option<&HolderCode> {
        match self {
            Self::Whole | Self::Agency(_) => None,
            Self::Holder { code, .. } => Some(code),
        }
    }

    /// What it is confined to, if nothing beside that is in it.
    pub const fn bounds(&self) -> Option<&Bounds> {
        match self {
            Self::Agency(bounds) => Some(bounds),
            Self::Whole => None,
            Self::Holder { bounds, .. } => bounds.as_ref(),
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Whole => "library",
            Self::Agency(_) => "agency",
            Self::Holder { .. } => "holder",
        }
    }
}

/// How many there were of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Certificates.
    pub certificates: u64,
    /// Those whose signed file is left out, because it would tell one person the number of another.
    pub withheld: u64,
    /// Applications under review.
    pub applications: u64,
    /// Events of the log.
    pub events: u64,
    /// Identifiers of other schemes.
    pub aliases: u64,
    /// Proofs that an event stands in the published log.
    pub proofs: u64,
}

/// Why an export broke off.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The library cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event cannot be proved.
    #[error(transparent)]
    Proof(#[from] EventProofError),
    /// The region's root key has no line.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Whoever takes the export takes no more of it.
    #[error("the export cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// The library has not stood still.
    #[error("{entry} was to have {wanted} bytes, and has {found}")]
    Moved {
        /// The entry.
        entry: String,
        /// Its length when it was told for the first time.
        wanted: u64,
        /// Its length when it was told for the second time.
        found: u64,
    },
}

impl ExportError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Write(_) => "file_io",
            Self::Moved { .. } => "export_moved",
        }
    }
}
