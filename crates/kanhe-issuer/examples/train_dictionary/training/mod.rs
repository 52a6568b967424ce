//! From words and how often they are used to the dictionary that packs them shortest.
//!
//! The same words give the same dictionary, byte for byte, on every machine: whole numbers only, and every tie is broken by text.

mod prefix_code;
mod words;

use std::collections::BTreeSet;

use kanhe_core::dictionary::{Dictionary, DictionaryError};

use prefix_code::limited_lengths;
pub use words::parse_words;

/// The longest code that training gives out, in bits.
///
/// The format allows 20. At 15 the names of the held-out set cost 3 % more than at 20, but the worst a character can cost, for which a
/// type must keep room in its QR code, is a quarter less.
pub const LONGEST_TRAINED_CODE: usize = 15;

/// Rounds of dropping words that pay nothing; three were enough for every list so far.
const ROUNDS: usize = 16;

/// How often each word of one code is used.
pub type Weights = Vec<(String, u64)>;

/// Trains a dictionary with one code for each list of words, in which each word comes once.
///
/// A word that the others spell in fewer bits than its own code has is left out: packing would never use it.
///
/// # Errors
/// [`TrainingError::TooManyWords`] if they do not fit codes of [`LONGEST_TRAINED_CODE`] bits, and [`TrainingError::Refused`] if the words
/// break a rule of dictionaries: too few for an escape of 8 bits, given twice, not in normalization form C.
pub fn train(id: u32, lists: impl IntoIterator<Item = Weights>) -> Result<Dictionary, TrainingError> {
    let codes = lists.into_iter().map(train_code).collect::<Result<Vec<_>, _>>()?;
    Ok(Dictionary::new(id, &codes)?)
}

/// Why words give no dictionary.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// There are more words than codes.
    #[error("{words} words do not fit codes of {bits} bits")]
    TooManyWords {
        /// Words given, the escape counted.
        words: usize,
        /// The longest code.
        bits: usize,
    },
    /// The words make no dictionary.
    #[error("words make no dictionary")]
    Refused(#[from] DictionaryError),
}

/// The entries of one code by the length of their codes.
type Groups = Vec<Vec<String>>;

fn train_code(mut weights: Weights) -> Result<Groups, TrainingError> {
    let mut groups = grouped(&weights)?;
    for _ in 0..ROUNDS {
        let useless = useless_words(&groups)?;
        if useless.is_empty() {
            break;
        }
        weights.retain(|(word, _)| !useless.contains(word));
        groups = grouped(&weights)?;
    }
    Ok(groups)
}

/// Gives every word and the escape a code length; the escape is the lightest, and so gets the longest.
fn grouped(weights: &[(String, u64)]) -> Result<Groups, TrainingError> {
    let words = weights.len() + 1;
    if words > 1 << LONGEST_TRAINED_CODE {
        return Err(TrainingError::TooManyWords { words, bits: LONGEST_TRAINED_CODE });
    }
    let mut lightest_first: Vec<(u64, &str)> =
        weights.iter().map(|(word, weight)| (weight.saturating_add(1), word.as_str())).chain([(0, "")]).collect();
    lightest_first.sort_unstable();
    let lengths = limited_lengths(&lightest_first.iter().map(|(weight, _)| *weight).collect::<Vec<u64>>(), LONGEST_TRAINED_CODE);
    let mut groups = vec![Vec::new(); lengths.iter().max().copied().unwrap_or(0) + 1];
    for ((_, word), length) in lightest_first.iter().zip(&lengths) {
        if let Some(group) = groups.get_mut(*length) {
            group.push((*word).to_owned());
        }
    }
    for group in &mut groups {
        // Within a group words ascend, but the escape, the empty string, closes the last.
        group.sort_unstable_by(|one, other| (one.is_empty(), one).cmp(&(other.is_empty(), other)));
    }
    Ok(groups)
}

/// The words that others spell in fewer bits than their own code has.
fn useless_words(groups: &Groups) -> Result<BTreeSet<String>, TrainingError> {
    let dictionary = Dictionary::new(0, std::slice::from_ref(groups))?;
    let with_bits = groups.iter().enumerate().flat_map(|(bits, group)| group.iter().map(move |word| (bits, word)));
    Ok(with_bits.filter(|(bits, word)| !word.is_empty() && dictionary.packed_bits(word) < *bits).map(|(_, word)| word.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::{TrainingError, Weights, train};

    fn letters() -> Weights {
        ('a'..='z').zip(1_u64..).map(|(letter, weight)| (letter.to_string(), weight * weight * weight)).collect()
    }

    #[test]
    fn a_word_used_more_often_never_has_a_longer_code() {
        let dictionary = train(1, [letters()]).unwrap();
        let bits: Vec<usize> = ('a'..='z').map(|letter| dictionary.packed_bits(&letter.to_string())).collect();
        assert!(bits.is_sorted_by(|rare, frequent| rare >= frequent), "{bits:?}");
    }

    #[test]
    fn the_order_in_which_words_are_given_changes_nothing() {
        let backwards: Weights = letters().into_iter().rev().collect();
        assert_eq!(train(1, [letters()]).unwrap().digest(), train(1, [backwards]).unwrap().digest());
    }

    #[test]
    fn a_word_that_its_parts_spell_in_fewer_bits_is_left_out() {
        let mut words = letters();
        words.push(("zy".to_owned(), 0));
        assert_eq!(train(1, [words]).unwrap().entry_count(), 26);
    }

    #[test]
    fn no_code_is_longer_than_the_limit_however_uneven_the_weights() {
        let uneven: Weights = (0_u32..60).map(|n| (format!("字{n}"), 1_u64 << n)).collect();
        let dictionary = train(1, [uneven]).unwrap();
        assert!((0..60).all(|n| dictionary.packed_bits(&format!("字{n}")) <= super::LONGEST_TRAINED_CODE));
    }

    #[test]
    fn words_that_make_no_dictionary_are_refused_by_name() {
        let few: Weights = vec![("a".to_owned(), 1), ("b".to_owned(), 1)];
        let twice: Weights = letters().into_iter().chain([("a".to_owned(), 7)]).collect();
        let many: Weights = (0_u32..40_000).map(|n| (n.to_string(), 1)).collect();
        let code = |lists: Vec<Weights>| match train(1, lists).unwrap_err() {
            TrainingError::Refused(defect) => defect.code(),
            TrainingError::TooManyWords { .. } => "too many",
        };
        assert_eq!(code(vec![few]), "dictionary_escape_too_short");
        assert_eq!(code(vec![twice]), "dictionary_duplicate");
        assert_eq!(code(vec![many]), "too many");
        assert_eq!(code(vec![]), "dictionary_wrong_code_count");
    }
}
