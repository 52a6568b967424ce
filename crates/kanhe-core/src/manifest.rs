//! A manifest: a region's agencies, their keys with windows, and its certificate types.
//!
//! ```cddl
//! manifest  = { 0 => region, 1 => names, 2 => edition, 3 => issued, 4 => expires, 5 => [ *agency ], 6 => [ *kind ],
//!               7 => [ *[ dictionary: uint .size 4, digest: bstr .size 32 ] ] }
//! agency    = { 0 => uscc, 1 => names, 2 => [ +key ], 3 => status-uri, 4 => kinds }
//! status-uri = tstr                               ; list n is at this URI, a slash, and n
//! kinds     = [ *uint .size 2 ]                   ; by their index
//! key       = { 0 => cose-key, 1 => uses, 2 => from, ? 3 => until, ? 4 => counts-before }
//! uses      = 1..7                                ; a sum: 1 seal, 2 certificate, 4 status list
//! from      = day                                 ; the first day of issue
//! until     = day                                 ; the last day of issue; left out while the key is in use
//! counts-before = uint .size 8                    ; of a stolen key: what it signed counts only if the log has it before this index
//! ```
//!
//! Integer keys that this version does not know are passed over: what is added later must be safe to miss, or gets a new `typ`.

use crate::code::{RegionCode, Uscc};
use crate::envelope::{Document, DocumentType};
use crate::key::VerifyingKey;
use crate::kind::{Kind, Label};
use crate::wire;
use jiff::Timestamp;
use jiff::civil::Date;
use minicbor::decode::{Decoder, Error};
use minicbor::{Decode, Encode};
use std::ops::Deref;
use thiserror::Error as ThisError;

/// What an agency's key may sign, as bits: at least one use, and none that is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub struct Uses(#[n(0)] u8);

impl Uses {
    /// Seals, in QR codes.
    pub const SEAL: Self = Self(1);
    /// Certificates.
    pub const CERTIFICATE: Self = Self(2);
    /// Status lists.
    pub const STATUS: Self = Self(4);

    /// These uses and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among these.
    pub const fn include(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl<'b, C> Decode<'b, C> for Uses {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        match d.u8()? {
            bits @ 1..=7 => Ok(Self(bits)),
            _ => Err(Error::message("uses").at(at)),
        }
    }
}

/// A key of an agency: what it may sign, and in which days what it signs may be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AgencyKey {
    /// The public key.
    #[n(0)]
    #[cbor(with = "wire::cose_key")]
    pub key: VerifyingKey,
    /// What it may sign.
    #[n(1)]
    pub uses: Uses,
    /// The first day of issue that it may sign for.
    #[n(2)]
    #[cbor(with = "wire::day")]
    pub from: Date,
    /// The last such day; none while the key is in use.
    #[n(3)]
    #[cbor(with = "wire::day_or_never")]
    pub until: Option<Date>,
    /// Of a stolen key: what it signed counts only if the region's log has it before this index.
    #[n(4)]
    pub counts_before: Option<u64>,
}

impl AgencyKey {
    /// Whether the key may sign what was issued on a day.
    pub fn covers(&self, issued: Date) -> bool {
        self.from <= issued && self.until.is_none_or(|until| issued <= until)
    }

    /// Whether its word about the state of certificates is taken; that of a stolen key is the thief's.
    pub const fn signs_lists(&self) -> bool {
        self.uses.include(Uses::STATUS) && self.counts_before.is_none()
    }
}

/// An issuing authority.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Agency {
    /// Its USCC.
    #[n(0)]
    pub code: Uscc,
    /// What people call it.
    #[n(1)]
    pub names: Label,
    /// Its keys, old ones too.
    #[n(2)]
    pub keys: Vec<AgencyKey>,
    /// Where its status lists are published: list `n` is at this URI, a slash, and `n`.
    #[n(3)]
    pub status_uri: String,
    /// The types that it may issue, by their index.
    #[n(4)]
    pub kinds: Vec<u16>,
}

impl Agency {
    /// The URI of one of its status lists.
    pub fn list_uri(&self, list: u32) -> String {
        format!("{}/{list}", self.status_uri)
    }
}

/// A dictionary that seals of this region are packed with, old ones too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DictionaryDigest {
    /// The id in the seals.
    #[n(0)]
    pub id: u32,
    /// SHA-256 of the published dictionary.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub digest: [u8; 32],
}

/// The parts of a manifest; [`Manifest::new`] makes them one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contents {
    /// The region, by its code of GB/T 2260.
    #[n(0)]
    pub region: RegionCode,
    /// What people call it.
    #[n(1)]
    pub names: Label,
    /// Rises with every change.
    #[n(2)]
    pub edition: u32,
    /// When it was signed.
    #[n(3)]
    #[cbor(with = "wire::moment")]
    pub issued: Timestamp,
    /// From when on it must be replaced.
    #[n(4)]
    #[cbor(with = "wire::moment")]
    pub expires: Timestamp,
    /// The agencies.
    #[n(5)]
    pub agencies: Vec<Agency>,
    /// The types.
    #[n(6)]
    pub kinds: Vec<Kind>,
    /// The dictionaries.
    #[n(7)]
    pub dictionaries: Vec<DictionaryDigest>,
}

/// Who may sign what in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(Contents);

impl Manifest {
    /// Accepts the parts if they agree with each other.
    pub fn new(mut contents: Contents) -> Result<Self, ManifestError> {
        if contents.expires <= contents.issued {
            return Err(ManifestError::Term);
        }
        contents.kinds.sort_by_key(|kind| kind.index);
        if let Some(index) = repeated(contents.kinds.iter().map(|kind| kind.index)) {
            return Err(ManifestError::KindTwice { index });
        }
        for kind in &contents.kinds {
            if !contents.dictionaries.iter().any(|dictionary| dictionary.id == kind.dictionary) {
                return Err(ManifestError::NoDictionary { index: kind.index, dictionary: kind.dictionary });
            }
        }
        contents.agencies.iter().try_for_each(|agency| agency_stands(agency, &contents.kinds))?;
        Ok(Self(contents))
    }

    /// The type with an index.
    pub fn kind(&self, index: u16) -> Option<&Kind> {
        self.0.kinds.binary_search_by_key(&index, |kind| kind.index).ok().and_then(|place| self.0.kinds.get(place))
    }

    /// The deterministic CBOR that is signed.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(&self.0)
    }
}

impl Deref for Manifest {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.0
    }
}

impl<'b> Document<'b> for Manifest {
    const TYPE: DocumentType = DocumentType::Manifest;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        Self::new(minicbor::decode(payload)?).map_err(|_| Error::message("manifest"))
    }
}

fn agency_stands(agency: &Agency, kinds: &[Kind]) -> Result<(), ManifestError> {
    if agency.keys.is_empty() {
        return Err(ManifestError::NoKey { agency: agency.code.to_string() });
    }
    let unknown = agency.kinds.iter().find(|index| !kinds.iter().any(|kind| kind.index == **index));
    unknown.map_or(Ok(()), |index| Err(ManifestError::NoKind { agency: agency.code.to_string(), index: *index }))
}

fn repeated(sorted: impl Iterator<Item = u16>) -> Option<u16> {
    let mut previous = None;
    for index in sorted {
        if previous == Some(index) {
            return Some(index);
        }
        previous = Some(index);
    }
    None
}

/// Why parts do not make a manifest.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum ManifestError {
    /// It would expire before it was signed.
    #[error("a manifest expires after it was signed")]
    Term,
    /// Two types share an index.
    #[error("type index {index} is given twice")]
    KindTwice {
        /// The index.
        index: u16,
    },
    /// A type wants a dictionary that the manifest does not name.
    #[error("type {index} wants dictionary {dictionary}, which the manifest does not name")]
    NoDictionary {
        /// The type's index.
        index: u16,
        /// The dictionary's id.
        dictionary: u32,
    },
    /// An agency without a key.
    #[error("agency {agency} has no key")]
    NoKey {
        /// The agency's USCC.
        agency: String,
    },
    /// An agency may issue a type that there is not.
    #[error("agency {agency} may issue type {index}, which the manifest does not have")]
    NoKind {
        /// The agency's USCC.
        agency: String,
        /// The type's index.
        index: u16,
    },
}

impl ManifestError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Term => "manifest_term",
            Self::KindTwice { .. } => "manifest_kind_twice",
            Self::NoDictionary { .. } => "manifest_no_dictionary",
            Self::NoKey { .. } => "manifest_no_key",
            Self::NoKind { .. } => "manifest_no_kind",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_that_is_not_known_here_or_no_use_at_all_is_refused() {
        for bits in 1..=7 {
            assert_eq!(minicbor::decode::<Uses>(&[bits]).unwrap(), Uses(bits));
        }
        for bytes in [&[0][..], &[8], &[0x18, 0xff], &[0x20], &[0x41, 1]] {
            assert!(minicbor::decode::<Uses>(bytes).is_err(), "{bytes:?}");
        }
    }
}
