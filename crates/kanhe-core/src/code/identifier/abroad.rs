//! What a certificate of another region is known by here, however its identifier is spelled.

use super::{CertificateId, parts_of};
use crate::code::lenient::{Lenient, Warning};
use crate::code::region::RegionCode;
use crate::code::serial::Serial;
use crate::code::type_code::TypeCode;
use crate::code::uscc::Uscc;
use crate::code::version::Version;

/// What a certificate of another region is known by: one scheme and one value for every way in which its identifier is written.
///
/// ```text
/// 1.2.156.3005.2   11100000000013338W032.11330000002473039X.20230000403.001    type and issuer are right: nobody else in China has it
/// 330000           W032.330100.20230000403.001                                 somebody's invention, which another province may have too
/// ```
///
/// Root, case and check character say nothing that the rest does not, so they are left out; so is the place within the province.
#[derive(Clone, PartialEq, Eq)]
pub struct Abroad {
    scheme: String,
    line: String,
    version: String,
    meant: Option<CertificateId>,
}

impl Abroad {
    /// Tells what an identifier of a region is known by.
    #[must_use]
    pub fn new(region: &RegionCode, identifier: &Lenient<CertificateId>) -> Self {
        let upper = identifier.written().to_ascii_uppercase();
        let [type_code, issuer, serial, version, _] = parts_of(&upper).expect("five parts"); // safe: every lenient identifier has them
        let invented = identifier.warnings().iter().any(is_of_type_or_issuer);
        let scheme = if invented { region.province().to_string() } else { CertificateId::ROOT.to_owned() };
        let (line, version, meant) =
            (format!("{type_code}.{issuer}.{serial}."), version.to_owned(), meant(type_code, issuer, serial, version));
        Self { scheme, line, version, meant }
    }

    /// Tells what the identifier of a region is known by that a text may be.
    #[must_use]
    pub fn parse(region: &str, identifier: &str) -> Option<Self> {
        let (region, identifier) = (RegionCode::parse(region).ok()?, CertificateId::parse_foreign(identifier).ok()?);
        Some(Self::new(&region, &identifier))
    }

    /// Names the scheme: the root of all identifiers, or a province.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Names this version.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{}{}", self.line, self.version)
    }

    /// Tells how the value of each version of the same certificate begins.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Gives the identifier that was meant, if all but its spelling and its check character is right.
    #[must_use]
    pub fn meant(&self) -> Option<&CertificateId> {
        self.meant.as_ref()
    }
}

fn is_of_type_or_issuer(warning: &Warning) -> bool {
    matches!(warning, Warning::TypeCodeLength { .. } | Warning::DefiningAuthority(_) | Warning::IssuerIsRegion | Warning::Issuer(_))
}

fn meant(type_code: &str, issuer: &str, serial: &str, version: &str) -> Option<CertificateId> {
    let (type_code, issuer) = (TypeCode::parse(type_code).ok()?, Uscc::parse(issuer).ok()?);
    Some(CertificateId::new(type_code, issuer, Serial::parse(serial).ok()?, Version::parse(version).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "11100000000013338W032.11330000002473039X.20230000403.001";

    fn known(region: &str, identifier: &str) -> (String, String) {
        let abroad = Abroad::parse(region, identifier).unwrap();
        (abroad.scheme().to_owned(), abroad.value())
    }

    #[test]
    fn every_spelling_of_an_identifier_is_known_by_the_same() {
        let one = (CertificateId::ROOT.to_owned(), BODY.to_owned());
        for check in ["A", "B", "c"] {
            for region in ["330000", "330100", "320000"] {
                assert_eq!(known(region, &format!("{BODY}.{check}")), one);
                assert_eq!(known(region, &format!("1.2.156.3005.2.{}.{check}", BODY.to_lowercase())), one);
            }
        }
        let abroad = Abroad::parse("330000", &format!("{BODY}.A")).unwrap();
        assert_eq!(abroad.meant().map(|meant| meant.version()), Some(Version::FIRST));
        assert!(abroad.value().starts_with(abroad.line()));
    }

    #[test]
    fn an_invented_issuer_is_known_within_its_province_only() {
        let invented = "11100000000013338W032.330100.2023_403.001.A";
        assert_eq!(known("330100", invented), known("330000", &invented.to_lowercase()));
        assert_ne!(known("330100", invented), known("320100", invented));
        assert_eq!(known("330100", invented).0, "330000");
    }
}
