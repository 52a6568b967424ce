//! What is proposed: read and checked, so that nobody waits for the decision on what cannot be.

use super::error::ProposalError;
use super::list;
use super::paper::Deed;
use super::taken;
use crate::catalogue::{Catalogue, CatalogueError, CertificateKind};
use crate::registrar::{Registrar, is_newer, missing};
use crate::survivors::{Notice, notices};
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, TypeCode};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::Envelope;
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::recognition::Recognition;
use kanhe_core::survivors::Survivors;
use kanhe_store::{Library, SignedManifest, StoreError};
use minicbor::decode::Decoder;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Something that could be done as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motion {
    deed: Deed,
    subject: String,
    number: u32,
    types: Vec<TypeCode>,
    content: Vec<u8>,
}

impl Motion {
    /// A type, or a new edition of one, from the bytes of its file.
    ///
    /// It is called as the edition before, and a new type by its code.
    pub fn of_type(catalogue: &Catalogue, dictionaries: &[&Dictionary], file: Vec<u8>) -> Result<Self, ProposalError> {
        let kind = kind_of(catalogue, dictionaries, &file).map_err(ProposalError::Type)?;
        if let Some(present) = catalogue.newest(kind.code()).map(CertificateKind::edition)
            && kind.edition() <= present
        {
            return Err(ProposalError::TypeNotNewer { found: kind.edition(), present });
        }
        let types = vec![*kind.code()];
        Ok(Self { deed: Deed::Type, subject: kind.code().to_string(), number: kind.edition(), types, content: file })
    }

    /// A manifest of the library's region, signed by the root key of the one before, and lists of the survivors of keys that it calls stolen.
    ///
    /// The content is the manifest's file, and behind it each list: a CBOR sequence (RFC 8742).
    pub fn of_manifest(library: &Library, manifest: Vec<u8>, survivors: &[Vec<u8>]) -> Result<Self, ProposalError> {
        let present = library.manifest()?.ok_or_else(|| missing(library))?;
        let signed = SignedManifest { envelope: manifest, root: present.root };
        let opened = Registrar::new(library).of_region(&signed)?;
        is_newer(Some(&present), &opened)?;
        for (place, list) in (1..).zip(survivors) {
            fits(library, &opened, list, &present.root, place)?;
        }
        let content = [signed.envelope.as_slice(), &survivors.concat()].concat();
        Ok(Self { deed: Deed::Manifest, subject: opened.region.to_string(), number: opened.edition, types: Vec::new(), content })
    }

    /// What should be known of a manifest, from the content of its proposal, before somebody approves it.
    pub fn notices_of_manifest(library: &Library, content: &[u8]) -> Result<Vec<Notice>, StoreError> {
        let malformed = || StoreError::Malformed { family: "office" };
        let items = sequence(content).ok_or_else(malformed)?;
        let (manifest, lists) = items.split_first().ok_or_else(malformed)?;
        let present = library.manifest()?.ok_or_else(malformed)?;
        let next = SignedManifest { envelope: manifest.to_vec(), root: present.root };
        let lists: Vec<Vec<u8>> = lists.iter().map(|list| list.to_vec()).collect();
        // Once the library has another root key nobody can approve it any more, and whoever looks at it is to see it all the same.
        if next.open().is_err() {
            return Ok(Vec::new());
        }
        notices(library, Some(&present), &next, &lists)
    }

    /// How many certificates of a list had taken the place of another version, which does not come back when they are annulled.
    pub fn later_versions(library: &Library, content: &[u8]) -> Result<u64, ProposalError> {
        let list = list::List::read(library, content)?;
        let cards = list.rows().iter().map(|row| library.card(row.shelfmark));
        Ok(cards.map(|card| card.map(|card| u64::from(card.predecessor.is_some()))).sum::<Result<_, _>>()?)
    }

    /// A recognition of the library's region, signed by the root key of its manifest.
    pub fn of_recognition(library: &Library, recognition: Vec<u8>) -> Result<Self, ProposalError> {
        let root = library.manifest()?.ok_or_else(|| missing(library))?.root;
        let opened = recognition_of(library, &recognition, &root)?;
        let present = taken::recognition(library)?.map(|present| recognition_of(library, &present, &root)).transpose()?;
        if let Some(present) = present.filter(|present| opened.edition <= present.edition) {
            return Err(ProposalError::RecognitionNotNewer { found: opened.edition, present: present.edition });
        }
        let subject = opened.region.to_string();
        Ok(Self { deed: Deed::Recognition, subject, number: opened.edition, types: Vec::new(), content: recognition })
    }

    /// One act upon many certificates, each named once; none of another agency's is to be among them.
    ///
    /// The content is a text of lines: the word of the act, and then for each certificate its identifier, its state and since when the library
    /// knows of that, in the order of the identifiers.
    pub fn of_certificates(library: &Library, deed: Deed, identifiers: &[CertificateId], at: Timestamp) -> Result<Self, ProposalError> {
        let (number, content) = list::write(library, deed, identifiers, at)?;
        let types: BTreeSet<TypeCode> = identifiers.iter().map(|identifier| *identifier.type_code()).collect();
        Ok(Self { deed, subject: String::new(), number, types: types.into_iter().collect(), content: content.into_bytes() })
    }

    /// What is to be done.
    pub const fn deed(&self) -> Deed {
        self.deed
    }

    /// About what.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The edition, or how many certificates.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The types that it is about, each once; none, where it is about the region.
    pub fn types(&self) -> &[TypeCode] {
        &self.types
    }

    /// The very bytes.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Their SHA-256.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.content).into()
    }
}

/// The type of a file, under the name that it will be called by.
pub(super) fn kind_of(catalogue: &Catalogue, dictionaries: &[&Dictionary], file: &[u8]) -> Result<CertificateKind, Vec<CatalogueError>> {
    let kind = Catalogue::check("file", file, dictionaries)?;
    let name = catalogue.newest(kind.code()).map_or_else(|| kind.code().to_string(), |known| known.file().to_owned());
    Catalogue::check(&name, file, dictionaries)
}

pub(super) fn recognition_of(library: &Library, bytes: &[u8], root: &VerifyingKey) -> Result<Recognition, ProposalError> {
    let opened = Recognition::clone(&*Envelope::decode(bytes)?.authenticate::<Recognition>(root)?);
    if opened.region != *library.region() {
        return Err(ProposalError::OtherRegion { found: opened.region, wanted: *library.region() });
    }
    Ok(opened)
}

/// The key of which a list has the survivors: one that the manifest calls stolen, from the same index on.
pub(super) fn fits(
    library: &Library,
    manifest: &Manifest,
    list: &[u8],
    root: &VerifyingKey,
    place: usize,
) -> Result<VerifyingKey, ProposalError> {
    let survivors = Envelope::decode(list)?.authenticate::<Survivors>(root)?;
    if survivors.region() != library.region() {
        return Err(ProposalError::OtherRegion { found: *survivors.region(), wanted: *library.region() });
    }
    stolen_key(manifest, &survivors).ok_or(ProposalError::Survivors { place })
}

/// The stolen key whose survivors a list names.
pub(super) fn stolen_key(manifest: &Manifest, survivors: &Survivors) -> Option<VerifyingKey> {
    let mut keys = manifest.agencies.iter().flat_map(|agency| &agency.keys);
    keys.find(|key| key.counts_before.is_some_and(|before| survivors.is_of(&key.key, before))).map(|key| key.key)
}

/// The items of a CBOR sequence, each as it stands; nothing where a byte does not belong to any.
pub(super) fn sequence(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let mut decoder = Decoder::new(bytes);
        decoder.skip().ok()?;
        let (item, rest) = bytes.split_at_checked(decoder.position())?;
        items.push(item);
        bytes = rest;
    }
    Some(items)
}
