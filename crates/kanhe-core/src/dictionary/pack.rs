//! From text to bits: of all ways to write a text as symbols, the one with the fewest bits.

use super::bits::{BitWriter, Word};
use super::codebook::Codebook;
use super::{Dictionary, ESCAPED_BASIC, ESCAPED_SUPPLEMENTARY};

/// The best way from a place in the text to its end.
#[derive(Clone, Copy)]
struct Way {
    bits: usize,
    symbols: usize,
    step: Step,
}

/// The first step of a way: a symbol, or an escaped character; and where in the text it ends.
#[derive(Clone, Copy)]
struct Step {
    symbol: Option<u32>,
    end: usize,
}

impl Dictionary {
    /// Packs a text into the fewest bits, padded to whole bytes with ones; the empty text into no bytes.
    ///
    /// Every implementation packs alike: of codes that need equally few bits the first is taken; in it, of parses with equally few bits
    /// the one with the fewest symbols, and of those the one whose first entry, then second, and so on, is longest. A text over
    /// [`LONGEST_TEXT`](super::LONGEST_TEXT) bytes packs, but no verifier unpacks it.
    #[must_use]
    pub fn pack(&self, text: &str) -> Vec<u8> {
        let mut bits = BitWriter::new();
        if let Some((number, codebook, ways)) = self.best_code(text) {
            bits.write(Word { value: number, length: self.selector_bits });
            codebook.write(text, &ways, &mut bits);
        }
        bits.finish()
    }

    /// The number of bits that [`pack`](Dictionary::pack) needs for a text, the padding not counted.
    #[must_use]
    pub fn packed_bits(&self, text: &str) -> usize {
        let selector = usize::try_from(self.selector_bits).unwrap_or(0);
        self.best_code(text).map_or(0, |(_, _, ways)| selector + bits_of(&ways))
    }

    /// The code in which a text is shortest, with its number and its ways; none for the empty text.
    fn best_code(&self, text: &str) -> Option<(u32, &Codebook, Vec<Option<Way>>)> {
        let choices = (0..).zip(&self.codebooks).map(|(number, codebook)| (number, codebook, codebook.best_ways(text)));
        choices.min_by_key(|(_, _, ways)| bits_of(ways)).filter(|_| !text.is_empty())
    }
}

impl Codebook {
    fn write(&self, text: &str, ways: &[Option<Way>], bits: &mut BitWriter) {
        let mut place = 0;
        while let Some(Way { step, .. }) = ways.get(place).copied().flatten().filter(|way| way.step.end > place) {
            match step.symbol {
                Some(symbol) => bits.write(self.code.word(symbol)),
                None => {
                    bits.write(self.code.escape());
                    text.get(place..step.end)
                        .and_then(|rest| rest.chars().next())
                        .into_iter()
                        .for_each(|character| bits.write(escaped(character)));
                }
            }
            place = step.end;
        }
    }

    /// For each byte of the text that starts a character, and for its end, the best way to the end: found from the end backwards.
    fn best_ways(&self, text: &str) -> Vec<Option<Way>> {
        let end = Way { bits: 0, symbols: 0, step: Step { symbol: None, end: text.len() } };
        let mut ways = vec![None; text.len()];
        ways.push(Some(end));
        for (place, character) in text.char_indices().rev() {
            let rest = text.get(place..).unwrap_or("");
            let best = self.best_way(rest, place, character, &ways);
            if let Some(slot) = ways.get_mut(place) {
                *slot = best;
            }
        }
        ways
    }

    fn best_way(&self, rest: &str, place: usize, character: char, ways: &[Option<Way>]) -> Option<Way> {
        let mut candidates = self.entries.candidates(character);
        let mut best: Option<Way> = None;
        let mut has_own_entry = false;
        for (offset, read) in rest.char_indices() {
            let length = offset + read.len_utf8();
            let Some(entry) = rest.get(..length).and_then(|prefix| candidates.narrow(prefix)) else { break };
            let Some(symbol) = entry else { continue };
            has_own_entry |= offset == 0;
            best = better(best, Step { symbol: Some(symbol), end: place + length }, self.code.word(symbol).length, ways);
        }
        if has_own_entry {
            return best;
        }
        let cost = self.code.escape().length + escaped(character).length;
        better(best, Step { symbol: None, end: place + character.len_utf8() }, cost, ways)
    }
}

/// The bits of a whole text.
fn bits_of(ways: &[Option<Way>]) -> usize {
    ways.first().copied().flatten().map_or(0, |way| way.bits)
}

/// The better of a way and the one that starts with `step`; a tie in bits and symbols goes to the longer step.
fn better(best: Option<Way>, step: Step, cost: u32, ways: &[Option<Way>]) -> Option<Way> {
    let onward = ways.get(step.end).copied().flatten()?;
    let bits = onward.bits + usize::try_from(cost).unwrap_or(usize::MAX);
    let way = Way { bits, symbols: onward.symbols + 1, step };
    let rank = |way: &Way| (way.bits, way.symbols, std::cmp::Reverse(way.step.end));
    best.filter(|best| rank(best) <= rank(&way)).or(Some(way))
}

/// What follows the escape: one bit for the kind of plane, then the code point.
fn escaped(character: char) -> Word {
    let code_point = u32::from(character);
    match code_point.checked_sub(0x1_0000) {
        None => Word { value: code_point, length: ESCAPED_BASIC },
        Some(above) => Word { value: (1 << 20) | above, length: ESCAPED_SUPPLEMENTARY },
    }
}
