//! A town of people who apply: an agency with keys of its own, and as many operators of cranes as one likes, each with another name.

use crate::cli::TypesArg;
use crate::failure::Failure;
use crate::shipped;
use crate::verbs::clock;
use crate::verbs::key::unsigned;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::{HolderCode, HolderCodeType, RegionCode, Uscc};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Document, sign_to_cose_by};
use kanhe_core::event::Grounds;
use kanhe_core::key::Signer;
use kanhe_core::kind::Label;
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use kanhe_issuer::application::{Application, Table};
use kanhe_issuer::catalogue::{Catalogue, CertificateKind};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::registrar::{Answer, Entry, Grant, Registrar, Signed, effective_on};
use kanhe_store::{Library, SignedManifest};
use std::ops::Range;

/// 建筑施工特种作业操作资格证: a person's certificate with a common number of fields.
pub const KIND: &str = "special-work-operator";

/// On what, and by whom.
pub const BASIS: &str = "《安全生产法》第三十条";
pub const ACTOR: &str = "bench";

const AGENCY: &str = "11430000006122244L";

const FAMILY: &str =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范";

const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬鹏飞雪波辉健斌宁浩凯琳晶慧倩颖欣怡佳嘉俊宇轩博文天一鸣思远志国建\
    春梅兰竹菊松柏峰山海江河川云雷电光耀东南西北中正义仁礼智信诚德福禄寿喜庆祥瑞安康乐和美善良新成立业兴旺发达荣昌盛富贵金银铜铁锡钢石玉珍珠宝";

/// The agency, its right, its words and its people.
pub struct Town {
    manifest: Manifest,
    catalogue: Catalogue,
    dictionaries: Vec<Dictionary>,
    key: NamedKey,
    now: Timestamp,
    family: Vec<char>,
    given: Vec<char>,
}

impl Town {
    /// Founds a town as of a moment.
    pub fn found(now: Timestamp) -> Result<Self, Failure> {
        let types = TypesArg { types: None, dictionaries: None };
        let (catalogue, dictionaries) = (shipped::catalogue(&types)?, shipped::dictionaries(None)?);
        let key = NamedKey::new("bench.example.cn", &clock::chance()?).map_err(|error| Failure::new(error.code(), error))?;
        let manifest = manifest(&catalogue, &dictionaries, key.key(), now)?;
        let (family, given) = (FAMILY.chars().collect(), GIVEN.chars().filter(|letter| !letter.is_whitespace()).collect());
        Ok(Self { manifest, catalogue, dictionaries, key, now, family, given })
    }

    /// The region whose town it is.
    pub fn region(&self) -> RegionCode {
        self.manifest.region
    }

    /// The key that signs here.
    pub const fn key(&self) -> &NamedKey {
        &self.key
    }

    /// What the library works under; the agency's key plays the region's too.
    pub fn manifest(&self) -> Result<SignedManifest, Failure> {
        let envelope = sign_to_cose_by(self.key.key(), Manifest::TYPE, &self.manifest.encode()).map_err(unsigned)?;
        Ok(SignedManifest { envelope, root: self.key.key().verifying_key() })
    }

    /// The table in which some people apply.
    pub fn table(&self, people: Range<u64>) -> String {
        let today = day_in_china(self.now);
        let mut table =
            "request_id,number,holder_name,holder_code_type,holder_code,issued,trade,first_issued_on,sex,employer,training\n".to_owned();
        for person in people {
            let (name, code) = (self.name_of(person), resident_id(person));
            table.push_str(&format!(
                "R-{person},粤A0220{person:08},{name},111,{code},{today},10,2018-04-01,男,广州市万家建筑工程有限公司,47\n"
            ));
        }
        table
    }

    /// The applications of some people, read from a table as `kanhe issue` reads them.
    pub fn applications(&self, people: Range<u64>) -> Result<Vec<Application>, Failure> {
        let table = self.table(people);
        let rows = Table::read(table.as_bytes(), self.kind()?).map_err(|error| Failure::new(error.code(), error))?;
        rows.collect::<Result<_, _>>().map_err(|error| Failure::new(error.code(), error))
    }

    /// The desk at which they are served.
    pub fn desk(&self) -> Result<Desk<'_>, Failure> {
        let desk = Desk::open(&self.manifest, self.key.key(), self.kind()?, &self.dictionaries);
        desk.map(|desk| desk.with(self.key.multiples())).map_err(|error| Failure::new(error.code(), error))
    }

    /// Admits an application and signs what it asks for.
    pub fn sign(&self, library: &Library, desk: &Desk<'_>, application: &Application) -> Result<Signed, Failure> {
        let kind = self.kind()?;
        let draft = kind.admit(application, day_in_china(self.now));
        let draft = draft.map_err(|faults| Failure::new("bench_refused", format!("{faults:?}")))?;
        let entry = self.entry(effective_on(draft.issued(), self.now))?;
        let answer = Registrar::new(library).answer(desk, draft, Grant { entry, salt: *clock::chance()? });
        match answer.map_err(|error| Failure::new(error.code(), error))? {
            Answer::New(signed) => Ok(*signed),
            Answer::Before(_) => Err(Failure::new("bench_refused", "somebody has applied twice")),
        }
    }

    /// Why something is done here.
    pub fn entry(&self, effective: Timestamp) -> Result<Entry, Failure> {
        let grounds = Grounds::new(BASIS, "考核合格", ACTOR).map_err(|error| Failure::new(error.code(), error))?;
        Ok(Entry { grounds, effective, now: self.now, salt: *clock::chance()? })
    }

    /// A name of three characters: nearly a million different ones.
    pub fn name_of(&self, person: u64) -> String {
        // A person's neighbours have other names in every letter.
        let mixed = person.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let at = |letters: &[char], number: u64| {
            let place = number % u64::try_from(letters.len().max(1)).unwrap_or(1);
            usize::try_from(place).ok().and_then(|place| letters.get(place)).copied().unwrap_or('王')
        };
        let count = |letters: &[char]| u64::try_from(letters.len()).unwrap_or(1);
        let (families, given) = (count(&self.family), count(&self.given));
        [at(&self.family, mixed), at(&self.given, mixed / families), at(&self.given, mixed / families / given)].iter().collect()
    }

    fn kind(&self) -> Result<&CertificateKind, Failure> {
        self.catalogue.find(KIND).ok_or_else(|| Failure::new("type_unknown", KIND))
    }
}

/// The code of a person: a made-up resident id with a valid check character.
pub fn holder(person: u64) -> Result<HolderCode, Failure> {
    HolderCode::new(HolderCodeType::ResidentId, &resident_id(person)).map_err(|error| Failure::new(error.code(), error))
}

fn resident_id(person: u64) -> String {
    const WEIGHTS: [u64; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (year, month, day) = (1950 + person / 336 % 50, person / 28 % 12 + 1, person % 28 + 1);
    let body = format!("44{:04}{year:04}{month:02}{day:02}{:03}", 101 + person / 16_800_000 % 9_000, person / 16_800 % 1_000);
    let sum: u64 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    // ISO 7064 MOD 11-2, as GB 11643 writes it.
    let check = usize::try_from(sum % 11).ok().and_then(|place| "10X98765432".chars().nth(place)).unwrap_or('X');
    format!("{body}{check}")
}

fn manifest(catalogue: &Catalogue, dictionaries: &[Dictionary], key: &dyn Signer, now: Timestamp) -> Result<Manifest, Failure> {
    let label = |zh: &str, en: &str| Label { zh: zh.to_owned(), en: en.to_owned() };
    let failed = |error: &dyn std::fmt::Display| Failure::new("bench_refused", error);
    let uses = Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS);
    let key = AgencyKey { key: key.verifying_key(), uses, from: Date::constant(2020, 1, 1), until: None, counts_before: None };
    let kind = catalogue.find(KIND).ok_or_else(|| Failure::new("type_unknown", KIND))?;
    let agency = Agency {
        code: Uscc::parse(AGENCY).map_err(|error| failed(&error))?,
        names: label("广州市住房和城乡建设局", "Guangzhou Housing and Construction Bureau"),
        keys: vec![key],
        status_uri: "https://gz.example.cn/status".to_owned(),
        kinds: vec![1],
    };
    Manifest::new(Contents {
        region: RegionCode::parse("440000").map_err(|error| failed(&error))?,
        names: label("广东省", "Guangdong"),
        edition: 1,
        issued: now,
        expires: now.checked_add(SignedDuration::from_hours(24 * 365)).unwrap_or(Timestamp::MAX),
        agencies: vec![agency],
        kinds: vec![kind.to_kind(1)],
        dictionaries: dictionaries.iter().map(|one| DictionaryDigest { id: one.id(), digest: one.digest() }).collect(),
    })
    .map_err(|error| failed(&error))
}
