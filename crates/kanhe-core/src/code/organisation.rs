//! The organisation code (组织机构代码, GB 11714): older than the USCC and still inside it.

use std::fmt;

use super::ascii::{Ascii, first_outside, is_upper_alphanumeric, length_of};
use super::check::{Mismatch, gb_11714};
use super::error::OrganisationCodeError;

/// The code of an organisation before the USCC: 8 characters `0-9A-Z` and a check character `0-9X` that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode(Ascii<LENGTH>);

const LENGTH: usize = 9;

impl OrganisationCode {
    /// Reads an organisation code, written `M000100Y4` or `M000100Y-4`.
    ///
    /// # Errors
    ///
    /// Another length or alphabet, or a check character that does not hold.
    pub fn parse(text: &str) -> Result<Self, OrganisationCodeError> {
        let written = length_of(text);
        let (body, check) = match text.split_once('-') {
            Some((body, check)) if written == LENGTH + 1 => (body, check),
            _ => text.split_at_checked(LENGTH - 1).unwrap_or((text, "")),
        };
        let (8, 1) = (length_of(body), length_of(check)) else {
            return Err(OrganisationCodeError::Length { expected: LENGTH, found: written });
        };
        let plain = format!("{body}{check}");
        if let Some((position, found)) = first_outside(&plain, is_upper_alphanumeric) {
            return Err(OrganisationCodeError::Alphabet { position, found });
        }
        match Mismatch::between(gb_11714(body), check.chars().next()) {
            None => Ok(Self(Ascii::new(&plain).expect("9 ASCII characters"))), // safe: lengths and alphabet were just checked
            Some(Mismatch { expected, found }) => Err(OrganisationCodeError::Check { expected, found }),
        }
    }

    /// Shows the 9 characters, without a hyphen.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_reads_the_same_with_and_without_its_hyphen() {
        let plain = OrganisationCode::parse("M000100Y4").unwrap();
        assert_eq!(OrganisationCode::parse("M000100Y-4"), Ok(plain));
        assert_eq!(plain.to_string(), "M000100Y4");
    }

    #[test]
    fn a_hyphen_in_another_place_and_a_wrong_check_are_told_apart() {
        let rows = [
            ("M00010-0Y4", "organisation_code_length"),
            ("M000100Y-", "organisation_code_character"),
            ("M000100Y5", "organisation_code_check"),
            ("m000100Y4", "organisation_code_character"),
            ("", "organisation_code_length"),
        ];
        for (text, code) in rows {
            assert_eq!(OrganisationCode::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_body_has_one_code_and_both_forms_lead_to_it(body in "[0-9A-Z]{8}") {
            let check = gb_11714(&body).unwrap();
            let code = OrganisationCode::parse(&format!("{body}{check}")).unwrap();
            prop_assert_eq!(OrganisationCode::parse(&format!("{body}-{check}")), Ok(code));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,20}|[0-9A-Z]{8}-?[0-9A-Zé]") {
            let _ = OrganisationCode::parse(&text);
        }
    }
}
