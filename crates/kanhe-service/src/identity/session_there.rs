//! A session at the identity service, by which one of ours is found when that has ended.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

/// Whose session it is there, and which: hashes, for they are only ever compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SessionThere {
    #[n(0)]
    subject: ByteArray<32>,
    #[n(1)]
    session: Option<ByteArray<32>>,
}

/// What a logout token has ended there: a session, or all of somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedThere {
    subject: Option<ByteArray<32>>,
    session: Option<ByteArray<32>>,
}

impl SessionThere {
    /// By the claims `sub` and `sid` of an ID token; some identity services say no `sid`.
    pub fn new(issuer: &str, sub: &str, sid: Option<&str>) -> Self {
        Self { subject: hash(issuer, "sub", sub), session: sid.map(|sid| hash(issuer, "sid", sid)) }
    }

    /// Whether it is over. One of which nobody has said which it is ends with any of its subject.
    pub fn is_over_by(&self, ended: &EndedThere) -> bool {
        let of_subject = ended.subject.map(|subject| subject == self.subject);
        let is_session = ended.session.zip(self.session).map(|(ended, own)| ended == own);
        match (of_subject, is_session) {
            (Some(of_subject), is_session) => of_subject && is_session.unwrap_or(true),
            (None, is_session) => is_session.unwrap_or(false),
        }
    }
}

impl EndedThere {
    /// By the claims of a logout token; none, if it has neither.
    pub fn new(issuer: &str, sub: Option<&str>, sid: Option<&str>) -> Option<Self> {
        let (subject, session) = (sub.map(|sub| hash(issuer, "sub", sub)), sid.map(|sid| hash(issuer, "sid", sid)));
        (subject.is_some() || session.is_some()).then_some(Self { subject, session })
    }
}

fn hash(issuer: &str, claim: &str, value: &str) -> ByteArray<32> {
    let digest: [u8; 32] = Sha256::digest([issuer.as_bytes(), &[0], claim.as_bytes(), &[0], value.as_bytes()].concat()).into();
    ByteArray::from(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_its_own_name_or_with_all_of_its_subject() {
        let ended = |sub, sid| EndedThere::new("https://id.cn", sub, sid).unwrap();
        let (known, nameless) = (SessionThere::new("https://id.cn", "S-1", Some("a")), SessionThere::new("https://id.cn", "S-1", None));
        let rows = [
            (ended(Some("S-1"), None), true, true),
            (ended(Some("S-1"), Some("a")), true, true),
            (ended(Some("S-1"), Some("b")), false, true),
            (ended(None, Some("a")), true, false),
            (ended(None, Some("S-1")), false, false),
            (ended(Some("S-2"), None), false, false),
            (ended(Some("S-2"), Some("a")), false, false),
        ];
        for (ended, of_known, of_nameless) in rows {
            assert_eq!((known.is_over_by(&ended), nameless.is_over_by(&ended)), (of_known, of_nameless), "{ended:?}");
        }
        assert!(!known.is_over_by(&EndedThere::new("https://other.cn", Some("S-1"), Some("a")).unwrap()));
        assert_eq!(EndedThere::new("https://id.cn", None, None), None);
    }
}
