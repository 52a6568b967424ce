//! What came of holding a library against itself.

use super::finding::{Hearer, ShownFinding};
use jiff::Timestamp;
use kanhe_core::code::TypeCode;
use kanhe_core::key::KeyId;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::proposal::taken::without_type_file;
use kanhe_issuer::recorded::{Misdated, misdated};
use kanhe_issuer::survivors::{unlisted, usable_behind};
use kanhe_store::check::{Finding, is_broken_off};
use kanhe_store::{Library, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a check has come, and in the end what it has found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// How many certificates the library has.
    pub certificates: u64,
    /// How many events its log has.
    pub events: u64,
    /// How many of both were looked at.
    pub looked_at: u64,
    /// What is not as it must be: everything, or, where the check was broken off, the first thousand; null until the check is over.
    #[schema(required)]
    pub findings: Option<Vec<ShownFinding>>,
    /// Whether the check was broken off at its thousandth finding: there may be more, and not everything was looked at.
    #[serde(default)]
    #[schema(required)]
    pub broken_off: bool,
    /// How many usable certificates a stolen key signed behind its cut-off, which counters refuse: no defect; null until the check is over,
    /// where something among the findings keeps them from being counted, and where the library has no manifest.
    #[serde(default)]
    #[schema(required)]
    pub behind_cut_off: Option<u64>,
    /// The stolen keys of the manifest of whose survivors the library has no list for their cut-off (`survivors_missing`): no defect, where
    /// it never had one; null as `behind_cut_off` is.
    #[serde(default)]
    #[schema(required)]
    pub without_survivors: Option<Vec<String>>,
    /// The types of which the library has certificates and keeps no file by which any was issued, as one from before such files were kept:
    /// no defect; a table that comes again is read by the types at hand. Null as `recorded_backwards` is.
    #[serde(default)]
    #[schema(required)]
    pub without_type_file: Option<Vec<String>>,
    /// How many events were recorded before the one before them, as a clock that was set back does: no defect, for nothing can mend it; null as
    /// above.
    #[serde(default)]
    #[schema(required)]
    pub recorded_backwards: Option<u64>,
    /// How many events bear a moment later than now, as a clock that is ahead gives them; null as above.
    #[serde(default)]
    #[schema(required)]
    pub recorded_ahead: Option<u64>,
}

/// What is told beside the findings, for it is no defect that could be mended.
pub struct Beside {
    /// How many usable certificates lie behind the cut-offs of stolen keys.
    behind_cut_off: Result<Option<u64>, StoreError>,
    /// Of which of those keys the library has no list of survivors.
    without_survivors: Result<Option<Vec<KeyId>>, StoreError>,
    /// Of which types no file is kept by which certificates were issued.
    without_type_file: Result<Vec<TypeCode>, StoreError>,
    /// How many events a wrong clock has recorded.
    misdated: Result<Misdated, StoreError>,
}

impl Beside {
    /// What is to be known of a library under its manifest, where it has one, at a moment.
    pub fn of(library: &Library, manifest: Option<&Manifest>, now: Timestamp) -> Self {
        Self {
            behind_cut_off: manifest.map(|manifest| usable_behind(library, manifest)).transpose(),
            without_survivors: manifest.map(|manifest| unlisted(library, manifest)).transpose(),
            without_type_file: without_type_file(library),
            misdated: misdated(library, now),
        }
    }
}

impl Checked {
    /// What the check of a library has found in the end, and what is to be known beside it.
    pub fn over(self, library: &Library, findings: &[Finding], hearer: Hearer<'_>, beside: Beside) -> Result<Self, StoreError> {
        let damaged = !findings.is_empty();
        let misdated = known(damaged, beside.misdated)?;
        Ok(Self {
            findings: Some(findings.iter().map(|found| ShownFinding::new(library, found, hearer)).collect()),
            broken_off: is_broken_off(findings),
            behind_cut_off: known(damaged, beside.behind_cut_off)?.flatten(),
            without_survivors: known(damaged, beside.without_survivors)?.flatten().map(words),
            without_type_file: known(damaged, beside.without_type_file)?.map(words),
            recorded_backwards: misdated.map(|misdated| misdated.backwards),
            recorded_ahead: misdated.map(|misdated| misdated.ahead),
            ..self
        })
    }

    /// The same with one more, that no check of the library itself finds.
    #[must_use]
    pub fn and(mut self, found: Option<ShownFinding>) -> Self {
        self.findings.get_or_insert_default().extend(found);
        self
    }
}

/// Damage that was found is told, also where it keeps something else from being known.
fn known<T>(damaged: bool, found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    if damaged { Ok(found.ok()) } else { found.map(Some) }
}

fn words<T: ToString>(told: Vec<T>) -> Vec<String> {
    told.iter().map(ToString::to_string).collect()
}
