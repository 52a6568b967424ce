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

    /// Takes the organisation code out of a USCC whose checks hold.
    pub(super) fn inside(uscc: &Ascii<18>) -> Self {
        Self(Ascii::new(uscc.part(8..17)).expect("9 ASCII characters")) // safe: nine characters of an ASCII text
    }

    /// Shows the 9 characters, without a hyphen.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Writes the code as it is printed, `M000100Y-4`.
    #[must_use]
    pub fn hyphenated(&self) -> String {
        format!("{}-{}", self.0.part(0..8), self.0.part(8..9))
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
    use crate::code::Uscc;
    use proptest::prelude::*;

    #[test]
    fn a_code_reads_the_same_with_and_without_its_hyphen() {
        let plain = OrganisationCode::parse("M000100Y4").unwrap();
        assert_eq!(OrganisationCode::parse("M000100Y-4"), Ok(plain));
        assert_eq!(plain.hyphenated(), "M000100Y-4");
        assert_eq!(plain.to_string(), "M000100Y4");
    }

    #[test]
    fn the_code_inside_a_uscc_is_an_organisation_code() {
        let uscc = Uscc::parse("91350100M000100Y43").unwrap();
        assert_eq!(OrganisationCode::parse("M000100Y4"), Ok(uscc.organisation_code()));
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
            prop_assert_eq!(OrganisationCode::parse(&code.hyphenated()), Ok(code));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,20}|[0-9A-Z]{8}-?[0-9A-Zé]") {
            let _ = OrganisationCode::parse(&text);
        }
    }
}
