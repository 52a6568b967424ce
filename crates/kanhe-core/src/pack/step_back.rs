//! What a pack takes back of the one before it: parts that are older in it, or gone.
//!
//! Every part of a pack is signed, and none says that a later one exists: an older manifest brings back a stolen key, and an older status list
//! what was revoked since. Only who holds two packs against each other sees it.

use super::{Pack, Region};
use crate::calendar::moment_in_china;
use crate::code::RegionCode;
use crate::key::KeyId;
use crate::manifest::AgencyKey;
use jiff::Timestamp;
use thiserror::Error;

/// Which of two editions of one document: by its number, and where that is the same, by when it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    /// Its number.
    pub number: u32,
    /// When it was signed.
    pub issued: Timestamp,
}

impl std::fmt::Display for Edition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.number, moment_in_china(self.issued))
    }
}

/// A part of a pack that is older than the same part of the one before, or gone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StepBack {
    /// A region is known no more.
    #[error("region {region} is gone: the pack before has its manifest, edition {before}")]
    RegionGone {
        /// The region.
        region: RegionCode,
        /// The edition that the pack before has.
        before: Edition,
    },
    /// A region's manifest is an older one.
    #[error("the manifest of region {region} is edition {found}, the pack before has edition {before}")]
    ManifestOlder {
        /// The region.
        region: RegionCode,
        /// The edition that the pack has.
        found: Edition,
        /// The edition that the pack before has.
        before: Edition,
    },
    /// A stolen key counts again without end.
    #[error("key {key} of region {region} counts without end, in the pack before only before index {before} of the log")]
    CutOffGone {
        /// The region.
        region: RegionCode,
        /// The key.
        key: KeyId,
        /// The index.
        before: u64,
    },
    /// The survivors of a stolen key are known no more.
    #[error("the survivors of key {key} of region {region} before index {cut_off} are gone: the pack before has their list of {}", moment_in_china(*.before))]
    SurvivorsGone {
        /// The region.
        region: RegionCode,
        /// The key.
        key: KeyId,
        /// The index.
        cut_off: u64,
        /// When the list was made that the pack before has.
        before: Timestamp,
    },
    /// The survivors of a stolen key are those of an older list.
    #[error("the survivors of key {key} of region {region} before index {cut_off} are of {}, in the pack before of {}", moment_in_china(*.found), moment_in_china(*.before))]
    SurvivorsOlder {
        /// The region.
        region: RegionCode,
        /// The key.
        key: KeyId,
        /// The index.
        cut_off: u64,
        /// When the list was made that the pack has.
        found: Timestamp,
        /// When the list was made that the pack before has.
        before: Timestamp,
    },
    /// A status list is there no more.
    #[error("the status list {uri} of region {region} is gone: the pack before has it as of {}", moment_in_china(*.before))]
    ListGone {
        /// The region.
        region: RegionCode,
        /// The list.
        uri: String,
        /// When the list was made that the pack before has.
        before: Timestamp,
    },
    /// A status list is an older one.
    #[error("the status list {uri} of region {region} is as of {}, in the pack before as of {}", moment_in_china(*.found), moment_in_china(*.before))]
    ListOlder {
        /// The region.
        region: RegionCode,
        /// The list.
        uri: String,
        /// When the list was made that the pack has.
        found: Timestamp,
        /// When the list was made that the pack before has.
        before: Timestamp,
    },
    /// Nothing is recognised any more.
    #[error("the recognition of region {region} is gone: the pack before has edition {before}")]
    RecognitionGone {
        /// The region.
        region: RegionCode,
        /// The edition that the pack before has.
        before: Edition,
    },
    /// The recognition is an older one.
    #[error("the recognition of region {region} is edition {found}, the pack before has edition {before}")]
    RecognitionOlder {
        /// The region.
        region: RegionCode,
        /// The edition that the pack has.
        found: Edition,
        /// The edition that the pack before has.
        before: Edition,
    },
}

impl StepBack {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ManifestOlder { .. } | Self::SurvivorsOlder { .. } | Self::ListOlder { .. } | Self::RecognitionOlder { .. } => {
                "pack_part_older"
            }
            Self::RegionGone { .. }
            | Self::CutOffGone { .. }
            | Self::SurvivorsGone { .. }
            | Self::ListGone { .. }
            | Self::RecognitionGone { .. } => "pack_part_gone",
        }
    }

    /// The region that the part is of.
    pub const fn region(&self) -> &RegionCode {
        match self {
            Self::RegionGone { region, .. }
            | Self::ManifestOlder { region, .. }
            | Self::CutOffGone { region, .. }
            | Self::SurvivorsGone { region, .. }
            | Self::SurvivorsOlder { region, .. }
            | Self::ListGone { region, .. }
            | Self::ListOlder { region, .. }
            | Self::RecognitionGone { region, .. }
            | Self::RecognitionOlder { region, .. } => region,
        }
    }

    /// Where nothing but its moment makes a part the older one: the moment of the part in the pack before. A clock that was ahead dates so.
    pub fn only_by_moment(&self) -> Option<Timestamp> {
        match self {
            Self::SurvivorsOlder { before, .. } | Self::ListOlder { before, .. } => Some(*before),
            Self::ManifestOlder { found, before, .. } | Self::RecognitionOlder { found, before, .. } => {
                (found.number == before.number).then_some(before.issued)
            }
            Self::RegionGone { .. }
            | Self::CutOffGone { .. }
            | Self::SurvivorsGone { .. }
            | Self::ListGone { .. }
            | Self::RecognitionGone { .. } => None,
        }
    }
}

impl Pack {
    /// Everything that is older in this pack than in the one before, or gone; in the order of a pack.
    ///
    /// Parts are known by whose they are: a manifest by its region, a status list by its agency and number, survivors by their key and its
    /// cut-off. What a later manifest ends (an agency, a key, a list that bears another URI's number) is no step back.
    pub fn steps_back(&self, before: &Self) -> Vec<StepBack> {
        let of_regions = before.regions.iter().flat_map(|region| self.region_steps_back(region));
        of_regions.chain(self.recognition_steps_back(before)).collect()
    }

    fn region_steps_back(&self, before: &Region) -> Vec<StepBack> {
        let region = before.manifest.region;
        match self.regions.iter().find(|found| found.manifest.region == region) {
            None => vec![StepBack::RegionGone { region, before: before.edition() }],
            Some(found) => {
                let (found_edition, edition) = (found.edition(), before.edition());
                let older = (found_edition < edition).then_some(StepBack::ManifestOlder { region, found: found_edition, before: edition });
                older.into_iter().chain(key_steps_back(found, before)).chain(list_steps_back(found, before)).collect()
            }
        }
    }

    fn recognition_steps_back(&self, before: &Self) -> Option<StepBack> {
        let edition =
            |pack: &Self| pack.recognition.as_ref().map(|recognition| Edition { number: recognition.edition, issued: recognition.issued });
        let region = before.region;
        // What another region recognises is its own question.
        match (edition(self), edition(before).filter(|_| self.region == region)?) {
            (None, before) => Some(StepBack::RecognitionGone { region, before }),
            (Some(found), before) => (found < before).then_some(StepBack::RecognitionOlder { region, found, before }),
        }
    }
}

impl Region {
    fn edition(&self) -> Edition {
        Edition { number: self.manifest.edition, issued: self.manifest.issued }
    }
}

/// A key that a later manifest does not have any more speaks of nothing, and one with another cut-off has survivors of its own.
fn key_steps_back(found: &Region, before: &Region) -> Vec<StepBack> {
    let keys = |region: &'_ Region| region.manifest.agencies.iter().flat_map(|agency| agency.keys.clone()).collect::<Vec<_>>();
    let region = before.manifest.region;
    let now = keys(found);
    let step_back = |stolen: &AgencyKey| {
        let (cut_off, key) = (stolen.counts_before?, stolen.key.id());
        let same = now.iter().find(|other| other.key == stolen.key)?;
        if same.counts_before.is_none() {
            return Some(StepBack::CutOffGone { region, key, before: cut_off });
        }
        let list = |of: &Region| of.survivors.iter().find(|list| list.is_of(&stolen.key, cut_off)).map(|list| list.issued());
        let before = list(before).filter(|_| same.counts_before == Some(cut_off))?;
        match list(found) {
            None => Some(StepBack::SurvivorsGone { region, key, cut_off, before }),
            Some(found) => (found < before).then_some(StepBack::SurvivorsOlder { region, key, cut_off, found, before }),
        }
    };
    keys(before).iter().filter_map(step_back).collect()
}

/// The lists of an agency that a later manifest does not have any more are gone with it.
fn list_steps_back(found: &Region, before: &Region) -> Vec<StepBack> {
    let region = before.manifest.region;
    let mut steps = Vec::new();
    for (agency, lists) in before.manifest.agencies.iter().zip(&before.lists) {
        let mut present = found.manifest.agencies.iter().zip(&found.lists);
        let Some((_, present)) = present.find(|(other, _)| other.code == agency.code) else { continue };
        for (number, list) in lists.iter().enumerate() {
            let Some(list) = list else { continue };
            let (uri, before) = (list.uri().to_owned(), list.issued());
            match present.get(number).and_then(Option::as_ref) {
                None => steps.push(StepBack::ListGone { region, uri, before }),
                Some(list) if list.issued() < before => steps.push(StepBack::ListOlder { region, uri, found: list.issued(), before }),
                Some(_) => {}
            }
        }
    }
    steps
}
