//! Names cut into pieces of two and three letters, by which they are found: Chinese has no spaces between words, and most names of people
//! are one such piece.

use kanhe_core::spelling::of_one_width;
use std::collections::BTreeSet;

/// In which letters a name stands in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// In those that it is the same name in, however wide they were typed.
    Folded,
    /// In those that it was typed in, as names were entered before.
    AsTyped,
}

impl Letters {
    /// Both, those of today first.
    pub(crate) const ALL: [Self; 2] = [Self::Folded, Self::AsTyped];

    /// The letters of a text, small and capital ones being the same.
    fn of(self, text: &str) -> Vec<char> {
        let small = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match self {
            Self::Folded => small(&of_one_width(text)),
            Self::AsTyped => small(text),
        }
    }

    /// The pieces that a name is found by: its neighbouring letters, two and three at a time. A text of one letter has none.
    pub(crate) fn pieces(self, name: &str) -> BTreeSet<String> {
        let letters = self.of(name);
        [2, 3].into_iter().flat_map(|length| cut(&letters, length)).collect()
    }

    /// The fewest pieces that a name with the words of a question must have: the longest there are, for they are the rarest.
    pub(crate) fn pieces_asked(self, words: &str) -> BTreeSet<String> {
        let letters = self.of(words);
        cut(&letters, letters.len().clamp(2, 3)).collect()
    }

    /// Whether a name has the words of a question, as several pieces cannot tell: they do not know what stands beside what.
    pub(crate) fn has(self, name: &str, words: &str) -> bool {
        let plain = |text: &str| self.of(text).into_iter().collect::<String>();
        plain(name).contains(&plain(words))
    }
}

fn cut(letters: &[char], length: usize) -> impl Iterator<Item = String> {
    letters.windows(length).map(|piece| piece.iter().collect())
}

/// Whether a name can be found by some words at all: they have two letters.
pub(crate) fn can_be_asked(words: &str) -> bool {
    Letters::ALL.into_iter().any(|letters| !letters.pieces_asked(words).is_empty())
}

/// The pieces to look for: those of names as they are entered today, and as they were before, where that is not the same.
pub(crate) fn ways_to_ask(words: &str) -> Vec<BTreeSet<String>> {
    let mut ways: Vec<_> =
        Letters::ALL.map(|letters| letters.pieces_asked(words)).into_iter().filter(|pieces| !pieces.is_empty()).collect();
    ways.dedup();
    ways
}

/// Whether a name has the words of a question, in either letters.
pub(crate) fn has(name: &str, words: &str) -> bool {
    Letters::ALL.into_iter().any(|letters| letters.has(name, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Letters::{AsTyped, Folded};
    use kanhe_core::spelling::folded;

    #[test]
    fn a_name_is_found_by_its_neighbouring_letters() {
        for letters in Letters::ALL {
            let found_by: Vec<String> = letters.pieces("李·马Ab").into_iter().collect();
            assert_eq!(found_by, ["ab", "李马", "李马a", "马a", "马ab"]);
            assert!(letters.pieces("𠮷").is_empty() && letters.pieces_asked("𠮷").is_empty());
            assert_eq!(letters.pieces("𠮷田").len(), 1);
            for (words, asked) in [("李马", 1), ("李马A", 1), ("李马AB", 2)] {
                assert_eq!(letters.pieces_asked(words).len(), asked, "{words}");
                assert!(letters.pieces_asked(words).is_subset(&letters.pieces("李·马Ab")), "{words}");
            }
        }
        assert!(has("天河区小王餐饮有限公司", "小王餐饮"));
        assert!(has("李·马", "李马"));
        assert!(!has("王小王", "小小"));
    }

    #[test]
    fn a_name_is_the_same_in_letters_of_any_width() {
        for (name, words) in [("甲ＡＢ一", "甲ab"), ("SMITH JOHN", "ＳＭＩＴＨ"), ("ｱﾊﾟｰﾄ", "アパート")] {
            assert!(Folded.pieces_asked(words).is_subset(&Folded.pieces(name)) && has(name, words), "{words}");
            assert_eq!(Folded.pieces(name), Folded.pieces(&folded(name)), "{name}");
        }
        assert!(AsTyped.pieces_asked("甲ＡＢ").is_subset(&AsTyped.pieces("甲ＡＢ一")));
        assert_eq!((ways_to_ask("小王").len(), ways_to_ask("甲ＡＢ").len(), ways_to_ask("甲").len()), (1, 2, 0));
        assert!(can_be_asked("㍿") && !can_be_asked("甲 "), "what is one letter may stand for four");
    }
}
