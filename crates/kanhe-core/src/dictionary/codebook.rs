//! One code of a dictionary: its words, and the bits that stand for them.

use unicode_normalization::is_nfc;

use super::code::Code;
use super::entries::Entries;
use super::{DictionaryError, LONGEST_ENTRY};

/// A complete prefix code over words and an escape.
#[derive(Clone)]
pub(super) struct Codebook {
    pub(super) entries: Entries,
    pub(super) code: Code,
}

impl Codebook {
    /// Builds a code from its entries: the group at position n holds those with a code of n bits, in code order, the escape last.
    pub(super) fn new<Text: AsRef<str>>(groups: &[Vec<Text>]) -> Result<Codebook, DictionaryError> {
        let counts: Vec<usize> = groups.iter().map(Vec::len).collect();
        let code = Code::new(&counts)?;
        let entries = Entries::new(&words_before_the_escape(groups)?)?;
        Ok(Codebook { entries, code })
    }

    /// The entries by the length of their code, the escape last.
    pub(super) fn groups(&self) -> Vec<Vec<&str>> {
        let mut groups: Vec<Vec<&str>> = vec![Vec::new()];
        for (symbol, entry) in (0..).zip(self.entries.iter().chain([""])) {
            let length = usize::try_from(self.code.word(symbol).length).unwrap_or(0);
            if groups.len() <= length {
                groups.resize(length + 1, Vec::new());
            }
            if let Some(group) = groups.get_mut(length) {
                group.push(entry);
            }
        }
        groups
    }

    /// The lengths of the codes of all Chinese characters that are entries by themselves.
    pub(super) fn bits_of_ideographs(&self) -> impl Iterator<Item = u32> {
        (0..).zip(self.entries.iter()).filter(|(_, entry)| is_one_ideograph(entry)).map(|(symbol, _)| self.code.word(symbol).length)
    }
}

/// Checks every entry by itself and its place in its group, and returns all but the escape, in code order.
fn words_before_the_escape<Text: AsRef<str>>(groups: &[Vec<Text>]) -> Result<Vec<&str>, DictionaryError> {
    let Some((last_group, earlier_groups)) = groups.split_last() else { return Err(DictionaryError::NoEscape) };
    let Some((_, last_words)) = last_group.split_last().filter(|(escape, _)| escape.as_ref().is_empty()) else {
        return Err(DictionaryError::NoEscape);
    };
    let mut words = Vec::new();
    for group in earlier_groups.iter().map(Vec::as_slice).chain([last_words]) {
        let mut previous = "";
        for entry in group.iter().map(AsRef::as_ref) {
            check_entry(entry)?;
            if entry < previous {
                return Err(DictionaryError::NotInOrder { entry: entry.to_owned(), after: previous.to_owned() });
            }
            previous = entry;
            words.push(entry);
        }
    }
    Ok(words)
}

fn check_entry(entry: &str) -> Result<(), DictionaryError> {
    if entry.is_empty() {
        return Err(DictionaryError::EscapeNotLast);
    }
    if entry.len() > LONGEST_ENTRY {
        return Err(DictionaryError::EntryTooLong { bytes: entry.len(), ceiling: LONGEST_ENTRY });
    }
    if !is_nfc(entry) {
        return Err(DictionaryError::NotNfc { entry: entry.to_owned() });
    }
    Ok(())
}

fn is_one_ideograph(entry: &str) -> bool {
    let mut characters = entry.chars();
    matches!(characters.next(), Some('\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}'))
        && characters.next().is_none()
}
