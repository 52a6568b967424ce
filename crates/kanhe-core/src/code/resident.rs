//! The resident id (公民身份号码, GB 11643): the most sensitive number here, so it never prints itself.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use super::ascii::{Ascii, first_outside, length_of};
use super::check::{Mismatch, mod_11_2};
use super::error::ResidentIdError;
use super::lenient::{Lenient, Warning, in_upper_case};
use super::mask::masked;
use crate::spelling::folded;

/// The number of a resident of China: region, day of birth, sequence and a check character that holds.
///
/// It has no `Display`, and its `Debug` prints `ResidentId(…)`: whoever needs the number says [`expose`](Self::expose), which can be
/// searched for. It is not `Copy`, so that every copy of it is written down.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId {
    text: Ascii<LENGTH>,
    born: Date,
}

const LENGTH: usize = 18;

impl ResidentId {
    /// Reads a resident id: 17 digits, a real day of birth, and the check character of ISO 7064 MOD 11-2 (upper-case `X` for ten).
    ///
    /// The region part is never looked up: people keep the codes of regions that were abolished.
    ///
    /// # Errors
    ///
    /// Says which part is wrong, and nothing else about the number.
    pub fn parse(text: &str) -> Result<Self, ResidentIdError> {
        let claimed = shaped(text)?;
        match mismatch(&claimed.text) {
            None => Ok(claimed),
            Some(Mismatch { expected, found }) => Err(ResidentIdError::Check { expected, found }),
        }
    }

    /// Whether a resident id stands anywhere in a text, whole: in digits of half or full width, together or in groups.
    ///
    /// Eighteen characters in a row count that have a day of birth from 1850 on and a check character that holds: of numbers drawn by lot, one
    /// in ten thousand does.
    #[must_use]
    pub fn stands_in(text: &str) -> bool {
        // No letter of any width says more digits than it has bytes.
        if text.len() < LENGTH {
            return false;
        }
        let letters: Vec<char> = folded(text).chars().filter(|letter| letter.is_alphanumeric()).collect();
        let somebodys = |window: &[char]| Self::parse(&String::from_iter(window)).is_ok_and(|id| (1850..2150).contains(&id.born.year()));
        letters.windows(LENGTH).any(|window| window.first().is_some_and(char::is_ascii_digit) && somebodys(window))
    }

    /// A text with `…` for each word in which the form of a resident id stands, whether its check character holds or not: for what is said of
    /// words that somebody typed in the wrong place.
    ///
    /// Words that a full stop joins to others stay, for serials of identifiers and names of files are digits too.
    #[must_use]
    pub fn left_out(text: &str) -> Cow<'_, str> {
        let mut told = String::new();
        let (mut rest, mut hidden) = (text, false);
        while let Some(start) = rest.find(is_of_number) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|letter| !is_of_number(letter)).unwrap_or(from.len()));
            let goes_on = after.strip_prefix('.').is_some_and(|after| after.starts_with(is_of_number));
            let hides = !before.ends_with('.') && !goes_on && has_form(word);
            told.push_str(before);
            told.push_str(if hides { "…" } else { word });
            (rest, hidden) = (after, hidden || hides);
        }
        told.push_str(rest);
        if hidden { Cow::Owned(told) } else { Cow::Borrowed(text) }
    }

    /// Reads a resident id that somebody else wrote: a check that fails and a lower-case `x` are warnings.
    ///
    /// # Errors
    ///
    /// Another length, a character that is no digit, or no day of the calendar.
    pub fn parse_foreign(text: &str) -> Result<Lenient<Self>, ResidentIdError> {
        right_length(text)?;
        let (upper, mut warnings) = in_upper_case(text);
        let claimed = shaped(&upper)?;
        warnings.extend(mismatch(&claimed.text).map(|m| Warning::ResidentIdCheck { expected: m.expected, found: m.found }));
        Ok(Lenient::new(text, Self::parse(&upper).ok(), warnings))
    }

    /// Exposes the 18 characters: personal data, for signing, storing and showing to who may see it, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.as_str()
    }

    /// Shows the first and the last characters and hides the rest, `440524********0014` for 6 and 4.
    ///
    /// A rule that would hide nothing hides everything.
    #[must_use]
    pub fn masked(&self, first: usize, last: usize) -> String {
        masked(self.expose(), first, last)
    }

    /// Tells the day of birth.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        self.born
    }

    /// Shows the six digits of the region that first registered the person, which may be abolished since.
    #[must_use]
    pub fn region_prefix(&self) -> &str {
        self.text.part(0..6)
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentId(…)")
    }
}

/// Whether a character can be one of a number, in half or full width.
fn is_of_number(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

fn has_form(word: &str) -> bool {
    let letters: Vec<char> = if word.len() < LENGTH { Vec::new() } else { folded(word).chars().collect() };
    letters.windows(LENGTH).any(|window| shaped(&String::from_iter(window)).is_ok_and(|id| (1850..2150).contains(&id.born.year())))
}

fn shaped(text: &str) -> Result<ResidentId, ResidentIdError> {
    right_length(text)?;
    let body = text.strip_suffix('X').unwrap_or(text);
    if let Some((position, _)) = first_outside(body, |c| c.is_ascii_digit()) {
        return Err(ResidentIdError::Digit { position });
    }
    let text = Ascii::new(text).expect("18 ASCII characters"); // safe: 18 characters, all digits or X
    let born = calendar_day(text.part(6..14)).ok_or(ResidentIdError::BirthDate)?;
    Ok(ResidentId { text, born })
}

fn right_length(text: &str) -> Result<(), ResidentIdError> {
    match length_of(text) {
        LENGTH => Ok(()),
        found => Err(ResidentIdError::Length { expected: LENGTH, found }),
    }
}

fn calendar_day(digits: &str) -> Option<Date> {
    let year = digits.get(0..4)?.parse().ok()?;
    let month = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

fn mismatch(text: &Ascii<LENGTH>) -> Option<Mismatch> {
    Mismatch::between(mod_11_2(text.part(0..17)), text.part(17..18).chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Uscc;
    use crate::code::check::gb_32100;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard_are_accepted() {
        let rows = [("11010519491231002X", date(1949, 12, 31), "110105"), ("440524188001010014", date(1880, 1, 1), "440524")];
        for (text, born, region) in rows {
            let id = ResidentId::parse(text).unwrap();
            assert_eq!((id.expose(), id.birth_date(), id.region_prefix()), (text, born, region));
        }
    }

    #[test]
    fn the_error_says_which_part_failed() {
        let rows = [
            ("110105194912310021", "resident_id_check"),
            ("11010519491231002x", "resident_id_digit"),
            ("1101051949123100X2", "resident_id_digit"),
            ("11010519490231002X", "resident_id_birth_date"),
            ("11010519001301002X", "resident_id_birth_date"),
            ("110105491231002", "resident_id_length"),
            ("１１０１０５１９４９１２３１００２Ｘ", "resident_id_digit"),
        ];
        for (text, code) in rows {
            assert_eq!(ResidentId::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn a_region_that_was_abolished_or_never_was_is_no_reason_to_reject() {
        let body = "00000119800229001";
        let text = format!("{body}{}", mod_11_2(body).unwrap());
        assert!(ResidentId::parse(&text).is_ok());
    }

    #[test]
    fn somebody_elses_failing_check_is_a_warning() {
        let read = ResidentId::parse_foreign("110105194912310021").unwrap();
        let (expected, found) = ('X', '1');
        assert_eq!(read.warnings(), [Warning::ResidentIdCheck { expected, found }]);
        assert_eq!(read.strict(), None);
        assert!(!format!("{read:?}").contains("1949"));
    }

    #[test]
    fn a_number_is_found_wherever_it_stands_in_a_text() {
        for text in [
            "11010519491231002X",
            "法定代表人王伟，身份证110105 19491231 002x",
            "№3-11010519491231002X(2026)",
            "证号：１１０１０５１９４９１２３１００２Ｘ。",
            "9911010519491231002X",
        ] {
            assert!(ResidentId::stands_in(text), "{text}");
        }
        for text in
            ["", "110105194912310021", "1101051949123100", "110105********002X", "440106001002GB00012F00010203", "广州市天河区天河北路1号"]
        {
            assert!(!ResidentId::stands_in(text), "{text}");
        }
    }

    #[test]
    fn a_word_with_the_form_of_a_number_is_left_out_of_a_text() {
        let rows = [
            ("there is no type 440524188001010014", "there is no type …"),
            ("there is no type 440524188001010015.", "there is no type …."),
            ("/data/440524188001010014.csv", "/data/440524188001010014.csv"),
            ("no stage: x11010519491231002x, in_review", "no stage: …, in_review"),
            ("没有１１０１０５１９４９１２３１００２Ｘ这个部门", "没有…这个部门"),
            ("", ""),
            ("a 2026-01-01 … 440524999901010014", "a 2026-01-01 … 440524999901010014"),
            ("R011.11440000006942023C.593041196201279581.001.4", "R011.11440000006942023C.593041196201279581.001.4"),
        ];
        for (text, told) in rows {
            assert_eq!(ResidentId::left_out(text), told);
        }
    }

    #[test]
    fn nothing_of_the_number_is_printed() {
        let id = ResidentId::parse("11010519491231002X").unwrap();
        assert_eq!(format!("{id:?}"), "ResidentId(…)");
    }

    #[test]
    fn a_mask_shows_both_ends_and_never_the_whole() {
        let id = ResidentId::parse("440524188001010014").unwrap();
        let all = "*".repeat(18);
        let rows = [
            (6, 4, "440524********0014"),
            (0, 4, "**************0014"),
            (0, 0, all.as_str()),
            (17, 0, "44052418800101001*"),
            (9, 9, all.as_str()),
            (18, 18, all.as_str()),
            (usize::MAX, 1, all.as_str()),
        ];
        for (first, last, expected) in rows {
            assert_eq!(id.masked(first, last), expected);
        }
    }

    /// Why the type of a holder's code is stored and never guessed.
    #[test]
    fn a_resident_id_can_be_a_uscc_as_well() {
        let twin = (0..100_000_u32)
            .map(|n| format!("110105{:04}0101{:03}", 1900 + n / 1000, n % 1000))
            .filter_map(|body| Some(format!("{body}{}", mod_11_2(&body)?)))
            .find(|text| Uscc::parse(text).is_ok())
            .expect("one number in some hundreds is both");
        assert!(ResidentId::parse(&twin).is_ok());
        assert_eq!(gb_32100(&twin[..17]), twin.chars().last());
    }

    fn any_id() -> impl Strategy<Value = ResidentId> {
        ("[0-9]{6}", 1900..2100_u32, 1..=12_u32, 1..=28_u32, "[0-9]{3}").prop_map(|(region, year, month, day, sequence)| {
            let body = format!("{region}{year:04}{month:02}{day:02}{sequence}");
            ResidentId::parse(&format!("{body}{}", mod_11_2(&body).unwrap())).unwrap()
        })
    }

    proptest! {
        #[test]
        fn one_other_character_is_always_noticed(id in any_id(), at in 0..18_usize, other in "[0-9X]") {
            let text = id.expose();
            let slip = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(ResidentId::parse(&slip).is_ok(), slip == id.expose());
        }

        #[test]
        fn two_neighbours_that_changed_places_are_noticed(id in any_id(), at in 0..17_usize) {
            let mut bytes = id.expose().as_bytes().to_vec();
            bytes.swap(at, at + 1);
            let slip = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(ResidentId::parse(&slip).is_ok(), slip == id.expose());
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}|[0-9]{17}[0-9X]|[0-9é]{18}") {
            let _ = (ResidentId::parse(&text), ResidentId::parse_foreign(&text));
        }
    }
}
