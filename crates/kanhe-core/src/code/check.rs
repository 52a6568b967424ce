//! The check characters of the field, each a small pure function from a body to the character that belongs behind it.
//!
//! A check character finds slips of the pen. It proves nothing about who wrote the code: anybody can compute it.

/// The alphabet of a USCC (GB 32100): no I, O, S, V, Z, which look like 1, 0, 5, U and 2.
pub const USCC_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The alphabet of identifiers and organisation codes: `0-9A-Z`, worth 0 to 35.
pub const ALPHANUMERIC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const ELEVEN: &str = "0123456789X";

/// A check character that is not the one its body asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mismatch {
    /// What the body asks for.
    pub expected: char,
    /// What is written.
    pub found: char,
}

impl Mismatch {
    pub(super) fn between(expected: Option<char>, found: Option<char>) -> Option<Self> {
        match (expected, found) {
            (Some(expected), Some(found)) if expected != found => Some(Self { expected, found }),
            _ => None,
        }
    }
}

/// Computes ISO/IEC 7064 MOD 37,36 over a body in `0-9A-Z`; `None` if another character is in it.
///
/// Finds every single substitution and nearly every transposition. Source: GB/T 17710, as GB/T 36904 uses it for identifiers.
///
/// ```
/// # use kanhe_core::code::check::mod_37_36;
/// assert_eq!(mod_37_36("11100000000013338W01111430000006122244L20230000403001"), Some('U'));
/// ```
#[must_use]
pub fn mod_37_36(body: &str) -> Option<char> {
    mod_37_36_of(body.chars())
}

/// The same over a body that is not in one piece.
pub(super) fn mod_37_36_of(mut body: impl Iterator<Item = char>) -> Option<char> {
    let p = body.try_fold(36, |p, c| {
        // What a character is worth in this alphabet is what it is worth as a digit to the base 36; only capitals are in it.
        let sum = p + c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?;
        Some(thirty_six_for_zero(sum) * 2 % 37)
    })?;
    // 37 - p is 36 for one body in 36: without this last reduction there would be no character for it.
    symbol(ALPHANUMERIC, (37 - p) % 36)
}

/// Computes the wrong cousin of MOD 37,36 that several deployed systems use; `None` if a character is not in `0-9A-Z`.
///
/// It counts letters from 11 instead of 10 and takes a large sum modulo 37 before 36. We never write it. We recognise it, so that an
/// identifier from such a system is told apart from one with a slip of the pen.
#[must_use]
pub fn mod_37_36_miscounted(body: &str) -> Option<char> {
    let p = body.chars().try_fold(36, |p, c| {
        let value = value(ALPHANUMERIC, c)?;
        let sum = if value < 10 { p + value } else { p + value + 1 };
        let folded = if value >= 10 && sum > 37 { sum - 37 } else { sum };
        Some(thirty_six_for_zero(folded) * 2 % 37)
    })?;
    symbol(ALPHANUMERIC, 36 - p)
}

/// Computes ISO 7064 MOD 11-2 over a body of digits; `None` if another character is in it.
///
/// Finds every single substitution and every transposition. Source: GB 11643 (resident ids).
#[must_use]
pub fn mod_11_2(body: &str) -> Option<char> {
    let p = body.chars().try_fold(0, |p, c| Some((p + c.to_digit(10)?) * 2 % 11))?;
    symbol(ELEVEN, (12 - p) % 11)
}

/// Computes the check character of a USCC from its first 17 characters; `None` for another length or alphabet.
///
/// A sum weighted by powers of 3, modulo 31: finds every single substitution. Source: GB 32100.
#[must_use]
pub fn gb_32100(body: &str) -> Option<char> {
    if body.len() != 17 {
        return None;
    }
    let (sum, _) = body.chars().try_fold((0, 1), |(sum, weight), c| Some((sum + value(USCC_ALPHABET, c)? * weight, weight * 3 % 31)))?;
    symbol(USCC_ALPHABET, (31 - sum % 31) % 31)
}

/// Computes the check character of an organisation code from its first 8 characters; `None` for another length or alphabet.
///
/// A weighted sum modulo 11, so two letters that stand 11 apart (A and L) are not told from each other. Source: GB 11714.
#[must_use]
pub fn gb_11714(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if body.len() != WEIGHTS.len() {
        return None;
    }
    let sum = body.chars().zip(WEIGHTS).try_fold(0, |sum, (c, weight)| Some(sum + value(ALPHANUMERIC, c)? * weight))?;
    symbol(ELEVEN, (11 - sum % 11) % 11)
}

/// Looks up what a character is worth in an alphabet.
pub(super) fn value(alphabet: &str, c: char) -> Option<u32> {
    let place = alphabet.bytes().position(|symbol| char::from(symbol) == c)?;
    u32::try_from(place).ok()
}

/// Looks up which character an alphabet has for a value.
pub(super) fn symbol(alphabet: &str, value: u32) -> Option<char> {
    (0..).zip(alphabet.chars()).find_map(|(v, symbol)| (v == value).then_some(symbol))
}

fn thirty_six_for_zero(sum: u32) -> u32 {
    match sum % 36 {
        0 => 36,
        rest => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_of_the_field_have_their_check_character() {
        let rows = [
            ("11100000000013338W01111430000006122244L20230000403001", 'U'),
            ("11100000000013338W01111110000000021135M20230329701003", 'Y'),
            ("11100000MB03271699022340100000000016001", '9'),
        ];
        for (body, check) in rows {
            assert_eq!(mod_37_36(body), Some(check), "{body}");
        }
    }

    #[test]
    fn a_check_character_that_wraps_to_zero_is_zero() {
        let body = "11100000000013338W00911330105002500287C2025052201002";
        assert_eq!(mod_37_36(body), Some('0'));
    }

    #[test]
    fn the_wrong_algorithm_in_circulation_explains_an_identifier_of_the_field() {
        let body = "11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001";
        assert_eq!(mod_37_36(body), Some('D'));
        assert_eq!(mod_37_36_miscounted(body), Some('M'));
    }

    #[test]
    fn mod_11_2_agrees_with_the_weights_and_the_table_of_the_standard() {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        for body in ["11010519491231002", "44052418800101001", "00000000000000000"] {
            let sum: u32 = WEIGHTS.iter().zip(body.chars()).map(|(w, c)| w * c.to_digit(10).unwrap()).sum();
            assert_eq!(mod_11_2(body), symbol("10X98765432", sum % 11), "{body}");
        }
    }

    #[test]
    fn a_body_of_another_length_or_alphabet_has_no_check_character() {
        assert_eq!(mod_37_36("a"), None);
        assert_eq!(mod_37_36("1.2"), None);
        assert_eq!(mod_11_2("1A"), None);
        assert_eq!(gb_32100("9135010"), None);
        assert_eq!(gb_32100("91350100M000100I4"), None);
        assert_eq!(gb_11714("1234567"), None);
        assert_eq!(gb_11714("1234567é"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_check_panic(text in "\\PC{0,80}") {
            let _ = (mod_37_36(&text), mod_37_36_miscounted(&text), mod_11_2(&text), gb_32100(&text), gb_11714(&text));
        }

        #[test]
        fn every_body_in_the_alphabet_has_a_check_character(body in "[0-9A-Z]{0,80}") {
            prop_assert!(mod_37_36(&body).is_some());
            prop_assert!(mod_37_36_miscounted(&body).is_some());
        }

        #[test]
        fn one_other_character_changes_mod_37_36(body in "[0-9A-Z]{1,80}", at in any::<prop::sample::Index>(), other in "[0-9A-Z]") {
            let at = at.index(body.len());
            let slip = format!("{}{other}{}", &body[..at], &body[at + 1..]);
            prop_assert_eq!(mod_37_36(&body) == mod_37_36(&slip), body == slip);
        }
    }
}
