//! The list of words from which a dictionary is trained, as text.

use super::Weights;

/// Reads a list of words: a word and its weight in each code on a line, tab-separated, `-` where a code has it not. A line that starts
/// with a number sign and a space is a comment.
///
/// # Errors
/// A [`WordsError`] that names the first line in which something is wrong.
pub fn parse_words(text: &str) -> Result<Vec<Weights>, WordsError> {
    let mut lists: Vec<Weights> = Vec::new();
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.starts_with("# ")) {
        let (word, weights) = row.split_once('\t').ok_or(WordsError::NoWeight { line })?;
        let weights: Vec<&str> = weights.split('\t').collect();
        if lists.is_empty() {
            lists = vec![Weights::new(); weights.len()];
        }
        if weights.len() != lists.len() {
            return Err(WordsError::UnevenRow { line, found: weights.len(), due: lists.len() });
        }
        for (list, weight) in lists.iter_mut().zip(weights).filter(|(_, weight)| *weight != "-") {
            let weight = weight.parse().map_err(|_| WordsError::NotAWeight { line, found: weight.to_owned() })?;
            list.push((word.to_owned(), weight));
        }
    }
    Ok(lists)
}

/// Why a text is no list of words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// A line has a word alone.
    #[error("line {line} has no weight")]
    NoWeight {
        /// The line, counted from 1.
        line: usize,
    },
    /// A line has more or fewer weights than the first.
    #[error("line {line} has {found} weights, the first has {due}")]
    UnevenRow {
        /// The line, counted from 1.
        line: usize,
        /// Weights found.
        found: usize,
        /// Weights of the first row.
        due: usize,
    },
    /// A weight is no whole number.
    #[error("line {line} has the weight {found:?}, a whole number or - is due")]
    NotAWeight {
        /// The line, counted from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{WordsError, parse_words};

    #[test]
    fn a_word_stands_in_the_lists_that_give_it_a_weight() {
        let lists = parse_words("# comment\n#\t1\t-\n \t-\t2\n公司\t3\t4\n").unwrap();
        assert_eq!(lists, [vec![("#".to_owned(), 1), ("公司".to_owned(), 3)], vec![(" ".to_owned(), 2), ("公司".to_owned(), 4)]]);
    }

    #[test]
    fn a_line_with_a_defect_is_refused_by_its_name() {
        let not_a_weight = |found: &str| WordsError::NotAWeight { line: 1, found: found.to_owned() };
        for (text, defect) in [
            ("公司\n", WordsError::NoWeight { line: 1 }),
            ("a\t1\nb\t1\t2\n", WordsError::UnevenRow { line: 2, found: 2, due: 1 }),
            ("a\tx\n", not_a_weight("x")),
            ("a\t-1\n", not_a_weight("-1")),
        ] {
            assert_eq!(parse_words(text).unwrap_err(), defect, "{text}");
        }
    }
}
