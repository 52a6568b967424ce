//! The dictionary that packs the words of a seal.
//!
//! A dictionary is a complete canonical prefix code over words that names, organisations and addresses are made of. It is published
//! once and kept for ever: a seal names it by its id and carries only bits. The format is `docs/spec/dictionary.md`.

mod bits;
mod code;
mod entries;
mod error;
mod pack;
mod published;
mod unpack;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};
use unicode_normalization::is_nfc;

use code::Code;
use entries::Entries;
pub use error::{DictionaryError, UnpackError};

/// The longest code, in bits: one load of a 64-bit window always holds a symbol and the character that may follow it.
pub const LONGEST_CODE: u32 = 20;
/// The shortest code the escape may have, in bits: padding is at most 7 one bits, and so is never the escape.
pub const SHORTEST_ESCAPE: u32 = 8;
/// The most entries, the escape among them: a symbol index fits 17 bits of the lookup table.
pub const MOST_ENTRIES: usize = 65_536;
/// The longest entry, in bytes of UTF-8: no phrase of the field is longer, and a packed bit never stands for more.
pub const LONGEST_ENTRY: usize = 64;
/// The largest published form, in bytes: what a verifier on a small device is willing to hold.
pub const LARGEST_PUBLISHED: usize = 1 << 20;
/// The longest text that unpacks, in bytes of UTF-8, whatever the caller allows: several times what a QR code could be asked to say.
pub const LONGEST_TEXT: usize = 1_024;

/// The bits that follow an escape for a character of the basic multilingual plane: a zero and its code point.
const ESCAPED_BASIC: u32 = 1 + 16;
/// The bits that follow an escape for any other character: a one and its code point less U+10000.
const ESCAPED_SUPPLEMENTARY: u32 = 1 + 20;

/// A published code between texts and bits.
///
/// ```cddl
/// dictionary = [ id: uint, groups: [ + [ * tstr ] ] ]
/// ```
///
/// The group at position n holds the entries whose code has n bits, in the order of their codes; the escape is the empty string, the
/// last entry of the last group. Example: `82 07 82 80 83 61 61 …` (`docs/spec/dictionary.md` §1 shows a whole one).
#[derive(Clone)]
pub struct Dictionary {
    id: u32,
    entries: Entries,
    code: Code,
    digest: [u8; 32],
}

impl Dictionary {
    /// Builds a dictionary from its parts: the group at position n holds the entries with a code of n bits, in code order.
    ///
    /// # Errors
    /// A [`DictionaryError`] that names the first rule broken, in the order of `docs/spec/dictionary.md` §2.
    pub fn new<Text: AsRef<str>>(id: u32, groups: &[Vec<Text>]) -> Result<Dictionary, DictionaryError> {
        let counts: Vec<usize> = groups.iter().map(Vec::len).collect();
        let total = counts.iter().sum();
        if total > MOST_ENTRIES {
            return Err(DictionaryError::TooManyEntries { entries: total, ceiling: MOST_ENTRIES });
        }
        let code = Code::new(&counts)?;
        let words = words_before_the_escape(groups)?;
        let entries = Entries::new(&words)?;
        let mut dictionary = Dictionary { id, entries, code, digest: [0; 32] };
        let published = dictionary.encode();
        if published.len() > LARGEST_PUBLISHED {
            return Err(DictionaryError::TooLarge { bytes: published.len(), ceiling: LARGEST_PUBLISHED });
        }
        dictionary.digest = Sha256::digest(&published).into();
        Ok(dictionary)
    }

    /// The number by which seals name this dictionary.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The SHA-256 of the published bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The number of entries, the escape not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether the dictionary has no entry but the escape: never, for a code of one symbol is not complete.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// The longest code, in bits, of any Chinese character that is an entry by itself: what the worst common name costs per character.
    #[must_use]
    pub fn hardest_bits_per_char(&self) -> u32 {
        (0..)
            .zip(self.entries.iter())
            .filter(|(_, entry)| is_one_ideograph(entry))
            .map(|(symbol, _)| self.code.word(symbol).length)
            .max()
            .unwrap_or(0)
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary {{ id: {}, entries: {} }}", self.id, self.entries.len())
    }
}

/// Checks every entry by itself and its place in its group, and returns all but the escape, in code order.
fn words_before_the_escape<Text: AsRef<str>>(groups: &[Vec<Text>]) -> Result<Vec<&str>, DictionaryError> {
    let Some((last, earlier)) = groups.last().and_then(|group| group.split_last()).map(|(escape, words)| (escape.as_ref(), words)) else {
        return Err(DictionaryError::NoEscape);
    };
    if !last.is_empty() {
        return Err(DictionaryError::NoEscape);
    }
    let whole_groups = groups.split_last().map_or(&[][..], |(_, before)| before);
    let mut words = Vec::new();
    for group in whole_groups.iter().map(Vec::as_slice).chain([earlier]) {
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
