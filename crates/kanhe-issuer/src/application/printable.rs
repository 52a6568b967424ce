//! Which characters can be printed at all: a name that no font can show is found out before it is signed, not when it is handed over.

use kanhe_core::plain::is_unseen;
use std::fmt;
use unicode_general_category::{GeneralCategory, get_general_category};

/// A character that no font can show, by its place and its number; its number tells of a name no more than that it cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unprintable {
    /// Its place in the text, from 1.
    pub place: usize,
    /// The character.
    pub character: char,
    kind: Kind,
}

/// Why there is nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Everybody may draw something else there: 造字 of one machine are boxes on the next.
    Private,
    /// No character.
    Unassigned,
    /// It has no look of its own, or changes the direction of what is printed.
    Invisible,
}

impl Unprintable {
    /// The first such character of a text.
    pub(super) fn find(text: &str) -> Option<Self> {
        let before = std::iter::once(None).chain(text.chars().map(Some));
        let judged = (1..).zip(text.chars().zip(before));
        judged.into_iter().find_map(|(place, (character, before))| Some(Self { place, character, kind: kind(character, before)? }))
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.kind {
            Kind::Private => "for private use, and another machine shows something else there",
            Kind::Unassigned => "no character",
            Kind::Invisible => "without a look of its own",
        };
        write!(f, "character {} cannot be printed: U+{:04X} is {why}", self.place, u32::from(self.character))
    }
}

/// Control characters are not judged here: they have a fault of their own.
fn kind(character: char, before: Option<char>) -> Option<Kind> {
    match get_general_category(character) {
        GeneralCategory::PrivateUse => Some(Kind::Private),
        GeneralCategory::Unassigned => (!may_be_new(character)).then_some(Kind::Unassigned),
        _ => (is_unseen(character, before) || selects_a_shape(character)).then_some(Kind::Invisible),
    }
}

/// Selectors of shapes serve signs and compatibility ideographs, which normal form C has not; those of ideographs (U+E0100 on) are in names.
const fn selects_a_shape(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}')
}

/// Planes 2 and 3 are for ideographs, and more come every few years: who bears one must not wait for our tables.
const fn may_be_new(character: char) -> bool {
    matches!(character, '\u{20000}'..='\u{2FFFD}' | '\u{30000}'..='\u{3FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_bear_can_be_printed() {
        let names = [
            "广州市𠮷野家快餐店",
            "李㛃",
            "阿卜杜热西提·买买提",
            "Müller, O’Brien & Co. №7",
            "རྡོ་རྗེ",
            "ᠮᠣᠩᠭᠣᠯ\u{180E}ᠠ",
            "می\u{200C}خواهم",
            "葛\u{E0100}城",
            "全角　空格（株）",
            "\u{323B0}",
            "\u{3347F}",
        ];
        for name in names {
            assert_eq!(Unprintable::find(name), None, "{name}");
        }
    }

    #[test]
    fn what_no_font_shows_is_found_with_its_place() {
        let rows = [
            ("李\u{E000}", 2, Kind::Private),
            ("\u{F0000}", 1, Kind::Private),
            ("王\u{200B}伟", 2, Kind::Invisible),
            ("王\u{200D}伟", 2, Kind::Invisible),
            ("\u{202E}伟", 1, Kind::Invisible),
            ("王伟\u{FEFF}", 3, Kind::Invisible),
            ("王\u{2028}伟", 2, Kind::Invisible),
            ("王\u{3164}伟", 2, Kind::Invisible),
            ("李\u{FE0F}四", 2, Kind::Invisible),
            ("李\u{FE00}四", 2, Kind::Invisible),
            ("王\u{378}伟", 2, Kind::Unassigned),
            ("\u{FFFF}", 1, Kind::Unassigned),
            ("\u{2FFFE}", 1, Kind::Unassigned),
        ];
        for (text, place, kind) in rows {
            let found = Unprintable::find(text).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!((found.place, found.kind), (place, kind), "{text:?}");
        }
        let found = Unprintable::find("李\u{E000}").unwrap();
        assert_eq!(
            found.to_string(),
            "character 2 cannot be printed: U+E000 is for private use, and another machine shows something else there"
        );
    }
}
