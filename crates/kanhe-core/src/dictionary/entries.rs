//! The words of a dictionary, laid flat.

use super::DictionaryError;

/// The words in the order of their codes, and an index to find them by text.
#[derive(Clone)]
pub(super) struct Entries {
    /// All words, one after another: one allocation, and neighbours in code are neighbours in memory.
    text: String,
    /// Where each word starts in `text`, and after the last one where it ends.
    starts: Vec<u32>,
    /// The symbols, sorted by their words.
    by_text: Vec<u32>,
    /// The characters that words begin with, sorted, each with the place in `by_text` from which on they do.
    openings: Vec<(char, usize)>,
    /// The words of one character, sorted: asked on the road of every rare name.
    characters: Vec<char>,
}

/// The words that start with what has been read so far: a stretch of the index, to be narrowed character by character.
pub(super) struct Candidates<'a> {
    entries: &'a Entries,
    symbols: &'a [u32],
}

impl Entries {
    /// Lays out `words`, given in the order of their codes, and refuses a word given twice.
    pub(super) fn new(words: &[&str]) -> Result<Entries, DictionaryError> {
        let mut entries =
            Entries { text: String::new(), starts: vec![0], by_text: Vec::new(), openings: Vec::new(), characters: Vec::new() };
        for word in words {
            entries.text.push_str(word);
            entries.starts.push(u32::try_from(entries.text.len()).unwrap_or(u32::MAX));
        }
        let mut sorted: Vec<(&str, u32)> = words.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        if let Some((entry, _)) =
            sorted.windows(2).find_map(|pair| matches!(pair, [one, other] if one.0 == other.0).then(|| pair.first()).flatten())
        {
            return Err(DictionaryError::Duplicate { entry: (*entry).to_owned() });
        }
        entries.characters = sorted.iter().filter_map(|(word, _)| only_character(word)).collect();
        entries.openings = (0..).zip(&sorted).filter_map(|(place, (word, _))| Some((word.chars().next()?, place))).collect();
        entries.openings.dedup_by_key(|(character, _)| *character);
        entries.by_text = sorted.into_iter().map(|(_, symbol)| symbol).collect();
        Ok(entries)
    }

    pub(super) fn len(&self) -> usize {
        self.by_text.len()
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

    /// All words that begin with a character. Most have no other in common, so this is where a search among all of them would spend its time.
    pub(super) fn candidates(&self, first: char) -> Candidates<'_> {
        let from = self.openings.partition_point(|(character, _)| *character < first);
        let stretch = match self.openings.get(from..) {
            Some([(character, start), behind @ ..]) if *character == first => {
                *start..behind.first().map_or(self.by_text.len(), |(_, next)| *next)
            }
            _ => 0..0,
        };
        Candidates { entries: self, symbols: self.by_text.get(stretch).unwrap_or_default() }
    }
}

/// The one character of a word that has one. The order of words is that of their code points, so these come out sorted.
fn only_character(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|_| characters.next().is_none())
}

impl Candidates<'_> {
    /// Keeps the words that start with `prefix`, and returns the symbol of `prefix` itself if it is one; nothing if no word is left.
    pub(super) fn narrow(&mut self, prefix: &str) -> Option<Option<u32>> {
        let word = |symbol: &u32| self.entries.get(*symbol).unwrap_or("");
        let start = self.symbols.partition_point(|symbol| word(symbol) < prefix);
        let from_start = self.symbols.get(start..)?;
        let end = from_start.partition_point(|symbol| word(symbol).starts_with(prefix));
        self.symbols = from_start.get(..end)?;
        let first = self.symbols.first()?;
        Some((self.entries.get(*first) == Some(prefix)).then_some(*first))
    }
}
