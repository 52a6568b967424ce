//! The words below a code, and how they are set.

use std::ops::Range;

use crate::error::DrawError;

/// Longer captions are refused before they are measured: two lines under the largest code hold fewer characters.
const MOST_CHARACTERS: usize = 200;

/// All lengths of a layout are in thousandths of a module, letter widths in thousandths of an em (the letter size).
const THOUSAND: u32 = 1000;
/// Letters of two modules, 1 mm at the default module size, are the smallest that can still be read in print.
const SMALLEST: u32 = 2 * THOUSAND;
/// Letters never grow beyond seven modules, 10 points at the default module size.
const LARGEST: u32 = 7 * THOUSAND;
/// Two modules stay free on the left and on the right of a line.
const SIDE_MARGINS: u32 = 4;
/// A line may shrink to this percentage of the ideal size before it is broken in two.
const SHRINK_BEFORE_BREAK: u32 = 75;

/// Words printed below a code, such as the name and the number of a licence.
///
/// They stand centred below the quiet zone in one line or two, as large as the width of the code allows. Characters are set one
/// after the other as Chinese and Latin script want it; scripts whose letters join or run from right to left are not shaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption(String);

impl Caption {
    /// Parses a caption; white space around it is dropped.
    ///
    /// # Errors
    /// [`DrawError::CaptionEmpty`], [`DrawError::CaptionUnprintable`] for control characters and characters without a look of
    /// their own, [`DrawError::CaptionCharacters`] for more than 200 characters.
    pub fn parse(text: &str) -> Result<Self, DrawError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DrawError::CaptionEmpty);
        }
        let characters = text.chars().count();
        if characters > MOST_CHARACTERS {
            return Err(DrawError::CaptionCharacters { characters, limit: MOST_CHARACTERS });
        }
        match text.chars().zip(1..).find(|(character, _)| is_unprintable(*character)) {
            Some((character, position)) => Err(DrawError::CaptionUnprintable { character, position }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Sets the caption below a picture `width` modules wide, given the width of each of its characters in thousandths of an em.
    pub(crate) fn layout(&self, widths: &[u32], width: u32) -> Result<Layout, DrawError> {
        let room = (width - SIDE_MARGINS) * THOUSAND;
        let ideal = (width * THOUSAND / 14).min(LARGEST);
        let letters: Vec<Letter> = self.0.chars().zip(widths).map(|(character, width)| Letter { character, width: *width }).collect();

        let single = largest_size(total(&letters), room);
        if single >= (ideal * SHRINK_BEFORE_BREAK / 100).max(SMALLEST) {
            return Ok(Layout { size: single.min(ideal), lines: std::iter::once(0..letters.len()).collect() });
        }
        let lines = break_in_two(&letters);
        let widest = lines.iter().map(|line| total(letters.get(line.clone()).unwrap_or_default())).max().unwrap_or_default();
        let size = largest_size(widest, room).min(ideal);
        if size < SMALLEST {
            return Err(DrawError::CaptionTooLong { width: widest, limit: room * THOUSAND / SMALLEST });
        }
        Ok(Layout { size, lines: lines.to_vec() })
    }
}

/// A caption that has been set: the letter size in thousandths of a module, and which characters stand in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    size: u32,
    lines: Vec<Range<usize>>,
}

impl Layout {
    /// The letter size in thousandths of a module.
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// The lines from the top, each with the distance of its baseline from the upper edge of the caption, in thousandths of a module.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        // The baseline stands 1.05 em below the top of its line: Chinese characters reach 0.88 em above it, accents a little more.
        (0..).map(|line| self.size * (105 + 130 * line) / 100).zip(self.lines.iter().cloned())
    }

    /// The height that the picture grows by, in whole modules: 1.3 em a line and a module of margin.
    pub(crate) fn height(&self) -> u32 {
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        (lines * self.size * 13 / 10).div_ceil(THOUSAND) + 1
    }
}

#[derive(Clone, Copy)]
struct Letter {
    character: char,
    width: u32,
}

fn total(letters: &[Letter]) -> u32 {
    letters.iter().map(|letter| letter.width).sum()
}

/// The largest letter size at which `width` thousandths of an em fill no more than `room`.
fn largest_size(width: u32, room: u32) -> u32 {
    (room * THOUSAND).checked_div(width).unwrap_or(u32::MAX)
}

/// Breaks where the longer line is shortest: at a space or beside a Chinese character if there is one, else anywhere.
fn break_in_two(letters: &[Letter]) -> [Range<usize>; 2] {
    let longer = |(head, tail): &(usize, usize)| {
        let (head, tail) = (letters.get(..*head).unwrap_or_default(), letters.get(*tail..).unwrap_or_default());
        total(head).max(total(tail))
    };
    let breaks = || (1..letters.len()).filter_map(|at| Some((at, letters.get(at - 1)?.character, letters.get(at)?.character)));
    let at_words = breaks().filter_map(|(at, before, after)| match () {
        () if after == ' ' => Some((at, at + 1)),
        () if before != ' ' && (is_wide(before) || is_wide(after)) => Some((at, at)),
        () => None,
    });
    let anywhere = || breaks().map(|(at, ..)| (at, at)).min_by_key(longer);
    let (head, tail) = at_words.min_by_key(longer).or_else(anywhere).unwrap_or((letters.len(), letters.len()));
    [0..head, tail..letters.len()]
}

/// Tells whether a character fills a square, as Chinese characters and full-width punctuation do.
pub(crate) fn is_wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..)
}

/// Characters without a look of their own: controls, invisible and direction marks (which can make a number read backwards), noncharacters.
fn is_unprintable(character: char) -> bool {
    let invisible = matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    let noncharacter = matches!(character, '\u{FDD0}'..='\u{FDEF}') || u32::from(character) & 0xFFFE == 0xFFFE;
    character.is_control() || invisible || noncharacter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: u32) -> (u32, Vec<String>) {
        let widths: Vec<u32> = text.chars().map(|c| if is_wide(c) { 1000 } else { 600 }).collect();
        let layout = Caption::parse(text).unwrap().layout(&widths, width).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let line = |range: Range<usize>| characters.get(range).unwrap().iter().collect();
        (layout.size(), layout.lines().map(|(_, range)| line(range)).collect())
    }

    #[test]
    fn a_short_caption_stands_in_one_line_at_the_ideal_size() {
        assert_eq!(lines("食品经营许可证", 65), (4642, vec!["食品经营许可证".to_owned()]));
    }

    #[test]
    fn a_caption_a_little_too_long_shrinks_and_a_longer_one_breaks_at_the_space() {
        let (size, set) = lines("食品经营许可证 JY1440106001", 65);
        assert!(set.len() == 1 && size < 4642, "{size} {set:?}");
        let (size, set) = lines("食品经营许可证 JY14401060012345678", 65);
        assert_eq!((size, set), (4642, vec!["食品经营许可证".to_owned(), "JY14401060012345678".to_owned()]));
    }

    #[test]
    fn a_number_is_broken_only_when_there_is_no_other_place() {
        assert_eq!(lines(&"1".repeat(60), 65).1, ["1".repeat(30), "1".repeat(30)]);
        assert_eq!(lines(&format!("证{}", "1".repeat(40)), 65).1, ["证".to_owned(), "1".repeat(40)]);
    }

    #[test]
    fn a_name_of_sixty_characters_fits_below_a_code_of_version_10() {
        let (size, set) = lines(&"广".repeat(60), 65);
        assert_eq!((size, set.len()), (2033, 2));
    }

    #[test]
    fn a_caption_that_two_lines_cannot_hold_is_refused_with_both_widths() {
        let error = Caption::parse(&"广".repeat(80)).unwrap().layout(&[1000; 80], 65).unwrap_err();
        assert_eq!(error, DrawError::CaptionTooLong { width: 40_000, limit: 30_500 });
        assert_eq!(error.code(), "caption_too_long");
    }

    #[test]
    fn captions_that_cannot_be_printed_are_refused() {
        let rows = [
            ("", "caption_empty"),
            (" \t ", "caption_empty"),
            ("a\u{0}b", "caption_unprintable"),
            ("第一行\n第二行", "caption_unprintable"),
            ("JY\u{202E}144", "caption_unprintable"),
            ("\u{FFFF}x", "caption_unprintable"),
            ("\u{1FFFE}x", "caption_unprintable"),
            (&"x".repeat(201), "caption_too_long"),
        ];
        for (text, code) in rows {
            assert_eq!(Caption::parse(text).unwrap_err().code(), code, "{text:?}");
        }
        assert_eq!(Caption::parse("ab\u{7}").unwrap_err(), DrawError::CaptionUnprintable { character: '\u{7}', position: 3 });
        assert_eq!(Caption::parse(" 龘 ").unwrap().as_str(), "龘");
    }
}
