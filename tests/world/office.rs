//! The regions and agencies of the world, with their keys.

use super::kinds::{self, label};
use super::{day, moment, test_key};
use kanhe_core::code::{RegionCode, Uscc, check};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::key::SigningKey;
use kanhe_core::kind::Label;
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Uses};

/// A region with a manifest of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Province {
    /// 广东, where the counter stands.
    Guangdong,
    /// 浙江, whose certificates need recognition in Guangdong.
    Zhejiang,
}

impl Province {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Guangdong, Self::Zhejiang];

    /// The code of GB/T 2260.
    pub fn code(self) -> RegionCode {
        let code = match self {
            Self::Guangdong => "440000",
            Self::Zhejiang => "330000",
        };
        RegionCode::parse(code).unwrap()
    }

    /// What people call it.
    pub fn names(self) -> Label {
        match self {
            Self::Guangdong => label("广东省", "Guangdong"),
            Self::Zhejiang => label("浙江省", "Zhejiang"),
        }
    }

    /// The key that signs its manifest, recognition and pack.
    pub fn root_key(self) -> SigningKey {
        match self {
            Self::Guangdong => test_key("guangdong root"),
            Self::Zhejiang => test_key("zhejiang root"),
        }
    }

    /// The parts of its manifest: good from 1 June 2026 to the end of the year.
    pub fn manifest(self, dictionary: &Dictionary) -> Contents {
        Contents {
            region: self.code(),
            names: self.names(),
            edition: 12,
            issued: moment("2026-06-01T00:00:00Z"),
            expires: moment("2027-01-01T00:00:00Z"),
            agencies: Office::ALL.into_iter().filter(|office| office.province() == self).map(Office::agency).collect(),
            kinds: kinds::of(self, dictionary.id()),
            dictionaries: vec![DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }],
        }
    }
}

/// An agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// 广州市行政审批局: food permits and real-estate titles.
    Guangzhou,
    /// 广东省住房和城乡建设厅: special-work operators.
    Housing,
    /// 杭州市行政审批局: all three, in Zhejiang.
    Hangzhou,
}

impl Office {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Guangzhou, Self::Housing, Self::Hangzhou];

    /// Where it is.
    pub fn province(self) -> Province {
        match self {
            Self::Guangzhou | Self::Housing => Province::Guangdong,
            Self::Hangzhou => Province::Zhejiang,
        }
    }

    /// Its USCC.
    pub fn code(self) -> Uscc {
        match self {
            Self::Guangzhou => organisation("11", "440100", "90000001"),
            Self::Housing => organisation("11", "440000", "90000002"),
            Self::Hangzhou => organisation("11", "330100", "90000003"),
        }
    }

    /// What people call it.
    pub fn names(self) -> Label {
        match self {
            Self::Guangzhou => label("广州市行政审批局", "Guangzhou Administrative Approval Bureau"),
            Self::Housing => label("广东省住房和城乡建设厅", "Guangdong Housing and Urban-Rural Development"),
            Self::Hangzhou => label("杭州市行政审批局", "Hangzhou Administrative Approval Bureau"),
        }
    }

    /// The key that signs its seals and certificates since 2024.
    pub fn key(self) -> SigningKey {
        test_key(&format!("{} 2024", self.word()))
    }

    /// The key that signed its seals and certificates from 2020 to 2023.
    pub fn old_key(self) -> SigningKey {
        test_key(&format!("{} 2020", self.word()))
    }

    /// The key that signs its status lists.
    pub fn status_key(self) -> SigningKey {
        test_key(&format!("{} st", self.word()))
    }

    /// Where its status lists are published.
    pub fn status_uri(self) -> String {
        format!("https://{}.example/status", self.word())
    }

    /// Its entry in the manifest of its region.
    pub fn agency(self) -> Agency {
        let documents = Uses::SEAL.and(Uses::CERTIFICATE);
        let entry = |key: SigningKey, uses, from, until: Option<&str>| AgencyKey {
            key: key.verifying_key(),
            uses,
            from: day(from),
            until: until.map(day),
            counts_before: None,
        };
        Agency {
            code: self.code(),
            names: self.names(),
            keys: vec![
                entry(self.old_key(), documents, "2020-01-01", Some("2023-12-31")),
                entry(self.key(), documents, "2024-01-01", None),
                entry(self.status_key(), Uses::STATUS, "2020-01-01", None),
            ],
            status_uri: self.status_uri(),
            kinds: self.kinds(),
        }
    }

    fn kinds(self) -> Vec<u16> {
        match self {
            Self::Guangzhou => vec![kinds::FOOD, kinds::TITLE],
            Self::Housing => vec![kinds::OPERATOR],
            Self::Hangzhou => vec![kinds::ZJ_FOOD, kinds::ZJ_TITLE, kinds::ZJ_OPERATOR],
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Guangzhou => "guangzhou",
            Self::Housing => "housing",
            Self::Hangzhou => "hangzhou",
        }
    }
}

/// An organisation's code from its first 16 characters, with both check characters computed.
pub(super) fn organisation(department: &str, region: &str, body: &str) -> Uscc {
    let unfinished = format!("{department}{region}{body}{}", check::gb_11714(body).unwrap());
    Uscc::parse(&format!("{unfinished}{}", check::gb_32100(&unfinished).unwrap())).unwrap()
}
