//! Names cut into pairs of letters, by which they are found: Chinese has no spaces between words, and two characters are seldom many names.

use std::collections::BTreeSet;

/// The pairs of neighbouring letters of a text, each once, small and capital letters being the same. A text of one letter has none.
pub(crate) fn bigrams(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// Whether a name has the words of a question, as bigrams cannot tell: they do not know what stands beside what.
pub(crate) fn has(name: &str, words: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    plain(name).contains(&plain(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_neighbouring_letters() {
        let pairs: Vec<String> = bigrams("李·马Ab").into_iter().collect();
        assert_eq!(pairs, ["ab", "李马", "马a"]);
        assert!(bigrams("𠮷").is_empty());
        assert_eq!(bigrams("𠮷田").len(), 1);
        assert!(has("天河区小王餐饮有限公司", "小王餐饮"));
        assert!(has("李·马", "李马"));
        assert!(!has("王小王", "小小"));
    }
}
