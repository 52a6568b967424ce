//! A registry for the stories: one agency of Guangdong with a real library, two types, and people who apply.

use jiff::Timestamp;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, RegionCode};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::event::Grounds;
use kanhe_core::key::{Signer, SigningKey};
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use kanhe_issuer::application::{Application, Draft, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::proposal::Proposal;
use kanhe_issuer::registrar::{Entered, Entry, Grant, Registrar, RegistrarError, Replacement, Signed, effective_on};
use kanhe_store::{Card, Library, LibrarySecret, Pen, Plot, Settings, Shelfmark, StoreError};
use kanhe_tests::Office;
use kanhe_tests::world::{day, label, moment, test_key};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// 会计从业资格证: one valid certificate a holder, six years.
pub const ACCOUNTING: &str = "accounting-qualification";

/// 建筑施工特种作业操作资格证: as many as one likes, two years.
pub const OPERATOR: &str = "special-work-operator";

/// Everything that does not change while certificates come and go.
pub struct House {
    catalogue: Catalogue,
    dictionaries: Vec<Dictionary>,
    manifest: Manifest,
    key: SigningKey,
}

impl House {
    pub fn new() -> Self {
        Self::of(Office::Guangzhou)
    }

    /// The house of another agency, which has the same key.
    pub fn of(office: Office) -> Self {
        Self::with(office, "Guangzhou Approvals", |_, file| file)
    }

    /// The house in which the agency has got another name, and a type another edition of its file.
    pub fn renamed(name: &str, edit: impl Fn(String) -> String) -> Self {
        Self::with(Office::Guangzhou, "Guangzhou Data", |file_name, file| if file_name == name { edit(file) } else { file })
    }

    /// The house whose type of `name` asks for a review.
    pub fn reviewing(name: &str, review: &str) -> Self {
        let added = format!("\"review\": {review},\n  \"seal\":");
        Self::with(
            Office::Guangzhou,
            "Guangzhou Approvals",
            |file_name, file| if file_name == name { file.replacen("\"seal\":", &added, 1) } else { file },
        )
    }

    fn with(office: Office, agency: &str, edit: impl Fn(&str, String) -> String) -> Self {
        let shipped = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(path);
        let dictionary = Dictionary::decode(&fs::read(shipped("dictionaries/1.cbor")).unwrap()).unwrap();
        let file = |name: &str| edit(name, fs::read_to_string(shipped(&format!("types/{name}.json"))).unwrap());
        let files = [ACCOUNTING, OPERATOR].map(|name| (format!("{name}.json"), file(name)));
        let catalogue = Catalogue::load(files, &[&dictionary]).unwrap();
        let key = test_key("registry");
        let keys = vec![AgencyKey {
            key: key.verifying_key(),
            uses: Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS),
            from: day("2020-01-01"),
            until: None,
            counts_before: None,
        }];
        let agency = Agency {
            code: office.code(),
            names: label("广州市行政审批局", agency),
            keys,
            status_uri: "https://gz.example.cn/status".to_owned(),
            kinds: vec![1, 2],
        };
        let manifest = Manifest::new(Contents {
            region: RegionCode::parse("440000").unwrap(),
            names: label("广东省", "Guangdong"),
            edition: 1,
            issued: moment("2026-01-01T00:00:00Z"),
            expires: moment("2027-01-01T00:00:00Z"),
            agencies: vec![agency],
            kinds: [(1, ACCOUNTING), (2, OPERATOR)].map(|(index, name)| catalogue.find(name).unwrap().to_kind(index)).to_vec(),
            dictionaries: vec![DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }],
        })
        .unwrap();
        Self { catalogue, dictionaries: vec![dictionary], manifest, key }
    }

    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub fn dictionaries(&self) -> Vec<&Dictionary> {
        self.dictionaries.iter().collect()
    }

    pub fn kind(&self, name: &str) -> &CertificateKind {
        self.catalogue.find(name).unwrap()
    }

    pub fn public_key(&self) -> kanhe_core::key::VerifyingKey {
        self.key.verifying_key()
    }

    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn key(&self) -> SigningKey {
        self.key.clone()
    }

    pub fn desk(&self, name: &str) -> Desk<'_> {
        self.desk_with(name, &self.key)
    }

    pub fn desk_with<'a>(&'a self, name: &str, key: &'a dyn Signer) -> Desk<'a> {
        Desk::open(&self.manifest, key, self.kind(name), &self.dictionaries).unwrap()
    }

    /// The application of a person, on a day.
    pub fn draft(&self, name: &str, person: usize, request: &str, issued: &str) -> Draft {
        self.draft_of(name, (person, &name_of(person)), request, issued)
    }

    /// The application of a person under a name of his choice.
    pub fn draft_of(&self, name: &str, person: (usize, &str), request: &str, issued: &str) -> Draft {
        let kind = self.kind(name);
        let application = self.application_of(name, person, request, issued);
        kind.admit(&application, day(issued)).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    /// The row in which a person applies; without a day of issue where that is empty.
    pub fn application(&self, name: &str, person: usize, request: &str, issued: &str) -> Application {
        self.application_of(name, (person, &name_of(person)), request, issued)
    }

    /// The row in which a person applies for what is to begin on a day, to operate; without a day of issue.
    pub fn application_from(&self, person: usize, request: &str, from: &str) -> Application {
        let (holder, code) = (name_of(person), resident_id(person));
        let csv = format!(
            "request_id,number,holder_name,holder_code_type,holder_code,valid_from,trade,first_issued_on,sex,employer,training\n\
             {request},粤A0220{person:08},{holder},111,{code},{from},10,2018-04-01,男,广州市万家建筑工程有限公司,47\n"
        );
        Table::read(csv.as_bytes(), self.kind(OPERATOR)).unwrap().next().unwrap().unwrap()
    }

    fn application_of(&self, name: &str, (person, holder): (usize, &str), request: &str, issued: &str) -> Application {
        let code = resident_id(person);
        let csv = match name {
            ACCOUNTING => format!(
                "request_id,number,holder_name,holder_code_type,holder_code,issued,qualified_on,title,sex\n\
                 {request},{:012},{holder},111,{code},{issued},2020-01-01,1,女\n",
                // Another request has another number, and a new version, asked for behind a `+`, the same.
                request
                    .split('+')
                    .next()
                    .unwrap_or_default()
                    .bytes()
                    .fold(0_u64, |number, byte| (number * 31 + u64::from(byte)) % 1_000_000_000_000)
            ),
            _ => format!(
                "request_id,number,holder_name,holder_code_type,holder_code,issued,trade,first_issued_on,sex,employer,training\n\
                 {request},粤A0220{person:08},{holder},111,{code},{issued},10,2018-04-01,男,广州市万家建筑工程有限公司,47\n"
            ),
        };
        Table::read(csv.as_bytes(), self.kind(name)).unwrap().next().unwrap().unwrap()
    }
}

/// A library in a folder of its own, and the house that fills it.
pub struct Registry {
    pub house: House,
    pub folder: TempDir,
    pub library: Library,
    salts: std::cell::Cell<u64>,
}

pub fn secret() -> LibrarySecret {
    LibrarySecret::new(zeroize::Zeroizing::new(*b"kanhe test library secret 000000"))
}

impl Registry {
    pub fn new() -> Self {
        Self::of(House::new())
    }

    pub fn of(house: House) -> Self {
        Self::founded(house, 0)
    }

    /// One whose library is founded beside another, which has all pages of slots before this one.
    pub fn beside(first_page: u32) -> Self {
        Self::founded(House::new(), first_page)
    }

    fn founded(house: House, first_page: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (plot, region) = (Plot::take(&folder.path().join("db")).unwrap(), RegionCode::parse("440000").unwrap());
        Library::create_beside(&plot, region, "gd.example.cn/log", &secret(), Settings::default(), first_page).unwrap();
        drop(plot);
        let library = Library::open(&folder.path().join("db"), &secret(), Settings::default()).unwrap();
        Self { house, folder, library, salts: std::cell::Cell::new(0) }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("db")
    }

    /// Closes the library and opens it again.
    pub fn reopen(self) -> Self {
        self.reopen_after(|_| {})
    }

    /// The same, after something was done to the closed database.
    pub fn reopen_after(self, act: impl FnOnce(&Path)) -> Self {
        let Self { house, folder, library, salts } = self;
        drop(library);
        let path = folder.path().join("db");
        act(&path);
        let library = Library::open(&path, &secret(), Settings::default()).unwrap();
        Self { house, folder, library, salts }
    }

    pub fn registrar(&self) -> Registrar<'_> {
        Registrar::new(&self.library)
    }

    pub fn salt(&self) -> [u8; 16] {
        self.salts.set(self.salts.get() + 1);
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.salts.get().to_be_bytes());
        salt
    }

    pub fn entry(&self, effective: Timestamp, now: Timestamp) -> Entry {
        let grounds = Grounds::new("《行政许可法》第三十八条", "符合法定条件", "officer-7").unwrap();
        Entry { grounds, effective, now, salt: self.salt() }
    }

    pub fn grant(&self, effective: Timestamp, now: Timestamp) -> Grant {
        Grant { entry: self.entry(effective, now), salt: self.salt() }
    }

    pub fn sign(&self, name: &str, person: usize, request: &str, issued: &str) -> Signed {
        let now = moment(&format!("{issued}T04:00:00Z"));
        let draft = self.house.draft(name, person, request, issued);
        let grant = self.grant(effective_on(day(issued), now), now);
        self.registrar().sign(&self.house.desk(name), draft, grant).unwrap()
    }

    pub fn issue(&self, name: &str, person: usize, request: &str, issued: &str) -> Result<Entered, RegistrarError> {
        let signed = [self.sign(name, person, request, issued)];
        self.registrar().enter(&signed).unwrap().pop().unwrap()
    }

    /// Issues to somebody who has none, and returns where it stands.
    pub fn issued(&self, name: &str, person: usize, issued: &str) -> Shelfmark {
        self.issue(name, person, &format!("R-{name}-{person}"), issued).unwrap().shelfmark()
    }

    pub fn identifier(&self, shelfmark: Shelfmark) -> CertificateId {
        self.library.card(shelfmark).unwrap().identifier
    }

    pub fn change(&self, shelfmark: Shelfmark, change: Change, at: &str) -> Result<Card, RegistrarError> {
        self.registrar().change(&self.identifier(shelfmark), change, &self.entry(moment(at), moment(at)), None)
    }

    pub fn replace(
        &self,
        shelfmark: Shelfmark,
        replacement: Replacement,
        person: usize,
        request: &str,
        at: &str,
    ) -> Result<Entered, RegistrarError> {
        let at = moment(at);
        let name =
            if self.library.card(shelfmark).unwrap().type_code() == self.house.kind(ACCOUNTING).code() { ACCOUNTING } else { OPERATOR };
        let draft = self.house.draft(name, person, request, &day_in_china(at).to_string());
        let desk = self.house.desk(name);
        self.registrar().replace(&desk, &self.identifier(shelfmark), replacement, draft, self.grant(at, at))
    }
}

/// A name of two to three characters that depends on the number.
pub fn name_of(person: usize) -> String {
    const FAMILY: [char; 8] = ['王', '李', '张', '刘', '陈', '杨', '㛃', '𠮷'];
    const GIVEN: [char; 16] = ['伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明'];
    [FAMILY[person % 8], GIVEN[person / 8 % 16], GIVEN[person / 128 % 16]].iter().collect()
}

/// A made-up resident id with a valid check character.
pub fn resident_id(person: usize) -> String {
    let body =
        format!("440199{:04}{:02}{:02}{:03}", 1950 + person / 336 % 50, person / 28 % 12 + 1, person % 28 + 1, person / 16800 % 1000);
    let complete = |check: char| format!("{body}{check}");
    "0123456789X".chars().map(complete).find(|code| HolderCode::new(HolderCodeType::ResidentId, code).is_ok()).unwrap()
}

pub fn holder(person: usize) -> HolderCode {
    HolderCode::new(HolderCodeType::ResidentId, &resident_id(person)).unwrap()
}

/// Stories in which nobody leaves.
pub fn everybody_in_office(_: &Library, _: &Pen<'_>, _: &Proposal, _: Timestamp) -> Result<bool, StoreError> {
    Ok(true)
}

/// Stories in which no system has a key.
pub fn nobody_behind(_: &Pen<'_>, _: &str) -> Result<Vec<String>, StoreError> {
    Ok(Vec::new())
}
