//! An agency with a key for every shipped type, and the seals of its sample applications.

use super::{chance, plain, read, root};
use jiff::civil::Date;
use kanhe_core::code::{RegionCode, Uscc};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::key::SigningKey;
use kanhe_core::kind::Label;
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use kanhe_core::qr::{Scanned, encode_digits, url_form};
use kanhe_issuer::application::{Draft, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::Desk;
use kanhe_render::{Level, smallest_version};
use kanhe_tests::world::test_key;
use std::fs;

/// An address of 24 characters; the `#` comes behind it.
const PAGE: &str = "https://code.example.cn/";

/// The day on which sample applications are handed in.
pub const TODAY: Date = Date::constant(2026, 11, 22);

/// The agency's desk, before it is opened for a type.
pub struct Bench {
    catalogue: Catalogue,
    dictionaries: [Dictionary; 1],
    manifest: Manifest,
    key: SigningKey,
}

/// A seal, and the same claims as plain COSE.
pub struct Sealed {
    /// The bytes in the QR code.
    pub bytes: Vec<u8>,
    /// Bytes of plain COSE under zlib.
    pub plain: usize,
}

/// How large a seal is, and its picture.
#[derive(Clone, Copy)]
pub struct Size {
    /// Bytes of the seal.
    pub bytes: usize,
    /// QR version at level M, bare.
    pub version: u8,
    /// QR version at level M, behind the page.
    pub url_version: u8,
}

impl Size {
    /// Draws a seal of so many bytes.
    pub fn of_bytes(bytes: usize) -> Self {
        let digits = encode_digits(&vec![0xff; bytes]);
        let version = |text: &str| smallest_version(text, Level::M).unwrap();
        Self { bytes, version: version(&digits), url_version: version(&url_form(PAGE, &digits)) }
    }

    /// Modules on a side, bare.
    pub const fn modules(self) -> u32 {
        modules_of(self.version)
    }
}

/// Modules on a side of a QR version (ISO/IEC 18004 §5.3.2).
pub const fn modules_of(version: u8) -> u32 {
    17 + 4 * version as u32
}

impl Bench {
    /// Loads what the repository ships, and gives one agency all of it.
    pub fn set() -> Self {
        let dictionary = Dictionary::decode(&fs::read(root().join("schemas/dictionaries/1.cbor")).unwrap()).unwrap();
        let mut names: Vec<String> =
            fs::read_dir(root().join("schemas/types")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let files = names.iter().map(|name| (name.trim_end_matches(".json"), read(&format!("schemas/types/{name}"))));
        let catalogue = Catalogue::load(files, &[&dictionary]).unwrap_or_else(|errors| panic!("{errors:?}"));
        let key = test_key("sizes");
        Self { manifest: manifest(&catalogue, &dictionary, &key), catalogue, dictionaries: [dictionary], key }
    }

    /// The shipped types.
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The shipped dictionary.
    pub const fn dictionary(&self) -> &Dictionary {
        &self.dictionaries[0]
    }

    /// The key that signs.
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Opens the desk for a type.
    pub fn desk(&self, kind: &CertificateKind) -> Desk<'_> {
        Desk::open(&self.manifest, &self.key, kind, &self.dictionaries).unwrap()
    }

    /// The sample applications of a type, admitted: the demo's, or this folder's.
    pub fn drafts(&self, kind: &CertificateKind) -> Vec<Draft> {
        let demo = root().join(format!("crates/kanhe/demo/{}.csv", kind.file()));
        let bytes = fs::read(demo).unwrap_or_else(|_| read(&format!("tests/sizes/{}.json", kind.file())).into_bytes());
        let admit = |row: Result<_, _>| kind.admit(&row.unwrap(), TODAY).unwrap_or_else(|faults| panic!("{}: {faults:?}", kind.file()));
        Table::read(&bytes, kind).unwrap().map(admit).collect()
    }

    /// The seals of a type's sample applications, as the desk issues them.
    pub fn samples(&self, kind: &CertificateKind) -> Vec<Sealed> {
        let desk = self.desk(kind);
        let seal = |draft: Draft| {
            let (slot, salt) = (slot_of(draft.request_id()), chance(draft.request_id()));
            let issued = desk.issue(draft, slot, salt).unwrap_or_else(|error| panic!("{}: {error}", kind.file()));
            let bytes = Scanned::parse(issued.digits()).unwrap().bytes().to_vec();
            let plain = plain::length(issued.certificate(), issued.envelope(), &self.kind_of(kind), &self.key);
            Sealed { bytes, plain }
        };
        self.drafts(kind).into_iter().map(seal).collect()
    }

    /// The type as the manifest publishes it.
    pub fn kind_of(&self, kind: &CertificateKind) -> kanhe_core::kind::Kind {
        self.manifest.kinds.iter().find(|published| published.code == *kind.code()).unwrap().clone()
    }
}

/// A slot of the first list, drawn from the request.
pub fn slot_of(request: &str) -> u32 {
    u32::from_be_bytes(chance(request)[..4].try_into().unwrap()) % kanhe_core::status::ENTRIES_PER_LIST
}

fn manifest(catalogue: &Catalogue, dictionary: &Dictionary, key: &SigningKey) -> Manifest {
    let names = |zh: &str, en: &str| Label { zh: zh.to_owned(), en: en.to_owned() };
    let kinds: Vec<_> = catalogue.kinds().iter().zip(1..).map(|(kind, index)| kind.to_kind(index)).collect();
    let all = Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS);
    let agency = Agency {
        code: Uscc::parse("114400000069410121").unwrap(),
        names: names("广东省市场监督管理局", "Guangdong Administration for Market Regulation"),
        keys: vec![AgencyKey { key: key.verifying_key(), uses: all, from: Date::constant(1990, 1, 1), until: None, counts_before: None }],
        status_uri: "https://status.gd.example.cn/market".to_owned(),
        kinds: kinds.iter().map(|kind| kind.index).collect(),
    };
    Manifest::new(Contents {
        region: RegionCode::parse("440000").unwrap(),
        names: names("广东省", "Guangdong"),
        edition: 1,
        issued: "2026-06-01T00:00:00Z".parse().unwrap(),
        expires: "2026-12-01T00:00:00Z".parse().unwrap(),
        agencies: vec![agency],
        kinds,
        dictionaries: vec![DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }],
    })
    .unwrap()
}
