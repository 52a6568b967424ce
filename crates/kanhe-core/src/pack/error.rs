//! Why a pack is not opened.

use thiserror::Error;

/// Why a pack is not opened: the file, or the first part in it that does not stand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackError {
    /// The file is no envelope of a pack, or its signature does not match.
    #[error("the pack cannot be opened: {defect}")]
    Envelope {
        /// The envelope's own code.
        code: &'static str,
        /// What is wrong with it.
        defect: String,
    },
    /// Nobody that this verifier trusts has signed it.
    #[error("the pack is signed by key {key_id}, which is not trusted here")]
    NotTrusted {
        /// The key that the file names.
        key_id: String,
    },
    /// It would expire before it was made.
    #[error("the pack expires before it was made")]
    Term,
    /// More parts than a pack may have.
    #[error("a pack carries at most {most} {parts}, this one {found}")]
    TooMany {
        /// What there is too much of.
        parts: &'static str,
        /// How many it has.
        found: usize,
        /// How many are allowed.
        most: usize,
    },
    /// A manifest, recognition, list or dictionary in it does not stand.
    #[error("{part} {place} of the pack does not stand: {defect}")]
    Part {
        /// What kind of part.
        part: &'static str,
        /// Its place among its kind, from 0.
        place: usize,
        /// The defect's own code.
        code: &'static str,
        /// What is wrong with it.
        defect: String,
    },
    /// A part is signed by a key that the pack gives no right to.
    #[error("{part} {place} of the pack is signed by key {key_id}, which has no right to")]
    PartNotTrusted {
        /// What kind of part.
        part: &'static str,
        /// Its place among its kind, from 0.
        place: usize,
        /// The key that it names.
        key_id: String,
    },
    /// Two parts say the same thing: two manifests of a region, two lists of one number, one key in two places.
    #[error("{part} {place} of the pack repeats an earlier one")]
    Repeated {
        /// What kind of part.
        part: &'static str,
        /// Its place among its kind, from 0.
        place: usize,
    },
    /// The region that made the pack is not among its manifests.
    #[error("the pack of region {region} has no manifest of that region")]
    NoOwnManifest {
        /// The region.
        region: String,
    },
    /// A manifest names a dictionary that the pack does not carry.
    #[error("region {region} packs its seals with dictionary {dictionary}, which the pack does not carry")]
    NoDictionary {
        /// The region.
        region: String,
        /// The dictionary's id.
        dictionary: u32,
    },
}

impl PackError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Envelope { .. } => "pack_unreadable",
            Self::NotTrusted { .. } => "pack_not_trusted",
            Self::Term => "pack_term",
            Self::TooMany { .. } => "pack_too_many_parts",
            Self::Part { .. } => "pack_part_unreadable",
            Self::PartNotTrusted { .. } => "pack_part_not_trusted",
            Self::Repeated { .. } => "pack_part_repeated",
            Self::NoOwnManifest { .. } => "pack_no_own_manifest",
            Self::NoDictionary { .. } => "pack_no_dictionary",
        }
    }
}
