//! Names cut into pieces of two and three letters, by which they are found: Chinese has no spaces between words, and most names of people
//! are one such piece.

use std::collections::BTreeSet;

/// The pieces that a name is found by: its neighbouring letters, two and three at a time, small and capital ones being the same. A text of
/// one letter has none.
pub(crate) fn pieces(name: &str) -> BTreeSet<String> {
    let letters = letters(name);
    [2, 3].into_iter().flat_map(|length| cut(&letters, length)).collect()
}

/// The fewest pieces that a name with the words of a question must have: the longest there are, for they are the rarest.
pub(crate) fn pieces_asked(words: &str) -> BTreeSet<String> {
    let letters = letters(words);
    cut(&letters, letters.len().clamp(2, 3)).collect()
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn cut(letters: &[char], length: usize) -> impl Iterator<Item = String> {
    letters.windows(length).map(|piece| piece.iter().collect())
}

/// Whether a name has the words of a question, as several pieces cannot tell: they do not know what stands beside what.
pub(crate) fn has(name: &str, words: &str) -> bool {
    let plain = |text: &str| letters(text).into_iter().collect::<String>();
    plain(name).contains(&plain(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_neighbouring_letters() {
        let found_by: Vec<String> = pieces("李·马Ab").into_iter().collect();
        assert_eq!(found_by, ["ab", "李马", "李马a", "马a", "马ab"]);
        assert!(pieces("𠮷").is_empty() && pieces_asked("𠮷").is_empty());
        assert_eq!(pieces("𠮷田").len(), 1);
        for (words, asked) in [("李马", 1), ("李马A", 1), ("李马AB", 2)] {
            assert_eq!(pieces_asked(words).len(), asked, "{words}");
            assert!(pieces_asked(words).is_subset(&pieces("李·马Ab")), "{words}");
        }
        assert!(has("天河区小王餐饮有限公司", "小王餐饮"));
        assert!(has("李·马", "李马"));
        assert!(!has("王小王", "小小"));
    }
}
