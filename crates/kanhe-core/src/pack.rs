//! A pack: one file with all that a verifier needs when the network cable is pulled out.
//!
//! ```cddl
//! pack         = { 0 => region, 1 => epoch, 2 => issued, 3 => expires, 4 => [ *root ], 5 => manifests, 6 => recognitions,
//!                  7 => status-lists, 8 => dictionaries, ? 9 => survivor-lists }
//! epoch        = uint .size 8                     ; rises with every pack
//! root         = [ region, cose-key ]             ; whose word about a region this pack takes
//! manifests    = [ +bstr ]                        ; envelopes, whole
//! recognitions = [ *bstr ]                        ; envelopes
//! status-lists = [ *bstr ]                        ; envelopes
//! dictionaries = [ *bstr ]                        ; published dictionaries
//! survivor-lists = [ +bstr ]                      ; envelopes, one for each stolen key; left out where there is none
//! ```
//!
//! Manifests, recognitions and status lists are whole envelopes: a pack only carries them. Specification: `docs/spec/pack.md`.

mod anchor;
mod error;
mod open;
mod step_back;

pub(crate) use anchor::Trust;
pub use anchor::{Anchor, Standing, Unknown};
pub use error::PackError;
pub use step_back::{Edition, StepBack};

use crate::code::RegionCode;
use crate::dictionary::Dictionary;
use crate::envelope::Authentic;
use crate::key::{KeyId, VerifyingKey};
use crate::manifest::Manifest;
use crate::recognition::Recognition;
use crate::status::StatusList;
use crate::survivors::Survivors;
use crate::wire;
use jiff::Timestamp;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// A pack carries at most so many regions: China has 34 provinces and 333 prefectures.
pub const MOST_REGIONS: usize = 512;

/// A pack carries at most so many status lists: 268 million certificates, 128 MiB in memory.
pub const MOST_LISTS: usize = 2048;

/// A pack carries at most so many lists of survivors: more stolen keys at a time are a new region.
pub const MOST_SURVIVOR_LISTS: usize = 64;

/// A pack carries at most so many dictionaries.
pub const MOST_DICTIONARIES: usize = 64;

/// A root key: whose word about a region a pack takes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Root {
    /// The region.
    #[n(0)]
    pub region: RegionCode,
    /// The key that signs its manifests and recognitions.
    #[n(1)]
    #[cbor(with = "wire::cose_key")]
    pub key: VerifyingKey,
}

/// The parts of a pack as they are signed; nothing in it is believed before [`Pack::open`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contents {
    /// The region that made the pack, for its own verifiers.
    #[n(0)]
    pub region: RegionCode,
    /// Rises with every pack.
    #[n(1)]
    pub epoch: u64,
    /// When it was made.
    #[n(2)]
    #[cbor(with = "wire::moment")]
    pub issued: Timestamp,
    /// From when on it cannot vouch for anything.
    #[n(3)]
    #[cbor(with = "wire::moment")]
    pub expires: Timestamp,
    /// Whose word it takes about which region.
    #[n(4)]
    pub roots: Vec<Root>,
    /// Envelopes of manifests.
    #[n(5)]
    pub manifests: Vec<ByteVec>,
    /// Envelopes of recognitions.
    #[n(6)]
    pub recognitions: Vec<ByteVec>,
    /// Envelopes of status lists.
    #[n(7)]
    pub status_lists: Vec<ByteVec>,
    /// Published dictionaries, believed by their digest in a manifest.
    #[n(8)]
    pub dictionaries: Vec<ByteVec>,
    /// Envelopes of the survivors of stolen keys; none where no key was stolen.
    #[n(9)]
    pub survivors: Option<Vec<ByteVec>>,
}

impl Contents {
    /// The deterministic CBOR that is signed.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(self)
    }
}

/// A pack whose every part was checked, laid out for looking up.
#[derive(Clone, Debug)]
pub struct Pack {
    region: RegionCode,
    epoch: u64,
    issued: Timestamp,
    expires: Timestamp,
    regions: Vec<Region>,
    keys: Vec<KeyPlace>,
    recognition: Option<Authentic<Recognition>>,
}

/// A region in a pack: what its manifest says, with the lists and dictionaries that belong to it.
#[derive(Clone, Debug)]
pub struct Region {
    manifest: Authentic<Manifest>,
    /// The lists of each agency of the manifest, by their number.
    lists: Vec<Vec<Option<Authentic<StatusList>>>>,
    dictionaries: Vec<Dictionary>,
    survivors: Vec<Authentic<Survivors>>,
}

impl Region {
    /// What the region's own root key has signed.
    pub const fn manifest(&self) -> &Authentic<Manifest> {
        &self.manifest
    }

    /// The status lists that came with the pack, each with its agency's place in the manifest.
    pub fn status_lists(&self) -> impl Iterator<Item = (usize, &Authentic<StatusList>)> {
        self.lists.iter().enumerate().flat_map(|(agency, lists)| lists.iter().flatten().map(move |list| (agency, list)))
    }

    /// The survivors of the region's stolen keys.
    pub fn survivors(&self) -> &[Authentic<Survivors>] {
        &self.survivors
    }

    /// A dictionary of the region's seals.
    pub fn dictionary(&self, id: u32) -> Option<&Dictionary> {
        self.dictionaries.iter().find(|dictionary| dictionary.id() == id)
    }
}

/// Where a key stands; sorted by id, for all keys with an id are tried.
#[derive(Clone, Copy, Debug)]
struct KeyPlace {
    id: KeyId,
    region: usize,
    agency: usize,
    key: usize,
}

impl Pack {
    /// The region whose verifiers the pack is for.
    pub const fn region(&self) -> &RegionCode {
        &self.region
    }

    /// Its number; a later pack has a higher one.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// When it was made.
    pub const fn issued(&self) -> Timestamp {
        self.issued
    }

    /// From when on it cannot vouch for anything.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The regions that it knows.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// What its region recognises of others.
    pub const fn recognition(&self) -> Option<&Authentic<Recognition>> {
        self.recognition.as_ref()
    }

    /// Every key that a key id may mean.
    pub(crate) fn anchors(&self, id: KeyId) -> impl Iterator<Item = Anchor<'_>> {
        let first = self.keys.partition_point(|place| place.id < id);
        let same = self.keys.get(first..).unwrap_or_default().iter().take_while(move |place| place.id == id);
        same.filter_map(|place| {
            let region = self.regions.get(place.region)?;
            let agency = region.manifest.agencies.get(place.agency)?;
            let lists = region.lists.get(place.agency)?;
            Some(Anchor { region, agency, key: agency.keys.get(place.key)?, lists })
        })
    }
}
