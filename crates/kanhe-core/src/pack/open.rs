//! Opening a pack: from one trusted key to everything that its regions say, or to the first part that does not stand.

use super::{Contents, KeyPlace, MOST_DICTIONARIES, MOST_LISTS, MOST_REGIONS, MOST_SURVIVOR_LISTS, Pack, PackError, Region};
use crate::dictionary::Dictionary;
use crate::envelope::{Authentic, Document, DocumentType, Envelope, EnvelopeError};
use crate::key::VerifyingKey;
use crate::manifest::Manifest;
use crate::recognition::Recognition;
use crate::status::StatusList;
use crate::survivors::Survivors;
use minicbor::bytes::ByteVec;
use minicbor::decode::Error;
use std::collections::HashSet;

const MANIFEST: &str = "manifest";
const RECOGNITION: &str = "recognition";
const STATUS_LIST: &str = "status list";
const DICTIONARY: &str = "dictionary";
const AGENCY_KEY: &str = "agency key";
const SURVIVORS: &str = "survivors";

impl<'b> Document<'b> for Contents {
    const TYPE: DocumentType = DocumentType::Pack;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        minicbor::decode(payload)
    }
}

impl Pack {
    /// Opens a pack that one of the trusted keys has signed, and checks every part in it.
    pub fn open(bytes: &[u8], trusted: &[VerifyingKey]) -> Result<Authentic<Self>, PackError> {
        let unreadable = |error: EnvelopeError| PackError::Envelope { code: error.code(), defect: error.to_string() };
        let envelope = Envelope::decode(bytes).map_err(unreadable)?;
        let signers = trusted.iter().filter(|key| key.id() == envelope.key_id());
        let (contents, _): (Authentic<Contents>, _) = first_that_signed(&envelope, signers)
            .ok_or_else(|| PackError::NotTrusted { key_id: envelope.key_id().to_string() })?
            .map_err(unreadable)?;
        let pack = Self::of(&contents)?;
        Ok(contents.map(|_| pack))
    }

    /// What the parts of a pack say, each checked by the root keys among them. Whose pack it is was not asked: it is good for holding another
    /// against it, and no verifier takes it.
    pub fn of(contents: &Contents) -> Result<Self, PackError> {
        within_limits(contents)?;
        let regions = regions(contents)?;
        let recognition = recognition(contents)?;
        let keys = key_places(&regions)?;
        if !regions.iter().any(|region| region.manifest.region == contents.region) {
            return Err(PackError::NoOwnManifest { region: contents.region.to_string() });
        }
        let (region, epoch) = (contents.region, contents.epoch);
        let (issued, expires) = (contents.issued, contents.expires);
        Ok(Self { region, epoch, issued, expires, regions, keys, recognition })
    }
}

fn within_limits(contents: &Contents) -> Result<(), PackError> {
    let counts = [
        ("root keys", contents.roots.len(), MOST_REGIONS),
        ("manifests", contents.manifests.len(), MOST_REGIONS),
        ("recognitions", contents.recognitions.len(), MOST_REGIONS),
        ("status lists", contents.status_lists.len(), MOST_LISTS),
        ("dictionaries", contents.dictionaries.len(), MOST_DICTIONARIES),
        ("lists of survivors", contents.survivors.as_ref().map_or(0, Vec::len), MOST_SURVIVOR_LISTS),
    ];
    if contents.expires <= contents.issued {
        return Err(PackError::Term);
    }
    let excess = counts.into_iter().find(|(_, found, most)| found > most);
    excess.map_or(Ok(()), |(parts, found, most)| Err(PackError::TooMany { parts, found, most }))
}

/// All keys with the envelope's id are tried, for two may share one: what comes back is the key that signed. None of that id is `None`,
/// none that signed is the last one's refusal.
fn first_that_signed<'b, 'k, T: Document<'b>>(
    envelope: &Envelope<'b>,
    keys: impl Iterator<Item = &'k VerifyingKey>,
) -> Option<Result<(Authentic<T>, VerifyingKey), EnvelopeError>> {
    let mut refusal = None;
    for key in keys {
        match envelope.authenticate(key) {
            Ok(document) => return Some(Ok((document, *key))),
            Err(error) => refusal = Some(Err(error)),
        }
    }
    refusal
}

fn part<'b, 'k, T: Document<'b>>(
    part: &'static str,
    place: usize,
    bytes: &'b [u8],
    keys: impl Iterator<Item = &'k VerifyingKey>,
) -> Result<(Authentic<T>, VerifyingKey), PackError> {
    let defect = |error: EnvelopeError| PackError::Part { part, place, code: error.code(), defect: error.to_string() };
    let envelope = Envelope::decode(bytes).map_err(defect)?;
    let id = envelope.key_id();
    let mut same_id = keys.filter(|key| key.id() == id);
    first_that_signed(&envelope, &mut same_id)
        .ok_or_else(|| PackError::PartNotTrusted { part, place, key_id: id.to_string() })?
        .map_err(defect)
}

fn regions(contents: &Contents) -> Result<Vec<Region>, PackError> {
    let dictionaries = dictionaries(&contents.dictionaries)?;
    let mut regions: Vec<Region> = Vec::with_capacity(contents.manifests.len());
    for (place, bytes) in contents.manifests.iter().enumerate() {
        let (manifest, signer): (Authentic<Manifest>, _) = part(MANIFEST, place, bytes, contents.roots.iter().map(|root| &root.key))?;
        // A root key speaks of its own region only.
        if !contents.roots.iter().any(|root| root.region == manifest.region && root.key == signer) {
            return Err(PackError::PartNotTrusted { part: MANIFEST, place, key_id: signer.id().to_string() });
        }
        if regions.iter().any(|region| region.manifest.region == manifest.region) {
            return Err(PackError::Repeated { part: MANIFEST, place });
        }
        let dictionaries = dictionaries_of(&manifest, &dictionaries)?;
        let lists = manifest.agencies.iter().map(|_| Vec::new()).collect();
        regions.push(Region { manifest, lists, dictionaries, survivors: Vec::new() });
    }
    for (place, bytes) in contents.status_lists.iter().enumerate() {
        shelve(&mut regions, place, bytes)?;
    }
    for (place, bytes) in contents.survivors.iter().flatten().enumerate() {
        let (survivors, signer): (Authentic<Survivors>, _) = part(SURVIVORS, place, bytes, contents.roots.iter().map(|root| &root.key))?;
        let of_region = contents.roots.iter().any(|root| root.region == *survivors.region() && root.key == signer);
        let region = regions.iter_mut().find(|region| of_region && region.manifest.region == *survivors.region());
        let refused = || PackError::PartNotTrusted { part: SURVIVORS, place, key_id: signer.id().to_string() };
        region.ok_or_else(refused)?.survivors.push(survivors);
    }
    Ok(regions)
}

fn recognition(contents: &Contents) -> Result<Option<Authentic<Recognition>>, PackError> {
    let mut own = None;
    for (place, bytes) in contents.recognitions.iter().enumerate() {
        let keys = contents.roots.iter().filter(|root| root.region == contents.region).map(|root| &root.key);
        let (recognition, _): (Authentic<Recognition>, _) = part(RECOGNITION, place, bytes, keys)?;
        if recognition.region != contents.region || own.is_some() {
            return Err(PackError::Repeated { part: RECOGNITION, place });
        }
        own = Some(recognition);
    }
    Ok(own)
}

fn dictionaries(published: &[ByteVec]) -> Result<Vec<Dictionary>, PackError> {
    let decode = |(place, bytes): (usize, &ByteVec)| {
        Dictionary::decode(bytes).map_err(|error| PackError::Part {
            part: DICTIONARY,
            place,
            code: error.code(),
            defect: error.to_string(),
        })
    };
    published.iter().enumerate().map(decode).collect()
}

fn dictionaries_of(manifest: &Manifest, carried: &[Dictionary]) -> Result<Vec<Dictionary>, PackError> {
    let find = |wanted: &crate::manifest::DictionaryDigest| {
        let found = carried.iter().find(|dictionary| dictionary.id() == wanted.id && dictionary.digest() == wanted.digest);
        found.cloned().ok_or_else(|| PackError::NoDictionary { region: manifest.region.to_string(), dictionary: wanted.id })
    };
    manifest.dictionaries.iter().map(find).collect()
}

/// Puts a list onto its agency's shelf: the one whose status key signed it and whose URI it bears.
fn shelve(regions: &mut [Region], place: usize, bytes: &[u8]) -> Result<(), PackError> {
    let keys = regions.iter().flat_map(|region| &region.manifest.agencies).flat_map(|agency| &agency.keys);
    let (list, signer): (Authentic<StatusList>, _) =
        part(STATUS_LIST, place, bytes, keys.filter(|key| key.signs_lists()).map(|key| &key.key))?;
    for region in regions {
        for (agency, shelf) in region.manifest.agencies.iter().zip(&mut region.lists) {
            let Some(number) = list_number(&agency.status_uri, list.uri()) else { continue };
            if !agency.keys.iter().any(|key| key.signs_lists() && key.key == signer) {
                continue;
            }
            if shelf.len() <= number {
                shelf.resize(number + 1, None);
            }
            let Some(slot) = shelf.get_mut(number).filter(|slot| slot.is_none()) else {
                return Err(PackError::Repeated { part: STATUS_LIST, place });
            };
            *slot = Some(list);
            return Ok(());
        }
    }
    Err(PackError::PartNotTrusted { part: STATUS_LIST, place, key_id: signer.id().to_string() })
}

/// The number behind an agency's status URI, if the list is one of its own and has a number that a pack may carry.
fn list_number(agency: &str, uri: &str) -> Option<usize> {
    let number: usize = uri.strip_prefix(agency)?.strip_prefix('/')?.parse().ok()?;
    (number < MOST_LISTS && uri.ends_with(&format!("/{number}"))).then_some(number)
}

/// Every key and whose it is. A key that two agencies claim, or that has two windows, would let one speak with the other's signature.
fn key_places(regions: &[Region]) -> Result<Vec<KeyPlace>, PackError> {
    let mut places = Vec::new();
    let mut known: HashSet<[u8; 32]> = HashSet::new();
    for (region, of) in regions.iter().enumerate() {
        for (agency, authority) in of.manifest.agencies.iter().enumerate() {
            for (key, entry) in authority.keys.iter().enumerate() {
                if !known.insert(*entry.key.as_bytes()) {
                    return Err(PackError::Repeated { part: AGENCY_KEY, place: places.len() });
                }
                places.push(KeyPlace { id: entry.key.id(), region, agency, key });
            }
        }
    }
    places.sort_by_key(|place| place.id);
    Ok(places)
}
