//! From text to bits: of all ways to write a text as symbols, the one with the fewest bits.

use super::bits::{BitWriter, Word};
use super::tree::{Tree, Words};
use super::{Dictionary, ESCAPED_BASIC, ESCAPED_SUPPLEMENTARY, MOST_CODES};
use std::cmp::Reverse;

/// The best way from a place in the text to its end, in one code.
#[derive(Clone, Copy)]
struct Way {
    bits: usize,
    symbols: usize,
    /// What it begins with: the bits of a word, or none for an escaped character.
    word: Option<Word>,
    /// How many characters that is.
    read: usize,
}

/// The way of no characters.
const END: Way = Way { bits: 0, symbols: 0, word: None, read: 0 };

/// The best way in each code.
type Ways = [Way; MOST_CODES];

impl Dictionary {
    /// Packs a text into the fewest bits, padded to whole bytes with ones; the empty text into no bytes.
    ///
    /// Every implementation packs alike: of codes that need equally few bits the first is taken; in it, of parses with equally few bits
    /// the one with the fewest symbols, and of those the one whose first entry, then second, and so on, is longest. A text over
    /// [`LONGEST_TEXT`](super::LONGEST_TEXT) bytes packs, but no verifier unpacks it.
    #[must_use]
    pub fn pack(&self, text: &str) -> Vec<u8> {
        let characters: Vec<char> = text.chars().collect();
        let ways = self.ways(&characters);
        let mut bits = BitWriter::new();
        if let Some((code, _)) = self.best(&ways).filter(|_| !text.is_empty()) {
            bits.write(Word { value: u32::try_from(code).unwrap_or(0), length: self.selector_bits });
            self.write(code, &characters, &ways, &mut bits);
        }
        bits.finish()
    }

    /// The number of bits that [`pack`](Dictionary::pack) needs for a text, the padding not counted.
    #[must_use]
    pub fn packed_bits(&self, text: &str) -> usize {
        let characters: Vec<char> = text.chars().collect();
        let selector = usize::try_from(self.selector_bits).unwrap_or(0);
        self.best(&self.ways(&characters)).filter(|_| !text.is_empty()).map_or(0, |(_, way)| selector + way.bits)
    }

    /// The code in which a text is shortest, by its number, and its way.
    fn best(&self, ways: &[Ways]) -> Option<(usize, Way)> {
        let whole = ways.last()?.iter().copied().take(self.codebooks.len());
        whole.enumerate().min_by_key(|(_, way)| way.bits)
    }

    /// The ways from each place to the end, found from the end backwards: the first are those of no characters, the last those of all.
    fn ways(&self, text: &[char]) -> Vec<Ways> {
        let tree = self.tree.get_or_init(|| Tree::new(&self.codebooks));
        let mut ways = Vec::with_capacity(text.len() + 1);
        ways.push([END; MOST_CODES]);
        for place in (0..text.len()).rev() {
            ways.push(self.ways_of(text.get(place..).unwrap_or_default(), tree, &ways));
        }
        ways
    }

    /// The ways of a text of at least one character, when those of every shorter end of it are known.
    fn ways_of(&self, text: &[char], tree: &Tree, shorter: &[Ways]) -> Ways {
        let mut best = [None; MOST_CODES];
        let (mut node, mut by_itself) = (tree.root(), Words::default());
        for (read, character) in (1..).zip(text) {
            let Some(next) = tree.after(node, *character) else { break };
            node = next;
            by_itself = if read == 1 { node.words } else { by_itself };
            let Some(onward) = text.len().checked_sub(read).and_then(|left| shorter.get(left)) else { break };
            for ((best, word), onward) in best.iter_mut().zip(node.words).zip(onward) {
                *best = better(*best, word.map(|word| onward.after(Some(word), word.length, read)));
            }
        }
        let (next, character) = (shorter.last().unwrap_or(&[END; MOST_CODES]), text.first().copied().unwrap_or_default());
        let mut ways = [END; MOST_CODES];
        for ((((way, best), word), onward), codebook) in ways.iter_mut().zip(best).zip(by_itself).zip(next).zip(&self.codebooks) {
            // What is a word by itself has one spelling, and is never escaped.
            let escape = || onward.after(None, codebook.code.escape().length + escaped(character).length, 1);
            *way = better(best, word.is_none().then(escape)).unwrap_or(END);
        }
        ways
    }

    fn write(&self, code: usize, text: &[char], ways: &[Ways], bits: &mut BitWriter) {
        let Some(escape) = self.codebooks.get(code).map(|codebook| codebook.code.escape()) else { return };
        let mut rest = text;
        while let Some(character) = rest.first() {
            let way = ways.get(rest.len()).and_then(|ways| ways.get(code)).copied().unwrap_or(END);
            match way.word {
                Some(word) => bits.write(word),
                None => {
                    bits.write(escape);
                    bits.write(escaped(*character));
                }
            }
            rest = rest.get(way.read.max(1)..).unwrap_or_default();
        }
    }
}

impl Way {
    /// The way that begins with a step of so many bits over so many characters, and goes on as this one.
    fn after(&self, word: Option<Word>, bits: u32, read: usize) -> Self {
        Self { bits: self.bits + usize::try_from(bits).unwrap_or(usize::MAX), symbols: self.symbols + 1, word, read }
    }

    /// Of two ways the one with the lower rank is better: a tie in bits and symbols goes to the longer step.
    const fn rank(&self) -> (usize, usize, Reverse<usize>) {
        (self.bits, self.symbols, Reverse(self.read))
    }
}

fn better(one: Option<Way>, other: Option<Way>) -> Option<Way> {
    [one, other].into_iter().flatten().min_by_key(Way::rank)
}

/// What follows the escape: one bit for the kind of plane, then the code point.
fn escaped(character: char) -> Word {
    let code_point = u32::from(character);
    match code_point.checked_sub(0x1_0000) {
        None => Word { value: code_point, length: ESCAPED_BASIC },
        Some(above) => Word { value: (1 << 20) | above, length: ESCAPED_SUPPLEMENTARY },
    }
}
