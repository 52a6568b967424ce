//! The identifier of a certificate (证照标识, GB/T 36904): unique, lifelong, one for each version.

use std::fmt;

use super::ascii::length_of;
use super::check::{Mismatch, mod_37_36_of};
use super::error::{CertificateIdError, VersionError};
use super::lenient::Lenient;
use super::serial::Serial;
use super::type_code::{self, TypeCode};
use super::uscc::Uscc;
use super::version::Version;

mod abroad;
mod foreign;

pub use abroad::Abroad;

/// The identifier of one version of one certificate.
///
/// ```text
/// 1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U
/// root           type (21)             issuer (18)        serial      |   check: MOD 37,36 over all but root and dots
///                                                                     version
/// ```
///
/// `Display` writes this form. The check character is computed, never stored, so it cannot be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateId {
    type_code: TypeCode,
    issuer: Uscc,
    serial: Serial,
    version: Version,
}

const PARTS: usize = 5;

impl CertificateId {
    /// The object identifier under which all certificates of China stand.
    pub const ROOT: &'static str = "1.2.156.3005.2";

    /// The longest text: root, five parts with a serial of 32, and the dots between them. Nothing longer is looked into.
    pub const LIMIT: usize = Self::ROOT.len() + Self::COMPACT_LIMIT + PARTS;

    /// The longest compact form: 21 + 18 + 32 + 3 + 1.
    pub const COMPACT_LIMIT: usize = Self::FIXED + Serial::LIMIT;

    const FIXED: usize = type_code::LENGTH + 18 + 3 + 1;

    /// Puts an identifier together from its parts.
    #[must_use]
    pub fn new(type_code: TypeCode, issuer: Uscc, serial: Serial, version: Version) -> Self {
        Self { type_code, issuer, serial, version }
    }

    /// Reads an identifier with or without its root, in upper case, every part right.
    ///
    /// # Errors
    ///
    /// Says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, CertificateIdError> {
        let [type_code, issuer, serial, version, check] = parts_of(text)?;
        Self::assembled(type_code, issuer, serial, version, check)
    }

    /// Reads the compact form that [`compact`](Self::compact) writes.
    ///
    /// # Errors
    ///
    /// Says which part is wrong. Without dots a character that was lost shows as a wrong version or check character.
    pub fn parse_compact(text: &str) -> Result<Self, CertificateIdError> {
        let length = CertificateIdError::CompactLength { shortest: Self::FIXED + 1, longest: Self::COMPACT_LIMIT, found: text.len() };
        if !(Self::FIXED < text.len() && text.len() <= Self::COMPACT_LIMIT) {
            return Err(length);
        }
        let cut = || {
            let (type_code, rest) = text.split_at_checked(type_code::LENGTH)?;
            let (issuer, rest) = rest.split_at_checked(18)?;
            let (rest, check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
            let (serial, version) = rest.split_at_checked(rest.len().checked_sub(3)?)?;
            Some([type_code, issuer, serial, version, check])
        };
        let [type_code, issuer, serial, version, check] = cut().ok_or(length)?;
        Self::assembled(type_code, issuer, serial, version, check)
    }

    /// Reads an identifier that somebody else wrote, and names every defect that the field is known for.
    ///
    /// Warnings: lower case, an invented type code, an issuer that is a region code or no right USCC, underscores in the serial, and a wrong
    /// check character, told apart by whether the wrong algorithm in circulation explains it. With underscores there is nothing to compute
    /// a check character from, so it says nothing then.
    ///
    /// # Errors
    ///
    /// A text that does not even have five parts, or a part that no known system writes.
    pub fn parse_foreign(text: &str) -> Result<Lenient<Self>, CertificateIdError> {
        foreign::parse(text)
    }

    /// Gives the identifier that this certificate has when its file is made again.
    ///
    /// # Errors
    ///
    /// After version 999 there is none.
    pub fn next_version(&self) -> Result<Self, VersionError> {
        let version = self.version.next()?;
        Ok(Self { version, ..self.clone() })
    }

    /// Tells the type of the certificate.
    #[must_use]
    pub fn type_code(&self) -> &TypeCode {
        &self.type_code
    }

    /// Tells which agency issued the certificate.
    #[must_use]
    pub fn issuer(&self) -> &Uscc {
        &self.issuer
    }

    /// Tells the serial within type and issuer.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// Tells the version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Computes the check character.
    #[must_use]
    pub fn check(&self) -> char {
        let version = self.version.digits();
        let body = self.names().into_iter().flat_map(str::chars).chain(version);
        mod_37_36_of(body).expect("a check character") // safe: every part has characters of 0-9A-Z only
    }

    /// Writes the identifier without its root, `<type>.<issuer>.<serial>.<version>.<check>`.
    #[must_use]
    pub fn without_root(&self) -> String {
        self.joined(".")
    }

    /// Writes the identifier without root and dots, for a label or a bar code: 44 to 75 characters of `0-9A-Z`.
    ///
    /// This reads back in one way only. The serial alone varies in length, and it stands between parts of fixed length, so it is what remains
    /// when 39 characters are cut from the front and 4 from the end. A separator or a length in front would cost characters to say again
    /// what the length of the whole already says.
    #[must_use]
    pub fn compact(&self) -> String {
        self.joined("")
    }

    fn joined(&self, between: &str) -> String {
        let mut joined = String::with_capacity(Self::LIMIT);
        for name in self.names() {
            joined.push_str(name);
            joined.push_str(between);
        }
        joined.extend(self.version.digits());
        joined.push_str(between);
        joined.push(self.check());
        joined
    }

    /// The parts that are texts.
    fn names(&self) -> [&str; 3] {
        [self.type_code.as_str(), self.issuer.as_str(), self.serial.as_str()]
    }

    fn assembled(type_code: &str, issuer: &str, serial: &str, version: &str, check: &str) -> Result<Self, CertificateIdError> {
        let id = Self::new(
            TypeCode::parse(type_code).map_err(CertificateIdError::TypeCode)?,
            Uscc::parse(issuer).map_err(CertificateIdError::Issuer)?,
            Serial::parse(serial).map_err(CertificateIdError::Serial)?,
            Version::parse(version).map_err(CertificateIdError::Version)?,
        );
        match Mismatch::between(Some(id.check()), Some(one_character(check)?)) {
            None => Ok(id),
            Some(Mismatch { expected, found }) => Err(CertificateIdError::Check { expected, found }),
        }
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Self::ROOT, self.without_root())
    }
}

fn parts_of(text: &str) -> Result<[&str; PARTS], CertificateIdError> {
    if text.len() > CertificateId::LIMIT {
        return Err(CertificateIdError::Length { limit: CertificateId::LIMIT, found: text.len() });
    }
    let body = text.strip_prefix(CertificateId::ROOT).and_then(|rest| rest.strip_prefix('.')).unwrap_or(text);
    let parts: Vec<&str> = body.split('.').collect();
    <[&str; PARTS]>::try_from(parts).map_err(|parts| CertificateIdError::Parts { expected: PARTS, found: parts.len() })
}

fn one_character(check: &str) -> Result<char, CertificateIdError> {
    let mut characters = check.chars();
    match (characters.next(), characters.next()) {
        (Some(check), None) => Ok(check),
        _ => Err(CertificateIdError::CheckLength { found: length_of(check) }),
    }
}

#[cfg(test)]
mod tests;
