//! Applications under review: what came in, what happened to it, where it waits. The same rules as for certificates: one batch, every index.

mod entering;
mod finding;
mod keys;
mod open;
mod standing;

pub use finding::FoundProjects;

use crate::record::Shelfmark;
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, Lenient, ProjectCode, RegionCode, TypeCode, Uscc};
use kanhe_core::event::Act;
use kanhe_core::wire;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// How far an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Stage {
    /// 审查中: departments are still to give their opinions.
    #[n(0)]
    InReview,
    /// 待决定: all opinions are there.
    #[n(1)]
    ForDecision,
    /// 准予许可: approved, and a certificate was issued.
    #[n(2)]
    Approved,
    /// 不予许可: refused.
    #[n(3)]
    Rejected,
    /// 撤回: taken back by the applicant.
    #[n(4)]
    Withdrawn,
}

impl Stage {
    /// All stages, in the order in which an application may go through them.
    pub const ALL: [Self; 5] = [Self::InReview, Self::ForDecision, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// The word by which files and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::ForDecision => "for_decision",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Withdrawn)
    }
}

/// An application that is or was under review.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Project {
    /// Its lifelong code (终生唯一编码).
    #[n(0)]
    pub code: ProjectCode,
    /// The agency that decides.
    #[n(1)]
    pub agency: Uscc,
    /// The type of the certificate that is applied for.
    #[n(2)]
    pub type_code: TypeCode,
    /// The applicant's request id.
    #[n(3)]
    pub request: String,
    /// The version whose place the new one is to take, and whether it renews or amends it.
    #[n(4)]
    pub replaces: Option<Replaces>,
    /// The application as it was lodged: one JSON object of columns.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub application: Vec<u8>,
    /// When it arrived.
    #[n(6)]
    #[cbor(with = "wire::moment")]
    pub lodged: Timestamp,
    /// How far it has come.
    #[n(7)]
    pub stage: Stage,
    /// Everything that happened to it, as indexes of the log, the oldest first.
    #[n(8)]
    pub events: Vec<u64>,
    /// The certificate that came of it.
    #[n(9)]
    pub issued: Option<Shelfmark>,
    /// Under which keyed hashes its holders find it, as [`crate::Pen::lodge`] enters them; of the oldest applications there may be none.
    #[n(10)]
    #[cbor(default)]
    pub holders: Vec<ByteArray<16>>,
    /// Where the certificate is to be taken over from; an application that was lodged before this could be asked for has none.
    #[n(11)]
    pub origin: Option<Origin>,
}

/// What an application is to replace.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Replaces {
    /// Renew or amend.
    #[n(0)]
    pub act: Act,
    /// The version.
    #[n(1)]
    pub identifier: CertificateId,
}

/// Where a certificate comes from that is to be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Origin {
    /// The region that gave it away.
    #[n(0)]
    pub region: RegionCode,
    /// Its identifier there.
    #[n(1)]
    #[cbor(with = "wire::foreign_identifier")]
    pub identifier: Lenient<CertificateId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(origin: Option<Origin>) -> Project {
        let holder = ByteArray::from([7; 16]);
        Project {
            code: ProjectCode::parse("440000-20260615-7M3J9PW2ZS-8").unwrap(),
            agency: Uscc::parse("11100000000013338W").unwrap(),
            type_code: TypeCode::parse("11100000000013338W032").unwrap(),
            request: "P-1".to_owned(),
            replaces: None,
            application: b"{}".to_vec(),
            lodged: Timestamp::from_second(1_772_424_000).unwrap(),
            stage: Stage::InReview,
            events: vec![3],
            issued: None,
            holders: vec![holder],
            origin,
        }
    }

    #[test]
    fn an_application_from_before_origins_were_kept_is_read_and_written_as_ever() {
        let bytes = wire::to_vec(&project(None));
        assert_eq!(bytes.first(), Some(&0x8b), "eleven members, as before");
        assert_eq!(minicbor::decode::<Project>(&bytes).unwrap(), project(None));
    }

    #[test]
    fn an_origin_is_kept_as_it_was_written() {
        let identifier = CertificateId::parse_foreign("w032.330100.jy33_1.001.a").unwrap();
        let kept = project(Some(Origin { region: RegionCode::parse("330000").unwrap(), identifier }));
        let mut bytes = wire::to_vec(&kept);
        assert_eq!(minicbor::decode::<Project>(&bytes).unwrap(), kept);
        let at = bytes.windows(4).position(|window| window == b"w032").unwrap();
        bytes[at + 4] = b' ';
        assert!(minicbor::decode::<Project>(&bytes).is_err(), "what is no identifier is a damaged record");
    }
}
