//! The dictionary that packs the words of a seal.
//!
//! A dictionary is one, two or four complete canonical prefix codes over the words that names, organisations and addresses are made of;
//! a packed text says in its first bits which of them it uses. It is published once and kept for ever: a seal names it by its id and
//! carries only bits. The format is `docs/spec/dictionary.md`.

mod bits;
mod code;
mod codebook;
mod entries;
mod error;
mod pack;
mod published;
mod tree;
mod unpack;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};
use std::sync::OnceLock;

use codebook::Codebook;
pub use error::{DictionaryError, UnpackError};
use tree::Tree;

/// The longest code, in bits: one load of a 64-bit window always holds a symbol and the character that may follow it.
pub const LONGEST_CODE: u32 = 20;
/// The shortest code the escape may have, in bits: padding is at most 7 one bits, and so is never the escape.
pub const SHORTEST_ESCAPE: u32 = 8;
/// The most entries of all codes together, the escapes among them: a symbol index fits 17 bits of the lookup table.
pub const MOST_ENTRIES: usize = 65_536;
/// The longest entry, in bytes of UTF-8: no phrase of the field is longer, and a packed bit never stands for more.
pub const LONGEST_ENTRY: usize = 64;
/// The largest published form, in bytes: what a verifier on a small device is willing to hold.
pub const LARGEST_PUBLISHED: usize = 1 << 20;
/// The longest text that unpacks, in bytes of UTF-8, whatever the caller allows: several times what a QR code could be asked to say.
pub const LONGEST_TEXT: usize = 1_024;

/// The most codes of one dictionary: two bits tell them apart.
const MOST_CODES: usize = 4;

/// The bits that follow an escape for a character of the basic multilingual plane: a zero and its code point.
const ESCAPED_BASIC: u32 = 1 + 16;
/// The bits that follow an escape for any other character: a one and its code point less U+10000.
const ESCAPED_SUPPLEMENTARY: u32 = 1 + 20;

/// A published code between texts and bits.
///
/// ```cddl
/// dictionary = [ id: uint .size 4, codes: [ 1*4 code ] ]  ; 1, 2 or 4 codes
/// code = [ + [ * entry ] ]                                ; at position n, the entries whose code has n bits
/// entry = tstr .size (0..64)                              ; the escape is the empty string
/// ```
///
/// A code's group at position n holds the entries whose code has n bits, in the order of their codes; the escape is the empty string,
/// the last entry of the last group. `docs/spec/dictionary.md` shows a whole one, byte for byte.
#[derive(Clone)]
pub struct Dictionary {
    id: u32,
    codebooks: Vec<Codebook>,
    selector_bits: u32,
    digest: [u8; 32],
    /// Grown when the first text is packed: who only reads seals never needs it.
    tree: OnceLock<Tree>,
}

impl Dictionary {
    /// Builds a dictionary from its codes: in each, the group at position n holds the entries with a code of n bits, in code order.
    ///
    /// # Errors
    /// A [`DictionaryError`] that names the first rule of `docs/spec/dictionary.md` that is broken.
    pub fn new<Text: AsRef<str>>(id: u32, codes: &[Vec<Vec<Text>>]) -> Result<Dictionary, DictionaryError> {
        let selector_bits = selector_bits(codes.len())?;
        let total = codes.iter().flatten().map(Vec::len).sum();
        if total > MOST_ENTRIES {
            return Err(DictionaryError::TooManyEntries { entries: total, ceiling: MOST_ENTRIES });
        }
        let codebooks = codes.iter().map(|groups| Codebook::new(groups)).collect::<Result<_, _>>()?;
        let mut dictionary = Dictionary { id, codebooks, selector_bits, digest: [0; 32], tree: OnceLock::new() };
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

    /// The number of entries of all codes, the escapes not counted.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.codebooks.iter().map(|codebook| codebook.entries.len()).sum()
    }

    /// The bits, 0 to 2, at the start of every packed text that say which code it uses.
    #[must_use]
    pub fn selector_bits(&self) -> u32 {
        self.selector_bits
    }

    /// The longest code, in bits, that any single Chinese character has in the code with the most of them: the worst that a character
    /// of a text without rare characters can cost. A whole text costs [`selector_bits`](Dictionary::selector_bits) more.
    #[must_use]
    pub fn hardest_bits_per_char(&self) -> u32 {
        let broadest = self.codebooks.iter().max_by_key(|codebook| codebook.bits_of_ideographs().count());
        broadest.and_then(|codebook| codebook.bits_of_ideographs().max()).unwrap_or(0)
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary {{ id: {}, codes: {}, entries: {} }}", self.id, self.codebooks.len(), self.entry_count())
    }
}

/// The bits that tell `codes` codes apart: every value of them is a code, so that none has to be refused.
fn selector_bits(codes: usize) -> Result<u32, DictionaryError> {
    match codes {
        1 => Ok(0),
        2 => Ok(1),
        4 => Ok(2),
        found => Err(DictionaryError::WrongCodeCount { found }),
    }
}
