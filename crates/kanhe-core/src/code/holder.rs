//! The holder's code with its type (持证主体代码, GB/T 36903 annex A): stored together, never guessed from one another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::ascii::{first_outside, length_of};
use super::error::HolderCodeError;
use super::holder_type::HolderCodeType;
use super::lenient::{Lenient, Warning};
use super::mask::masked;
use super::resident::ResidentId;
use super::uscc::Uscc;

/// The code of a holder together with its type.
///
/// An 18-digit resident id can be a USCC as well, so the type always comes from outside. Of a USCC or resident id either the check
/// character holds, and [`uscc`](Self::uscc) or [`resident_id`](Self::resident_id) gives the value, or somebody overrode it, and they give
/// none. Holders are people: there is no `Display`, and `Debug` prints the type only.
///
/// A passport's number stays as it was written, for so it was signed; in small letters or in capitals, it is the same.
#[derive(Clone)]
pub struct HolderCode {
    kind: HolderCodeType,
    body: Body,
}

#[derive(Clone)]
enum Body {
    Uscc(Uscc),
    ResidentId(ResidentId),
    Text(String),
}

/// The longest code of a kind without a rule of its own: room for any document number with a Chinese prefix, and none for an address pasted
/// into the wrong column.
const LIMIT: usize = 32;

impl HolderCode {
    /// Takes a code that is right for its type: a USCC for 001, a resident id for 111, else 1 to 32 printable ASCII or Chinese characters.
    ///
    /// # Errors
    ///
    /// Says what is wrong, without repeating the code.
    pub fn new(kind: HolderCodeType, text: &str) -> Result<Self, HolderCodeError> {
        let body = match kind {
            HolderCodeType::Uscc => Body::Uscc(Uscc::parse(text).map_err(HolderCodeError::Uscc)?),
            HolderCodeType::ResidentId => Body::ResidentId(ResidentId::parse(text).map_err(HolderCodeError::ResidentId)?),
            _ => Body::Text(printable(text)?),
        };
        Ok(Self { kind, body })
    }

    /// Takes a code that somebody else gave or wrote: a failing check of a USCC or resident id and lower case in them are warnings.
    ///
    /// This is the override for a genuine code that fails its check; who overrides shows the warnings first.
    ///
    /// # Errors
    ///
    /// A length, a character or a day of birth that no code of this type has.
    pub fn new_foreign(kind: HolderCodeType, text: &str) -> Result<(Self, Vec<Warning>), HolderCodeError> {
        match kind {
            HolderCodeType::Uscc => {
                let read = Uscc::parse_foreign(text).map_err(HolderCodeError::Uscc)?;
                Ok(overridden(kind, read, Body::Uscc))
            }
            HolderCodeType::ResidentId => {
                let read = ResidentId::parse_foreign(text).map_err(HolderCodeError::ResidentId)?;
                Ok(overridden(kind, read, Body::ResidentId))
            }
            _ => Ok((Self::new(kind, text)?, Vec::new())),
        }
    }

    /// Tells whether the code has a check and fails it: it was mistyped, or somebody overrode the check of a genuine one.
    #[must_use]
    pub fn fails_its_check(&self) -> bool {
        matches!(self.kind, HolderCodeType::Uscc | HolderCodeType::ResidentId) && matches!(self.body, Body::Text(_))
    }

    /// Tells the type of the code.
    #[must_use]
    pub fn kind(&self) -> HolderCodeType {
        self.kind
    }

    /// Exposes the code: perhaps personal data, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        match &self.body {
            Body::Uscc(uscc) => uscc.as_str(),
            Body::ResidentId(id) => id.expose(),
            Body::Text(text) => text,
        }
    }

    /// Every way of writing the code that may stand in what was signed before such numbers were written in capitals alone; its own is among them.
    #[must_use]
    pub fn spellings(&self) -> BTreeSet<String> {
        let written = self.expose();
        let mut spellings = BTreeSet::from([written.to_owned()]);
        if self.kind.is_travel_paper() {
            spellings.extend([written.to_ascii_uppercase(), written.to_ascii_lowercase()]);
        }
        spellings
    }

    /// What one code is told from another by.
    fn identity(&self) -> (HolderCodeType, Cow<'_, str>) {
        let written = self.expose();
        let in_capitals = self.kind.is_travel_paper() && written.contains(|letter: char| letter.is_ascii_lowercase());
        (self.kind, if in_capitals { Cow::Owned(written.to_ascii_uppercase()) } else { Cow::Borrowed(written) })
    }

    /// Shows the first and the last characters and hides the rest; a rule that would hide nothing hides everything.
    #[must_use]
    pub fn masked(&self, first: usize, last: usize) -> String {
        masked(self.expose(), first, last)
    }

    /// Gives the USCC, if this is one whose checks hold.
    #[must_use]
    pub fn uscc(&self) -> Option<&Uscc> {
        match &self.body {
            Body::Uscc(uscc) => Some(uscc),
            Body::ResidentId(_) | Body::Text(_) => None,
        }
    }

    /// Gives the resident id, if this is one whose check holds.
    #[must_use]
    pub fn resident_id(&self) -> Option<&ResidentId> {
        match &self.body {
            Body::ResidentId(id) => Some(id),
            Body::Uscc(_) | Body::Text(_) => None,
        }
    }
}

impl PartialEq for HolderCode {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for HolderCode {}

impl PartialOrd for HolderCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HolderCode {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for HolderCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl fmt::Debug for HolderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderCode({}, …)", self.kind)
    }
}

/// Keeps what the strict type cannot hold as text, in upper case: one organisation or person must not count as two.
fn overridden<T>(kind: HolderCodeType, read: Lenient<T>, strict: fn(T) -> Body) -> (HolderCode, Vec<Warning>) {
    let warnings = read.warnings().to_vec();
    let text = read.written().to_ascii_uppercase();
    let body = read.into_strict().map_or(Body::Text(text), strict);
    (HolderCode { kind, body }, warnings)
}

fn printable(text: &str) -> Result<String, HolderCodeError> {
    let limit = LIMIT;
    let length = match length_of(text) {
        0 => return Err(HolderCodeError::Empty),
        length @ 1..=LIMIT => length,
        found => return Err(HolderCodeError::Length { limit, found }),
    };
    let space_at_an_end = [(text.starts_with(' '), 1), (text.ends_with(' '), length)];
    let misplaced = first_outside(text, |c| matches!(c, ' '..='~') || is_chinese(c))
        .map(|(position, _)| position)
        .or_else(|| space_at_an_end.iter().find_map(|&(is, at)| is.then_some(at)));
    match misplaced {
        Some(position) => Err(HolderCodeError::Character { position }),
        None => Ok(text.to_owned()),
    }
}

/// Says whether a character is a Chinese ideograph, the compatibility blocks left out: NFC turns those into others.
fn is_chinese(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2ee5d}' | '\u{30000}'..='\u{3347f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::UsccError;
    use proptest::prelude::*;

    #[test]
    fn the_type_decides_which_rule_applies() {
        let resident = "11010519491231002X";
        assert!(HolderCode::new(HolderCodeType::ResidentId, resident).is_ok());
        assert_eq!(
            HolderCode::new(HolderCodeType::Uscc, resident),
            Err(HolderCodeError::Uscc(UsccError::OrganisationCheck { expected: '5', found: '2' }))
        );
        let other = HolderCode::new(HolderCodeType::OtherPerson, resident).unwrap();
        assert_eq!(other.resident_id(), None);
        assert!(!other.fails_its_check(), "a code of another kind has no check");
    }

    #[test]
    fn a_genuine_code_that_fails_its_check_is_overridden_with_a_warning() {
        let text = "91350203M0001QKT19";
        assert!(HolderCode::new(HolderCodeType::Uscc, text).is_err());
        let (code, warnings) = HolderCode::new_foreign(HolderCodeType::Uscc, text).unwrap();
        assert_eq!((code.expose(), code.uscc()), (text, None));
        assert!(code.fails_its_check());
        assert_eq!(warnings, [Warning::UsccCheck { expected: 'F', found: '9' }]);
    }

    #[test]
    fn a_lower_case_x_is_the_same_person() {
        let kind = HolderCodeType::ResidentId;
        let (code, warnings) = HolderCode::new_foreign(kind, "11010519491231002x").unwrap();
        assert!(!code.fails_its_check());
        assert_eq!(Ok(code), HolderCode::new(kind, "11010519491231002X"));
        assert_eq!(warnings, [Warning::LowerCase]);
    }

    #[test]
    fn a_passport_is_the_same_in_small_letters_and_stays_as_it_was_written() {
        let of = |kind, text| HolderCode::new(kind, text).unwrap();
        let (small, capital) = (of(HolderCodeType::OrdinaryPassport, "e12345678"), of(HolderCodeType::OrdinaryPassport, "E12345678"));
        assert_eq!((&small, small.expose()), (&capital, "e12345678"));
        assert_eq!(BTreeSet::from([&small, &capital]).len(), 1);
        assert_eq!(small.spellings(), capital.spellings());
        assert_ne!(small, of(HolderCodeType::ServicePassport, "e12345678"));
        assert_ne!(of(HolderCodeType::OtherPerson, "a-1"), of(HolderCodeType::OtherPerson, "A-1"), "others may be spelt in their own way");
    }

    #[test]
    fn nothing_of_the_code_is_printed() {
        let code = HolderCode::new(HolderCodeType::OrdinaryPassport, "E12345678").unwrap();
        assert_eq!(format!("{code:?}"), "HolderCode(414, …)");
        let error = HolderCode::new(HolderCodeType::OrdinaryPassport, "E1234\u{7}678").unwrap_err();
        assert!(!error.to_string().contains("1234"));
    }

    #[test]
    fn other_codes_are_printable_and_short() {
        let rows = [
            ("军字第1234567号", None),
            ("参字 第〇号", None),
            ("E12345678", None),
            ("", Some("holder_code_empty")),
            (" E1", Some("holder_code_character")),
            ("E1 ", Some("holder_code_character")),
            ("E\t1", Some("holder_code_character")),
            ("Ｅ１２３", Some("holder_code_character")),
            ("E\u{202e}1", Some("holder_code_character")),
            ("123456789012345678901234567890123", Some("holder_code_length")),
        ];
        for (text, code) in rows {
            let outcome = HolderCode::new(HolderCodeType::Military114, text);
            assert_eq!(outcome.err().map(|e| e.code()), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_the_strict_door_takes_the_foreign_door_takes_alike(kind in prop::sample::select(&HolderCodeType::ALL[..]), text in "\\PC{0,20}|[0-9]{17}[0-9X]") {
            if let Ok(code) = HolderCode::new(kind, &text) {
                prop_assert_eq!(HolderCode::new_foreign(kind, &text), Ok((code, Vec::new())));
            }
        }

        #[test]
        fn no_text_makes_a_door_panic(kind in prop::sample::select(&HolderCodeType::ALL[..]), text in "\\PC{0,140}|.{18}") {
            if let Ok((code, _)) = HolderCode::new_foreign(kind, &text) {
                let _ = code.masked(6, 4);
            }
        }
    }
}
