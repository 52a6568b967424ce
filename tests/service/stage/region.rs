//! Guangdong with its two agencies: types, keys, the manifest and the pack.

use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::Uscc;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Document, DocumentType, sign_to_cose};
use kanhe_core::key::SigningKey;
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use kanhe_core::pack;
use kanhe_core::status::{StatusList, Statuses};
use kanhe_issuer::catalogue::Catalogue;
use kanhe_tests::world::{day, moment};
use kanhe_tests::{Office, Province};
use minicbor::bytes::ByteVec;
use std::fs;
use std::path::{Path, PathBuf};

/// The types of the stories: one without review and with one certificate a holder, one open, and one that three departments review.
pub const TYPES: [&str; 3] = ["accounting-qualification", "special-work-operator", "construction-permit"];

/// The log's name, and its key's.
pub const ORIGIN: &str = "gd.example.cn/log";

/// Which types each agency issues, by their index in the manifest.
const AGENCIES: [(Office, &[u16]); 2] = [(Office::Guangzhou, &[1, 2]), (Office::Housing, &[2, 3])];

/// The dictionary that is shipped.
pub fn dictionary() -> Dictionary {
    Dictionary::decode(&fs::read(shipped("dictionaries/1.cbor")).unwrap()).unwrap()
}

/// The three types of the stories.
pub fn catalogue() -> Catalogue {
    let files = TYPES.map(|name| (name.to_owned(), fs::read(shipped(&format!("types/{name}.json"))).unwrap()));
    Catalogue::load(files, &[&dictionary()]).unwrap()
}

/// The agency's key, which signs everything of its.
pub fn key_of(office: Office) -> SigningKey {
    office.key()
}

/// A file under `schemas/`.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(path)
}

/// The parts of the region's first manifest.
pub fn manifest(catalogue: &Catalogue, dictionary: &Dictionary) -> Contents {
    let agency = |(office, kinds): (Office, &[u16])| Agency {
        code: code_of(office),
        names: office.names(),
        keys: vec![AgencyKey {
            key: key_of(office).verifying_key(),
            uses: Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS),
            from: day("2020-01-01"),
            until: None,
            counts_before: None,
        }],
        status_uri: format!("{}/{}", "https://gd.example.cn/v1/status", office.code()),
        kinds: kinds.to_vec(),
    };
    Contents {
        region: Province::Guangdong.code(),
        names: Province::Guangdong.names(),
        edition: 1,
        issued: moment("2026-01-01T00:00:00Z"),
        expires: moment("2027-01-01T00:00:00Z"),
        agencies: AGENCIES.map(agency).to_vec(),
        kinds: (1..).zip(TYPES).map(|(index, name)| catalogue.find(name).unwrap().to_kind(index)).collect(),
        dictionaries: vec![DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }],
    }
}

/// A manifest, signed by the region's root key.
pub fn signed_manifest(contents: Contents) -> Vec<u8> {
    sign_to_cose(DocumentType::Manifest, &Manifest::new(contents).unwrap().encode(), &Province::Guangdong.root_key())
}

/// The USCC of an agency.
pub fn code_of(office: Office) -> Uscc {
    office.code()
}

/// A pack in which every certificate is valid.
pub fn pack(manifest: &[u8], dictionary: &Dictionary, now: Timestamp) -> Vec<u8> {
    let list = |office: Office| {
        let statuses = Statuses::new(4, 131_072).unwrap();
        let uri = format!("https://gd.example.cn/v1/status/{}/0", office.code());
        let list = StatusList::new(&uri, now, now + SignedDuration::from_hours(24 * 30), 86_400, statuses).unwrap();
        ByteVec::from(sign_to_cose(StatusList::TYPE, &list.encode(), &key_of(office)))
    };
    let root = Province::Guangdong.root_key();
    let contents = pack::Contents {
        region: Province::Guangdong.code(),
        epoch: 1,
        issued: now,
        expires: now + SignedDuration::from_hours(24 * 30),
        roots: vec![pack::Root { region: Province::Guangdong.code(), key: root.verifying_key() }],
        manifests: vec![ByteVec::from(manifest.to_vec())],
        recognitions: Vec::new(),
        status_lists: AGENCIES.map(|(office, _)| list(office)).to_vec(),
        dictionaries: vec![ByteVec::from(dictionary.encode())],
        survivors: None,
    };
    sign_to_cose(pack::Contents::TYPE, &contents.encode(), &root)
}
