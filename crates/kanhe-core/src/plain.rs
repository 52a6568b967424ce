//! Lines that people read and have to tell apart: names of accounts and matters, purposes, reasons.
//!
//! What cannot be seen makes two names look like one, and U+202E turns the words behind it round. One door asks for all such lines.

/// Whether a line has nothing in it that cannot be seen: no control character, and none without a look of its own.
pub fn is_plain(line: &str) -> bool {
    let before = std::iter::once(None).chain(line.chars().map(Some));
    line.chars().zip(before).all(|(letter, before)| !letter.is_control() && !is_unseen(letter, before))
}

/// Whether a line is one that people can be shown: plain, of 1 to so many characters, without spaces around.
pub fn is_line(line: &str, most: usize) -> bool {
    (1..=most).contains(&line.chars().count()) && line.trim() == line && is_plain(line)
}

/// Whether a line can be the name of one who acts: plain, and without selectors of variants, which few fonts show: two names that look
/// alike would be two people.
pub fn is_name(line: &str) -> bool {
    is_plain(line) && !line.chars().any(selects_a_variant)
}

/// Whether a letter only selects a variant of the one before it, of a shape or of an ideograph (Unicode 23.4).
pub const fn selects_a_variant(letter: char) -> bool {
    matches!(letter, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether a letter has no look of its own behind the one before it, and gives that none.
///
/// The list is ours and does not grow with Unicode: what was signed with a reason in it must be read for ever.
pub const fn is_unseen(letter: char, before: Option<char>) -> bool {
    is_invisible(letter) && !shapes(letter, before)
}

/// Whether a joiner, or the Mongolian vowel separator, gives the letter before it its shape, in scripts whose letters have several.
const fn shapes(letter: char, before: Option<char>) -> bool {
    let joins = matches!(letter, '\u{180E}' | '\u{200C}' | '\u{200D}');
    joins && matches!(before, Some('\u{0600}'..='\u{1AFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'))
}

/// The format characters of Unicode (category Cf) that stand in no text by themselves, the separators of lines, and letters that are blank.
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_bear_are_plain() {
        for name in ["窗口系统", "Müller, O’Brien & Co. №7", "می\u{200C}خواهم", "ᠮᠣᠩᠭᠣᠯ\u{180E}ᠠ", "葛\u{E0100}城", "全角　空格（株）"]
        {
            assert!(is_line(name, 100), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_not_plain() {
        for name in
            ["窗口\u{202E}统系", "王\u{200B}伟", "王\u{200D}伟", "\u{3164}", "王\u{FEFF}", "a\u{2028}b", "a\nb", "\u{E0041}a", "a\u{00AD}b"]
        {
            assert!(!is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn a_name_selects_no_variants() {
        for name in ["x-1\u{FE0F}", "x-1\u{FE00}", "x-1\u{E0100}", "葛\u{E01EF}城"] {
            assert!(is_plain(name) && !is_name(name), "{name:?}");
        }
        assert!(is_name("葛城") && is_name("می\u{200C}خواهم") && !is_name("x\u{200B}"));
    }

    #[test]
    fn a_line_says_something_and_not_too_much() {
        for (line, fits) in [("", false), (" a", false), ("abc", true), ("abcd", false)] {
            assert_eq!(is_line(line, 3), fits, "{line:?}");
        }
    }
}
