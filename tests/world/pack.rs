//! A pack in the making: the one that Guangdong would publish, with whatever a story changes in it.

use super::kinds;
use super::{Office, PLATFORM, Province, World, day, moment};
use jiff::Timestamp;
use kanhe_core::code::TypeCode;
use kanhe_core::envelope::{Authentic, DocumentType, sign_to_cose};
use kanhe_core::key::{SigningKey, VerifyingKey};
use kanhe_core::manifest::{self, Manifest};
use kanhe_core::pack::{Contents, Pack, PackError, Root};
use kanhe_core::qr::Scanned;
use kanhe_core::recognition::{self, Recognition, Row};
use kanhe_core::seal::seal_hash;
use kanhe_core::status::{State, StatusList, Statuses};
use kanhe_core::survivors::Survivors;
use minicbor::bytes::ByteVec;

/// Each agency's list 0 has so many entries; a real one has 131,072.
const ENTRIES: u32 = 4096;

/// A pack that is still being put together.
#[derive(Clone, Debug)]
pub struct PackPlan<'w> {
    world: &'w World,
    made: Timestamp,
    expires: Timestamp,
    signer: SigningKey,
    manifests: Vec<manifest::Contents>,
    recognition: Option<recognition::Contents>,
    lists: Vec<Office>,
    lists_made: Timestamp,
    lists_expire: Timestamp,
    states: Vec<(Office, u32, u8)>,
    survivors: Option<Vec<ByteVec>>,
}

impl<'w> PackPlan<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self {
            world,
            made: moment("2026-06-15T01:00:00Z"),
            expires: moment("2026-07-15T01:00:00Z"),
            signer: Province::Guangdong.root_key(),
            manifests: Province::ALL.map(|province| province.manifest(&world.dictionary)).to_vec(),
            recognition: Some(recognition()),
            lists: Office::ALL.to_vec(),
            lists_made: moment("2026-06-15T00:00:00Z"),
            lists_expire: moment("2026-12-15T00:00:00Z"),
            states: Vec::new(),
            survivors: None,
        }
    }

    /// When the pack was made.
    pub fn made(mut self, at: &str) -> Self {
        self.made = moment(at);
        self
    }

    /// From when on it vouches for nothing.
    pub fn expires(mut self, at: &str) -> Self {
        self.expires = moment(at);
        self
    }

    /// Who signs it, the rightful key or not.
    pub fn signed_by(mut self, key: SigningKey) -> Self {
        self.signer = key;
        self
    }

    /// Changes what a region's manifest says.
    pub fn manifest(mut self, of: Province, change: impl FnOnce(&mut manifest::Contents)) -> Self {
        change(self.manifests.iter_mut().find(|manifest| manifest.region == of.code()).expect("the region has a manifest"));
        self
    }

    /// Changes what Guangdong recognises.
    pub fn recognition(mut self, change: impl FnOnce(&mut recognition::Contents)) -> Self {
        change(self.recognition.as_mut().expect("there is a recognition"));
        self
    }

    /// Guangdong recognises nothing of others.
    pub fn without_recognition(mut self) -> Self {
        self.recognition = None;
        self
    }

    /// When all lists were made.
    pub fn lists_made(mut self, at: &str) -> Self {
        self.lists_made = moment(at);
        self
    }

    /// From when on the lists say nothing.
    pub fn lists_expire(mut self, at: &str) -> Self {
        self.lists_expire = moment(at);
        self
    }

    /// The pack came without an agency's list.
    pub fn without_list(mut self, office: Office) -> Self {
        self.lists.retain(|other| *other != office);
        self
    }

    /// The pack knows of one region alone.
    pub fn only(mut self, of: Province) -> Self {
        self.manifests.retain(|manifest| manifest.region == of.code());
        self.lists.retain(|office| office.province() == of);
        self
    }

    /// What has become of a certificate.
    pub fn state(self, office: Office, slot: u32, state: State) -> Self {
        self.state_bits(office, slot, state.bits())
    }

    /// What an agency's list says of a certificate, in bits that may mean nothing here.
    pub fn state_bits(mut self, office: Office, slot: u32, bits: u8) -> Self {
        self.states.push((office, slot, bits));
        self
    }

    /// An agency's key was stolen: it counts only before an index of the log.
    pub fn stolen(self, office: Office, before: u64) -> Self {
        self.manifest(office.province(), |manifest| {
            let keys = manifest.agencies.iter_mut().flat_map(|agency| &mut agency.keys);
            keys.filter(|key| key.key == office.key().verifying_key()).for_each(|key| key.counts_before = Some(before));
        })
    }

    /// The list of the seals that were honest, for a cut-off.
    pub fn survivors(mut self, office: Office, before: u64, seals: &[&str]) -> Self {
        let hash = |text: &&str| seal_hash(Scanned::parse(text).unwrap().bytes());
        let (region, key) = (office.province().code(), office.key().verifying_key());
        let list = Survivors::of(region, key, before, self.made, seals.iter().map(hash).collect()).unwrap();
        let envelope = sign_to_cose(DocumentType::Survivors, &list.encode(), &office.province().root_key());
        self.survivors.get_or_insert_default().push(envelope.into());
        self
    }

    /// The signed list of an agency, an envelope.
    pub fn list(&self, office: Office) -> Vec<u8> {
        let mut statuses = Statuses::new(4, ENTRIES).unwrap();
        for (_, slot, bits) in self.states.iter().filter(|(of, ..)| *of == office) {
            statuses.set(*slot, *bits).unwrap();
        }
        let uri = office.agency().list_uri(0);
        let list = StatusList::new(&uri, self.lists_made, self.lists_expire, 43_200, statuses).unwrap();
        sign_to_cose(DocumentType::StatusList, &list.encode(), &office.status_key())
    }

    /// The signed manifest of a region, an envelope.
    pub fn manifest_envelope(&self, of: Province) -> Vec<u8> {
        let contents = self.manifests.iter().find(|manifest| manifest.region == of.code()).expect("the region has a manifest");
        let manifest = Manifest::new(contents.clone()).unwrap_or_else(|error| panic!("{error}"));
        sign_to_cose(DocumentType::Manifest, &manifest.encode(), &of.root_key())
    }

    /// The signed recognition of Guangdong, an envelope.
    pub fn recognition_envelope(&self) -> Option<Vec<u8>> {
        let recognition = Recognition::new(self.recognition.clone()?).unwrap_or_else(|error| panic!("{error}"));
        Some(sign_to_cose(DocumentType::Recognition, &recognition.encode(), &Province::Guangdong.root_key()))
    }

    fn knows(&self, of: Province) -> bool {
        self.manifests.iter().any(|manifest| manifest.region == of.code())
    }

    /// The parts of the pack as they are signed.
    pub fn contents(&self) -> Contents {
        Contents {
            region: Province::Guangdong.code(),
            epoch: 41,
            issued: self.made,
            expires: self.expires,
            roots: Province::ALL.map(|of| Root { region: of.code(), key: of.root_key().verifying_key() }).to_vec(),
            manifests: Province::ALL.into_iter().filter(|of| self.knows(*of)).map(|of| self.manifest_envelope(of).into()).collect(),
            recognitions: self.recognition_envelope().into_iter().map(Into::into).collect(),
            status_lists: self.lists.iter().map(|office| self.list(*office).into()).collect(),
            dictionaries: vec![self.world.dictionary.encode().into()],
            survivors: self.survivors.clone(),
        }
    }

    /// The pack as it is published.
    pub fn bytes(&self) -> Vec<u8> {
        sign_to_cose(DocumentType::Pack, &self.contents().encode(), &self.signer)
    }

    /// The pack as a counter holds it, or why it holds none.
    pub fn try_open(&self) -> Result<Authentic<Pack>, PackError> {
        Pack::open(&self.bytes(), &[trusted_key()])
    }

    /// The pack as a counter holds it.
    pub fn open(&self) -> Authentic<Pack> {
        self.try_open().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The one key that the counter trusts from the start.
pub fn trusted_key() -> VerifyingKey {
    Province::Guangdong.root_key().verifying_key()
}

/// A row about a type of Zhejiang.
pub fn recognition_row(type_code: TypeCode, scenes: &[&str], from: &str, until: Option<&str>) -> Row {
    Row {
        region: Province::Zhejiang.code(),
        type_code,
        scenes: scenes.iter().map(|scene| (*scene).to_owned()).collect(),
        from: day(from),
        until: until.map(day),
    }
}

/// Food permits of Zhejiang on platforms and in tenders until the end of 2027, titles for everything, operators not at all.
pub fn recognition() -> recognition::Contents {
    recognition::Contents {
        region: Province::Guangdong.code(),
        edition: 3,
        issued: moment("2026-05-01T00:00:00Z"),
        expires: moment("2026-11-01T00:00:00Z"),
        rows: vec![
            recognition_row(kinds::food_code(), &[PLATFORM, "tender"], "2025-01-01", Some("2027-12-31")),
            recognition_row(kinds::title_code(), &[], "2025-01-01", None),
        ],
    }
}
