//! Identifiers as others write them.

use super::{CertificateId, one_character, parts_of};
use crate::code::ascii::{first_outside, is_upper_alphanumeric};
use crate::code::check::{mod_37_36, mod_37_36_miscounted};
use crate::code::error::{CertificateIdError, UsccError};
use crate::code::lenient::{Lenient, Warning, in_upper_case};
use crate::code::region::RegionCode;
use crate::code::serial::Serial;
use crate::code::type_code::TypeCode;
use crate::code::uscc::Uscc;
use crate::code::version::Version;

/// The longest issuer we read from others: those that are no USCC are region codes and codes of the house, all shorter.
const ISSUER_LIMIT: usize = 32;

pub(super) fn parse(text: &str) -> Result<Lenient<CertificateId>, CertificateIdError> {
    // Splitting first bounds the text before it is copied into upper case.
    parts_of(text)?;
    let (upper, mut warnings) = in_upper_case(text);
    let [type_code, issuer, serial, version, check] = parts_of(&upper)?;

    let read = TypeCode::parse_foreign(type_code).map_err(CertificateIdError::TypeCode)?;
    warnings.extend(read.warnings());
    warnings.extend(issuer_warning(issuer)?);
    let underscored = serial.contains('_');
    if underscored {
        Serial::parse(&serial.replace('_', "0")).map_err(CertificateIdError::Serial)?;
        warnings.push(Warning::SerialUnderscore);
    } else {
        Serial::parse(serial).map_err(CertificateIdError::Serial)?;
    }
    Version::parse(version).map_err(CertificateIdError::Version)?;
    let check = one_character(check)?;
    if !underscored {
        let body = [type_code, issuer, serial, version].concat();
        warnings.extend(check_warning(&body, check));
    }
    let strict = CertificateId::parse(&upper).ok();
    Ok(Lenient::new(text, strict, warnings))
}

fn issuer_warning(issuer: &str) -> Result<Option<Warning>, CertificateIdError> {
    let error = match Uscc::parse(issuer) {
        Ok(_) => return Ok(None),
        Err(error) => error,
    };
    if RegionCode::parse(issuer).is_ok() {
        return Ok(Some(Warning::IssuerIsRegion));
    }
    if let Some((position, found)) = first_outside(issuer, is_upper_alphanumeric) {
        let error = UsccError::Alphabet { position, found };
        return Err(CertificateIdError::Issuer(error));
    }
    if issuer.is_empty() || issuer.len() > ISSUER_LIMIT {
        return Err(CertificateIdError::Issuer(error));
    }
    Ok(Some(Warning::Issuer(error)))
}

fn check_warning(body: &str, found: char) -> Option<Warning> {
    let expected = mod_37_36(body)?;
    if expected == found {
        None
    } else if mod_37_36_miscounted(body) == Some(found) {
        Some(Warning::CertificateIdCheckMiscounted { expected, found })
    } else {
        Some(Warning::CertificateIdCheck { expected, found })
    }
}
