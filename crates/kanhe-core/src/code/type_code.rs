//! The code of a certificate type (证照类型代码, GB/T 36904): who defined it, and which of theirs it is.

use std::fmt;

use super::ascii::{Ascii, first_outside, is_upper_alphanumeric, length_of};
use super::error::TypeCodeError;
use super::lenient::{Lenient, Warning, in_upper_case};
use super::uscc::Uscc;

/// The code of a certificate type: the USCC of the authority that defined it and a sequence of three characters `0-9A-Z`.
///
/// Example: `11100000000013338W011`, defined by the Ministry of Housing and Urban-Rural Development.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeCode(Ascii<LENGTH>);

pub(super) const LENGTH: usize = 21;

const AUTHORITY: usize = 18;

/// The longest type code we read from others. Those seen invented are shorter than ours; this leaves room and keeps a whole identifier out.
const FOREIGN_LIMIT: usize = 32;

impl TypeCode {
    /// Reads a type code of 21 characters in upper case that begins with a USCC whose checks hold.
    ///
    /// # Errors
    ///
    /// Says whether the length, the authority or the sequence is wrong.
    pub fn parse(text: &str) -> Result<Self, TypeCodeError> {
        let expected = LENGTH;
        match length_of(text) {
            LENGTH => {}
            found => return Err(TypeCodeError::Length { expected, found }),
        }
        if let Some((position, found)) = first_outside(text, is_upper_alphanumeric) {
            return Err(TypeCodeError::Alphabet { position, found });
        }
        let code = Self(Ascii::new(text).expect("21 ASCII characters")); // safe: length and alphabet were just checked
        Uscc::parse(code.0.part(0..AUTHORITY)).map_err(TypeCodeError::Authority)?;
        Ok(code)
    }

    /// Reads a type code that somebody else wrote, up to 32 characters: invented lengths, a wrong authority and lower case are warnings.
    ///
    /// # Errors
    ///
    /// Nothing, too much, or a character that is no letter or digit.
    pub fn parse_foreign(text: &str) -> Result<Lenient<Self>, TypeCodeError> {
        let found = length_of(text);
        if found == 0 || found > FOREIGN_LIMIT {
            let expected = LENGTH;
            return Err(TypeCodeError::Length { expected, found });
        }
        let (upper, mut warnings) = in_upper_case(text);
        let strict = match Self::parse(&upper) {
            Ok(code) => Some(code),
            Err(TypeCodeError::Length { expected, found }) => {
                if let Some((position, found)) = first_outside(&upper, is_upper_alphanumeric) {
                    return Err(TypeCodeError::Alphabet { position, found });
                }
                warnings.push(Warning::TypeCodeLength { expected, found });
                None
            }
            Err(TypeCodeError::Authority(error)) => {
                warnings.push(Warning::DefiningAuthority(error));
                None
            }
            Err(error @ TypeCodeError::Alphabet { .. }) => return Err(error),
        };
        Ok(Lenient::new(text, strict, warnings))
    }

    /// Shows the 21 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Gives the authority that defined the type.
    #[must_use]
    pub fn defining_authority(&self) -> Uscc {
        Uscc::parse(self.0.part(0..AUTHORITY)).expect("a USCC") // safe: `parse` admits a type code only if its first 18 characters are a USCC
    }

    /// Shows the three characters that tell the types of one authority apart.
    #[must_use]
    pub fn sequence(&self) -> &str {
        self.0.part(AUTHORITY..LENGTH)
    }
}

impl fmt::Display for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_type_code_is_its_authority_and_a_sequence() {
        let code = TypeCode::parse("11100000000013338W011").unwrap();
        assert_eq!(code.defining_authority().as_str(), "11100000000013338W");
        assert_eq!(code.sequence(), "011");
        assert_eq!(code.to_string(), "11100000000013338W011");
    }

    #[test]
    fn codes_that_were_invented_are_read_with_a_warning_and_never_strictly() {
        let rows = [
            ("062301", "type_code_length"),
            ("JZSG01", "type_code_length"),
            ("11100000000013338W0111", "type_code_length"),
            ("111000000000131443001", "type_code_authority"),
            ("1110000000001333SW011", "type_code_authority"),
        ];
        for (text, warning) in rows {
            assert!(TypeCode::parse(text).is_err());
            let read = TypeCode::parse_foreign(text).unwrap();
            let codes: Vec<_> = read.warnings().iter().map(Warning::code).collect();
            assert_eq!((codes, read.strict()), (vec![warning], None), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_at_all_is_refused_by_both_doors() {
        for text in ["", "0623_01", "食品经营许可证", "11100000000013338W.11"] {
            assert!(TypeCode::parse(text).is_err(), "{text}");
            assert!(TypeCode::parse_foreign(text).is_err(), "{text}");
        }
        assert!(TypeCode::parse_foreign(&"1".repeat(33)).is_err());
    }

    proptest! {
        #[test]
        fn every_sequence_makes_a_type_code(sequence in "[0-9A-Z]{3}") {
            let code = TypeCode::parse(&format!("11100000000013338W{sequence}")).unwrap();
            prop_assert_eq!(code.sequence(), sequence);
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC{0,40}|[0-9A-Zé]{21}") {
            let _ = (TypeCode::parse(&text), TypeCode::parse_foreign(&text));
        }
    }
}
