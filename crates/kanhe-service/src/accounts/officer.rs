//! An officer: who it is, and how it proves that.

use super::mandate::Mandate;
use super::paper::{moment_or_never, read};
use super::second_factor::SECRET_BYTES;
use crate::identity::Subject;
use jiff::Timestamp;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use std::fmt;
use thiserror::Error;

/// A one-time password is good for so many days.
pub const ONE_TIME_DAYS: i64 = 7;

/// What an officer types to sign in, and what the log calls it: 2 to 64 of `a-z 0-9 . _ @ -`, the first and last a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

/// A login that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a login has 2 to 64 of a-z, 0-9, `.`, `_`, `@` and `-`, and begins and ends with a letter or digit")]
pub struct LoginError;

impl LoginError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        "login_malformed"
    }
}

impl Login {
    /// Reads a login.
    pub fn parse(text: &str) -> Result<Self, LoginError> {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let plain = text.bytes().all(|byte| letter(byte) || b"._@-".contains(&byte));
        let ends = text.bytes().next().is_some_and(letter) && text.bytes().last().is_some_and(letter);
        if plain && ends && (2..=64).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(LoginError) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By which paths and drawers name an officer: it tells nothing of the login to who does not have the library's secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficerId([u8; 16]);

impl OfficerId {
    /// The id of a login, whether or not somebody has it.
    pub fn of(library: &Library, login: &str) -> Self {
        Self(library.veil(&[b"officer ", login.as_bytes()].concat()))
    }

    /// Reads 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let number = (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten()?;
        let id = Self(number.to_be_bytes());
        (id.to_string() == text).then_some(id)
    }

    pub(super) fn of_key(key: &[u8]) -> Option<Self> {
        key.last_chunk().copied().map(Self)
    }

    pub(super) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(super) fn key(&self) -> Vec<u8> {
        [&[OFFICERS], self.0.as_slice()].concat()
    }
}

impl fmt::Display for OfficerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What the first byte of a key in the drawer tells of: officers, tries to sign in, the officers of an agency, and whom an identity service
/// names.
pub(super) const OFFICERS: u8 = 0;
pub(super) const TRIES: u8 = 1;
pub(super) const OF_AGENCY: u8 = 2;
const SUBJECTS: u8 = 3;

/// An officer.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Officer {
    /// What it types to sign in.
    #[n(0)]
    pub login: String,
    /// What it may do.
    #[n(1)]
    pub mandate: Mandate,
    /// A PHC string.
    #[n(2)]
    pub(super) password: String,
    /// Until when a one-time password is good; none, where the officer has chosen its own.
    #[n(3)]
    #[cbor(with = "moment_or_never")]
    pub(super) one_time_until: Option<Timestamp>,
    /// The second factor.
    #[n(4)]
    pub(super) second_factor: Option<SecondFactor>,
    /// Whether it may sign in.
    #[n(5)]
    pub active: bool,
    /// Rises with everything that ends all sessions.
    #[n(6)]
    pub(super) edition: u64,
    /// When it was added.
    #[n(7)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub added: Timestamp,
    /// Who it is for the identity service.
    #[n(8)]
    pub subject: Option<Subject>,
}

/// A secret that an authenticator app has too.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct SecondFactor {
    #[n(0)]
    pub(super) secret: ByteArray<SECRET_BYTES>,
    /// Whether the officer has shown a code: before that, it does not count.
    #[n(1)]
    pub(super) confirmed: bool,
    /// The step of the last code that was taken: none before it is taken again.
    #[n(2)]
    pub(super) last: u64,
}

impl Officer {
    /// Whether it has still to choose a password of its own.
    pub const fn must_change(&self) -> bool {
        self.one_time_until.is_some()
    }

    /// Whether it signs in with a second factor.
    pub fn has_second_factor(&self) -> bool {
        self.second_factor.as_ref().is_some_and(|factor| factor.confirmed)
    }

    /// The officer with an id.
    pub fn find(library: &Library, id: OfficerId) -> Result<Option<Self>, StoreError> {
        library.office(Drawer::Officers, &id.key())?.map(|paper| read(&paper)).transpose()
    }

    /// The officer with an id, as a commit finds it.
    pub(super) fn in_commit(pen: &Pen<'_>, id: OfficerId) -> Result<Option<Self>, StoreError> {
        pen.office(Drawer::Officers, &id.key())?.map(|paper| read(&paper)).transpose()
    }

    /// Where it stands which officer a subject is; it tells nothing of the subject to who does not have the library's secret.
    pub(super) fn place_of(library: &Library, subject: &Subject) -> Vec<u8> {
        let veiled = library.veil(&[b"subject ", subject.bytes().as_slice()].concat());
        [&[SUBJECTS], veiled.as_slice()].concat()
    }

    pub(super) fn put(&self, pen: &mut Pen<'_>, id: OfficerId) -> Result<(), StoreError> {
        let listed = [&[OF_AGENCY], self.mandate.agency().as_str().as_bytes(), id.bytes().as_slice()].concat();
        pen.put_office(Drawer::Officers, &listed, &[])?;
        pen.put_office(Drawer::Officers, &id.key(), &super::paper::written(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_plain() {
        for good in ["zs", "zhang.san", "li-4@market", "0a"] {
            assert!(Login::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "z", "Zhang", "zhang san", "key:ab", "张三", ".zs", "zs-", &"a".repeat(65)] {
            assert_eq!(Login::parse(bad).err().map(|error| error.code()), Some("login_malformed"), "{bad}");
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0123456789abcdef0123456789abcdef";
        assert_eq!(OfficerId::parse(text).unwrap().to_string(), text);
        for bad in ["", "0123", &text.to_uppercase(), &format!("+{}", &text[1..]), &format!("{text}0")] {
            assert!(OfficerId::parse(bad).is_none(), "{bad}");
        }
    }
}
