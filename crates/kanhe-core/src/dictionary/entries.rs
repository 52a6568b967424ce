//! The words of a code, laid flat.

use super::DictionaryError;

/// The words in the order of their codes.
#[derive(Clone)]
pub(super) struct Entries {
    /// All words, one after another: one allocation, and neighbours in code are neighbours in memory.
    text: String,
    /// Where each word starts in `text`, and after the last one where it ends.
    starts: Vec<u32>,
    /// The words of one character, sorted: asked on the road of every rare name.
    characters: Vec<char>,
}

impl Entries {
    /// Lays out `words`, given in the order of their codes, and refuses a word given twice.
    pub(super) fn new(words: &[&str]) -> Result<Entries, DictionaryError> {
        let mut entries = Entries { text: String::new(), starts: vec![0], characters: Vec::new() };
        for word in words {
            entries.text.push_str(word);
            entries.starts.push(u32::try_from(entries.text.len()).unwrap_or(u32::MAX));
        }
        let mut sorted = words.to_vec();
        sorted.sort_unstable();
        if let Some(entry) = sorted.windows(2).find_map(|pair| matches!(pair, [one, other] if one == other).then(|| pair.first()).flatten())
        {
            return Err(DictionaryError::Duplicate { entry: (*entry).to_owned() });
        }
        entries.characters = sorted.into_iter().filter_map(only_character).collect();
        Ok(entries)
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..).map_while(|symbol| self.get(symbol))
    }

    /// The word of a symbol, or nothing for the escape.
    #[inline]
    pub(super) fn get(&self, symbol: u32) -> Option<&str> {
        let place = usize::try_from(symbol).ok()?;
        let [start, end] = self.starts.get(place..)?.first_chunk()?;
        let (start, end) = (usize::try_from(*start).ok()?, usize::try_from(*end).ok()?);
        self.text.get(start..end)
    }

    /// Says whether one character is an entry by itself.
    pub(super) fn has_character(&self, character: char) -> bool {
        self.characters.binary_search(&character).is_ok()
    }
}

/// The one character of a word that has one. The order of words is that of their code points, so these come out sorted.
fn only_character(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|_| characters.next().is_none())
}
