//! Numbers and names as people type them: in half or full width, in either case, with spaces around.
//!
//! ```text
//! 粤建安B（2025）0010300     as it is printed
//! 粤建安b(2025)0010300       as it is typed
//! ```

use crate::code::HolderCodeType;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// A text without what an input method makes of it: widths (Unicode form NFKC), the case of Latin letters, and outer spaces. Two that are
/// the same so are the same number, or the same name.
pub fn folded(text: &str) -> String {
    // Most words and numbers come in the widths that they are kept in: there is nothing to fold but the case.
    match text.trim() {
        plain if is_nfkc_quick(plain.chars()) == IsNormalized::Yes => plain.to_ascii_uppercase(),
        other => other.nfkc().map(|letter| letter.to_ascii_uppercase()).collect(),
    }
}

/// How a number that was typed may be printed: as it was typed, and in capitals with brackets of half or full width.
pub fn spellings(number: &str) -> [String; 3] {
    let narrow = folded(number);
    let wide = narrow.replace('(', "（").replace(')', "）");
    [number.trim().to_owned(), wide, narrow]
}

/// A holder's code as it is kept, where a typed one can mean no other: those of organisations and residents, and of papers to travel with
/// (ICAO Doc 9303), have capitals and half-width digits alone.
pub fn holder_code(kind: HolderCodeType, code: &str) -> String {
    match kind {
        HolderCodeType::Uscc | HolderCodeType::ResidentId => folded(code),
        kind if kind.is_travel_paper() => folded(code),
        _ => code.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_however_it_is_typed() {
        let printed = "粤建安B（2025）0010300";
        for typed in
            [printed, "粤建安B(2025)0010300", "粤建安b（2025）0010300", "粤建安Ｂ（２０２５）0010300", " 粤建安B（2025）0010300\u{3000}"]
        {
            assert_eq!(folded(typed), folded(printed), "{typed}");
            assert!(spellings(typed).contains(&printed.to_owned()), "{typed}");
        }
        for other in ["粤建安B（2025）0010301", "粤建安C（2025）0010300", "粤建安B2025 0010300"] {
            assert_ne!(folded(other), folded(printed), "{other}");
        }
        assert_eq!(holder_code(HolderCodeType::Uscc, " ９１３５０１００m000100y43"), "91350100M000100Y43");
        assert_eq!(holder_code(HolderCodeType::OrdinaryPassport, " ｅ12345678"), "E12345678");
        assert_eq!(holder_code(HolderCodeType::OtherPerson, " Ａ－ab "), "Ａ－ab", "another code may be spelt in its own way");
        assert!(spellings(" jy-a ").contains(&"jy-a".to_owned()), "a number in small letters is found as it is printed");
    }
}
